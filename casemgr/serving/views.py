"""Service: who got a copy of a packet or binder, how and when, with proof; and the certificate made of that."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask_login import current_user

from casemgr.accounts.access import Access
from casemgr.accounts.roles import Permission
from casemgr.cases.clock import today
from casemgr.deadlines.paper import max_upload_bytes, take_paper
from casemgr.documents import queries as documents
from casemgr.documents.models import Document
from casemgr.extensions import db
from casemgr.filings.material import Recipient
from casemgr.filings.services import FilingRefused
from casemgr.platform.posting import settings
from casemgr.serving import certificates, parts, queries, services
from casemgr.serving.blueprint import ALL, ONE, bp, open_or_leave, or_404, page_of
from casemgr.serving.forms import MailForm, NoteForm, ProofForm, TakeBackForm, addresses_of
from casemgr.serving.models import SentCopy
from casemgr.serving.outgoing import Outgoing
from casemgr.web.permissions import case_access, requires

__all__ = ["bp"]


@bp.get(ALL)
@requires(Permission.PACKET_FILE)
def copies(case_id: UUID, what: str, sent_id: UUID) -> Any:
    access = case_access()
    out = open_or_leave(access, what, sent_id)
    return _page(access, out) if isinstance(out, Outgoing) else out


@bp.post(f"{ALL}/mail")
@requires(Permission.PACKET_FILE)
def mail_copies(case_id: UUID, what: str, sent_id: UUID) -> Any:
    """Queue an e-mail with the PDF to each that was chosen, or several where it is large."""
    access = case_access()
    out = open_or_leave(access, what, sent_id)
    if not isinstance(out, Outgoing):
        return out
    form = _mail_form(out)
    if form.validate_on_submit():
        try:
            new, left_out = services.mail(
                access.case, out, form.chosen(), form.to_letter(), once=form.submission.uuid, by=current_user
            )
        except FilingRefused as refusal:
            db.session.rollback()
            _show(form, refusal)
        else:
            flash(_what_was_queued(new, left_out), "warning" if not new else "message")
            return _back(case_id, what, sent_id)
    return _again(access, what, sent_id, mail_form=form)


def _what_was_queued(new: int, left_out: int) -> str:
    if not new:
        return "Nothing was sent: they have it already, or it is on its way. Tick the box below to send it once more."
    words = "On its way. Below you see what the mail server says."
    return f"{words} What somebody has already was not sent again." if left_out else words


@bp.post(f"{ALL}/note")
@requires(Permission.PACKET_FILE)
def note_copy(case_id: UUID, what: str, sent_id: UUID) -> Any:
    """Note a copy that went out another way, with its proof."""
    access = case_access()
    out = open_or_leave(access, what, sent_id)
    if not isinstance(out, Outgoing):
        return out
    form = _note_form(access)
    readable = form.validate_on_submit()
    if take_paper(access, form) and readable:  # type: ignore[arg-type]
        try:
            services.note(access.case, out, form.to_told(), by=current_user)
        except FilingRefused as refusal:
            db.session.rollback()
            _show(form, refusal)
        else:
            flash("Kept.")
            return _back(case_id, what, sent_id)
    return _again(access, what, sent_id, note_form=form)


@bp.post(f"{ALL}/certificate")
@requires(Permission.PACKET_FILE)
def certify(case_id: UUID, what: str, sent_id: UUID) -> Any:
    """Make the certificate of service from what is recorded."""
    access = case_access()
    out = or_404(access, what, sent_id)
    try:
        _row, is_new = certificates.make(access.case, out, by=current_user)
    except FilingRefused as refusal:
        db.session.rollback()
        flash(str(refusal), "warning")
    else:
        flash("Made, and kept among the papers. Sign it and date it." if is_new else "Nothing has changed since.")
    return _back(case_id, what, sent_id, "certificate")


@bp.route(f"{ONE}/proof", methods=["GET", "POST"])
@requires(Permission.PACKET_FILE)
def prove_copy(case_id: UUID, what: str, sent_id: UUID, copy_id: UUID) -> Any:
    """Add the paper that shows that it was sent."""
    access = case_access()
    _out, row = _one(access, what, sent_id, copy_id)
    form = ProofForm(documents.choices(access.case, access.visible))
    if form.is_submitted():
        readable = form.validate()
        if take_paper(access, form) and readable:  # type: ignore[arg-type]
            _out, row = _one(access, what, sent_id, copy_id)
            try:
                if form.document_id is None:
                    raise FilingRefused("Choose a paper, or add one.", field="upload")
                services.add_proof(access.case, row, form.document_id, by=current_user)
            except FilingRefused as refusal:
                _show(form, refusal)
            else:
                flash("Added.")
                return _back(case_id, what, sent_id)
    own = {"case": access.case, "copy": row, "back": _url(case_id, what, sent_id)}
    page = render_template("serving/proof.html", **own, form=form, max_upload=max_upload_bytes())
    return page, 422 if form.errors else 200


@bp.post(f"{ONE}/answer")
@requires(Permission.PACKET_FILE)
def answer_copy(case_id: UUID, what: str, sent_id: UUID, copy_id: UUID) -> Any:
    """Say what became of an e-mail of which the program cannot know."""
    _out, row = _one(case_access(), what, sent_id, copy_id)
    said = request.form.get("went", "")
    if said not in ("yes", "no"):
        abort(400)
    try:
        services.answer(row, said == "yes", by=current_user)
    except FilingRefused as refusal:
        db.session.rollback()
        flash(str(refusal), "warning")
    else:
        flash("Kept.")
    return _back(case_id, what, sent_id)


@bp.post(f"{ONE}/again")
@requires(Permission.PACKET_FILE)
def send_again(case_id: UUID, what: str, sent_id: UUID, copy_id: UUID) -> Any:
    """Send one message anew that the mail server did not take."""
    access = case_access()
    out, row = _one(access, what, sent_id, copy_id)
    try:
        services.send_again(access.case, out, row, by=current_user)
    except FilingRefused as refusal:
        db.session.rollback()
        flash(str(refusal), "warning")
    else:
        flash("On its way again. Below you see what the mail server says.")
    return _back(case_id, what, sent_id)


@bp.route(f"{ONE}/take-back", methods=["GET", "POST"])
@requires(Permission.PACKET_FILE)
def take_copy_back(case_id: UUID, what: str, sent_id: UUID, copy_id: UUID) -> Any:
    access = case_access()
    _out, row = _one(access, what, sent_id, copy_id)
    form = TakeBackForm()
    if form.validate_on_submit():
        try:
            services.take_back(access.case, row, form.reason.data, by=current_user)
        except FilingRefused as refusal:
            db.session.rollback()
            flash(str(refusal), "warning")
        else:
            flash("Taken back. That it was noted stays on record.")
        return _back(case_id, what, sent_id)
    own = {"case": access.case, "copy": row, "back": _url(case_id, what, sent_id)}
    return render_template("serving/take_back.html", **own, form=form), 422 if form.errors else 200


def _again(access: Access, what: str, sent_id: UUID, **forms: Any) -> Any:
    """The page once more, with what was refused beside its field; its PDF may be another one by now."""
    out = open_or_leave(access, what, sent_id)
    return (_page(access, out, **forms), 422) if isinstance(out, Outgoing) else out


def _page(access: Access, out: Outgoing, mail_form: MailForm | None = None, note_form: NoteForm | None = None) -> str:
    sendings = queries.sendings_of(out.keys)
    proofs = {one.first.proof_document_id for one in sendings if one.first.proof_document_id}
    wanted = db.select(Document).where(
        Document.case_id == access.case.id, Document.id.in_(proofs), Document.visibility.in_(access.visible)
    )
    lines, missing = certificates.lines_of(access.case, out), services.not_served(out, sendings)
    return render_template(
        "serving/copies.html",
        case=access.case,
        out=out,
        back=page_of(access, out.what, out.id),
        sendings=sendings,
        states=services.STATES,
        proofs={paper.id: paper for paper in db.session.scalars(wanted)} if proofs else {},
        certificates=[
            (row, paper, paper.visibility in access.visible) for row, paper in queries.certificates_of(out.keys)
        ],
        lines=lines,
        is_certified=bool(lines) and certificates.is_up_to_date(access.case, out),
        missing=[one.name for one in missing],
        noted_for=missing[0].name if missing and note_form is None else "",
        largest=parts.LARGEST,
        too_large=parts.too_large(out),
        sends_mail=settings().mail_server is not None,
        mail_form=mail_form or _mail_form(out, fresh=True),
        note_form=note_form or _note_form(access, fresh=True, told=missing[0] if missing else None),
        max_upload=max_upload_bytes(),
    )


def _mail_form(out: Outgoing, *, fresh: bool = False) -> MailForm:
    own = "" if current_user.email.endswith(".invalid") else current_user.email
    data = {"reply_to": own, "message": services.first_message(out)}
    more = {"formdata": None} if fresh else {}
    return MailForm(addresses_of(out.recipients), prefix="mail", data=data, **more)


def _note_form(access: Access, *, fresh: bool = False, told: Recipient | None = None) -> NoteForm:
    """The form for a copy that a person sent; `told`: for whom it is filled in, as the paper names them."""
    day = today(access.case)
    more = {"formdata": None} if fresh else {}
    choices = documents.choices(access.case, access.visible)
    data = {"sent_on": day} | ({"name": told.name, "address": told.address, "way": told.method} if told else {})
    return NoteForm(choices, day, prefix="note", data=data, **more)


def _one(access: Access, what: str, sent_id: UUID, copy_id: UUID) -> tuple[Outgoing, SentCopy]:
    out = or_404(access, what, sent_id)
    return out, next((row for row in queries.copies_of(out.keys) if row.id == copy_id), None) or abort(404)


def _show(form: Any, refusal: FilingRefused) -> None:
    if refusal.field in form:
        form[refusal.field].errors = [str(refusal)]
    else:
        form.form_errors.append(str(refusal))


def _url(case_id: UUID, what: str, sent_id: UUID, anchor: str | None = None) -> str:
    return url_for("serving.copies", case_id=case_id, what=what, sent_id=sent_id, _anchor=anchor)


def _back(case_id: UUID, what: str, sent_id: UUID, anchor: str | None = None) -> Any:
    return redirect(_url(case_id, what, sent_id, anchor))
