"""Have a letter drawn by a child process with limits: words that somebody typed may take a page layout very long."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from casemgr.pdf.letter import Letter

CHILD = Path(__file__).with_name("child.py")
LIMITS = {"cpu_seconds": 20, "memory_bytes": 1 << 30, "file_bytes": 64 << 20, "open_files": 128}
SECONDS = 40
ON_SCREEN = 1.5
"""Pixels a point of a page picture."""
MOST_PICTURES = 12


class NotDrawn(Exception):
    """The letter could not be drawn. The text is for the person who writes it."""


@dataclass(frozen=True)
class Pages:
    """A drawn letter. `pictures`: PNG of the first pages, where they were wanted. `undrawable`: characters that no
    font here has; they stand as boxes on the page."""

    pdf: bytes
    count: int
    pictures: tuple[bytes, ...]
    undrawable: tuple[str, ...]


def draw(letter: Letter, *, pictures: bool = False) -> Pages:
    """Return the letter as a PDF, and as pictures. Raises NotDrawn."""
    with tempfile.TemporaryDirectory(prefix="letter-") as folder:
        told = _run(Path(folder), letter, ON_SCREEN if pictures else 0.0)
        count = int(told["pages"])
        shown = range(1, min(count, MOST_PICTURES) + 1) if pictures else ()
        return Pages(
            (Path(folder) / "letter.pdf").read_bytes(),
            count,
            tuple((Path(folder) / f"page-{number}.png").read_bytes() for number in shown),
            tuple(told["undrawable"]),
        )


def _run(folder: Path, letter: Letter, scale: float) -> dict:
    kept = ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")  # without these some Pythons do not start
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    environment |= {"PATH": os.defpath, "LANG": "C.UTF-8", "HOME": str(folder), "TMPDIR": str(folder)}
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(CHILD)],
            cwd=folder,
            env=environment,
            input=json.dumps(LIMITS).encode() + b"\n" + pickle.dumps((letter, scale)),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            check=True,
        )
        told: dict = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError) as problem:
        raise NotDrawn(
            "This letter could not be drawn: it is too long or holds something odd. Shorten it."
        ) from problem
    return told
