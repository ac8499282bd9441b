"""A packet read back: every page where the manifest says, every link where it should lead."""

import hashlib
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest

from casemgr.pdf import ExhibitUnreadable, build_packet, style
from casemgr.pdf import model as m
from casemgr.pdf.blocks import Writer
from casemgr.pdf.fonts import Typesetter
from casemgr.pdf.manifest import section_hash
from tests.pdf import samples
from tests.pdf.conftest import Whole, page_texts


def target_page(pdf: pikepdf.Pdf, target: pikepdf.Object) -> int:
    """Return the page (from 1) that a destination leads to."""
    return next(n for n, page in enumerate(pdf.pages, 1) if page.obj.objgen == target[0].objgen)


def links(pdf: pikepdf.Pdf, page: int) -> list[int]:
    """Return the pages that the links of a page lead to."""
    return [target_page(pdf, note.Dest) for note in pdf.pages[page - 1].obj.get("/Annots", [])]


def test_qpdf_finds_no_fault(whole: Whole) -> None:
    done = subprocess.run(["qpdf", "--check", whole.built.path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_page_count_is_that_of_the_manifest(whole: Whole) -> None:
    assert len(whole.pdf.pages) == whole.built.pages == whole.built.manifest["pdf"]["pages"]


def test_a_packet_in_sans_serif_has_no_other_letters_and_the_same_words(whole: Whole, tmp_path: Path) -> None:
    packet = replace(whole.packet, in_sans=True)
    built = build_packet(packet, tmp_path / "sans.pdf")

    def ours(pdf: pikepdf.Pdf) -> set[str]:
        pages = [pdf.pages[number - 1] for first, last in built.sections.values() for number in range(first, last + 1)]
        fonts = [font for page in pages for font in page.obj.Resources.Font.values()]
        return {str(font.BaseFont).partition("+")[2].partition("-")[0] for font in fonts}

    with pikepdf.open(built.path) as pdf:
        assert ours(pdf) == {"SourceSansPro"} and ours(whole.pdf) == {"SourceSansPro", "SourceSerifPro"}
    assert built.sections == whole.built.sections
    words = [" ".join(page.split()) for page in page_texts(built.path)]
    for first, last in built.sections.values():
        for number in range(first, last + 1):
            assert sorted(words[number - 1].split()) == sorted(whole.words[number - 1].split())


def test_every_part_is_on_the_pages_that_the_manifest_names(whole: Whole) -> None:
    heads = {
        "cover": "CONTENTS",
        "filing": "Due Process Complaint and Request",
        "chronology": "Chronology",
        "index": "Exhibit index",
        "certificate": "Certificate of Service",
    }
    for name, words in heads.items():
        assert words in whole.words[whole.built.sections[name][0] - 1].replace("\r\n", " "), name


def test_every_exhibit_has_its_slip_sheet_before_its_pages(whole: Whole) -> None:
    for given, built in zip(whole.packet.exhibits, whole.built.exhibits, strict=True):
        slip = whole.words[built.slip_page - 1]
        assert "EXHIBIT" in slip and given.label in slip and given.title in slip
        assert built.sha256 in slip.replace("\r\n", "") and given.file_name in slip
        native = given.kind is m.ExhibitKind.NATIVE
        assert built.first_page == built.slip_page + (0 if native else 1)


def test_every_link_of_the_index_lands_on_the_slip_sheet_of_its_exhibit(whole: Whole) -> None:
    first, last = whole.built.sections["index"]
    found = [target for page in range(first, last + 1) for target in links(whole.pdf, page)]
    assert set(found) == {exhibit.slip_page for exhibit in whole.built.exhibits}
    assert len(found) >= 3 * len(whole.built.exhibits)  # label, title and page number each


def test_every_slip_sheet_leads_back_to_the_index(whole: Whole) -> None:
    for exhibit in whole.built.exhibits:
        assert links(whole.pdf, exhibit.slip_page) == [whole.built.sections["index"][0]]


def test_the_page_numbers_of_the_index_are_those_of_the_slip_sheets(whole: Whole) -> None:
    index = whole.words[whole.built.sections["index"][0] - 1]
    for exhibit in whole.built.exhibits:
        assert any(line.strip().endswith(str(exhibit.slip_page)) for line in index.splitlines()), exhibit.label


def test_an_exhibit_named_in_a_fact_is_a_link_to_it(whole: Whole) -> None:
    first, last = whole.built.sections["filing"]
    found = {target for page in range(first, last + 1) for target in links(whole.pdf, page)}
    assert {whole.built.exhibits[n].slip_page for n in (0, 1, 2)} <= found


def test_bates_numbers_run_without_a_gap_over_all_exhibit_pages(whole: Whole) -> None:
    numbers = []
    for exhibit in whole.built.exhibits:
        for page in range(exhibit.first_page, exhibit.first_page + exhibit.pages):
            stamp = whole.words[page - 1].strip().splitlines()[-1]
            label, number = stamp.split("·")
            assert label.strip() == exhibit.label
            numbers.append(number.strip())
    assert numbers == [f"SAMPLE-{n:06d}" for n in range(1, len(numbers) + 1)]
    assert whole.built.exhibits[-1].bates_last == numbers[-1]


def test_page_labels_say_what_is_printed(whole: Whole) -> None:
    labels = [page.label for page in whole.pdf.pages]
    assert labels[0] == "1"
    assert labels[whole.built.sections["filing"][0] - 1] == "2"
    assert labels[-1] == str(whole.built.pages)
    for exhibit in whole.built.exhibits:
        assert labels[exhibit.first_page - 1] == exhibit.bates_first
        assert labels[exhibit.first_page + exhibit.pages - 2] == exhibit.bates_last
        if exhibit.first_page > exhibit.slip_page:
            assert labels[exhibit.slip_page - 1] == exhibit.label


def test_page_labels_keep_their_zeros_past_a_power_of_ten(tmp_path: Path) -> None:
    paper = m.Exhibit("P-1", "Long", m.ExhibitKind.PDF, samples.pdf_file(tmp_path / "a.pdf", 14))
    packet = samples.packet(tmp_path, exhibits=(paper,), bates=m.Bates("X", 95, 4))
    built = build_packet(packet, tmp_path / "out.pdf")
    with pikepdf.open(built.path) as pdf:
        first = built.exhibits[0].first_page
        labels = [pdf.pages[first - 1 + n].label for n in range(14)]
    assert labels == [f"X{n:04d}" for n in range(95, 109)]


def test_bookmarks_are_nested_and_lead_to_their_pages(whole: Whole) -> None:
    with whole.pdf.open_outline() as outline:
        top = {item.title: item for item in outline.root}
    assert list(top) == [
        "Cover",
        "Due Process Complaint and Request for a Hearing",
        "Chronology",
        "Exhibit index",
        "Exhibits",
        "Certificate of Service",
    ]
    below = [(item.title, target_page(whole.pdf, item.destination)) for item in top["Exhibits"].children]
    assert below == [
        (f"{given.label} {given.title}", built.slip_page)
        for given, built in zip(whole.packet.exhibits, whole.built.exhibits, strict=True)
    ]
    parts = [item.title for item in top["Due Process Complaint and Request for a Hearing"].children]
    assert parts[0] == "I. The student" and "Issue 2. The IEP does not offer enough reading instruction" in parts
    for item in top["Due Process Complaint and Request for a Hearing"].children:
        heading = item.title.split(". ", 1)[1][:30]
        assert heading in whole.words[target_page(whole.pdf, item.destination) - 1], item.title


def test_hashes_of_the_manifest_are_those_of_the_files(whole: Whole) -> None:
    manifest = json.loads(whole.built.manifest_json)
    assert manifest["pdf"]["sha256"] == hashlib.sha256(whole.built.path.read_bytes()).hexdigest()
    for given, entry in zip(whole.packet.exhibits, manifest["exhibits"], strict=True):
        source = given.path.read_bytes() if given.path else given.text.encode()
        assert entry["source_sha256"] == hashlib.sha256(source).hexdigest()
    assert [section["name"] for section in manifest["sections"]] == list(whole.built.sections)
    for section in manifest["sections"]:
        pages = whole.pdf.pages[section["first_page"] - 1 : section["last_page"]]
        assert section["sha256"] == section_hash(pages)


def test_the_head_of_the_evidence_log_stands_on_the_cover_and_in_the_manifest(tmp_path: Path) -> None:
    head = m.LogHead(12, "0123456789abcdef" * 4)
    built = build_packet(samples.packet(tmp_path, exhibits=(), log_head=head), tmp_path / "out.pdf")
    assert built.manifest["evidence_log"] == {"entries": 12, "head": head.sha256}
    cover = page_texts(built.path)[0]
    assert "12 entries" in cover and head.sha256 in "".join(cover.split())


def test_document_information_is_set_from_the_packet(whole: Whole) -> None:
    info, root = whole.pdf.docinfo, whole.pdf.Root
    assert str(info.Title) == "Due Process Complaint with Exhibits (Juniper Q. Samplewood)"
    assert str(info.Author) == "Rosalind Samplewood"
    assert str(info.CreationDate) == str(info.ModDate) == "D:20261120153000Z"
    assert str(root.Lang) == "en-US" and root.PageMode == "/UseOutlines"
    assert root.ViewerPreferences.DisplayDocTitle


def test_all_our_own_pages_are_letter_and_embed_their_fonts(whole: Whole) -> None:
    for first, last in whole.built.sections.values():
        for page in range(first, last + 1):
            obj = whole.pdf.pages[page - 1].obj
            assert [float(n) for n in obj.MediaBox] == [0, 0, 612, 792]
            for name, font in obj.Resources.Font.items():
                used = name in "".join(str(token) for token in pikepdf.parse_content_stream(obj))
                embedded = "/FontDescriptor" in font and "/FontFile2" in font.FontDescriptor
                assert embedded or not used or font.BaseFont == "/Helvetica", name


def test_a_certificate_without_a_date_leaves_a_blank_and_one_with_a_date_says_it(tmp_path: Path) -> None:
    from dataclasses import replace
    from datetime import date

    blank = build_packet(samples.packet(tmp_path, exhibits=()), tmp_path / "blank.pdf")
    assert "I certify that on ____" in page_texts(blank.path)[-1]
    dated = replace(samples.CERTIFICATE, served_on=date(2026, 11, 21), served_at="3:10 p.m. Eastern")
    built = build_packet(samples.packet(tmp_path, exhibits=(), certificate=dated), tmp_path / "dated.pdf")
    text = page_texts(built.path)[-1].replace("\r\n", " ")
    assert "I certify that on November 21, 2026 at 3:10 p.m. Eastern" in text
    assert f"{built.pages} pages, this page included" in text


def test_the_same_packet_has_the_same_bytes_in_two_processes(tmp_path: Path) -> None:
    script = (
        "import sys; from pathlib import Path; from tests.pdf import samples;"
        "from casemgr.pdf import build_packet; folder = Path(sys.argv[1]); folder.mkdir();"
        "built = build_packet(samples.packet(folder), folder / 'out.pdf');"
        "sys.stdout.write(built.sha256 + ' ' + built.manifest_json.hex())"
    )
    root = Path(__file__).parents[2]
    seen = set()
    for n in (1, 2):
        command = [sys.executable, "-c", script, str(tmp_path / str(n))]
        seen.add(subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout)
    assert len(seen) == 1


def test_progress_counts_up_and_a_cancelled_build_leaves_nothing(tmp_path: Path) -> None:
    packet = samples.packet(tmp_path)
    steps: list[tuple[int, int]] = []
    build_packet(packet, tmp_path / "out.pdf", progress=lambda done, total, _: steps.append((done, total)))
    assert [done for done, _ in steps] == list(range(len(steps))) and len(steps) == steps[0][1]
    before = sorted(path.name for path in tmp_path.iterdir())

    def cancel(done: int, total: int, _words: str) -> None:
        if done == total - 1:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        build_packet(packet, tmp_path / "other.pdf", progress=cancel)
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_a_changed_file_is_refused(tmp_path: Path) -> None:
    paper = m.Exhibit("P-9", "Paper", m.ExhibitKind.PDF, samples.pdf_file(tmp_path / "a.pdf"), sha256="0" * 64)
    with pytest.raises(ExhibitUnreadable, match=r"P-9.*SHA-256 has changed"):
        build_packet(samples.packet(tmp_path, exhibits=(paper,)), tmp_path / "out.pdf")
    assert not (tmp_path / "out.pdf").exists()


@pytest.mark.parametrize("label", ["", "P 1", "<b>", "P-1234567890123456", "П-1"])
def test_a_label_that_cannot_be_stamped_is_refused(label: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="label"):
        m.Exhibit(label, "Paper", m.ExhibitKind.PDF, tmp_path)


def test_two_exhibits_of_one_label_are_refused(tmp_path: Path) -> None:
    paper = m.Exhibit("P-1", "Paper", m.ExhibitKind.TEXT, text="x")
    with pytest.raises(ValueError, match="Two exhibits are labelled P-1"):
        samples.packet(tmp_path, exhibits=(paper, paper))


def test_a_packet_may_be_a_cover_alone(tmp_path: Path) -> None:
    packet = samples.packet(tmp_path, filing=None, chronology=(), exhibits=(), certificate=None)
    assert build_packet(packet, tmp_path / "out.pdf").sections == {"cover": (1, 1)}


@pytest.mark.parametrize("lines, page, shown", [(10, 1, 7), (18, 1, 6), (24, 1, 4), (29, 1, 2)])
def test_an_issue_begins_where_there_is_room_for_its_first_facts(
    lines: int, page: int, shown: int, tmp_path: Path
) -> None:
    """Title, law and the first facts stay together, and the rest runs on: no half page is left bare."""
    words = tuple(f"Sentence number {n} of what happened." for n in range(lines))
    facts = tuple(m.Fact("March 2, 2026", f"Fact number {n}. " + "It went on. " * 20) for n in range(8))
    issue = m.Issue("Nothing was done", ("34 CFR 300.301",), facts, ("Do it",))
    filing = m.Filing("Complaint", samples.filing().caption, (m.Section("Before", (m.Text(words),)),), (issue,))
    built = build_packet(samples.packet(tmp_path, exhibits=(), filing=filing), tmp_path / "out.pdf")
    first, last = built.sections["filing"]
    pages = page_texts(built.path)[first - 1 : last]
    assert "Issue 1." in pages[page] and "34 CFR 300.301" in pages[page]
    here = [n for n in range(8) if f"Fact number {n}." in pages[page]]
    assert here == list(range(shown)) and f"Fact number {shown}." in pages[page + 1]


def test_a_long_cell_of_a_table_is_one_paragraph(tmp_path: Path) -> None:
    said = " ".join(f"Word {n}" for n in range(60))
    grid = m.Grid(("What", "Why"), (("x", said),), (1, 3))
    story = Writer(Typesetter()).grid(grid)
    assert [len(table._cellvalues) for table in story] == [2]  # the heading and one row
    endless = m.Grid(("What", "Why"), (("x", said * 20),), (1, 3))
    (table,) = Writer(Typesetter()).grid(endless)
    padding = [(row[0].topPadding, row[0].bottomPadding) for row in table._cellStyles[1:]]
    assert len(padding) > 2 and set(padding[1:-1]) == {(0, 0)}


def test_a_time_stays_with_its_half_of_the_day() -> None:
    words = style.paragraph(style.when("April 13, 2026, 9:40 p.m."), style.FACT_DATE)
    words.wrap(82, 100)
    assert [line[1] for line in words.blPara.lines] == [["April", "13,", "2026,"], ["9:40\u00a0p.m."]]


@pytest.mark.parametrize("lines", range(20, 60, 3))
def test_a_signature_never_stands_alone_on_its_page(lines: int, tmp_path: Path) -> None:
    words = [f"Sentence number {n} of what happened." for n in range(lines)]
    closing = m.Section("What we ask for", (m.Text(tuple(words)),))
    filing = m.Filing("Complaint", samples.filing().caption, (closing,), signatures=samples.filing().signatures)
    built = build_packet(samples.packet(tmp_path, exhibits=(), filing=filing), tmp_path / "out.pdf")
    first, last = built.sections["filing"]
    signed = [text for text in page_texts(built.path)[first - 1 : last] if "Rosalind Samplewood" in text][-1]
    assert f"Sentence number {lines - 1} of" in signed
