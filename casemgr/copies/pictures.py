"""Stored pictures of pages, laid out as files for a child process that opens them."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from pathlib import Path
from uuid import UUID

from casemgr.documents.store import store
from casemgr.storage.objects import ObjectMissing

log = logging.getLogger(__name__)


def lay_out(org_id: UUID, hashes: Iterable[str], folder: Path) -> dict[str, Path]:
    """Write each of these pictures once, and return where; a missing one is left out."""
    found: dict[str, Path] = {}
    for sha256 in hashes:
        if not sha256 or sha256 in found:
            continue
        path = folder / sha256
        try:
            with path.open("wb") as file:
                for piece in store().open_stream(org_id, sha256):
                    file.write(piece)
        except ObjectMissing:
            log.warning("the picture of a page is missing", extra={"event": {"sha256": sha256}})
            path.unlink(missing_ok=True)
        else:
            found[sha256] = path
    return found
