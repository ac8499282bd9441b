"""A letter that went out: its PDF becomes a paper, the log gets an entry, the fact that starts its clock is recorded.

All in the transaction of the caller, who commits: a letter is never half sent.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from casemgr.accounts.access import NotAllowed, demand
from casemgr.accounts.models import User
from casemgr.accounts.roles import Permission
from casemgr.audit import services as audit
from casemgr.cases.models import Case
from casemgr.deadlines import services as facts
from casemgr.deadlines.services import NewFact
from casemgr.documents import services as documents
from casemgr.documents.services import PaperDetails
from casemgr.documents.store import store
from casemgr.evidence.services import NewEntry, PaperRef, Someone, log_entry
from casemgr.law.terms import FactKind, PartyRole, VerdictKind
from casemgr.letters import queries
from casemgr.letters.models import LetterSending, LetterVersion, OutgoingLetter
from casemgr.letters.services import kind_of
from casemgr.letters.ways import EMAIL, WAYS
from casemgr.platform.columns import now
from casemgr.proceedings import services as proceedings
from casemgr.proceedings.services import MoveInput
from casemgr.storage.sniff import sniff


def went_out(
    case: Case, row: OutgoingLetter, sending: LetterSending, on: date, *, by: User, printed_on: date | None = None
) -> None:
    """Record that a letter was sent on this local day. `printed_on`: another date that stands on it. Raises
    FactRefused."""
    sending.sent_on, sending.done_at = on, now()
    document_id = _as_paper(case, row, sending, printed_on or on, by=by)
    entry_id = _log(case, row, sending, document_id, by=by)
    if row.state != "sent":  # it may have been sent to somebody before
        fact_id = _record_sent(case, row, sending, document_id, entry_id, by=by)
        row.state, row.sent_on, row.sent_version = "sent", on, sending.letter_version
        row.document_id, row.entry_id, row.sent_fact_id = document_id, entry_id, fact_id
    audit.record(case, "letters:letter:sent", by=by, subject=row.id, way=sending.way, sha256=sending.pdf_sha256)


def sent_fact(
    row: OutgoingLetter, on: date, how: str, *, seen: tuple[str, ...] = (), because: str = ""
) -> NewFact | None:
    """Return the fact that the sending is; None for a letter that starts nothing."""
    kind, _received = kind_of(row).facts(row.choices)
    return _fact(kind, on, how, seen, because)


def received_fact(
    row: OutgoingLetter, on: date, how: str, *, seen: tuple[str, ...] = (), because: str = ""
) -> NewFact | None:
    """Return the fact that the receipt is."""
    _sent, kind = kind_of(row).facts(row.choices)
    return _fact(kind, on, how, seen, because)


def _fact(kind: FactKind | None, on: date, how: str, seen: tuple[str, ...], because: str) -> NewFact | None:
    if kind is None:
        return None
    return NewFact(kind, on, by_party=PartyRole.PARENT.value, how=how, kept_because=because, seen=frozenset(seen))


def opens_a_meeting(case: Case, row: OutgoingLetter, new: NewFact, by: User) -> bool:
    """Whether the letter is also a move of the case that the law allows now without a warning."""
    event = kind_of(row).event
    if event is None:
        return False
    try:
        demand(by, case, Permission.CASE_MOVE)
    except NotAllowed:
        return False
    return proceedings.check(case, event, (new,)).kind is VerdictKind.ALLOWED


def _record_sent(
    case: Case, row: OutgoingLetter, sending: LetterSending, document_id: UUID, entry_id: UUID, *, by: User
) -> UUID | None:
    assert sending.sent_on is not None, "the caller has set it"
    new = sent_fact(row, sending.sent_on, WAYS[sending.way].how, seen=tuple(sending.seen), because=sending.kept_because)
    if new is None:
        return None
    new = replace(new, document_id=document_id, entry_id=entry_id)
    if opens_a_meeting(case, row, new, by):
        event = kind_of(row).event
        assert event is not None, "asked above"
        sending.move_id = proceedings.move(case, event, MoveInput(new.on_date, (new,)), by=by, commit=False).id
        return new.id
    return facts.record_fact(case, new, by=by, commit=False).id


def _as_paper(case: Case, row: OutgoingLetter, sending: LetterSending, dated: date, *, by: User) -> UUID:
    data = b"".join(store().open_stream(case.org_id, sending.pdf_sha256))
    stored = store().put_bytes(case.org_id, data)
    content = queries.content_of(_version(row, sending))
    name = f"{row.kind.replace('_', '-')}.pdf"
    details = PaperDetails(
        title=(content.subject or kind_of(row).title)[:300],
        kind=kind_of(row).paper_kind,
        document_on=content.dated_on or dated,
        received_how="own",
        author=content.signer.partition("\n")[0][:200],
        visibility="shared",
    )
    kind = sniff(stored.head, name, tail=stored.tail, size=stored.size)
    return documents.receive(case, stored, kind, name, details, by=by, commit=False)[0].id


def _version(row: OutgoingLetter, sending: LetterSending) -> LetterVersion:
    found = queries.version(row, sending.letter_version)
    assert found is not None, "a sending names a version that is kept"
    return found


def _log(case: Case, row: OutgoingLetter, sending: LetterSending, document_id: UUID, *, by: User) -> UUID:
    assert sending.sent_on is not None, "the caller has set it"
    way = WAYS[sending.way]
    content = queries.content_of(_version(row, sending))
    names = [Someone(one["name"], UUID(one["person_id"]) if one.get("person_id") else None) for one in _got(sending)]
    to = "; ".join(f"{one['name']} ({one['address']})" if one.get("address") else one["name"] for one in _got(sending))
    lines = [
        f"{way.label.partition(',')[0]}, to: {to or content.to.partition(chr(10))[0]}",
        f"Subject: {content.subject}",
    ]
    if sending.answer:
        lines.append(f"The mail server answered: {sending.answer}")
    if sending.note:
        lines.append(sending.note)
    lines.append(f"SHA-256 of the PDF: {sending.pdf_sha256}")
    papers = [PaperRef(one) for one in dict.fromkeys((document_id, sending.proof_document_id)) if one]
    at = (
        now().astimezone(ZoneInfo(case.timezone)).time()
        if sending.way == EMAIL and sending.state == "accepted"
        else None
    )
    entry = NewEntry(
        kind="email" if way.how == "email" else kind_of(row).evidence,
        happened_on=sending.sent_on,
        happened_at=at,
        title=f"Letter sent: {content.subject or kind_of(row).title}"[:300],
        body="\n".join(lines),
        people=names,
        papers=papers,
        visibility="shared",
        id=sending.id,
    )
    return log_entry(case, entry, by=by, commit=False).id


def _got(sending: LetterSending) -> list[dict[str, Any]]:
    return [one for one in sending.recipients if not one.get("refused")]
