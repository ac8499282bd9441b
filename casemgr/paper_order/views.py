"""Papers as a binder, many papers changed in one step, and the tags on them."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy.orm.exc import StaleDataError

from casemgr.accounts.access import Access
from casemgr.accounts.roles import Permission
from casemgr.cases.clock import today
from casemgr.documents.forms import to_filter
from casemgr.documents.kinds import DOCUMENT_KINDS, VISIBILITIES
from casemgr.documents.models import Document
from casemgr.documents.services import WideningNotConfirmed
from casemgr.extensions import db
from casemgr.holds import queries as holds
from casemgr.paper_order import queries, services, tagging
from casemgr.paper_order.forms import ACTS, ChangeForm, TagForm, ids_in
from casemgr.paper_order.models import PaperChange
from casemgr.paper_order.services import MOST_AT_ONCE, PapersStale
from casemgr.web.filters import plural
from casemgr.web.once import make_once
from casemgr.web.permissions import case_access, requires

bp = Blueprint("paper_order", __name__)
PAPERS = "/cases/<uuid:case_id>/papers"
TAB = "documents.index"


@bp.get(f"{PAPERS}/binder")
@requires(Permission.CASE_READ)
def index(case_id: UUID) -> ResponseReturnValue:
    """The papers in the order of a binder: by kind, and by date in each kind. `show=all`: on one page, to print."""
    access = case_access()
    wanted = to_filter(request.args, may_open_trash=False)
    order = request.args.get("order", "")
    order = order if order in queries.ORDERS else "newest"
    whole = request.args.get("show") == "all"
    return render_template(
        "paper_order/index.html",
        case=access.case,
        case_tab=TAB,
        wanted=wanted,
        order=order,
        orders=queries.ORDERS,
        whole=whole,
        most=queries.MOST_TO_PRINT,
        binder=queries.binder(access.case, access.visible, wanted, oldest_first=order == "oldest", whole=whole),
        tags=queries.tags_of(access.case, access.visible),
        kinds=DOCUMENT_KINDS,
        holds=holds.standing(access.case),
        printed_on=today(access.case),
    )


@bp.route(f"{PAPERS}/change", methods=["GET", "POST"])
@requires(Permission.DOCUMENT_EDIT)
def change(case_id: UUID) -> ResponseReturnValue:
    """Change the papers that were ticked, or (`all`) all that the list's filter finds."""
    access = case_access()
    if request.method == "GET":
        return _ask(access)
    form = _form(access, [])
    seen = form.seen
    papers = queries.chosen(access.case, access.visible, seen.keys())
    form.remove_tags.choices = [(name, name) for name in _names(access, papers)]
    act = request.form.get("act", "")
    act = act if act in ACTS else "change"
    if not seen or len(seen) > MOST_AT_ONCE:
        abort(400)
    if act == "change" and not form.validate_on_submit():
        return _page(access, form, papers), 422
    wanted = form.to_change(act)
    if not wanted.words:
        form.form_errors.append("Choose at least one thing to change.")
        return _page(access, form, papers), 422
    try:
        row, _made = make_once(
            PaperChange,
            form.submission.uuid,
            case_id,
            lambda: services.change_papers(
                access.case,
                seen,
                wanted,
                visible=access.visible,
                confirmed=form.confirmed.data and bool(form.opened_because.data),
                why=form.opened_because.data,
                by=current_user,
                change_id=form.submission.uuid,
            ),
        )
    except WideningNotConfirmed:
        db.session.rollback()
        if not form.confirmed.data:
            form.confirmed.errors = [
                "More people could open some of these papers then. Tick the box if you mean that, and save again."
            ]
        if not form.opened_because.data:
            form.opened_because.errors = ["Say why. Your reason is kept with what happened to each file."]
        return _page(access, form, queries.chosen(access.case, access.visible, seen.keys())), 422
    except (PapersStale, StaleDataError):
        db.session.rollback()
        papers = queries.chosen(access.case, access.visible, seen.keys())
        moved = [paper for paper in papers if paper.version != seen[paper.id]]
        form.show(papers)
        return _page(access, form, papers, moved=moved), 409
    if row is None:
        flash("All of these papers were like that already. Nothing was changed.")
        return redirect(url_for(TAB, case_id=case_id))
    flash(
        Markup('{} changed. <a href="{}">See what, or undo it</a>').format(
            plural(len(row.papers), "paper"), url_for(".changed", case_id=case_id, change_id=row.id)
        )
    )
    return redirect(url_for(TAB, case_id=case_id))


@bp.get(f"{PAPERS}/changes")
@requires(Permission.DOCUMENT_EDIT)
def changes(case_id: UUID) -> ResponseReturnValue:
    """The last steps that changed several papers."""
    case = case_access().case
    return render_template("paper_order/changes.html", case=case, case_tab=TAB, changes=queries.changes(case))


