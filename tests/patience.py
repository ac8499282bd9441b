"""How long tests wait for what another process does: a busy machine is slow, not wrong."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

PATIENCE = 180.0
"""Seconds for what takes a few."""
Found = TypeVar("Found")


def until(look: Callable[[], Found], what: str) -> Found:
    """Return the first true answer of `look`, and fail when there is none in PATIENCE seconds."""
    deadline = time.monotonic() + PATIENCE
    while not (found := look()):
        assert time.monotonic() < deadline, f"waited {PATIENCE:.0f} s for {what}"
        time.sleep(0.05)
    return found
