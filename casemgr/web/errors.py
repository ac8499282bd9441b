"""Error answers: a page in plain words with a reference number, or the same words as JSON for a script.

The pages are rendered without Flask's context processors, because those look up the signed-in
person: an error page must come out when the database is away.
"""

import errno
from http import HTTPStatus
from typing import Any

import psycopg
from flask import Flask, Response, current_app, jsonify, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from werkzeug.exceptions import HTTPException, InternalServerError

from casemgr.accounts.access import NotAllowed
from casemgr.storage.errors import KeyMissing, ObjectAltered, StoreUnavailable
from casemgr.web.error_texts import TEXTS, ErrorText
from casemgr.web.logging import log, request_id

TEMPLATE = "errors/error.html"
DISK_FULL = "53100"  # PostgreSQL's SQLSTATE
INSUFFICIENT_STORAGE = HTTPStatus.INSUFFICIENT_STORAGE.value


def answer(status: int, key: str | None = None, detail: str | None = None) -> Response:
    """Return the error answer for `status`.

    Args:
        key: which words to use, where they are not the status's own (`csrf`).
        detail: what exactly happened, in plain words; takes the place of the general sentence.
    """
    text = TEXTS.get(key or str(status)) or TEXTS["400" if status < 500 else "500"]
    if detail:
        text = text._replace(what_happened=detail)
    response = _as_json(text) if _wants_json() else _as_page(status, text)
    response.status_code = status
    return response


def _as_json(text: ErrorText) -> Response:
    return jsonify(
        ok=False,
        message=f"{text.title}. {text.what_happened}",
        what_to_do=text.what_to_do,
        reference=request_id(),
    )


def _as_page(status: int, text: ErrorText) -> Response:
    template = current_app.jinja_env.get_template(TEMPLATE)
    page = template.render(
        status=status, text=text, reference=request_id(), can_retry=text.can_retry and request.method == "GET"
    )
    return Response(page, mimetype="text/html")


def _wants_json() -> bool:
    accepted = request.accept_mimetypes
    return accepted.best_match(["text/html", "application/json"]) == "application/json"


def http_error(error: HTTPException) -> Any:
    """Any error that a view or the router raised by its number."""
    if error.response is not None or (error.code or 500) < 400:
        return error  # a redirect, or an answer that the view made itself
    own_words = vars(error).get("description")  # given by the view; the class's own words are for developers
    if isinstance(error, InternalServerError):
        own_words = None
    response = answer(error.code or 500, detail=own_words)
    kept = {"Allow", "Retry-After", "WWW-Authenticate"}
    response.headers.extend([(name, value) for name, value in error.get_headers() if name in kept])
    return response


def not_allowed(error: NotAllowed) -> Response:
    """A service refused what a page had let through."""
    log.warning("a service refused this person", exc_info=error)
    return answer(403)


def csrf_error(error: CSRFError) -> Response:
    """A form whose token is missing, too old or from another session."""
    log.warning("csrf refused")
    return answer(400, key="csrf")


def database_error(error: Exception) -> Response:
    """The database is away, or full."""
    cause = getattr(error, "orig", None) or error
    log.error("database error", exc_info=error, extra={"event": {"sqlstate": getattr(cause, "sqlstate", None)}})
    return answer(INSUFFICIENT_STORAGE if getattr(cause, "sqlstate", None) == DISK_FULL else 503)


def store_error(error: StoreUnavailable) -> Response:
    """The place of the files is away: nothing was stored, and what is stored is safe."""
    log.error("object store unavailable", exc_info=error)
    return answer(503, key="store")


def altered_file(error: ObjectAltered | KeyMissing) -> Response:
    """A sealed file does not open: somebody altered it, or its key is not there."""
    log.error("a stored file cannot be opened", exc_info=error)
    return answer(500, detail=f"{error} Nothing of it was sent.")


def file_error(error: OSError) -> Response:
    """A full disk has its own page; any other failure of the operating system is a fault of ours."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        log.error("disk full", exc_info=error)
        return answer(INSUFFICIENT_STORAGE)
    raise error


def init_app(app: Flask) -> None:
    app.register_error_handler(HTTPException, http_error)
    app.register_error_handler(CSRFError, csrf_error)
    app.register_error_handler(NotAllowed, not_allowed)
    app.register_error_handler(OSError, file_error)
    app.register_error_handler(StoreUnavailable, store_error)
    for closed in (ObjectAltered, KeyMissing):
        app.register_error_handler(closed, altered_file)
    for away in (OperationalError, InterfaceError, PoolTimeoutError, psycopg.OperationalError):
        app.register_error_handler(away, database_error)
