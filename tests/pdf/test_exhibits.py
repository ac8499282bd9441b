"""Papers from outside: shown as they are, upright, without what acts or tells; unreadable ones are refused."""

import hashlib
import zlib
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from pikepdf import Array, Dictionary, Name, String
from PIL import Image, ImageOps

from casemgr.pdf import ExhibitUnreadable, build_packet, cleaning
from casemgr.pdf import model as m
from tests.pdf import samples
from tests.pdf.conftest import page_texts


def build(path: Path, folder: Path, kind: m.ExhibitKind = m.ExhibitKind.PDF, **changes: object) -> m.BuiltPacket:
    """Build a packet of one exhibit."""
    paper = m.Exhibit("P-1", "Paper", kind, path, file_name=path.name)
    packet = samples.packet(folder, exhibits=(paper,), filing=None, chronology=(), certificate=None, **changes)
    return build_packet(packet, folder / "out.pdf")


def shown(built: m.BuiltPacket, n: int = 0) -> Image.Image:
    """Return an exhibit page as pdfium draws it."""
    with pypdfium2.PdfDocument(built.path) as document:
        return document[built.exhibits[0].first_page - 1 + n].render(scale=1).to_pil().convert("RGB")


def acting_file(path: Path) -> Path:
    """Write a PDF that carries every kind of active content we know of."""
    with pikepdf.open(samples.pdf_file(path, 2), allow_overwriting_input=True) as pdf:
        script = Dictionary(S=Name.JavaScript, JS=String("app.alert('SECRET-SCRIPT')"))
        actions = [
            script,
            Dictionary(S=Name.Launch, F=String("calc.exe")),
            Dictionary(S=Name.SubmitForm, F=String("https://evil.example")),
            Dictionary(S=Name.GoToR, F=String("other.pdf"), D=Array([0, Name.Fit])),
            Dictionary(S=Name.URI, URI=String("javascript:alert(1)")),
            Dictionary(S=Name.URI, URI=String("https://good.example"), Next=script),
        ]
        notes = [
            Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([9, 9, 99, 99]), A=action) for action in actions
        ]
        held = pdf.make_stream(b"SECRET-FILE", Type=Name.EmbeddedFile)
        spec = pdf.make_indirect(Dictionary(Type=Name.Filespec, F=String("x.exe"), EF=Dictionary(F=held)))
        notes.append(Dictionary(Type=Name.Annot, Subtype=Name.FileAttachment, Rect=Array([9, 9, 99, 99]), FS=spec))
        page = pdf.pages[0].obj
        page.Annots = Array([pdf.make_indirect(note) for note in notes])
        page.AA = Dictionary(O=script)
        page.Metadata = pdf.make_stream(b"SECRET-METADATA")
        pdf.Root.OpenAction = script
        pdf.Root.AA = Dictionary(WC=script)
        pdf.Root.Names = Dictionary(
            JavaScript=Dictionary(Names=Array([String("a"), script])),
            EmbeddedFiles=Dictionary(Names=Array([String("x"), spec])),
        )
        pdf.save(path)
    return path


def form_file(path: Path) -> Path:
    """Write a form with one filled text field and a signed signature field."""
    with pikepdf.open(samples.pdf_file(path, 1), allow_overwriting_input=True) as pdf:
        look = pdf.make_stream(
            b"BT /F1 12 Tf 2 2 Td (FILLED-IN) Tj ET", Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 200, 20])
        )
        look.Resources = Dictionary(
            Font=Dictionary(F1=Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica))
        )
        page = pdf.pages[0].obj
        field = pdf.make_indirect(
            Dictionary(
                Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=String("name"), V=String("FILLED-IN"), F=4,
                Rect=Array([90, 300, 290, 320]), AP=Dictionary(N=look),
                AA=Dictionary(K=Dictionary(S=Name.JavaScript, JS=String("SECRET-SCRIPT"))),
            )
        )  # fmt: skip
        signed = pdf.make_indirect(Dictionary(FT=Name.Sig, T=String("sig"), V=Dictionary(Type=Name.Sig)))
        page.Annots = Array([field])
        pdf.Root.AcroForm = Dictionary(Fields=Array([field, signed]), XFA=pdf.make_stream(b"SECRET-XFA"))
        pdf.save(path)
    return path


