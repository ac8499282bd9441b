"""Write notes on pages, and log a passage as evidence."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from casemgr.accounts.models import User
from casemgr.audit import services as audit
from casemgr.cases.models import Case
from casemgr.documents.models import Document
from casemgr.evidence.services import plain_text
from casemgr.extensions import db
from casemgr.holds.guard import refuse_if_held
from casemgr.platform.columns import now
from casemgr.platform.locking import check_version
from casemgr.platform.refused import FieldRefused
from casemgr.reading import marking, queries
from casemgr.reading.audiences import COLORS
from casemgr.reading.models import PageNote

MOST_BOXES = 200


class NoteRefused(FieldRefused):
    """The note cannot be kept like this, and nothing was written."""


@dataclass(frozen=True)
class NewNote:
    """What a person marks or says on a page.

    Attributes:
        audience, color: keys of reading.audiences.
        quote: the words that it is about. body: what the person says. One of them, or a box, must be there.
        span: the words chosen on the picture, the first and the last, from 0.
        box: what was drawn on the picture: x0, y0, x1, y1, from 0 to 1. Without either the quote is looked for.
    """

    page: int
    audience: str
    color: str = "yellow"
    quote: str = ""
    body: str = ""
    span: tuple[int, int] | None = None
    box: tuple[float, float, float, float] | None = None
    id: UUID = field(default_factory=uuid4)


def add_note(case: Case, paper: Document, new: NewNote, *, by: User, allowed: Collection[str]) -> PageNote:
    """Keep a note. `allowed`: the audiences that the writer may give (`audiences.allowed`). Raises NoteRefused."""
    quote, body = plain_text(new.quote), plain_text(new.body)
    _check(new.audience, new.color, allowed)
    if paper.trashed_at is not None:
        raise NoteRefused("body", "This paper is in the trash. Bring it back first.")
    if not 1 <= new.page <= queries.last_number(paper):
        raise NoteRefused("page", "This paper has no such page.")
    boxes = _boxes(paper, new, quote)
    if not (quote or body or boxes):
        raise NoteRefused("body", "Write something, or choose a passage to highlight.")
    note = PageNote(
        id=new.id,
        org_id=case.org_id,
        case_id=case.id,
        document_id=paper.id,
        page=new.page,
        audience=new.audience,
        color=new.color,
        quote=quote,
        body=body,
        boxes=boxes,
        author_id=by.id,
        author_name=by.name,
    )
    db.session.add(note)
    _record(case, note, "add", by)
    db.session.commit()
    return note


def edit_note(
    case: Case,
    note: PageNote,
    *,
    body: str,
    audience: str,
    color: str,
    version: int,
    by: User,
    allowed: Collection[str],
) -> None:
    """Save what the author says now; the place on the page stays. Raises NoteRefused and StaleForm."""
    _check_author(note, by)
    check_version(note, version)
    _check(audience, color, allowed)
    body = plain_text(body)
    if not (body or note.quote or note.boxes):
        raise NoteRefused("body", "Write something, or remove the note.")
    was = note.audience
    note.body, note.audience, note.color, note.changed_at = body, audience, color, now()
    _record(case, note, "edit", by, audience_was=was)
    db.session.commit()


def remove_note(case: Case, note: PageNote, *, by: User) -> None:
    """Take a note away. That it was there, on which page and for whom, stays in the audit log; its words do not.

    Raises NoteRefused for another person's note, OnHold while a legal hold keeps the paper or the case."""
    _check_author(note, by)
    refuse_if_held(case, [note.document_id])
    _record(case, note, "remove", by)
    db.session.delete(note)
    db.session.commit()


def _check(audience: str, color: str, allowed: Collection[str]) -> None:
    if audience not in allowed:
        raise NoteRefused("audience", "A note on this paper cannot be shown to more people than the paper.")
    if color not in COLORS:
        raise NoteRefused("color", "Choose one of the colors.")


def _check_author(note: PageNote, by: User) -> None:
    if note.author_id != by.id:
        raise NoteRefused("body", "Only who wrote a note can change it.")


def _boxes(paper: Document, new: NewNote, quote: str) -> list[marking.Box]:
    """Where the note stands on the picture; nowhere for a note on the whole page."""
    if new.box:
        return [list(new.box)]
    words = queries.words_of(paper, new.page) if quote else []
    span = new.span
    if span is None or not 0 <= span[0] <= span[1] < len(words):
        span = marking.span_of_quote([word[0] for word in words], quote)
    return marking.boxes_of(words, span)[:MOST_BOXES] if span else []


def _record(case: Case, note: PageNote, verb: str, by: User, **more: str) -> None:
    audit.record(
        case,
        f"reading:note:{verb}",
        by=by,
        subject=note.id,
        document=str(note.document_id),
        page=note.page,
        audience=note.audience,
        **more,
    )
