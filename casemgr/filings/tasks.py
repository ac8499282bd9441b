"""Make a packet in the background (`job` says how such work is done)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Table, select

from casemgr import __version__
from casemgr.accounts.models import User
from casemgr.audit import services as audit
from casemgr.cases.models import Case
from casemgr.documents.store import store
from casemgr.extensions import db
from casemgr.filings import job, queries
from casemgr.filings.compose import compose
from casemgr.filings.conforming import build_conforming
from casemgr.filings.material import ExhibitData, Material, fingerprint
from casemgr.filings.models import Packet, PacketExhibit
from casemgr.platform.columns import now
from casemgr.platform.jobs import background
from casemgr.platform.tenancy import current_scope
from casemgr.storage.objects import Stored

ROWS: Table = Packet.__table__  # type: ignore[assignment]


@dataclass(frozen=True)
class Result:
    pdf: Stored
    manifest: Stored
    pages: int


@background("filings.build_packet")
def build_packet(*, case_id: str, packet_id: str) -> None:
    """Make one packet. Does nothing when it is no longer wanted: made already, changed, cancelled or filed."""
    case_key, packet_key = UUID(case_id), UUID(packet_id)

    def one_round() -> bool:
        material = _begin(case_key, packet_key)
        return material is None or _finish(case_key, packet_key, material, _make(packet_key, material))

    if problem := job.make("packet", packet_key, one_round):
        job.fail(ROWS, packet_key, problem)


def lock_packet(case_id: UUID, packet_id: UUID) -> Packet | None:
    """Return the packet as it is now, and keep it and its papers so until the transaction ends."""
    papers = select(PacketExhibit.document_id).where(PacketExhibit.packet_id == packet_id)
    return job.lock(Packet, case_id, packet_id, papers)


def refused_exhibit(material: Material) -> ExhibitData | None:
    return next((one for one in material.exhibits if one.refused), None)


def _begin(case_id: UUID, packet_id: UUID) -> Material | None:
    packet = lock_packet(case_id, packet_id)
    if packet is None or packet.state not in job.WAITING:
        return None
    material = queries.gather(db.session.get_one(Case, case_id), packet)
    job.refuse(material.exhibits)
    job.begin(ROWS, packet_id)
    return material


def _make(packet_id: UUID, material: Material) -> Result:
    """Build outside any transaction, and return once the bytes are safe."""
    packet_row = db.session.get_one(Packet, packet_id)
    org_id, head = packet_row.org_id, job.log_head(packet_row.case_id)
    db.session.rollback()
    with job.opened(f"packet-{packet_id}", org_id, material.exhibits) as (folder, files):
        packet = compose(material, files, __version__, head)
        made, _ = build_conforming(packet, folder, job.Reporter(ROWS, packet_id), wish=material.archival)
        pdf = job.keep(org_id, made.pdf)
        if pdf.sha256 != made.sha256:
            raise RuntimeError("the packet on disk is not the one that was made")
        return Result(pdf, store().put_bytes(org_id, made.manifest.read_bytes()), made.pages)


def _finish(case_id: UUID, packet_id: UUID, material: Material, result: Result) -> bool:
    """Make the packet ready, all at once. Returns False when its inputs changed meanwhile: it is made again then."""
    packet = lock_packet(case_id, packet_id)
    if packet is None or packet.state != "building":
        raise job.Stopped  # the bytes are swept later
    case = db.session.get_one(Case, case_id)
    latest = queries.gather(case, packet)
    job.refuse(latest.exhibits)
    inputs = fingerprint(material)
    if fingerprint(latest) != inputs:
        db.session.rollback()
        return False
    made = {
        "state": "ready",
        "progress": 100,
        "progress_note": "",
        "error": "",
        "built_at": now(),
        "built_from": inputs,
        "pdf_sha256": result.pdf.sha256,
        "pdf_size": result.pdf.size,
        "page_count": result.pages,
        "manifest_sha256": result.manifest.sha256,
    }
    job.write(ROWS, packet_id, made)
    asked_by = db.session.get(User, current_scope().user_id) if current_scope().user_id else None
    audit.record(case, "filings:packet:built", by=asked_by, subject=packet_id, sha256=result.pdf.sha256)
    db.session.commit()
    return True