@bp.get(f"{PAPERS}/changes/<uuid:change_id>")
@requires(Permission.DOCUMENT_EDIT)
def changed(case_id: UUID, change_id: UUID) -> ResponseReturnValue:
    """What one step changed, and the way back."""
    access = case_access()
    return _changed_page(access, _change(access, change_id))


@bp.post(f"{PAPERS}/changes/<uuid:change_id>/undo")
@requires(Permission.DOCUMENT_EDIT)
def undo(case_id: UUID, change_id: UUID) -> ResponseReturnValue:
    access = case_access()
    row = _change(access, change_id)
    count = len(row.papers)
    try:
        done = services.undo(
            access.case, row, visible=access.visible, confirmed="confirmed" in request.form, by=current_user
        )
    except WideningNotConfirmed:
        db.session.rollback()
        problem = "More people could open some of these papers again. Tick the box if you mean that."
        return _changed_page(access, _change(access, change_id), problem), 422
    except (PapersStale, StaleDataError):
        db.session.rollback()
        problem = "Somebody changed one of these papers since, so they cannot be put back together. Nothing was done."
        return _changed_page(access, _change(access, change_id), problem), 409
    flash(f"{plural(count, 'paper')} put back as before." if done else "That was undone already.")
    return redirect(url_for(TAB, case_id=case_id))


@bp.get(f"{PAPERS}/tags")
@requires(Permission.CASE_READ)
def tags(case_id: UUID) -> ResponseReturnValue:
    access = case_access()
    return _tags_page(access)


@bp.route(f"{PAPERS}/tags/edit", methods=["GET", "POST"])
@requires(Permission.DOCUMENT_EDIT)
def edit_tag(case_id: UUID) -> ResponseReturnValue:
    """Rename a tag, join it with another, or take it off all papers."""
    access = case_access()
    wanted = tagging.key_of(request.args.get("tag", ""))
    tag = next((one for one in queries.tags_of(access.case, access.visible) if one.key == wanted), None) or abort(404)
    form = TagForm(data={"name": tag.name})
    if request.method == "POST" and "remove" in request.form:
        count = services.drop_tag(access.case, tag.name, by=current_user)
        flash(f"“{tag.name}” was taken off {plural(count, 'paper')}.")
        return redirect(url_for(".tags", case_id=case_id))
    if form.validate_on_submit():
        count = services.rename_tag(access.case, tag.name, form.name.data, by=current_user)
        flash(f"{plural(count, 'paper')} now {'carries' if count == 1 else 'carry'} “{form.name.data}”.")
        return redirect(url_for(".tags", case_id=case_id))
    others = [one for one in queries.tags_of(access.case, access.visible) if one.key != tag.key]
    page = render_template("paper_order/tag.html", case=access.case, case_tab=TAB, form=form, tag=tag, others=others)
    return page, 422 if form.errors else 200


def _ask(access: Access) -> ResponseReturnValue:
    wanted = to_filter(request.args, may_open_trash=True)
    ids = ids_in(request.args.getlist("paper"))
    if "all" in request.args:
        ids = queries.found_ids(access.case, access.visible, wanted, MOST_AT_ONCE)
    papers = queries.chosen(access.case, access.visible, ids[:MOST_AT_ONCE])
    if not papers:
        flash("Tick at least one paper first.", "warning")
        return redirect(url_for(TAB, case_id=access.case.id))
    form = _form(access, _names(access, papers))
    form.show(papers)
    return _page(access, form, papers)


def _form(access: Access, names: list[str]) -> ChangeForm:
    return ChangeForm(visible=access.visible, today=today(access.case), tags=names)


def _names(access: Access, papers: list[Document]) -> list[str]:
    """The tags that at least one of these papers carries."""
    on = tagging.tags_on(access.case, [paper.id for paper in papers])
    return sorted({tag.name for found in on.values() for tag in found}, key=str.casefold)


def _page(access: Access, form: ChangeForm, papers: list[Document], moved: list[Document] | None = None) -> str:
    return render_template(
        "paper_order/change.html",
        case=access.case,
        case_tab=TAB,
        form=form,
        papers=papers,
        moved=moved,
        kinds=DOCUMENT_KINDS,
        visibilities=VISIBILITIES,
        in_use=queries.tags_of(access.case, access.visible),
        holds=holds.standing(access.case),
        most=MOST_AT_ONCE,
    )


def _change(access: Access, change_id: UUID) -> PaperChange:
    return queries.change(access.case, change_id) or abort(404)


def _changed_page(access: Access, row: PaperChange, problem: str = "") -> str:
    papers = queries.chosen(access.case, access.visible, [UUID(one["id"]) for one in row.papers])
    return render_template(
        "paper_order/changed.html",
        case=access.case,
        case_tab=TAB,
        change=row,
        papers=papers,
        would_open=services.would_open(row, papers),
        kinds=DOCUMENT_KINDS,
        problem=problem,
    )


def _tags_page(access: Access) -> str:
    return render_template(
        "paper_order/tags.html", case=access.case, case_tab=TAB, tags=queries.tags_of(access.case, access.visible)
    )
