"""What other makers of exhibit binders are known to get wrong; each is a promise here."""

from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from pikepdf import Array, Dictionary, Name, String

from casemgr.pdf import ExhibitUnreadable, build_packet, cleaning
from casemgr.pdf import model as m
from tests.pdf import odd, samples
from tests.pdf.conftest import Whole, page_texts


def one(path: Path, folder: Path, **changes: object) -> m.BuiltPacket:
    paper = m.Exhibit("P-1", "Paper", m.ExhibitKind.PDF, path)
    packet = samples.packet(folder, exhibits=(paper,), filing=None, chronology=(), certificate=None, **changes)
    return build_packet(packet, folder / "out.pdf")


def first_page(built: m.BuiltPacket) -> int:
    return built.exhibits[0].first_page - 1


def test_the_page_that_a_link_leads_to_is_not_blank(tmp_path: Path) -> None:
    file = samples.pdf_file(tmp_path / "a.pdf", 3)
    with pikepdf.open(file, allow_overwriting_input=True) as pdf:
        for target in (1, 2):
            to = Array([pdf.pages[target].obj, Name.Fit])
            link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 99, 99]), Dest=to)
            page = pdf.pages[0].obj
            page.Annots = Array([*page.get("/Annots", []), link])
        pdf.save()
    built = one(file, tmp_path)
    with pypdfium2.PdfDocument(file) as before, pypdfium2.PdfDocument(built.path) as after:
        for n in range(3):
            page = after[first_page(built) + n]
            assert f"Source page {n + 1}" in page.get_textpage().get_text_range()
            upper = (0, 0, 612, 740)
            pictures = [one.render(scale=1).to_pil().convert("L").crop(upper) for one in (before[n], page)]
            assert pictures[0].tobytes() == pictures[1].tobytes()


def test_an_owner_password_keeps_no_paper_out_and_a_user_password_is_named_before_anything_is_drawn(
    tmp_path: Path,
) -> None:
    papers = []
    for n, (user, owner) in enumerate((("", "boss"), ("secret", "boss"), ("", "")), 1):
        file = samples.pdf_file(tmp_path / f"{n}.pdf", 1, words=f"Paper {n}")
        with pikepdf.open(file, allow_overwriting_input=True) as pdf:
            locks = pikepdf.Permissions(extract=False, modify_assembly=False, print_highres=False)
            pdf.save(file, encryption=pikepdf.Encryption(user=user, owner=owner, allow=locks) if owner else False)
        papers.append(m.Exhibit(f"P-{n}", f"Paper {n}", m.ExhibitKind.PDF, file))
    said: list[str] = []
    built = build_packet(
        samples.packet(tmp_path, exhibits=tuple(papers)),
        tmp_path / "out.pdf",
        progress=lambda done, total, now: said.append(now),
        left_out=lambda problem: said.append(f"{problem.label}: {problem.reason}"),
    )
    assert said.index("P-2: the PDF needs a password.") < said.index("Drawing the pages")
    texts = "".join(page_texts(built.path))
    assert "Paper 1 page 1" in texts and "Paper 3 page 1" in texts and len(built.exhibits) == 2
    with pikepdf.open(built.path) as pdf:
        assert not pdf.is_encrypted
    with pytest.raises(ExhibitUnreadable, match=r"P-2.*needs a password"):
        build_packet(samples.packet(tmp_path, exhibits=tuple(papers)), tmp_path / "second.pdf")
    assert not (tmp_path / "second.pdf").exists()


def field(pdf: pikepdf.Pdf, name: str, y: float, **keys: object) -> pikepdf.Object:
    made = Dictionary(Type=Name.Annot, Subtype=Name.Widget, T=String(name), F=4, Rect=Array([90, y, 290, y + 20]))
    for key, value in keys.items():
        made[f"/{key}"] = value
    return pdf.make_indirect(made)


