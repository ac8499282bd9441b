"""What people type is data: any length, any script, any mark-up."""

from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from casemgr.pdf import Sheet, build_packet, fonts, make_sheet
from casemgr.pdf import model as m
from casemgr.pdf.fonts import Typesetter, clean, pieces
from casemgr.pdf.textpages import LINES_A_PAGE, WIDTH, fold, pages_of, width_of
from tests.pdf import samples
from tests.pdf.conftest import page_texts

NASTY = [
    pytest.param('<b>bold?</b> & "quoted" <para> </para> &amp; <img src="x"/> {}', id="mark-up"),
    pytest.param("Nguyễn Thị Hồng, Đặng; Żółć; Ærøskøbing", id="Vietnamese, Polish, Danish"),
    pytest.param("Жанна Їжак; Ελένη", id="Cyrillic and Greek"),
]


def everywhere(words: str, folder: Path) -> m.Packet:
    """Return a packet that shows the words in every place that takes words."""
    signer = m.Signature(words, words, (words,))
    section = m.Section(
        words,
        (
            m.Text((words,)),
            m.Text((words,), numbered=True),
            m.Fields(((words, words),)),
            m.Items((words,)),
            m.Grid((words, words), ((words, words),)),
        ),
        words,
    )
    issue = m.Issue(words, (words,), (m.Fact(words, words, words),), (words,), words)
    filing = m.Filing(
        words, m.Caption(words, ((words, words),), words), (section,), (issue,), (section,), (signer,), (words,), words
    )
    paper = m.Exhibit("P-1", words, m.ExhibitKind.TEXT, None, words, words, words, text=words)
    return samples.packet(
        folder,
        title=words,
        student=words,
        forum=words,
        docket=words,
        filer=words,
        filer_contact=(words,),
        parties=((words, words),),
        filing=filing,
        chronology=(m.ChronologyRow(words, words, words, "P-1"),),
        exhibits=(paper,),
        certificate=m.CertificateOfService(words, (m.Recipient(*[words] * 4),), None, words, (signer,), words, words),
        confidential=words,
    )


@pytest.mark.parametrize("words", NASTY)
def test_every_place_prints_the_words_as_they_are(words: str, tmp_path: Path) -> None:
    built = build_packet(everywhere(words, tmp_path), tmp_path / "out.pdf")
    text = "".join(page_texts(built.path)).replace("\r\n", "").replace(" ", "").replace("\ufffe", "")
    # Running heads may cut; the filing, index, slip sheet and certificate print in full.
    assert text.count(words.replace(" ", "")) >= 25
    assert built.undrawable == ()


@pytest.mark.parametrize(
    "words",
    [
        pytest.param("word " * 2000, id="10,000 characters"),
        pytest.param("x" * 10_000, id="10,000 letters without a space"),
        pytest.param("line\n" * 1000, id="1,000 lines"),
        pytest.param("成績表 個別教育計画 한국어 简体中文 繁體", id="Chinese, Japanese, Korean"),
        pytest.param("תוכנית חינוך אישית; خطة تعليمية", id="Hebrew and Arabic"),
        pytest.param("👩‍👧 😀 🇺🇸", id="emoji"),
        pytest.param("a\u0300\u0301\u0302" * 50, id="stacked accents"),
        pytest.param("\x00\x07\x1b[31m\ud800 \u202egnp.exe\ufeff\uffff", id="controls, a lone surrogate, an override"),
        pytest.param("   \t \u00a0 ", id="nothing but space"),
        pytest.param("", id="nothing"),
    ],
)
def test_no_text_can_break_a_packet(words: str, tmp_path: Path) -> None:
    built = build_packet(everywhere(words, tmp_path), tmp_path / "out.pdf")
    assert len(page_texts(built.path)) == built.pages
    assert built.exhibits[0].slip_page == built.sections["index"][1] + 1


