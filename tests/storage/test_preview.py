"""What can be seen of a file is shown; what cannot be is said; nothing that is uploaded stops the program."""

import errno
import io
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name
from PIL import Image, ImageDraw

from casemgr.storage.preview import preview
from casemgr.storage.sniff import sniff
from casemgr.storage.types import Preview, PreviewState
from tests.storage import samples


@pytest.fixture
def see(tmp_path: Path):
    def look(data: bytes, name: str, **options: object) -> Preview:
        path = tmp_path / "object"
        path.write_bytes(data)
        file_type = sniff(data[:65536], name, tail=data[-65536:])
        return preview(path, file_type, tmp_path / "out", **options)

    return look


def test_a_pdf_shows_its_pages_and_their_text(see, tmp_path):
    seen = see(samples.pdf(3), "a.pdf")
    assert (seen.state, seen.page_count, seen.warnings, seen.note) == (PreviewState.READY, 3, [], "")
    assert [page.number for page in seen.pages] == [1, 2, 3]
    assert "page 2" in seen.pages[1].text
    page = seen.pages[0]
    assert [word[0] for word in page.words] == page.text.split()
    assert all(0 <= x0 < x1 <= 1 and 0 <= y0 < y1 <= 1 for _word, x0, y0, x1, y1 in page.words)
    with Image.open(page.image_path) as drawn, Image.open(page.thumb_path) as thumb:
        assert drawn.size == (page.width, page.height)
        assert max(drawn.size) == 1600
        assert max(thumb.size) == 320
    assert {path.suffix for path in (tmp_path / "out").iterdir()} <= {".jpg"}


def test_a_long_pdf_is_drawn_in_parts_and_says_so(see, monkeypatch):
    monkeypatch.setattr("casemgr.storage.preview.PAGES_AT_ONCE", 2)
    first = see(samples.pdf(5), "a.pdf")
    assert [bool(page.image_path) for page in first.pages] == [True, True, False, False, False]
    assert "page 5" in first.pages[4].text
    assert first.note == "This file has 5 pages. Pages 1 to 2 are shown."
    rest = see(samples.pdf(5), "a.pdf", first_page=3)
    assert [page.number for page in rest.pages if page.image_path] == [3, 4]


def test_a_filled_form_shows_what_was_filled_in(see):
    import io

    from reportlab.lib.colors import white
    from reportlab.pdfgen.canvas import Canvas

    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    canvas.acroForm.textfield(name="n", value="Filled in by hand", x=72, y=600, width=300, height=30, fillColor=white)
    canvas.showPage()
    canvas.save()
    seen = see(out.getvalue(), "form.pdf")
    with Image.open(seen.pages[0].image_path) as drawn:
        darkest, lightest = drawn.convert("L").crop((142, 410, 320, 440)).getextrema()
    assert darkest < 100
    assert lightest == 255, "the viewer's own colour for form fields is not on the paper"
    assert seen.pages[0].text == "Filled in by hand"
    assert [word[0] for word in seen.pages[0].words] == ["Filled", "in", "by", "hand"]


def test_a_note_on_a_page_is_read_and_a_scan_that_was_written_on_is_still_a_scan(see):
    def note(pdf: pikepdf.Pdf) -> None:
        look = pdf.make_stream(b"BT /F1 12 Tf 2 4 Td (" + b"Typed beside it. " * 8 + b") Tj ET")
        look.update({"/Type": Name.XObject, "/Subtype": Name.Form, "/BBox": Array([0, 0, 600, 20])})
        letters = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        look.Resources = Dictionary(Font=Dictionary(F1=letters))
        place = Array([20, 300, 620, 320])
        pdf.pages[0].Annots = Array(
            [Dictionary(Type=Name.Annot, Subtype=Name.FreeText, F=4, Rect=place, AP=Dictionary(N=look))]
        )

    def noted(paper: bytes):
        with pikepdf.open(io.BytesIO(paper)) as pdf:
            note(pdf)
            out = io.BytesIO()
            pdf.save(out)
        return see(out.getvalue(), "a.pdf").pages[0]

    scanned = io.BytesIO()
    Image.effect_noise((800, 1000), 60).save(scanned, "PDF")
    written, scan = noted(samples.pdf()), noted(scanned.getvalue())
    assert "Typed beside it." in written.text and "Typed beside it." in scan.text
    assert scan.is_scan and not written.is_scan


