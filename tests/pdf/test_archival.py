"""PDF/A-2b: what is our own conforms; what is not is named by exhibit, page and rule; what is drawn keeps its words."""

import json
from dataclasses import replace
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from pikepdf import Array, Dictionary, Name

from casemgr.filings.building import NotConforming
from casemgr.filings.conforming import ONLY, PICTURES, build_conforming
from casemgr.pdf import archival, build_packet
from casemgr.pdf import model as m
from casemgr.pdf.check import check_packet
from casemgr.pdf.conservation import prove
from casemgr.pdf.letter import Letter, Run, Words, make_letter
from casemgr.pdf.parts import one_part
from casemgr.pdf.renditions import text_pdf
from casemgr.pdf.sheets import Sheet, make_sheet
from tests.pdf import samples


def without_fonts(path: Path) -> Path:
    """Write a PDF of two pages: a line, and a link that no printer shows; words in a font that is not in it."""
    samples.pdf_file(path, 2)
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        page = pdf.pages[0].obj
        page.Contents, page.Resources = pdf.make_stream(b"0 0 1 RG 10 10 200 300 re S"), Dictionary()
        uri = Dictionary(S=Name.URI, URI=pikepdf.String("https://example.org"))
        link = Dictionary(Type=Name.Annot, Subtype=Name.Link, Rect=Array([0, 0, 99, 99]), A=uri)
        page.Annots = Array([link])
        page.Trans = Dictionary(S=Name.Dissolve)
        pdf.save()
    return path


def packet(folder: Path, *exhibits: m.Exhibit) -> m.Packet:
    return samples.packet(folder, exhibits=exhibits, chronology=(), filing=None, certificate=None)


def test_all_that_we_draw_conforms_and_says_so(tmp_path: Path) -> None:
    kinds = [one for one in samples.exhibits(tmp_path) if one.kind is not m.ExhibitKind.PDF]
    (tmp_path / "sheet.pdf").write_bytes(make_sheet(Sheet("A sheet", ("Heading",), samples.MADE_AT, ("Sample",))))
    letter = Letter(("A. Sample",), ("B. Sample",), "Records", "Dear B:", (Words((Run("Hello."),)),), "Yours,", (),
                    samples.MADE_AT)  # fmt: skip
    (tmp_path / "letter.pdf").write_bytes(make_letter(letter).pdf)
    text_pdf("Some words", tmp_path / "text.pdf", "words.txt", 3)
    made = ("sheet", "letter", "text")
    kinds += [m.Exhibit(f"P-{name}", name, m.ExhibitKind.PDF, tmp_path / f"{name}.pdf") for name in made]
    whole = replace(samples.packet(tmp_path, exhibits=tuple(kinds)), archival=True)
    built = build_packet(whole, tmp_path / "out.pdf")
    assert archival.breaches(built.path) == []
    with pikepdf.open(built.path) as pdf:
        assert "/EmbeddedFiles" not in pdf.Root.get("/Names", Dictionary()) and not pdf.is_encrypted
        with pdf.open_metadata() as said:
            assert (said["pdfaid:part"], said["pdfaid:conformance"]) == ("2", "B")
            assert said["dc:title"] == str(pdf.docinfo["/Title"])
        (intent,) = pdf.Root.OutputIntents
        assert intent.S == Name.GTS_PDFA1 and intent.DestOutputProfile.N == 3
    assert built.manifest["conforms_to"] == "PDF/A-2b" and built.manifest["checked_with"].startswith("pikepdf ")
    beside = tmp_path / "out.json"
    beside.write_bytes(built.manifest_json)
    assert check_packet(built.path, beside).problems == []


