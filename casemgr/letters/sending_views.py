"""Send a letter, see what became of it, and say when it arrived."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import abort, flash, jsonify, redirect, render_template, request, url_for
from flask_login import current_user
from sqlalchemy.orm.exc import StaleDataError

from casemgr.accounts.access import Access
from casemgr.accounts.roles import Permission
from casemgr.cases.clock import today
from casemgr.cases.queries import people_of
from casemgr.deadlines.paper import max_upload_bytes, take_paper
from casemgr.documents import queries as documents
from casemgr.extensions import db
from casemgr.law.facts import FACTS
from casemgr.law.rulebook import rulebook_for
from casemgr.law.terms import FactKind
from casemgr.letters import citing, forms, gathering, queries, richtext, sending, services, taking_back
from casemgr.letters.blueprint import LETTER, bp, letter_or_404
from casemgr.letters.content import signer_of
from casemgr.letters.models import LetterSending, OutgoingLetter
from casemgr.letters.sending import Recipient
from casemgr.letters.ways import BY_HAND, OVER
from casemgr.pdf.fonts import named, undrawable_in
from casemgr.platform.locking import StaleForm
from casemgr.platform.page_drawing import NotDrawn
from casemgr.platform.posting import settings
from casemgr.platform.refused import FieldRefused
from casemgr.proceedings.services import CannotUndo
from casemgr.web.filters import local_time
from casemgr.web.once import made_before, make_once
from casemgr.web.permissions import case_access, requires
from casemgr.web.voice import told

TAB = "letters.index"
CHANGED = "Someone saved this letter after you opened this page. Make sure that it is the one you mean, then go on."
UNDER_WAY = {"queued": "waiting", "handing_over": "running"}


def letter_page(access: Access, row: OutgoingLetter) -> Any:
    """A letter that was sent or is being sent: to read, with what became of it."""
    saved = queries.newest(row)
    content = queries.content_of(saved)
    sendings = queries.sendings_of(row)
    kind = services.kind_of(row)
    sent, received = kind.facts(row.choices)
    return render_template(
        "letters/sent.html",
        case=access.case,
        case_tab=TAB,
        letter=row,
        kind=kind,
        content=content,
        rich=richtext.to_html(citing.as_sent(row, content).body),
        sendings=sendings,
        way=next((one for one in sendings if one.state in UNDER_WAY or one.state == "unknown"), None),
        sent_fact=FACTS[sent] if sent and row.sent_fact_id else None,
        received_fact=FACTS[received] if received else None,
        starts=_starts(access, received),
        papers={one: documents.document(access.visible, access.case, one) for one in _papers(row, sendings)},
        is_by_hand=row.state == "sent" and all(one.state != "accepted" for one in sendings),
        facts_now={one: taking_back.as_it_stands(access.case, one) for one in (row.sent_fact_id, row.received_fact_id)},
        has_proof=any(one.proof_document_id for one in sendings if one.state in OVER),
        sends_mail=settings().mail_server is not None,
    )


def _papers(row: OutgoingLetter, sendings: Any) -> set[UUID]:
    found = {row.document_id, row.receipt_document_id, *(one.proof_document_id for one in sendings)}
    return {one for one in found if one}


def _starts(access: Access, kind: FactKind | None) -> list[str]:
    """Return the titles of the rules that this fact starts in the State of the case."""
    if kind is None:
        return []
    book = rulebook_for(access.case.state)
    return list(dict.fromkeys(told(rule.title) for rule in book.running if kind in rule.starts_on))[:4]


def _back(row: OutgoingLetter) -> Any:
    return redirect(url_for(".show", case_id=row.case_id, letter_id=row.id))


def _people(access: Access, *, with_mail: bool) -> dict[str, Recipient]:
    """Return the people of the case who can be chosen, by id."""
    rows = [one for one in people_of(access.case) if one.email or not with_mail]
    return {str(one.id): Recipient(one.name, one.email if with_mail else "", one.id) for one in rows}


def _chosen(access: Access, row: OutgoingLetter, people: dict[str, Recipient]) -> list[str]:
    """Return who is chosen at first: those whom the letter itself names."""
    text = queries.content_of(queries.newest(row))
    named = f"{text.to}\n{text.copies}"
    return [key for key, one in people.items() if one.name in named]


@bp.route(f"{LETTER}/mail", methods=["GET", "POST"])
@requires(Permission.PACKET_FILE)
def mail(case_id: UUID, letter_id: UUID) -> Any:
    """Send it by e-mail from here."""
    access = case_access()
    row = letter_or_404(access, letter_id)
    if made_before(LetterSending, request.form.get("submission"), case_id) is not None:
        return _back(row)
    if stopped := _not_ready(access, row):
        return stopped
    people = _people(access, with_mail=True)
    own = "" if current_user.email.endswith(".invalid") else current_user.email
    form = forms.MailForm(
        people,
        data={"people": _chosen(access, row, people), "reply_to": own, "copy_to_me": True, "version": str(row.version)},
    )
    status = 200
    if form.validate_on_submit():
        own_id, recipients = form.submission.uuid, form.to_recipients()
        case, organization, reply_to = access.case, access.organization, form.reply_to.data
        try:
            make_once(
                LetterSending,
                own_id,
                case_id,
                lambda: sending.mail(
                    case,
                    row,
                    recipients,
                    reply_to,
                    with_blanks=form.with_blanks.data,
                    answered=form.answered,
                    version=form.seen_version,
                    organization=organization,
                    by=current_user,
                    sending_id=own_id,
                    signed=form.signed.data,
                ),
            )
        except (StaleForm, StaleDataError):
            status = _changed(form, access, letter_id)
        except (FieldRefused, NotDrawn) as refusal:
            _refused(form, refusal)
        else:
            flash("The letter is on its way. This page says when the mail server has it.")
            return redirect(url_for(".show", case_id=case_id, letter_id=letter_id))
        row = letter_or_404(access, letter_id)
    content = queries.content_of(queries.newest(row))
    signs_as = signer_of(content) if row.state == "draft" and sending.may_sign(content, current_user) else ""
    sends_mail = settings().mail_server is not None
    page = _page("letters/mail.html", access, row, form, sends_mail=sends_mail, signs_as=signs_as)
    return page, status if status != 200 else 422 if form.errors else 200


def _not_ready(access: Access, row: OutgoingLetter) -> Any:
    """Return the way to the page that says why the letter cannot be sent now; None when it can."""
    if row.state == "sending":
        flash("This letter is on its way already.", "warning")
        return _back(row)
    if row.state == "draft" and services.look(access.case, row, queries.content_of(queries.newest(row))).stops:
        return redirect(url_for(".show", case_id=row.case_id, letter_id=row.id, missing=1, _anchor="missing"))
    return None


def _page(template: str, access: Access, row: OutgoingLetter, form: Any, **more: Any) -> str:
    content = queries.content_of(queries.newest(row))
    sent, received = services.kind_of(row).facts(row.choices)
    return render_template(
        template,
        case=access.case,
        case_tab=TAB,
        letter=row,
        kind=services.kind_of(row),
        form=form,
        content=content,
        look=services.look(access.case, row, content),
        undrawable=named(undrawable_in(content.text)),
        is_for_the_parent=gathering.is_for_the_parent(row, access.organization),
        cited=citing.looked_at(access.case, content, citing.OPEN_TO_ALL) if row.state == "draft" else [],
        typed=citing.typed(content, citing.numberings(access.case) if row.state == "draft" else ()),
        sent_fact=FACTS[sent] if sent else None,
        received_fact=FACTS[received] if received else None,
        max_upload=max_upload_bytes(),
        **more,
    )


def _changed(form: Any, access: Access, letter_id: UUID) -> int:
    db.session.rollback()
    form.show_version(letter_or_404(access, letter_id).version)
    form.form_errors.append(CHANGED)
    return 409


def _refused(form: Any, refusal: Exception) -> None:
    db.session.rollback()
    if isinstance(refusal, FieldRefused):
        form.show_refusal(refusal)
    else:
        form.form_errors.append(str(refusal))


@bp.route(f"{LETTER}/by-hand", methods=["GET", "POST"])
@requires(Permission.PACKET_FILE)
def by_hand(case_id: UUID, letter_id: UUID) -> Any:
    """Note that it was printed and mailed, handed over, faxed."""
    access = case_access()
    case, row = access.case, letter_or_404(access, letter_id)
    if row.state == "sent":
        return _back(row)
    if stopped := _not_ready(access, row):
        return stopped
    people = _people(access, with_mail=False)
    form = forms.HandForm(
        [(str(one.number), f"Version {one.number}, saved {local_time(one.saved_at, case.timezone)}")
         for one in queries.versions_of(row)],
        people,
        documents.choices(case, access.visible),
        data={"people": _chosen(access, row, people), "sent_on": today(case), "version": str(row.version)},
    )  # fmt: skip
    if queries.content_of(queries.newest(row)).dated_on:
        del form.printed_on
    status = 200
    if form.is_submitted():
        readable = form.validate()
        if take_paper(access, form) and readable:
            row = letter_or_404(access, letter_id)
            told, organization = form.to_told(), access.organization
            try:
                make_once(
                    LetterSending,
                    told.id,
                    case_id,
                    lambda: sending.note_by_hand(
                        case,
                        row,
                        told,
                        answered=form.answered,
                        version=form.seen_version,
                        organization=organization,
                        by=current_user,
                    ),
                )
            except (StaleForm, StaleDataError):
                status = _changed(form, access, letter_id)
            except (FieldRefused, NotDrawn) as refusal:
                _refused(form, refusal)
            else:
                flash("Noted. The letter is kept as it was sent, among the papers and in the log.")
                return redirect(url_for(".show", case_id=case_id, letter_id=letter_id))
        row = letter_or_404(access, letter_id)
    hints = {key: f"Proof: {way.proof}" for key, way in BY_HAND.items()}
    page = _page("letters/by_hand.html", access, row, form, hints=hints)
    return page, status if status != 200 else 422 if form.errors else 200


@bp.get(f"{LETTER}/progress")
@requires(Permission.CASE_READ)
def progress(case_id: UUID, letter_id: UUID) -> Any:
    """How far the sending is, for the page that waits."""
    row = letter_or_404(case_access(), letter_id)
    way = queries.under_way(row)
    if way is None or way.state not in UNDER_WAY:
        return jsonify({"state": "done", "url": url_for(".show", case_id=case_id, letter_id=letter_id)})
    return jsonify({"state": UNDER_WAY[way.state], "message": way.problem})


@bp.post(f"{LETTER}/stop")
@requires(Permission.PACKET_FILE)
def stop(case_id: UUID, letter_id: UUID) -> Any:
    access = case_access()
    row = letter_or_404(access, letter_id)
    if sending.stop(access.case, row, by=current_user):
        flash("Stopped. Nothing was sent.")
    else:
        flash("It is too late to stop it. Look what became of it.", "warning")
    return _back(row)


@bp.route(f"{LETTER}/settle", methods=["GET", "POST"])
@requires(Permission.PACKET_FILE)
def settle(case_id: UUID, letter_id: UUID) -> Any:
    """Say whether a letter went out of which the program does not know."""
    access = case_access()
    row = letter_or_404(access, letter_id)
    way = queries.under_way(row)
    if way is None or way.state != "unknown":
        return _back(row)
    form = forms.SettleForm()
    if form.validate_on_submit():
        on = form.sent_on.data if form.went.data == "yes" else None
        try:
            sending.settle(access.case, row, on, form.note.data, by=current_user)
        except FieldRefused as refusal:
            _refused(form, refusal)
            row = letter_or_404(access, letter_id)
        else:
            flash("Noted." if on else "Noted. The letter is a draft again.")
            return redirect(url_for(".show", case_id=case_id, letter_id=letter_id))
    return _page("letters/settle.html", access, row, form, way=way), 422 if form.errors else 200


@bp.route(f"{LETTER}/received", methods=["GET", "POST"])
@requires(Permission.PACKET_FILE)
def received(case_id: UUID, letter_id: UUID) -> Any:
    """The day it arrived, and how that is known."""
    access = case_access()
    row = letter_or_404(access, letter_id)
    if row.state != "sent" or row.received_on:
        return _back(row)
    form = forms.ReceivedForm(documents.choices(access.case, access.visible))
    if form.is_submitted():
        readable = form.validate()
        if take_paper(access, form) and readable:
            row = letter_or_404(access, letter_id)
            try:
                sending.record_received(
                    access.case,
                    row,
                    form.on_date.data,
                    form.how.data,
                    form.document_id,
                    answered=form.answered,
                    by=current_user,
                )
            except FieldRefused as refusal:
                _refused(form, refusal)
            else:
                flash("Recorded. The dates that count from that day are set.")
                return redirect(url_for(".show", case_id=case_id, letter_id=letter_id))
        row = letter_or_404(access, letter_id)
    kind = services.kind_of(row).facts(row.choices)[1]
    return _page("letters/received.html", access, row, form, starts=_starts(access, kind)), 422 if form.errors else 200


@bp.route(f"{LETTER}/proof", methods=["GET", "POST"])
@requires(Permission.PACKET_FILE)
def proof(case_id: UUID, letter_id: UUID) -> Any:
    """Add the paper that shows that it was mailed."""
    access = case_access()
    row = letter_or_404(access, letter_id)
    if row.state != "sent":
        abort(404)
    form = forms.ProofForm(documents.choices(access.case, access.visible))
    if form.is_submitted():
        readable = form.validate()
        if take_paper(access, form) and readable:
            row = letter_or_404(access, letter_id)
            if form.document.data:
                sending.add_proof(access.case, row, UUID(form.document.data), by=current_user)
                flash("Added.")
                return redirect(url_for(".show", case_id=case_id, letter_id=letter_id))
            form.upload.errors = ["Choose a paper, or add one."]
    return _page("letters/proof.html", access, row, form), 422 if form.errors else 200


@bp.route(f"{LETTER}/take-back", methods=["GET", "POST"])
@requires(Permission.PACKET_FILE)
def take_back(case_id: UUID, letter_id: UUID) -> Any:
    """It was not sent after all."""
    access = case_access()
    row = letter_or_404(access, letter_id)
    if row.state != "sent":
        return _back(row)
    form = forms.ReasonForm()
    if form.validate_on_submit():
        try:
            taking_back.take_back(access.case, row, form.reason.data, by=current_user)
        except CannotUndo as refusal:
            db.session.rollback()
            form.reason.errors = [str(refusal)]
            row = letter_or_404(access, letter_id)
        except FieldRefused as refusal:
            _refused(form, refusal)
            row = letter_or_404(access, letter_id)
        else:
            flash(
                "Taken back. The letter is a draft again; what was recorded is corrected, and both stay in the record."
            )
            return redirect(url_for(".show", case_id=case_id, letter_id=letter_id))
    return _page("letters/take_back.html", access, row, form), 422 if form.errors else 200