def test_what_is_in_a_pdf_and_not_seen_is_told(see):
    def changed(change):
        out = io.BytesIO()
        with pikepdf.open(io.BytesIO(samples.pdf())) as pdf:
            change(pdf)
            pdf.save(out)
        return " ".join(see(out.getvalue(), "a.pdf").warnings)

    def remark(pdf: pikepdf.Pdf) -> None:
        note = Dictionary(Type=Name.Annot, Subtype=Name.Text, Rect=Array([20, 20, 40, 40]), Contents="A weak point")
        pdf.pages[0].Annots = Array([note])

    def layer(pdf: pikepdf.Pdf) -> None:
        group = pdf.make_indirect(Dictionary(Type=Name.OCG, Name="Remarks"))
        pdf.Root.OCProperties = Dictionary(OCGs=Array([group]), D=Dictionary(OFF=Array([group])))

    assert "say more when they are pressed" in changed(remark)
    assert "layers that are switched off" in changed(layer)
    assert changed(lambda pdf: None) == ""


def test_a_locked_pdf_says_so_and_an_owner_lock_does_not_matter(see):
    locked = see(samples.pdf(password="secret"), "a.pdf")
    assert locked.state is PreviewState.ENCRYPTED
    assert "password" in locked.note
    assert see(samples.pdf(password=""), "a.pdf").state is PreviewState.READY


def test_a_cut_pdf_is_repaired_for_reading_and_says_what_may_be_lost(see):
    whole = samples.pdf(6)
    seen = see(whole[: int(len(whole) * 0.7)], "a.pdf")
    assert seen.state is PreviewState.READY
    assert any("damaged" in warning for warning in seen.warnings)


def test_a_pdf_that_claims_more_pages_than_it_has_is_not_believed(see):
    liar = samples.pdf_with_contents(b"0 0 9 9 re f").replace(b"/Count 1/", b"/Count 90000/")
    seen = see(liar, "a.pdf")
    assert seen.page_count == 1
    assert len(seen.pages) == 1
    assert any("disagree" in warning for warning in seen.warnings)


def test_a_page_that_is_cut_to_a_place_beside_it_is_shown_whole(see):
    beside = samples.pdf_with_contents(b"0 0 99 99 re f").replace(b"/MediaBox", b"/CropBox[900 900 999 999]/MediaBox")
    seen = see(beside, "a.pdf")
    assert seen.state is PreviewState.READY
    assert seen.pages[0].image_path


