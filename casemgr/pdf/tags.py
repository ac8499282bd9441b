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
MOST = 5000  # marks of one page that are kept


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


class Structure:
    """The structure tree of a document, filled from its first page to its last."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        """Begin with an empty document."""
        self.pdf = pdf
        self.document = self._element("Document")
        self.parents: list[Any] = []
        self.groups: dict[tuple[str, tuple[int, ...]], pikepdf.Object] = {}

    def own_page(self, page: Dictionary, marks: Sequence[Mark], below: pikepdf.Object | None = None) -> None:
        """Add what we marked on a page of our own, with its tables, lists and links."""
        if marks:
            row = [self._piece(page, number, mark, below or self.document) for number, mark in enumerate(marks)]
            page.StructParents = len(self.parents)
            self.parents.append(self.pdf.make_indirect(Array(row)))
            page.Tabs = Name.S

    def _piece(self, page: Dictionary, number: int, mark: Mark, below: pikepdf.Object) -> pikepdf.Object:
        """Add one mark, and return the element that holds it."""
        element = self._home(mark.within, below)
        if not (mark.role == "P" and mark.within and mark.within[-1].role in _HOLDS_TEXT):
            element = self._element(mark.role, element)
        links = self._links(page, mark)
        if mark.is_link and links:
            element = self._element("Link", element)
            _hold(element, page, number)
            self._lead(element, page, links, mark.words)
            return element
        _hold(element, page, number)
        for _, some in groupby(links, key=_target):
            self._lead(self._element("Link", element), page, list(some), mark.words)
        return element

    def _home(self, within: Path, below: pikepdf.Object) -> pikepdf.Object:
        """Return the innermost group; those that are not there yet are begun, a row with all its cells."""
        home = below
        for group in within:
            known = self.groups.get((group.role, group.key))
            if known is None:
                known = self.groups[group.role, group.key] = self._element(group.role, home)
                for column, role in enumerate(group.cells):
                    cell = self.groups[role, (*group.key, column)] = self._element(role, known)
                    if role == "TH":
                        scope = Name.Column if group.repeats else Name.Row
                        cell.A = Dictionary(O=Name.Table, Scope=scope)
            home = known
        return home

    def _links(self, page: Dictionary, mark: Mark) -> list[Any]:
        first, end = mark.links
        return [page.Annots[n] for n in range(first, end)]

    def _lead(self, element: pikepdf.Object, page: Dictionary, links: Sequence[Any], words: str) -> None:
        """Let a Link element hold the links of the page that it is about."""
        for link in links:
            _add_kid(element, Dictionary(Type=Name.OBJR, Obj=link, Pg=page))
            link.StructParent = len(self.parents)
            self.parents.append(element)
            if words:
                link.Contents = String(words)

    def part(self, title: str) -> pikepdf.Object:
        """Begin a part, such as an exhibit."""
        part = self._element("Sect", self.document)
        part.T = String(" ".join(clean(title).split())[:200])
        return part

    def marked_page(self, page: Dictionary, marks: Sequence[tuple[int, str]], below: pikepdf.Object) -> None:
        """Add a page of an exhibit that has marks of its own."""
        self._add(page, marks, below)

    def whole(self, role: str, below: pikepdf.Object, words: str = "") -> pikepdf.Object:
        """Begin one element to which whole pages are added; `words` stand for a picture."""
        element = self._element(role, below)
        if words:
            element.Alt = String(" ".join(clean(words).split())[:200])
        element.K = Array()
        return self.pdf.make_indirect(Array([element]))

    def whole_page(self, page: Dictionary, element: pikepdf.Object) -> None:
        """Add a page whose drawing commands are marked with the number 0 as a whole."""
        element[0].K.append(Dictionary(Type=Name.MCR, Pg=page, MCID=0))
        page.StructParents = len(self.parents)
        self.parents.append(element)

    def finish(self) -> None:
        """Write the tree into the document."""
        nums = Array()
        for number, parent in enumerate(self.parents):
            nums.append(number)
            nums.append(parent)
        root = self.pdf.make_indirect(
            Dictionary(
                Type=Name.StructTreeRoot,
                K=self.document,
                ParentTree=Dictionary(Nums=nums),
                ParentTreeNextKey=len(self.parents),
            )
        )
        self.document.P = root
        self.pdf.Root.StructTreeRoot = root
        self.pdf.Root.MarkInfo = Dictionary(Marked=True)

    def _element(self, role: str, below: pikepdf.Object | None = None) -> pikepdf.Object:
        element = self.pdf.make_indirect(Dictionary(Type=Name.StructElem, S=Name(f"/{role}")))
        if below is not None:
            element.P = below
            _add_kid(below, element)
        return element

    def _add(self, page: Dictionary, marks: Sequence[tuple[int, str]], below: pikepdf.Object) -> None:
        if not marks:
            return
        row: list[Any] = [None] * (max(number for number, _ in marks) + 1)
        for number, role in marks:
            element = self._element(role, below)
            element.Pg, element.K = page, number
            row[number] = element
        page.StructParents = len(self.parents)
        self.parents.append(self.pdf.make_indirect(Array(row)))


def _add_kid(element: pikepdf.Object, kid: Any) -> None:
    if "/K" not in element:
        element.K = Array([kid])
    elif isinstance(element.K, Array):
        element.K.append(kid)
    else:
        element.K = Array([element.K, kid])


def _hold(element: pikepdf.Object, page: Dictionary, number: int) -> None:
    """Let an element hold a marked piece of a page."""
    if "/Pg" not in element:
        element.Pg = page
    is_here = element.Pg.objgen == page.objgen
    piece = number if is_here else Dictionary(Type=Name.MCR, Pg=page, MCID=number)
    if "/K" not in element:
        element.K = piece
    else:
        _add_kid(element, piece)


def _target(link: Any) -> bytes:
    """What a link leads to, to tell two apart."""
    return bytes(link.get("/Dest", link.get("/A", Name.Null)).unparse())
