"""Words on papers. A tag is what people typed; two spellings that differ in capitals or blanks are one."""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from sqlalchemy import delete, select

from casemgr.cases.models import Case
from casemgr.extensions import db
from casemgr.paper_order.models import DocumentTag

LONGEST = 60
MOST = 20


class TooManyTags(Exception):
    """More tags than a paper can carry, or one that is too long. The text says which."""


def words_of(typed: str) -> tuple[str, ...]:
    """Return the tags in a text where commas part them, each once, in the order typed. Raises TooManyTags."""
    found: dict[str, str] = {}
    for part in typed.replace("\n", ",").split(","):
        name = " ".join("".join(c for c in part if unicodedata.category(c)[0] != "C" or c.isspace()).split())
        if len(name) > LONGEST or len(key_of(name)) > LONGEST:
            raise TooManyTags(f"“{name[:30]}…” is too long. Use {LONGEST} characters or fewer for one tag.")
        if name:
            found.setdefault(key_of(name), name)
    if len(found) > MOST:
        raise TooManyTags(f"Use {MOST} tags or fewer.")
    return tuple(found.values())


def key_of(name: str) -> str:
    """Return what makes two spellings the same tag."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def tags_on(case: Case, papers: Collection[UUID]) -> dict[UUID, list[DocumentTag]]:
    """Return the tags of papers, by paper, each list in the order of the alphabet. One query."""
    found: dict[UUID, list[DocumentTag]] = {one: [] for one in papers}
    if papers:
        rows = select(DocumentTag).where(DocumentTag.case_id == case.id, DocumentTag.document_id.in_(papers))
        for tag in db.session.scalars(rows.order_by(DocumentTag.key)):
            found[tag.document_id].append(tag)
    return found


def spelled(case: Case, names: Iterable[str]) -> dict[str, str]:
    """Return, by key, how each tag is spelled in the case already; a new one as it is given."""
    wanted = {key_of(name): name for name in names}
    rows = select(DocumentTag.key, DocumentTag.name).where(DocumentTag.case_id == case.id, DocumentTag.key.in_(wanted))
    return wanted | dict(db.session.execute(rows).all())


def add(case: Case, papers: Sequence[UUID], names: Iterable[str]) -> dict[UUID, list[str]]:
    """Put tags on papers, and return which tags are new on each. The caller commits."""
    known = spelled(case, names)
    there = {paper: {tag.key for tag in tags} for paper, tags in tags_on(case, papers).items()}
    added: dict[UUID, list[str]] = {}
    for paper in papers:
        for key, name in known.items():
            if key not in there[paper]:
                db.session.add(DocumentTag(org_id=case.org_id, case_id=case.id, document_id=paper, name=name, key=key))
                added.setdefault(paper, []).append(name)
    db.session.flush()
    return added


def remove(case: Case, papers: Sequence[UUID], names: Iterable[str]) -> dict[UUID, list[str]]:
    """Take tags off papers, and return which went from each. The caller commits."""
    keys = {key_of(name) for name in names}
    gone = {paper: [tag for tag in tags if tag.key in keys] for paper, tags in tags_on(case, papers).items()}
    ids = [tag.id for tags in gone.values() for tag in tags]
    removed = {paper: [tag.name for tag in tags] for paper, tags in gone.items() if tags}
    if ids:
        db.session.execute(delete(DocumentTag).where(DocumentTag.case_id == case.id, DocumentTag.id.in_(ids)))
    return removed


def put(case: Case, paper: UUID, names: Sequence[str]) -> bool:
    """Let a paper carry these tags and no others, and say whether that changed anything. The caller commits."""
    here = [tag.name for tag in tags_on(case, [paper])[paper]]
    keys = {key_of(name) for name in names}
    gone = remove(case, [paper], [name for name in here if key_of(name) not in keys])
    return bool(add(case, [paper], names)) or bool(gone)
