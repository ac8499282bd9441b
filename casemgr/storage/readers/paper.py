"""Draw what is no PDF as one. Runs only in a reading child; of a picture it opens the file, of all else only words."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from casemgr.pdf import renditions
from casemgr.pdf.images import PictureUnreadable, image_to_pdf

RENDITION = "rendition.pdf"
MOST_PAGES = 1000


def draw_text(*, report: Callable, form: str, text: str, name: str, slip: dict | None = None) -> None:
    """Write `RENDITION` and report `drawn` (texts of the pages, cut).

    Args:
        form: text, letter (headers, an empty line, the body), table (CSV) or slip.
        slip: title, facts and why, of a slip.
    """
    out = Path(RENDITION)
    if slip is not None:
        sheet = renditions.Slip(slip["title"], tuple((label, value) for label, value in slip["facts"]), slip["why"])
        drawn = renditions.slip_pdf(sheet, text, out, name, MOST_PAGES)
    else:
        forms = {"letter": renditions.letter_pdf, "table": renditions.table_pdf}
        drawn = forms.get(form, renditions.text_pdf)(text, out, name, MOST_PAGES)
    report("drawn", **asdict(drawn))
    report("done")


def draw_pictures(*, report: Callable, path: str) -> None:
    """Write `RENDITION` with one page for each picture of the file, upright, and report `drawn` or `unreadable`."""
    try:
        notes = image_to_pdf(Path(path), Path(RENDITION), MOST_PAGES)
    except PictureUnreadable as problem:
        report("unreadable", reason=" ".join(str(part) for part in problem.args))
        return
    report("drawn", notes=notes)
    report("done")
