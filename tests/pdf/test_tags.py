"""The structure of our own pages and letters, read back as a screen reader would."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from casemgr.pdf import build_packet, cutting, parts
from casemgr.pdf import letter as l
from casemgr.pdf import model as m
from casemgr.pdf.sheets import Sheet, make_sheet
from tests.pdf import samples
from tests.pdf.conftest import Whole

Element = Dictionary


def kids(element: Any) -> list[Any]:
    inside = element.get("/K", Array())
    return list(inside) if isinstance(inside, Array) else [inside]


def elements(element: Any) -> Iterator[Element]:
    """All elements below one, in reading order."""
    for kid in kids(element):
        if isinstance(kid, Dictionary) and "/S" in kid:
            yield kid
            yield from elements(kid)


def roles(element: Any) -> list[str]:
    return [str(kid.S)[1:] for kid in kids(element) if isinstance(kid, Dictionary) and "/S" in kid]


def named(root: Any, role: str) -> list[Element]:
    return [one for one in elements(root) if f"/{role}" == one.S]


def on_page(pdf: pikepdf.Pdf, number: int, role: str) -> list[Element]:
    """Elements of a role with a piece on that page (from 1)."""
    page = pdf.pages[number - 1].obj.objgen

    def is_there(one: Element) -> bool:
        pieces = [one, *elements(one)]
        pieces += [kid for piece in pieces for kid in kids(piece) if isinstance(kid, Dictionary) and "/MCID" in kid]
        return any(piece.get("/Pg", Dictionary()).objgen == page for piece in pieces)

    return [one for one in named(pdf.Root.StructTreeRoot, role) if is_there(one)]


def sound(pdf: pikepdf.Pdf) -> None:
    """Each marked piece of our pages and each of their links belongs to one element, which knows it."""
    tree = pdf.Root.StructTreeRoot
    nums = list(tree.ParentTree.Nums)
    parents = dict(zip(map(int, nums[::2]), nums[1::2], strict=True))
    assert list(parents) == list(range(tree.ParentTreeNextKey))
    held: Counter[tuple[tuple[int, int], int]] = Counter()
    led = set()
    for one in elements(tree):
        for kid in kids(one):
            if isinstance(kid, int):
                held[one.Pg.objgen, kid] += 1
            elif kid.get("/Type") == Name.MCR:
                held[kid.Pg.objgen, int(kid.MCID)] += 1
            elif kid.get("/Type") == Name.OBJR:
                assert Name.Link == one.S and parents[int(kid.Obj.StructParent)].objgen == one.objgen
                led.add(kid.Obj.objgen)
    assert set(held.values()) == {1}
    for page in pdf.pages:
        if page.obj.get("/Tabs") == Name.S:
            found = {number for number, _ in marks(page)}
            assert {number for at, number in held if at == page.obj.objgen} == found
            assert len(parents[int(page.obj.StructParents)]) == len(found)
            assert {link.objgen for link in page.obj.get("/Annots", [])} <= led
            nothing_outside(page)


def marks(page: pikepdf.Page) -> list[tuple[int, str]]:
    return [
        (int(given[1].MCID), str(given[0])[1:])
        for given, operator in pikepdf.parse_content_stream(page)
        if str(operator) == "BDC" and "/MCID" in given[1]
    ]


def nothing_outside(page: pikepdf.Page) -> None:
    """All that is drawn is marked, as a piece of text or as an artifact."""
    depth = 0
    for _, operator in pikepdf.parse_content_stream(page):
        depth += {"BDC": 1, "BMC": 1, "EMC": -1}.get(str(operator), 0)
        assert depth > 0 or str(operator) not in ("Tj", "TJ", "'", "S", "f", "B", "Do", "f*"), str(operator)


def test_every_piece_and_link_of_a_packet_is_in_its_structure(whole: Whole) -> None:
    sound(whole.pdf)
    assert whole.pdf.Root.MarkInfo.Marked is True


def test_the_index_is_a_table_with_a_heading_row_and_links(whole: Whole) -> None:
    first, last = whole.built.sections["index"]
    assert first == last
    (table,) = on_page(whole.pdf, first, "Table")
    rows = kids(table)
    assert [roles(row) for row in rows] == [["TH"] * 5, *[["TD"] * 5] * 6]
    assert all(cell.A.Scope == Name.Column for cell in kids(rows[0]))
    for row in rows[1:]:
        label, described, _, _, page = kids(row)
        assert roles(label) == roles(page) == ["Link"] and "Link" in roles(described)
    link = next(kid for kid in kids(named(rows[1], "Link")[0]) if isinstance(kid, Dictionary))
    assert str(link.Obj.Contents) == "P-1"


def test_headings_pairs_facts_and_points_are_told_as_such(whole: Whole) -> None:
    tree = whole.pdf.Root.StructTreeRoot
    assert len(named(tree, "H1")) >= 5 and len(named(tree, "H2")) >= 5 and named(tree, "H3")
    (cover,) = on_page(whole.pdf, 1, "Table")[:1]
    assert roles(kids(cover)[0]) == ["TH", "TD"] and kids(kids(cover)[0])[0].A.Scope == Name.Row
    lists = named(tree, "L")
    assert lists and all(set(roles(one)) == {"LI"} for one in lists)
    facts = [one for one in lists if "Lbl" in roles(kids(one)[0])]
    assert [len(kids(one)) for one in facts] == [3, 2]
    slip = whole.built.exhibits[0].slip_page
    assert len(on_page(whole.pdf, slip, "Link")) == 1


def test_a_table_over_pages_is_one_table_and_its_heading_row_is_told_once(tmp_path: Path) -> None:
    rows = tuple(m.ChronologyRow(f"Day {n}", "It happened. " * (300 if n == 3 else 3)) for n in range(36))
    built = build_packet(
        samples.packet(tmp_path, exhibits=(), filing=None, certificate=None, chronology=rows), tmp_path / "out.pdf"
    )
    with pikepdf.open(built.path) as pdf:
        sound(pdf)
        first, last = built.sections["chronology"]
        assert last > first + 1
        tables = [on_page(pdf, number, "Table") for number in range(first, last + 1)]
        assert all(len(found) == 1 and found[0].objgen == tables[0][0].objgen for found in tables)
        assert [len(kids(row)) for row in kids(tables[0][0])] == [3] * 37
        assert len(named(tables[0][0], "TH")) == 3


@pytest.mark.parametrize("paragraphs", [2, 14])
def test_a_letter_has_its_subject_as_heading_its_points_and_copies(paragraphs: int) -> None:
    run = (l.Run("The school has not answered since January, and we ask again. " * 4),)
    body = (*[l.Words(run)] * paragraphs, l.Points((run, run, run), ordered=True))
    made = l.make_letter(
        l.Letter(("A. Sample", "14 Placeholder Lane"), ("The district",), "Records", "Dear Director:", body, "Yours,",
                 ("A. Sample",), samples.MADE_AT, copies=("The file",), language="es")
    )  # fmt: skip
    with pikepdf.open(io.BytesIO(made.pdf)) as pdf:
        sound(pdf)
        tree = pdf.Root.StructTreeRoot
        assert len(named(tree, "H1")) == 1 and str(pdf.Root.Lang) == "es" and str(pdf.docinfo["/Title"]) == "Records"
        (points,) = named(tree, "L")
        assert roles(points) == ["LI"] * 3
        (copies,) = named(tree, "Table")
        assert roles(kids(copies)[0]) == ["TH", "TD"]


def test_a_sheet_with_a_long_grid_and_boxes_is_told(tmp_path: Path) -> None:
    long = "word " * 900
    blocks = (
        m.Grid(("What", "How long"), (("a", "b"), ("c", long), ("", "d")), (1, 1)),
        m.Items(("One", "Two"), boxes=True),
        m.Fields((("Name", "Value"),)),
    )
    with pikepdf.open(io.BytesIO(make_sheet(Sheet("A sheet", blocks, samples.MADE_AT, marking="Sample")))) as pdf:
        sound(pdf)
        grid, fields = named(pdf.Root.StructTreeRoot, "Table")
        assert [roles(row) for row in kids(grid)] == [["TH", "TH"], *[["TD", "TD"]] * 3]
        assert roles(kids(fields)[0]) == ["TH", "TD"]
        (boxes,) = named(pdf.Root.StructTreeRoot, "L")
        assert roles(boxes) == ["LI", "LI"]


def test_a_long_title_in_the_index_is_one_row(tmp_path: Path) -> None:
    papers = tuple(m.Exhibit(f"P-{n}", "title " * (1 if n == 1 else 900), m.ExhibitKind.TEXT, text="x") for n in (1, 2))
    built = build_packet(replace(samples.packet(tmp_path, exhibits=papers), filing=None), tmp_path / "out.pdf")
    with pikepdf.open(built.path) as pdf:
        (table,) = on_page(pdf, built.sections["index"][0], "Table")
        assert len(kids(table)) == 3


def has_words(link: Element) -> bool:
    return any(isinstance(kid, int) or "/MCID" in kid for kid in kids(link))


def spoken(root: Any) -> list[str]:
    """Roles in reading order."""
    return [str(one.S)[1:] for one in elements(root)]


def test_parts_and_the_set_to_print_say_what_the_whole_says_of_their_pages(whole: Whole, tmp_path: Path) -> None:
    manifest = {**whole.built.manifest, "conforms_to": ""}
    labels = [row["label"] for row in manifest["exhibits"]]
    told = []
    for label in ("index", *labels):
        parts.one_part(whole.built.path, manifest, label, tmp_path / "part.pdf")
        with pikepdf.open(tmp_path / "part.pdf") as part:
            sound(part)
            assert part.Root.MarkInfo.Marked is True and all("/StructParents" in page.obj for page in part.pages)
            told += spoken(part.Root.StructTreeRoot.K)
            if label == "index":
                scopes = {str(one.A.Scope) for one in named(part.Root.StructTreeRoot, "TH")}
                assert scopes == {"/Row", "/Column"}
            else:
                (section,) = kids(part.Root.StructTreeRoot.K)
                assert Name.Sect == section.S and str(section.T).startswith(f"{label} ")
    assert "Link" not in told and "Span" in told  # there is nothing to lead to
    heard = [one for one in elements(whole.pdf.Root.StructTreeRoot.K) if Name.Link != one.S or has_words(one)]
    unlinked = Counter("Span" if Name.Link == one.S else str(one.S)[1:] for one in heard)
    assert Counter(told) == unlinked
    parts.print_set(whole.built.path, manifest, tmp_path / "print.pdf")
    with pikepdf.open(tmp_path / "print.pdf") as printed:
        sound(printed)
        assert Counter(spoken(printed.Root.StructTreeRoot.K)) == unlinked
    (piece,) = cutting.cut(whole.built.path, 100_000_000, tmp_path)
    with pikepdf.open(piece.path) as part:
        sound(part)


def test_links_of_an_exhibit_are_told_and_go_along_with_its_own_file(tmp_path: Path) -> None:
    path = samples.pdf_file(tmp_path / "linked.pdf", 2)
    with pikepdf.open(path, allow_overwriting_input=True) as pdf:
        at = {"Type": Name.Annot, "Subtype": Name.Link, "Border": Array([0, 0, 0]), "StructParent": 7}
        web = Dictionary(**at, Rect=Array([72, 700, 90, 712]), A=Dictionary(S=Name.URI, URI="https://example.org/"))
        on = Dictionary(**at, Rect=Array([72, 500, 90, 512]), Dest=Array([pdf.pages[1].obj, Name.Fit]))
        note = Dictionary(Type=Name.Annot, Subtype=Name.Square, Rect=Array([1, 1, 9, 9]), StructParent=8)
        pdf.pages[0].obj.Annots = Array([web, pdf.make_indirect(on), note])
        pdf.save()
    exhibit = m.Exhibit("P-1", "Linked", m.ExhibitKind.PDF, path)
    given = replace(samples.packet(tmp_path), exhibits=(exhibit,), filing=None, chronology=())
    built = build_packet(given, tmp_path / "packet.pdf")
    with pikepdf.open(built.path) as pdf:
        sound(pdf)
        section = named(pdf.Root.StructTreeRoot, "Sect")[0]
        notes = list(pdf.pages[built.exhibits[0].first_page - 1].obj.Annots)
        assert [one.Subtype == Name.Link for one in notes] == ["/StructParent" in one for one in notes]
        assert roles(section)[-2:] == ["Link", "Link"] and "/A" in kids(kids(section)[-2])[0].Obj
    parts.one_part(built.path, built.manifest, "P-1", tmp_path / "part.pdf")
    with pikepdf.open(tmp_path / "part.pdf") as pdf:
        sound(pdf)
        (link,) = named(pdf.Root.StructTreeRoot, "Link")
        assert str(kids(link)[0].Obj.A.URI) == "https://example.org/"


def test_words_around_a_reference_are_no_part_of_its_link(tmp_path: Path) -> None:
    given = samples.packet(tmp_path)
    first, *others = given.exhibits
    said = "Promised to the parent in {{exhibit:3f9a2c41d0b7#1}}, and again later."
    given = replace(given, exhibits=(replace(first, description=said), *others), cited={"3f9a2c41d0b7": "P-3"})
    built = build_packet(given, tmp_path / "packet.pdf")
    with pikepdf.open(built.path) as pdf:
        sound(pdf)
        (table,) = on_page(pdf, built.sections["index"][0], "Table")
        described = kids(kids(table)[1])[1]
        title, *about = kids(described)
        assert Name.Link == title.S and has_words(title)
        assert any(isinstance(kid, int) for kid in about)  # the words stand in the cell itself
        (link,) = {str(kids(kid)[0].Obj.Contents) for kid in about if not isinstance(kid, int)}
        assert link == "Exhibit P-3"
