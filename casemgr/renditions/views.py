"""The PDF of a paper to take away, and the sound or video of a recording to play."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue
from flask_login import current_user

from casemgr.audit import services as audit
from casemgr.documents import queries, serving
from casemgr.documents.models import Document
from casemgr.extensions import db
from casemgr.renditions import tasks as tasks
from casemgr.web.permissions import Permission, case_access, requires

bp = Blueprint("renditions", __name__)
PAPER = "/cases/<uuid:case_id>/papers/<uuid:document_id>"


@bp.get(f"{PAPER}/pdf")
@requires(Permission.CASE_READ)
def download_pdf(case_id: UUID, document_id: UUID) -> ResponseReturnValue:
    """The PDF that was made of the original. A paper that is a PDF itself has none: there is its original."""
    paper = _paper_or_404(document_id)
    if not paper.rendition_sha256:
        abort(404)
    response = serving.rendition(paper)
    if request.method == "GET":
        audit.record(case_access().case, "documents:document:download_pdf", by=current_user, subject=document_id)
        db.session.commit()
    return response


@bp.get(f"{PAPER}/media")
@requires(Permission.CASE_READ)
def media(case_id: UUID, document_id: UUID) -> ResponseReturnValue:
    """The bytes of a recording for the player on the paper's page, in the ranges that the browser asks for."""
    return serving.media(_paper_or_404(document_id))


def _paper_or_404(document_id: UUID) -> Document:
    access = case_access()
    paper = queries.document(access.visible, access.case, document_id)
    if paper is None:
        abort(404)
    return paper
