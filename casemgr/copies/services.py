"""Say what papers are to each other, take it back, and ask for two to be compared. No paper is deleted or changed."""

from __future__ import annotations

from uuid import UUID, uuid4

from sqlalchemy import text

from casemgr.accounts.models import User
from casemgr.audit import services as audit
from casemgr.cases.models import Case
from casemgr.copies import asking, queries
from casemgr.copies.models import PaperPair, PaperRelation
from casemgr.copies.standing import COPY, REDACTED, VERSION, Relations, relations_of
from casemgr.documents import custody
from casemgr.documents.models import Document
from casemgr.extensions import db
from casemgr.platform.columns import now

NOTES = {
    COPY: ("Marked as a copy of {}.", "Marked as the original of {}."),
    VERSION: ("Marked as a later version of {}.", "Marked as replaced by {}."),
    REDACTED: ("It is a redacted copy of {}.", "It has a redacted copy: {}."),
}


class SayingRefused(Exception):
    """The two papers cannot be this to each other; the text says why and what to do."""


def say(case: Case, this: Document, other: Document, saying: str, *, by: User, row_id: UUID | None = None) -> None:
    """Keep what a person says of two papers (a key of kinds.SAYINGS). The pair is not suggested again.

    Args:
        row_id: the id for the new relation, so that a form sent twice makes one.
    Raises SayingRefused, and changes nothing.
    """
    _one_at_a_time(case)
    relations = relations_of(case.id)
    if any(row.id == row_id for row in relations.rows):
        db.session.commit()
        return
    if saying == "different":
        _say_different(case, this, other, relations, by)
    else:
        kind, paper, of = _who_is_who(this, other, saying)
        _check(relations, kind, paper, of)
        _add(case, kind, paper, of, by, row_id or uuid4())
        _settle(case, this, other, "decided", by)
    db.session.commit()


def note_redacted(case: Case, copy: Document, original: Document, *, by: User) -> None:
    """Keep that a paper was made as a redacted copy of another; the caller commits. Nobody takes that back."""
    _one_at_a_time(case)
    if not relations_of(case.id).between(copy.id, original.id):
        _add(case, REDACTED, copy, original, by, uuid4())
    _settle(case, copy, original, "decided", by)


def note_replaced(case: Case, newer: Document, older: Document, *, by: User) -> None:
    """Keep that a paper of ours supersedes an earlier one; the caller commits."""
    _one_at_a_time(case)
    if newer.id != older.id and not relations_of(case.id).between(newer.id, older.id):
        _add(case, VERSION, newer, older, by, uuid4())
    _settle(case, newer, older, "decided", by)


def take_back(case: Case, relation: PaperRelation, *, by: User) -> None:
    """Take back what was said. The row stays, with who took it back; nothing is said anew of the two papers.

    Raises SayingRefused for a redacted copy: that is how it was made."""
    if relation.kind == REDACTED:
        raise SayingRefused("One was made as a redacted copy of the other. That stays on record.")
    _one_at_a_time(case)
    db.session.refresh(relation)
    if relation.taken_back_at is not None:
        db.session.commit()
        return
    relation.taken_back_at, relation.taken_back_by, relation.taken_back_by_name = now(), by.id, by.name
    what = "a copy" if relation.kind == COPY else "a later version"
    _note(case, relation.document_id, relation.of_id, f"No longer marked as {what} of {{}}.", by)
    audit.record(case, "copies:relation:take_back", by=by, subject=relation.id, kind=relation.kind)
    db.session.commit()


def ask_again(case: Case, pair: PaperPair, *, by: User) -> None:
    """Take back that two papers are different; they can be suggested again."""
    pair.state, pair.decided_by, pair.decided_by_name, pair.decided_at = "suggested", None, "", None
    audit.record(case, "copies:pair:ask_again", by=by, subject=pair.id)
    db.session.commit()