def all_bytes(path: Path) -> bytes:
    """Return a PDF with every stream unpacked, to search in."""
    plain = path.with_suffix(".plain.pdf")
    with pikepdf.open(path) as pdf:
        pdf.save(plain, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.generalized)
    return plain.read_bytes()


def test_active_content_does_not_travel(tmp_path: Path) -> None:
    built = build(acting_file(tmp_path / "a.pdf"), tmp_path)
    data = all_bytes(built.path)
    for word in (b"SECRET", b"/JavaScript", b"/Launch", b"/SubmitForm", b"/GoToR", b"javascript:", b"calc.exe",
                 b"/OpenAction", b"/AA "):  # fmt: skip
        assert word not in data, word
    with pikepdf.open(built.path) as pdf:
        assert list(pdf.attachments) == ["manifest.json"], "ours, and none that came along"
    assert b"https://good.example" in data
    assert any("were removed" in note for note in built.exhibits[0].notes)
    assert any("attached inside" in note for note in built.exhibits[0].notes)


def test_a_form_is_drawn_onto_its_page_and_its_signature_noted(tmp_path: Path) -> None:
    built = build(form_file(tmp_path / "a.pdf"), tmp_path)
    data = all_bytes(built.path)
    assert "FILLED-IN" in page_texts(built.path)[built.exhibits[0].first_page - 1]
    assert b"SECRET" not in data and b"/Widget" not in data and b"/AcroForm" not in data
    notes = " ".join(built.exhibits[0].notes)
    assert "ends the digital signature" in notes and "XFA" in notes


def test_links_within_an_exhibit_still_lead_to_its_own_pages(tmp_path: Path) -> None:
    file = samples.pdf_file(tmp_path / "a.pdf", 3)
    with pikepdf.open(file, allow_overwriting_input=True) as pdf:
        third = pdf.pages[2].obj
        pdf.Root.Names = Dictionary(Dests=Dictionary(Names=Array([String("end"), Array([third, Name.Fit])])))
        targets: list[dict[str, object]] = [
            {"Dest": Array([third, Name.Fit])},
            {"Dest": String("end")},
            {"A": Dictionary(S=Name.GoTo, D=String("end"))},
            {"Dest": String("nowhere")},
        ]
        bare = {"Rect": Array([0, 0, 9, 9]), "Border": Array([0, 0, 0])}
        pdf.pages[0].obj.Annots = Array(
            [Dictionary(Type=Name.Annot, Subtype=Name.Link, **bare, **target) for target in targets]
        )
        pdf.save()
    built = build(file, tmp_path)
    first = built.exhibits[0].first_page
    with pikepdf.open(built.path) as pdf:
        notes = pdf.pages[first - 1].obj.Annots
        found = [(note.Dest if "/Dest" in note else note.A.D)[0].objgen for note in notes]
        assert found == [pdf.pages[first + 1].obj.objgen] * 3


def test_what_notes_say_when_they_are_pressed_stays_behind_and_the_page_looks_as_before(tmp_path: Path) -> None:
    """A lawyer's remark on a page is not seen where the page is printed, but by everybody who opens the file."""
    file = samples.pdf_file(tmp_path / "a.pdf", 1)
    with pikepdf.open(file, allow_overwriting_input=True) as pdf:

        def note(kind: str, x: int, **more: object) -> Dictionary:
            told = {
                "Contents": String(f"SECRET{kind}"),
                "T": String("SECRETAUTHOR"),
                "Rect": Array([x, 100, x + 40, 140]),
            }
            return pdf.make_indirect(Dictionary(Type=Name.Annot, Subtype=Name(f"/{kind}"), **told | more))

        sticky = note("Text", 20, Name=Name.Note, C=Array([1, 1, 0]))
        sticky.Popup = note("Popup", 300, Parent=sticky, Open=True)
        seen = note("FreeText", 100, Contents=String("SEEN"), DA=String("/Helv 12 Tf 0 g"), F=4)
        corners = Array([200, 140, 240, 140, 200, 100, 240, 100])
        marks = [note("Highlight", 200, QuadPoints=corners, C=Array([1, 0, 0])), note("FreeText", 400, F=2)]
        pdf.pages[0].obj.Annots = Array([sticky, sticky.Popup, seen, *marks])
        pdf.save()
    before = pypdfium2.PdfDocument(file)[0].render(scale=1).to_pil().convert("RGB")
    built = build(file, tmp_path)
    data = all_bytes(built.path)
    assert b"SECRET" not in data and b"SEEN" in data
    assert cleaning.UNSEEN in str(built.exhibits[0].notes)
    place = (0, 600, 612, 700)  # the notes, without the stamps
    assert shown(built).crop(place).tobytes() == before.crop(place).tobytes()


