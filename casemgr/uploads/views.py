"""Uploads that go on after a dropped connection: the tus protocol for the papers of a case.

Every request is checked like any other: the person, their role in the case, and the CSRF token, which our own script
sends in a header. There are no CORS headers, so a page of another site can neither send such a request nor read its
answer. An upload belongs to the person who began it.
"""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, abort, flash, jsonify, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from casemgr.cases import clock
from casemgr.documents import drops, intake
from casemgr.documents.drops import Result
from casemgr.documents.forms import DropForm
from casemgr.platform.columns import now
from casemgr.uploads import parts, protocol, queries, services
from casemgr.uploads import tasks as tasks
from casemgr.uploads.models import Upload
from casemgr.web.filters import plural
from casemgr.web.permissions import Access, Permission, case_access, requires

bp = Blueprint("uploads", __name__)
UPLOADS = "/cases/<uuid:case_id>/papers/uploads"
UPLOAD = f"{UPLOADS}/<uuid:upload_id>"
_NO_TUS = (("uploads.options", "OPTIONS"), ("uploads.forget", "POST"), ("uploads.show", "GET"))
_STOPPED = "This file is being sent in another tab or window."
_GO_ON = "It goes on by itself when that one stops."


@bp.before_request
def _speak_one_version() -> ResponseReturnValue | None:
    if (request.endpoint, request.method) in _NO_TUS:
        return None
    if request.headers.get("Tus-Resumable") == protocol.VERSION:
        return None
    answer = make_response(jsonify(Result(False, "Reload the page, and try again.").as_json()), 412)
    answer.headers["Tus-Version"] = protocol.VERSION
    return answer


@bp.after_request
def _say_which_protocol(answer: Response) -> Response:
    answer.headers["Tus-Resumable"] = protocol.VERSION
    return answer


@bp.route(UPLOADS, methods=["OPTIONS"], provide_automatic_options=False)
@requires(Permission.DOCUMENT_ADD)
def options(case_id: UUID) -> ResponseReturnValue:
    """What this server can do."""
    return (
        "",
        204,
        {
            "Tus-Version": protocol.VERSION,
            "Tus-Extension": protocol.EXTENSIONS,
            "Tus-Max-Size": str(drops.settings().max_upload_bytes),
            "Tus-Checksum-Algorithm": ",".join(parts.CHECKSUMS),
        },
    )


@bp.post(UPLOADS)
@requires(Permission.DOCUMENT_ADD)
def create(case_id: UUID) -> ResponseReturnValue:
    """Begin an upload: how long the file is, its name, and what is true of the whole drop."""
    access = case_access()
    try:
        told = protocol.creation(request.headers)
        form = _drop_form(access, told.raw)
        if not form.validate():
            words = " ".join(f"{form[name].label.text}: {errors[0]}" for name, errors in form.errors.items())
            raise intake.NotTaken(422, words, "Correct it above, then try again.")
        upload = services.begin(access.case, told, by=current_user)
    except protocol.Malformed as problem:
        return _refused(problem.status, str(problem))
    except intake.NotTaken as refusal:
        return _refused(refusal.status, refusal.reason, refusal.what_to_do)
    where = url_for("uploads.show", case_id=case_id, upload_id=upload.id)
    return "", 201, {"Location": where, **_expiry(upload)}


@bp.route(UPLOAD, methods=["GET", "POST", "PATCH", "DELETE"], endpoint="show")
@requires(Permission.DOCUMENT_ADD)
def show(case_id: UUID, upload_id: UUID) -> ResponseReturnValue:
    """HEAD: how much is here. PATCH: more of it. DELETE: give up. GET, beside the protocol: what became of it."""
    upload = queries.upload(case_access().case, current_user, upload_id)
    if upload is None:
        abort(404)
    method = request.method
    if method == "POST":  # for clients that can send nothing else
        method = request.headers.get("X-HTTP-Method-Override", "").upper()
    if method in ("GET", "HEAD"):
        return _told(upload)
    if method == "DELETE":
        services.give_up(upload)
        return "", 204
    if method != "PATCH":
        abort(405)
    return _append(case_access(), upload)


@bp.post(f"{UPLOADS}/forget")
@requires(Permission.DOCUMENT_ADD)
def forget(case_id: UUID) -> ResponseReturnValue:
    count = services.forget_unfinished(case_access().case, by=current_user)
    flash(f"{plural(count, 'unfinished file')} forgotten.")
    return redirect(url_for("documents.index", case_id=case_id))


def _told(upload: Upload) -> ResponseReturnValue:
    if upload.outcome is None and upload.expires_at < now():
        abort(410)
    here = upload.size if upload.outcome else parts.arrived(parts.place(upload.org_id, upload.id))
    state = {"state": "done", **Result(**upload.outcome).as_json()} if upload.outcome else {"state": "receiving"}
    answer = jsonify(state)
    answer.headers.update({"Upload-Offset": str(here), "Upload-Length": str(upload.size), **_expiry(upload)})
    if upload.told:
        answer.headers["Upload-Metadata"] = upload.told
    return answer


def _append(access: Access, upload: Upload) -> ResponseReturnValue:
    if upload.outcome is None and upload.expires_at < now():
        abort(410)
    expiry = _expiry(upload)
    try:
        if request.mimetype != protocol.BODY:
            raise protocol.Malformed(f"Send the bytes as {protocol.BODY}.", 415)
        if "Transfer-Encoding" in request.headers:
            raise protocol.Malformed("The length of this piece was not sent.", 411)
        offset = protocol.whole_number(request.headers, "Upload-Offset")
        piece = services.Piece(offset, request.content_length or 0, request.stream, protocol.checksum(request.headers))
        details = _drop_form(access, upload.told).to_details()
        here = services.add_piece(access, upload, piece, details, by=current_user)
        return "", 204, {"Upload-Offset": str(here), **expiry}
    except protocol.Malformed as problem:
        return _refused(problem.status, str(problem))
    except intake.NotTaken as refusal:
        return _refused(refusal.status, refusal.reason, refusal.what_to_do)
    except services.WrongOffset as wrong:
        return _refused(409, "The pieces of this file came out of order.", offset=wrong.offset)
    except services.TooMuch:
        return _refused(413, "The file became longer while it was sent.", "Choose it again.")
    except parts.Busy:
        return _refused(423, _STOPPED, _GO_ON)
    except parts.NotWhatWasSent:
        return _refused(protocol.CHECKSUM_MISMATCH, "A piece of this file was damaged on its way.", "It is sent again.")
    except parts.CutOff:
        return _refused(400, "The connection was lost before the whole piece had arrived.", "It goes on by itself.")
    except services.Gone:
        abort(404)


def _refused(status: int, reason: str, what_to_do: str = "", offset: int | None = None) -> ResponseReturnValue:
    headers = {} if offset is None else {"Upload-Offset": str(offset)}
    return jsonify(Result(False, reason, what_to_do).as_json()), status, headers


def _expiry(upload: Upload) -> dict[str, str]:
    return {"Upload-Expires": protocol.http_date(upload.expires_at)}


def _drop_form(access: Access, told: str) -> DropForm:
    fields = protocol.fields_in(told)
    return DropForm(fields, visible=access.visible, today=clock.today(access.case), meta={"csrf": False})