def compare(case: Case, one: Document, other: Document, *, by: User) -> None:
    """Queue the comparison of two papers, unless what is known is up to date or being worked on."""
    _one_at_a_time(case)
    if asking.ask_to_compare(case, one.id, other.id, by=by.id):
        audit.record(case, "copies:comparison:ask", by=by, subject=one.id, other=str(other.id))
    db.session.commit()


def _who_is_who(this: Document, other: Document, saying: str) -> tuple[str, Document, Document]:
    """Return the kind of relation, the copy or later version, and what it is one of."""
    kind = COPY if saying in ("copy", "original") else VERSION
    return (kind, this, other) if saying in ("copy", "later") else (kind, other, this)


def _check(relations: Relations, kind: str, paper: Document, of: Document) -> None:
    if any(row.kind == REDACTED for row in relations.between(paper.id, of.id)):
        raise SayingRefused("One was made as a redacted copy of the other. That stays on record.")
    if relations.between(paper.id, of.id):
        raise SayingRefused("Something is said of these two papers already. Take that back first.")
    if kind == COPY:
        if relations.original_of(paper.id):
            raise SayingRefused(f"“{paper.title}” is marked as a copy already. Take that back first.")
        if relations.original_of(of.id):
            raise SayingRefused(f"“{of.title}” is itself marked as a copy. Choose its original instead.")
        if relations.copies_of(paper.id):
            raise SayingRefused(f"“{paper.title}” has copies of its own. Say that the other one is the copy.")
        return
    if of.id in relations.later(paper.id):
        raise SayingRefused(f"“{of.title}” is marked as a later version of “{paper.title}”, further on.")
    if relations.after(of.id):
        raise SayingRefused(
            f"“{of.title}” has a next version already. Say it of its newest version, or take that back first."
        )
    if relations.before(paper.id):
        raise SayingRefused(f"“{paper.title}” follows another version already. Take that back first.")


def _add(case: Case, kind: str, paper: Document, of: Document, by: User, row_id: UUID) -> None:
    relation = PaperRelation(
        id=row_id,
        org_id=case.org_id,
        case_id=case.id,
        kind=kind,
        document_id=paper.id,
        of_id=of.id,
        said_by=by.id,
        said_by_name=by.name,
    )
    db.session.add(relation)
    db.session.flush()
    for_paper, for_of = NOTES[kind]
    _note(case, paper.id, of.id, for_paper, by)
    _note(case, of.id, paper.id, for_of, by)
    audit.record(case, f"copies:{kind}:say", by=by, subject=paper.id, of=str(of.id))


def _say_different(case: Case, this: Document, other: Document, relations: Relations, by: User) -> None:
    if relations.between(this.id, other.id):
        raise SayingRefused("These two are marked as copies or versions. Take that back first.")
    _settle(case, this, other, "different", by)
    audit.record(case, "copies:pair:different", by=by, subject=this.id, other=str(other.id))


def _settle(case: Case, one: Document, other: Document, state: str, by: User) -> None:
    """Keep that a person has looked at these two, whether the program had suggested them or not."""
    pair = queries.pair_of(case, one.id, other.id)
    if pair is None:
        first, second = sorted((one.id, other.id))
        pair = PaperPair(org_id=case.org_id, case_id=case.id, first_id=first, second_id=second)
        db.session.add(pair)
    pair.state, pair.decided_by, pair.decided_by_name, pair.decided_at = state, by.id, by.name, now()


def _note(case: Case, paper_id: UUID, other_id: UUID, words: str, by: User) -> None:
    """A line of custody. It names the other paper by its fingerprint: whoever reads this one may not see that."""
    other = db.session.get_one(Document, other_id)
    fingerprint = f"the paper whose fingerprint begins with {other.sha256[:12]}"
    custody.add(case.id, [paper_id], "related", words.format(fingerprint), by.name)


def _one_at_a_time(case: Case) -> None:
    """What two people say at one moment must not make a ring of versions; the lock ends with the transaction."""
    db.session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": f"copies:{case.id}"})
