"""Make a packet in the background. Safe to be killed anywhere and started again.

Bytes go to the object store first; only then one transaction makes the packet `ready`, if its inputs are still
those that it was made from and every exhibit may still go in. No half-made packet is ever visible.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy import select, update

from casemgr import __version__
from casemgr.accounts.models import User
from casemgr.audit import services as audit
from casemgr.cases.models import Case
from casemgr.documents.models import Document
from casemgr.documents.store import store
from casemgr.extensions import db
from casemgr.filings import building, queries
from casemgr.filings.compose import File, compose
from casemgr.filings.material import ExhibitData, Material, fingerprint
from casemgr.filings.models import Packet, PacketExhibit
from casemgr.heads.queries import head_of
from casemgr.pdf.model import ExhibitKind, LogHead
from casemgr.platform.columns import now
from casemgr.platform.jobs import background
from casemgr.platform.scratch import scratch
from casemgr.platform.tenancy import current_scope
from casemgr.storage.objects import KeyMissing, ObjectAltered, ObjectMissing, StorageFull, Stored, StoreUnavailable
from casemgr.storage.preview import preview
from casemgr.storage.sniff import sniff
from casemgr.storage.types import PreviewState, Refused

ROUNDS = 3
SECONDS_BETWEEN_NEWS = 0.4
MIB = 1024 * 1024
_CHANGED = "The case kept changing while the packet was made. Make it again when the changes are done."
_NO_ROOM = "There was no room left to make the packet. Make room, and try again."
_OUR_FAULT = "Something went wrong on our side while the packet was made. Nothing is lost; try again."
_AWAY = "The place where files are kept could not be reached. Nothing is lost; try again in a few minutes."
_MISSING = "A stored file is missing. Tell whoever looks after this installation."
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Result:
    pdf: Stored
    manifest: Stored
    pages: int


@background("filings.build_packet")
def build_packet(*, case_id: str, packet_id: str) -> None:
    """Make one packet. Does nothing when it is no longer wanted: made already, changed, cancelled or filed."""
    case_key, packet_key = UUID(case_id), UUID(packet_id)
    try:
        for _ in range(ROUNDS):
            material = _begin(case_key, packet_key)
            if material is None:
                return
            if _finish(case_key, packet_key, material, _make(packet_key, material)):
                return
        problem = _CHANGED
    except building.NotBuilt as not_built:
        problem = str(not_built)
    except ObjectMissing:
        problem = _MISSING
    except (KeyMissing, ObjectAltered) as error:
        log.error("a packet was not made", exc_info=error, extra={"event": {"packet": packet_id}})
        problem = f"{error} Tell whoever looks after this installation."
    except StoreUnavailable as error:
        log.error("a packet was not made", exc_info=error, extra={"event": {"packet": packet_id}})
        problem = _AWAY
    except (StorageFull, OSError) as error:
        log.error("a packet was not made", exc_info=error, extra={"event": {"packet": packet_id}})
        problem = _NO_ROOM
    except Exception as error:
        log.error("a packet was not made", exc_info=error, extra={"event": {"packet": packet_id}})
        problem = _OUR_FAULT
    db.session.rollback()
    _fail(packet_key, problem)


def lock_packet(case_id: UUID, packet_id: UUID) -> Packet | None:
    """Return the packet as it is now, and keep it and its papers so until the transaction ends."""
    chosen = select(PacketExhibit.document_id).where(PacketExhibit.packet_id == packet_id)
    packet = db.session.scalar(
        select(Packet)
        .where(Packet.case_id == case_id, Packet.id == packet_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    papers = select(Document).where(Document.case_id == case_id, Document.id.in_(chosen)).order_by(Document.id)
    db.session.scalars(papers.with_for_update(read=True).execution_options(populate_existing=True)).all()
    return packet


def refused_exhibit(material: Material) -> ExhibitData | None:
    return next((one for one in material.exhibits if one.refused), None)


def _begin(case_id: UUID, packet_id: UUID) -> Material | None:
    packet = lock_packet(case_id, packet_id)
    if packet is None or packet.state not in ("queued", "building"):
        db.session.rollback()
        return None
    case = db.session.get_one(Case, case_id)
    material = queries.gather(case, packet)
    _refuse(material)
    _set(packet_id, state="building", progress=0, progress_note="Starting", error="")
    db.session.commit()
    return material


def _refuse(material: Material) -> None:
    if one := refused_exhibit(material):
        raise building.NotBuilt(f"Exhibit {one.label}: {one.refused}")


def _make(packet_id: UUID, material: Material) -> Result:
    """Build outside any transaction, and return once the bytes are safe."""
    packet_row = db.session.get_one(Packet, packet_id)
    objects, org_id = store(), packet_row.org_id
    head = head_of(db.session.get_one(Case, packet_row.case_id))
    db.session.rollback()
    with ExitStack() as stack, scratch(f"packet-{packet_id}") as folder:
        files = {}
        for place, one in enumerate(material.exhibits):
            path = stack.enter_context(objects.local_path(org_id, one.sha256)).resolve()
            rendition = one.rendition_sha256 and stack.enter_context(objects.local_path(org_id, one.rendition_sha256))
            text = whole_text(one, path, folder / f"text-{place}")
            files[one.label] = File(path, text, rendition.resolve() if rendition else None)
        packet = compose(material, files, __version__, LogHead(head.entries, head.sha256) if head else None)
        made = building.build(packet, folder, _Reporter(packet_id))
        pdf = objects.put_stream(org_id, _pieces(made.pdf), max_bytes=made.pdf.stat().st_size)
        if pdf.sha256 != made.sha256:
            raise RuntimeError("the packet on disk is not the one that was made")
        return Result(pdf, objects.put_bytes(org_id, made.manifest.read_bytes()), made.pages)


def whole_text(one: ExhibitData, path: Path, folder: Path) -> str | None:
    """The whole text of a paper, read in a child of its own; None when it cannot all be printed."""
    if one.kind is not ExhibitKind.TEXT:
        return None
    try:
        with path.open("rb") as file:
            head = file.read(64 * 1024)
            file.seek(max(0, one.size - 64 * 1024))
            file_type = sniff(head, one.file_name, tail=file.read(), size=one.size)
    except Refused:
        return None
    seen = preview(path, file_type, folder)
    is_whole = seen.state is PreviewState.READY and not seen.warnings and bool(seen.text.strip())
    return seen.text if is_whole else None


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(4 * MIB):
            yield piece


def _finish(case_id: UUID, packet_id: UUID, material: Material, result: Result) -> bool:
    """Make the packet ready, all at once. Returns False when its inputs changed meanwhile: it is made again then."""
    packet = lock_packet(case_id, packet_id)
    if packet is None or packet.state != "building":
        db.session.rollback()
        return True  # nobody wants it any more; the bytes are swept later
    case = db.session.get_one(Case, case_id)
    latest = queries.gather(case, packet)
    _refuse(latest)
    inputs = fingerprint(material)
    if fingerprint(latest) != inputs:
        db.session.rollback()
        return False
    _set(
        packet_id,
        state="ready",
        progress=100,
        progress_note="",
        error="",
        built_at=now(),
        built_from=inputs,
        pdf_sha256=result.pdf.sha256,
        pdf_size=result.pdf.size,
        page_count=result.pages,
        manifest_sha256=result.manifest.sha256,
    )
    asked_by = db.session.get(User, current_scope().user_id) if current_scope().user_id else None
    audit.record(case, "filings:packet:built", by=asked_by, subject=packet_id, sha256=result.pdf.sha256)
    db.session.commit()
    return True


def _fail(packet_id: UUID, problem: str) -> None:
    packets = Packet.__table__
    db.session.execute(
        update(packets)
        .where(packets.c.id == packet_id, packets.c.state.in_(("queued", "building")))
        .values(state="failed", error=problem, progress=0, progress_note="")
    )
    db.session.commit()


def _set(packet_id: UUID, **values: object) -> None:
    """Write without raising the version: a form that somebody has open must not go stale because of a job."""
    packets = Packet.__table__
    db.session.execute(update(packets).where(packets.c.id == packet_id).values(**values))


class _Reporter:
    """Keeps the progress that the page shows; at most a few times a second."""

    def __init__(self, packet_id: UUID) -> None:
        self.packet_id, self.last = packet_id, 0.0

    def __call__(self, done: int, total: int, now_doing: str) -> None:
        if time.monotonic() - self.last < SECONDS_BETWEEN_NEWS:
            return
        self.last = time.monotonic()
        percent = min(99, 100 * done // max(total, 1))
        packets = Packet.__table__
        db.session.execute(
            update(packets)
            .where(packets.c.id == self.packet_id, packets.c.state == "building")
            .values(progress=percent, progress_note=now_doing)
        )
        db.session.commit()
