"""Every paper gets a PDF to read and to file; what an office document says is found without its own program."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import psutil
import pypdfium2
import pytest
from PIL import Image

from casemgr.pdf import fonts
from casemgr.storage import soffice
from casemgr.storage.preview import preview
from casemgr.storage.renditions import About, How, Rendition, make
from casemgr.storage.sniff import sniff
from casemgr.storage.types import Preview, PreviewState
from tests.storage import office, samples

ABOUT = About("A paper", "a paper.docx", "ab" * 32, 4321)
Render = Callable[..., Rendition | None]


@pytest.fixture
def see(tmp_path: Path) -> Callable[[bytes, str], Preview]:
    def look(data: bytes, name: str) -> Preview:
        path = tmp_path / "object"
        path.write_bytes(data)
        return preview(path, sniff(data[:65536], name, tail=data[-65536:]), tmp_path / "seen")

    return look


@pytest.fixture
def render(see: Callable[[bytes, str], Preview], tmp_path: Path) -> Render:
    def made(data: bytes, name: str, program: soffice.Office | None = None) -> Rendition | None:
        file_type = sniff(data[:65536], name, tail=data[-65536:])
        return make(tmp_path / "object", file_type, see(data, name), tmp_path / "made", ABOUT, program)

    return made


def words_in(path: Path) -> list[str]:
    pdf = pypdfium2.PdfDocument(path)
    return [page.get_textpage().get_text_bounded() for page in pdf]


def test_the_words_of_a_letter_are_read_and_what_a_print_out_hides_is_said(see) -> None:
    changed = "<w:r><w:t>now</w:t></w:r><w:del><w:r><w:delText>before</w:delText></w:r></w:del>"
    seen = see(office.docx("Dear parents", changed, **{"word/comments.xml": "<c/>"}), "a.docx")
    assert (seen.state, seen.text) == (PreviewState.READY, "Dear parents\nnow")
    assert [words.split(".")[0] for words in seen.warnings] == [
        "This document has tracked changes",
        "This document has comments",
    ]


def test_the_cells_of_a_workbook_are_read_dates_as_dates_and_a_hidden_sheet_is_named(see) -> None:
    seen = see(office.xlsx(), "a.xlsx")
    assert seen.text == "Minutes\nSpeech therapy\t\t2026-04-08\n=2+3\tTRUE\n\nNotes (hidden sheet)\nKept back"
    assert seen.warnings == ["The sheet “Notes” is hidden: it is not in the PDF. Open the original to see it."]


def test_slides_and_open_documents_are_read_in_order(see) -> None:
    assert see(office.pptx("First", "Second"), "a.pptx").text == "Slide 1\nFirst\n\nSlide 2\nSecond"
    body = "<text:h>Goals</text:h><text:p>Read<text:s text:c='2'/>aloud<text:line-break/>daily</text:p>"
    assert see(office.odt(body), "a.odt").text == "Goals\nRead  aloud\ndaily"
    seen = see(office.odp(("First", "Say it slowly"), ("Second", "")), "a.odp")
    assert seen.text == "Slide 1\nFirst\n\nSlide 2\nSecond\n\nSpeaker’s notes\nSay it slowly"
    assert [words.split(" are not")[0] for words in seen.warnings] == ["The speaker’s notes"]


def test_a_document_that_declares_entities_or_unpacks_without_end_is_not_read(see) -> None:
    laughs = '<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]>'
    hostile = see(office.docx("<w:r><w:t>&b;</w:t></w:r>", before=laughs), "a.docx")
    assert hostile.state is PreviewState.FAILED and "made to harm" in hostile.note
    file = '<!DOCTYPE d [<!ENTITY f SYSTEM "file:///etc/hostname">]>'
    assert see(office.docx("<w:r><w:t>&f;</w:t></w:r>", before=file), "a.docx").state is PreviewState.FAILED
    assert see(office.docx("x" * (20 << 20)), "a.docx").state is PreviewState.FAILED


def test_a_document_whose_xml_is_cut_still_gives_the_words_before_the_cut(see) -> None:
    cut = office.docx("Dear parents", "<w:r><w:t>and then</w:t>")
    assert see(cut, "a.docx").text.startswith("Dear parents")


def test_plain_text_and_a_letter_become_pages_and_keep_every_word(render: Render) -> None:
    text = "\n".join(f"Line {number} of the call log" for number in range(1, 121))
    made = render(text.encode(), "log.txt")
    assert made and made.how is How.DRAWN and len(made.texts) == 3
    assert "\n".join(made.texts) == text
    shown = words_in(made.path)
    assert "Page 2 of 3" in shown[1] and "Line 120" in shown[2]


def test_an_e_mail_shows_who_and_when_above_what_was_said(render: Render) -> None:
    made = render(samples.MAIL, "mail.eml")
    assert made and made.how is How.DRAWN
    (page,) = words_in(made.path)
    assert all(words in page for words in ("Rosa Lind <rosa@example.org>", "Café meeting", "Please evaluate."))
    assert "alert" not in page


def test_a_letter_that_no_font_here_has_is_told_and_the_text_keeps_it(render: Render) -> None:
    rare = "\N{CUNEIFORM SIGN A}\U00017000\N{SIGNWRITING HAND-FIST INDEX}"
    missing = fonts.undrawable_in(rare)
    assert missing, "This machine has fonts for all of the three scripts that the test tries"
    made = render(f"Well done {missing[0]}".encode(), "note.txt")
    assert made and "stand in it by number" in made.how_made and made.texts == (f"Well done {missing[0]}",)


def test_a_table_repeats_its_head_on_each_page_and_a_very_wide_one_becomes_records(render: Render, tmp_path) -> None:
    rows = "".join(f"2026-05-{1 + n % 28:02},Speech,{n},Delivered\n" for n in range(90))
    made = render(f"date,service,minutes,status\n{rows}".encode(), "log.csv")
    assert made and len(made.texts) > 1
    assert all("service" in page and "Speech" in page for page in words_in(made.path))
    (tmp_path / "made").rename(tmp_path / "first")
    wide = ",".join(f"c{n}" for n in range(30)) + "\n" + ",".join(f"v{n}" for n in range(30)) + "\n"
    made = render(wide.encode(), "wide.csv")
    assert made and "c29: v29" in made.texts[0]


def test_pictures_become_pages_one_each(render: Render, tmp_path: Path) -> None:
    made = render(samples.fax(3), "fax.tif")
    assert made and made.how is How.PICTURE and len(pypdfium2.PdfDocument(made.path)) == 3
    (tmp_path / "made").rename(tmp_path / "first")
    photo = render(samples.heic(), "photo.heic")
    assert photo and len(pypdfium2.PdfDocument(photo.path)) == 1 and b"/DCTDecode" in photo.path.read_bytes()


def test_without_libreoffice_a_slip_stands_in_with_the_words_and_the_hash(render: Render) -> None:
    made = render(office.docx("Dear parents"), "a.docx")
    assert made and made.how is How.TEXT_ONLY and "not installed" in made.how_made
    (page,) = words_in(made.path)
    assert all(words in page for words in ("A paper", "a paper.docx", "4,321 bytes", "ab" * 32, "Dear parents"))


def test_libreoffice_makes_the_pdf_and_reaches_for_nothing_beside_the_document(render: Render, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("TOP SECRET")
    Image.new("RGB", (30, 30), "red").save(f"{secret}.png")
    program = soffice.find()
    assert program is not None, "LibreOffice is missing: see .ci/run"
    made = render(office.reaching_out(str(secret)), "letter.odt", program)
    assert made and made.how is How.OFFICE and made.how_made.startswith("Made into PDF by LibreOffice")
    shown = " ".join(words_in(made.path))
    assert "Dear parents" in shown and "as it was sent" in shown and "SECRET" not in shown
    images = subprocess.run(["pdfimages", "-list", made.path], capture_output=True, text=True, check=True).stdout
    assert len(images.splitlines()) == 2  # the heading only
    assert not Path(f"{secret}.ran").exists()
    assert not [one for one in psutil.process_iter(["cmdline"]) if str(tmp_path) in " ".join(one.info["cmdline"] or [])]
    pipe = soffice.pipe_of(tmp_path / "made" / "office" / "first" / "profile")
    assert not list(Path("/tmp").glob(f"OSL_PIPE_*{pipe}"))


def test_what_libreoffice_cannot_open_is_a_slip_that_says_so(render: Render) -> None:
    made = render(samples.old_office("WordDocument"), "old.doc", soffice.find())
    assert made and made.how is How.TEXT_ONLY and "LibreOffice could not open" in made.how_made


@pytest.mark.parametrize(("stream", "name"), [("PowerPoint Document", "old.ppt"), ("Workbook", "old.xls")])
def test_an_old_office_file_without_libreoffice_is_kept_with_a_slip(render: Render, stream: str, name: str) -> None:
    made = render(samples.old_office(stream), name)
    assert made and made.how is How.TEXT_ONLY and "not installed" in made.how_made
    assert "No words could be read" in words_in(made.path)[0]


def test_the_program_itself_is_found_and_not_the_script_that_starts_it(tmp_path: Path) -> None:
    for name in ("soffice", "soffice.bin"):
        (tmp_path / name).write_text("#!/bin/sh\n")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "bootstraprc").write_text("[Bootstrap]\nProductKey=LibreOffice 9.9\n")
    assert soffice.find(str(tmp_path / "soffice")) == soffice.Office(tmp_path / "soffice.bin", "LibreOffice 9.9")
    assert soffice.find("none") is None and soffice.find(str(tmp_path / "elsewhere" / "soffice")) is None


def test_an_empty_page_of_libreoffice_does_not_stand_for_a_file_that_has_words(
    render: Render, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blank = tmp_path / "blank.pdf"
    blank.write_bytes(samples.pdf_with_contents(b"1 g 0 0 600 700 re f"))
    monkeypatch.setattr(soffice, "to_pdf", lambda *given: blank)
    made = render(office.docx("Dear parents"), "a.docx", soffice.Office(blank, "LibreOffice"))
    assert made and made.how is How.TEXT_ONLY and "empty page" in made.how_made
    assert "Dear parents" in words_in(made.path)[0]
