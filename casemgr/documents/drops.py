"""One drop of files: take in each one on its own, so that a bad one does not stop the others."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import IO, Any

from flask import current_app, session, url_for

import config
from casemgr.accounts.access import Access
from casemgr.accounts.models import User
from casemgr.documents import intake, services
from casemgr.documents.kinds import DOCUMENT_KINDS, stays_open
from casemgr.documents.models import Document
from casemgr.documents.services import PaperDetails
from casemgr.extensions import db
from casemgr.storage.names import clean_name
from casemgr.web.filters import legal_date

_SESSION_KEY = "drop_results"
MOST_NAMED = 12  # results of a plain form travel in the session cookie, which has 4 KB


@dataclass(frozen=True)
class Result:
    """What became of one file. The fields are what upload.js reads (`status` is the HTTP status)."""

    ok: bool
    message: str
    what_to_do: str = ""
    url: str | None = None
    duplicate: bool = False
    status: int = 200

    def as_json(self) -> dict[str, Any]:
        return {key: value for key, value in asdict(self).items() if key != "status"}


def settings() -> config.Settings:
    return current_app.config["SETTINGS"]


def add_one(
    access: Access, body: IO[bytes], client_name: str, details: PaperDetails, *, size: int | None, by: User
) -> Result:
    """Take in one file as a paper of the case. Never raises for a bad file."""
    case, visible, org_id = access.case, access.visible, access.case.org_id
    try:
        with intake.one_of_few(by.id):
            db.session.rollback()  # a slow upload must not hold a transaction open
            taken = intake.take_in(org_id, body, client_name, size=size, max_bytes=settings().max_upload_bytes)
    except intake.NotTaken as refusal:
        return Result(False, refusal.reason, refusal.what_to_do, status=refusal.status)
    document, twin = services.receive(case, taken.stored, taken.file_type, taken.name, details, by=by, visible=visible)
    return told(document, twin, visible, details.visibility)


def told(document: Document, twin: Document | None, visible: frozenset[str], wanted: str) -> Result:
    """Return what `services.receive` gave as an answer for the person who sent the file to be kept as `wanted`."""
    return _duplicate(twin, wanted) if twin is not None else _saved(document, visible)


def _saved(document: Document, visible: frozenset[str]) -> Result:
    kind = DOCUMENT_KINDS.get(document.kind, document.kind)
    dated = f", {legal_date(document.document_on)}" if document.document_on else ", no date yet"
    message = f"“{document.title}” ({kind}{dated})."
    notes = " ".join(entry["words"] for entry in document.custody if entry["act"] == "proposed")
    if document.visibility not in visible:
        return Result(True, f"{message} {notes} Only those who run the case can open it now.")
    url = url_for("documents.show", case_id=document.case_id, document_id=document.id)
    return Result(True, message, notes, url)


def _duplicate(twin: Document, wanted: str) -> Result:
    where = " It is in the trash; open it to bring it back." if twin.trashed_at else ""
    url = url_for("documents.show", case_id=twin.case_id, document_id=twin.id)
    return Result(
        True,
        f"This exact file is in the case as “{twin.title}”.{where}",
        stays_open(twin.visibility, wanted),
        url,
        duplicate=True,
    )


def remember(results: list[tuple[str, Result]]) -> None:
    """Keep the results of a plain form for the page that follows it."""
    told = [(clean_name(name)[:60], result) for name, result in results]
    others = [(name, result) for name, result in told if not result.ok or result.duplicate]
    session[_SESSION_KEY] = {
        "saved": sum(result.ok and not result.duplicate for _, result in told),
        "others": [
            {"name": name, "ok": result.ok, "words": f"{result.message} {result.what_to_do}".strip(), "url": result.url}
            for name, result in others[:MOST_NAMED]
        ],
        "more": max(0, len(others) - MOST_NAMED),
    }


def remembered() -> dict[str, Any] | None:
    """Return what `remember` kept, once."""
    return session.pop(_SESSION_KEY, None)
