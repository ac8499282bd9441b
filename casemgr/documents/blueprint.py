"""The blueprint that the pages of papers hang on, and what several of them need."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from casemgr.documents import mailbox, quarantine, queries
from casemgr.documents.models import Document
from casemgr.extensions import db
from casemgr.web.permissions import Access

bp = Blueprint("documents", __name__)
PAPERS = "/cases/<uuid:case_id>/papers"
PAPER = f"{PAPERS}/<uuid:document_id>"


def paper_or_404(access: Access, document_id: UUID) -> Document:
    """The paper of the address; 404 where there is none, or the person may not see it."""
    paper = queries.document(access.visible, access.case, document_id)
    if paper is None:
        abort(404)
    return paper


def seen_version() -> int:
    """The version of the paper that the form was made of."""
    return request.form.get("version", 0, type=int)


def changed_meanwhile(case_id: UUID, document_id: UUID) -> ResponseReturnValue:
    db.session.rollback()
    flash("Someone changed this paper after you opened it. Nothing was done. Here it is as it is now.", "warning")
    return redirect(url_for("documents.show", case_id=case_id, document_id=document_id))


def now_doing(paper: Document, page: str) -> str:
    """What is under way, for the page that waits."""
    if quarantine.why_closed(paper):
        return "Checking for viruses"
    if page == "documents.messages":
        return "Making papers of the messages" if mailbox.is_listed(paper) else "Reading the mailbox"
    return "Drawing the pages"
