"""Pages of issues and the relief asked for."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm.exc import StaleDataError

from casemgr.accounts.access import Access
from casemgr.accounts.roles import Permission
from casemgr.citations.showing import with_papers_named
from casemgr.evidence import queries as evidence
from casemgr.evidence.forms import address_of, filters_from
from casemgr.extensions import db
from casemgr.issues import areas, queries, services
from casemgr.issues import citing as issue_citing
from casemgr.issues.forms import IssueForm, edit_form, new_form, version_of
from casemgr.issues.models import Issue
from casemgr.platform.locking import StaleForm
from casemgr.web.filters import legal_date
from casemgr.web.once import make_once
from casemgr.web.permissions import case_access, requires

bp = Blueprint("issues", __name__)


@bp.app_template_global()
def issue_words() -> Any:
    """Give templates the words of `issues.areas`."""
    return areas


@bp.get("/cases/<uuid:case_id>/issues")
@requires(Permission.CASE_READ)
def index(case_id: UUID) -> Any:
    access = case_access()
    found = queries.issues_of(access.case, access.visible)
    standing = [view for view in found if not view.issue.is_withdrawn]
    return render_template(
        "issues/index.html",
        case=access.case,
        standing=standing,
        withdrawn=[view for view in found if view.issue.is_withdrawn],
        matrix=queries.matrix(access.case, access.visible),
        matrix_columns=["Kind", *((f"Issue {view.issue.number}", "number") for view in standing)],
    )


@bp.get("/cases/<uuid:case_id>/issues/matrix")
@requires(Permission.CASE_READ)
def matrix(case_id: UUID) -> Any:
    """Issues × entries of the log: what supports what, and where nothing does."""
    access = case_access()
    filters, problems = filters_from(request.args)
    views = [view for view in queries.issues_of(access.case, access.visible) if not view.issue.is_withdrawn]
    strengths = queries.strengths(access.case, access.visible)
    return render_template(
        "issues/matrix.html",
        case=access.case,
        views=views,
        strengths={view.issue.id: strengths.get(view.issue.id, queries.Strength()) for view in views},
        found=evidence.entries(access.case, access.visible, filters),
        filters=filters,
        problems=problems,
        columns=[
            "Evidence",
            *((f"Issue {view.issue.number}", "" if view.evidence_count else "is-gap") for view in views),
        ],
        page_url=lambda page: url_for(".matrix", case_id=case_id, **address_of(filters), page=page),
    )


@bp.post("/cases/<uuid:case_id>/issues/matrix")
@requires(Permission.ISSUE_EDIT)
def tie(case_id: UUID) -> Any:
    """Save the check boxes of the matrix."""
    access = case_access()
    was, became = _pairs(request.form.getlist("was")), _pairs(request.form.getlist("tie"))
    issues = queries.issues_by_ids(access.case, {issue for issue, _entry in was ^ became})
    entries = evidence.current_entries(access.case, {entry for _issue, entry in was ^ became}, access.visible)
    made, undone = services.change_ties(
        {row.id: row for row in issues}, {row.id: row for row in entries}, was, became, by=current_user
    )
    flash(f"Saved: {made} linked, {undone} taken away." if made or undone else "Nothing was changed.")
    filters, _problems = filters_from(request.args)
    return redirect(url_for(".matrix", case_id=case_id, **address_of(filters), page=filters.page))


@bp.route("/cases/<uuid:case_id>/issues/new", methods=["GET", "POST"])
@requires(Permission.ISSUE_EDIT)
def new(case_id: UUID) -> Any:
    access = case_access()
    form = new_form(access.case, request.args.get("area", ""))
    if form.validate_on_submit():
        told = issue_citing.with_references(access.case, form.to_issue())
        issue, _made = make_once(
            Issue, told.id, case_id, lambda: services.add_issue(access.case, told, by=current_user)
        )
        if issue_citing.is_doubtful(access, issue):
            flash(f"Issue {issue.number} added. A reference to an exhibit needs a look.", "warning")
            return redirect(url_for(".edit", case_id=case_id, issue_id=issue.id))
        flash(f"Issue {issue.number} added. Now say what supports it.")
        return redirect(url_for(".show", case_id=case_id, issue_id=issue.id))
    page = render_template("issues/new.html", case=access.case, form=form, **issue_citing.references_on(access, form))
    return page, 422 if form.errors else 200


@bp.get("/cases/<uuid:case_id>/issues/<uuid:issue_id>")
@requires(Permission.CASE_READ)
def show(case_id: UUID, issue_id: UUID) -> Any:
    access = case_access()
    issue = _issue_or_404(access, issue_id)
    supports = queries.supports_of(access.case, issue.id, access.visible)
    return render_template("issues/show.html", case=access.case, issue=issue, supports=supports)


@bp.route("/cases/<uuid:case_id>/issues/<uuid:issue_id>/edit", methods=["GET", "POST"])
@requires(Permission.ISSUE_EDIT)
def edit(case_id: UUID, issue_id: UUID) -> Any:
    access = case_access()
    issue = _issue_or_404(access, issue_id)
    form = edit_form(access.case, issue)
    conflict = None
    if form.validate_on_submit():
        try:
            told = issue_citing.with_references(access.case, form.to_issue())
            services.edit_issue(access.case, issue, told, version=version_of(form.version.data), by=current_user)
        except (StaleForm, StaleDataError):
            issue, conflict = _conflict(access, issue_id, form)
        else:
            doubtful = issue_citing.is_doubtful(access, issue)
            told_of_it = " A reference to an exhibit needs a look." if doubtful else ""
            flash(f"Issue {issue.number} saved.{told_of_it}", "warning" if doubtful else "done")
            return redirect(url_for(".edit" if doubtful else ".show", case_id=case_id, issue_id=issue.id))
    page = render_template(
        "issues/edit.html",
        case=access.case,
        issue=issue,
        form=form,
        conflict_rows=conflict,
        **issue_citing.references_on(access, form),
    )
    return page, 409 if conflict else 422 if form.errors else 200


@bp.post("/cases/<uuid:case_id>/issues/<uuid:issue_id>/withdraw")
@requires(Permission.ISSUE_EDIT)
def withdraw(case_id: UUID, issue_id: UUID) -> Any:
    return _set_withdrawn(case_access(), issue_id, True, "withdrawn. It stays on record and can be taken up again.")


@bp.post("/cases/<uuid:case_id>/issues/<uuid:issue_id>/restore")
@requires(Permission.ISSUE_EDIT)
def restore(case_id: UUID, issue_id: UUID) -> Any:
    return _set_withdrawn(case_access(), issue_id, False, "taken up again.")


@bp.route("/cases/<uuid:case_id>/issues/<uuid:issue_id>/evidence", methods=["GET", "POST"])
@requires(Permission.ISSUE_EDIT)
def link(case_id: UUID, issue_id: UUID) -> Any:
    """Choose entries of the log that support an issue."""
    access = case_access()
    issue = _issue_or_404(access, issue_id)
    if request.method == "POST":
        chosen = evidence.current_entries(access.case, _ids(request.form.getlist("entry")), access.visible)
        made = services.link_all(issue, chosen, by=current_user)
        flash(
            f"{made} added." if made else "Nothing was added. Choose at least one entry.", "done" if made else "warning"
        )
        return redirect(url_for(".show", case_id=case_id, issue_id=issue.id))
    filters, problems = filters_from(request.args)
    return render_template(
        "issues/link.html",
        case=access.case,
        issue=issue,
        found=evidence.entries(access.case, access.visible, filters),
        filters=filters,
        problems=problems,
        tied={support.id for support in queries.supports_of(access.case, issue.id, access.visible)},
        page_url=lambda page: url_for(
            ".link", case_id=case_id, issue_id=issue_id, kind=filters.kind, text=filters.text, page=page
        ),
    )


@bp.post("/cases/<uuid:case_id>/issues/<uuid:issue_id>/evidence/<uuid:entry_id>/remove")
@requires(Permission.ISSUE_EDIT)
def unlink(case_id: UUID, issue_id: UUID, entry_id: UUID) -> Any:
    access = case_access()
    issue = _issue_or_404(access, issue_id)
    entry = evidence.entry(access.case, entry_id, access.visible) or abort(404)
    services.unlink(issue, entry, by=current_user)
    flash(f"No. {entry.number} no longer supports this issue. The entry itself stays in the log.")
    return redirect(url_for(".show", case_id=case_id, issue_id=issue.id))


def _set_withdrawn(access: Access, issue_id: UUID, is_withdrawn: bool, done: str) -> Any:
    issue = _issue_or_404(access, issue_id)
    version = version_of(request.form.get("version"))
    try:
        services.set_withdrawn(access.case, issue, is_withdrawn, version=version, by=current_user)
    except (StaleForm, StaleDataError):
        db.session.rollback()
        flash("Someone changed this issue after you opened the page. Look at it and try again.", "warning")
    else:
        flash(f"Issue {issue.number} {done}")
    return redirect(url_for(".show", case_id=access.case.id, issue_id=issue_id))


def _conflict(access: Access, issue_id: UUID, form: IssueForm) -> tuple[Issue, dict[str, list[tuple[str, str]]]]:
    """Both versions, field by field; the form keeps what was typed and now carries the saved version's number."""
    db.session.rollback()
    saved = _issue_or_404(access, issue_id)
    form.version.data = str(saved.version)
    form.version.raw_data = None
    return saved, {"theirs": _rows(saved), "mine": _rows(form.to_issue())}


def _rows(issue: Issue | services.NewIssue) -> list[tuple[str, str]]:
    area = areas.ISSUE_AREAS.get(issue.area)
    told = [
        ("What it is about", area.label if area else ""),
        ("Law", areas.LAWS.get(issue.law, issue.law)),
        ("The issue", issue.title),
        ("Since", legal_date(issue.since_on)),
        ("Found out", legal_date(issue.known_on)),
        ("The facts", with_papers_named(issue.facts)),
        ("What would fix it", with_papers_named(issue.relief)),
    ]
    return [(label, text or "(empty)") for label, text in told]


def _issue_or_404(access: Access, issue_id: UUID) -> Issue:
    return queries.issue(access.case, issue_id) or abort(404)


def _pairs(values: list[str]) -> set[tuple[UUID, UUID]]:
    """Read "issue id:entry id"; what is not that is passed over."""
    found = set()
    for value in values[:5_000]:
        parts = _ids(value.split(":"))
        if len(parts) == 2:
            found.add((parts[0], parts[1]))
    return found


def _ids(values: list[str]) -> list[UUID]:
    found = []
    for value in values[:500]:
        try:
            found.append(UUID(value))
        except ValueError:
            continue
    return found
