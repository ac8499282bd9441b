"""The text of scans: how far its reading is, once more, and the copy that can be searched."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm.exc import StaleDataError

from casemgr.documents import queries as papers
from casemgr.documents import services as documents
from casemgr.documents import serving
from casemgr.documents.models import Document
from casemgr.extensions import db
from casemgr.recognition import program, queries, services, tasks
from casemgr.web.permissions import Permission, case_access, requires

__all__ = ["bp", "tasks"]

bp = Blueprint("recognition", __name__)
PAPER = "/cases/<uuid:case_id>/papers/<uuid:document_id>"


bp.add_app_template_global(program.how_to_get_it, "how_to_get_recognition")


@bp.get(f"{PAPER}/recognition")
@requires(Permission.CASE_READ)
def state(case_id: UUID, document_id: UUID) -> ResponseReturnValue:
    """How far the reading of a scan is, for jobs.js."""
    paper = _paper_or_404(document_id)
    done, total = queries.progress(paper)
    return jsonify(
        state="running" if paper.recognition_state == "waiting" else "done",
        done=done,
        total=total,
        message="Reading the text of the pages",
        url=url_for("documents.show", case_id=case_id, document_id=document_id),
    )


@bp.post(f"{PAPER}/recognition")
@requires(Permission.DOCUMENT_ADD)
def again(case_id: UUID, document_id: UUID) -> ResponseReturnValue:
    """Read once more what could not be read."""
    try:
        services.read_again(_paper_or_404(document_id), by=current_user)
    except StaleDataError:
        db.session.rollback()  # somebody saved the paper at the same moment: the button is still there
    return redirect(url_for("documents.show", case_id=case_id, document_id=document_id))


@bp.get(f"{PAPER}/searchable")
@requires(Permission.CASE_READ)
def searchable(case_id: UUID, document_id: UUID) -> ResponseReturnValue:
    """The copy of a scan whose text can be searched."""
    paper = _paper_or_404(document_id)
    if not paper.searchable_sha256:
        abort(404)
    response = serving.copy(paper, paper.searchable_sha256, f"{paper.title} (searchable copy).pdf", "application/pdf")
    if request.method == "GET":
        documents.note_download(case_access().case, document_id, by=current_user)
    return response


def _paper_or_404(document_id: UUID) -> Document:
    access = case_access()
    paper = papers.document(access.visible, access.case, document_id)
    if paper is None:
        abort(404)
    return paper
