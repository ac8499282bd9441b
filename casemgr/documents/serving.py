"""Send stored bytes to a browser: originals only as downloads or to a player, pictures only if we drew them."""

from __future__ import annotations

from pathlib import Path

from flask import Response, abort, request
from werkzeug.exceptions import RequestedRangeNotSatisfiable

from casemgr.documents import quarantine
from casemgr.documents.models import Document
from casemgr.documents.store import store
from casemgr.storage.names import content_disposition
from casemgr.storage.objects import ObjectMissing
from casemgr.storage.signatures import KINDS
from casemgr.storage.types import Family

# Even if a browser were talked into showing such bytes as a page, nothing in them could run.
LOCKED_UP = "default-src 'none'; sandbox"
PLAYED = frozenset(media for media, family, _, _ in KINDS.values() if family in (Family.AUDIO, Family.VIDEO))
_PICTURES = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))
_GONE = "The stored file is missing. Tell whoever looks after this installation, with the reference number below."


def original(document: Document) -> Response:
    """Return the original under its own name, streamed in constant memory."""
    response = copy(document, document.sha256, document.original_name, document.media_type)
    response.content_length = document.size
    return response


def copy(document: Document, sha256: str, name: str, media_type: str) -> Response:
    """Return stored bytes of a paper as a download under `name`."""
    _refuse_closed(document)
    try:
        pieces = store().open_stream(document.org_id, sha256)
    except ObjectMissing:
        abort(404, _GONE)
    response = Response(pieces, mimetype=media_type, direct_passthrough=True)
    response.headers["Content-Disposition"] = content_disposition(name)
    return _locked_up(response)


def rendition(document: Document) -> Response:
    """Return the PDF that was made of a paper, as a download under the paper's name."""
    _refuse_closed(document)
    try:
        pieces = store().open_stream(document.org_id, document.rendition_sha256)
    except ObjectMissing:
        abort(404, _GONE)
    response = Response(pieces, mimetype="application/pdf", direct_passthrough=True)
    response.content_length = document.rendition_size
    response.headers["Content-Disposition"] = content_disposition(f"{Path(document.original_name).stem}.pdf")
    return _locked_up(response)


def media(document: Document) -> Response:
    """Return a recording, whole or the range that was asked for (RFC 9110, 14.2; one range, as players ask).

    Only kinds that we recognised by their bytes as sound or video. A browser that is led here directly saves the file
    and shows nothing."""
    if document.media_type not in PLAYED:
        abort(404)
    _refuse_closed(document)
    wanted = request.range.range_for_length(document.size) if request.range else None
    if request.range and wanted is None and len(request.range.ranges) == 1:
        raise RequestedRangeNotSatisfiable(document.size)
    start, end = wanted or (0, document.size)
    try:
        pieces = store().open_stream(document.org_id, document.sha256, start=start, end=end)
    except ObjectMissing:
        abort(404, _GONE)
    response = Response(pieces, 206 if wanted else 200, mimetype=document.media_type, direct_passthrough=True)
    response.content_length = end - start
    if wanted:
        response.headers["Content-Range"] = f"bytes {start}-{end - 1}/{document.size}"
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["Content-Disposition"] = content_disposition(document.original_name)
    response.headers["Cache-Control"] = "private, no-cache"
    response.set_etag(document.sha256)
    return _locked_up(response)


def picture(document: Document, sha256: str) -> Response:
    """Return the picture of a page. The browser may keep it, and asks each time whether it may still show it."""
    if not sha256:
        abort(404)
    _refuse_closed(document)
    if sha256 in request.if_none_match:
        response = Response(status=304)
    else:
        try:
            data = b"".join(store().open_stream(document.org_id, sha256))
        except ObjectMissing:
            abort(404, _GONE)
        media_type = next((kind for magic, kind in _PICTURES if data.startswith(magic)), None)
        if media_type is None:
            abort(404)
        response = Response(data, mimetype=media_type)
        response.headers["Content-Disposition"] = "inline"
    response.set_etag(sha256)
    response.headers["Cache-Control"] = "private, no-cache"
    return _locked_up(response)


def _refuse_closed(document: Document) -> None:
    if reason := quarantine.why_closed(document):
        abort(423, reason)


def _locked_up(response: Response) -> Response:
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = LOCKED_UP
    return response
