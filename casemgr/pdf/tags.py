"""What a screen reader is told: headings, paragraphs, tables, lists and links of our own pages, and each exhibit as a
part, in order.

Our pages are marked while they are drawn (`marked`). A page of an exhibit that has marks of its own keeps them, in the
order in which it draws; another is one piece. The structure tree is put together at the end.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from itertools import count, groupby
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from casemgr.pdf.fonts import clean


@dataclass(frozen=True)
class Group:
    """An element around marks. `key` tells it apart from others of its role; `cells`: of a row, the role of each."""

    role: str
    key: tuple[int, ...]
    cells: tuple[str, ...] = ()
    repeats: bool = False
    """A heading row, which stands on each page of its table and is told once."""


Path = tuple[Group, ...]
"""The groups around a mark, from the outside in."""


@dataclass(frozen=True)
class Mark:
    """One marked piece of a page: its role, what is around it, and which of the page's links were set meanwhile."""

    role: str
    within: Path = ()
    links: tuple[int, int] = (0, 0)
    is_link: bool = False
    """All of it leads somewhere, not some words alone."""
    words: str = ""


Marks = dict[int, list[Mark]]
"""What is marked on each page (from 1), in order."""
new_key = count().__next__

HEADINGS = {
    "cover-title": "H1", "page-title": "H1", "title": "H1", "sheet-title": "H1", "slip-title": "H2", "h1": "H2",
    "h2": "H3", "label": "H4", "letter-subject-serif": "H1", "letter-subject-sans": "H1",
}  # fmt: skip
ARTIFACT = "Artifact"
_KNOWN = frozenset(
    ("H", "H1", "H2", "H3", "H4", "H5", "H6", "P", "L", "LI", "Lbl", "LBody", "TH", "TD", "Span", "Quote", "Note",
     "Caption", "BlockQuote", "Reference", "Code", "Link")
)  # fmt: skip
_MARK = re.compile(rb"/(\w+)\s*<<[^<>]*/MCID\s+(\d+)[^<>]*>>\s*BDC")
MOST = 5000  # marks of one page, and links of an exhibit's page, that are kept


_HOLDS_TEXT = frozenset(("TH", "TD", "Lbl", "LBody"))  # a paragraph alone in one of these needs no element of its own


@contextmanager
def marked(canvas: Any, role: str, within: Path = (), *, is_link: bool = False, words: str = "") -> Iterator[None]:
    """Mark what is drawn meanwhile as a structure element of that role, or as `ARTIFACT`: heads, feet, ornaments.

    `words`: what a link that is set meanwhile is called."""
    page = canvas.getPageNumber()
    if role == ARTIFACT or _is_repeated(canvas, within, page):
        canvas._code.append("/Artifact BMC")
        yield
    else:
        marks = marks_of(canvas)[page]
        links = len(canvas._annotationrefs)
        canvas._code.append(f"/{role} <</MCID {len(marks)}>> BDC")
        number = len(marks)
        marks.append(Mark(role))
        yield
        marks[number] = Mark(role, within, (links, len(canvas._annotationrefs)), is_link, words)
    canvas._code.append("EMC")


def _is_repeated(canvas: Any, within: Path, page: int) -> bool:
    """Tell whether this is a heading row that an earlier page has already."""
    heads = [group.key for group in within if group.repeats]
    if not heads:
        return False
    if not hasattr(canvas, "casemgr_heads"):
        canvas.casemgr_heads = {}
    first: int = canvas.casemgr_heads.setdefault(heads[0], page)
    return first < page


def marks_of(canvas: Any) -> defaultdict[int, list[Mark]]:
    """Return what was marked on a canvas so far."""
    if not hasattr(canvas, "casemgr_marks"):
        canvas.casemgr_marks = defaultdict(list)
    marks: defaultdict[int, list[Mark]] = canvas.casemgr_marks
    return marks


def tag_pages(pdf: pikepdf.Pdf, marks: Mapping[int, Sequence[Mark]]) -> None:
    """Write the structure of a document all of whose pages are ours."""
    structure = Structure(pdf)
    for number, page in enumerate(pdf.pages, 1):
        structure.own_page(page.obj, marks.get(number, ()))
    structure.finish()


def marks_in(commands: bytes) -> list[tuple[int, str]]:
    """Return number and role of the marks that a page of an exhibit has in its drawing commands."""
    if b"/MCID" not in commands:
        return []
    found = {int(number): role.decode() for role, number in _MARK.findall(commands)}
    kept = [(number, role if role in _KNOWN else "P") for number, role in found.items() if number < MOST]
    return kept[:MOST]


@dataclass(eq=False, slots=True)
class Element:
    """A structure element. What it holds is written at the end: to ask the document again and again takes time."""

    written: pikepdf.Object
    kids: list[Any]
    page: tuple[int, int] | None = None
    """The page of its first marked piece."""