def test_the_same_packet_is_the_same_bytes_and_what_is_not_asked_for_is_not_claimed(tmp_path: Path) -> None:
    small = packet(tmp_path, m.Exhibit("P-1", "x", m.ExhibitKind.TEXT, text="x"))
    twice = [build_packet(replace(small, archival=True), tmp_path / f"{n}.pdf").sha256 for n in (1, 2)]
    assert twice[0] == twice[1]
    built = build_packet(small, tmp_path / "out.pdf")
    with pikepdf.open(built.path) as pdf:
        assert b"pdfaid" not in pdf.Root.Metadata.read_bytes() and "/OutputIntents" not in pdf.Root
    assert "conforms_to" not in built.manifest


def test_a_page_that_does_not_conform_is_named_and_then_drawn_with_its_words(tmp_path: Path) -> None:
    paper = m.Exhibit("P-1", "Paper", m.ExhibitKind.PDF, without_fonts(tmp_path / "a.pdf"))
    good = m.Exhibit("P-2", "Text", m.ExhibitKind.TEXT, text="A line of words. " * 40)
    given = packet(tmp_path, paper, good)
    folder = tmp_path / "made"
    folder.mkdir()
    with pytest.raises(NotConforming) as unmet:
        build_conforming(given, folder, lambda *_: None, wish=ONLY)
    assert "Exhibit P-1, page 2: a font is not in the file (ISO 19005-2, 6.2.11.4.1)." in str(unmet.value)
    assert not list(folder.glob("*.pdf"))
    made, fitted = build_conforming(given, folder, lambda *_: None, wish=PICTURES)
    assert archival.breaches(made.pdf) == []
    manifest = json.loads(made.manifest.read_bytes())
    row = manifest["exhibits"][0]
    assert row["as_pictures"] == [[2, 2]] and "Page 2 drawn as pictures" in row["notes"][0]
    with pikepdf.open(made.pdf) as pdf:
        first, second = (pdf.pages[row["first_page"] - 1 + n].obj for n in (0, 1))
        assert "/A" in first.Annots[0] and first.Annots[0].F == 4 and "/Trans" not in first
        assert any(one.get("/Subtype") == Name.Image for one in second.Resources.XObject.values())
    with pypdfium2.PdfDocument(made.pdf) as document:
        assert "Source page 2" in document[row["first_page"]].get_textpage().get_text_range()
    sources = {one.label: {"path": str(one.path), "kind": one.kind.value} for one in given.exhibits}
    assert prove(made.pdf, manifest, sources, tmp_path, lambda now: None)["problems"] == []
    assert fitted.exhibits[1] == good
    one_part(made.pdf, manifest, "P-1", tmp_path / "P-1.pdf")
    assert archival.breaches(tmp_path / "P-1.pdf") == []


def test_each_way_not_to_conform_is_told_by_its_page(tmp_path: Path) -> None:
    path = samples.pdf_file(tmp_path / "a.pdf", 5)
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        for page in pdf.pages:
            page.obj.Contents, page.obj.Resources = pdf.make_stream(b"0 0 9 9 re S"), Dictionary()
        pdf.pages[1].obj.Contents = pdf.make_stream(b"0 1 1 0 k 0 0 99 99 re f")
        layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=pikepdf.String("Layer")))
        pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(OFF=Array([layer])))
        pdf.pages[2].obj.Contents = pdf.make_stream(b"/OC /L BDC 0 0 99 99 re f EMC")
        pdf.pages[2].obj.Resources = Dictionary(Properties=Dictionary(L=layer))
        pdf.pages[3].obj.Annots = Array([Dictionary(Type=Name.Annot, Subtype=Name.Square, Rect=Array([1, 1, 9, 9]))])
        pdf.save()
    paper = m.Exhibit("P-1", "Paper", m.ExhibitKind.PDF, path, only_pages=(2, 5))
    with pytest.raises(archival.NotArchival) as unmet:
        build_packet(replace(packet(tmp_path, paper), archival=True), tmp_path / "out.pdf")
    found = {page for label, one in unmet.value.found for page in one.pages if label == "P-1"}
    assert found == {2, 3, 4} and {label for label, _ in unmet.value.found} == {"P-1"}
    assert not list(tmp_path.glob("*out.pdf*"))
