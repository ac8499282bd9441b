"""Look inside a file: page images, text, and what is odd about it. The work is done in a child process."""

from pathlib import Path

from .types import FileType, Preview


def preview(path: Path, file_type: FileType, out_dir: Path, *, first_page: int = 1) -> Preview:
    """Draw and read a file into `out_dir` (made when missing, written by nobody else).

    Never raises for a bad file: that is a `Preview` with a state and a note. Raises OSError (with ENOSPC when
    the disk is full) only when the machine is at fault. `first_page` continues a long PDF: at most 300 pages
    are drawn in one call.
    """
    raise NotImplementedError