def form(path: Path, *, in_form: bool, needed: bool) -> Path:
    """Write a form: a text without a look of its own, one with a look, a ticked box, a chosen word."""
    with pikepdf.open(samples.pdf_file(path, 1), allow_overwriting_input=True) as pdf:
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding)
        fonts = Dictionary(Font=Dictionary(Helv=font))

        def look(commands: bytes) -> pikepdf.Object:
            return pdf.make_stream(
                commands, Type=Name.XObject, Subtype=Name.Form, BBox=Array([0, 0, 200, 20]), Resources=fonts
            )

        drawn = Dictionary(N=look(b"BT /Helv 12 Tf 2 4 Td (ALREADY DRAWN) Tj ET"))
        box = Dictionary(N=Dictionary(Yes=look(b"BT /Helv 12 Tf 2 4 Td (TICKED) Tj ET"), Off=look(b"")))
        every = [
            field(pdf, "b", 600, FT=Name.Tx, V=String("ALREADY DRAWN"), DA=String("/Helv 12 Tf 0 g"), AP=drawn),
            field(pdf, "c", 550, FT=Name.Btn, V=Name.Yes, AS=Name.Yes, AP=box),
        ]
        if in_form:
            words = {"FT": Name.Tx, "V": String("TYPED IN"), "DA": String("/Helv 12 Tf 0 g")}
            every.append(field(pdf, "a", 500, **words))
            choice = {"FT": Name.Ch, "Ff": 1 << 17, "Opt": Array([String("CHOSEN")]), "V": String("CHOSEN")}
            every.append(field(pdf, "d", 450, **choice, DA=String("/Helv 12 Tf 0 g")))
            pdf.Root.AcroForm = Dictionary(Fields=Array(every), DR=fonts, NeedAppearances=needed)
        pdf.pages[0].obj.Annots = Array(every)
        pdf.save(path)
    return path


@pytest.mark.parametrize("needed", [True, False])
def test_what_was_filled_into_a_form_is_still_there(needed: bool, tmp_path: Path) -> None:
    built = one(form(tmp_path / "a.pdf", in_form=True, needed=needed), tmp_path)
    text = page_texts(built.path)[first_page(built)]
    for words in ("ALREADY DRAWN", "TICKED", "TYPED IN", "CHOSEN"):
        assert words in text
    with pikepdf.open(built.path) as pdf:
        assert "/AcroForm" not in pdf.Root and "/Annots" not in pdf.pages[first_page(built)].obj


def test_readers_that_count_other_pages_are_told(tmp_path: Path) -> None:
    tree = b"<</Type/Pages/Kids[3 0 R]/Count 7>>"
    commands = b"<</Length %d>>\nstream\n%b\nendstream" % (len(odd.COMMANDS), odd.COMMANDS)
    (tmp_path / "a.pdf").write_bytes(odd.by_hand([odd.HEAD[0], tree, odd.HEAD[2], commands]))
    (exhibit,) = one(tmp_path / "a.pdf", tmp_path).exhibits
    assert exhibit.notes == ("Another reader counts 7 pages in it, not 1: compare it with the original.",)


def bare_form(path: Path) -> Path:
    """Write a form as most programs write it: its font says no measures, or is not there at all."""
    with pikepdf.open(samples.pdf_file(path, 1), allow_overwriting_input=True) as pdf:
        codes = Array([Array([String("b"), String("Banana")])])
        named, missing = {"DA": String("/Helv 12 Tf 0 g")}, {"DA": String("/Gone 12 Tf 0 g")}
        every = [
            field(pdf, "comb", 600, FT=Name.Tx, V=String("12345"), Ff=1 << 24, MaxLen=10, **named),
            field(pdf, "lines", 550, FT=Name.Tx, V=String("First\rSecond"), Ff=1 << 12, **named),
            field(pdf, "word", 500, FT=Name.Tx, V=String("hidden"), Ff=1 << 13, **named),
            field(pdf, "fruit", 450, FT=Name.Ch, V=String("b"), Ff=1 << 17, Opt=codes, **named),
            field(pdf, "other", 400, FT=Name.Tx, V=String("Third"), Ff=1 << 12, **missing),
        ]
        font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica)
        fonts = Dictionary(Font=Dictionary(Helv=font))
        pdf.Root.AcroForm = Dictionary(Fields=Array(every), DR=fonts, NeedAppearances=True)
        pdf.pages[0].obj.Annots = Array(every)
        pdf.save(path)
    return path


def test_a_form_whose_font_says_no_measures_keeps_its_words_and_hides_its_passwords(tmp_path: Path) -> None:
    built = one(bare_form(tmp_path / "a.pdf"), tmp_path)
    text = "".join(page_texts(built.path)[first_page(built)].split())
    for words in ("12345", "First", "Second", "******", "Banana", "Third"):
        assert words in text
    assert "hidden" not in text
    assert not [said for said in built.exhibits[0].notes if "could not be drawn" in said]


def test_a_tick_that_has_no_look_is_drawn_and_an_empty_box_stays_empty(tmp_path: Path) -> None:
    with pikepdf.open(samples.pdf_file(tmp_path / "a.pdf", 1), allow_overwriting_input=True) as pdf:
        boxes = [
            field(pdf, "ticked", 600, FT=Name.Btn, V=Name.Yes, AS=Name.Yes),
            field(pdf, "empty", 500, FT=Name.Btn, V=Name.Off, AS=Name.Off),
        ]
        pdf.Root.AcroForm, pdf.pages[0].obj.Annots = Dictionary(Fields=Array(boxes)), Array(boxes)
        pdf.save(tmp_path / "a.pdf")
    built = one(tmp_path / "a.pdf", tmp_path)
    with pypdfium2.PdfDocument(built.path) as document:
        page = document[first_page(built)].render(scale=1).to_pil().convert("L")
    ticked, empty = (page.crop((92, 792 - y - 19, 288, 792 - y - 1)).getextrema()[0] for y in (600, 500))
    assert ticked < 60 and empty == 255


