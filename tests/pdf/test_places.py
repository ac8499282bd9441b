"""A stamp covers nothing: it stands where the paper itself is blank, or in a band below the page."""

import os
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from pikepdf import Array, Dictionary, Name
from PIL import Image, ImageChops

from casemgr.pdf import build_packet
from casemgr.pdf import model as m
from casemgr.pdf.conservation import prove
from casemgr.pdf.looker import is_blank
from casemgr.pdf.places import shape_of
from tests.pdf import samples
from tests.pdf.test_stamps import page_file, stamp_box


def build(path: Path, folder: Path) -> m.BuiltPacket:
    paper = m.Exhibit("P-1", "Paper", m.ExhibitKind.PDF, path)
    packet = samples.packet(folder, exhibits=(paper,), filing=None, chronology=(), certificate=None)
    return build_packet(packet, folder / "out.pdf")


def picture(path: Path, index: int) -> Image.Image:
    with pypdfium2.PdfDocument(path) as document:
        return document[index].render(scale=1).to_pil().convert("L")


def words(*lines: tuple[float, float, str]) -> bytes:
    """Two lines each, so that there is no room just above or below either."""
    return b"".join(f"BT /F1 11 Tf {x} {y} Td ({text}) Tj 0 20 Td ({text}) Tj ET ".encode() for x, y, text in lines)


def picture_page(path: Path, image: Image.Image) -> Path:
    """Write a page that is one picture from edge to edge, as a scan is."""
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(612, 792))
        scan = pdf.make_stream(
            image.convert("L").tobytes(), Type=Name.XObject, Subtype=Name.Image, Width=image.width,
            Height=image.height, ColorSpace=Name.DeviceGray, BitsPerComponent=8,
        )  # fmt: skip
        page.obj.Resources = Dictionary(XObject=Dictionary(Scan=scan))
        page.obj.Contents = pdf.make_stream(b"q 612 0 0 792 0 0 cm /Scan Do Q")
        pdf.save(path)
    return path


FOOTER, MIDDLE, LEFT = (420, 20, "Page 3 of 4, Fernhollow"), (240, 20, "CONFIDENTIAL, do not copy"), (30, 20, "Form 7b")
HEAD = ((30, 744, "Mossbank School"), (250, 744, "Progress report"), (480, 744, "Term 2 of 2026"))
WHOLE_FOOT = (20, 20, "a footer that runs over the whole width of the page " * 3)
GREY_LINE = b"0.8 G 0.4 w 300 22 m 612 22 l 300 40 m 612 40 l S 0 G "

WHERE = [
    pytest.param(words((72, 700, "A plain page")), "bottom right", id="free corner"),
    pytest.param(b"24 24 564 744 re S", "bottom right, further in", id="a frame around the page"),
    pytest.param(words(FOOTER), "bottom middle", id="a number at the bottom right"),
    pytest.param(GREY_LINE, "bottom left", id="a thin grey line"),
    pytest.param(words(FOOTER, MIDDLE), "bottom left", id="two at the bottom"),
    pytest.param(words(FOOTER, MIDDLE, LEFT), "top right", id="the bottom is full"),
    pytest.param(words(WHOLE_FOOT, HEAD[2]), "top left", id="only the top left is free"),
    pytest.param(words(WHOLE_FOOT, HEAD[0], HEAD[2]), "top middle", id="only the top middle is free"),
    pytest.param(words(WHOLE_FOOT, *HEAD), "below the page", id="nothing is free"),
    pytest.param(b"0 g 0 0 612 792 re f", "below the page", id="a dark page"),
    pytest.param(b"1 0.98 0.9 rg 0 0 612 792 re f", "bottom right", id="tinted paper"),
]


