"""Change many papers in one step, all of them or none, and undo it while nobody has touched them since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select, update
from sqlalchemy.orm.attributes import flag_modified

from casemgr.accounts.models import User
from casemgr.audit import services as audit
from casemgr.cases.models import Case
from casemgr.documents import custody
from casemgr.documents.kinds import VISIBILITIES, opens_it_to_more_people
from casemgr.documents.models import Document, DocumentPart
from casemgr.documents.services import WideningNotConfirmed
from casemgr.extensions import db
from casemgr.holds.guard import refuse_if_held
from casemgr.paper_order import tagging
from casemgr.paper_order.models import DocumentTag, PaperChange
from casemgr.platform.columns import now

MOST_AT_ONCE = 1000
DATES = ("document_on", "received_on")
FIELDS = ("kind", *DATES, "author", "source", "received_how", "visibility")


class PapersStale(Exception):
    """Some of the papers were changed, or are gone, since they were chosen. Nothing was changed. `papers`: as they
    are now."""

    def __init__(self, papers: Sequence[Document]) -> None:
        super().__init__("Somebody changed some of these papers since you chose them. Nothing was done.")
        self.papers = papers


@dataclass(frozen=True)
class Change:
    """What to change on every paper that was chosen. None, and empty tuples, leave things as they are.

    `values`: new values by column (FIELDS); `is_trashed`: into the trash, or back from it."""

    values: Mapping[str, Any] = field(default_factory=dict)
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    is_trashed: bool | None = None

    @property
    def words(self) -> str:
        """What is changed, for the list of changes; without anybody's name."""
        said = [WORDS[name] for name in FIELDS if name in self.values]
        said += ["tags"] * bool(self.add_tags or self.remove_tags)
        if self.is_trashed is not None:
            said.append("put in the trash" if self.is_trashed else "brought back from the trash")
        return ", ".join(said)


WORDS = {
    "kind": "kind",
    "document_on": "date on the paper",
    "received_on": "day received",
    "author": "author",
    "source": "who it came from",
    "received_how": "how it came",
    "visibility": "who may see it",
}


def change_papers(
    case: Case,
    seen: Mapping[UUID, int],
    wanted: Change,
    *,
    visible: Collection[str],
    confirmed: bool,
    by: User,
    change_id: UUID | None = None,
    why: str = "",
) -> PaperChange | None:
    """Change all papers in `seen` (id → version that the person saw), or none of them. `why`: their reason for letting
    more people see them, kept in the custody of each.

    Returns: what was changed, to be undone; None when every paper was like that already.
    Raises: PapersStale, OnHold, and WideningNotConfirmed when more people would see one and `confirmed` is false.
    """
    papers = _still_the_same(case, visible, seen)
    if wanted.is_trashed:
        refuse_if_held(case, seen.keys())
    _ask_about_widening(papers, {paper.id: wanted.values.get("visibility") for paper in papers}, confirmed)
    before = _Before(case, papers)
    for paper in papers:
        for name, value in wanted.values.items():
            if getattr(paper, name) != value:
                setattr(paper, name, value)
        if wanted.is_trashed is not None and (paper.trashed_at is not None) != wanted.is_trashed:
            paper.trashed_at = now() if wanted.is_trashed else None
    before.add_papers(_close_what_came_with(case, papers, wanted.values.get("visibility"), by))
    ids = [paper.id for paper in papers]
    added = tagging.add(case, ids, wanted.add_tags) if wanted.add_tags else {}
    removed = tagging.remove(case, ids, wanted.remove_tags) if wanted.remove_tags else {}
    changed = before.changed(added, removed)
    if not changed:
        db.session.rollback()
        return None
    _record(case, changed, before, by, why)
    row = PaperChange(
        id=change_id or uuid4(),
        org_id=case.org_id,
        case_id=case.id,
        words=wanted.words,
        papers=[before.as_json(paper, added, removed) for paper in changed],
        made_by=by.id,
        made_by_name=by.name,
    )
    db.session.add(row)
    db.session.commit()
    return row


