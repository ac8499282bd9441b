"""What goes out to others: a filing packet, or one version of a hearing binder, seen alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from casemgr.cases.models import Case
from casemgr.documents.models import Document
from casemgr.exhibit_binders import queries as binders
from casemgr.exhibit_binders import serving as binder_serving
from casemgr.exhibit_binders import tasks as binder_tasks
from casemgr.exhibit_binders.models import BinderVersion, ExhibitBinder
from casemgr.extensions import db
from casemgr.filings import filing, forms, last_look
from casemgr.filings import queries as filings
from casemgr.filings import tasks as packet_tasks
from casemgr.filings.compose import forum_line, parties
from casemgr.filings.kinds import Layout, kind_in
from casemgr.filings.material import Recipient
from casemgr.filings.models import Packet
from casemgr.filings.services import FilingRefused
from casemgr.pdf.model import Caption
from casemgr.serving.models import SentCopy
from casemgr.storage.names import clean_name

PACKET, BINDER = "packet", "binder"
MAKE_FIRST = "Make the PDF first. Then it can be sent."
CHANGED = "The binder has changed since this PDF was made. Make it again, and send that one."


@dataclass(frozen=True)
class SentFile:
    """A stored PDF that goes out, or the file of an exhibit that cannot be printed (`pages` 0)."""

    name: str
    sha256: str
    size: int
    pages: int
    holds: str = ""

    @property
    def is_pdf(self) -> bool:
        """One that we made; a file of an exhibit goes as it is."""
        return self.pages > 0


@dataclass(frozen=True)
class Outgoing:
    """A packet or a version of a binder as it goes out. `id`: of the packet or of the version.

    `is_out`: it was filed or served, so it stays as it is. `sha256`: of the PDF, or of the manifest that names every
    file of a binder; `sha256_of` says which."""

    what: str
    id: UUID
    org_id: UUID
    case_id: UUID
    binder_id: UUID | None
    name: str
    file_stem: str
    files: tuple[SentFile, ...]
    pages: int
    sha256: str
    sha256_of: str
    size: int
    made_on: date
    is_out: bool
    recipients: tuple[Recipient, ...]
    signer: tuple[str, str, str]
    certificate: str
    """The name that the forum has for a certificate of service."""

    @property
    def pdfs(self) -> tuple[SentFile, ...]:
        return tuple(one for one in self.files if one.is_pdf)

    @property
    def beside(self) -> tuple[SentFile, ...]:
        """The files of exhibits that cannot be printed: without them the copy is not complete."""
        return tuple(one for one in self.files if not one.is_pdf)

    @property
    def keys(self) -> dict[str, UUID | None]:
        """The columns of a row that belongs to it."""
        if self.what == PACKET:
            return {"packet_id": self.id, "binder_id": None, "version_id": None}
        return {"packet_id": None, "binder_id": self.binder_id, "version_id": self.id}


def find(case: Case, what: str, sent_id: UUID) -> Outgoing | None:
    """Return what goes out, or None when the case has no such thing. Raises FilingRefused when its PDF is not made."""
    if what == PACKET:
        packet = filings.packet(case, sent_id, drafts=True)
        return _of_packet(case, packet) if packet else None
    version = db.session.get(BinderVersion, sent_id)
    if version is None or version.case_id != case.id:
        return None
    row = binders.binder(case, version.binder_id)
    return _of_version(case, row, version) if row else None


def _of_packet(case: Case, packet: Packet) -> Outgoing:
    if packet.state not in ("ready", "filed") or not packet.pdf_sha256:
        raise FilingRefused(MAKE_FIRST)
    kind = kind_in(packet.kind, case.state)
    stem = packet.kind.replace("_", "-")
    signer = (packet.answers or {}).get("signer") or {}
    return Outgoing(
        what=PACKET,
        id=packet.id,
        org_id=case.org_id,
        case_id=case.id,
        binder_id=None,
        name=kind.name,
        file_stem=stem,
        files=(
            SentFile(f"{stem}.pdf", packet.pdf_sha256, packet.pdf_size, packet.page_count),
            *(
                _beside(clean_name(f"{one.label} {one.file_name}"), one.sha256, one.size)
                for one in filings.gather(case, packet).native_exhibits
            ),
        ),
        pages=packet.page_count,
        sha256=packet.pdf_sha256,
        sha256_of="PDF",
        size=packet.pdf_size,
        made_on=filing.made_on(case, packet),
        is_out=packet.state == "filed",
        recipients=tuple(forms.recipients_of(packet)),
        signer=(signer.get("name", ""), signer.get("role", ""), signer.get("contact", "")),
        certificate=kind.certificate,
    )


def _beside(name: str, sha256: str, size: int) -> SentFile:
    return SentFile(name, sha256, size, 0, f"the file “{name[:80]}”")


def _of_version(case: Case, row: ExhibitBinder, version: BinderVersion) -> Outgoing:
    if version.served_on is None and row.state != "ready":
        raise FilingRefused(MAKE_FIRST)
    files = binders.files_of(version)
    volumes = [one for one in files if one.kind == "volume"]
    manifest = next((one for one in files if one.kind == "manifest"), volumes[0] if volumes else None)
    if manifest is None:
        raise FilingRefused(MAKE_FIRST)
    first = min((one["volume"] for one in version.exhibits), default=1)
    return Outgoing(
        what=BINDER,
        id=version.id,
        org_id=case.org_id,
        case_id=case.id,
        binder_id=row.id,
        name=binders.name_of(row, version),
        file_stem=binders.name_of(row, version),
        files=(
            *(
                SentFile(one.name, one.sha256, one.size, one.pages, f"volume {n}" if len(volumes) > 1 else "")
                for n, one in enumerate(volumes, first)
            ),
            *(_beside(one.name, one.sha256, one.size) for one in files if one.kind == "native"),
        ),
        pages=version.page_count,
        sha256=manifest.sha256,
        sha256_of="manifest, which names every file",
        size=sum(one.size for one in volumes),
        made_on=version.created_at.astimezone(ZoneInfo(case.timezone)).date(),
        is_out=version.served_on is not None,
        recipients=tuple(Recipient(**one) for one in row.recipients),
        signer=tuple(row.signer.get(key, "") for key in ("name", "role", "contact")),  # type: ignore[arg-type]
        certificate="Certificate of Service",
    )


def locked(case: Case, out: Outgoing) -> Outgoing:
    """Return it as it is now, kept so with its papers until the transaction ends.

    Raises FilingRefused when it is not what the person saw any more."""
    if out.what == PACKET:
        packet_tasks.lock_packet(case.id, out.id)
    elif out.binder_id is not None:
        binder_tasks.lock_binder(case.id, out.binder_id)
    now = find(case, out.what, out.id)
    if now is None or now.sha256 != out.sha256:
        raise FilingRefused(MAKE_FIRST)
    return now


def papers_of(case_id: UUID, out: Outgoing | SentCopy) -> Sequence[Document]:
    """Return the papers whose pages are in it."""
    if isinstance(out, SentCopy):
        packet_id, version_id = out.packet_id, out.version_id
    else:
        packet_id, version_id = out.keys["packet_id"], out.keys["version_id"]
    if packet_id is not None:
        packet = db.session.get(Packet, packet_id)
        return [paper for _row, paper in filings.exhibits_of(packet)] if packet else []
    version = db.session.get(BinderVersion, version_id)
    return binders.papers_in(version) if version is not None and version.case_id == case_id else []


def was_changed(row: SentCopy) -> bool:
    """Whether a packet has another PDF by now, or none: a paper may have been taken out of it. What a version of a
    binder holds is fixed."""
    packet = db.session.get(Packet, row.packet_id) if row.packet_id is not None else None
    return packet is not None and row.of_sha256 not in ("", packet.pdf_sha256)


def name_of(case: Case, row: SentCopy) -> str:
    """Return how the paper is called of which a copy is recorded."""
    if row.packet_id is not None:
        return kind_in(db.session.get_one(Packet, row.packet_id).kind, case.state).name
    version, binder = db.session.get(BinderVersion, row.version_id), db.session.get(ExhibitBinder, row.binder_id)
    if binder is None:
        return "Exhibit binder"
    return binders.name_of(binder, version) if version else binder.title


def not_answered(case: Case, out: Outgoing) -> bool:
    """Whether something that should give pause waits for the tick of a person. What was served had its last look."""
    if out.what == PACKET:
        packet = db.session.get_one(Packet, out.id)
        return bool(last_look.not_answered(case, packet))
    if out.is_out:
        return False
    version = db.session.get_one(BinderVersion, out.id)
    return bool(binder_serving.not_answered(case, db.session.get_one(ExhibitBinder, version.binder_id), version))


def is_old(case: Case, out: Outgoing) -> bool:
    """Whether a binder changed since this version was made. What was served, or is on its way, stays what it is."""
    if out.what == PACKET or out.is_out or out.binder_id is None:
        return False
    row, version = db.session.get_one(ExhibitBinder, out.binder_id), db.session.get_one(BinderVersion, out.id)
    return not binder_serving.is_current(case, row, version)


def caption_of(case: Case, out: Outgoing) -> Caption | None:
    """Return the head of the certificate as the paper itself has it: forum, parties, docket; None for a notice."""
    if out.what == PACKET:
        packet = db.session.get_one(Packet, out.id)
        material = filings.gather(case, packet)
        kind = kind_in(packet.kind, case.state)
        if kind.layout is not Layout.CAPTION:
            return None
        return Caption(forum_line(material), parties(material), material.docket or kind.docket_hint)
    found = binders.gather(case, db.session.get_one(ExhibitBinder, out.binder_id))
    return Caption(found.forum, found.parties, found.docket)
