"""Cover what must not be seen, and have a copy made without it. The original stays as it is."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm.attributes import flag_modified

from casemgr.accounts.models import User
from casemgr.audit import services as audit
from casemgr.cases.models import Case
from casemgr.documents.kinds import opens_it_to_more_people
from casemgr.documents.models import Document
from casemgr.evidence.services import plain_text
from casemgr.extensions import db
from casemgr.platform.jobs import enqueue
from casemgr.platform.locking import check_version
from casemgr.platform.refused import FieldRefused
from casemgr.reading import queries as reading
from casemgr.reading.marking import boxes_of, plain
from casemgr.redaction import queries, tasks
from casemgr.redaction.models import ProtectedName, Redaction, RedactionMark
from casemgr.redaction.reasons import HOW_FOUND, REASONS, visibilities_for, why_not

MOST_MARKS = 5000
MOST_NAMES = 200
WHOLE_PAGE = (0.0, 0.0, 1.0, 1.0)
TELLING = 4  # letters of a word that a reason may not repeat
Box = tuple[float, float, float, float]


class RedactionRefused(FieldRefused):
    """It cannot be covered or made like this, and nothing was changed."""


@dataclass(frozen=True)
class NewMark:
    """What a person covers on one page: boxes that they drew, or words (their numbers on the page, from 0)."""

    page: int
    reason: str
    words: str = ""
    boxes: tuple[Box, ...] = ()
    chosen: frozenset[int] = frozenset()
    found_by: str = "drawn"


def begin(case: Case, paper: Document, *, by: User) -> Redaction:
    """Return the copy that is being prepared of a paper; begin one where there is none. Raises RedactionRefused."""
    if reason := why_not(paper):
        raise RedactionRefused("", reason)
    found = queries.open_one(paper)
    if found is not None:
        return found
    db.session.execute(
        insert(Redaction)
        .values(id=uuid4(), org_id=case.org_id, case_id=case.id, document_id=paper.id, asked_by=by.id)
        .on_conflict_do_nothing()
    )
    db.session.commit()
    made = queries.open_one(paper)
    assert made is not None, "two people who begin at once begin the same one"
    return made


def add_marks(case: Case, paper: Document, redaction: Redaction, new: Iterable[NewMark], *, by: User) -> int:
    """Cover these places; returns how many marks there are more. Raises RedactionRefused, and then adds none."""
    _must_be_open(redaction)
    last = reading.last_number(paper)
    known = {(mark.page, str(mark.boxes)) for mark in queries.marks_of(redaction)}
    words_of: dict[int, list[object]] = {}
    added = 0
    for one in new:
        _check(one, last)
        if one.chosen and one.page not in words_of:
            words_of[one.page] = reading.words_of(paper, one.page)
        boxes = [list(box) for box in one.boxes] or _boxes(words_of.get(one.page, []), one.chosen)
        if not boxes:
            raise RedactionRefused("place", "Draw a box, or choose the words that are to be covered.")
        if (one.page, str(boxes)) in known:
            continue
        if len(known) >= MOST_MARKS:
            raise RedactionRefused(
                "place", f"A copy takes {MOST_MARKS:,} places. Cover whole pages, or split the paper."
            )
        known.add((one.page, str(boxes)))
        added += 1
        db.session.add(
            RedactionMark(
                id=uuid4(),
                org_id=case.org_id,
                case_id=case.id,
                redaction_id=redaction.id,
                page=one.page,
                boxes=boxes,
                reason=one.reason,
                words=one.words,
                found_by=one.found_by,
                added_by=by.id,
            )
        )
    _changed(redaction)
    db.session.commit()
    return added


def remove_mark(redaction: Redaction, mark_id: UUID) -> None:
    """Uncover a place again, before the copy is made."""
    _must_be_open(redaction)
    db.session.execute(
        delete(RedactionMark).where(RedactionMark.redaction_id == redaction.id, RedactionMark.id == mark_id)
    )
    _changed(redaction)
    db.session.commit()


def discard(case: Case, redaction: Redaction, *, by: User) -> None:
    """Throw the boxes away. No copy is made, and the paper stays as it is."""
    _must_be_open(redaction)
    db.session.execute(delete(RedactionMark).where(RedactionMark.redaction_id == redaction.id))
    audit.record(case, "redaction:redaction:discard", by=by, subject=redaction.document_id)
    db.session.delete(redaction)
    db.session.commit()


def make(
    case: Case,
    paper: Document,
    redaction: Redaction,
    *,
    title: str,
    visibility: str,
    reason: str,
    all_pages: bool,
    confirmed: bool,
    version: int,
    by: User,
    visible: frozenset[str],
) -> None:
    """Have the copy made by the worker. Raises RedactionRefused, StaleForm.

    `confirmed`: the person says that they looked at every page, which is asked where more people would see the copy
    than the original."""
    if redaction.state == "making":
        return
    check_version(redaction, version)
    if problem := why_not(paper):
        raise RedactionRefused("", problem)
    marks = queries.marks_of(redaction)
    if not marks:
        raise RedactionRefused("", "Nothing is covered yet. Draw a box, or choose words, first.")
    if visibility not in visibilities_for(paper, visible):
        raise RedactionRefused("visibility", "The copy cannot be opened to these people.")
    if not reason:
        raise RedactionRefused("reason", "Say why. Your reason is kept in the log of redactions.")
    if opens_it_to_more_people(paper.visibility, visibility) and not confirmed:
        raise RedactionRefused(
            "confirmed", "More people will see the copy than may open the original. Look at each page, then tick this."
        )
    _refuse_telling(paper, marks)
    redaction.state, redaction.note, redaction.asked_by = "making", "", by.id
    redaction.title, redaction.visibility, redaction.reason, redaction.all_pages = title, visibility, reason, all_pages
    enqueue(
        tasks.make,
        lock=f"redaction:{redaction.id}",
        case_id=str(case.id),
        redaction_id=str(redaction.id),
        by_id=str(by.id),
        visibility_was=paper.visibility,
    )
    audit.record(
        case,
        "redaction:redaction:ask",
        by=by,
        subject=paper.id,
        count=len(marks),
        visibility_was=paper.visibility,
        visibility=visibility,
    )
    db.session.commit()


def protect_names(case: Case, names: Iterable[str], *, by: User) -> int:
    """Add names to the list of those that must not leave with this case; returns how many are new."""
    kept = {row.key for row in queries.protected_names(case)}
    new: dict[str, str] = {}
    for name in names:
        if plain(name) and plain(name) not in kept:
            new.setdefault(plain(name), name)
    if len(kept) + len(new) > MOST_NAMES:
        raise RedactionRefused("names", f"The list takes {MOST_NAMES} names.")
    for key, name in new.items():
        db.session.execute(
            insert(ProtectedName)
            .values(
                id=uuid4(),
                org_id=case.org_id,
                case_id=case.id,
                name=name,
                key=key,
                added_by=by.id,
                added_by_name=by.name,
            )
            .on_conflict_do_nothing()
        )
    if new:
        audit.record(case, "redaction:name:add", by=by, count=len(new))
    db.session.commit()
    return len(new)


def forget_name(case: Case, name_id: UUID, *, by: User) -> None:
    db.session.execute(delete(ProtectedName).where(ProtectedName.case_id == case.id, ProtectedName.id == name_id))
    audit.record(case, "redaction:name:remove", by=by, subject=name_id)
    db.session.commit()


def names_typed(text: str) -> list[str]:
    """Return the names of a text, one on each line."""
    return [name[:200] for line in plain_text(text).splitlines() if (name := " ".join(line.split()))]


def _check(new: NewMark, last: int) -> None:
    if not 1 <= new.page <= last:
        raise RedactionRefused("page", "This paper has no such page.")
    if new.reason not in REASONS:
        raise RedactionRefused("reason", "Choose why it is covered.")
    if new.reason == "other" and not new.words:
        raise RedactionRefused("words", "Say in a few words why it is covered, without repeating it.")
    if new.found_by not in HOW_FOUND:
        raise ValueError(f"no such way to find a place: {new.found_by}")


def _boxes(words: list[object], chosen: Collection[int]) -> list[list[float]]:
    """One box for each line of each run of chosen words."""
    boxes, run = [], []
    for number in sorted(one for one in chosen if 0 <= one < len(words)):
        if run and number != run[-1] + 1:
            boxes += boxes_of(words, (run[0], run[-1]))  # type: ignore[arg-type]
            run = []
        run.append(number)
    return boxes + (boxes_of(words, (run[0], run[-1])) if run else [])  # type: ignore[arg-type]


def _refuse_telling(paper: Document, marks: list[RedactionMark]) -> None:
    """A reason is printed in the log: it must not repeat what it covers."""
    for mark in marks:
        said = _long_parts(mark.words)
        if not said:
            continue
        for text, x0, y0, x1, y1 in reading.words_of(paper, mark.page):
            across, down = (x0 + x1) / 2, (y0 + y1) / 2
            inside = any(b[0] <= across <= b[2] and b[1] <= down <= b[3] for b in mark.boxes)
            if inside and said & _long_parts(text):
                raise RedactionRefused(
                    "", f"Page {mark.page}: your words for a reason repeat what the box covers. Say it in other words."
                )


def _long_parts(text: str) -> set[str]:
    return {part for part in re.findall(r"\w+", plain(text)) if len(part) >= TELLING}


def _must_be_open(redaction: Redaction) -> None:
    """Lock it, so that two boxes drawn at once come one after the other, and see that it can still be changed."""
    db.session.refresh(redaction, with_for_update=True)
    if redaction.state == "making":
        raise RedactionRefused("", "The copy is being made. Wait for it, then begin another one.")
    if redaction.state == "made":
        raise RedactionRefused("", "This copy was made. Begin another one for other boxes.")


def _changed(redaction: Redaction) -> None:
    """A form that was opened before must not make a copy of other boxes than the person saw."""
    redaction.state, redaction.note = "draft", ""
    flag_modified(redaction, "state")  # raises the version, also where only its marks changed