def undo(case: Case, row: PaperChange, *, visible: Collection[str], confirmed: bool, by: User) -> bool:
    """Put all papers of a change back as they were. False: that was done already.

    Raises: PapersStale when one was changed since, OnHold, WideningNotConfirmed; then nothing is changed.
    """
    db.session.execute(select(PaperChange.id).where(PaperChange.id == row.id).with_for_update())
    db.session.refresh(row)
    if row.undone_at is not None:
        db.session.rollback()
        return False
    was = {UUID(one["id"]): one for one in row.papers}
    papers = _still_the_same(case, visible, {key: one["version"] for key, one in was.items()})
    back_to = {key: one["fields"] for key, one in was.items()}
    if back_in_trash := [key for key, fields in back_to.items() if fields.get("trashed_at")]:
        refuse_if_held(case, back_in_trash)
    _ask_about_widening(papers, {key: fields.get("visibility") for key, fields in back_to.items()}, confirmed)
    before = _Before(case, papers)
    for paper in papers:
        for name, value in back_to[paper.id].items():
            setattr(paper, name, _as_it_was(name, value))
        flag_modified(paper, "title")  # the version moves on, also when only tags changed
    for retag, key in ((tagging.remove, "tags_added"), (tagging.add, "tags_removed")):
        alike: dict[tuple[str, ...], list[UUID]] = defaultdict(list)
        for paper_id, one in was.items():
            alike[tuple(one[key])].append(paper_id)
        for names, ids in alike.items():
            if names:
                retag(case, ids, names)
    _record(case, papers, before, by, undone=True)
    row.undone_at, row.undone_by_name = now(), by.name
    db.session.commit()
    return True


def _as_it_was(name: str, value: Any) -> Any:
    """Read a kept value back from JSON. A paper that goes back into the trash goes there now."""
    if value is None:
        return None
    return date.fromisoformat(value) if name in DATES else now() if name == "trashed_at" else value


def would_open(row: PaperChange, papers: Sequence[Document]) -> int:
    """Return how many papers more people would see if a change were undone."""
    was = {UUID(one["id"]): one["fields"].get("visibility") for one in row.papers}
    return len(_widened(papers, was))


def rename_tag(case: Case, old: str, name: str, *, by: User) -> int:
    """Call a tag otherwise on all papers of the case, and return on how many. A name that is in use joins the two."""
    key, new_key = tagging.key_of(old), tagging.key_of(name)
    carrying = [tag.document_id for tag in _tags(case, key)]
    if not carrying:
        return 0
    if new_key != key:
        tagging.remove(case, carrying, [old])
        tagging.add(case, carrying, [name])
    else:
        mine = (DocumentTag.case_id == case.id, DocumentTag.key == key)
        db.session.execute(update(DocumentTag).where(*mine).values(name=name))
    _move_on(case, carrying)
    audit.record(case, "binder:tag:rename", by=by, papers=len(carrying))
    db.session.commit()
    return len(carrying)


def drop_tag(case: Case, name: str, *, by: User) -> int:
    """Take a tag off all papers of the case, and return off how many."""
    carrying = [tag.document_id for tag in _tags(case, tagging.key_of(name))]
    tagging.remove(case, carrying, [name])
    _move_on(case, carrying)
    audit.record(case, "binder:tag:remove", by=by, papers=len(carrying))
    db.session.commit()
    return len(carrying)


def _tags(case: Case, key: str) -> Sequence[DocumentTag]:
    return db.session.scalars(select(DocumentTag).where(DocumentTag.case_id == case.id, DocumentTag.key == key)).all()


def _move_on(case: Case, ids: Collection[UUID]) -> None:
    """Papers whose tags changed are of a new version: a form that somebody has open must not bring the old ones
    back."""
    mine = (Document.case_id == case.id, Document.id.in_(ids))
    db.session.execute(update(Document).where(*mine).values(version=Document.version + 1))


def _still_the_same(case: Case, visible: Collection[str], seen: Mapping[UUID, int]) -> Sequence[Document]:
    """Lock the papers and return them. Raises PapersStale unless each is the version that was seen."""
    papers = db.session.scalars(
        select(Document)
        .where(Document.case_id == case.id, Document.visibility.in_(visible), Document.id.in_(seen.keys()))
        .order_by(Document.id)
        .with_for_update(),
        execution_options={"populate_existing": True},
    ).all()
    if len(papers) != len(seen) or any(paper.version != seen[paper.id] for paper in papers):
        raise PapersStale(papers)
    return papers


