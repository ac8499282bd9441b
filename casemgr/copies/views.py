"""Pages of copies and versions: what looks alike, and two papers side by side."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from casemgr.accounts.access import Access
from casemgr.accounts.roles import Permission
from casemgr.copies import asking, comparing, looking, queries, services, telling
from casemgr.copies.forms import SayingForm, other_form, saying_form
from casemgr.copies.kinds import ALIKE, SAYING_HINTS
from casemgr.copies.queries import Kin, Suggestion
from casemgr.copies.standing import Standing, standing_of
from casemgr.documents import queries as documents
from casemgr.documents.kinds import DOCUMENT_KINDS
from casemgr.documents.models import Document
from casemgr.web.permissions import case_access, requires

bp = Blueprint("copies", __name__)

PAPERS = "/cases/<uuid:case_id>/papers"
BESIDE = f"{PAPERS}/<uuid:document_id>/beside"
PAIR = f"{BESIDE}/<uuid:other_id>"
PAGES_SHOWN = 10
JOBS = (looking.look, comparing.compare)
"""They are queued by their names, and known because they are named here."""


@bp.app_template_global()
def standing_of_papers(paper_ids: Iterable[UUID]) -> dict[UUID, Standing]:
    """For lists: what these papers are to others that the reader may see."""
    access = case_access()
    return standing_of(access.case, access.visible, list(paper_ids))


@bp.app_template_global()
def kin_of_paper(paper: Document) -> Kin:
    access = case_access()
    return queries.kin_of(access.case, access.visible, paper)


@bp.app_template_global()
def suggestions_of_paper(paper: Document) -> list[Suggestion]:
    access = case_access()
    return queries.suggestions(access.case, access.visible, paper) if paper.trashed_at is None else []


@bp.app_template_global()
def count_alike() -> int:
    """How many pairs of papers wait for a person."""
    return queries.count_suggestions(case_access().case, case_access().visible)


@bp.app_template_global()
def told() -> object:
    """Give templates the plain words of `copies.telling`."""
    return telling


@bp.get(f"{PAPERS}/alike")
@requires(Permission.CASE_READ)
def index(case_id: UUID) -> ResponseReturnValue:
    """The pairs that look alike and wait for a person."""
    access = case_access()
    return render_template(
        "copies/index.html",
        case=access.case,
        case_tab="documents.index",
        suggestions=queries.suggestions(access.case, access.visible),
        kinds=DOCUMENT_KINDS,
        alike=ALIKE,
    )


@bp.get(BESIDE)
@requires(Permission.CASE_READ)
def choose(case_id: UUID, document_id: UUID) -> ResponseReturnValue:
    """Choose the paper to set beside this one."""
    access = case_access()
    paper = _paper_or_404(access, document_id)
    others = [choice for choice in documents.choices(access.case, access.visible) if choice[0] != str(paper.id)]
    form = other_form(others, request.args if "other" in request.args else None)
    if "other" in request.args and form.validate():
        return redirect(url_for(".pair", case_id=case_id, document_id=document_id, other_id=form.other.data))
    page = render_template(
        "copies/choose.html", case=access.case, case_tab="documents.index", paper=paper, form=form, others=others
    )
    return page, 422 if form.errors else 200


@bp.get(PAIR)
@requires(Permission.CASE_READ)
def pair(case_id: UUID, document_id: UUID, other_id: UUID) -> ResponseReturnValue:
    """Two papers side by side: where they differ, and what a person says of them."""
    older, newer = _two_or_404(case_access(), document_id, other_id)
    return _pair_page(case_access(), older, newer, saying_form(older, newer))


@bp.post(f"{PAIR}/compare")
@requires(Permission.CASE_READ)
def compare(case_id: UUID, document_id: UUID, other_id: UUID) -> ResponseReturnValue:
    access = case_access()
    older, newer = _two_or_404(access, document_id, other_id)
    services.compare(access.case, older, newer, by=current_user)
    return redirect(url_for(".pair", case_id=case_id, document_id=document_id, other_id=other_id))


@bp.get(f"{PAIR}/progress")
@requires(Permission.CASE_READ)
def progress(case_id: UUID, document_id: UUID, other_id: UUID) -> ResponseReturnValue:
    """How far the comparison is, for jobs.js: anything but waiting is a reason to load the page again."""
    access = case_access()
    _two_or_404(access, document_id, other_id)
    row = queries.comparison_of(access.case, document_id, other_id)
    is_waiting = row is not None and row.state == "waiting"
    return jsonify(
        state="running" if is_waiting else "done",
        message="Comparing the pages",
        done=row.done_pages if row else 0,
        total=row.all_pages if row else 0,
        url=url_for(".pair", case_id=case_id, document_id=document_id, other_id=other_id),
    )


@bp.post(f"{PAIR}/say")
@requires(Permission.DOCUMENT_EDIT)
def say(case_id: UUID, document_id: UUID, other_id: UUID) -> ResponseReturnValue:
    """Keep what a person says that two papers are to each other."""
    access = case_access()
    older, newer = _two_or_404(access, document_id, other_id)
    form = saying_form(older, newer)
    if form.validate_on_submit():
        try:
            services.say(access.case, newer, older, form.saying.data, by=current_user, row_id=form.submission.uuid)
        except services.SayingRefused as refusal:
            form.saying.errors = [str(refusal)]
        else:
            flash("Saved. Both papers stay as they are.")
            return redirect(url_for("documents.show", case_id=case_id, document_id=document_id))
    return _pair_page(access, older, newer, form), 422


@bp.post(f"{PAIR}/ask-again")
@requires(Permission.DOCUMENT_EDIT)
def ask_again(case_id: UUID, document_id: UUID, other_id: UUID) -> ResponseReturnValue:
    """Take back that two papers are different."""
    access = case_access()
    _two_or_404(access, document_id, other_id)
    row = queries.pair_of(access.case, document_id, other_id)
    if row is not None and row.state == "different":
        services.ask_again(access.case, row, by=current_user)
        flash("Taken back. You can say something else of these two now.")
    return redirect(url_for(".pair", case_id=case_id, document_id=document_id, other_id=other_id))


@bp.post(f"{PAPERS}/relations/<uuid:relation_id>/take-back")
@requires(Permission.DOCUMENT_EDIT)
def take_back(case_id: UUID, relation_id: UUID) -> ResponseReturnValue:
    """Take back that a paper is a copy or a version of another."""
    access = case_access()
    row = queries.relation(access.case, relation_id)
    if row is None:
        abort(404)
    older, newer = _two_or_404(access, row.document_id, row.of_id)
    try:
        services.take_back(access.case, row, by=current_user)
    except services.SayingRefused as refusal:
        flash(str(refusal), "warning")
    else:
        flash("Taken back. Both papers stay as they are.")
    return redirect(url_for(".pair", case_id=case_id, document_id=newer.id, other_id=older.id))


def _pair_page(access: Access, older: Document, newer: Document, form: SayingForm) -> str:
    row = queries.comparison_of(access.case, older.id, newer.id)
    result = queries.result_of(row, older)
    shown = result.shown if result else []
    last = max(1, -(-len(shown) // PAGES_SHOWN))
    number = min(max(1, request.args.get("page", 1, type=int)), last)
    return render_template(
        "copies/pair.html",
        case=access.case,
        case_tab="documents.index",
        older=older,
        newer=newer,
        form=form,
        hints=SAYING_HINTS,
        kinds=DOCUMENT_KINDS,
        comparison=row,
        is_under_way=row is not None and asking.is_under_way(row),
        is_old=bool(result) and row.basis != queries.basis_of(access.case.id, older.id, newer.id),
        result=result,
        shown=shown[(number - 1) * PAGES_SHOWN : number * PAGES_SHOWN],
        number=number,
        last=last,
        pictures=[queries.pictures_of(paper) for paper in (older, newer)],
        relations=queries.relations_between(access.case, older.id, newer.id),
        decision=queries.pair_of(access.case, older.id, newer.id),
    )


def _two_or_404(access: Access, document_id: UUID, other_id: UUID) -> tuple[Document, Document]:
    """Return two different papers that the reader may both see, the older first."""
    if document_id == other_id:
        abort(404)
    return queries.in_order(_paper_or_404(access, document_id), _paper_or_404(access, other_id))


def _paper_or_404(access: Access, document_id: UUID) -> Document:
    paper = documents.document(access.visible, access.case, document_id)
    if paper is None:
        abort(404)
    return paper
