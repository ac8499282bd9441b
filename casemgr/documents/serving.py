"""Send stored bytes to a browser: originals only as downloads, pictures only if we drew them."""

from __future__ import annotations

from flask import Response, abort, request

from casemgr.documents import quarantine
from casemgr.documents.models import Document
from casemgr.documents.store import store
from casemgr.storage.names import content_disposition
from casemgr.storage.objects import ObjectMissing

# Even if a browser were talked into showing such bytes as a page, nothing in them could run.
LOCKED_UP = "default-src 'none'; sandbox"
_PICTURES = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))
_GONE = "The stored file is missing. Tell whoever looks after this installation, with the reference number below."


def original(document: Document) -> Response:
    """Return the original under its own name, streamed in constant memory."""
    _refuse_closed(document)
    try:
        pieces = store().open_stream(document.org_id, document.sha256)
    except ObjectMissing:
        abort(404, _GONE)
    response = Response(pieces, mimetype=document.media_type, direct_passthrough=True)
    response.content_length = document.size
    response.headers["Content-Disposition"] = content_disposition(document.original_name)
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
