"""Send a letter by e-mail, or note that it was sent by hand; note when it was received. Mistakes: taking_back.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from casemgr.accounts.models import Organization, User
from casemgr.audit import services as audit
from casemgr.cases.clock import today
from casemgr.cases.models import Case
from casemgr.deadlines import services as facts
from casemgr.deadlines.services import NewFact
from casemgr.documents.models import Document
from casemgr.documents.store import store
from casemgr.evidence.services import NewEntry, PaperRef, log_entry
from casemgr.extensions import db
from casemgr.law.terms import FactKind
from casemgr.letters import citing, gathering, queries, recording, richtext, tasks
from casemgr.letters.checking import Finding
from casemgr.letters.content import Content, printed, signer_of
from casemgr.letters.models import LetterSending, LetterVersion, OutgoingLetter
from casemgr.letters.services import LetterRefused, kind_of, lock, look
from casemgr.letters.ways import EMAIL, WAYS
from casemgr.platform import page_drawing
from casemgr.platform.columns import now
from casemgr.platform.locking import check_version
from casemgr.platform.posting import settings
from casemgr.records import services as records
from casemgr.records.services import NewRequest

MOST_MAILS_A_DAY = 40
MOST_RECIPIENTS = 10


@dataclass(frozen=True)
class Recipient:
    """Who gets it. `person_id`: a person of the case; None for an address that was typed."""

    name: str
    address: str = ""
    person_id: UUID | None = None

    def as_json(self) -> dict[str, str | None]:
        return {
            "name": self.name,
            "address": self.address,
            "person_id": str(self.person_id) if self.person_id else None,
        }


@dataclass(frozen=True)
class Answered:
    """What a person said to what speaks against the day."""

    kept_because: str = ""
    seen: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ByHand:
    """A sending that a person tells of. `printed_on`: the date on the paper, where the letter left it open; None: the
    day of sending."""

    way: str
    sent_on: date
    number: int
    printed_on: date | None = None
    recipients: tuple[Recipient, ...] = ()
    note: str = ""
    proof_document_id: UUID | None = None
    id: UUID = field(default_factory=uuid4)


def mail(
    case: Case,
    row: OutgoingLetter,
    recipients: Sequence[Recipient],
    reply_to: str,
    *,
    with_blanks: bool,
    answered: Answered,
    version: int,
    organization: Organization,
    by: User,
    sending_id: UUID | None = None,
    signed: bool = False,
) -> LetterSending:
    """Queue the newest version as an e-mail with its PDF. A sent letter can be mailed again to others.

    `signed`: whoever sends it is the signer, and signs it with the typed name.

    Raises LetterRefused, StaleForm, FactQuestioned, NotDrawn, and changes nothing."""
    if settings().mail_server is None:
        raise LetterRefused(
            "", "This installation sends no mail. Print the letter, or send the PDF from your own mail."
        )
    if not 0 < len(recipients) <= MOST_RECIPIENTS:
        raise LetterRefused("people", f"Choose who gets it: one to {MOST_RECIPIENTS} people.")
    if queries.sent_today(case) >= MOST_MAILS_A_DAY:
        raise LetterRefused("", "Enough letters were mailed for this case today. Try again tomorrow.")
    saved = queries.newest(row)
    content = queries.content_of(saved)
    if signed and not may_sign(content, by):
        raise LetterRefused("signed", f"Only {signer_of(content) or 'who signs it'} can sign it.")
    labels = citing.labels(case, content)
    sha256, size = _pdf(case, row, saved, today(case), organization, "By e-mail", labels, signed=signed)
    locked = _ready(case, row, saved, version, labels, with_blanks=with_blanks)
    if locked.state == "draft":
        _ask(case, recording.sent_fact(locked, today(case), EMAIL), answered)
    sending = _new(locked, saved, EMAIL, "queued", sha256, size, by=by, sending_id=sending_id)
    sending.recipients = [one.as_json() for one in recipients]
    sending.reply_to = reply_to
    sending.kept_because, sending.seen = answered.kept_because, sorted(answered.seen)
    db.session.add(sending)
    if locked.state == "draft":
        locked.state = "sending"
    db.session.flush()
    tasks.queue(sending.id)
    audit.record(case, "letters:letter:mail", by=by, subject=row.id, recipients=len(recipients), sha256=sha256)
    db.session.commit()
    return sending


def may_sign(content: Content, by: User) -> bool:
    """Whether somebody may put a signature under a letter: only under one's own name."""
    name = " ".join(signer_of(content).split()).casefold()
    return bool(name) and name == " ".join(by.name.split()).casefold()