TURNS = {
    0: (b"", [0, 0, 612, 792]),
    90: (b"0 1 -1 0 792 0 cm ", [0, 0, 792, 612]),
    180: (b"-1 0 0 -1 612 792 cm ", [0, 0, 612, 792]),
    270: (b"0 -1 1 0 0 612 cm ", [0, 0, 792, 612]),
}
"""What a page is drawn through so that the reader sees it upright when it is turned so far."""


def test_the_stamp_stands_where_the_page_is_blank(tmp_path: Path) -> None:
    file, wanted = tmp_path / "all.pdf", []
    with pikepdf.new() as pdf:
        for content, place in (case.values for case in WHERE):
            for turn, (matrix, box) in TURNS.items():
                page_file(tmp_path / "one.pdf", matrix + content, Rotate=turn, MediaBox=Array(box))  # type: ignore[operator]
                with pikepdf.open(tmp_path / "one.pdf") as page:
                    pdf.pages.extend(page.pages)
                wanted.append(place)
        pdf.save(file)
    built = build(file, tmp_path)
    found = [one.place for one in built.exhibits[0].stamps for _ in range(one.first, one.last + 1)]
    assert found == wanted
    said = built.manifest["exhibits"][0]["stamps"]
    assert said[0] == {"pages": [1, 4], "place": "bottom right"} and said[-1]["pages"] == [41, 44]
    for page in range(len(wanted)):
        covers_nothing(file, built, page)
    proof = prove(built.path, built.manifest, {"P-1": {"path": str(file), "kind": "pdf"}}, tmp_path, lambda _: None)
    assert proof["problems"] == [] and proof["exhibits"][0]["compared"] == len(wanted)


def covers_nothing(source: Path, built: m.BuiltPacket, page: int) -> None:
    """The room of the stamp is blank in the source, or lies beyond it; all else is drawn as in the source."""
    index = built.exhibits[0].first_page - 1 + page
    before, after = picture(source, page), picture(built.path, index)
    left, top, _, bottom, _, _ = stamp_box(built.path, index, built.exhibits[0].label)
    right = stamp_box(built.path, index, f"SAMPLE-{page + 1:06d}")[2]
    assert before.width == after.width
    room = [int(left * after.width) - 7, int(top * after.height) - 6, int(right * after.width) + 7]
    room.append(int(bottom * after.height) + 6)
    shown = after.crop((0, 0, *before.size))
    if room[1] < before.height - 6:
        low, high = before.crop(tuple(room)).getextrema()  # type: ignore[arg-type]
        assert low > 200 and high - low < 16, (page, low, high)  # type: ignore[operator]
        shown.paste(before.crop(tuple(room)), tuple(room[:2]))  # type: ignore[arg-type]
    else:
        assert before.height + 15 < after.height <= before.height + 24, "the page got a band"
    assert ImageChops.difference(before, shown).getextrema()[1] < 40, page  # type: ignore[operator]


def test_a_scan_with_a_margin_is_stamped_in_it_and_one_without_below(tmp_path: Path) -> None:
    noisy = Image.effect_noise((850, 1100), 6).point(lambda value: min(255, value + 110))
    file = picture_page(tmp_path / "a.pdf", noisy)
    built = build(file, tmp_path)
    assert built.exhibits[0].stamps[0].place == "bottom right", "the grain of paper is no ink"
    noisy.paste(40, (0, 1050, 850, 1100))
    noisy.paste(40, (0, 0, 850, 60))
    built = build(picture_page(tmp_path / "b.pdf", noisy), tmp_path)
    assert built.exhibits[0].stamps[0].place == "below the page"
    covers_nothing(tmp_path / "b.pdf", built, 0)


def test_what_lay_outside_of_the_shown_page_stays_hidden_when_it_gets_a_band(tmp_path: Path) -> None:
    hidden = b"0 g 0 0 612 792 re f 1 g 110 300 380 300 re f"
    note = Dictionary(Type=Name.Annot, Subtype=Name.Square, Rect=Array([400, 170, 480, 195]), C=Array([1, 0, 0]))
    file = page_file(tmp_path / "a.pdf", hidden, CropBox=Array([100, 200, 500, 700]), Annots=Array([note]))
    built = build(file, tmp_path)
    assert built.exhibits[0].stamps[0].place == "below the page"
    covers_nothing(file, built, 0)
    with pikepdf.open(built.path) as pdf:
        assert len(pdf.pages[built.exhibits[0].first_page - 1].obj.get("/Annots", [])) == 0


