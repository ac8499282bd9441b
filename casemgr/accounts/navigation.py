"""Where to go after signing in: only ever to a page of this installation."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import request, url_for

from casemgr.web.navigation import url_if_any


def home_url() -> str:
    return url_if_any("cases.home") or url_for("accounts.settings")


def wanted_url() -> str:
    """Return the page that the person was on the way to (`next`), if it is one of ours; else their home."""
    wanted = request.args.get("next", "")
    return wanted if is_local(wanted) else home_url()


def is_local(address: str) -> bool:
    """Say whether `address` is a path on this host, however a browser reads it.

    Browsers take a backslash for a slash and drop tabs and line breaks, so `/\\evil.example` would leave.
    """
    if not address.startswith("/") or address[1:2] in {"/", "\\"}:
        return False
    if any(ord(letter) < 33 or letter == "\\" for letter in address):
        return False
    try:
        parts = urlsplit(address)
    except ValueError:
        return False
    return not parts.scheme and not parts.netloc
