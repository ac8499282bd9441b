"""Each kind of odd PDF is drawn in a packet as it was, but for its stamp, and leaves behind what acts or hides."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from pikepdf import Dictionary, Name
from PIL import Image

from casemgr.pdf import build_packet
from casemgr.pdf import model as m
from tests.corpus.test_binder_corpus import alike
from tests.pdf import odd, samples

DOTS = 36  # an inch
BY_POPPLER = (
    "turned 90", "turned 270", "unit 90", "matrix left", "array open", "path left", "in parts, within a word",
    "inherited", "notes", "layer off", "layers off but one", "layers off and on", "below zero", "frames_of_links",
)  # fmt: skip


@dataclass
class Made:
    """The packet of all kinds, and where each stands in it."""

    path: Path
    files: dict[str, Path]
    exhibits: dict[str, m.BuiltExhibit]

    def pages(self, name: str, pdf: pikepdf.Pdf) -> list[Any]:
        first, count = self.exhibits[name].first_page, self.exhibits[name].pages
        return [pdf.pages[n].obj for n in range(first - 1, first - 1 + count)]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("odd")
    files = odd.write_all(folder)
    exhibits = tuple(
        m.Exhibit(f"P-{n}", name, m.ExhibitKind.PDF, file) for n, (name, file) in enumerate(files.items(), 1)
    )
    bare = {"filing": None, "chronology": (), "certificate": None}
    built = build_packet(samples.packet(folder, exhibits=exhibits, **bare), folder / "out.pdf")
    return Made(built.path, files, dict(zip(files, built.exhibits, strict=True)))


def picture(page: pypdfium2.PdfPage) -> Image.Image:
    scale = min(DOTS / 72, 400 / max(page.get_size()))
    return page.render(scale=scale, may_draw_forms=False).to_pil().convert("L")


def test_each_kind_is_drawn_as_it_was_but_for_its_stamp(made: Made) -> None:
    compared = set()
    with pypdfium2.PdfDocument(made.path) as after:
        for name, exhibit in made.exhibits.items():
            if name == "fields":
                continue
            with pypdfium2.PdfDocument(made.files[name]) as before:
                assert len(before) == exhibit.pages, name
                for n in range(exhibit.pages):
                    page = after[exhibit.first_page - 1 + n]
                    stamp = f"SAMPLE-{int(exhibit.bates_first[7:]) + n:06d}"
                    alike(picture(before[n]), picture(page), page, stamp, exhibit.label)
            compared.add(name)
    assert compared == set(odd.KINDS) - {"fields"}


def test_another_reader_draws_them_as_they_were_too(made: Made, tmp_path: Path) -> None:
    def drawn(path: Path, number: int, out: Path) -> Image.Image:
        pages = ["-f", str(number), "-l", str(number)]
        command = ["pdftoppm", "-cropbox", "-gray", "-r", str(DOTS), *pages, "-singlefile", str(path), str(out)]
        subprocess.run(command, check=True, capture_output=True)
        return Image.open(out.with_suffix(".pgm"))

    with pypdfium2.PdfDocument(made.path) as document:
        for name in BY_POPPLER:
            exhibit = made.exhibits[name]
            before = drawn(made.files[name], 1, tmp_path / "before")
            after = drawn(made.path, exhibit.first_page, tmp_path / "after")
            assert after.size == before.size, name
            alike(before, after, document[exhibit.first_page - 1], exhibit.bates_first, exhibit.label)


def test_the_file_is_sound_and_nothing_acts(made: Made) -> None:
    checked = subprocess.run(["qpdf", "--check", made.path], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr[-1000:]
    with pikepdf.open(made.path) as pdf:
        texts = [one.unparse(resolved=True) for one in pdf.objects if isinstance(one, Dictionary)]
        assert not [text for text in texts if b"/JavaScript" in text or b"/Launch" in text or b"SubmitForm" in text]
        streams = [one for one in pdf.objects if isinstance(one, pikepdf.Stream)]
        assert not [one for one in streams if odd.SECRET in one.read_raw_bytes()]
        assert (
            "/AcroForm" not in pdf.Root and "/OpenAction" not in pdf.Root and list(pdf.attachments) == ["manifest.json"]
        )
        (page,) = made.pages("actions", pdf)
        assert [str(one.A.URI) for one in page.Annots if "/A" in one] == ["https://example.org"]
        assert "/AA" not in page and [one.Subtype for one in page.Annots] == [Name.Link, Name.Square]


def test_the_sign_of_an_attachment_stays_and_the_attachment_goes(made: Made) -> None:
    with pikepdf.open(made.path) as pdf:
        page = made.pages("notes", pdf)[0]
        (sign,) = [one for one in page.Annots if one.Subtype == Name.Stamp]
        assert set(sign.keys()) == {"/Type", "/Subtype", "/Rect", "/AP"}


def test_names_that_two_exhibits_share_lead_each_to_its_own_page(made: Made) -> None:
    with pikepdf.open(made.path) as pdf:
        for target in (1, 2):
            pages = made.pages(f"named {target}", pdf)
            ends = [link.Dest if "/Dest" in link else link.A.D for link in pages[0].Annots]
            assert [end[0].objgen for end in ends] == [pages[target].objgen] * 3


def test_fields_that_are_not_shown_stay_so_and_one_on_its_side_is_read_from_the_side(made: Made) -> None:
    with pypdfium2.PdfDocument(made.path) as document:
        page = document[made.exhibits["fields"].first_page - 1]
        text = page.get_textpage()
        assert "SEEN" in text.get_text_range() and "SIDEWAYS" in text.get_text_range()
        at, count = text.search("SIDEWAYS").get_next()
        boxes = [text.get_charbox(n) for n in range(at, at + count)]
        assert boxes[-1][1] > boxes[0][3] and max(box[2] for box in boxes) - min(box[0] for box in boxes) < 20
        shown = page.render(scale=0.5).to_pil().convert("RGB")
        assert not [color for _, color in shown.getcolors(10_000) if color[0] > 200 and color[1] < 60]