def test_a_note_or_a_form_field_in_the_corner_is_not_covered(tmp_path: Path) -> None:
    with pikepdf.new() as pdf:
        look = pdf.make_stream(
            b"1 0 0 rg 0 0 150 40 re f", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 150, 40])
        )
        page = pdf.add_blank_page(page_size=(612, 792))
        note = Dictionary(
            Type=Name.Annot, Subtype=Name.Stamp, F=4, Rect=Array([455, 5, 605, 45]), AP=Dictionary(N=look)
        )
        page.obj.Annots = Array([pdf.make_indirect(note)])
        pdf.save(tmp_path / "note.pdf")
        field = pdf.make_indirect(
            Dictionary(
                Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=pikepdf.String("n"), V=pikepdf.String("x"), F=4,
                Rect=Array([455, 5, 605, 45]), AP=Dictionary(N=look),
            )
        )  # fmt: skip
        page.obj.Annots = Array([field])
        pdf.Root.AcroForm = Dictionary(Fields=Array([field]))
        pdf.save(tmp_path / "form.pdf")
    for name in ("note.pdf", "form.pdf"):
        assert build(tmp_path / name, tmp_path).exhibits[0].stamps[0].place == "bottom middle", name


@pytest.mark.parametrize(
    "turn, rect, place",
    [
        (0, [300, 0, 612, 70], "bottom left"),
        (0, [612, 60, 0, 0], "top right"),
        (90, [300, 500, 612, 792], "bottom middle"),
        (180, [0, 700, 200, 792], "bottom middle"),
        (270, [0, 0, 300, 300], "bottom middle"),
        (0, [0, 0, 612, 792], "below the page"),
    ],
)
def test_no_stamp_stands_beneath_a_note_that_is_white(turn: int, rect: list[int], place: str, tmp_path: Path) -> None:
    """A note lies on top of what the page draws, and white or tinted paper looks like room."""
    with pikepdf.new() as pdf:
        white = pdf.make_stream(
            b"1 g 0 0 999 999 re f", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 612, 792])
        )
        note = Dictionary(Type=Name.Annot, Subtype=Name.FreeText, F=4, Rect=Array(rect), AP=Dictionary(N=white))
        for _ in range(2):
            page = pdf.add_blank_page(page_size=(612, 792)).obj
            page.Annots, page.Rotate = Array([note]), turn
        del pdf.pages[1].obj["/Annots"]
        pdf.save(tmp_path / "a.pdf")
    exhibit = (built := build(tmp_path / "a.pdf", tmp_path)).exhibits[0]
    assert [one.place for one in exhibit.stamps] == [place, "bottom right"]
    shown = picture(built.path, exhibit.first_page - 1)
    left, top, right, bottom = stamp_box(built.path, exhibit.first_page - 1)[:4]
    box = (left * shown.width, top * shown.height, right * shown.width, bottom * shown.height)
    assert shown.crop(tuple(map(round, box))).getextrema()[0] < 120


def test_only_the_chosen_pages_are_looked_at(tmp_path: Path) -> None:
    with pikepdf.open(samples.pdf_file(tmp_path / "a.pdf", 5), allow_overwriting_input=True) as pdf:
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        for n in (0, 3):
            pdf.pages[n].obj.Resources.Font["/F1"] = font
            pdf.pages[n].contents_add(words(FOOTER))
        pdf.save()
    paper = m.Exhibit("P-1", "Paper", m.ExhibitKind.PDF, tmp_path / "a.pdf", only_pages=(2, 4))
    built = build_packet(samples.packet(tmp_path, exhibits=(paper,)), tmp_path / "out.pdf")
    assert [(one.first, one.last, one.place) for one in built.exhibits[0].stamps] == [
        (1, 2, "bottom right"),
        (3, 3, "bottom middle"),
    ]


