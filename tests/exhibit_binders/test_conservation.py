"""The proof that a binder keeps its pages: it holds for what was made, and fails for each way to lose a page."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from casemgr.pdf.assemble import build_packet
from casemgr.pdf.check import check_packet
from casemgr.pdf.conservation import prove
from casemgr.pdf.model import Bates, Exhibit, ExhibitKind, Packet
from casemgr.pdf.parts import print_set
from casemgr.pdf.places import BELOW
from tests.documents.paper import pdf, png
from tests.filings.makers import texts


@pytest.fixture
def made(tmp_path: Path) -> tuple[Path, dict[str, Any], dict[str, dict[str, str]]]:
    (tmp_path / "a.pdf").write_bytes(pdf("One", 3))
    (tmp_path / "b.png").write_bytes(png())
    with pikepdf.open(tmp_path / "a.pdf") as given:
        given.add_blank_page()
        given.pages[1].Rotate = 90
        given.save(tmp_path / "c.pdf")
    exhibits = tuple(
        Exhibit(f"P-{n}", name, kind, tmp_path / name, file_name=name)
        for n, (name, kind) in enumerate(
            (("a.pdf", ExhibitKind.PDF), ("b.png", ExhibitKind.IMAGE), ("c.pdf", ExhibitKind.PDF)), 1
        )
    )
    at = datetime(2026, 11, 2, tzinfo=UTC)
    packet = Packet("Exhibits", "J. Example", "", at, "test", exhibits=exhibits, bates=Bates("EX "))
    built = build_packet(packet, tmp_path / "made.pdf")
    sources = {one.label: {"path": str(one.path), "kind": one.kind.value} for one in exhibits}
    return built.path, json.loads(built.manifest_json), sources


def found(made: tuple[Path, dict[str, Any], dict[str, dict[str, str]]], path: Path | None = None) -> dict[str, Any]:
    return prove(path or made[0], made[1], made[2], made[0].parent, lambda now: None)


def test_every_page_is_found_again_and_a_blank_one_is_named(made: Any) -> None:
    proof = found(made)
    assert proof["problems"] == [] and proof["pdf_pages"] == made[1]["pdf"]["pages"]
    assert [(one["compared"], one["blank_in_source"]) for one in proof["exhibits"]] == [(3, []), (1, []), (4, [4])]


def test_without_slip_sheets_the_first_page_is_stamped_and_the_index_leads_there(made: Any, tmp_path: Path) -> None:
    exhibits = tuple(
        Exhibit(label, "A paper", ExhibitKind(one["kind"]), Path(one["path"])) for label, one in made[2].items()
    )
    packet = Packet("Exhibits", "", "", datetime(2026, 11, 2, tzinfo=UTC), "test", exhibits=exhibits, slip_sheets=False)
    built = build_packet(packet, tmp_path / "stamped.pdf")
    assert built.pages == made[1]["pdf"]["pages"] - 3
    assert [(one.slip_page, one.first_page) for one in built.exhibits] == [(3, 3), (6, 6), (7, 7)]
    words = texts(built.path.read_bytes())
    assert "EXHIBIT P-3 · 000005" in words[6] and "EXHIBIT" not in words[7] and "P-3 · 000006" in words[7]
    with pikepdf.open(built.path) as given:
        places = {page.obj.objgen: n for n, page in enumerate(given.pages, 1)}
        index = [places[link.Dest[0].objgen] for link in given.pages[1].obj.Annots]
        assert set(index) == {3, 6, 7}
        with given.open_outline() as outline:
            assert [item.title for item in outline.root] == ["Cover", "Exhibit index", "Exhibits"]
    proof = prove(built.path, json.loads(built.manifest_json), made[2], tmp_path, lambda now: None)
    assert proof["problems"] == []


def test_a_noisy_scan_that_got_a_band_for_its_stamp_is_the_same_dot_for_dot(tmp_path: Path) -> None:
    scan = tmp_path / "scan.pdf"
    with pikepdf.new() as given:
        page = given.add_blank_page(page_size=(612, 792.48))
        noise = bytes(random.Random(7).choices((0, 90, 255, 255, 255, 255), k=612 * 792))
        picture = pikepdf.Stream(given, noise)
        picture.update(pikepdf.Dictionary(Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Image, Width=612, Height=792,
                                          ColorSpace=pikepdf.Name.DeviceGray, BitsPerComponent=8))  # fmt: skip
        page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im=picture))
        page.Contents = given.make_stream(b"q 612 0 0 792.48 0 0 cm /Im Do Q")
        given.save(scan)
    at = datetime(2026, 11, 2, tzinfo=UTC)
    packet = Packet("Exhibits", "", "", at, "test", exhibits=(Exhibit("P-1", "A scan", ExhibitKind.PDF, scan),))
    built = build_packet(packet, tmp_path / "made.pdf")
    manifest = json.loads(built.manifest_json)
    assert manifest["exhibits"][0]["stamps"][0]["place"] == BELOW
    proof = prove(built.path, manifest, {"P-1": {"path": str(scan), "kind": "pdf"}}, tmp_path, lambda now: None)
    assert proof["problems"] == [] and proof["exhibits"][0]["identical"] == 1


def blank(given: pikepdf.Pdf) -> None:
    place = len(given.pages) - 3  # the second page of the last exhibit
    given.pages[place].Contents = given.make_stream(b"")


def twice(given: pikepdf.Pdf) -> None:
    given.pages[3].Contents = given.pages[4].Contents  # page 1 of the first exhibit shows page 2


def gone(given: pikepdf.Pdf) -> None:
    del given.pages[4]


def small(given: pikepdf.Pdf) -> None:
    given.pages[-2].MediaBox = [0, 0, 612, 300]


@pytest.mark.parametrize("harm, words", [
    (blank, "Exhibit P-3, page 2: it does not show what the file shows."),
    (twice, "Exhibit P-1, page 1: it does not show what the file shows."),
    (gone, "are accounted for"),
    (small, "Exhibit P-3, page 3: it does not have the size that it had."),
], ids=["blank", "twice", "gone", "small"])  # fmt: skip
def test_a_lost_page_is_named(made: Any, harm: Callable[[pikepdf.Pdf], None], words: str, tmp_path: Path) -> None:
    with pikepdf.open(made[0]) as given:
        harm(given)
        given.save(tmp_path / "harmed.pdf")
    problems = found(made, tmp_path / "harmed.pdf")["problems"]
    assert any(words in one for one in problems), problems


def test_a_set_to_print_begins_each_exhibit_on_the_front_of_a_sheet(made: Any, tmp_path: Path) -> None:
    count = print_set(made[0], made[1], tmp_path / "print.pdf")
    with pikepdf.open(tmp_path / "print.pdf") as printed:
        assert len(printed.pages) == count and count % 2 == 0
        empty = [n for n, page in enumerate(printed.pages) if not list(pikepdf.parse_content_stream(page))]
    assert len(empty) == count - made[1]["pdf"]["pages"] and all(n % 2 == 1 for n in empty)


def test_a_volume_is_verified_with_the_manifest_of_all(made: Any, tmp_path: Path) -> None:
    other = {"pdf": {"sha256": "0" * 64, "pages": 1}, "sections": [], "exhibits": []}
    beside = tmp_path / "manifest.json"
    beside.write_text(json.dumps({"volumes": [other, made[1]]}))
    checked = check_packet(made[0], beside)
    assert checked.problems == [] and checked.by_hash and checked.exhibits == 3