def test_a_hidden_layer_stays_hidden(tmp_path: Path) -> None:
    file = samples.pdf_file(tmp_path / "a.pdf", 1)
    with pikepdf.open(file, allow_overwriting_input=True) as pdf:
        layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String("Notes")))
        pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(OFF=Array([layer])))
        page = pdf.pages[0].obj
        page.Resources.Properties = Dictionary(L1=layer)
        page.Contents = pdf.make_stream(b"/OC /L1 BDC 1 0 0 rg 100 100 300 300 re f EMC")
        pdf.save()
    assert shown(build(file, tmp_path)).getpixel((250, 600)) == (255, 255, 255)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", ["jpg", "png"])
def test_a_picture_stands_as_its_orientation_says(orientation: int, suffix: str, tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    file = samples.picture_file(tmp_path / f"a.{suffix}", (500, 400), exif=exif)
    upright = ImageOps.exif_transpose(Image.open(file)).convert("RGB")
    page = shown(build(file, tmp_path, m.ExhibitKind.IMAGE))
    box = (
        ImageOps.invert(page.convert("L"))
        .point(lambda v: 255 * (v > 60))
        .crop((0, 0, page.width, page.height - 40))
        .getbbox()
    )
    assert box is not None
    seen = page.crop(box).resize((8, 8), Image.Resampling.BOX)
    wanted = upright.resize((8, 8), Image.Resampling.BOX)
    for x in range(1, 7):
        for y in range(1, 7):
            (a, *_), (b, *_) = wanted.getpixel((x, y)), seen.getpixel((x, y))  # type: ignore[misc]
            green_a, green_b = wanted.getpixel((x, y))[1], seen.getpixel((x, y))[1]  # type: ignore[index]
            assert abs(a - b) < 80 and abs(green_a - green_b) < 80, (x, y)


def test_what_a_camera_writes_does_not_travel_but_its_pixels_do(tmp_path: Path) -> None:
    file = samples.phone_file(tmp_path / "a.jpg")
    assert b"SECRETPHONE" in file.read_bytes() and b"SECRETCOMMENT" in file.read_bytes()
    built = build(file, tmp_path, m.ExhibitKind.IMAGE)
    assert b"SECRET" not in all_bytes(built.path)
    assert any("Camera data" in note for note in built.exhibits[0].notes)
    with pikepdf.open(built.path) as pdf:
        picture = pdf.pages[built.exhibits[0].first_page - 1].obj.Resources.XObject.Picture
        made = tmp_path / "made.jpg"
        made.write_bytes(picture.read_raw_bytes())
    assert Image.open(made).tobytes() == Image.open(file).tobytes()


def test_a_picture_hides_nothing_behind_its_end(tmp_path: Path) -> None:
    file = samples.picture_file(tmp_path / "a.jpg", (80, 60))
    file.write_bytes(file.read_bytes() + b"SECRET-TAIL")
    assert b"SECRET" not in all_bytes(build(file, tmp_path, m.ExhibitKind.IMAGE).path)


@pytest.mark.parametrize("suffix", ["webp", "bmp", "gif", "heic", "tif"])
def test_every_kind_of_picture_is_shown(suffix: str, tmp_path: Path) -> None:
    if suffix == "heic":
        import pillow_heif

        pillow_heif.register_heif_opener()
    file = samples.picture_file(tmp_path / f"a.{suffix}", (400, 300))
    page = shown(build(file, tmp_path, m.ExhibitKind.IMAGE))
    red, green, _ = page.getpixel((page.width // 2 - 130, page.height // 2 - 100))  # type: ignore[misc]
    assert page.size == (792, 612) and red > 200 and green < 60


def test_each_page_of_a_fax_is_a_page_and_its_flat_pixels_are_stretched(tmp_path: Path) -> None:
    frames = [Image.new("1", (1728, 1100), 0) for _ in range(3)]
    file = tmp_path / "fax.tif"
    frames[0].save(file, save_all=True, append_images=frames[1:], compression="group4", dpi=(204, 98))
    built = build(file, tmp_path, m.ExhibitKind.IMAGE)
    assert built.exhibits[0].pages == 3
    page = shown(built, 2)
    assert page.size == (612, 792)  # 1728 x 1100 dots are a portrait sheet at 204 x 98 dots an inch


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P", "CMYK", "I;16", "1", "L"])
def test_every_colour_mode_is_printable(mode: str, tmp_path: Path) -> None:
    image = Image.new("RGBA", (300, 300), (0, 0, 0, 0))
    image.paste((200, 0, 0, 255), (0, 0, 150, 300))
    if mode == "I;16":
        image = Image.new("I;16", (300, 300), 60000)
        image.paste(20000, (0, 0, 150, 300))
    elif mode not in {"RGBA", "LA"}:
        paper = Image.new("RGBA", image.size, "white")
        paper.alpha_composite(image)
        image = paper.convert("RGB")
    file = tmp_path / "a.tif"
    (image if image.mode == mode else image.convert(mode)).save(file)
    page = shown(build(file, tmp_path, m.ExhibitKind.IMAGE)).convert("L")
    left, right = page.getpixel((page.width // 2 - 60, 380)), page.getpixel((page.width // 2 + 60, 380))
    assert left < 150 and right > 220  # type: ignore[operator]


def plain(path: Path) -> Path:
    return samples.pdf_file(path, 2)


def password(path: Path) -> Path:
    with pikepdf.open(plain(path), allow_overwriting_input=True) as pdf:
        pdf.save(path, encryption=pikepdf.Encryption(user="secret", owner="owner"))
    return path


def no_pages(path: Path) -> Path:
    with pikepdf.new() as pdf:
        pdf.save(path)
    return path


def garbage(path: Path) -> Path:
    path.write_bytes(b"%PDF-1.7\n" + bytes(500))
    return path


def cut(path: Path) -> Path:
    data = samples.pdf_file(path, 6).read_bytes()
    path.write_bytes(data[: len(data) // 2])
    return path


def zeroed(path: Path) -> Path:
    with pikepdf.open(samples.pdf_file(path, 2), allow_overwriting_input=True) as pdf:
        broken = bytearray(zlib.compress(b"BT (lost) Tj ET " * 500))
        broken[20:60] = bytes(40)
        pdf.pages[1].obj.Contents = pdf.make_stream(bytes(broken), Filter=Name.FlateDecode)
        pdf.save(path, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return path


def bomb(path: Path) -> Path:
    with pikepdf.open(samples.pdf_file(path, 1), allow_overwriting_input=True) as pdf:
        packed = zlib.compressobj(9)
        data = b"".join(packed.compress(bytes(1_000_000)) for _ in range(300)) + packed.flush()
        pdf.pages[0].obj.Contents = pdf.make_stream(zlib.compress(data), Filter=Array([Name.FlateDecode] * 2))
        pdf.save(path, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return path


def empty(path: Path) -> Path:
    path.write_bytes(b"")
    return path


def missing(path: Path) -> Path:
    return path


def too_long(path: Path) -> Path:
    return samples.pdf_file(path, 21)


def test_pages_that_unpack_to_too_much_together_are_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = samples.pdf_file(tmp_path / "a.pdf", 3)
    build(file, tmp_path)
    monkeypatch.setattr(cleaning, "MAX_CONTENTS", 100)
    with pytest.raises(ExhibitUnreadable, match="page 1 of the PDF unpacks to an impossible size"):
        build(file, tmp_path)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (password, "needs a password"),
        (no_pages, "no pages"),
        (garbage, "damaged or is not a PDF"),
        (cut, "damaged"),
        (zeroed, "page 2 cannot be read"),
        (bomb, "impossible size"),
        (too_long, "more than 20 pages"),
        (missing, "cannot be opened"),
        (empty, "is empty"),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_what_cannot_be_read_is_refused_in_plain_words_before_anything_is_written(
    make: object, reason: str, tmp_path: Path
) -> None:
    file = make(tmp_path / "a.pdf")  # type: ignore[operator]
    with pytest.raises(ExhibitUnreadable, match=reason) as refused:
        build(file, tmp_path, max_pages_per_exhibit=20)
    assert refused.value.label == "P-1" and refused.value.remedy
    assert not list(tmp_path.glob("*out*"))


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"not a picture", "damaged or of an unknown kind"), (b"", "empty"), (b"\xff\xd8\xff\xe0", "damaged")],
)
def test_a_picture_that_cannot_be_read_is_refused(data: bytes, reason: str, tmp_path: Path) -> None:
    file = tmp_path / "a.jpg"
    file.write_bytes(data)
    with pytest.raises(ExhibitUnreadable, match=reason):
        build(file, tmp_path, m.ExhibitKind.IMAGE)


def test_a_cut_picture_and_one_of_too_many_pixels_are_refused(tmp_path: Path) -> None:
    whole = samples.picture_file(tmp_path / "a.jpg").read_bytes()
    (tmp_path / "cut.jpg").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ExhibitUnreadable, match="damaged"):
        build(tmp_path / "cut.jpg", tmp_path, m.ExhibitKind.IMAGE)
    Image.new("1", (13_000, 13_000)).save(tmp_path / "huge.png")
    with pytest.raises(ExhibitUnreadable, match="million pixels"):
        build(tmp_path / "huge.png", tmp_path, m.ExhibitKind.IMAGE)


def test_an_owner_password_does_not_keep_a_paper_out(tmp_path: Path) -> None:
    file = plain(tmp_path / "a.pdf")
    with pikepdf.open(file, allow_overwriting_input=True) as pdf:
        pdf.save(file, encryption=pikepdf.Encryption(user="", owner="owner"))
    built = build(file, tmp_path)
    assert "Source page 2" in page_texts(built.path)[built.exhibits[0].first_page]
    with pikepdf.open(built.path) as pdf:
        assert not pdf.is_encrypted


def test_a_native_file_is_named_with_size_and_hash_and_takes_one_bates_number(tmp_path: Path) -> None:
    file = tmp_path / "minutes.xlsx"
    file.write_bytes(b"PK" + bytes(998))
    built = build(file, tmp_path, m.ExhibitKind.NATIVE)
    text = page_texts(built.path)[built.exhibits[0].slip_page - 1].replace("\r\n", " ")
    for words in ("delivered separately", "minutes.xlsx", "1,000 bytes", hashlib.sha256(file.read_bytes()).hexdigest()):
        assert words in text
    assert built.exhibits[0].bates_first == built.exhibits[0].bates_last == "SAMPLE-000001"
    assert "SAMPLE-000001" in text


def test_a_pdf_that_was_made_of_a_file_is_printed_under_the_hash_of_the_file(tmp_path: Path) -> None:
    file, pdf = tmp_path / "letter.docx", samples.pdf_file(tmp_path / "made.pdf", 2)
    file.write_bytes(b"PK" + bytes(998))
    of_file, of_pdf = (hashlib.sha256(one.read_bytes()).hexdigest() for one in (file, pdf))
    paper = m.Exhibit(
        "P-1", "Letter", m.ExhibitKind.PDF, file, file_name=file.name, sha256=of_file, rendition=pdf,
        rendition_sha256=of_pdf, rendition_note="Made into PDF by an office program.",
    )  # fmt: skip
    built = build_packet(samples.packet(tmp_path, exhibits=(paper,)), tmp_path / "out.pdf")
    (exhibit,) = built.manifest["exhibits"]
    assert (exhibit["source_sha256"], exhibit["rendition_sha256"], exhibit["pages"]) == (of_file, of_pdf, 2)
    assert exhibit["notes"][0] == "Made into PDF by an office program."
    texts = page_texts(built.path)
    assert "Source page 2" in texts[built.exhibits[0].first_page]
    slip = texts[built.exhibits[0].slip_page - 1]
    assert of_file in slip and "A PDF made from this file" in slip
    pdf.write_bytes(samples.pdf_file(tmp_path / "other.pdf", 3).read_bytes())
    with pytest.raises(ExhibitUnreadable, match="SHA-256 has changed"):
        build_packet(samples.packet(tmp_path, exhibits=(paper,)), tmp_path / "out.pdf")


def test_the_pages_of_one_file_listed_twice_are_both_there(tmp_path: Path) -> None:
    file = samples.pdf_file(tmp_path / "a.pdf", 1)
    with pikepdf.open(file, allow_overwriting_input=True) as pdf:
        pdf.pages.append(pdf.pages[0])
        pdf.save()
    built = build(file, tmp_path)
    texts = page_texts(built.path)[built.exhibits[0].first_page - 1 :]
    assert ["SAMPLE-000001" in texts[0], "SAMPLE-000002" in texts[1]] == [True, True]
    assert "SAMPLE-000001" not in texts[1]
