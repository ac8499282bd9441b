"""Make a packet: begin it, answer what the case does not say, choose its exhibits, have it made."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.orm.attributes import flag_modified

from casemgr.accounts.models import User
from casemgr.audit import services as audit
from casemgr.cases.clock import today
from casemgr.cases.models import Case
from casemgr.citations.places import Numbering, braces_live
from casemgr.citations.wording import to_kept
from casemgr.documents.models import Document
from casemgr.extensions import db
from casemgr.filings import fitting, queries, tasks
from casemgr.filings.checklist import Checklist, check
from casemgr.filings.exhibits import NotAnExhibit, why_not_each
from casemgr.filings.kinds import Kind, kind_in
from casemgr.filings.material import Material, Recipient
from casemgr.filings.models import Packet, PacketExhibit
from casemgr.holds.guard import refuse_if_held
from casemgr.law.contents import checklist as items_of
from casemgr.law.contents import routing
from casemgr.law.terms import FilingKind
from casemgr.platform.jobs import enqueue
from casemgr.platform.locking import StaleForm, check_version
from casemgr.serving import queries as sent

MOST_EXHIBITS = 300
MOST_DESCRIBED = 500


class FilingRefused(Exception):
    """It cannot be done, and nothing was changed. The text says why, and what to do. `field` names a form's field."""

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class ExhibitRefused(FilingRefused):
    """A paper cannot be an exhibit. `why` has reason, citation and way out apart."""

    def __init__(self, title: str, why: NotAnExhibit) -> None:
        super().__init__(f"“{title}” cannot go into a filing. {why}")
        self.title, self.why = title, why


@dataclass(frozen=True)
class Details:
    """What is said on the packet itself. `answers` by checklist key; `signer` has name, role and contact lines."""

    signer_name: str = ""
    signer_role: str = ""
    signer_contact: str = ""
    dated_on: date | None = None
    bates_prefix: str = ""
    exhibit_prefix: str = "P"
    archival: str = ""
    face: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    rows: Mapping[str, Sequence[Sequence[str]]] = field(default_factory=dict)
    """By question, the rows of a table that was typed in."""


def begin(case: Case, kind: str, *, by: User, packet_id: UUID | None = None, commit: bool = True) -> Packet:
    """Begin a packet, filled in from the case as far as it goes. Raises FilingRefused where the law has no such way, or
    where nothing in the case calls for it."""
    way = fitting.way_in(case, kind)
    if not way.is_open:
        raise FilingRefused(" ".join(reason.text for reason in way.reasons))
    packet = Packet(
        id=packet_id or uuid4(),
        org_id=case.org_id,
        case_id=case.id,
        kind=kind,
        answers=_first_answers(case, way.kind),
        created_by=by.id,
    )
    db.session.add(packet)
    db.session.flush()
    audit.record(case, "filings:packet:begin", by=by, subject=packet.id, kind=kind)
    if commit:
        db.session.commit()
    return packet


def _first_answers(case: Case, kind: Kind) -> dict[str, Any]:
    """The parent signs; whoever the kind names (and where only federal routing is known, the State) gets a copy."""
    people = queries.people_of(case)
    signer = next((row for row in people if row.role == "parent"), None)
    answers: dict[str, Any] = {"recipients": []}
    if signer is not None:
        contact = "\n".join(part for part in (signer.address, signer.phone, signer.email) if part.strip())
        answers["signer"] = {"name": signer.name, "role": f"Parent of {case.student.name}", "contact": contact}
    if not kind.copies:
        return answers
    known = [row for row in people if row.role in kind.copies]
    found = [
        Recipient(row.name, _role_at(row), row.email or row.address, "email" if row.email else "") for row in known
    ]
    if not any(row.role != "hearing_officer" for row in known):
        found.append(Recipient(case.student.district, "School district (LEA)"))
    route = routing(kind.kind, case.state)
    if route is not None and route.state_copy:
        found.append(Recipient(route.state_copy, "Copy, at the same time"))
    answers["recipients"] = [asdict(one) for one in found]
    return answers


def _role_at(row: Any) -> str:
    name = queries.PERSON_ROLES.get(row.role, row.role)
    return f"{name}, {row.organization}" if row.organization else name


def save_details(packet: Packet, details: Details, *, version: int, by: User, commit: bool = True) -> None:
    """Save what is said on the packet. Raises StaleForm, FilingRefused when it was filed."""
    _open_for_change(packet, version)
    put_details(packet, details)
    _changed(packet, "details", by, commit=commit)


def put_details(packet: Packet, details: Details) -> None:
    """Put what is said onto the row; saved it is by whoever does that."""
    details = _with_references(packet, details)
    kept = {"recipients": (packet.answers or {}).get("recipients", [])}
    signer = {"name": details.signer_name, "role": details.signer_role, "contact": details.signer_contact}
    rows = {key: [list(row) for row in rows] for key, rows in details.rows.items() if rows}
    packet.answers = kept | {key: said for key, said in details.answers.items() if said} | {"signer": signer}
    if rows:
        packet.answers |= {"rows": rows}
    packet.dated_on = details.dated_on
    packet.bates_prefix, packet.exhibit_prefix = details.bates_prefix, details.exhibit_prefix
    packet.archival, packet.face = details.archival, details.face


