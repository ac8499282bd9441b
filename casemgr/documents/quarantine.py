"""Which papers stay shut because of the virus scanner. Every door asks here: download, pictures, conversion, filing."""

from __future__ import annotations

from flask import current_app

from casemgr.documents.models import Document

_FOUND = (
    "The virus scanner found something in this file. It is locked away: it cannot be opened, downloaded or filed. "
    "Ask whoever sent it for a clean copy, and add that."
)
_WAITS = "This file is checked for viruses first. It opens by itself when it is clean."
_CAME_BEFORE = "This file came before the virus scanner was turned on. It opens when it has been checked."


def scanner() -> str | None:
    """Return the address of the scanner, or None when none is configured."""
    return current_app.config["SETTINGS"].clamav


def why_closed(document: Document) -> str:
    """Return in words why the bytes of a paper may not be used yet, or never; "" when they may."""
    if document.scan_state == "infected":
        return _FOUND
    if scanner() is None or document.scan_state == "clean":
        return ""
    if document.scan_state == "not_scanned":
        return _CAME_BEFORE
    return f"{_WAITS} {document.scan_note}".strip()
