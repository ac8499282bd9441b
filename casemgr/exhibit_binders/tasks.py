"""Make a binder in the background (`filings.job` says how such work is done); who stops it is left with nothing."""

from __future__ import annotations

from uuid import UUID, uuid4

from sqlalchemy import Table, delete, select

from casemgr import __version__
from casemgr.accounts.models import User
from casemgr.audit import services as audit
from casemgr.cases.models import Case
from casemgr.exhibit_binders import making, queries
from casemgr.exhibit_binders.material import Material, fingerprint, scans_of
from casemgr.exhibit_binders.models import BinderExhibit, BinderFile, BinderVersion, ExhibitBinder
from casemgr.extensions import db
from casemgr.filings import job
from casemgr.platform.jobs import background
from casemgr.platform.tenancy import current_scope

ROWS: Table = ExhibitBinder.__table__  # type: ignore[assignment]


@background("exhibit_binders.build")
def build_binder(*, case_id: str, binder_id: str) -> None:
    """Make one binder. Does nothing when it is no longer wanted: made already, changed or stopped."""
    case_key, binder_key = UUID(case_id), UUID(binder_id)

    def one_round() -> bool:
        material = _begin(case_key, binder_key)
        return material is None or _make(case_key, binder_key, material)

    if problem := job.make("binder", binder_key, one_round):
        job.fail(ROWS, binder_key, problem)


def lock_binder(case_id: UUID, binder_id: UUID) -> ExhibitBinder | None:
    """Return the binder as it is now, and keep it and its papers so until the transaction ends."""
    papers = select(BinderExhibit.document_id).where(BinderExhibit.binder_id == binder_id)
    return job.lock(ExhibitBinder, case_id, binder_id, papers)


def _begin(case_id: UUID, binder_id: UUID) -> Material | None:
    row = lock_binder(case_id, binder_id)
    if row is None or row.state not in job.WAITING:
        return None
    material = queries.gather(db.session.get_one(Case, case_id), row)
    job.refuse(material.exhibits)
    job.begin(ROWS, binder_id)
    return material


def _make(case_id: UUID, binder_id: UUID, material: Material) -> bool:
    """Make it outside any transaction, and keep it. Returns False when its inputs changed meanwhile."""
    org_id, head = db.session.get_one(ExhibitBinder, binder_id).org_id, job.log_head(case_id)
    db.session.rollback()
    with job.opened(f"binder-{binder_id}", org_id, material.exhibits) as (folder, files):
        result = making.make(material, files, __version__, head, folder, job.Reporter(ROWS, binder_id))
        kept = [_keep(org_id, one) for one in result.outputs]
        return _finish(case_id, binder_id, material, result, kept)


def _keep(org_id: UUID, one: making.Output) -> making.Output:
    if one.path is None:
        return one
    stored = job.keep(org_id, one.path)
    return making.Output(one.kind, one.name, None, one.pages, stored.sha256, stored.size)


def _finish(
    case_id: UUID, binder_id: UUID, material: Material, result: making.Result, kept: list[making.Output]
) -> bool:
    row = lock_binder(case_id, binder_id)
    if row is None or row.state != "building":
        raise job.Stopped  # the bytes are swept later
    case = db.session.get_one(Case, case_id)
    latest = queries.gather(case, row)
    job.refuse(latest.exhibits)
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
        proof={**result.proof, "rules_not_kept": dict(material.overrides), "scans": scans_of(material.exhibits)},
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
    job.write(ROWS, binder_id, {"state": "ready", "progress": 100, "progress_note": "", "error": ""})
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
