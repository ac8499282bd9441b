"""Prove that a binder keeps its pages: each page of each source stands once in the result, and shows what it showed.

Every page is drawn small, from the source and from the result, and what is dark on the one has to be dark on the other.
The room of the stamp, as the manifest names it, is left out, and so is the band that a page may have got for it. Two
readers count the pages, and both have to agree.
"""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2

from casemgr.pdf.images import PictureUnreadable, image_to_pdf
from casemgr.pdf.places import BELOW, shape_of

WIDTH = 120.0  # pixels of the long side
DARK = 200  # of 255; what is darker is ink
FAINT = 4  # pixels of ink below which a page counts as blank
KEPT = 0.6  # share of the ink that has to be there again
MOST_DIFFERENCE = 12.0  # of 255, on average over a page
ACROSS = {"left": (0.0, 0.45), "middle": (0.25, 0.75), "right": (0.55, 1.0)}  # shares of the width with a stamp
UPRIGHT = {"top": (0.0, 0.1), "bottom": (0.9, 1.0)}  # and of the height
ANYWHERE = "bottom right"
MOST_BAND = 0.08  # share of its height by which a page may be longer, for its stamp
MOST_NAMED = 20


def prove(
    made: Path,
    manifest: Mapping[str, Any],
    sources: Mapping[str, Mapping[str, Any]],
    work: Path,
    step: Callable[[str], None],
) -> dict[str, Any]:
    """Compare one PDF with the files it was made of; return what was found, as plain data.

    Args:
        sources: by label, `path` of what was printed and its `kind` (pdf, image, text or native); of a scan `turns`,
            pages with the degrees clockwise by which they were turned upright.
    Returns: `problems` (sentences; none: it is proved), `pages` in all, and a row for each exhibit.
    """
    problems: list[str] = []
    rows = []
    with _opened(made) as result:
        ours = sum(section["last_page"] - section["first_page"] + 1 for section in manifest["sections"])
        slips = sum(1 for row in manifest["exhibits"] if row["slip_page"] < row["first_page"])
        told = ours + slips + sum(row["pages"] for row in manifest["exhibits"])
        if len(result) != manifest["pdf"]["pages"] or told != len(result):
            problems.append(f"The PDF has {len(result):,} pages, and {told:,} are accounted for.")
        for row in manifest["exhibits"]:
            step(f"Checking exhibit {row['label']}")
            rows.append(_exhibit(result, row, sources.get(row["label"], {}), work, problems))
    return {"pdf_pages": len(result_pages(rows)) + ours + slips, "our_pages": ours + slips, "exhibits": rows,
            "problems": problems}  # fmt: skip


def result_pages(rows: list[dict[str, Any]]) -> list[int]:
    """Return every page of the result that a source stands on."""
    return [page for row in rows for page in range(row["first_page"], row["first_page"] + row["pages"])]


