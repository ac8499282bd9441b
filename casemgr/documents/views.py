"""Pages of papers: the list with its drop zone, one paper, its pictures and its original."""

from __future__ import annotations

from contextlib import suppress
from typing import Any
from urllib.parse import unquote
from uuid import UUID

from flask import abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import ClientDisconnected

from casemgr.cases import clock
from casemgr.cases.models import Case
from casemgr.contents.queries import suggestions
from casemgr.documents import drops, inside_views, quarantine, queries, services, serving, unpacking
from casemgr.documents.blueprint import PAPER, PAPERS, bp, changed_meanwhile, now_doing, paper_or_404, seen_version
from casemgr.documents.forms import DropForm, PaperForm, fields_in, saved_in_words, to_filter
from casemgr.documents.intake import PIECE
from casemgr.documents.kin import holding_closed
from casemgr.documents.kinds import (
    DOCUMENT_KINDS,
    RECEIVED_HOW,
    VISIBILITIES,
    VISIBILITY_HINTS,
    choices_for,
    opens_it_to_more_people,
)
from casemgr.documents.models import Document
from casemgr.extensions import db
from casemgr.holds import queries as holds
from casemgr.paper_order import tagging
from casemgr.paper_order.queries import tags_of
from casemgr.photos import queries as photos
from casemgr.platform.locking import StaleForm
from casemgr.renditions.services import office
from casemgr.storage.soffice import HOW_TO_GET_IT
from casemgr.uploads import queries as uploads
from casemgr.web.permissions import Access, Permission, case_access, requires

__all__ = ["bp", "inside_views"]
MOST_FILES = 2000  # of one drop, with our script: each is sent on its own


@bp.get(PAPERS)
@requires(Permission.CASE_READ)
def index(case_id: UUID) -> ResponseReturnValue:
    return _list_page(case_access(), _drop_form(case_access()))


@bp.post(f"{PAPERS}/upload")
@requires(Permission.DOCUMENT_ADD)
def upload(case_id: UUID) -> ResponseReturnValue:
    """One file as the raw body, in one request, for programs; what is true of the whole drop comes in headers.

    The page itself sends files in pieces: see `casemgr/uploads`."""
    access = case_access()
    form = _drop_form(access, formdata=fields_in(request.headers), meta={"csrf": False})
    name = unquote(request.headers.get("X-File-Name", ""), errors="replace")
    if request.content_length is None:
        result = drops.Result(False, "The size of the file was not sent.", "Use the page to upload it.", status=411)
    elif not form.validate():
        words = " ".join(f"{form[name].label.text}: {errors[0]}" for name, errors in form.errors.items())
        result = drops.Result(False, words, "Correct it above, then try again.", status=422)
    else:
        result = drops.add_one(
            access, request.stream, name, form.to_details(), size=request.content_length, by=current_user
        )
    if not result.ok and result.status != 413:  # the server closes the connection after a 413
        _read_to_the_end()
    return jsonify(result.as_json()), result.status


@bp.post(f"{PAPERS}/add")
@requires(Permission.DOCUMENT_ADD)
def add(case_id: UUID) -> ResponseReturnValue:
    """The plain form: several files in one multipart body, for a browser without our script."""
    access = case_access()
    form = _drop_form(access)
    files = [file for file in request.files.getlist("files") if file.filename]
    most = drops.settings().max_files_per_drop
    problem = "Choose at least one file." if not files else ""
    if len(files) > most:
        problem = f"These are {len(files)} files. Add at most {most} at once."
    if not form.validate() or problem:
        if problem:
            form.form_errors.append(problem)
        return _list_page(access, form), 422
    details = form.to_details()
    drops.remember(
        [
            (
                file.filename or "",
                drops.add_one(access, file.stream, file.filename or "", details, size=None, by=current_user),
            )
            for file in files
        ]
    )
    return redirect(url_for("documents.index", case_id=case_id))


