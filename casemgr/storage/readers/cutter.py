"""Cut a finished packet into parts that a message carries. Runs in a child: pages of exhibits come from outside."""

from collections.abc import Callable
from pathlib import Path

import pikepdf

from casemgr.pdf.cutting import PageTooLarge, cut


def cut_pdf(*, report: Callable, path: str, most_bytes: int) -> None:
    """Write `part-1.pdf` and on, and report `parts` ([first, last] of each); or `too_large` (page), `unreadable`."""
    try:
        made = cut(Path(path), most_bytes, Path())
    except PageTooLarge as problem:
        report("too_large", page=problem.page)
        return
    except pikepdf.PdfError as problem:
        report("unreadable", detail=str(problem)[:200])
        return
    report("parts", pages=[[part.first, part.last] for part in made])
