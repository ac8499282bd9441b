"""Make a binder in the background. Safe to be killed anywhere and started again; who stops it is left with nothing.

Bytes go to the object store first; only then one transaction makes the version, if its inputs are still those that it
was made from and every exhibit may still go in. No half-made binder is ever visible.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import delete, select, update

from casemgr import __version__
from casemgr.accounts.models import User
from casemgr.audit import services as audit
from casemgr.cases.models import Case
from casemgr.documents.models import Document
from casemgr.documents.store import store
from casemgr.exhibit_binders import making, queries
from casemgr.exhibit_binders.material import Material, fingerprint
from casemgr.exhibit_binders.models import BinderExhibit, BinderFile, BinderVersion, ExhibitBinder
from casemgr.extensions import db
from casemgr.filings.building import NotBuilt
from casemgr.filings.compose import File
from casemgr.filings.tasks import whole_text
from casemgr.heads.queries import head_of
from casemgr.pdf.model import LogHead
from casemgr.platform.jobs import background
from casemgr.platform.scratch import scratch
from casemgr.platform.tenancy import current_scope
from casemgr.storage.objects import KeyMissing, ObjectAltered, ObjectMissing, StorageFull, StoreUnavailable

ROUNDS = 3
SECONDS_BETWEEN_NEWS = 0.4
MIB = 1024 * 1024
_CHANGED = "The case kept changing while the binder was made. Make it again when the changes are done."
_NO_ROOM = "There was no room left to make the binder. Make room, and try again."
_OUR_FAULT = "Something went wrong on our side while the binder was made. Nothing is lost; try again."
_AWAY = "The place where files are kept could not be reached. Nothing is lost; try again in a few minutes."
_MISSING = "A stored file is missing. Tell whoever looks after this installation."
log = logging.getLogger(__name__)


class Stopped(Exception):
    """Nobody wants the result any more."""


@background("exhibit_binders.build")
def build_binder(*, case_id: str, binder_id: str) -> None:
    """Make one binder. Does nothing when it is no longer wanted: made already, changed or stopped."""
    case_key, binder_key = UUID(case_id), UUID(binder_id)
    try:
        for _ in range(ROUNDS):
            material = _begin(case_key, binder_key)
            if material is None or _make(case_key, binder_key, material):
                return
        problem = _CHANGED
    except Stopped:
        db.session.rollback()
        return
    except NotBuilt as not_built:
        problem = str(not_built)
    except ObjectMissing:
        problem = _MISSING
    except (KeyMissing, ObjectAltered) as error:
        log.error("a binder was not made", exc_info=error, extra={"event": {"binder": binder_id}})
        problem = f"{error} Tell whoever looks after this installation."
    except StoreUnavailable as error:
        log.error("a binder was not made", exc_info=error, extra={"event": {"binder": binder_id}})
        problem = _AWAY
    except (StorageFull, OSError) as error:
        log.error("a binder was not made", exc_info=error, extra={"event": {"binder": binder_id}})
        problem = _NO_ROOM
    except Exception as error:
        log.error("a binder was not made", exc_info=error, extra={"event": {"binder": binder_id}})
        problem = _OUR_FAULT
    db.session.rollback()
    _set(binder_key, only_if=("queued", "building"), state="failed", error=problem, progress=0, progress_note="")
    db.session.commit()


def lock_binder(case_id: UUID, binder_id: UUID) -> ExhibitBinder | None:
    """Return the binder as it is now, and keep it and its papers so until the transaction ends."""
    chosen = select(BinderExhibit.document_id).where(BinderExhibit.binder_id == binder_id)
    row = db.session.scalar(
        select(ExhibitBinder)
        .where(ExhibitBinder.case_id == case_id, ExhibitBinder.id == binder_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    papers = select(Document).where(Document.case_id == case_id, Document.id.in_(chosen)).order_by(Document.id)
    db.session.scalars(papers.with_for_update(read=True).execution_options(populate_existing=True)).all()
    return row


def _begin(case_id: UUID, binder_id: UUID) -> Material | None:
    row = lock_binder(case_id, binder_id)
    if row is None or row.state not in ("queued", "building"):
        db.session.rollback()
        return None
    material = queries.gather(db.session.get_one(Case, case_id), row)
    _refuse(material)
    _set(binder_id, state="building", progress=0, progress_note="Starting", error="")
    db.session.commit()
    return material


def _refuse(material: Material) -> None:
    for one in material.exhibits:
        if one.refused:
            raise NotBuilt(one.refused, one.label)


def _make(case_id: UUID, binder_id: UUID, material: Material) -> bool:
    """Make it outside any transaction, and keep it. Returns False when its inputs changed meanwhile."""
    row = db.session.get_one(ExhibitBinder, binder_id)
    objects, org_id = store(), row.org_id
    head = head_of(db.session.get_one(Case, case_id))
    db.session.rollback()
    with ExitStack() as stack, scratch(f"binder-{binder_id}") as folder:
        files = {}
        for place, one in enumerate(material.exhibits):
            path = stack.enter_context(objects.local_path(org_id, one.sha256)).resolve()
            rendition = one.rendition_sha256 and stack.enter_context(objects.local_path(org_id, one.rendition_sha256))
            text = whole_text(one, path, folder / f"text-{place}")
            files[one.label] = File(path, text, rendition.resolve() if rendition else None)
        pinned = LogHead(head.entries, head.sha256) if head else None
        result = making.make(material, files, __version__, pinned, folder, _Reporter(binder_id))
        kept = [_keep(objects, org_id, one) for one in result.outputs]
        return _finish(case_id, binder_id, material, result, kept)


def _keep(objects: object, org_id: UUID, one: making.Output) -> making.Output:
    if one.path is None:
        return one
    stored = objects.put_stream(org_id, _pieces(one.path), max_bytes=one.path.stat().st_size)  # type: ignore[attr-defined]
    return making.Output(one.kind, one.name, None, one.pages, stored.sha256, stored.size)


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(4 * MIB):
            yield piece


def _finish(
    case_id: UUID, binder_id: UUID, material: Material, result: making.Result, kept: list[making.Output]
) -> bool:
    row = lock_binder(case_id, binder_id)
    if row is None or row.state != "building":
        raise Stopped  # the bytes are swept later
    case = db.session.get_one(Case, case_id)
    latest = queries.gather(case, row)
    _refuse(latest)
    inputs = fingerprint(material)
    if fingerprint(latest) != inputs:
        db.session.rollback()
        return False
    drop_unserved(row)
    version = BinderVersion(
        id=uuid4(),
        org_id=row.org_id,
        case_id=case_id,
        binder_id=binder_id,
        number=material.number,
        built_from=inputs,
        page_count=result.pages,
        volumes=result.volumes,
        bates_next=result.bates_next,
        exhibits=[one.as_json() for one in result.placed],
        changes=[one.words for one in material.changes],
        proof={**result.proof, "rules_not_kept": dict(material.overrides)},
    )
    db.session.add(version)
    db.session.flush()
    own = {"org_id": row.org_id, "case_id": case_id, "version_id": version.id}
    for place, one in enumerate(kept, 1):
        db.session.add(
            BinderFile(
                **own, position=place, kind=one.kind, name=one.name, sha256=one.sha256, size=one.size, pages=one.pages
            )
        )
    _set(binder_id, state="ready", progress=100, progress_note="", error="")
    asked_by = db.session.get(User, current_scope().user_id) if current_scope().user_id else None
    audit.record(case, "exhibit_binders:binder:built", by=asked_by, subject=binder_id, version=material.number)
    db.session.commit()
    return True


def drop_unserved(row: ExhibitBinder) -> None:
    """Forget a version that was made and not served; the caller commits. Its bytes are swept later."""
    waiting = select(BinderVersion.id).where(BinderVersion.binder_id == row.id, BinderVersion.served_on.is_(None))
    ids = db.session.scalars(waiting).all()
    db.session.execute(delete(BinderFile).where(BinderFile.version_id.in_(ids)))
    db.session.execute(delete(BinderVersion).where(BinderVersion.id.in_(ids)))


def _set(binder_id: UUID, only_if: tuple[str, ...] = (), **values: object) -> int:
    """Write without raising the version: a form that somebody has open must not go stale because of a job."""
    binders = ExhibitBinder.__table__
    change = update(binders).where(binders.c.id == binder_id)
    if only_if:
        change = change.where(binders.c.state.in_(only_if))
    return int(db.session.execute(change.values(**values)).rowcount)  # type: ignore[attr-defined]


class _Reporter:
    """Keeps the progress that the page shows, at most a few times a second, and stops the work with its binder."""

    def __init__(self, binder_id: UUID) -> None:
        self.binder_id, self.last = binder_id, 0.0

    def __call__(self, done: int, total: int, now_doing: str) -> None:
        if time.monotonic() - self.last < SECONDS_BETWEEN_NEWS:
            return
        self.last = time.monotonic()
        percent = min(99, 100 * done // max(total, 1))
        wanted = _set(self.binder_id, only_if=("building",), progress=percent, progress_note=now_doing)
        db.session.commit()
        if not wanted:
            raise Stopped