def _ask_about_widening(papers: Sequence[Document], after: Mapping[UUID, str | None], confirmed: bool) -> None:
    if not confirmed and _widened(papers, after):
        raise WideningNotConfirmed


def _widened(papers: Sequence[Document], after: Mapping[UUID, str | None]) -> list[Document]:
    wanted = ((paper, after.get(paper.id)) for paper in papers)
    return [paper for paper, to in wanted if to and opens_it_to_more_people(paper.visibility, to)]


def _close_what_came_with(case: Case, papers: Sequence[Document], visibility: str | None, by: User) -> list[Document]:
    """What was taken out of an e-mail or ZIP is closed with it, level by level. Returns those not among `papers`, as
    they were: the caller must keep what they were before it flushes."""
    if not visibility:
        return []
    known, level, closed = {paper.id for paper in papers}, [paper.id for paper in papers], []
    while level:
        made = select(DocumentPart.document_id).where(
            DocumentPart.case_id == case.id, DocumentPart.parent_id.in_(level), DocumentPart.is_own
        )
        parts = db.session.scalars(
            select(Document).where(Document.case_id == case.id, Document.id.in_(made)).order_by(Document.id)
        ).all()
        parts = [one for one in parts if one.id not in known and opens_it_to_more_people(visibility, one.visibility)]
        known |= {one.id for one in parts}
        level = [one.id for one in parts]
        closed += parts
    return closed


class _Before:
    """What papers were before a change, and what of it is different now."""

    def __init__(self, case: Case, papers: Sequence[Document]) -> None:
        self.case, self.papers, self.was = case, [], {}
        self._keep(papers)

    def _keep(self, papers: Sequence[Document]) -> None:
        for paper in papers:
            self.papers.append(paper)
            self.was[paper.id] = {name: getattr(paper, name) for name in (*FIELDS, "trashed_at")}

    def add_papers(self, closed: Sequence[Document]) -> None:
        """Papers that are closed with others: keep what they were, then close them as the one they came with is."""
        self._keep(closed)
        for paper in closed:
            paper.visibility = self.papers[0].visibility

    def of(self, paper: Document) -> dict[str, Any]:
        """Return what was different, by column."""
        return {name: old for name, old in self.was[paper.id].items() if getattr(paper, name) != old}

    def changed(self, *tags: Mapping[UUID, Sequence[str]]) -> list[Document]:
        """Return the papers of which anything is different, with their new version."""
        found = []
        for paper in self.papers:
            if any(paper.id in one for one in tags):
                flag_modified(paper, "title")  # the version moves on, also when only tags changed
            elif not self.of(paper):
                continue
            found.append(paper)
        db.session.flush()
        return found

    def as_json(self, paper: Document, added: Mapping[UUID, list[str]], removed: Mapping[UUID, list[str]]) -> Any:
        old = {
            name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in self.of(paper).items()
        }
        return {
            "id": str(paper.id),
            "version": paper.version,
            "fields": old,
            "tags_added": added.get(paper.id, []),
            "tags_removed": removed.get(paper.id, []),
        }


def _record(
    case: Case, papers: Sequence[Document], before: _Before, by: User, why: str = "", *, undone: bool = False
) -> None:
    """Write down who changed what: in the audit log, and in the custody of papers that more or fewer people see now,
    or that went into the trash or came back."""
    lines: dict[tuple[str, str], list[UUID]] = defaultdict(list)
    db.session.flush()
    for paper in papers:
        old = before.of(paper)
        if "visibility" in old:
            was, became = VISIBILITIES[old["visibility"]].label, VISIBILITIES[paper.visibility].label
            lines["visibility", f"Who may see it: was “{was}”, now “{became}”. {why}".strip()].append(paper.id)
        if "trashed_at" in old:
            verb = "restore" if paper.trashed_at is None else "trash"
            lines[verb, "Brought back from the trash." if verb == "restore" else "Moved to the trash."].append(paper.id)
        detail = {"visibility_was": old["visibility"], "visibility": paper.visibility} if "visibility" in old else {}
        audit.record(
            case,
            "binder:document:undo" if undone else "binder:document:change",
            by=by,
            subject=paper.id,
            changed=sorted(old),
            **detail,
        )
    for (act, words), ids in lines.items():
        custody.add(case.id, set(ids), act, words, by.name)
