"""Service: who got a copy of a packet, how and when, with proof."""

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
from casemgr.filings import deliveries, forms, last_look
from casemgr.filings.blueprint import PACKET, bp, packet_or_404
from casemgr.filings.delivering import settings
from casemgr.filings.delivery_forms import MailForm, NoteForm, ProofForm, TakeBackForm, addresses_of
from casemgr.filings.kinds import kind_in
from casemgr.filings.models import Packet, PacketDelivery
from casemgr.filings.services import FilingRefused
from casemgr.web.permissions import case_access, requires

SENT = f"{PACKET}/copies"
ONE = f"{SENT}/<uuid:delivery_id>"


@bp.get(SENT, endpoint="copies")
@requires(Permission.PACKET_FILE)
def copies(case_id: UUID, packet_id: UUID) -> Any:
    access = case_access()
    packet = _open(access, packet_id)
    if not isinstance(packet, Packet):
        return packet
    return _page(access, packet)


@bp.post(f"{SENT}/mail")
@requires(Permission.PACKET_FILE)
def mail_copies(case_id: UUID, packet_id: UUID) -> Any:
    """Queue an e-mail with the PDF to each that was chosen."""
    access = case_access()
    packet = _open(access, packet_id)
    if not isinstance(packet, Packet):
        return packet
    form = _mail_form(access, packet)
    if form.validate_on_submit():
        try:
            made = deliveries.mail(
                packet,
                form.chosen(),
                message=form.message.data,
                reply_to=form.reply_to.data,
                once=form.submission.uuid,
                by=current_user,
            )
        except FilingRefused as refusal:
            db.session.rollback()
            _show(form, refusal)
            packet = packet_or_404(access, packet_id)
        else:
            flash("On its way. Below you see what the mail server says." if made else "That was queued already.")
            return _back(packet)
    return _page(access, packet, mail_form=form), 422


@bp.post(f"{SENT}/note")
@requires(Permission.PACKET_FILE)
def note_copy(case_id: UUID, packet_id: UUID) -> Any:
    """Note a copy that went out another way, with its proof."""
    access = case_access()
    packet = _open(access, packet_id)
    if not isinstance(packet, Packet):
        return packet
    form = _note_form(access)
    readable = form.validate_on_submit()
    if take_paper(access, form) and readable:  # type: ignore[arg-type]
        packet = packet_or_404(access, packet_id)
        try:
            deliveries.note(packet, form.to_told(), by=current_user)
        except FilingRefused as refusal:
            db.session.rollback()
            _show(form, refusal)
            packet = packet_or_404(access, packet_id)
        else:
            flash("Kept.")
            return _back(packet)
    return _page(access, packet_or_404(access, packet_id), note_form=form), 422


@bp.route(f"{ONE}/proof", methods=["GET", "POST"])
@requires(Permission.PACKET_FILE)
def prove_copy(case_id: UUID, packet_id: UUID, delivery_id: UUID) -> Any:
    """Add the paper that shows that it was sent."""
    access = case_access()
    packet, row = _one(access, packet_id, delivery_id)
    form = ProofForm(documents.choices(access.case, access.visible))
    if form.is_submitted():
        readable = form.validate()
        if take_paper(access, form) and readable:  # type: ignore[arg-type]
            packet, row = _one(access, packet_id, delivery_id)
            try:
                if form.document_id is None:
                    raise FilingRefused("Choose a paper, or add one.", field="upload")
                deliveries.add_proof(packet, row, form.document_id, by=current_user)
            except FilingRefused as refusal:
                _show(form, refusal)
            else:
                flash("Added.")
                return _back(packet)
    page = render_template(
        "filings/copy_proof.html",
        case=access.case,
        packet=packet,
        delivery=row,
        form=form,
        max_upload=max_upload_bytes(),
    )
    return page, 422 if form.errors else 200