@pytest.mark.parametrize("as_copy", [True, False])
def test_a_page_that_cannot_be_looked_at_is_stamped_below(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, as_copy: bool
) -> None:
    """The child that looks is lost: nobody knows what is on the page, and so nothing on it is covered."""
    from casemgr.pdf import looker, looking

    def lost(folder: str, answers: str, parent: int) -> int:
        (Path(folder) / answers).write_text('{"n": 0}\n')
        os.abort()

    dead = tmp_path / "dead.py"
    dead.write_text("import os, sys\nopen(sys.argv[1] + '/' + sys.argv[2], 'w').write('{\"n\": 0}\\n')\nos.abort()\n")
    monkeypatch.setattr(looker, "main", lost)
    monkeypatch.setattr(looker, "__file__", str(dead))
    monkeypatch.setattr(looking, "can_copy", lambda: as_copy)
    built = build(page_file(tmp_path / "a.pdf", words(HEAD[0])), tmp_path)
    assert built.exhibits[0].stamps[0].place == "below the page"
    covers_nothing(tmp_path / "a.pdf", built, 0)


@pytest.mark.parametrize(
    ("pixels", "blank"),
    [
        (bytes([255] * 100), True),
        (bytes([255] * 99 + [230]), False),
        (bytes([228, 240, 235, 231]), True),
        (bytes([228, 190]), False),
        (bytes([20] * 50), False),
    ],
)
def test_what_counts_as_blank_paper(pixels: bytes, blank: bool) -> None:
    assert is_blank(pixels) is blank


@pytest.mark.parametrize(
    ("key", "given", "put_right"),
    [
        ("/CropBox", b"[300 300 400 400]", [0, 0, 200, 100]),  # beside the page
        ("/CropBox", b"[-50 20 150 400]", [0, 20, 150, 100]),  # reaches beyond it
        ("/Rotate", b"90.0", 90),
        ("/Rotate", b"450", 90),
        ("/Rotate", b"45", 0),
        ("/Rotate", b"(x)", 0),
        ("/Type", b"/Template", Name.Page),
    ],
)
def test_what_readers_take_differently_is_put_right_on_the_page(key: str, given: bytes, put_right: object) -> None:
    page = Dictionary(Type=Name.Page, MediaBox=Array([0, 0, 200, 100]))
    page[key] = pikepdf.Object.parse(given)
    shape = shape_of(page)
    found = page[key]
    assert (list(found) if isinstance(found, Array) else found) == put_right
    assert not isinstance(found, Array) or list(shape.box) == put_right
    assert key != "/Rotate" or shape.turns * 90 == put_right


def test_a_page_that_is_cut_to_a_place_beside_it_is_proved(tmp_path: Path) -> None:
    path = page_file(tmp_path / "a.pdf", words((20, 20, "beside")), CropBox=Array([900, 900, 950, 950]))
    assert problems(path, tmp_path) == []


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_small_page_that_was_cut_beyond_its_media_and_got_a_band_is_proved(turn: int, tmp_path: Path) -> None:
    boxes = {"MediaBox": Array([0, 0, 200, 200]), "CropBox": Array([-20, -20, 100, 100])}
    path = page_file(tmp_path / "a.pdf", b"0.3 g 0 0 100 50 re f 0.6 g 0 50 100 50 re f", Rotate=turn, **boxes)
    assert problems(path, tmp_path) == []


def problems(path: Path, folder: Path) -> list[str]:
    built = build(path, folder)
    sources = {"P-1": {"path": str(path), "kind": "pdf"}}
    return prove(built.path, built.manifest, sources, folder, lambda _: None)["problems"]