def _exhibit(
    result: pypdfium2.PdfDocument,
    row: Mapping[str, Any],
    source: Mapping[str, Any],
    work: Path,
    problems: list[str],
) -> dict[str, Any]:
    label, kind = row["label"], source.get("kind", row["kind"])
    first, last = row.get("only_pages") or (1, row["source_pages"])
    told = {
        "label": label,
        "source_pages": row["source_pages"],
        "pages_in": [first, last] if kind != "native" else [],
        "pages_out": _outside(first, last, row["source_pages"]) if kind != "native" else [],
        "first_page": row["first_page"],
        "pages": row["pages"],
        "compared": 0,
        "identical": 0,
        "blank_in_source": [],
        "repaired": False,
    }
    if kind == "native":
        return told
    if last - first + 1 != row["pages"]:
        problems.append(f"Exhibit {label}: {row['pages']:,} pages stand for {last - first + 1:,} of the file.")
        return told
    if kind == "text":  # there is no page to compare with: each has to show something
        for n in range(row["pages"]):
            if _ink(_drawn(result, row["first_page"] + n, 0, ANYWHERE)) < FAINT:
                problems.append(f"Exhibit {label}, page {n + 1}: it is blank.")
        told["compared"] = row["pages"]
        return told
    try:
        with _opened(_readable(_printed(source, work, label), row["source_pages"], work, told)) as given:
            if len(given) != row["source_pages"]:
                problems.append(
                    f"Exhibit {label}: one reader finds {row['source_pages']:,} pages in the file, "
                    f"another {len(given):,}."
                )
                return told
            for number, turn in source.get("turns", ()):  # in this reader's copy in memory
                given[number - 1].set_rotation((given[number - 1].get_rotation() + turn) % 360)
            for n in range(row["pages"]):
                stamp = _stamp(row, n + 1)
                is_drawn = any(a <= first + n <= b for a, b in row.get("as_pictures", ()))
                _page(given, first + n, result, row["first_page"] + n, label, stamp, told, problems, is_drawn=is_drawn)
    except (pypdfium2.PdfiumError, pikepdf.PdfError, PictureUnreadable, OSError, KeyError) as error:
        problems.append(f"Exhibit {label}: its pages could not be compared ({str(error)[:80] or 'unreadable'}).")
    return told


def _outside(first: int, last: int, count: int) -> list[list[int]]:
    """Return the pages of the file that stay out, as ranges."""
    return [[a, b] for a, b in ((1, first - 1), (last + 1, count)) if a <= b]


def _printed(source: Mapping[str, Any], work: Path, label: str) -> Path:
    """Return the PDF that was printed for an exhibit; of a picture it is made once more."""
    path = Path(source["path"])
    if source["kind"] != "image":
        return path
    made = work / f"proof-{label}.pdf"
    image_to_pdf(path, made, 10_000)
    return made


def _readable(path: Path, pages: int, work: Path, told: dict[str, Any]) -> Path:
    """Return the PDF, or a copy repaired by the reader that the binder was made with, where this reader cannot open it,
    finds another number of pages or one that has no size; then the proof says so."""
    with suppress(pypdfium2.PdfiumError), _opened(path) as given:
        if len(given) == pages and all(min(given.get_page_size(number)) > 0 for number in range(pages)):
            return path
    copy = work / f"repaired-{told['label']}.pdf"
    with pikepdf.open(path) as pdf:
        for page in pdf.pages:
            shape_of(page.obj)
        pdf.save(copy)
    told["repaired"] = True
    return copy


def _page(
    given: pypdfium2.PdfDocument,
    number: int,
    result: pypdfium2.PdfDocument,
    place: int,
    label: str,
    stamp: str,
    told: dict[str, Any],
    problems: list[str],
    *,
    is_drawn: bool = False,
) -> None:
    """Compare one page. Mostly the two pictures are the same, dot for dot; where flattened fields or a repair change
    something, what was dark has to be dark again, little may differ, and every letter has to be there in its order.
    `is_drawn`: it became a picture, whose letters are laid under it one by one; then little may differ."""
    scale = _scale(given, number)
    if stamp == BELOW:
        _without_band(given, number, result, place)
    before, after = _drawn(given, number, scale, stamp), _drawn(result, place, scale, stamp)
    told["compared"] += 1
    if before is None or after is None:
        problems.append(f"Exhibit {label}, page {number}: it could not be drawn.")
        return
    if len(before) < len(after) <= len(before) * (1 + MOST_BAND):
        after = after[: len(before)]
    ink = _ink(before)
    if ink < FAINT:
        told["blank_in_source"].append(number)
    if before == after:
        told["identical"] += 1
        return
    if len(before) != len(after):
        problems.append(f"Exhibit {label}, page {number}: it does not have the size that it had.")
        return
    kept = sum(1 for was, now in zip(before, after, strict=True) if was < DARK and now < DARK)
    letters = "" if is_drawn else _letters(given, number)
    # Fields drawn onto a form may color much of it, but leave its words; a scan has none, and then little may differ.
    differs = 0 if letters else sum(abs(was - now) for was, now in zip(before, after, strict=True)) / len(before)
    if kept < KEPT * ink or differs > MOST_DIFFERENCE or letters not in _letters(result, place):
        problems.append(f"Exhibit {label}, page {number}: it does not show what the file shows.")