@bp.post(f"{ONE}/answer")
@requires(Permission.PACKET_FILE)
def answer_copy(case_id: UUID, packet_id: UUID, delivery_id: UUID) -> Any:
    """Say what became of an e-mail of which the program cannot know."""
    access = case_access()
    packet, row = _one(access, packet_id, delivery_id)
    said = request.form.get("went", "")
    if said not in ("yes", "no"):
        abort(400)
    try:
        deliveries.answer(packet, row, said == "yes", by=current_user)
    except FilingRefused as refusal:
        db.session.rollback()
        flash(str(refusal), "warning")
    else:
        flash("Kept.")
    return _back(packet)


@bp.route(f"{ONE}/take-back", methods=["GET", "POST"])
@requires(Permission.PACKET_FILE)
def take_copy_back(case_id: UUID, packet_id: UUID, delivery_id: UUID) -> Any:
    access = case_access()
    packet, row = _one(access, packet_id, delivery_id)
    form = TakeBackForm()
    if form.validate_on_submit():
        try:
            deliveries.take_back(packet, row, form.reason.data, by=current_user)
        except FilingRefused as refusal:
            db.session.rollback()
            flash(str(refusal), "warning")
        else:
            flash("Taken back. That it was noted stays on record.")
        return _back(packet)
    page = render_template("filings/copy_take_back.html", case=access.case, packet=packet, delivery=row, form=form)
    return page, 422 if form.errors else 200


def _page(access: Access, packet: Packet, mail_form: MailForm | None = None, note_form: NoteForm | None = None) -> str:
    rows = deliveries.deliveries_of(packet)
    proofs = {row.proof_document_id for row in rows if row.proof_document_id}
    wanted = db.select(Document).where(
        Document.case_id == access.case.id, Document.id.in_(proofs), Document.visibility.in_(access.visible)
    )
    return render_template(
        "filings/copies.html",
        case=access.case,
        packet=packet,
        kind=kind_in(packet.kind, access.case.state),
        deliveries=rows,
        states=deliveries.STATES,
        proofs={paper.id: paper for paper in db.session.scalars(wanted)} if proofs else {},
        sends_mail=settings().mail_server is not None,
        mail_form=mail_form or _mail_form(access, packet, fresh=True),
        note_form=note_form or _note_form(access, fresh=True),
        max_upload=max_upload_bytes(),
    )


def _mail_form(access: Access, packet: Packet, *, fresh: bool = False) -> MailForm:
    own = "" if current_user.email.endswith(".invalid") else current_user.email
    data = {"reply_to": own, "message": deliveries.first_message(access.case, packet)}
    more = {"formdata": None} if fresh else {}
    return MailForm(addresses_of(forms.recipients_of(packet)), prefix="mail", data=data, **more)


def _note_form(access: Access, *, fresh: bool = False) -> NoteForm:
    day = today(access.case)
    more = {"formdata": None} if fresh else {}
    choices = documents.choices(access.case, access.visible)
    return NoteForm(choices, day, prefix="note", data={"sent_on": day}, **more)


def _open(access: Access, packet_id: UUID) -> Any:
    """The packet whose copies may be sent; otherwise the way to what must come first."""
    packet = packet_or_404(access, packet_id)
    own = {"case_id": packet.case_id, "packet_id": packet.id}
    if packet.state not in ("ready", "filed") or not packet.pdf_sha256:
        flash("Make the PDF first. Then it can be sent.", "warning")
        return redirect(url_for("filings.show", **own))
    if last_look.not_answered(access.case, packet):
        return redirect(url_for("filings.look_again", **own, then="send"))
    return packet


def _one(access: Access, packet_id: UUID, delivery_id: UUID) -> tuple[Packet, PacketDelivery]:
    packet = packet_or_404(access, packet_id)
    return packet, deliveries.delivery(packet, delivery_id) or abort(404)


def _show(form: Any, refusal: FilingRefused) -> None:
    if refusal.field in form:
        form[refusal.field].errors = [str(refusal)]
    else:
        form.form_errors.append(str(refusal))


def _back(packet: Packet) -> Any:
    return redirect(url_for("filings.copies", case_id=packet.case_id, packet_id=packet.id))
