"""The command line beside the web: `python -m casemgr COMMAND`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import click

from casemgr.documents.storage_command import storage_commands
from casemgr.law_command import law

if TYPE_CHECKING:
    from flask import Flask

    import config
    from casemgr.pdf.check import Checked


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
    jobs.work_off(app) if once else jobs.run_worker(app)


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
@click.argument("target", metavar="CASE_ID|ARCHIVE.zip|PACKET.pdf")
@click.option("--email", help="Of a person who may see the case; only for a case.")
@click.option(
    "--seal",
    default="",
    help="What was noted: seal of an archive, hash that the log ended with, or SHA-256 of a packet.",
)
@click.option(
    "--tsa-ca",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Certificates (PEM) of the time-stamping authority that you trust; only for an archive.",
)
def verify(target: str, email: str | None, seal: str, tsa_ca: Path | None) -> None:
    """Check an evidence log: of a case in the database, or of an exported archive, which needs nothing but the file.
    Or check a packet or binder (PDF): with the manifest beside it (the same name with .json), else with the one inside;
    or the ZIP of a binder, file by file.

    Exit status 1 when something was altered, removed, added or moved; the first such thing is named."""
    try:
        case_id = UUID(target)
    except ValueError:
        if target.lower().endswith(".pdf"):
            _verify_packet(Path(target), seal)
        elif (of_binder := _zip_of_binder(Path(target))) is not None:
            _tell_packet(of_binder, seal, "manifest")
        else:
            _verify_archive(Path(target), seal, tsa_ca)
    else:
        _verify_case(case_id, email, seal)


def _verify_archive(path: Path, seal: str, tsa_ca: Path | None) -> None:
    from casemgr.evidence import archive_check

    if not path.is_file():
        raise click.UsageError("Name the id of a case, or an exported archive that exists.")
    result = archive_check.verify_archive(path, seal, tsa_ca.read_bytes() if tsa_ca else b"")
    click.echo(result.summary)
    for line in result.stamps:
        click.echo(line)
    if result.noted_at:
        click.echo(f"The hash that was noted is that of entry No. {result.noted_at}: the log went on after it.")
    if result.seal:
        click.echo(f"Seal (SHA-256 of the manifest): {result.seal}")
    if result.intact:
        click.echo(f"Head (hash of the last entry):  {result.head}")
        if not seal:
            click.echo("Compare the seal or the head with what was noted when the archive was made.")
    sys.exit(0 if result.intact else 1)


def _verify_packet(path: Path, noted: str) -> None:
    from casemgr.pdf.check import check_packet

    if not path.is_file():
        raise click.UsageError("Name a packet that exists.")
    beside = path.with_suffix(".json")
    _tell_packet(check_packet(path, beside if beside.is_file() else None), noted, "PDF")


def _zip_of_binder(path: Path) -> Checked | None:
    from casemgr.pdf.check import check_zip

    return check_zip(path) if path.is_file() and path.suffix.lower() == ".zip" else None


def _tell_packet(found: Checked, noted: str, what: str) -> None:
    problems = found.problems
    if noted and noted.strip().lower() != found.sha256:
        problems = [f"The {what} is not the one that was noted: its SHA-256 is another.", *problems]
    for problem in problems:
        click.echo(problem)
    if not problems:
        files = f"{found.files:,} files, " if found.files else ""
        click.echo(f"Intact: {files}{found.pages:,} pages, {found.exhibits:,} exhibit(s).")
        if not (found.by_hash or noted):
            click.echo("Only our own pages were compared. Compare the SHA-256 with what was noted when it was made:")
    click.echo(f"SHA-256 of the {what}: {found.sha256}")
    sys.exit(1 if problems else 0)


def _verify_case(case_id: UUID, email: str | None, noted: str) -> None:
    from casemgr.accounts import access, queries
    from casemgr.evidence import verification
    from casemgr.heads import queries as heads

    if not email:
        raise click.UsageError("Add --email of a person who may see the case.")
    with _app().app_context():
        user = queries.user_by_email(email)
        entry = access.access_to_case(user, case_id) if user is not None else None
        if entry is None:
            raise click.ClickException("This person has no such case.")
        result = verification.verify_case(entry.case)
        click.echo(result.summary)
        place = heads.place_of(entry.case, heads.tidy(noted)) if noted else None
        if place is not None:
            click.echo(place.summary)
        sys.exit(0 if result.intact and (place is None or place.is_sound) else 1)


@main.command("export")
@click.argument("case_id", type=click.UUID)
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--email", required=True, help="Of the person who exports; what they may not open is left out.")
@click.option("--shared-only", is_flag=True, help="Only what is shared with the family: for handing on.")
def export_log(case_id: UUID, target: Path, email: str, shared_only: bool) -> None:
    """Write the evidence log of a case, with its files, into one archive that proves itself."""
    from casemgr.accounts import access, queries
    from casemgr.evidence import exporting

    with _app().app_context():
        user = queries.user_by_email(email)
        entry = access.access_to_case(user, case_id) if user is not None else None
        if user is None or entry is None:
            raise click.ClickException("This person has no such case.")
        visible = exporting.SHARED if shared_only else entry.visible
        try:
            out = target.open("xb")
        except FileExistsError:
            raise click.ClickException("There is a file of this name already. Choose another.") from None
        try:
            with out:
                written = exporting.export(entry.case, visible, out, by=user, most_bytes=None)
        except BaseException as problem:
            target.unlink(missing_ok=True)
            if isinstance(problem, OSError):
                raise click.ClickException(f"The archive could not be written: {problem.strerror}.") from problem
            raise
    click.echo(f"{target.name}: seal {written.seal}")
    if not exporting.SHARED.issuperset(visible):
        click.echo(
            "It may hold internal, privileged and mediation papers: keep it to yourself. To hand on: --shared-only.",
            err=True,
        )
    if written.missing:
        raise click.ClickException(f"{len(written.missing)} stored file(s) are missing. The archive shows which.")


@main.command("import")
@click.argument("case_id", metavar="CASE", type=click.UUID)
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line: each file, then a summary.")
@click.option("--email", help="Of the person who brings the papers. Without it: who looks after the case.")
@click.option("--visibility", default="shared", show_default=True, help="shared, internal, privileged or mediation.")
@click.option("--source", default="", help="Who the papers came from.")
def import_papers(
    case_id: UUID, paths: tuple[Path, ...], as_json: bool, email: str | None, visibility: str, source: str
) -> None:
    """Put files and folders into a case, the same way in as the browser's, and wait until they are read.

    Exit status 0 when every file got its answer (a refusal is one), 2 for a case, person or path that is not there."""
    from casemgr.documents import import_command

    app = _app()
    asked = import_command.Asked(case_id, paths, email, visibility, source)
    try:
        import_command.tell(app, _settings(), asked, as_json=as_json)
    except import_command.CannotImport as problem:
        raise click.UsageError(str(problem)) from problem


@main.command()
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="The PDF to make.")
@click.option("--title", default="Exhibit binder", show_default=True)
@click.option("--naming", default="P", show_default=True, help="Before an exhibit's number: P gives P-1, P-2 …")
@click.option("--prefix", default="", help="Before each Bates number.")
@click.option("--max-mb", type=click.FloatRange(min=0.05), help="Split into volumes of at most so many megabytes.")
@click.option(
    "--pdf-a",
    "archival",
    type=click.Choice(["only", "pictures"]),
    default=None,
    help="Make it PDF/A-2b; pictures: pages that cannot be are drawn as pictures.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line: each file, then a summary.")
def binder(
    files: tuple[Path, ...],
    out: Path,
    title: str,
    naming: str,
    prefix: str,
    max_mb: float | None,
    archival: str | None,
    as_json: bool,
) -> None:
    """Make an exhibit binder of files alone: index, slip sheets, Bates numbers, bookmarks, manifest. Needs no case.

    A file that cannot be used is left out and named. Exit status 1 when no binder could be made."""
    from casemgr import __version__
    from casemgr.filings import exhibit_binder_command
    from casemgr.storage import soffice

    most = int(max_mb * 1024 * 1024) if max_mb else None
    wish = exhibit_binder_command.Wish(title[:150], naming, prefix, most, __version__, archival or "")
    try:
        exhibit_binder_command.tell(files, out, wish, soffice.find(_settings().soffice), as_json=as_json)
    except exhibit_binder_command.CannotBind as problem:
        raise click.UsageError(str(problem)) from problem
    except exhibit_binder_command.NotBuilt as problem:
        raise click.ClickException(str(problem)) from problem
    except OSError as problem:
        raise click.ClickException(f"The binder could not be written: {problem.strerror}.") from problem


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
def scan() -> None:
    """Have every paper checked for viruses that was not yet. The worker does it; this only asks."""
    from casemgr.documents import quarantine, scanning

    with _app().app_context():
        if quarantine.scanner() is None:
            raise click.ClickException("No virus scanner is configured: set CASEMGR_CLAMAV.")
        click.echo(f"{scanning.queue_unchecked(('not_scanned', 'waiting'))} paper(s) wait for the virus scanner.")


@main.command("read-scans")
def read_scans() -> None:
    """Have the text of every scan read that was not yet. The worker does it; this only asks."""
    from casemgr.recognition import program, services

    with _app().app_context():
        if program.program() is None:
            raise click.ClickException(program.why_not(_settings().tesseract))
        click.echo(f"{services.queue_waiting()} paper(s) wait for text recognition.")


@main.command()
def redraw() -> None:
    """Have papers drawn again that an earlier version drew, behind all other work. The worker does it; this asks."""
    from casemgr.renditions import redrawing

    with _app().app_context():
        queued = redrawing.queue_redrawing()
    click.echo(f"{queued.drawn} paper(s) are drawn again; {queued.looked_at} PDF(s) are looked at, and read anew where")
    click.echo("something is typed or noted on their pages;")
    click.echo(f"in {queued.cases} case(s) more, papers are compared by their pages.")


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
