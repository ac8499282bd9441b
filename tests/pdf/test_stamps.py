"""The stamp stands upright at the bottom right as the reader sees the page, whatever the page is like."""

from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from pikepdf import Array, Dictionary, Name

from casemgr.pdf import build_packet
from casemgr.pdf import model as m
from tests.pdf import samples


def build(path: Path, folder: Path) -> tuple[Path, int]:
    """Build a packet of one exhibit; return it and the index of the exhibit's first page."""
    paper = m.Exhibit("P-1", "Paper", m.ExhibitKind.PDF, path)
    packet = samples.packet(folder, exhibits=(paper,), filing=None, chronology=(), certificate=None)
    built = build_packet(packet, folder / "out.pdf")
    return built.path, built.exhibits[0].first_page - 1


def page_file(path: Path, content: bytes = b"", **keys: object) -> Path:
    """Write a PDF of one page with these drawing commands and page keys."""
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(612, 792))
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        page.obj.Resources = Dictionary(Font=Dictionary(F1=font))
        page.obj.Contents = pdf.make_stream(content)
        for key, value in keys.items():
            page.obj[f"/{key}"] = value
        pdf.save(path)
    return path


def stamp_box(path: Path, index: int, words: str = "SAMPLE-000001") -> tuple[float, float, float, float, float, float]:
    """Return left, top, right, bottom of the inked box as shares of the shown page, and its size in points."""
    with pypdfium2.PdfDocument(path) as document:
        page = document[index]
        width, height = page.get_size()
        text = page.get_textpage()
        found = text.search(words).get_next()
        assert found is not None, text.get_text_range()
        boxes = [text.get_charbox(n) for n in range(found[0], found[0] + found[1])]
        to_device = [page_to_device(page, box, width, height) for box in boxes]
    left, right = min(b[0] for b in to_device), max(b[2] for b in to_device)
    top, bottom = min(b[1] for b in to_device), max(b[3] for b in to_device)
    return left / width, top / height, right / width, bottom / height, right - left, bottom - top


def page_to_device(
    page: pypdfium2.PdfPage, box: tuple[float, float, float, float], width: float, height: float
) -> tuple[float, float, float, float]:
    """Return a box in shown points, y from the top, through pdfium's own view of rotation and crop."""
    import ctypes

    import pypdfium2.raw as raw

    corners = []
    for x, y in ((box[0], box[1]), (box[2], box[3])):
        across, down = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(page, 0, 0, int(width * 100), int(height * 100), 0, x, y, across, down)
        corners.append((across.value / 100, down.value / 100))
    (a, b), (c, d) = corners
    return min(a, c), min(b, d), max(a, c), max(b, d)


GEOMETRY = [
    pytest.param({}, id="plain"),
    *[pytest.param({"Rotate": turn}, id=f"rotated {turn}") for turn in (90, 180, 270, -90, 450)],
    pytest.param({"MediaBox": Array([-300, -400, 312, 392])}, id="origin in the middle"),
    pytest.param({"MediaBox": Array([612, 792, 0, 0])}, id="corners swapped"),
    pytest.param({"CropBox": Array([100, 200, 500, 700])}, id="cropped"),
    pytest.param({"CropBox": Array([100, 200, 500, 700]), "Rotate": 90}, id="cropped and rotated"),
    pytest.param({"CropBox": Array([-50, -50, 900, 900])}, id="crop larger than the page"),
    pytest.param({"UserUnit": 2, "MediaBox": Array([0, 0, 306, 396])}, id="user unit"),
    pytest.param({"MediaBox": Array([0, 0, 14400, 14400])}, id="huge"),
    pytest.param({"MediaBox": Array([0, 0, 8.5, 11])}, id="inches taken for points"),
    pytest.param({"MediaBox": Array([0, 0, 200, 900])}, id="a long receipt"),
]


