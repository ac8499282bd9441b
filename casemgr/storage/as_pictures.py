"""Have some pages of a paper drawn as pictures, in a child process. What it reports is not believed unseen."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from .sandbox import FailureKind, Limits, run

LIMITS = Limits(cpu_seconds=900, wall_seconds=1200, memory_bytes=3 << 30, file_bytes=1 << 30)
DRAWN = "drawn.pdf"
_SLOW = "Drawing its pages as pictures takes too much time or memory."
_BROKEN = "Its pages cannot be drawn as pictures."


class NotDrawn(Exception):
    """There is no such copy. The message is a sentence for a person."""


def as_pictures(path: Path, numbers: Sequence[int], folder: Path, *, is_pdf: bool) -> Path:
    """Write a copy of a PDF (or of a picture, as a PDF) into `folder`, emptied first, with the pages `numbers` (from 1)
    as pictures whose words can still be searched. Raises NotDrawn; OSError when the machine is at fault."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    request = {"path": str(path.resolve()), "pdf": is_pdf, "numbers": list(numbers)}
    outcome = run("as_pictures", request, folder, LIMITS)
    made = folder / DRAWN
    if outcome.failure and outcome.failure.kind is not FailureKind.CRASHED:
        raise NotDrawn(_SLOW)
    is_told = any(event.get("event") == "drawn" for event in outcome.events)
    if outcome.failure or not is_told or not made.is_file() or made.is_symlink():
        raise NotDrawn(_BROKEN)
    return made