def test_a_long_paragraph_is_printed_to_its_end(tmp_path: Path) -> None:
    words = " ".join(f"w{n}" for n in range(2000))
    filing = replace(samples.filing(), sections=(m.Section("All", (m.Text((words,)),)),))
    row = m.ChronologyRow("2026", words, "Log")
    built = build_packet(samples.packet(tmp_path, filing=filing, chronology=(row,), exhibits=()), tmp_path / "out.pdf")
    pages = page_texts(built.path)
    for section in ("filing", "chronology"):
        first, last = built.sections[section]
        printed = " ".join(pages[first - 1 : last]).split()
        assert [word for word in printed if word.startswith("w") and word[1:].isdigit()] == words.split()


def test_what_cannot_be_drawn_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "_font_for", lambda char, font: font if char.isascii() else None)
    built = build_packet(samples.packet(tmp_path, student="Noor نور 😀"), tmp_path / "out.pdf")
    assert {*"نور😀"} <= set(built.undrawable)
    assert built.manifest["undrawable"] == list(built.undrawable)


def test_a_direction_override_in_a_file_name_is_made_visible() -> None:
    assert clean("invoice\u202efdp.exe") == "invoice[U+202E]fdp.exe"


@given(st.text(max_size=200))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_text_becomes_a_sheet(words: str) -> None:
    sheet = Sheet(words, (words, m.Text((words,)), m.Fields(((words, words),))), samples.MADE_AT, (words,))
    with pypdfium2.PdfDocument(make_sheet(sheet)) as document:
        assert len(document) >= 1


@given(st.text(max_size=3000), st.integers(5, 400), st.integers(1, 12))
@settings(max_examples=150, deadline=None)
def test_pieces_lose_nothing_but_space(text: str, characters: int, lines: int) -> None:
    parts = pieces(text, characters, lines)
    assert "".join("".join(parts).split()) == "".join(text.split())
    assert all(len(part) <= characters and part.count("\n") <= lines for part in parts)


@given(st.text(st.characters(codec="latin-1"), max_size=600))
@settings(max_examples=100, deadline=None)
def test_folded_lines_fit_and_lose_nothing_but_space(text: str) -> None:
    line = clean(text).replace("\n", " ")
    parts = list(fold(line))
    assert "".join("".join(parts).split()) == "".join(line.split())
    assert all(width_of(part) <= WIDTH + 0.001 for part in parts)


def test_text_is_cut_into_full_pages_and_stops_past_the_limit() -> None:
    assert [len(page) for page in pages_of("\n".join("abc"), 10)] == [3]
    assert len(pages_of("x\n" * (LINES_A_PAGE * 3), 10)) == 4
    assert len(pages_of("x\n" * 100_000, 10)) == 11


def test_markup_is_escaped_and_a_missing_letter_is_taken_from_another_font() -> None:
    type_ = Typesetter()
    assert type_.markup("<i>&") == "&lt;i&gt;&amp;"
    assert type_.markup("ễ", "Serif-Italic") == '<font name="Serif">ễ</font>'
    assert not type_.undrawable


def test_a_sheet_is_the_same_twice_and_holds_its_words() -> None:
    sheet = Sheet(
        "Progress report",
        ("Reading", m.Text(("Forty-eight words <b>a minute</b>.",)), m.Grid(("Goal", "Now"), (("90", "48"),))),
        samples.MADE_AT,
        ("Mossbank Elementary School",),
        (("To", "Rosalind Samplewood"),),
        (m.Signature("Lucille Lorem", "Reading specialist"),),
        "Fictional sample",
        "Mossbank",
    )
    data = make_sheet(sheet)
    assert data == make_sheet(sheet)
    with pypdfium2.PdfDocument(data) as document:
        text = document[0].get_textpage().get_text_range()
    for words in ("Fictional sample", "Progress report", "<b>a minute</b>", "Lucille Lorem", "Page 1"):
        assert words in text
