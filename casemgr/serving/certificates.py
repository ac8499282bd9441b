"""A certificate of service made from what is recorded: who got it, how, where and when. Nothing in it is typed anew."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from casemgr.accounts.models import User
from casemgr.audit import services as audit
from casemgr.cases.clock import today
from casemgr.cases.models import Case
from casemgr.copies import services as copies
from casemgr.documents import custody
from casemgr.documents import services as documents
from casemgr.documents.models import Document
from casemgr.documents.services import PaperDetails
from casemgr.documents.store import store
from casemgr.extensions import db
from casemgr.filings.kinds import SEND_METHODS
from casemgr.filings.material import long_date
from casemgr.filings.services import FilingRefused
from casemgr.pdf.model import Fields, Grid, Signature, Text
from casemgr.pdf.sheets import Sheet, make_sheet
from casemgr.serving import outgoing, queries
from casemgr.serving.models import ServiceCertificate
from casemgr.serving.outgoing import Outgoing
from casemgr.serving.queries import Sending
from casemgr.storage.sniff import sniff

MOST_LINES = 100


@dataclass(frozen=True)
class Line:
    """One recipient as the certificate lists it. `copies`: the ids of the rows that it was made from."""

    copies: tuple[str, ...]
    name: str
    role: str
    address: str
    how: str
    sent: str

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "copies": list(self.copies)}


def lines_of(case: Case, out: Outgoing) -> list[Line]:
    """Return what a certificate would list now: only copies of this very PDF that went out whole, the first one
    first."""
    found = [one for one in queries.sendings_of(out.keys) if one.is_of(out.sha256)]
    roles = {one.name.casefold(): one.role for one in out.recipients}
    ordered = sorted(found, key=lambda one: (one.days, one.first.created_at))
    return [_line(case, one, roles.get(one.first.name.casefold(), "")) for one in ordered]


def _line(case: Case, sending: Sending, role: str) -> Line:
    first = sending.first
    how = SEND_METHODS.get(first.way, first.way)
    if first.parts > 1:
        how += f", in {first.parts} messages"
    return Line(
        copies=tuple(str(row.id) for row in sending.rows),
        name=first.name,
        role=role,
        address=first.address if first.address != first.name or first.way == "email" else "",
        how=how,
        sent=_when(case, sending),
    )


def _when(case: Case, sending: Sending) -> str:
    """The day, and of an e-mail the local time at which the server took the last message."""
    days = [long_date(day) for day in sending.days]
    words = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
    done = max((row.done_at for row in sending.rows if row.done_at and row.state == "accepted"), default=None)
    if done is None or sending.rows[-1].answer[:3] != "250":
        return words
    local = done.astimezone(ZoneInfo(case.timezone))
    half = "a.m." if local.hour < 12 else "p.m."
    return f"{words}, {local.hour % 12 or 12}:{local:%M} {half} {local:%Z}"


def is_up_to_date(case: Case, out: Outgoing) -> bool:
    """Whether the newest certificate lists what is on record now."""
    made = queries.certificates_of(out.keys)
    return bool(made) and made[0][0].lists == [one.as_json() for one in lines_of(case, out)]


def make(case: Case, out: Outgoing, *, by: User) -> tuple[ServiceCertificate, bool]:
    """Make the certificate, and keep it as a paper of the case; the one before is superseded and stays.

    Returns the certificate, and whether it is new: pressed twice, or with nothing changed since, the newest one is
    returned. Raises FilingRefused when nothing went out yet."""
    out = outgoing.locked(case, out)
    lines = lines_of(case, out)
    if not lines:
        raise FilingRefused("No copy went out yet. Send one, or note how it went; then the certificate can be made.")
    if len(lines) > MOST_LINES:
        raise FilingRefused(f"A certificate lists at most {MOST_LINES} copies.")
    before = queries.certificates_of(out.keys)
    lists = [one.as_json() for one in lines]
    if before and before[0][0].lists == lists:
        db.session.rollback()
        return before[0][0], False
    number = len(before) + 1
    replaced = before[0] if before else None
    pdf = draw(case, out, lines, on=today(case), number=number, replaced=replaced[0] if replaced else None)
    paper = _as_paper(case, out, pdf, by=by)
    row = ServiceCertificate(
        org_id=case.org_id,
        case_id=case.id,
        **out.keys,
        number=number,
        document_id=paper.id,
        lists=lists,
        made_by=by.id,
        made_by_name=by.name,
    )
    db.session.add(row)
    words = f"Made from the record of copies of: {out.name}. {len(lines)} listed."
    custody.add(case.id, [paper.id], "made", words, by.name)
    if replaced is not None:
        custody.add(case.id, [replaced[1].id], "superseded", f"A newer certificate lists {len(lines)}.", by.name)
        copies.note_replaced(case, paper, replaced[1], by=by)
    audit.record(case, "serving:certificate:make", by=by, subject=out.id, number=number, sha256=paper.sha256)
    db.session.commit()
    return row, True


def draw(
    case: Case, out: Outgoing, lines: list[Line], *, on: date, number: int, replaced: ServiceCertificate | None
) -> bytes:
    """Return the PDF. The same record gives the same bytes on one day."""
    name, role, contact = out.signer
    mailed = any(one.how.startswith(SEND_METHODS["email"]) for one in lines)
    words = (
        "I certify that a true and complete copy of the document named here was sent to each person named below, on "
        "the day, at the address and in the way shown."
    )
    if mailed:
        words += " The time of an e-mail is when the mail server took it."
    about = [
        ("Document", out.name),
        ("Student", case.student.name),
        ("Length", f"{out.pages:,} pages" if out.pages != 1 else "1 page"),
        (f"SHA-256 of the {out.sha256_of.partition(',')[0]}", f"{out.sha256[:32]}\n{out.sha256[32:]}"),
    ]
    if replaced is not None:
        made = replaced.created_at.astimezone(ZoneInfo(case.timezone)).date()
        about.append(("Supersedes", f"Certificate {replaced.number}, made on {long_date(made)}"))
    grid = Grid(
        ("Served on", "Address or e-mail", "How", "Sent"),
        tuple(("\n".join(part for part in (one.name, one.role) if part), one.address, one.how, one.sent)
              for one in lines),
        (30, 31, 19, 24),
    )  # fmt: skip
    caption = outgoing.caption_of(case, out)
    lines_of_contact = tuple(line for line in contact.splitlines() if line.strip())
    sheet = Sheet(
        title=out.certificate,
        blocks=(Text((words,)), Fields(tuple(about)), grid),
        made_at=datetime(on.year, on.month, on.day, 12, tzinfo=UTC),
        caption=caption,
        letterhead=(name, *lines_of_contact) if name else (),
        signatures=(Signature(name, role, lines_of_contact if caption else ()),),
        footer=f"Certificate {number}, made on {long_date(on)} from the record of what was sent.",
    )
    return make_sheet(sheet)


def _as_paper(case: Case, out: Outgoing, pdf: bytes, *, by: User) -> Document:
    stored = store().put_bytes(case.org_id, pdf)
    details = PaperDetails(
        title=f"{out.certificate}: {out.name}"[:300],
        kind="complaint",
        document_on=today(case),
        received_how="own",
        author=out.signer[0][:200],
        visibility="shared",
    )
    name = f"{out.certificate.lower().replace(' ', '-')}.pdf"
    kind = sniff(stored.head, name, tail=stored.tail, size=stored.size)
    return documents.receive(case, stored, kind, name, details, by=by, commit=False)[0]
