"""Mark a binder as served: from then on the version stays as it is, and what comes later is a supplement."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import update

from casemgr.accounts.models import User
from casemgr.audit import services as audit
from casemgr.cases.clock import today
from casemgr.cases.models import Case
from casemgr.deadlines.services import FactRefused, NewFact, record_fact
from casemgr.documents import custody
from casemgr.documents.models import Document
from casemgr.evidence.services import NewEntry, log_entry
from casemgr.exhibit_binders import citing, disclosure, queries, tasks
from casemgr.exhibit_binders.labels import Placed
from casemgr.exhibit_binders.material import fingerprint
from casemgr.exhibit_binders.models import BinderExhibit, BinderFile, BinderVersion, ExhibitBinder
from casemgr.extensions import db
from casemgr.filings import last_look
from casemgr.filings.exhibits import why_not, why_not_each
from casemgr.filings.kinds import SEND_METHODS
from casemgr.filings.last_look import Shown, Warned
from casemgr.filings.material import long_date
from casemgr.filings.services import ExhibitRefused, FilingRefused
from casemgr.filings.undrawable import unprinted_of
from casemgr.law.terms import FactKind
from casemgr.platform.columns import now
from casemgr.platform.locking import check_version
from casemgr.serving import queries as sent


@dataclass(frozen=True)
class Serving:
    """How it was served. Dates are local to the case; `how` is a key of SEND_METHODS.

    `received_on`: the day the other side had it, which is what the five-day rule looks at. None: not known yet."""

    served_on: date
    at: str
    how: str
    to: str
    received_on: date | None = None


def made_version(row: ExhibitBinder) -> BinderVersion | None:
    """Return the version that was made and is not served yet."""
    return next((one for one in queries.versions_of(row) if one.served_on is None), None)


def is_current(case: Case, row: ExhibitBinder, made: BinderVersion) -> bool:
    return made.built_from == fingerprint(queries.gather(case, row))


def warnings_about(case: Case, row: ExhibitBinder, made: BinderVersion, last_safe: date | None) -> list[Warned]:
    """Return what should give pause before the version goes out. `last_safe`: the last day on which it is in time."""
    papers = {str(paper.id): paper for paper in queries.papers_in(made)}
    refused = why_not_each(list(papers.values()))
    shown = []
    for one in map(Placed.of, made.exhibits):
        paper, (first, last) = papers[one.document_id], one.only_pages or (None, None)
        shown.append(Shown(one.label, paper, bool(one.when), first, last, str(refused.get(paper.id, ""))))
    signer = row.signer.get("name", "") if row.recipients else None  # nobody signs a binder without a certificate
    unprinted = unprinted_of(queries.gather(case, row).printed())
    return last_look.look(
        case,
        shown,
        signer=signer,
        recipients=len(row.recipients),
        last_safe=last_safe,
        references=[one.words for one in citing.troubles(case, row) if one.is_printed],
        unprinted=unprinted,
    )


def manifest_of(made: BinderVersion) -> BinderFile | None:
    """Return the file that names all others of a version by their hashes."""
    return next((one for one in queries.files_of(made) if one.kind == "manifest"), None)


def look_before(case: Case, row: ExhibitBinder, made: BinderVersion) -> list[Warned]:
    found = disclosure.countdown(case)
    return warnings_about(case, row, made, found.last_day if found else None)


def ticked_of(made: BinderVersion) -> frozenset[str]:
    """Return the kinds of warnings with which somebody went on, for this very version."""
    manifest = manifest_of(made)
    return last_look.ticked_for(made.case_id, made.id, manifest.sha256) if manifest else frozenset()


def not_answered(case: Case, row: ExhibitBinder, made: BinderVersion) -> list[Warned]:
    ticked = ticked_of(made)
    return [one for one in look_before(case, row, made) if one.kind not in ticked]


def go_on(case: Case, row: ExhibitBinder, made: BinderVersion, ticked: Collection[str], *, by: User) -> list[Warned]:
    """Keep that a person looked, and with which warnings they go on. Returns those that are not ticked."""
    manifest = manifest_of(made)
    sha256 = manifest.sha256 if manifest else ""
    return last_look.keep(case, made.id, sha256, look_before(case, row, made), ticked, by=by)


def serve(row: ExhibitBinder, given: Serving, *, version: int, by: User, ticked: Collection[str] = frozenset()) -> bool:
    """Freeze the version that was made, fix the numbers of its exhibits, and write down who had it when.

    `ticked`: the kinds of warnings with which the person went on; they are kept in the audit log. Returns False when
    nothing waits to be served (the same form sent twice). Raises FilingRefused, ExhibitRefused, FactRefused or
    StaleForm, and changes nothing."""
    case = db.session.get_one(Case, row.case_id)
    locked = tasks.lock_binder(row.case_id, row.id)
    made = made_version(locked) if locked is not None else None
    if locked is None or made is None:
        db.session.rollback()
        return False
    check_version(locked, version)
    _check(case, locked, made, given)
    if given.received_on is not None and queries.hearing_of(case) is not None:
        _record(case, given.received_on, given.how, by)
    ids = [UUID(one["document_id"]) for one in made.exhibits]
    for one in made.exhibits:
        _fix_label(UUID(one["row_id"]), one["label"])
    name = queries.name_of(locked, made)
    log_entry(case, _log_words(name, made, given), by=by, commit=False)
    custody.add(case.id, ids, "served", f"Served on {long_date(given.served_on)} in: {name}.", by.name)
    audit.record(
        case,
        "exhibit_binders:version:serve",
        by=by,
        subject=made.id,
        under="34 CFR 300.512(a)(3)",
        ticked=sorted(ticked),
    )
    made.served_at, made.served_how, made.served_to = given.at, given.how, given.to
    made.served_by, made.served_by_name, made.recorded_at = by.id, by.name, now()
    made.served_on = given.served_on
    locked.state = "draft"
    db.session.commit()
    return True


def _check(case: Case, row: ExhibitBinder, made: BinderVersion, given: Serving) -> None:
    if not is_current(case, row, made) and not sent.went_out(made.id):
        raise FilingRefused("The binder has changed since this PDF was made. Make it again, and send that one.")
    for paper in queries.papers_in(made):
        if why := why_not(paper):
            raise ExhibitRefused(paper.title, why)
    if given.served_on > today(case):
        raise FilingRefused("This day is still to come. Mark it as served once you have sent it.", field="served_on")
    made_on = made.created_at.astimezone(ZoneInfo(case.timezone)).date()
    if given.served_on < made_on:
        words = f"The PDF was made on {long_date(made_on)}, so it cannot have been served before that day."
        raise FilingRefused(words, field="served_on")
    if given.received_on is not None and not given.served_on <= given.received_on <= today(case):
        raise FilingRefused(
            "It was received on or after the day it was sent, and not in the future.", field="received_on"
        )


def _record(case: Case, on: date, how: str, by: User) -> None:
    hearing = queries.hearing_of(case)
    assert hearing is not None, "the caller asks first"
    if hearing.kind != FactKind.HEARING_SCHEDULED.value:
        return
    fact = NewFact(
        FactKind.DISCLOSURE_MADE, on, by_party="parent", how=SEND_METHODS[how], proceeding_id=hearing.proceeding_id
    )
    try:
        record_fact(case, fact, by=by, commit=False)
    except FactRefused as refusal:
        raise FilingRefused(str(refusal), field="received_on") from refusal


def _fix_label(row_id: UUID, label: str) -> None:
    rows = BinderExhibit.__table__
    db.session.execute(update(rows).where(rows.c.id == row_id, rows.c.label == "").values(label=label))


def _log_words(name: str, made: BinderVersion, given: Serving) -> NewEntry:
    manifest = manifest_of(made)
    assert manifest is not None, "every version has one"
    at = f" at {given.at}" if given.at else ""
    return NewEntry(
        kind="letter_sent",
        happened_on=given.served_on,
        title=f"{name} served",
        body=f"{SEND_METHODS[given.how]}{at}, to: {given.to}\nExhibits: {len(made.exhibits)}. Pages: {made.page_count}."
        f" SHA-256 of the manifest, which names every file: {manifest.sha256}",
        shows=f"The exhibits were served on {long_date(given.served_on)}.",
        visibility="shared",
    )


def may_take(version: BinderVersion, visible: Collection[str]) -> list[tuple[Document, str]]:
    """Return the papers that speak against handing a version out: of one that was not served what may not leave any
    more, of a served one what this person may not see now."""
    papers = queries.papers_in(version)
    if version.served_on is None:
        return [(paper, str(why)) for paper in papers if (why := why_not(paper))]
    return [(paper, "You may not see it any more.") for paper in papers if paper.visibility not in visible]


def record_download(case: Case, row: ExhibitBinder, version: BinderVersion, file: BinderFile, *, by: User) -> None:
    """Write down that a file was taken along: in the audit, and in the custody of each paper that it may hold."""
    ids = [UUID(one["document_id"]) for one in version.exhibits]
    state = "served" if version.served_on else "not served yet"
    if file.kind != "manifest":
        custody.add(
            case.id, ids, "downloaded", f"Taken along in “{file.name}” of the hearing binder ({state}).", by.name
        )
    audit.record(case, "exhibit_binders:file:download", by=by, subject=version.id, file=str(file.id), kind=file.kind)
    db.session.commit()
