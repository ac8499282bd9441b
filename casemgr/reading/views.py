"""The reader: one page of a paper at a time, its notes, search inside, and the way into the evidence log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from markupsafe import Markup, escape
from sqlalchemy.orm.exc import StaleDataError

from casemgr.accounts.access import Access
from casemgr.accounts.roles import Permission
from casemgr.documents import quarantine
from casemgr.documents import queries as documents
from casemgr.documents.kinds import VISIBILITY_HINTS
from casemgr.documents.models import Document
from casemgr.evidence.models import EvidenceEntry
from casemgr.evidence.services import EvidenceRefused, log_entry
from casemgr.extensions import db
from casemgr.platform.locking import StaleForm
from casemgr.reading import marking, queries, services
from casemgr.reading.audiences import AUDIENCES, COLORS, allowed
from casemgr.reading.forms import edit_form, may_link, note_form, passage_form
from casemgr.reading.models import PageNote
from casemgr.reading.queries import OpenPage
from casemgr.search.words import clean
from casemgr.web.once import make_once
from casemgr.web.permissions import case_access, requires

bp = Blueprint("reading", __name__)
PAPER = "/cases/<uuid:case_id>/papers/<uuid:document_id>"
READ = f"{PAPER}/read"
NOTES = f"{PAPER}/notes"
AUDIENCE_HINTS = {key: audience.meaning for key, audience in AUDIENCES.items()}


@dataclass(frozen=True)
class Asked:
    """What the address asks for: a page, and what is to be marked in it."""

    page: int
    q: str
    entry: UUID | None

    def kept(self, page: int, **more: Any) -> dict[str, Any]:
        """The arguments of another page with the same search."""
        return {"page": page, "q": self.q or None} | more


@bp.get(READ)
@requires(Permission.CASE_READ)
def show(case_id: UUID, document_id: UUID) -> ResponseReturnValue:
    access = case_access()
    paper = _paper_or_404(access, document_id)
    last = queries.last_number(paper)
    if last == 0 or quarantine.why_closed(paper):
        return redirect(url_for("documents.show", case_id=case_id, document_id=document_id))
    asked = _asked(last)
    reader = queries.may_read(access, current_user)
    return render_template(
        "reading/show.html",
        **_parts(access, paper, asked),
        asked=asked,
        last=last,
        strip=queries.strip(paper, asked.page, reader),
        found=queries.find(paper, asked.q) if asked.q else None,
        note_form=note_form(access, paper, asked.page),
        passage_form=passage_form(access, paper, asked.page),
        may_link=may_link(access),
        audience_hints=AUDIENCE_HINTS,
        visibility_hints=VISIBILITY_HINTS,
    )


@bp.get(f"{READ}/<int(max=1000000):number>")
@requires(Permission.CASE_READ)
def page(case_id: UUID, document_id: UUID, number: int) -> ResponseReturnValue:
    """One page for the script: its picture or text, the places of its words, its notes, and what is marked."""
    access = case_access()
    paper = _open_paper(access, document_id)
    asked = Asked(number, clean(request.args.get("q")), request.args.get("entry", type=UUID))
    parts = _parts(access, paper, asked)
    page: OpenPage | None = parts["page"]
    if page is None:
        abort(404)
    return jsonify(
        number=page.number,
        width=page.width,
        height=page.height,
        stage=render_template("reading/_stage.html", **parts, asked=asked),
        panel=render_template("reading/_panel.html", **parts, asked=asked),
        words=page.words if page.has_picture else None,
        hits=page.hits,
        notes=[{"id": str(note.id), "color": note.color, "boxes": note.boxes} for note in parts["notes"]],
    )


@bp.get(f"{PAPER}/find")
@requires(Permission.CASE_READ)
def find(case_id: UUID, document_id: UUID) -> ResponseReturnValue:
    """Search inside one paper, for the script."""
    access = case_access()
    paper = _open_paper(access, document_id)
    asked = Asked(1, clean(request.args.get("q")), None)
    found = queries.find(paper, asked.q)
    return jsonify(
        panel=render_template("reading/_found.html", case=access.case, paper=paper, found=found, asked=asked),
        hits=[[hit.page, hit.place] for hit in found.hits],
    )


@bp.get(NOTES)
@requires(Permission.CASE_READ)
def notes(case_id: UUID, document_id: UUID) -> ResponseReturnValue:
    """All notes on one paper that this person may read."""
    access = case_access()
    paper = _paper_or_404(access, document_id)
    return render_template(
        "reading/notes.html",
        case=access.case,
        paper=paper,
        notes=queries.notes_of(paper, queries.may_read(access, current_user)),
        audiences=AUDIENCES,
        colors=COLORS,
        removed=queries.removed_notes(access, paper, current_user),
    )


@bp.route(f"{NOTES}/new", methods=["GET", "POST"])
@requires(Permission.NOTE_WRITE)
def new_note(case_id: UUID, document_id: UUID) -> ResponseReturnValue:
    access = case_access()
    paper = _open_paper(access, document_id)
    form = note_form(access, paper, request.args.get("page", 1, type=int))
    if form.validate_on_submit():
        told = form.to_note()
        try:
            note, _made = make_once(PageNote, told.id, case_id, lambda: _add(access, paper, told))
        except services.NoteRefused as refusal:
            form[refusal.field].errors = [str(refusal)]
        else:
            flash("Kept. Only you see it." if note.audience == "private" else "Kept.")
            return redirect(_page_url(paper, note.page, f"note-{note.id}"))
    page = render_template(
        "reading/new_note.html", case=access.case, paper=paper, form=form, audience_hints=AUDIENCE_HINTS
    )
    return page, 422 if form.errors else 200


@bp.route(f"{NOTES}/<uuid:note_id>/edit", methods=["GET", "POST"])
@requires(Permission.NOTE_WRITE)
def edit_note(case_id: UUID, document_id: UUID, note_id: UUID) -> ResponseReturnValue:
    access = case_access()
    paper = _paper_or_404(access, document_id)
    note = _own_note_or_404(access, paper, note_id)
    form, status = edit_form(access, paper, note), 200
    if form.validate_on_submit():
        try:
            services.edit_note(
                access.case,
                note,
                body=form.body.data,
                audience=form.audience.data,
                color=form.color.data,
                version=form.seen_version,
                by=current_user,
                allowed=allowed(access, paper),
            )
        except services.NoteRefused as refusal:
            form[refusal.field].errors = [str(refusal)]
        except (StaleForm, StaleDataError):
            db.session.rollback()
            note = _own_note_or_404(access, paper, note_id)
            form.version.raw_data, form.version.data = None, str(note.version)
            form.form_errors.append(f"You changed this note in another window. It says now: “{note.body}”")
            status = 409
        else:
            flash("Saved.")
            return redirect(_page_url(paper, note.page, f"note-{note.id}"))
    page = render_template(
        "reading/edit_note.html", case=access.case, paper=paper, note=note, form=form, audience_hints=AUDIENCE_HINTS
    )
    return page, 422 if form.errors and status == 200 else status


@bp.route(f"{NOTES}/<uuid:note_id>/remove", methods=["GET", "POST"])
@requires(Permission.NOTE_WRITE)
def remove_note(case_id: UUID, document_id: UUID, note_id: UUID) -> ResponseReturnValue:
    access = case_access()
    paper = _paper_or_404(access, document_id)
    note = _own_note_or_404(access, paper, note_id)
    if request.method == "GET":
        return render_template("reading/remove_note.html", case=access.case, paper=paper, note=note)
    number = note.page
    services.remove_note(access.case, note, by=current_user)
    flash("The note is removed.")
    return redirect(_page_url(paper, number))


@bp.route(f"{PAPER}/log", methods=["GET", "POST"])
@requires(Permission.EVIDENCE_ADD)
def log_passage(case_id: UUID, document_id: UUID) -> ResponseReturnValue:
    """Log a page as evidence: the passage quoted, the page filled in."""
    access = case_access()
    paper = _open_paper(access, document_id)
    if paper.trashed_at is not None:
        abort(409, "This paper is in the trash. Bring it back, then log it.")
    form = passage_form(access, paper, request.args.get("page", 1, type=int))
    if form.validate_on_submit():
        told = form.to_entry(paper)
        try:
            entry, _made = make_once(EvidenceEntry, told.id, case_id, lambda: _log(access, told))
        except EvidenceRefused as refusal:
            where = refusal.field if refusal.field in form else "page"
            form[where].errors = [str(refusal)]
        else:
            flash(f"Logged as evidence, No. {entry.number}. It stands beside the page.")
            return redirect(_page_url(paper, form.page.data, entry=entry.id))
    page = render_template(
        "reading/log.html",
        case=access.case,
        paper=paper,
        form=form,
        may_link=may_link(access),
        visibility_hints=VISIBILITY_HINTS,
    )
    return page, 422 if form.errors else 200


@bp.app_template_filter()
def with_marks(text: str, hits: list[marking.Span]) -> Markup:
    """The text with its hits in <mark>; all else is escaped."""
    shown = (
        Markup("<mark>{}</mark>").format(piece) if is_hit else escape(piece)
        for piece, is_hit in marking.pieces(text, hits)
    )
    return Markup("").join(shown)


def _parts(access: Access, paper: Document, asked: Asked) -> dict[str, Any]:
    """What the stage and the panel beside it show of one page."""
    page = queries.open_page(paper, asked.page)
    if page is not None and (asked.q or asked.entry):
        quote = queries.quote_of(access.case, paper, asked.entry, access.visible) if asked.entry else ""
        page = queries.with_hits(page, asked.q, quote)
    return {
        "case": access.case,
        "paper": paper,
        "page": page,
        "number": asked.page,
        "notes": queries.notes_of(paper, queries.may_read(access, current_user), asked.page),
        "entries": queries.entries_of_page(access.case, paper, asked.page, access.visible),
        "audiences": AUDIENCES,
    }


def _asked(last: int) -> Asked:
    number = request.args.get("page", 1, type=int)
    return Asked(min(max(1, number), last), clean(request.args.get("q")), request.args.get("entry", type=UUID))


def _add(access: Access, paper: Document, told: services.NewNote) -> PageNote:
    return services.add_note(access.case, paper, told, by=current_user, allowed=allowed(access, paper))


def _log(access: Access, told: Any) -> EvidenceEntry:
    return log_entry(access.case, told, by=current_user, visible=access.visible)


def _page_url(paper: Document, number: int, anchor: str | None = None, **more: Any) -> str:
    return url_for(".show", case_id=paper.case_id, document_id=paper.id, page=number, _anchor=anchor, **more)


def _paper_or_404(access: Access, document_id: UUID) -> Document:
    return documents.document(access.visible, access.case, document_id) or abort(404)


def _open_paper(access: Access, document_id: UUID) -> Document:
    """A paper whose text and pictures may be shown: not one that the virus scanner keeps shut."""
    paper = _paper_or_404(access, document_id)
    if reason := quarantine.why_closed(paper):
        abort(423, reason)
    return paper


def _own_note_or_404(access: Access, paper: Document, note_id: UUID) -> PageNote:
    note = queries.note(paper, queries.may_read(access, current_user), note_id) or abort(404)
    if note.author_id != current_user.id:
        abort(403, "Only who wrote a note can change it.")
    return note