def test_fields_without_a_look_are_drawn_as_readers_draw_them(tmp_path: Path) -> None:
    """Words in the middle and at the right, in any script, as large as fits; what is chosen in a list; frames."""
    long = " ".join(f"word{n}" for n in range(60))
    name = "Nguy\u1ec5n Th\u1ecb \u00c1nh"
    frame = Dictionary(BG=Array([1, 1, 0]), BC=Array([1, 0, 0]), CA=String("Send"))
    fruits = Array([String("Apple"), Array([String("b"), String("Banana")]), String("Cherry")])
    named = {"DA": String("/Helv 10 Tf 0 g")}
    with pikepdf.open(samples.pdf_file(tmp_path / "a.pdf", 1), allow_overwriting_input=True) as pdf:
        every = [
            field(pdf, "middle", 600, FT=Name.Tx, V=String("Mid"), Q=1, **named),
            field(pdf, "right", 560, FT=Name.Tx, V=String("End"), Q=2, **named),
            field(pdf, "name", 520, FT=Name.Tx, V=String(name), **named),
            field(pdf, "long", 440, FT=Name.Tx, V=String(long), Ff=1 << 12, DA=String("/Helv 0 Tf 0 g")),
            field(pdf, "list", 360, FT=Name.Ch, V=Array([String("b")]), Opt=fruits, **named),
            field(pdf, "button", 300, FT=Name.Btn, Ff=1 << 16, MK=frame, **named),
            field(pdf, "empty", 260, FT=Name.Tx, MK=frame, **named),
        ]
        for one_field in every[3:5]:
            one_field.Rect[3] = float(one_field.Rect[3]) + 40
        pdf.Root.AcroForm, pdf.pages[0].obj.Annots = Dictionary(Fields=Array(every)), Array(every)
        pdf.save(tmp_path / "a.pdf")
    built = one(tmp_path / "a.pdf", tmp_path)
    assert not [said for said in built.exhibits[0].notes if "could not be drawn" in said]
    with pypdfium2.PdfDocument(built.path) as document:
        page = document[first_page(built)]
        text = page.get_textpage()
        said = "".join(text.get_text_range().split())
        assert "".join(name.split()) in said and "".join(long.split()) in said

        def sides(words: str) -> tuple[float, float]:
            at, count = text.search(words).get_next()
            return text.get_charbox(at)[0], text.get_charbox(at + count - 1)[2]

        assert abs(sum(sides("Mid")) / 2 - 190) < 1 and abs(sides("End")[1] - 288) < 1
        assert abs(sum(sides("Send")) / 2 - 190) < 1
        shown = page.render(scale=1).to_pil().convert("RGB")
    row = {n: shown.getpixel((285, 792 - 420 + 8 + 11 * n)) for n in range(3)}
    assert row[1] != (255, 255, 255) and row[0] == row[2] == (255, 255, 255), "Banana"
    for bottom in (300, 260):
        assert shown.getpixel((280, 792 - bottom - 3)) == (255, 255, 0)
        assert shown.getpixel((90, 792 - bottom - 10)) == (255, 0, 0)


def test_fields_that_no_form_lists_are_still_there(tmp_path: Path) -> None:
    built = one(form(tmp_path / "a.pdf", in_form=False, needed=False), tmp_path)
    text = page_texts(built.path)[first_page(built)]
    assert "ALREADY DRAWN" in text and "TICKED" in text


def test_our_pages_are_letter_and_each_exhibit_keeps_its_size(tmp_path: Path) -> None:
    sizes = [(612, 792), (595.28, 841.89), (792, 612), (1224, 792), (300, 420)]
    papers = [
        m.Exhibit(f"P-{n}", "x", m.ExhibitKind.PDF, samples.pdf_file(tmp_path / f"{n}.pdf", 1, size))
        for n, size in enumerate(sizes, 1)
    ]
    built = build_packet(samples.packet(tmp_path, exhibits=tuple(papers)), tmp_path / "out.pdf")
    with pypdfium2.PdfDocument(built.path) as document:
        exhibits = {exhibit.first_page - 1 for exhibit in built.exhibits}
        assert [document.get_page_size(n) for n in sorted(exhibits)] == [
            pytest.approx(size, abs=0.01) for size in sizes
        ]
        own = [document.get_page_size(n) for n in range(len(document)) if n not in exhibits]
        assert set(own) == {(612.0, 792.0)}


