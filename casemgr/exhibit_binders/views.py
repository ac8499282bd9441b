"""Pages of hearing binders: the list, one binder with its days and rules, and what is said of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_login import current_user
from sqlalchemy.orm.exc import StaleDataError

from casemgr.accounts.roles import Permission
from casemgr.exhibit_binders import (
    citing_views,
    disclosure,
    exhibit_views,
    forms,
    made_views,
    queries,
    services,
    serving,
    table_views,
)
from casemgr.exhibit_binders.blueprint import ALL, ONE, STALE, back, binder_or_404, bp, places_of, say
from casemgr.exhibit_binders.material import Material, scans_of
from casemgr.exhibit_binders.models import BinderVersion, ExhibitBinder
from casemgr.exhibit_binders.preflight import preflight, stops
from casemgr.extensions import db
from casemgr.filings.services import FilingRefused
from casemgr.filings.undrawable import WAY_OUT, unprinted_of
from casemgr.forums.profiles import profile
from casemgr.platform.locking import StaleForm
from casemgr.serving import queries as sent
from casemgr.web.once import make_once
from casemgr.web.permissions import case_access, requires

__all__ = ["bp", "citing_views", "exhibit_views", "made_views", "table_views"]


@bp.get(ALL)
@requires(Permission.CASE_READ)
def index(case_id: UUID) -> Any:
    access = case_access()
    edits = access.allows(Permission.PACKET_EDIT)
    return render_template(
        "exhibit_binders/index.html",
        case=access.case,
        binders=queries.binders_of(access.case) if edits else [],
        served=queries.served_of(access.case),
        countdown=disclosure.countdown(access.case),
    )


@bp.route(f"{ALL}/new", methods=["GET", "POST"])
@requires(Permission.PACKET_EDIT)
def new(case_id: UUID) -> Any:
    access = case_access()
    form = forms.settings_form(None, services.first_settings(access.case))
    if form.validate_on_submit():
        own = form.submission.uuid
        row, _made = make_once(
            ExhibitBinder,
            own,
            case_id,
            lambda: services.begin(access.case, form.to_settings(), by=current_user, binder_id=own),
        )
        return back(row, "exhibits")
    page = render_template("exhibit_binders/settings.html", case=access.case, form=form, row=None, is_served=False)
    return page, 422 if form.errors else 200


@bp.get(ONE)
@requires(Permission.PACKET_EDIT)
def show(case_id: UUID, binder_id: UUID) -> Any:
    access = case_access()
    case, row = access.case, binder_or_404(access, binder_id)
    versions = queries.versions_of(row)
    made = next((one for one in versions if one.served_on is None), None)
    served = [one for one in versions if one.served_on is not None]
    chosen = queries.exhibits_now(row)
    found = preflight(case, row, access.visible)
    changes = queries.changes_of(row, versions, chosen)
    last = served[-1] if served else None
    files = queries.files_of(made) if made else []
    material = queries.gather(case, row)
    return render_template(
        "exhibit_binders/show.html",
        case=case,
        row=row,
        office=profile(row.forum),
        chosen=chosen,
        findings=found,
        stopping=stops(found),
        countdown=disclosure.countdown(case),
        steps=disclosure.readiness(
            case, row, chosen, access.visible, is_made=made is not None, is_pending=not served or bool(changes)
        ),
        changes=changes,
        arrived=disclosure.arrived_since(case, row, last.recorded_at, access.visible)
        if last and last.recorded_at
        else [],
        made=made,
        files=files,
        sets=disclosure.sets_wanted(row),
        sheets=disclosure.sheets(files),
        is_stale=made is not None and not serving.is_current(case, row, made),
        read_since=_read_since(material, made),
        closed=serving.may_take(made, access.visible) if made else [],
        served=served,
        copies=sent.went_out(made.id) if made else [],
        unprinted=unprinted_of(material.printed()),
        cited=dict(material.cited),
        places=places_of(row),
        way_out=WAY_OUT,
    )


def _read_since(material: Material, made: BinderVersion | None) -> list[str]:
    """Return the scans that were read after the PDF was made: made again, they stand upright in it."""
    if made is None or sent.went_out(made.id):
        return []
    return [label for label in scans_of(material.exhibits) if label not in made.proof.get("scans", ())]


@bp.route(f"{ONE}/settings", methods=["GET", "POST"])
@requires(Permission.PACKET_EDIT)
def settings(case_id: UUID, binder_id: UUID) -> Any:
    access = case_access()
    row = binder_or_404(access, binder_id)
    form = forms.settings_form(row, services.first_settings(access.case))
    status = 200
    if form.validate_on_submit():
        try:
            services.save_settings(row, form.to_settings(), version=form.seen_version, by=current_user)
        except (StaleForm, StaleDataError, FilingRefused) as problem:
            row, status = _said(form, problem, case_id, binder_id)
        else:
            flash("Saved.")
            return back(row)
    is_served = any(one.served_on for one in queries.versions_of(row))
    page = render_template("exhibit_binders/settings.html", case=access.case, form=form, row=row, is_served=is_served)
    return page, status if status != 200 else 422 if form.errors else 200


@bp.route(f"{ONE}/people", methods=["GET", "POST"])
@requires(Permission.PACKET_EDIT)
def people(case_id: UUID, binder_id: UUID) -> Any:
    """Who speaks, who gets a copy, who signs."""
    access = case_access()
    row = binder_or_404(access, binder_id)
    form = forms.people_form(row)
    status = 200
    if form.validate_on_submit():
        said = form.to_witnesses(), form.to_recipients(), form.to_signer()
        try:
            services.save_people(row, *said, version=form.seen_version, by=current_user)
        except (StaleForm, StaleDataError, FilingRefused) as problem:
            row, status = _said(form, problem, case_id, binder_id)
        else:
            if citing_views.is_doubtful(access, row):
                flash("Saved. A reference to an exhibit needs a look.", "warning")
                return back(row, "people")
            flash("Saved.")
            return back(row)
    page = render_template(
        "exhibit_binders/people.html",
        case=access.case,
        form=form,
        row=row,
        **citing_views.references_on(access, row, form),
    )
    return page, status if status != 200 else 422 if form.errors else 200


def _said(form: Any, problem: Exception, case_id: UUID, binder_id: UUID) -> tuple[ExhibitBinder, int]:
    """Put a refusal above the form, which keeps what was typed and carries the present version."""
    db.session.rollback()
    row = binder_or_404(case_access(), binder_id)
    if isinstance(problem, FilingRefused):
        form.form_errors.append(str(problem))
        return row, 422
    form.show_version(row.version)
    form.form_errors.append(STALE)
    return row, 409


@bp.post(f"{ONE}/override/<rule>")
@requires(Permission.PACKET_EDIT)
def override(case_id: UUID, binder_id: UUID, rule: str) -> Any:
    """Go on although a rule of the forum is not kept; the reason is kept."""
    row = binder_or_404(case_access(), binder_id)
    form = forms.ReasonForm()
    if not form.validate():
        flash("Use 300 characters or fewer.", "error")
        return back(row, anchor="preflight")
    try:
        services.override(row, rule, form.reason.data, version=form.seen_version, by=current_user)
    except (StaleForm, StaleDataError):
        db.session.rollback()
        flash(STALE, "warning")
    except FilingRefused as refusal:
        db.session.rollback()
        say(refusal)
    else:
        flash("Your reason is kept with the binder." if form.reason.data else "The rule counts again.")
    return redirect(url_for(".show", case_id=case_id, binder_id=binder_id, _anchor="preflight"))


@bp.route(f"{ONE}/discard", methods=["GET", "POST"])
@requires(Permission.PACKET_EDIT)
def discard(case_id: UUID, binder_id: UUID) -> Any:
    access = case_access()
    row = binder_or_404(access, binder_id)
    form = forms.VersionForm()
    if not form.is_submitted():
        return render_template("exhibit_binders/discard.html", case=access.case, row=row)
    try:
        services.discard(row, version=form.seen_version, by=current_user)
    except (StaleForm, StaleDataError, FilingRefused) as refusal:
        db.session.rollback()
        say(refusal)
        return redirect(url_for(".show", case_id=case_id, binder_id=binder_id))
    flash("The binder was thrown away. Your papers are as they were.")
    return redirect(url_for(".index", case_id=case_id))
