"""Pages of promises: what an agreement or a decision says must happen, and whether it does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm.exc import StaleDataError

from casemgr.accounts.access import Access
from casemgr.accounts.roles import Permission
from casemgr.cases.clock import today
from casemgr.deadlines.models import Fact
from casemgr.documents import queries as documents
from casemgr.extensions import db
from casemgr.filings.kinds import KINDS
from casemgr.issues.models import Issue
from casemgr.issues.services import NewIssue
from casemgr.law import stages
from casemgr.law.rulebook import rulebook_for
from casemgr.law.stages import Option
from casemgr.law.terms import FilingKind
from casemgr.obligations import queries, services, words
from casemgr.obligations.forms import FIELDS_OF, TIMED, TIMINGS, DeliveryForm, EndForm, ObligationForm
from casemgr.obligations.models import Delivery, Obligation
from casemgr.obligations.services import ObligationRefused
from casemgr.obligations.sources import SOURCES, Way, ways_on
from casemgr.platform.locking import StaleForm
from casemgr.proceedings.queries import case_view
from casemgr.web.filters import legal_date
from casemgr.web.once import make_once
from casemgr.web.permissions import case_access, requires

bp = Blueprint("obligations", __name__)

ALL = "/cases/<uuid:case_id>/obligations"
ONE = f"{ALL}/<uuid:obligation_id>"
SAVED_BEFORE = "Somebody else changed this a moment ago. Look again; nothing was saved now."


@bp.app_template_global()
def promise_words() -> Any:
    """Give templates the plain words of `obligations.words`."""
    return words


@bp.app_template_global()
def promise_source(facts: Sequence[Fact]) -> Fact | None:
    """Return the newest of these facts that is an agreement or a decision."""
    return next((fact for fact in reversed(facts) if fact.kind in SOURCES), None)


@bp.get(ALL)
@requires(Permission.CASE_READ)
def index(case_id: UUID) -> ResponseReturnValue:
    case = case_access().case
    promises = queries.promises(case)
    return render_template(
        "obligations/index.html",
        case=case,
        running=[one for one in promises if one.state in ("open", "late")],
        ended=[one for one in promises if one.state not in ("open", "late")],
        sources=queries.sources_of(case),
        today=today(case),
    )


@bp.get(f"{ALL}/new")
@requires(Permission.CASE_EDIT)
def choose(case_id: UUID) -> ResponseReturnValue:
    """Ask first when it is due: the form then asks only what that needs."""
    case = case_access().case
    fact = queries.standing_fact(case, request.args.get("fact", type=UUID))
    return render_template("obligations/choose.html", case=case, timings=TIMINGS, fact=fact)


@bp.route(f"{ALL}/new/<timing>", methods=["GET", "POST"])
@requires(Permission.CASE_EDIT)
def new(case_id: UUID, timing: str) -> ResponseReturnValue:
    access = case_access()
    if timing not in TIMINGS:
        abort(404)
    form = _form(access, timing)
    if form.validate_on_submit():
        wanted = form.to_new()
        row, _made = make_once(
            Obligation, wanted.id, case_id, lambda: services.add(access.case, wanted, by=current_user)
        )
        flash("Written down. Add the next one, or look at it below.")
        return redirect(url_for(".show", case_id=case_id, obligation_id=row.id))
    page = render_template("obligations/form.html", case=access.case, form=form, timing=timing, row=None)
    return page, 422 if form.errors else 200


@bp.route(f"{ONE}/edit", methods=["GET", "POST"])
@requires(Permission.CASE_EDIT)
def edit(case_id: UUID, obligation_id: UUID) -> ResponseReturnValue:
    access = case_access()
    row = _row(access, obligation_id)
    form, conflict = _form(access, row.timing, row), None
    if form.validate_on_submit():
        mine = form.to_new()
        try:
            services.edit(access.case, row, mine, version=form.seen, by=current_user)
        except (StaleForm, StaleDataError):
            db.session.rollback()
            row = _row(case_access(), obligation_id)
            conflict = {"theirs": _in_words(row), "mine": _in_words(mine)}
            form.version.raw_data, form.version.data = None, row.version
        else:
            flash("Saved.")
            return redirect(url_for(".show", case_id=case_id, obligation_id=obligation_id))
    page = render_template(
        "obligations/form.html", case=access.case, form=form, timing=form.timing, row=row, conflict=conflict
    )
    return page, 409 if conflict else 422 if form.errors else 200


@bp.get(ONE)
@requires(Permission.CASE_READ)
def show(case_id: UUID, obligation_id: UUID) -> ResponseReturnValue:
    access = case_access()
    row = _row(access, obligation_id)
    return _page(access, row, _delivery_form(access, row)), 200


@bp.post(f"{ONE}/deliveries")
@requires(Permission.EVIDENCE_ADD)
def deliver(case_id: UUID, obligation_id: UUID) -> ResponseReturnValue:
    access = case_access()
    row = _row(access, obligation_id)
    form = _delivery_form(access, row)
    if form.validate_on_submit():
        wanted = form.to_new()
        try:
            make_once(Delivery, wanted.id, case_id, lambda: services.deliver(access.case, row, wanted, by=current_user))
        except ObligationRefused as refusal:
            db.session.rollback()
            form.show_refusal(refusal)
        else:
            flash("Recorded.")
            return redirect(url_for(".show", case_id=case_id, obligation_id=obligation_id))
    return _page(access, _row(access, obligation_id), form), 422


@bp.post(f"{ONE}/deliveries/<uuid:delivery_id>/take-back")
@requires(Permission.CASE_EDIT)
def take_back(case_id: UUID, obligation_id: UUID, delivery_id: UUID) -> ResponseReturnValue:
    access = case_access()
    row = _row(access, obligation_id)
    made = queries.delivery(row, delivery_id) or abort(404)
    services.take_back(access.case, row, made, by=current_user)
    flash("Taken back. It stays on record.")
    return redirect(url_for(".show", case_id=case_id, obligation_id=obligation_id))


@bp.route(f"{ONE}/met", methods=["GET", "POST"])
@requires(Permission.CASE_EDIT)
def meet(case_id: UUID, obligation_id: UUID) -> ResponseReturnValue:
    return _end(case_access(), obligation_id, services.meet, "obligations/meet.html", needs_reason=False)


@bp.route(f"{ONE}/waived", methods=["GET", "POST"])
@requires(Permission.CASE_EDIT)
def waive(case_id: UUID, obligation_id: UUID) -> ResponseReturnValue:
    return _end(case_access(), obligation_id, services.waive, "obligations/waive.html", needs_reason=True)


@bp.post(f"{ONE}/reopen")
@requires(Permission.CASE_EDIT)
def reopen(case_id: UUID, obligation_id: UUID) -> ResponseReturnValue:
    access = case_access()
    row = _row(access, obligation_id)
    try:
        services.reopen(access.case, row, version=request.form.get("version", 0, type=int), by=current_user)
    except (StaleForm, StaleDataError):
        db.session.rollback()
        flash(SAVED_BEFORE, "error")
    else:
        flash("It is open again.")
    return redirect(url_for(".show", case_id=case_id, obligation_id=obligation_id))


@bp.post(f"{ONE}/issue")
@requires(Permission.ISSUE_EDIT)
def make_issue(case_id: UUID, obligation_id: UUID) -> ResponseReturnValue:
    """Make an issue of a broken promise: what a complaint then carries, to be read and completed first."""
    access = case_access()
    row = _row(access, obligation_id)
    issue_id = services.make_issue(access.case, row, _issue_of(access, row), by=current_user)
    flash("This is now an issue. Complete it; a complaint can then carry it.")
    return redirect(url_for("issues.edit", case_id=case_id, issue_id=issue_id))


def _issue_of(access: Access, row: Obligation) -> NewIssue:
    fact = queries.standing_fact(access.case, row.fact_id)
    lines = [f"{words.source(fact.kind)} on {legal_date(fact.on_date)}." if fact else ""]
    lines += [f"It says: “{row.words}”" if row.words else "", f"Promised: {row.title} ({words.when(row)})."]
    if row.late_after:
        lines.append(f"It was to be done by {legal_date(row.late_after)}. It is not done, or not in full.")
    return NewIssue(
        title=f"Not carried out: {row.title}"[:300],
        law="section_504" if access.case.track == "section_504" else "idea",
        area="iep_not_implemented" if fact is not None and fact.kind == "iep_agreed" else "",
        since_on=row.late_after if row.late_after and row.late_after <= today(access.case) else None,
        facts="\n".join(line for line in lines if line),
        relief=f"That it is done: {row.title}.",
    )


def _end(access: Access, obligation_id: UUID, end: Any, template: str, *, needs_reason: bool) -> ResponseReturnValue:
    case, row = access.case, _row(access, obligation_id)
    form = EndForm(
        today(case),
        documents.choices(case, access.visible),
        queries.entry_choices(case, access.visible),
        needs_reason=needs_reason,
        data={"version": row.version, "on_date": today(case)},
    )
    if form.validate_on_submit():
        try:
            end(case, row, form.to_ending(), version=form.seen, by=current_user)
        except ObligationRefused as refusal:
            db.session.rollback()
            form.show_refusal(refusal)
        except (StaleForm, StaleDataError):
            db.session.rollback()
            flash(SAVED_BEFORE, "error")
            return redirect(url_for(".show", case_id=case.id, obligation_id=obligation_id))
        else:
            flash("Recorded.")
            return redirect(url_for(".show", case_id=case.id, obligation_id=obligation_id))
    page = render_template(template, case=case, row=_row(access, obligation_id), form=form)
    return page, 422 if form.errors else 200


def _page(access: Access, row: Obligation, form: DeliveryForm) -> str:
    case = access.case
    promise = queries.promise(case, row)
    fact = queries.standing_fact(case, row.fact_id)
    late = promise.state == "late"
    return render_template(
        "obligations/show.html",
        case=case,
        promise=promise,
        row=row,
        form=form,
        fact=fact,
        papers=dict(documents.choices(case, access.visible)),
        entries=dict(queries.entry_choices(case, access.visible)),
        issue=db.session.get(Issue, row.issue_id) if row.issue_id else None,
        ways=_ways(access, fact.kind if fact else "") if late and not promise.is_ours else [],
        complaint_kind=FilingKind.STATE_COMPLAINT.value if FilingKind.STATE_COMPLAINT.value in KINDS else None,
        today=today(case),
    )


def _ways(access: Access, kind: str) -> list[tuple[Way, Option | None]]:
    """Return the ways on, each with the path of the law's table that it is, where it is open from the present stage."""
    case = access.case
    found = {option.event: option for option in stages.options(case_view(case), rulebook_for(case.state))}
    return [(way, found.get(way.event) if way.event else None) for way in ways_on(kind)]