def test_an_index_row_that_is_longer_than_a_page_goes_on_on_the_next(tmp_path: Path) -> None:
    title = " ".join(f"t{n}" for n in range(1500))
    words = " ".join(f"d{n}" for n in range(1500))
    rows = (("P-1", "Short", ""), ("P-2", title, words), ("P-3", "Short", ""))
    papers = tuple(
        m.Exhibit(label, long, m.ExhibitKind.TEXT, None, "2026", more, text="x") for label, long, more in rows
    )
    built = build_packet(samples.packet(tmp_path, exhibits=papers), tmp_path / "out.pdf")
    first, last = built.sections["index"]
    assert last > first + 2
    printed = " ".join(page_texts(built.path)[first - 1 : last]).split()
    assert [word for word in printed if word[0] == "t" and word[1:].isdigit()] == title.split()
    assert [word for word in printed if word[0] == "d" and word[1:].isdigit()] == words.split()
    assert "P-3" in printed


def test_a_vietnamese_title_is_printed_in_index_slip_and_bookmark(tmp_path: Path) -> None:
    title = "Thư mời họp nhóm IEP của Nguyễn Thị Ánh"
    paper = m.Exhibit("P-1", title, m.ExhibitKind.TEXT, text=title)
    built = build_packet(samples.packet(tmp_path, exhibits=(paper,), student=title), tmp_path / "out.pdf")
    texts = [" ".join(text.split()) for text in page_texts(built.path)]
    for page in (1, built.sections["index"][0], built.exhibits[0].slip_page, built.exhibits[0].first_page):
        assert title in texts[page - 1], page
    assert built.undrawable == ()
    with pikepdf.open(built.path) as pdf, pdf.open_outline() as outline:
        (group,) = [item for item in outline.root if item.title == "Exhibits"]
        assert group.children[0].title == f"P-1 {title}"


def test_labels_language_title_and_bookmarks_are_there(whole: Whole) -> None:
    root = whole.pdf.Root
    assert str(root.Lang) == "en-US" and root.ViewerPreferences.DisplayDocTitle
    assert "/PageLabels" in root and "/Outlines" in root
    labels = [page.label for page in whole.pdf.pages]
    assert len(labels) == whole.built.pages and labels.count("SAMPLE-000001") == 1


def test_a_page_with_more_notes_than_a_reader_bears_keeps_as_many_as_it_bears(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Poppler gives up a page with over 10,000 annotations, and with it every later page of the file."""
    assert cleaning.MOST_NOTES <= 10_000
    monkeypatch.setattr(cleaning, "MOST_NOTES", 3)
    notes = b"[" + b"<</Subtype/Link/Rect[1 1 5 5]/Border[0 0 0]/A<</S/URI/URI(https://a.b)>>>>" * 4 + b"]"
    (tmp_path / "many.pdf").write_bytes(odd.drawing(odd.BAR, pages=2, Annots=pikepdf.Object.parse(notes)))
    built = one(tmp_path / "many.pdf", tmp_path)
    with pikepdf.open(built.path) as pdf:
        kept = [len(page.obj.get("/Annots", ())) for page in pdf.pages[first_page(built) :]]
    assert kept == [3, 3]
    assert built.exhibits[0].notes[1] == "Page 2 has more than 3 notes and links: the others were left out."


def test_a_lock_that_is_no_password_is_named(tmp_path: Path) -> None:
    lock = b"<</Filter/Adobe.PubSec/SubFilter/adbe.pkcs7.s4/V 2/Length 128/Recipients[<00>]>>"
    data = odd.by_hand([*odd.HEAD, b"<</Length 0>>\nstream\n\nendstream", lock])
    (tmp_path / "a.pdf").write_bytes(data.replace(b"/Root 1 0 R", b"/Root 1 0 R/Encrypt 5 0 R/ID[<00><00>]"))
    with pytest.raises(ExhibitUnreadable, match=r"locked in a way that only certain people .* print it to a new PDF"):
        one(tmp_path / "a.pdf", tmp_path)


def test_a_form_whose_page_draws_nothing_that_is_a_drawing_is_bound(tmp_path: Path) -> None:
    with pikepdf.open(form(tmp_path / "a.pdf", in_form=True, needed=False), allow_overwriting_input=True) as pdf:
        pdf.pages[0].obj.Contents = Array([1, Name.X])
        pdf.save(tmp_path / "a.pdf")
    built = one(tmp_path / "a.pdf", tmp_path)
    assert "TYPED IN" in page_texts(built.path)[first_page(built)]
