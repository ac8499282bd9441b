"""A folder for the files of one piece of work, gone with it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import current_app


@contextmanager
def scratch(name: str) -> Iterator[Path]:
    """A folder of this work's own; what a killed run of the same `name` left in it goes first."""
    folder: Path = (current_app.config["SETTINGS"].data_dir / "scratch" / name).resolve()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
