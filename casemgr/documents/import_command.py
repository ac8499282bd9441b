"""`python -m casemgr import`: what is typed, and what is told."""

from __future__ import annotations

import json
import logging
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import click
import psycopg
from flask import Flask

import config
from casemgr.accounts.queries import user_by_email
from casemgr.documents.importing import ACCEPTED, KEPT_UNREADABLE, REFUSED, Answer, CannotImport, find, run
from casemgr.documents.kinds import DOCUMENT_KINDS, VISIBILITIES
from casemgr.documents.services import PaperDetails
from casemgr.platform import database

__all__ = ["Asked", "CannotImport", "tell"]

WORDS = {ACCEPTED: "Accepted", KEPT_UNREADABLE: "Kept, unreadable", REFUSED: "Refused"}


@dataclass(frozen=True)
class Asked:
    """What was typed. `email` None: the person who looks after the case."""

    case_id: UUID
    paths: tuple[Path, ...]
    email: str | None
    visibility: str = "shared"
    source: str = ""


def tell(app: Flask, settings: config.Settings, asked: Asked, *, as_json: bool) -> None:
    """Import, and print one line a file and a last one with the counts. Raises CannotImport."""
    logging.getLogger("procrastinate").setLevel(logging.WARNING)
    if asked.visibility not in VISIBILITIES:
        raise CannotImport(f"--visibility is one of: {', '.join(VISIBILITIES)}.")
    if len(asked.source) > 200:
        raise CannotImport("--source: use 200 characters or fewer.")
    details = PaperDetails(visibility=asked.visibility, source=asked.source)
    counts: Counter[str] = Counter()
    for answer in run(app, _person(app, settings, asked), asked.case_id, find(asked.paths), details):
        counts[answer.status] += 1
        counts["duplicates"] += answer.duplicate_of is not None
        click.echo(json.dumps(answer.as_json()) if as_json else _line(answer))
    names = (*WORDS, "duplicates")
    summary = {"files": sum(counts[status] for status in WORDS)} | {name: counts[name] for name in names}
    if as_json:
        click.echo(json.dumps({"summary": summary}))
    else:
        click.echo(
            f"{summary['files']} file(s): {counts[ACCEPTED]} accepted ({counts['duplicates']} were here already),"
            f" {counts[KEPT_UNREADABLE]} kept but not readable, {counts[REFUSED]} refused."
        )


def _line(answer: Answer) -> str:
    kind = f" as {DOCUMENT_KINDS.get(answer.kind, answer.kind)}" if answer.kind else ""
    twin = " It is in the case already." if answer.duplicate_of else ""
    why = " ".join(answer.reason.split())
    return f"{WORDS[answer.status]}{kind}: {_printable(answer.path)}.{twin}{f' {why}' if why else ''}"


def _printable(path: str) -> str:
    """A name from a disk may hold anything, also what moves the cursor."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in path)


def _person(app: Flask, settings: config.Settings, asked: Asked) -> UUID:
    if asked.email is None:
        return _owner(settings, asked.case_id)
    with app.app_context():
        user = user_by_email(asked.email)
    if user is None:
        raise CannotImport("There is no account with this e-mail.")
    return user.id


def _owner(settings: config.Settings, case_id: UUID) -> UUID:
    """Who looks after the case. Nobody is signed in and the walls show nothing yet: the tables' owner looks."""
    url = database.owner_url(settings).replace("postgresql+psycopg://", "postgresql://", 1)
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT owner_id FROM cases WHERE id = %s", [case_id]).fetchone()
    if row is None:
        raise CannotImport("No such case can be seen from here. Check the id, or name a person with --email.")
    if row[0] is None:
        raise CannotImport("Nobody looks after this case. Name a person with --email.")
    return UUID(str(row[0]))
