"""Deciding about what the text of papers proposes: on the page of one paper, and for all papers of a case at once."""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm.exc import StaleDataError

from casemgr.contents import queries, services
from casemgr.documents import queries as papers
from casemgr.extensions import db
from casemgr.platform.locking import StaleForm
from casemgr.web.filters import plural
from casemgr.web.permissions import Permission, case_access, requires

bp = Blueprint("contents", __name__)
PAPERS = "/cases/<uuid:case_id>/papers"


@bp.post(f"{PAPERS}/<uuid:document_id>/proposals")
@requires(Permission.DOCUMENT_EDIT)
def decide(case_id: UUID, document_id: UUID) -> ResponseReturnValue:
    """Take or put aside one proposal of a paper."""
    access = case_access()
    paper = papers.document(access.visible, access.case, document_id)
    if paper is None:
        abort(404)
    keys, version = request.form.getlist("proposal"), request.form.get("version", 0, type=int)
    try:
        if "keep" in request.form:
            services.keep(paper, keys, version=version, by=current_user)
            flash("Kept as it was.")
        elif taken := services.use(paper, keys, version=version, by=current_user):
            flash(" ".join(f"{one.name}: {one.proposed}." for one in taken))
    except (StaleForm, StaleDataError):
        db.session.rollback()
        flash("Someone changed this paper after you opened it. Nothing was done. Here it is as it is now.", "warning")
    return redirect(url_for("documents.show", case_id=case_id, document_id=document_id))


@bp.get(f"{PAPERS}/proposals")
@requires(Permission.DOCUMENT_EDIT)
def index(case_id: UUID) -> ResponseReturnValue:
    """Every paper whose text says something else than what stands in the case."""
    access = case_access()
    return render_template(
        "contents/index.html",
        case=access.case,
        case_tab="documents.index",
        found=queries.of_case(access.case, access.visible),
    )


@bp.post(f"{PAPERS}/proposals")
@requires(Permission.DOCUMENT_EDIT)
def use_ticked(case_id: UUID) -> ResponseReturnValue:
    access = case_access()
    ticked = defaultdict(list)
    for value in request.form.getlist("proposal"):
        document_id, _, key = value.partition(":")
        ticked[document_id].append(key)
    found = {str(paper.id): paper for paper, _ in queries.of_case(access.case, access.visible)}
    wanted = {found[document_id]: keys for document_id, keys in ticked.items() if document_id in found}
    try:
        count = services.use_many(wanted, by=current_user)
        flash(f"Changed {plural(count, 'paper')}." if count else "Tick what is right first.")
    except StaleDataError:
        db.session.rollback()
        flash("Someone changed one of these papers meanwhile. Nothing was done. Look once more.", "warning")
    return redirect(url_for("contents.index", case_id=case_id))