@pytest.mark.parametrize("keys", GEOMETRY)
def test_the_stamp_is_upright_at_the_bottom_right(keys: dict[str, object], tmp_path: Path) -> None:
    path, index = build(page_file(tmp_path / "a.pdf", b"", **keys), tmp_path)
    left, top, right, bottom, wide, high = stamp_box(path, index)
    assert 0 < left < right < 1 and 0 < top < bottom < 1
    assert right > 0.84 and bottom > 0.85
    assert wide > 4 * high  # upright: letters stand side by side


TRAPS = [
    pytest.param(b"0.1 0 0 0.1 50 50 cm", id="leftover matrix"),
    pytest.param(b"q q q 0.2 0 0 0.2 9 9 cm", id="three saves never closed"),
    pytest.param(b"Q Q Q 0.2 0 0 0.2 9 9 cm", id="too many restores"),
    pytest.param(b"Q q 0.2 0 0 0.2 9 9 cm", id="restore before save"),
    pytest.param(b"10 10 20 20 re W n", id="leftover clip"),
    pytest.param(b"3 Tr 1 1 1 rg 1 1 1 RG", id="white and invisible text"),
    pytest.param(b"BT /F1 12 Tf 9 9 Td (open) Tj", id="text object never closed"),
    pytest.param(b"q BT /F1 9 Tf (a q b Q Q) Tj ET Q", id="saves inside a string"),
]


@pytest.mark.parametrize("content", TRAPS)
def test_no_leftover_state_moves_or_hides_the_stamp(content: bytes, tmp_path: Path) -> None:
    path, index = build(page_file(tmp_path / "a.pdf", content), tmp_path)
    plain, at = build(page_file(tmp_path / "b.pdf"), tmp_path / "..")
    assert stamp_box(path, index) == pytest.approx(stamp_box(plain, at), abs=0.01)
    assert darkest(path, index) < 80


def darkest(path: Path, index: int) -> int:
    """Return the darkest grey within the bottom right corner."""
    with pypdfium2.PdfDocument(path) as document:
        image = document[index].render(scale=2).to_pil().convert("L")
    width, height = image.size
    low, _ = image.crop((int(width * 0.8), int(height * 0.94), width, height)).getextrema()
    return int(low)


def test_a_dark_page_keeps_a_readable_stamp(tmp_path: Path) -> None:
    path, index = build(page_file(tmp_path / "a.pdf", b"0 g 0 0 612 792 re f"), tmp_path)
    with pypdfium2.PdfDocument(path) as document:
        image = document[index].render(scale=2).to_pil().convert("L")
    corner = image.crop((int(image.width * 0.75), int(image.height * 0.95), image.width, image.height))
    assert sum(corner.histogram()[200:]) > 2000  # the white box


def test_content_drawn_by_the_page_is_kept(tmp_path: Path) -> None:
    for n, content in enumerate((b"q q BT /F1 20 Tf 90 600 Td (kept) Tj ET", b"BT /F1 20 Tf 90 600 Td (kept) Tj ET")):
        path, index = build(page_file(tmp_path / f"{n}.pdf", content), tmp_path)
        with pypdfium2.PdfDocument(path) as document:
            assert "kept" in document[index].get_textpage().get_text_range()


def test_pages_without_contents_resources_or_media_box_are_stamped(tmp_path: Path) -> None:
    file = page_file(tmp_path / "a.pdf")
    with pikepdf.open(file, allow_overwriting_input=True) as pdf:
        for key in ("/Contents", "/Resources"):
            del pdf.pages[0].obj[key]
        pdf.save()
    path, index = build(file, tmp_path)
    assert stamp_box(path, index)[2] > 0.85


def test_a_font_name_that_the_page_uses_is_not_taken_from_it(tmp_path: Path) -> None:
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name("/Times-Roman"))
    resources = Dictionary(Font=Dictionary({"/CasemgrStamp": font}))
    file = page_file(tmp_path / "a.pdf", b"BT /CasemgrStamp 9 Tf 90 90 Td (own) Tj ET", Resources=resources)
    path, index = build(file, tmp_path)
    with pikepdf.open(path) as pdf:
        assert pdf.pages[index].obj.Resources.Font["/CasemgrStamp"].BaseFont == "/Times-Roman"