class Structure:
    """The structure tree of a document, filled from its first page to its last."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        """Begin with an empty document."""
        self.pdf = pdf
        self.elements: list[Element] = []
        self.document = self.element("Document")
        self.parents: list[Any] = []
        self.groups: dict[tuple[str, tuple[int, ...]], Element] = {}

    def own_page(self, page: Dictionary, marks: Sequence[Mark], below: Element | None = None) -> None:
        """Add what we marked on a page of our own, with its tables, lists and links."""
        if marks:
            row = [self._piece(page, number, mark, below or self.document) for number, mark in enumerate(marks)]
            page.StructParents = len(self.parents)
            self.parents.append(self.pdf.make_indirect(Array(row)))
            page.Tabs = Name.S

    def _piece(self, page: Dictionary, number: int, mark: Mark, below: Element) -> pikepdf.Object:
        """Add one mark, and return the element that holds it."""
        element = self._home(mark.within, below)
        if not (mark.role == "P" and mark.within and mark.within[-1].role in _HOLDS_TEXT):
            element = self.element(mark.role, element)
        links = self._links(page, mark)
        if mark.is_link and links:
            element = self.element("Link", element)
            self.hold(element, page, number)
            self.lead(element, page, links, mark.words)
            return element.written
        self.hold(element, page, number)
        for _, some in groupby(links, key=_target):
            self.lead(self.element("Link", element), page, list(some), mark.words)
        return element.written

    def _home(self, within: Path, below: Element) -> Element:
        """Return the innermost group; those that are not there yet are begun, a row with all its cells."""
        home = below
        for group in within:
            known = self.groups.get((group.role, group.key))
            if known is None:
                known = self.groups[group.role, group.key] = self.element(group.role, home)
                for column, role in enumerate(group.cells):
                    cell = self.groups[role, (*group.key, column)] = self.element(role, known)
                    if role == "TH":
                        scope = Name.Column if group.repeats else Name.Row
                        cell.written.A = Dictionary(O=Name.Table, Scope=scope)
            home = known
        return home

    def _links(self, page: Dictionary, mark: Mark) -> list[Any]:
        first, end = mark.links
        return [page.Annots[n] for n in range(first, end)]

    def lead(self, element: Element, page: Dictionary, links: Sequence[Any], words: str = "") -> None:
        """Let a Link element hold the links of the page that it is about."""
        for link in links:
            element.kids.append(Dictionary(Type=Name.OBJR, Obj=link, Pg=page))
            link.StructParent = len(self.parents)
            self.parents.append(element.written)
            if words:
                link.Contents = String(words)

    def hold(self, element: Element, page: Dictionary, number: int) -> None:
        """Let an element hold a marked piece of a page."""
        at = page.objgen
        if element.page is None:
            element.page, element.written.Pg = at, page
        element.kids.append(number if element.page == at else Dictionary(Type=Name.MCR, Pg=page, MCID=number))

    def drop(self, element: Element, below: Element) -> None:
        """Take an element out again that was begun last and holds nothing."""
        below.kids.pop()
        assert self.elements.pop() is element

    def links_of(self, page: Dictionary, below: Element) -> None:
        """Add the links that a page of an exhibit has of its own, behind what it draws."""
        notes = page.get("/Annots")
        if not isinstance(notes, Array):
            return
        found: list[Any] = []
        for n, note in enumerate(notes):
            if isinstance(note, Dictionary) and note.get("/Subtype") == Name.Link and "/StructParent" not in note:
                if "/A" not in note and "/Dest" not in note:  # only its frame is left
                    continue
                if not note.is_indirect:
                    notes[n] = note = self.pdf.make_indirect(note)
                found.append(note)
        for _, some in groupby(found[:MOST], key=_target):
            self.lead(self.element("Link", below), page, list(some))

    def part(self, title: str) -> Element:
        """Begin a part, such as an exhibit."""
        part = self.element("Sect", self.document)
        part.written.T = String(" ".join(clean(title).split())[:200])
        return part

    def marked_page(self, page: Dictionary, marks: Sequence[tuple[int, str]], below: Element) -> None:
        """Add a page of an exhibit that has marks of its own."""
        if not marks:
            return
        row: list[Any] = [None] * (max(number for number, _ in marks) + 1)
        for number, role in marks:
            held = Dictionary(Type=Name.StructElem, S=_name(role), P=below.written, Pg=page, K=number)
            row[number] = self.pdf.make_indirect(held)
            below.kids.append(row[number])
        page.StructParents = len(self.parents)
        self.parents.append(self.pdf.make_indirect(Array(row)))

    def whole(self, role: str, below: Element, words: str = "") -> tuple[Element, pikepdf.Object]:
        """Begin one element to which whole pages are added; `words` stand for a picture."""
        element = self.element(role, below)
        if words:
            element.written.Alt = String(" ".join(clean(words).split())[:200])
        return element, self.pdf.make_indirect(Array([element.written]))

    def whole_page(self, page: Dictionary, whole: tuple[Element, pikepdf.Object]) -> None:
        """Add a page whose drawing commands are marked with the number 0 as a whole."""
        element, parent = whole
        element.kids.append(Dictionary(Type=Name.MCR, Pg=page, MCID=0))
        page.StructParents = len(self.parents)
        self.parents.append(parent)

    def finish(self) -> None:
        """Write the tree into the document."""
        for element in self.elements:
            kids = element.kids
            if kids:
                element.written.K = kids[0] if len(kids) == 1 and isinstance(kids[0], int) else Array(kids)
        nums = [part for entry in enumerate(self.parents) for part in entry]
        root = self.pdf.make_indirect(
            Dictionary(
                Type=Name.StructTreeRoot,
                K=self.document.written,
                ParentTree=Dictionary(Nums=Array(nums)),
                ParentTreeNextKey=len(self.parents),
            )
        )
        self.document.written.P = root
        self.pdf.Root.StructTreeRoot = root
        self.pdf.Root.MarkInfo = Dictionary(Marked=True)

    def element(self, role: str, below: Element | None = None) -> Element:
        """Begin an element, the last one below another."""
        facts: dict[str, Any] = {"/Type": Name.StructElem, "/S": _name(role)}
        if below is not None:
            facts["/P"] = below.written
        element = Element(self.pdf.make_indirect(Dictionary(facts)), [])
        self.elements.append(element)
        if below is not None:
            below.kids.append(element.written)
        return element


@cache
def _name(role: str) -> Name:
    return Name(f"/{role}")


def _target(link: Any) -> bytes:
    """What a link leads to, to tell two apart."""
    return bytes(link.get("/Dest", link.get("/A", Name.Null)).unparse())
