"""Names in any script: drawn by a font of the system where there is one, else shown by number and reported."""

from io import BytesIO
from pathlib import Path

import font_source_sans_pro
import pypdfium2
import pytest
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfgen.canvas import Canvas

from casemgr.pdf import build_packet, fonts, system_fonts
from casemgr.pdf import model as m
from casemgr.pdf.shaping import ShapedFont
from tests.pdf import samples
from tests.pdf.conftest import page_texts

ARABIC = "خطة تعليمية فردية للطالبة نور"
CHINESE = "成績表"


def test_a_shaped_font_is_embedded_and_its_words_can_be_found() -> None:
    file = Path(font_source_sans_pro.font_directory) / "SourceSansPro-Regular.ttf"
    font = ShapedFont("System-test", str(file))
    pdfmetrics.registerFont(font)
    words = "Nguyễn Thị Ánh office"
    held = font.shaped(words)
    assert font.stringWidth(held, 10) == pytest.approx(
        pdfmetrics.stringWidth(words, fonts.use(fonts.SANS), 10), rel=0.03
    )
    data = []
    for _ in range(2):
        out = BytesIO()
        canvas = Canvas(out, pagesize=(612, 792), invariant=1)
        canvas.setFont("System-test", 20)
        canvas.drawString(72, 700, held)
        canvas.showPage()
        canvas.save()
        data.append(out.getvalue())
    assert data[0] == data[1], "the same bytes, whatever was drawn before"
    with pypdfium2.PdfDocument(data[0]) as document:
        assert document[0].get_textpage().get_text_range() == words
        low, _ = document[0].render(scale=1).to_pil().convert("L").crop((72, 70, 300, 100)).getextrema()
    assert low < 100  # type: ignore[operator]


def test_words_that_are_read_from_right_to_left_change_places_on_their_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_fonts, "reads_leftward", lambda name, run: True)
    assert fonts.leftward("one two three ", "System-0") == "three two one "
    assert fonts.leftward("one two three", "Serif") == "one two three"


@pytest.mark.parametrize("words", [ARABIC, CHINESE, "हिन्दी नाम", "תוכנית אישית", "Հայաստան"])
def test_a_name_in_another_script_is_printed_or_reported_with_its_numbers(words: str, tmp_path: Path) -> None:
    paper = m.Exhibit("P-1", words, m.ExhibitKind.TEXT, text=words)
    built = build_packet(samples.packet(tmp_path, exhibits=(paper,), student=words), tmp_path / "out.pdf")
    slip = page_texts(built.path)[built.exhibits[0].slip_page - 1].replace("\r\n", " ")
    missing = fonts.undrawable_in(words)
    assert built.undrawable == missing and set(missing) <= set(words)
    for letter in missing:
        assert f"[U+{ord(letter):04X}]" in slip
    if not missing:
        assert words.split()[0] in slip
    else:
        assert any("No font here has these letters" in note for note in built.exhibits[0].notes)


def test_without_a_font_of_the_system_each_letter_is_shown_by_its_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fonts, "_font_for", lambda char, font: font if char.isascii() else None)
    built = build_packet(samples.packet(tmp_path, exhibits=(), title=f"Report {CHINESE}"), tmp_path / "out.pdf")
    assert "Report [U+6210][U+7E3E][U+8868]" in page_texts(built.path)[0].replace("\r\n", " ")
    assert set(CHINESE) <= set(built.undrawable) == set(built.manifest["undrawable"])


def test_the_launcher_can_say_which_scripts_are_covered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_fonts, "font_for", lambda char: "System-0" if char == "ع" else None)
    said = system_fonts.in_words()
    assert "with the fonts of this computer in Arabic." in said and "For Chinese, Japanese" in said