@bp.get(PAPER)
@requires(Permission.CASE_READ)
def show(case_id: UUID, document_id: UUID) -> ResponseReturnValue:
    access = case_access()
    paper = paper_or_404(access, document_id)
    pages = queries.pages_of(paper)
    drawn = [page.number for page in pages if page.image_sha256]
    number = request.args.get("page", type=int) or (drawn[0] if drawn else 1)
    page = next((page for page in pages if page.number == number), pages[0] if pages else None)
    return render_template(
        "documents/show.html",
        case=access.case,
        case_tab="documents.index",
        paper=paper,
        pages=pages,
        page=page,
        kinds=DOCUMENT_KINDS,
        received_how=RECEIVED_HOW,
        visibilities=VISIBILITIES,
        twins=queries.others_with_same_bytes(paper, access.visible),
        custody=queries.custody_of(paper, access.visible),
        says_privileged=queries.text_says_privileged(paper),
        can_retry=services.may_retry_preview(paper),
        related=queries.surroundings(paper, access.visible),
        can_open=unpacking.may_open(paper) and not quarantine.why_closed(paper),
        closed=quarantine.why_closed(paper),
        tags=tagging.tags_on(access.case, [paper.id])[paper.id],
        hold=holds.standing(access.case).of(paper.id),
        plays=paper.family if paper.media_type in serving.PLAYED else "",
        how_to_get_office="" if office() else HOW_TO_GET_IT,
        suggestions=suggestions(paper) if access.allows(Permission.DOCUMENT_EDIT) and not paper.trashed_at else [],
    )


@bp.route(f"{PAPER}/edit", methods=["GET", "POST"])
@requires(Permission.DOCUMENT_EDIT)
def edit(case_id: UUID, document_id: UUID) -> ResponseReturnValue:
    access = case_access()
    paper = paper_or_404(access, document_id)
    form = PaperForm(
        obj=paper, data={"tags": ", ".join(_tags_now(paper))}, visible=access.visible, today=clock.today(access.case)
    )
    if not form.validate_on_submit():
        return _edit_page(access, paper, form), 422 if form.errors else 200
    try:
        services.change_details(
            paper,
            form.to_details(),
            version=form.seen_version,
            confirmed=form.confirmed.data and bool(form.opened_because.data),
            why=form.opened_because.data,
            by=current_user,
        )
    except services.WideningNotConfirmed:
        if not form.confirmed.data:
            form.confirmed.errors = [
                "More people could open this paper then. Tick the box if you mean that, and save again."
            ]
        if not form.opened_because.data:
            form.opened_because.errors = ["Say why. Your reason is kept with what happened to this file."]
        return _edit_page(access, paper, form), 422
    except (StaleForm, StaleDataError):
        db.session.rollback()
        db.session.refresh(paper)
        form.version.data = str(paper.version)
        return _edit_page(access, paper, form, theirs=saved_in_words(paper, _tags_now(paper))), 409
    flash("Saved.")
    return redirect(url_for("documents.show", case_id=case_id, document_id=document_id))


@bp.route(f"{PAPER}/trash", methods=["GET", "POST"])
@requires(Permission.DOCUMENT_EDIT)
def trash(case_id: UUID, document_id: UUID) -> ResponseReturnValue:
    access = case_access()
    paper = paper_or_404(access, document_id)
    if request.method == "GET":
        return render_template("documents/trash.html", case=access.case, case_tab="documents.index", paper=paper)
    try:
        services.trash(paper, version=seen_version(), by=current_user)
    except (StaleForm, StaleDataError):
        return changed_meanwhile(case_id, document_id)
    flash(f"“{paper.title}” is in the trash. You can bring it back from there.")
    return redirect(url_for("documents.index", case_id=case_id))


@bp.post(f"{PAPER}/restore")
@requires(Permission.DOCUMENT_EDIT)
def restore(case_id: UUID, document_id: UUID) -> ResponseReturnValue:
    paper = paper_or_404(case_access(), document_id)
    services.restore(paper, by=current_user)
    flash(f"“{paper.title}” is back among the papers.")
    return redirect(url_for("documents.show", case_id=case_id, document_id=document_id))


@bp.post(f"{PAPER}/privileged")
@requires(Permission.DOCUMENT_EDIT)
def make_privileged(case_id: UUID, document_id: UUID) -> ResponseReturnValue:
    paper = paper_or_404(case_access(), document_id)
    try:
        services.make_privileged(paper, version=seen_version(), by=current_user)
    except (StaleForm, StaleDataError):
        return changed_meanwhile(case_id, document_id)
    flash("The paper is privileged now: only those who run the case can open it.")
    return redirect(url_for("documents.show", case_id=case_id, document_id=document_id))


@bp.get(f"{PAPER}/preview")
@requires(Permission.CASE_READ)
def preview_state(case_id: UUID, document_id: UUID) -> ResponseReturnValue:
    """How far the preview is, for jobs.js: anything but waiting is a reason to load the page again."""
    paper = paper_or_404(case_access(), document_id)
    waiting = "waiting" in (paper.preview_state, paper.parts_state)
    page = "documents.messages" if request.args.get("page") == "messages" else "documents.show"
    return jsonify(
        state="running" if waiting else "done",
        message=now_doing(paper, page),
        url=url_for(page, case_id=case_id, document_id=document_id),
    )


