"""A name from outside is data: safe to show, to write and to send back."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casemgr.storage.names import clean_name, content_disposition, extension_of


@pytest.mark.parametrize(
    ("given_name", "kept"),
    [
        ("IEP 2026.pdf", "IEP 2026.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\Rosa\\letter.docx", "letter.docx"),
        ("成績表-résumé.pdf", "成績表-résumé.pdf"),
        ("re\u0301sume\u0301.pdf", "résumé.pdf"),
        ("annex\u202efdp.exe", "annexfdp.exe"),
        ("a\x00b\r\nc.txt", "a b c.txt"),
        ("nul.pdf", "_nul.pdf"),
        ("CON", "_CON"),
        ('what? "this": <it>|*.txt', "what_ _this__ _it___.txt"),
        (" .hidden. ", "hidden"),
        ("letter.pdf . .", "letter.pdf"),
        ("", "paper"),
        ("...", "paper"),
        ("\ud800x.pdf", "_x.pdf"),
    ],
)
def test_a_name_keeps_its_letters_and_loses_its_dangers(given_name, kept):
    assert clean_name(given_name) == kept


def test_a_long_name_keeps_its_extension():
    name = clean_name("成" * 4000 + ".pdf")
    assert name.endswith("成.pdf")
    assert len(name) <= 150
    assert len(name.encode()) <= 230


@given(st.text(max_size=400))
def test_any_name_becomes_one_that_every_file_system_takes(given_name):
    name = clean_name(given_name)
    assert 0 < len(name) <= 150
    assert len(name.encode()) <= 230
    assert not set(name) & set('/\\<>:"|?*')
    assert not any(unicodedata.category(character) in ("Cc", "Zl", "Zp", "Cs") for character in name)
    assert clean_name(name) == name


@given(st.text(max_size=300))
def test_a_download_header_is_one_line_of_ascii(given_name):
    header = content_disposition(given_name)
    assert header.isascii()
    assert header.isprintable()
    assert header.startswith('attachment; filename="')
    assert header.count('"') == 2


def test_a_download_header_carries_the_full_name_and_a_plain_one():
    assert content_disposition("Résumé (2) 100%.pdf") == (
        "attachment; filename=\"Resume (2) 100_.pdf\"; filename*=UTF-8''R%C3%A9sum%C3%A9%20%282%29%20100%25.pdf"
    )
    assert content_disposition("成績表.pdf").startswith('attachment; filename="paper.pdf"; ')


@pytest.mark.parametrize(
    ("name", "extension"),
    [("a.PDF", "pdf"), ("a.pdf.exe", "exe"), ("a.exe. ", "exe"), ("Notes of 4.8", ""), ("Dr. Smith", ""), ("x", "")],
)
def test_only_what_can_be_an_extension_is_one(name, extension):
    assert extension_of(name) == extension