def save_texts(
    packet: Packet,
    answers: Mapping[str, str],
    cells: Mapping[tuple[str, int, int], str],
    *,
    version: int,
    by: User,
    commit: bool = True,
) -> None:
    """Replace some answers, and cells of tables by question, row and column (from 0).

    Raises StaleForm, FilingRefused when it was filed."""
    _open_for_change(packet, version)
    rows = {key: [list(row) for row in table] for key, table in ((packet.answers or {}).get("rows") or {}).items()}
    for (key, row, column), text in cells.items():
        rows[key][row][column] = text
    packet.answers = (packet.answers or {}) | dict(answers) | ({"rows": rows} if rows else {})
    _changed(packet, "details", by, commit=commit)


def _with_references(packet: Packet, details: Details) -> Details:
    """What was typed as {{P-7, page 3}} becomes a live reference."""
    tables = [cell for table in details.rows.values() for row in table for cell in row]
    if not any("{{" in words for words in (*details.answers.values(), *tables)):
        return details
    known = [queries.numbering_of(db.session.get_one(Case, packet.case_id), packet)]
    return replace(
        details,
        answers={key: braces_live(words, known) for key, words in details.answers.items()},
        rows={key: [[braces_live(cell, known) for cell in row] for row in rows] for key, rows in details.rows.items()},
    )


def save_recipients(packet: Packet, recipients: Sequence[Recipient], *, version: int, by: User) -> None:
    """Save who gets a copy, and how. Raises StaleForm, FilingRefused when it was filed."""
    _open_for_change(packet, version)
    packet.answers = (packet.answers or {}) | {"recipients": [asdict(one) for one in recipients]}
    _changed(packet, "recipients", by)


def add_exhibits(packet: Packet, paper_ids: Collection[UUID], *, version: int, by: User, commit: bool = True) -> int:
    """Put papers at the end, in the order proposed for them; returns how many are new.

    Raises ExhibitRefused for any paper that may not go into a filing, and then adds none; StaleForm."""
    _open_for_change(packet, version)
    if not kind_in(packet.kind, db.session.get_one(Case, packet.case_id).state).has_exhibits:
        raise FilingRefused("This paper goes out without exhibits.")
    chosen = {row.document_id for row, _ in queries.exhibits_of(packet)}
    wanted = select(Document).where(Document.case_id == packet.case_id, Document.id.in_(paper_ids))
    papers = db.session.scalars(
        wanted.order_by(Document.id).with_for_update(read=True).execution_options(populate_existing=True)
    ).all()
    if len(papers) != len(set(paper_ids)):
        raise FilingRefused("One of the papers is not in this case. Choose again.")
    refused = why_not_each(papers)
    for paper in papers:
        if paper.id in refused:
            raise ExhibitRefused(paper.title, refused[paper.id])
    new = sorted((paper for paper in papers if paper.id not in chosen), key=queries.proposed_place)
    if len(chosen) + len(new) > MOST_EXHIBITS:
        raise FilingRefused(f"A packet holds at most {MOST_EXHIBITS} exhibits. Join papers, or leave some out.")
    for place, paper in enumerate(new, len(chosen) + 1):
        db.session.add(
            PacketExhibit(
                org_id=packet.org_id,
                case_id=packet.case_id,
                packet_id=packet.id,
                document_id=paper.id,
                position=place,
            )
        )
    if new:
        _changed(packet, "exhibits", by, commit=commit, count=len(chosen) + len(new))
    return len(new)


def arrange_exhibits(
    packet: Packet, order: Sequence[UUID], descriptions: Mapping[UUID, str], *, version: int, by: User
) -> None:
    """Keep the exhibits named in `order`, in that order, take out the others, and save their descriptions; what is
    typed there as {{P-7, page 3}} is read by the order as it was.

    Raises StaleForm, FilingRefused when it was filed, or where a description is too long."""
    _open_for_change(packet, version)
    chosen = queries.exhibits_of(packet)
    rows = {row.id: row for row, _ in chosen}
    numbering = queries.numbering_of(db.session.get_one(Case, packet.case_id), packet)
    said = {
        row.id: described(paper.title, descriptions.get(row.id, row.description), numbering) for row, paper in chosen
    }
    kept = [rows[one] for one in order if one in rows]
    gone = [row.id for row in rows.values() if row not in kept]
    if gone:
        db.session.execute(delete(PacketExhibit).where(PacketExhibit.id.in_(gone)))
    for place, row in enumerate(kept, 1):
        row.position = place
        row.description = said[row.id]
    _changed(packet, "exhibits", by, count=len(kept))


