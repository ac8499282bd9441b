"""A letter as it is printed."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, date, datetime

import pikepdf
import pypdfium2
import pytest

from casemgr.pdf import fonts
from casemgr.pdf.letter import Letter, Points, Run, Words, make_letter
from casemgr.platform.page_drawing import NotDrawn, draw

LETTER = Letter(
    letterhead=("Đặng Văn Lâm", "12 Larch Street", "dang@example.org"),
    to=("Nguyễn Thị Hương", "Special education director"),
    subject="Evaluation of Zoë Đặng",
    salutation="Dear Nguyễn Thị Hương:",
    body=(
        Words((Run("Please "), Run("evaluate", bold=True), Run(" Zoë. [[the areas]]", italic=True))),
        Points(((Run("Reading"),), (Run("Writing"),)), ordered=True),
    ),
    closing="Sincerely,",
    signer=("Đặng Văn Lâm", "Parent of Zoë Đặng"),
    enclosures=("Consent form, signed",),
    copies=("Sam Example, Principal",),
    dated=date(2026, 3, 3),
    sent_by="By certified mail",
    made_at=datetime(2026, 3, 3, 12, tzinfo=UTC),
)


SAID = (
    *("Đặng Văn Lâm", "March 3, 2026", "By certified mail", "Nguyễn Thị Hương", "Re: Evaluation of Zoë Đặng"),
    *("Please evaluate Zoë. [the areas]", "1. Reading", "2. Writing", "Sincerely,", "Enclosed: Consent form"),
    "Copy: Sam Example",
)


def words(pdf: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(pdf)
    return [" ".join(page.get_textpage().get_text_range().split()) for page in document]


@pytest.mark.parametrize("look", ["family", "organization", "firm"])
@pytest.mark.parametrize("face", ["serif", "sans"])
def test_a_short_letter_is_one_page_that_says_everything(look: str, face: str) -> None:
    made = make_letter(replace(LETTER, look=look, face=face))
    [text] = words(made.pdf)
    for said in SAID:
        assert said in text, said
    assert "Page" not in text and made.undrawable == ()
    with pikepdf.open(io.BytesIO(made.pdf)) as pdf:
        assert (str(pdf.docinfo["/Title"]), str(pdf.Root.Lang)) == ("Evaluation of Zoë Đặng", "en-US")
        fonts = [font for page in pdf.pages for font in page.Resources.Font.values()]
        drawn_with = [font for font in fonts if font.BaseFont != "/Helvetica"]  # named on each page, never used
        assert drawn_with and all("/FontDescriptor" in font for font in drawn_with)
    assert make_letter(replace(LETTER, look=look, face=face)).pdf == made.pdf


def test_a_typed_signature_stands_where_one_by_hand_would() -> None:
    [text] = words(make_letter(replace(LETTER, signed="/s/ Đặng Văn Lâm")).pdf)
    assert "Sincerely, /s/ Đặng Văn Lâm Đặng Văn Lâm Parent of" in text


def test_later_pages_say_to_whom_when_and_which_page_and_nobody_signs_a_bare_page() -> None:
    body = tuple(Words((Run(f"Paragraph {number}. " + "It goes on and on. " * 20),)) for number in range(12))
    body += (Words((Run("Thank you."),)),)
    pages = words(make_letter(replace(LETTER, body=body)).pdf)
    assert len(pages) >= 2 and f"Page 1 of {len(pages)}" in pages[0]
    for number, text in enumerate(pages[1:], 2):
        assert text.startswith("Nguyễn Thị Hương · March 3, 2026") and f"Page {number} of {len(pages)}" in text
    assert "Paragraph 11" in pages[-1] and "Sincerely," in pages[-1]


def test_a_letter_that_spills_a_little_is_set_on_one_page() -> None:
    def with_lines(count: int) -> Letter:
        return replace(LETTER, body=tuple(Words((Run(f"Line {number} of the letter."),)) for number in range(count)))

    counts = [make_letter(with_lines(count)).pages for count in range(10, 24)]
    assert counts == sorted(counts) and counts.count(1) > 6
    assert words(make_letter(with_lines(9 + counts.count(1))).pdf)[0].endswith("Principal")


def test_what_is_enclosed_and_who_gets_a_copy_never_stand_on_a_page_of_their_own() -> None:
    for count in range(18, 34, 3):
        body = tuple(Words((Run(f"Line {number} of the letter."),)) for number in range(count))
        *_, last = words(make_letter(replace(LETTER, body=body)).pdf)
        assert "Sincerely," in last and "Copy: Sam" in last and f"Line {count - 1} of" in last
    many = make_letter(replace(LETTER, copies=tuple(f"Person {number}" for number in range(300))))
    assert many.pages > 3 and "Person 299" in words(many.pdf)[-1]


def test_what_no_font_can_draw_is_told_and_an_endless_word_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts.system_fonts, "font_for", lambda char: None)
    fonts._font_for.cache_clear()
    made = make_letter(replace(LETTER, body=(Words((Run("Hello \U0001f600"),)), Words((Run("x" * 30_000),)))))
    fonts._font_for.cache_clear()
    assert made.undrawable == ("\U0001f600",) and made.pages > 3 and "[U+1F600]" in words(made.pdf)[0]


def test_it_is_drawn_by_a_child_with_limits() -> None:
    pages = draw(LETTER, pictures=True)
    assert pages.pdf == make_letter(LETTER).pdf and pages.count == len(pages.pictures) == 1
    assert pages.pictures[0].startswith(b"\x89PNG")
    with pytest.raises(NotDrawn, match="Shorten"):
        draw(replace(LETTER, body=("no block",)))  # type: ignore[arg-type]