def _without_band(given: pypdfium2.PdfDocument, number: int, result: pypdfium2.PdfDocument, place: int) -> None:
    """Let the reader see the page of the result as large as that of the file, if it holds all of it: a band below
    would shift every dot by a part of one. Only this reader's copy in memory is changed."""
    with suppress(pypdfium2.PdfiumError):
        source, page = given[number - 1], result[place - 1]
        wanted, there = _shown(source), page.get_cropbox()
        holds = there[0] <= wanted[0] and there[1] <= wanted[1] and there[2] >= wanted[2] and there[3] >= wanted[3]
        if holds and source.get_rotation() == page.get_rotation():
            page.set_mediabox(*source.get_mediabox())
            page.set_cropbox(*wanted)


def _shown(page: pypdfium2.PdfPage) -> tuple[float, ...]:
    """Return the crop box as far as it lies in the media box: left, bottom, right, top."""
    media, crop = page.get_mediabox(), page.get_cropbox()
    low = (max(min(media[n], media[n + 2]), min(crop[n], crop[n + 2])) for n in (0, 1))
    return (*low, *(min(max(media[n], media[n + 2]), max(crop[n], crop[n + 2])) for n in (0, 1)))


def _ink(drawn: bytes | None) -> int:
    return sum(1 for value in drawn or b"" if value < DARK)


def _letters(document: pypdfium2.PdfDocument, number: int) -> str:
    """Return the text of a page without its spaces: the stamp, drawn last, stands behind it."""
    text = document[number - 1].get_textpage().get_text_range()
    return "".join(str(text).split())


def _stamp(row: Mapping[str, Any], page: int) -> str:
    """Return where the stamp stands on a page of an exhibit, as the manifest says; older ones say nothing."""
    for one in row.get("stamps", ()):
        if one["pages"][0] <= page <= one["pages"][1]:
            return str(one["place"])
    return ANYWHERE


def _scale(document: pypdfium2.PdfDocument, number: int) -> float:
    """Pixels a point, so that the long side gets WIDTH of them."""
    try:
        width, height = document.get_page_size(number - 1)
        return WIDTH / max(1.0, float(width), float(height))
    except pypdfium2.PdfiumError:
        return 1.0


def _drawn(document: pypdfium2.PdfDocument, number: int, scale: float, stamp: str) -> bytes | None:
    """Return one byte of gray a pixel, with the room of the stamp left out; None where it cannot be drawn. `scale` 0:
    the page's own."""
    try:
        page = document[number - 1]
        scale = scale or _scale(document, number)
        bitmap = page.render(scale=scale, grayscale=True, may_draw_forms=False)
    except (pypdfium2.PdfiumError, ValueError, MemoryError):
        return None
    width, height, stride = bitmap.width, bitmap.height, bitmap.stride
    raw = ctypes.string_at(ctypes.addressof(bitmap.buffer), stride * height)
    page.close()
    words = stamp.replace(",", "").split()
    across = next((share for word, share in ACROSS.items() if word in words), (1.0, 1.0))
    upright = next((share for word, share in UPRIGHT.items() if word in words), (1.0, 1.0))
    left, right = int(width * across[0]), int(width * across[1])
    lines = []
    for y in range(height):
        line = raw[y * stride : y * stride + width]
        lines.append(line[:left] + line[right:] if upright[0] * height <= y <= upright[1] * height else line)
    return b"".join(lines)


@contextmanager
def _opened(path: Path) -> Iterator[pypdfium2.PdfDocument]:
    document = pypdfium2.PdfDocument(path)
    try:
        yield document
    finally:
        document.close()