@bp.post(f"{PAPER}/preview")
@requires(Permission.DOCUMENT_ADD)
def retry_preview(case_id: UUID, document_id: UUID) -> ResponseReturnValue:
    paper = paper_or_404(case_access(), document_id)
    try:
        services.retry_preview(paper, by=current_user)
    except StaleDataError:
        return changed_meanwhile(case_id, document_id)
    return redirect(url_for("documents.show", case_id=case_id, document_id=document_id))


@bp.get(f"{PAPER}/pages/<int(max=1000000):number>", endpoint="page_image", defaults={"size": "image"})
@bp.get(f"{PAPER}/pages/<int(max=1000000):number>/<any(thumb):size>", endpoint="page_thumb")
@requires(Permission.CASE_READ)
def page_picture(case_id: UUID, document_id: UUID, number: int, size: str) -> ResponseReturnValue:
    paper = paper_or_404(case_access(), document_id)
    page = queries.page_of(paper, number)
    if page is None:
        abort(404)
    return serving.picture(paper, page.thumb_sha256 if size == "thumb" else page.image_sha256)


@bp.get(f"{PAPER}/download")
@requires(Permission.CASE_READ)
def download(case_id: UUID, document_id: UUID) -> ResponseReturnValue:
    access = case_access()
    paper = paper_or_404(access, document_id)
    if holding_closed([paper], access.visible, twins=False):
        flash("A paper lies in this file that you may not open, so the file is not handed out to you.", "error")
        return redirect(url_for("documents.show", case_id=case_id, document_id=document_id))
    response = serving.original(paper)
    if request.method == "GET":  # a HEAD request takes no copy
        services.note_download(access.case, document_id, by=current_user)
    return response


def _list_page(access: Access, form: DropForm) -> str:
    may_open_trash = access.allows(Permission.DOCUMENT_EDIT)
    wanted = to_filter(request.args, may_open_trash=may_open_trash)
    papers = queries.listing(access.case, access.visible, wanted)
    tags = tags_of(access.case, access.visible)
    return render_template(
        "documents/index.html",
        case=access.case,
        form=form,
        wanted=wanted,
        papers=papers,
        tags=tags,
        tag_choices=[("", "Any"), *((tag.key, f"{tag.name} ({tag.count})") for tag in tags)],
        tags_on=tagging.tags_on(access.case, [row.document.id for row in papers.rows]),
        holds=holds.standing(access.case),
        in_trash=queries.count_trashed(access.case, access.visible) if may_open_trash else 0,
        kinds=DOCUMENT_KINDS,
        visibility_choices=choices_for(access.visible),
        visibilities=VISIBILITIES,
        sorts=queries.SORTS,
        result=drops.remembered() if request.method == "GET" else None,
        settings=drops.settings(),
        unfinished=uploads.unfinished(access.case, current_user) if access.allows(Permission.DOCUMENT_ADD) else [],
        open_photos=len(photos.open_sets(access.case, current_user)) if access.allows(Permission.DOCUMENT_ADD) else 0,
        most_files=MOST_FILES,
    )


def _edit_page(access: Access, paper: Document, form: PaperForm, theirs: list[tuple[str, str]] | None = None) -> str:
    case_tags = [tag.name for tag in tags_of(access.case, access.visible)]
    return render_template(
        "documents/edit.html",
        case=access.case,
        case_tab="documents.index",
        paper=paper,
        form=form,
        tags_in_use=case_tags,
        hints=VISIBILITY_HINTS,
        can_widen=any(opens_it_to_more_people(paper.visibility, key) for key in access.visible),
        theirs=theirs,
    )


def _drop_form(access: Access, **more: Any) -> DropForm:
    return DropForm(visible=access.visible, today=clock.today(access.case), **more)


def _tags_now(paper: Document) -> list[str]:
    case = db.session.get_one(Case, paper.case_id)
    return [tag.name for tag in tagging.tags_on(case, [paper.id])[paper.id]]


def _read_to_the_end() -> None:
    """Let the browser finish sending, a piece at a time: it shows no answer to a request that was cut off,
    and the web server would read what is left in one piece into memory."""
    db.session.rollback()
    with suppress(ClientDisconnected):
        while request.stream.read(PIECE):
            pass
