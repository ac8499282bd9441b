"""Photograph a paper: put photos in order, see what was cut out, make one paper of them. No script needed."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from casemgr.documents import intake, serving
from casemgr.documents import queries as documents
from casemgr.photos import queries, services
from casemgr.photos import tasks as tasks
from casemgr.photos.forms import BeginForm, MakeForm
from casemgr.photos.models import Photo, PhotoSet
from casemgr.web.filters import plural
from casemgr.web.permissions import Access, Permission, case_access, requires

bp = Blueprint("photos", __name__)
ALL = "/cases/<uuid:case_id>/papers/photograph"
ONE = f"{ALL}/<uuid:set_id>"
PHOTO = f"{ONE}/photos/<uuid:photo_id>"


@bp.route(ALL, methods=["GET", "POST"])
@requires(Permission.DOCUMENT_ADD)
def new(case_id: UUID) -> ResponseReturnValue:
    """Begin a paper with its first photos, or go on with one that was not finished."""
    access = case_access()
    form = BeginForm(visible=access.visible)
    if form.validate_on_submit():
        if any(file.filename for file in request.files.getlist("photos")):
            photo_set = services.begin(access.case, form.visibility.data, by=current_user)
            return _take(access, photo_set)
        form.form_errors.append("Take a photo, or choose one.")
    page = render_template(
        "photos/new.html",
        case=access.case,
        case_tab="documents.index",
        form=form,
        open_sets=queries.open_sets(access.case, current_user),
        most=services.MOST_PHOTOS,
    )
    return page, 422 if form.errors else 200


@bp.route(ONE, methods=["GET", "POST"])
@requires(Permission.DOCUMENT_ADD)
def show(case_id: UUID, set_id: UUID) -> ResponseReturnValue:
    """The pages of the paper in the making; sent, it becomes a paper."""
    access = case_access()
    photo_set = _set_or_404(access, set_id)
    if photo_set.state == "made":
        return redirect(url_for("documents.show", case_id=case_id, document_id=photo_set.document_id))
    form = MakeForm(obj=photo_set)
    if form.validate_on_submit():
        try:
            services.make(access, photo_set, form.title.data, by=current_user)
        except services.NotNow as problem:
            form.form_errors.append(str(problem))
        else:
            return redirect(url_for("photos.show", case_id=case_id, set_id=set_id))
    pages = queries.pages(photo_set)
    page = render_template(
        "photos/show.html",
        case=access.case,
        case_tab="documents.index",
        photo_set=photo_set,
        pages=pages,
        form=form,
        is_looking=any(page.photo.state == "waiting" for page in pages),
        page_words=services.page_words,
        most=services.MOST_PHOTOS,
    )
    return page, 422 if form.errors else 200


@bp.post(f"{ONE}/photos")
@requires(Permission.DOCUMENT_ADD)
def add(case_id: UUID, set_id: UUID) -> ResponseReturnValue:
    return _take(case_access(), _set_or_404(case_access(), set_id))


@bp.post(PHOTO)
@requires(Permission.DOCUMENT_ADD)
def change(case_id: UUID, set_id: UUID, photo_id: UUID) -> ResponseReturnValue:
    """Earlier, later, turn, keep the whole photo, cut the sheet out, or remove."""
    photo_set = _set_or_404(case_access(), set_id)
    photo = _photo_or_404(photo_set, photo_id)
    anchor: str | None = f"photo-{photo_id}"
    try:
        match request.form.get("act"):
            case "earlier":
                services.move(photo_set, photo, -1)
            case "later":
                services.move(photo_set, photo, 1)
            case "turn":
                services.turn(photo_set, photo)
            case "whole":
                services.keep_whole(photo_set, photo, True)
            case "crop":
                services.keep_whole(photo_set, photo, False)
            case "remove":
                services.remove(photo_set, photo, by=current_user)
                flash("The photo is out of this paper. It is in the trash of the papers, unless a legal hold keeps it.")
                anchor = None
            case _:
                abort(400)
    except services.NotNow as problem:
        flash(str(problem), "warning")
    return redirect(url_for("photos.show", case_id=case_id, set_id=set_id, _anchor=anchor))


@bp.post(f"{ONE}/give-up")
@requires(Permission.DOCUMENT_ADD)
def give_up(case_id: UUID, set_id: UUID) -> ResponseReturnValue:
    photo_set = _set_or_404(case_access(), set_id)
    try:
        services.give_up(photo_set, by=current_user)
    except services.NotNow as problem:
        flash(str(problem), "warning")
        return redirect(url_for("photos.show", case_id=case_id, set_id=set_id))
    flash("No paper was made. The photos are in the trash of the papers, unless a legal hold keeps them.")
    return redirect(url_for("documents.index", case_id=case_id))


@bp.get(f"{ONE}/state")
@requires(Permission.DOCUMENT_ADD)
def state(case_id: UUID, set_id: UUID) -> ResponseReturnValue:
    """How far the worker is, for jobs.js."""
    photo_set = _set_or_404(case_access(), set_id)
    pages = queries.pages(photo_set)
    looking = sum(page.photo.state == "waiting" for page in pages)
    waits = photo_set.state == "making" or (photo_set.state == "open" and looking)
    return jsonify(
        state="running" if waits else "done",
        message="Making the paper" if photo_set.state == "making" else "Looking for the sheets",
        done=len(pages) - looking,
        total=len(pages) if photo_set.state == "open" else None,
        url=url_for("photos.show", case_id=case_id, set_id=set_id),
    )


@bp.get(f"{PHOTO}/<any(crop,whole):which>")
@requires(Permission.DOCUMENT_ADD)
def picture(case_id: UUID, set_id: UUID, photo_id: UUID, which: str) -> ResponseReturnValue:
    """What was cut out of a photo, or all of it, small enough for a screen."""
    access = case_access()
    photo = _photo_or_404(_set_or_404(access, set_id), photo_id)
    paper = documents.document(access.visible, access.case, photo.document_id)
    if paper is None:
        abort(404)
    return serving.picture(paper, photo.crop_sha256 if which == "crop" else photo.whole_sha256)


def _take(access: Access, photo_set: PhotoSet) -> ResponseReturnValue:
    """Take in each photo on its own, so that a bad one does not stop the others."""
    case_id, set_id, added, problems = access.case.id, photo_set.id, 0, []
    for file in request.files.getlist("photos"):
        if not file.filename:
            continue
        try:
            services.add(access, photo_set, file.stream, file.filename, by=current_user)
            added += 1
        except (services.NotNow, intake.NotTaken) as problem:
            problems.append(f"{file.filename[:60]}: {problem}")
    for words in problems[:10]:
        flash(words, "warning")
    if added:
        flash(f"{plural(added, 'photo')} added.")
    return redirect(url_for("photos.show", case_id=case_id, set_id=set_id, _anchor="add" if problems else "pages"))


def _set_or_404(access: Access, set_id: UUID) -> PhotoSet:
    photo_set = queries.photo_set(access.case, current_user, set_id)
    if photo_set is None:
        abort(404)
    return photo_set


def _photo_or_404(photo_set: PhotoSet, photo_id: UUID) -> Photo:
    photo = queries.photo(photo_set, photo_id)
    if photo is None:
        abort(404)
    return photo
