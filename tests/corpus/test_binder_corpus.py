"""Every PDF of the corpus that can be opened is an exhibit of one binder, drawn page for page like its original.

The folder is named by CASEMGR_CORPUS; without it this module holds no tests.
"""

import csv
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from PIL import Image, ImageChops

from casemgr.filings.exhibit_binder import IN_BINDER, Binder, Wish, make
from tests.pdf.test_stamps import page_to_device

__test__ = "CASEMGR_CORPUS" in os.environ
pytestmark = [pytest.mark.corpus, pytest.mark.xdist_group("binder-corpus")]  # the binder is made once

CORPUS = Path(os.environ.get("CASEMGR_CORPUS", "."))
LONG = "made-5000-pages.pdf"  # only its ends are compared
DOTS = 24  # an inch
UNUSABLE = {
    "needs a password": {"made-user-password-aes256.pdf", "graph-encrypted.pdf", "saslprep-r6.pdf", "issue19484_1.pdf"},
    "damaged": {
        "Pages-tree-refs.pdf", "issue9105_other.pdf", "made-truncated-60pct.pdf", "made-truncated-tail.pdf",
        "made-zeroed-2KB-middle.pdf", "poppler-742-0-fuzzed.pdf", "poppler-85140-0.pdf",
    },
    "impossible size": {"made-flate-bomb-1GB-single.pdf", "made-flate-bomb-4GB-double.pdf"},
    "more than 20,000 pages": {"made-pages-100k-shared-kid.pdf"},
    "no pages": {"made-zero-pages.pdf"},
    "is empty": {"made-empty.pdf"},
    "is a program": {"made-executable-named.pdf"},
}  # fmt: skip
"""What cannot be used and is said beforehand, by words of the reason."""
NOT_ALIKE = {
    "form_210966.pdf": "its fields are drawn onto its pages",
    "form_dd0293.pdf": "its fields are drawn onto its pages",
    "form_two_pages.pdf": "its fields are drawn onto its pages",
    "xfa_issue14315.pdf": "its fields are drawn onto its pages",
    "made-active-content.pdf": "its fields are drawn onto its pages",
    "signed_verified.pdf": "its fields are drawn onto its pages",
    "made-jpeg-named.pdf": "a picture, which becomes a page",
    "made-xobject-fanout-1e8.pdf": "drawing it never ends",
    "made-image-bomb-40000px.pdf": "drawing it takes 1.6 GB",
    "bomb_giant.pdf": "poppler unpacks pictures of 1.16 GB that nothing shows",
    "PDFBOX-3148-2-fuzzed.pdf": "each reader draws something else",
}

Pictures = dict[int, Image.Image]


@pytest.fixture(scope="module")
def papers() -> list[Path]:
    with (CORPUS / "MANIFEST.csv").open(encoding="utf-8") as rows:
        named = [CORPUS / row["path"] for row in csv.DictReader(rows) if row["path"].endswith(".pdf")]
    return [path for path in named if path.parent.name in ("pdf", "pdf-hostile", "case-file")]


@pytest.fixture(scope="module")
def made(papers: list[Path], tmp_path_factory: pytest.TempPathFactory) -> tuple[Binder, Path]:
    out = tmp_path_factory.mktemp("binder") / "binder.pdf"
    return make(papers, out, Wish("Exhibits", "P", "STU", version="1"), None), out


def test_each_pdf_that_opens_is_in_the_binder_and_the_others_are_named(made: tuple[Binder, Path]) -> None:
    binder, out = made
    reasons = {answer.path.name: answer.reason for answer in binder.answers if answer.status != IN_BINDER}
    assert set(reasons) == set.union(*UNUSABLE.values())
    for words, names in UNUSABLE.items():
        assert [name for name in names if words not in reasons[name].lower()] == []
    checked = subprocess.run(["qpdf", "--check", out], capture_output=True, text=True, check=False)
    assert checked.returncode in (0, 3), checked.stderr[-2000:]
    said = [line for line in checked.stderr.splitlines() if "errors while decoding content stream" not in line]
    assert len(said) <= 12, "warnings of the one fuzzed file alone"