def note_by_hand(
    case: Case,
    row: OutgoingLetter,
    told: ByHand,
    *,
    answered: Answered,
    version: int,
    organization: Organization,
    by: User,
) -> LetterSending:
    """Record that a person sent the letter some other way, all at once: paper, log, fact.

    Raises LetterRefused, StaleForm, FactQuestioned, FactRefused, NotDrawn, and changes nothing."""
    saved = queries.version(row, told.number)
    if saved is None:
        raise LetterRefused("number", "There is no such version.")
    if told.sent_on > today(case):
        raise LetterRefused("sent_on", "This day is still to come. Note it once you have sent the letter.")
    written = saved.saved_at.astimezone(ZoneInfo(case.timezone)).date()
    if told.sent_on < written:
        raise LetterRefused(
            "sent_on", f"This version was written on {_long(written)}: it cannot have been sent before."
        )
    on = told.printed_on or told.sent_on
    labels = citing.labels(case, queries.content_of(saved))
    sha256, size = _pdf(case, row, saved, on, organization, "", labels)  # as it was printed from here
    locked = _ready(case, row, saved, version, labels, with_blanks=True)
    if locked.state == "draft":
        new = recording.sent_fact(locked, told.sent_on, WAYS[told.way].how)
        _ask(case, new, answered)
    sending = _new(locked, saved, told.way, "by_hand", sha256, size, by=by, sending_id=told.id)
    sending.recipients = [one.as_json() for one in told.recipients]
    sending.note, sending.proof_document_id = told.note, told.proof_document_id
    sending.kept_because, sending.seen = answered.kept_because, sorted(answered.seen)
    db.session.add(sending)
    db.session.flush()
    recording.went_out(case, locked, sending, told.sent_on, printed_on=told.printed_on, by=by)
    db.session.commit()
    return sending


def stop(case: Case, row: OutgoingLetter, *, by: User) -> bool:
    """Stop a letter that still waits. Returns False when it is too late."""
    locked = lock(row)
    sending = queries.under_way(locked)
    if sending is None or sending.state != "queued":
        db.session.rollback()
        return False
    sending.state, sending.done_at, sending.problem = "stopped", now(), ""
    if locked.state == "sending":
        locked.state = "draft"
    audit.record(case, "letters:letter:stop", by=by, subject=row.id)
    db.session.commit()
    return True


def settle(case: Case, row: OutgoingLetter, went_on: date | None, note: str, *, by: User) -> None:
    """Say what became of a letter of which nobody knew: it went out on that day, or (None) it did not.

    Raises LetterRefused, FactRefused."""
    locked = lock(row)
    sending = queries.under_way(locked)
    if sending is None or sending.state != "unknown":
        raise LetterRefused("went", "Somebody has said it already. Look at the letter again.")
    sending.note, sending.problem = note, ""
    if went_on is None:
        sending.state, sending.done_at = "refused", now()
        sending.problem = f"It did not go out, as {by.name} found."
        if locked.state == "sending":
            locked.state = "draft"
    else:
        assert sending.began_at is not None, "unknown only after it was begun"
        began = sending.began_at.astimezone(ZoneInfo(case.timezone)).date()
        if not began <= went_on <= today(case):
            raise LetterRefused("sent_on", f"It was handed over on {_long(began)}: give that day or a later one.")
        sending.state = "by_hand"
        recording.went_out(case, locked, sending, went_on, by=by)
    audit.record(case, "letters:letter:settle", by=by, subject=row.id, went=went_on is not None)
    db.session.commit()


def record_received(
    case: Case,
    row: OutgoingLetter,
    on: date,
    how: str,
    document_id: UUID | None,
    *,
    answered: Answered,
    by: User,
) -> None:
    """Record the day on which it was received, and how that is known; many clocks start on it.

    Raises LetterRefused, FactQuestioned, FactRefused, and changes nothing."""
    locked = lock(row)
    if locked.state != "sent" or locked.sent_on is None:
        raise LetterRefused("on_date", "Only a letter that was sent can have been received.")
    if locked.received_on is not None:
        db.session.rollback()
        return
    if on > today(case):
        raise LetterRefused("on_date", "This day is still to come. Wait until you know it.")
    if on < locked.sent_on:
        raise LetterRefused("on_date", f"It was sent on {_long(locked.sent_on)}: it cannot have arrived before.")
    new = recording.received_fact(locked, on, "", seen=tuple(answered.seen), because=answered.kept_because)
    if new is not None:
        new = replace(new, document_id=document_id or locked.document_id, note=how)
        _ask(case, new, answered)
        locked.received_fact_id = facts.record_fact(case, new, by=by, commit=False).id
    locked.received_on, locked.received_how, locked.receipt_document_id = on, how, document_id
    audit.record(case, "letters:letter:received", by=by, subject=row.id)
    if new is not None and new.kind is FactKind.RECORDS_REQUESTED:
        _as_records_request(case, locked, by=by)  # commits, with all of the above
    else:
        db.session.commit()


