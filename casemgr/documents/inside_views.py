"""What lies in an e-mail, a ZIP or a mailbox: taken out once more, and messages picked."""

from __future__ import annotations

from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm.exc import StaleDataError

from casemgr.documents import mailbox, unpacking
from casemgr.documents.blueprint import PAPER, bp, changed_meanwhile, now_doing, paper_or_404
from casemgr.documents.forms import to_message_filter
from casemgr.documents.models import Document
from casemgr.storage.opening import MAILBOX
from casemgr.web.filters import plural
from casemgr.web.permissions import Access, Permission, case_access, requires


@bp.post(f"{PAPER}/parts")
@requires(Permission.DOCUMENT_ADD)
def take_out(case_id: UUID, document_id: UUID) -> ResponseReturnValue:
    """Take out once more what is inside an e-mail or a ZIP."""
    access = case_access()
    paper = paper_or_404(access, document_id)
    try:
        unpacking.open_again(paper, visible=access.visible, by=current_user)
    except StaleDataError:
        return changed_meanwhile(case_id, document_id)
    return redirect(url_for("documents.show", case_id=case_id, document_id=document_id))


@bp.get(f"{PAPER}/messages")
@requires(Permission.DOCUMENT_ADD)
def messages(case_id: UUID, document_id: UUID) -> ResponseReturnValue:
    """The messages of a mailbox, to pick those that become papers."""
    return _messages_page(case_access(), _mailbox_or_404(case_access(), document_id))


@bp.post(f"{PAPER}/messages")
@requires(Permission.DOCUMENT_ADD)
def pick_messages(case_id: UUID, document_id: UUID) -> ResponseReturnValue:
    access = case_access()
    paper = _mailbox_or_404(access, document_id)
    positions = None if "all" in request.form else mailbox.numbers(request.form.getlist("message"))
    if positions is not None and not positions:
        return _messages_page(access, paper, problem="Tick at least one message."), 422
    wanted = to_message_filter(request.form)
    try:
        count = unpacking.pick_messages(paper, wanted, positions, visible=access.visible, by=current_user)
    except StaleDataError:
        return changed_meanwhile(case_id, document_id)
    flash(f"{plural(count, 'message')} will be among the papers in a moment." if count else "They are papers already.")
    return redirect(url_for("documents.messages", case_id=case_id, document_id=document_id))


def _messages_page(access: Access, paper: Document, problem: str = "") -> str:
    wanted = to_message_filter(request.values)
    return render_template(
        "documents/messages.html",
        case=access.case,
        case_tab="documents.index",
        paper=paper,
        wanted=wanted,
        messages=mailbox.listing(paper, access.case, wanted, access.visible),
        problem=problem,
        doing=now_doing(paper, "documents.messages"),
    )


def _mailbox_or_404(access: Access, document_id: UUID) -> Document:
    paper = paper_or_404(access, document_id)
    if paper.media_type != MAILBOX and not mailbox.is_listed(paper):
        abort(404)
    return paper