def test_a_page_that_ends_its_reader_is_left_out_and_the_others_are_shown(see, monkeypatch):
    good = b"0 0 99 99 re f"
    pages = [good, b"x", good]
    data = samples.pdf_with_contents(*pages)
    bomb = samples.memory_bomb_pdf(700)
    with pikepdf.open(_stream(data)) as document, pikepdf.open(_stream(bomb)) as other:
        document.pages[1] = other.pages[0]
        out = _stream(b"")
        document.save(out, stream_decode_level=pikepdf.StreamDecodeLevel.none, compress_streams=False)
    seen = see(out.getvalue(), "a.pdf")
    assert seen.state is PreviewState.READY
    assert [page.number for page in seen.pages if page.image_path] == [1, 3]
    assert any("Page 2 could not be drawn" in warning for warning in seen.warnings)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("nonsense.pdf", b"%PDF-1.7\n1 0 obj\n"),
        ("no-pages.pdf", samples.assemble([b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 0/Kids[]>>"])),
        ("cut.png", samples.picture("PNG")[:40]),
        ("bomb.png", samples.png_that_claims(60000, 60000)),
        ("cut.docx", samples.office("word")[:60]),
        ("bomb.docx", samples.office("word", word__document_DOT_xml=b" " * (600 << 20))),
        ("cut.heic", samples.heic()[:40]),
        ("unknown.pdf", bytes(range(256)) * 4),
    ],
)
def test_a_file_that_cannot_be_shown_says_why_and_that_it_was_kept(see, name, data):
    seen = see(data, name)
    assert (seen.state, seen.pages) == (PreviewState.FAILED, [])
    assert "kept" in seen.note


def test_a_photo_is_shown_upright_and_without_the_place_where_it_was_taken(see):
    exif = Image.Exif()
    exif[0x0112] = 6  # turned by a quarter
    exif.get_ifd(0x8825)[1] = "N"  # GPS
    seen = see(samples.picture("JPEG", (400, 200), exif=exif), "a.jpg")
    assert (seen.pages[0].width, seen.pages[0].height) == (200, 400)
    with Image.open(seen.pages[0].image_path) as shown:
        assert not shown.getexif()


@pytest.mark.parametrize("mode", ["1", "L", "P", "RGBA", "CMYK", "I;16", "F", "LA"])
def test_pictures_of_every_depth_are_shown_in_their_own_light(see, mode):
    if mode in ("CMYK", "F", "I;16"):
        data, name = samples.picture("TIFF", mode="L"), "a.tif"
        data = _converted(data, mode)
    else:
        data, name = samples.picture("PNG", mode="L" if mode != "RGBA" else mode), "a.png"
        data = data if mode == "RGBA" else _converted(data, mode, "PNG")
    seen = see(data, name)
    with Image.open(seen.pages[0].image_path) as shown:
        darkest, lightest = shown.convert("L").getextrema()
    assert darkest < 90
    assert lightest > 200


def test_a_page_without_color_is_drawn_in_grey_and_one_with_a_colored_line_in_color(see):
    def mode(picture: Image.Image) -> str:
        out = io.BytesIO()
        picture.save(out, "PNG")
        [page] = see(out.getvalue(), "a.png").pages
        with Image.open(page.image_path) as drawn:
            assert drawn.convert("RGB").getpixel((0, 0)) == pytest.approx(
                picture.convert("RGB").getpixel((0, 0)), abs=20
            )
            return drawn.mode

    page = Image.new("RGB", (600, 800), (250, 250, 250))
    ImageDraw.Draw(page).text((60, 60), "The Team met.", fill="black")
    assert mode(page) == "L"
    assert mode(Image.new("RGB", (600, 800), (250, 248, 240))) == "L", "paper that has become yellow"
    ImageDraw.Draw(page).line((60, 90, 300, 90), fill=(200, 30, 30), width=2)
    assert mode(page) == "RGB"
    assert mode(Image.effect_noise((600, 800), 9)) == "L"


def test_a_fax_has_pages_and_a_moving_picture_has_one(see):
    assert see(samples.fax(3), "a.tif").page_count == 3
    frames = [Image.new("RGB", (20, 20), colour) for colour in ("red", "blue")]
    out = _stream(b"")
    frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    moving = see(out.getvalue(), "a.gif")
    assert moving.page_count == 1
    assert "first frame" in moving.warnings[0]


def test_half_a_photo_is_shown_with_a_warning(see):
    photo = samples.picture("JPEG", (800, 800))
    seen = see(photo[: len(photo) * 2 // 3], "a.jpg")
    assert seen.state is PreviewState.READY
    assert "cut off" in seen.warnings[0]


@pytest.mark.parametrize(
    ("name", "data", "words", "not_words"),
    [
        ("a.eml", samples.MAIL, ["Subject: Café meeting", "From: Rosa Lind", "Please evaluate."], ["alert", "<b>"]),
        ("a.mbox", samples.MAILBOX, ["one", "two"], ["From here"]),
        ("a.txt", b"Caf\xe9 \xc3\xa9, a colour: \x1b[31mred\xe2\x80\xae", ["Café é", "red"], ["\x1b", "\u202e"]),
        ("a.csv", "datum;naïve".encode("utf-16"), ["naïve"], ["\x00"]),
        ("a.rtf", samples.RTF, ["“Call” on 4 May\ncafé"], ["Arial"]),
        ("deep.rtf", rb"{\rtf1 " + b"{" * 40_000 + b"deep" + b"}" * 40_000, ["deep"], []),
    ],
)
def test_text_and_mail_are_read_as_plain_words(see, name, data, words, not_words):
    seen = see(data, name)
    assert (seen.state, seen.page_count) == (PreviewState.READY, None)
    assert [word for word in words if word not in seen.text] == []
    assert [word for word in not_words if word in seen.text] == []


@pytest.mark.parametrize(
    ("name", "data", "state"),
    [
        ("a.docx", samples.office("word"), PreviewState.NONE),
        ("a.docx", samples.old_office("EncryptedPackage"), PreviewState.ENCRYPTED),
        ("a.odt", samples.open_document("text", "<m><encryption-data/></m>"), PreviewState.ENCRYPTED),
        ("a.zip", samples.package(a="1"), PreviewState.NONE),
        ("a.mp3", b"ID3\x04\x00", PreviewState.NONE),
        ("a.msg", samples.old_office("__properties_version1.0"), PreviewState.FAILED),
        ("a.ics", b"BEGIN:VCALENDAR\n", PreviewState.NONE),
    ],
)
def test_kinds_without_a_preview_say_so(see, name, data, state):
    seen = see(data, name)
    assert seen.state is state
    assert seen.note.endswith(".")


def test_a_full_disk_is_the_machines_fault_and_is_raised(see, tmp_path):
    """The page's own file leads to a device that is always full."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "page-00001.jpg").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space left") as full:
        see(samples.pdf(), "a.pdf")
    assert full.value.errno == errno.ENOSPC


def _stream(data: bytes):
    import io

    return io.BytesIO(data)


def _converted(data: bytes, mode: str, kind: str = "TIFF") -> bytes:
    out = _stream(b"")
    with Image.open(_stream(data)) as image:
        if mode == "I;16":
            wide = Image.new("I;16", image.size)
            wide.putdata([value * 257 for value in image.get_flattened_data()])
            wide.save(out, kind)
        else:
            image.convert(mode).save(out, kind)
    return out.getvalue()


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_words_stand_where_the_picture_shows_them(see, turned):
    import io

    with pikepdf.open(io.BytesIO(samples.pdf(1, "Hy-phen’d Ünit"))) as made:
        made.pages[0].Rotate = turned
        made.pages[0].CropBox = [30, 40, 500, 780]
        out = io.BytesIO()
        made.save(out)
    [page] = see(out.getvalue(), "a.pdf").pages
    with Image.open(page.image_path) as drawn:
        ink = drawn.convert("L").point(lambda value: 255 if value < 128 else 0).getbbox()
    sides = list(zip(*(word[1:] for word in page.words), strict=True))
    x0, y0, x1, y1 = min(sides[0]), min(sides[1]), max(sides[2]), max(sides[3])
    assert x0 * page.width - 3 <= ink[0] and y0 * page.height - 3 <= ink[1]
    assert ink[2] <= x1 * page.width + 3 and ink[3] <= y1 * page.height + 3
    assert (x1 - x0) * (y1 - y0) < 0.05


def test_words_that_make_no_sense_are_not_believed():
    from casemgr.storage.preview import _words

    good = ["a", 0.1, 0.1, 0.2, 0.2]
    assert _words({"words": [good]}) == [good]
    for bad in (["a", 0.2, 0.1, 0.1, 0.2], ["a", 0.1, 0.1, float("nan"), 0.2], ["", *good[1:]], ["\x00", *good[1:]],
                ["a", -1, 0, 1, 1], ["a"], "a", ["a", "0", 0, 1, 1], ["a" * 301, *good[1:]]):  # fmt: skip
        assert _words({"words": [good, bad]}) == []
    assert _words({"words": [good] * 4001}) == _words({"words": {}}) == _words({}) == []