def described(title: str, text: str, numbering: Numbering) -> str:
    """Return what an exhibit is said to show as it is kept, its references live. Raises FilingRefused."""
    kept = braces_live(to_kept(text), [numbering])
    if len(kept) > MOST_DESCRIBED:
        raise FilingRefused(f"What “{title}” shows is too long. Use {MOST_DESCRIBED} characters or fewer.")
    return kept


def save_descriptions(packet: Packet, said: Mapping[UUID, str], numbering: Numbering) -> None:
    """Replace the descriptions of some exhibits of a packet that is open for a change; the caller commits. Raises
    FilingRefused."""
    for row, paper in queries.exhibits_of(packet):
        row.description = described(paper.title, said.get(row.id, row.description), numbering)


def proposed_order(packet: Packet) -> list[UUID]:
    """Return the exhibits by the date of their papers, then by kind."""
    found = sorted(queries.exhibits_of(packet), key=lambda pair: queries.proposed_place(pair[1]))
    return [row.id for row, _ in found]


def judge(case: Case, packet: Packet, material: Material | None = None) -> Checklist:
    """Hold the packet against the list of what it must contain."""
    items = items_of(FilingKind(packet.kind), case.state)
    core = kind_in(packet.kind, case.state).core
    return check(items, material or queries.gather(case, packet), today(case), core)


def queue(packet: Packet, *, by: User) -> None:
    """Have the PDF made: the job exists if and only if this commits. Twice is the same as once.

    Raises FilingRefused when something required is missing, ExhibitRefused when an exhibit may not go in any more."""
    case = db.session.get_one(Case, packet.case_id)
    locked = tasks.lock_packet(packet.case_id, packet.id)
    if locked is None or locked.state in ("queued", "building"):
        return
    _refuse_filed(locked)
    chosen = queries.exhibits_of(locked)
    refused = why_not_each([paper for _, paper in chosen])
    for row, paper in chosen:
        if paper.id in refused:
            raise ExhibitRefused(f"{queries.label_of(locked, row.position)} {paper.title}", refused[paper.id])
    missing = judge(case, locked).missing
    if missing:
        raise FilingRefused("Something required is still missing: " + "; ".join(one.item.text for one in missing) + ".")
    locked.state, locked.progress, locked.progress_note, locked.error = "queued", 0, "", ""
    enqueue(tasks.build_packet, lock=f"packet:{locked.id}", case_id=str(case.id), packet_id=str(locked.id))
    audit.record(case, "filings:packet:queue", by=by, subject=locked.id)
    db.session.commit()


def cancel(packet: Packet, *, by: User) -> None:
    """Stop waiting for the PDF. A job that still runs finds nobody who wants its result."""
    locked = tasks.lock_packet(packet.case_id, packet.id)
    if locked is not None and locked.state in ("queued", "building"):
        _changed(locked, "cancel", by)


def discard(packet: Packet, *, version: int, by: User) -> None:
    """Throw an unfiled packet away. The papers and the case stay as they are.

    Raises StaleForm, FilingRefused, OnHold."""
    _open_for_change(packet, version)
    case = db.session.get_one(Case, packet.case_id)
    refuse_if_held(case)
    if sent.is_on_record(packet_id=packet.id):
        raise FilingRefused("A copy of this packet was sent. What was sent, to whom and when must stay on record.")
    db.session.execute(delete(PacketExhibit).where(PacketExhibit.packet_id == packet.id))
    db.session.execute(delete(Packet).where(Packet.id == packet.id))
    audit.record(case, "filings:packet:discard", by=by, subject=packet.id, kind=packet.kind)
    db.session.commit()


def _open_for_change(packet: Packet, version: int) -> None:
    """Lock the packet, and see that it is the version that the person saw and still theirs to change."""
    locked = tasks.lock_packet(packet.case_id, packet.id)
    if locked is None:
        raise StaleForm(packet)
    _refuse_filed(locked)
    check_version(locked, version)


def _refuse_filed(packet: Packet) -> None:
    if packet.state == "filed":
        raise FilingRefused("This packet was filed. It stays as it was filed; begin a new one for a new filing.")


def _changed(packet: Packet, what: str, by: User, *, commit: bool = True, **detail: object) -> None:
    """A packet that was changed has no PDF until it is made again: an old one could hold a paper taken out since."""
    packet.state = "draft"
    packet.progress, packet.progress_note, packet.error = 0, "", ""
    packet.pdf_sha256 = packet.manifest_sha256 = packet.built_from = ""
    packet.pdf_size = packet.page_count = 0
    packet.built_at = None
    flag_modified(packet, "state")  # raises the version, also where only its exhibits changed
    case = db.session.get_one(Case, packet.case_id)
    audit.record(case, f"filings:packet:{what}", by=by, subject=packet.id, **detail)
    if commit:
        db.session.commit()
