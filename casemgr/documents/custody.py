"""One more line in what happened to a paper."""

from __future__ import annotations

from casemgr.accounts.models import User
from casemgr.documents.models import Document
from casemgr.platform.columns import now


def note(document: Document, act: str, words: str, by: User) -> None:
    """Add a line; the caller commits."""
    entry = {"at": now().isoformat(), "act": act, "words": words, "by": by.name}
    document.custody = [*document.custody, entry]