def _form(access: Access, timing: str, row: Obligation | None = None) -> ObligationForm:
    case = access.case
    facts = queries.sources_of(case)
    given: dict[str, Any] = {"actor": "lea"}
    if row is None:
        fact = queries.standing_fact(case, request.args.get("fact", type=UUID)) or (facts[0] if facts else None)
        given |= {"fact_id": str(fact.id), "document_id": str(fact.document_id or "")} if fact else {}
    else:
        standing = queries.standing_fact(case, row.fact_id)
        given = {name: getattr(row, name) for name in services.WORDS} | {"version": row.version}
        given["fact_id"] = str(standing.id) if standing else ""
        given["document_id"] = str(row.document_id or "")
        given["hours"] = row.minutes / 60 if row.minutes else None
    return ObligationForm(
        timing,
        today(case),
        [(str(one.id), f"{words.source(one.kind)}, {legal_date(one.on_date)}") for one in facts],
        documents.choices(case, access.visible),
        data={name: value for name, value in given.items() if name not in TIMED - FIELDS_OF[timing]},
    )


def _delivery_form(access: Access, row: Obligation) -> DeliveryForm:
    case = access.case
    return DeliveryForm(
        row, today(case), documents.choices(case, access.visible), queries.entry_choices(case, access.visible)
    )


def _in_words(row: Any) -> list[tuple[str, str]]:
    """Return a promise, saved or typed, for the comparison of two versions."""
    return [
        ("What was promised", row.title),
        ("The words of the paper", row.words),
        ("Who must do it", words.ACTOR_NAMES.get(row.actor, row.actor)),
        ("Which person or office", row.who),
        ("When", words.when(row)),
        ("What will show that it is done", row.proof),
    ]


def _row(access: Access, obligation_id: UUID) -> Obligation:
    return queries.obligation(access.case, obligation_id) or abort(404)
