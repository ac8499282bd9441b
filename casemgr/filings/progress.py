"""How far the making of a packet or binder is, as JSON for the page that waits."""

from __future__ import annotations

from typing import Any, Protocol

from flask import jsonify

# Whatever is not under way any more is "done" for the waiting page: it reloads, and shows the result or what failed.
UNDER_WAY = {"queued": "waiting", "building": "running"}


class Making(Protocol):
    """What is being made. `progress`: percent."""

    state: str
    progress: int
    progress_note: str
    error: str


def told(row: Making, url: str) -> Any:
    """Return the answer; `url` is where the page goes when nothing is under way any more."""
    answer = {
        "state": UNDER_WAY.get(row.state, "done"),
        "done": row.progress,
        "total": 100,
        "message": row.error or row.progress_note or ("Waiting to start" if row.state == "queued" else ""),
        "url": url,
    }
    if row.state in UNDER_WAY:
        del answer["url"]
    return jsonify(answer)
