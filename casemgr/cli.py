"""The command line beside the web: `python -m casemgr COMMAND`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING
from uuid import UUID

import click

from casemgr.documents.storage_command import storage_commands
from casemgr.law_command import law

if TYPE_CHECKING:
    from flask import Flask

    import config


def _settings() -> config.Settings:
    import config  # here and not above: a command that asks only the law needs neither settings nor a web framework

    try:
        return config.load()
    except config.UnsafeSettings as problem:
        raise click.ClickException(f"casemgr does not start with these settings:\n{problem}") from problem


def _app() -> Flask:
    from casemgr import create_app
    from casemgr.platform.database import UnsafeDatabaseRole, application_url
    from casemgr.platform.embedded import DatabaseUnavailable
    from casemgr.storage.errors import KeyFileRefused

    settings = _settings()
    try:
        return create_app(settings, application_url(settings))
    except (DatabaseUnavailable, UnsafeDatabaseRole, KeyFileRefused) as problem:
        raise click.ClickException(str(problem)) from problem


@click.group()
def main() -> None:
    """Case management for special-education disputes."""


main.add_command(law)
main.add_command(storage_commands(_settings))


@main.command()
@click.option("--open/--no-open", "open_browser", default=True, help="Open the browser where there is one.")
def up(open_browser: bool) -> None:
    """Start everything: database, migrations, job worker and web server."""
    from casemgr.platform import launcher

    try:
        launcher.up(_settings(), open_browser=open_browser)
    except launcher.CannotStart as problem:
        raise click.ClickException(str(problem)) from problem


@main.command()
def migrate() -> None:
    """Bring the database to this version of the program (as the owner of the tables)."""
    from casemgr.platform import database

    settings = _settings()
    database.migrate(database.owner_url(settings), database.role_of(database.application_url(settings)))
    click.echo("The database is up to date.")


@main.command()
@click.option("--once", is_flag=True, help="Stop when no job is left.")
def worker(once: bool) -> None:
    """Run background jobs until stopped."""
    from casemgr.platform import jobs, launcher

    app = _app()
    launcher.stop_with_parent()
    jobs.run_worker(app, wait=not once)


@main.command("create-user")
@click.option("--name", prompt=True)
@click.option("--email", prompt=True)
@click.option("--persona", type=click.Choice(["parent", "advocate", "attorney"]), default="parent")
@click.option("--state", default="MA", help="Two letters.")
@click.password_option("--passphrase")
def create_user(name: str, email: str, persona: str, state: str, passphrase: str) -> None:
    """Make an account with a workspace of its own."""
    from casemgr.accounts import services

    with _app().app_context():
        try:
            user = services.register(
                services.Registration(name=name, email=email, passphrase=passphrase, persona=persona, state=state)
            )
        except services.AccountRefused as problem:
            raise click.ClickException(str(problem)) from problem
        click.echo(f"Account made: {user.email}")


@main.command("set-passphrase")
@click.argument("email")
@click.password_option("--passphrase")
def set_passphrase(email: str, passphrase: str) -> None:
    """Give a person who forgot it a new passphrase, and end their sessions."""
    from casemgr.accounts import queries, services

    with _app().app_context():
        user = queries.user_by_email(email)
        if user is None:
            raise click.ClickException("There is no account with this e-mail.")
        try:
            services.reset_passphrase(user, passphrase)
        except services.AccountRefused as problem:
            raise click.ClickException(str(problem)) from problem
        click.echo("The passphrase was changed.")


@main.command("sample-case")
@click.argument("email")
def sample_case(email: str) -> None:
    """Open the fictional sample case in the workspace of the person with this EMAIL."""
    from casemgr.accounts import queries
    from casemgr.cases import sample

    with _app().app_context():
        user = queries.user_by_email(email)
        if user is None:
            raise click.ClickException("There is no account with this e-mail.")
        case = sample.open_sample_case(user)
        click.echo(f"Sample case: {case.id}")


@main.command()
@click.argument("case_id", type=click.UUID)
@click.option("--email", required=True, help="Of a person who may see the case.")
def verify(case_id: UUID, email: str) -> None:
    """Check the evidence chain and the stored files of a case. Exit status 1 when something was altered."""
    from casemgr.accounts import access, queries
    from casemgr.evidence import verification

    with _app().app_context():
        user = queries.user_by_email(email)
        entry = access.access_to_case(user, case_id) if user is not None else None
        if entry is None:
            raise click.ClickException("This person has no such case.")
        result = verification.verify_case(entry.case)
        click.echo(result.summary)
        sys.exit(0 if result.intact else 1)


@main.command()
def watch() -> None:
    """Do now what is done every night: look for cases that may be stuck, and remove what visitors left."""
    from casemgr.watch import services, tidying

    with _app().app_context():
        done = services.go_round(everybody=True)
        removed = tidying.remove_old_visits()
    click.echo(f"{done.cases} open case(s) looked at in {done.organizations} workspace(s); {done.stuck} may be stuck.")
    click.echo(f"{removed} visitor's workspace(s) removed.")


@main.command()
@click.option("--older-than-hours", default=24, show_default=True, help="Leave younger files alone.")
@click.option("--dry-run", is_flag=True)
def sweep(older_than_hours: int, dry_run: bool) -> None:
    """Remove stored files that no record names (left by a crash between upload and commit)."""
    from casemgr.documents import sweeping
    from casemgr.platform import database

    settings = _settings()
    try:
        removed = sweeping.sweep(settings, database.owner_url(settings), older_than_hours, dry_run=dry_run)
    except sweeping.NotTheOwner as problem:
        raise click.ClickException(str(problem)) from problem
    click.echo(f"{len(removed)} stored file(s) without a record {'found' if dry_run else 'removed'}.")