@pytest.mark.parametrize("reader", ["pdfium", "poppler"])
def test_each_page_is_drawn_like_its_original_but_for_the_stamp(
    reader: str, made: tuple[Binder, Path], tmp_path: Path
) -> None:
    binder, out = made
    rows = json.loads(out.with_suffix(".json").read_bytes())["exhibits"]
    used = {answer.label: answer for answer in binder.answers if answer.status == IN_BINDER}
    drawn = poppler_pages(out, tmp_path, spans(rows)) if reader == "poppler" else {}
    compared = 0
    with pypdfium2.PdfDocument(out) as document:
        for row in rows:
            answer = used[row["label"]]
            if answer.path.name in NOT_ALIKE:
                continue
            count = 3 if row["pages"] > 1000 else row["pages"]
            before = originals(reader, answer.path, count, tmp_path / row["label"])
            for n, image in before.items():
                page = row["first_page"] + n - 1
                after = drawn[page] if reader == "poppler" else pdfium_page(document, page)
                alike(image, after, document[page - 1], f"STU{int(row['bates_first'][3:]) + n - 1:06d}", row["label"])
                compared += 1
    assert compared > 120


def spans(rows: list[dict[str, Any]]) -> list[tuple[int, int]]:
    """The pages of the binder that are drawn: all but those that are not compared and the inside of the long one."""
    found, start = [], 1
    for row in rows:
        left_out = row["file_name"] in NOT_ALIKE
        if left_out or row["pages"] > 1000:
            found.append((start, row["first_page"] - 1 if left_out else row["first_page"] + 2))
            start = row["last_page"] + 1
    return [*found, (start, rows[-1]["last_page"])]


def originals(reader: str, path: Path, count: int, folder: Path) -> Pictures:
    """The first pages of a file, by number from 1; none where this reader cannot open it."""
    if reader == "poppler":
        folder.mkdir()
        return poppler_pages(path, folder, [(1, count)])
    try:
        with pypdfium2.PdfDocument(path) as document:
            return {n: pdfium_page(document, n) for n in range(1, count + 1)}
    except pypdfium2.PdfiumError:
        return {}


def pdfium_page(document: pypdfium2.PdfDocument, number: int) -> Image.Image:
    page = document[number - 1]
    return page.render(scale=scale_of(*page.get_size())).to_pil().convert("L")


def scale_of(width: float, height: float) -> float:
    return min(DOTS / 72, 1500 / max(width, height))


def poppler_pages(path: Path, folder: Path, wanted: list[tuple[int, int]]) -> Pictures:
    for first, last in wanted:
        command = [
            "pdftoppm",
            "-gray",
            "-r",
            str(DOTS),
            "-f",
            str(first),
            "-l",
            str(last),
            str(path),
            str(folder / "p"),
        ]
        subprocess.run(command, capture_output=True, check=False, timeout=60)
    return {int(file.stem.split("-")[1]): Image.open(file).convert("L") for file in folder.glob("p-*.pgm")}


def alike(before: Image.Image, after: Image.Image, page: pypdfium2.PdfPage, bates: str, label: str) -> None:
    """The same picture, but for the box of the stamp and for a band below it."""
    assert abs(before.width - after.width) <= 1 and -1 <= after.height - before.height <= after.height * 0.06 + 1, label
    size = (min(before.width, after.width), min(before.height, after.height))
    first, second = before.crop((0, 0, *size)), after.crop((0, 0, *size))
    second.paste(first.crop(box := stamp_room(page, after, bates, label)), box[:2])
    difference = ImageChops.difference(first, second)
    changed = sum(difference.histogram()[70:])
    assert changed <= max(3, size[0] * size[1] // 400), (label, bates, changed)


def stamp_room(page: pypdfium2.PdfPage, image: Image.Image, bates: str, label: str) -> tuple[int, int, int, int]:
    """The box of the stamp on the picture, which ends at its Bates number."""
    width, height = page.get_size()
    text = page.get_textpage()
    at, count = text.search(f"{label} \u00b7 {bates}").get_next()
    corners = [page_to_device(page, text.get_charbox(n), width, height) for n in range(at, at + count)]
    left, top = min(c[0] for c in corners), min(c[1] for c in corners)
    right, bottom = max(c[2] for c in corners), max(c[3] for c in corners)
    across, down = image.width / width, image.height / height
    margin = max(4.0, (bottom - top)) * 0.9
    return (
        max(0, int((left - margin) * across) - 1),
        max(0, int((top - margin) * down) - 1),
        int((right + margin) * across) + 2,
        int((bottom + margin) * down) + 2,
    )