def _as_records_request(case: Case, row: OutgoingLetter, *, by: User) -> None:
    """List the letter among the requests for records, where what comes in answer is gathered."""
    content = citing.as_sent(row, queries.content_of(queries.newest(row)))
    asked = NewRequest(
        words=richtext.to_plain(content.body, emphasis=False),
        asked_by=content.signer.partition("\n")[0][:200],
        asked_of=content.to.partition("\n")[0][:200],
        sent_on=row.sent_on,
        document_id=row.document_id,
        fact_id=row.received_fact_id,
    )
    records.add(case, asked, by=by)


def add_proof(case: Case, row: OutgoingLetter, document_id: UUID, *, by: User) -> None:
    """Name the paper that shows the mailing; the log gets an entry that ties the two together."""
    locked = lock(row)
    sending = next((one for one in queries.sendings_of(locked) if one.state in ("by_hand", "accepted")), None)
    if sending is None:
        raise LetterRefused("upload", "Note first that the letter was sent.")
    sending.proof_document_id = document_id
    papers = [PaperRef(one) for one in dict.fromkeys((locked.document_id, document_id)) if one]
    title = f"Proof of mailing: {kind_of(locked).title}"
    shown = db.session.get_one(Document, document_id).visibility
    log_entry(
        case,
        NewEntry("document", today(case), title, papers=papers, visibility=shown),
        by=by,
        commit=False,
    )
    audit.record(case, "letters:letter:proof", by=by, subject=row.id, paper=str(document_id))
    db.session.commit()


def _pdf(
    case: Case,
    row: OutgoingLetter,
    saved: LetterVersion,
    on: date,
    organization: Organization,
    sent_by: str,
    labels: Mapping[str, str],
    *,
    signed: bool = False,
) -> tuple[str, int]:
    """Draw the letter and store it, outside of any transaction that holds locks. A sent letter is never drawn again.

    `labels`: what the exhibits that it cites are called."""
    if row.state == "sent":
        first = next(one for one in queries.sendings_of(row) if one.sent_on is not None and one.state != "taken_back")
        return first.pdf_sha256, first.pdf_size
    content = citing.worded(queries.content_of(saved), labels)
    look = gathering.look_of(row, organization)
    letter = printed(content, look=look, on=on, made_at=saved.saved_at, sent_by=sent_by, signed=signed)
    org_id = case.org_id
    db.session.rollback()
    stored = store().put_bytes(org_id, page_drawing.draw(letter).pdf)
    return stored.sha256, stored.size


def _ready(
    case: Case,
    row: OutgoingLetter,
    saved: LetterVersion,
    version: int,
    labels: Mapping[str, str],
    *,
    with_blanks: bool,
) -> OutgoingLetter:
    """Return the locked letter when it may go out as it is; what its exhibits are called is fixed from now on."""
    number = saved.number
    locked = lock(row)
    check_version(locked, version)
    if queries.under_way(locked) is not None:
        raise LetterRefused("", "This letter is on its way already. Look what became of it first.")
    if locked.state not in ("draft", "sent"):
        raise LetterRefused("", "This letter cannot be sent.")
    if locked.state == "sent" and number != locked.sent_version:
        raise LetterRefused("", "Only the version that was sent can be sent again.")
    if locked.state == "draft":
        content = queries.content_of(saved)
        found = look(case, locked, content)
        if found.stops:
            raise LetterRefused("", f"Something is still missing: {'; '.join(map(_told, found.stops))}.")
        if citing.labels(case, content) != labels:
            raise LetterRefused("", "Exhibits got other numbers meanwhile. Look at the letter, then send it.")
        if found.blanks and not with_blanks:
            raise LetterRefused(
                "with_blanks", "There are still gaps in the letter. Fill them, or say that they may stay."
            )
        citing.fix(locked, labels)
    return locked


def _told(one: Finding) -> str:
    return f"{one.item.label} ({one.gap.rstrip('.')})" if one.item.key == "references" else one.item.label


def _ask(case: Case, new: NewFact | None, answered: Answered) -> None:
    if new is not None:
        new = replace(new, kept_because=answered.kept_because, seen=answered.seen)
        facts.ask_about(case, new)
        facts.check_fact(case, new)


def _new(
    row: OutgoingLetter,
    saved: LetterVersion,
    way: str,
    state: str,
    sha256: str,
    size: int,
    *,
    by: User,
    sending_id: UUID | None,
) -> LetterSending:
    return LetterSending(
        id=sending_id or uuid4(),
        org_id=row.org_id,
        case_id=row.case_id,
        letter_id=row.id,
        letter_version=saved.number,
        way=way,
        state=state,
        pdf_sha256=sha256,
        pdf_size=size,
        asked_by=by.id,
        asked_by_name=by.name,
    )


def _long(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"
