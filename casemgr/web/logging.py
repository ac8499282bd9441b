"""Logs: one JSON object a line, without personal data.

A line names the route's pattern, never the address that was typed, and no query, body, name or
message of an exception: database errors quote the row that they refused.
"""

import json
import logging
import secrets
import sys
import time
import traceback
from datetime import UTC, datetime
from functools import partial
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Any

from flask import Flask, Response, g, has_request_context, request

log = logging.getLogger("casemgr.web")

# Without I, L, O, U and 0, 1: a reference is read out over the phone.
REFERENCE_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
FRAMES_KEPT = 15

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def request_id() -> str:
    """Return the reference number of the present request (`K7QF-3M2X-9PAB`), made at its first use."""
    if "request_id" not in g:
        letters = [secrets.choice(REFERENCE_LETTERS) for _ in range(12)]
        g.request_id = "-".join("".join(letters[i : i + 4]) for i in (0, 4, 8))
    return str(g.request_id)


class JsonFormatter(logging.Formatter):
    """Write a record as one line of JSON; extra fields come from `extra={"event": {…}}`."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if has_request_context():
            line["request_id"] = request_id()
        line |= getattr(record, "event", {})
        if record.exc_info and record.exc_info[0]:
            line |= describe(record.exc_info)
        return json.dumps(line, default=str)


def describe(exc_info: ExcInfo) -> dict[str, Any]:
    """Say what kind of error it was and where, without its message."""
    kind, error, where = exc_info
    frames = traceback.extract_tb(where)[-FRAMES_KEPT:]
    described: dict[str, Any] = {
        "error": f"{kind.__module__}.{kind.__qualname__}",
        "where": [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
    }
    cause = error.__cause__ or error.__context__
    if cause:
        described["cause"] = f"{type(cause).__module__}.{type(cause).__qualname__}"
    return described


def route() -> str:
    """Return the pattern of the present route, `/cases/<uuid:case_id>`; `(none)` for an unknown address."""
    return request.url_rule.rule if request.url_rule else "(none)"


def configure(level: str = "INFO", file: Path | None = None) -> None:
    """Send every log of this process as JSON to `file` (rotated at 10 MB, five kept) or standard error. May be
    called twice."""
    root = logging.getLogger()
    root.setLevel(level)
    if not any(isinstance(handler.formatter, JsonFormatter) for handler in root.handlers):
        handler: logging.Handler = logging.StreamHandler(sys.stderr)
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            handler = RotatingFileHandler(file, maxBytes=10_000_000, backupCount=5, encoding="utf-8", delay=True)
        handler.setFormatter(JsonFormatter())
        root.addHandler(handler)


def _start_clock() -> None:
    g.request_started = time.perf_counter()


def _log_request(response: Response) -> Response:
    response.headers["X-Request-ID"] = request_id()
    started = g.get("request_started")
    event = {
        "method": request.method,
        "route": route(),
        "status": response.status_code,
        "ms": round((time.perf_counter() - started) * 1000, 1) if started is not None else None,
    }
    quiet = (request.endpoint or "").endswith("static")
    log.log(logging.DEBUG if quiet else logging.INFO, "request", extra={"event": event})
    return response


def _log_exception(app: Flask, exc_info: ExcInfo) -> None:
    """Stand in for Flask's own, which writes the address with everything in it."""
    event = {"method": request.method, "route": route()}
    app.logger.error("unhandled error", exc_info=exc_info, extra={"event": event})


def init_app(app: Flask) -> None:
    if not app.testing:
        configure(app.config.get("LOG_LEVEL", "INFO"), app.config.get("LOG_FILE"))
    app.logger.handlers.clear()
    app.log_exception = partial(_log_exception, app)  # type: ignore[method-assign]
    app.before_request(_start_clock)
    app.after_request(_log_request)
