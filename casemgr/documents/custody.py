"""The custody of a file: what happened to it since it came, written by the program itself. It only ever grows.

The database refuses a change of what stands there (trigger `custody_only_grows`), so lines are added by PostgreSQL
and not by writing back a list that was read earlier.
"""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, cast, update
from sqlalchemy.dialects.postgresql import JSONB

from casemgr.accounts.models import User
from casemgr.documents.models import Document
from casemgr.extensions import db
from casemgr.platform.columns import now

THE_PROGRAM = "casemgr"


def note(document: Document, act: str, words: str, by: User) -> None:
    """Add a line to a paper, new or kept; the caller commits."""
    if document in db.session and document not in db.session.new:
        add(document.case_id, [document.id], act, words, by.name)
    else:
        document.custody = [*document.custody, line(act, words, by.name)]


def line(act: str, words: str, by: str = THE_PROGRAM) -> dict[str, str]:
    """Return one line of custody: what was done (a word for the program), in words, by whom, now."""
    return {"at": now().isoformat(), "act": act, "words": words, "by": by}


def grown(act: str, words: str, by: str = THE_PROGRAM) -> ColumnElement[list[dict[str, str]]]:
    """Return the custody of a paper with one more line, for an UPDATE of its row."""
    return Document.__table__.c.custody + cast([line(act, words, by)], JSONB)


def add(case_id: UUID, document_ids: Collection[UUID], act: str, words: str, by: str = THE_PROGRAM) -> None:
    """Add a line to each of these papers; the caller commits. Forms that somebody has open do not go stale."""
    if not document_ids:
        return
    papers = Document.__table__
    db.session.flush()
    db.session.execute(
        update(papers)
        .where(papers.c.case_id == case_id, papers.c.id.in_(document_ids))
        .values(custody=grown(act, words, by))
    )
    for row in list(db.session.identity_map.values()):
        if isinstance(row, Document) and row.id in document_ids:
            db.session.expire(row, ["custody"])
