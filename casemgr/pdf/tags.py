"""What a screen reader is told: the headings and paragraphs of our own pages, and each exhibit as a part, in order.

Our pages are marked while they are drawn (`marked`). A page of an exhibit that has marks of its own keeps them, in the
order in which it draws; another is one piece. The structure tree is put together at the end.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from casemgr.pdf.fonts import clean

Marks = dict[int, list[str]]
"""The roles of what is marked on each page (from 1), in order."""

HEADINGS = {
    "cover-title": "H1", "page-title": "H1", "title": "H1", "sheet-title": "H1", "slip-title": "H2", "h1": "H2",
    "h2": "H3", "label": "H4",
}  # fmt: skip
ARTIFACT = "Artifact"
_KNOWN = frozenset(
    ("H", "H1", "H2", "H3", "H4", "H5", "H6", "P", "L", "LI", "Lbl", "LBody", "TH", "TD", "Span", "Quote", "Note",
     "Caption", "BlockQuote", "Reference", "Code", "Link")
)  # fmt: skip
_MARK = re.compile(rb"/(\w+)\s*<<[^<>]*/MCID\s+(\d+)[^<>]*>>\s*BDC")
MOST = 5000  # marks of one page that are kept


@contextmanager
def marked(canvas: Any, role: str) -> Iterator[None]:
    """Mark what is drawn meanwhile as a structure element of that role, or as `ARTIFACT`: heads, feet, ornaments."""
    if role == ARTIFACT:
        canvas._code.append("/Artifact BMC")
    else:
        roles = marks_of(canvas)[canvas.getPageNumber()]
        canvas._code.append(f"/{role} <</MCID {len(roles)}>> BDC")
        roles.append(role)
    yield
    canvas._code.append("EMC")


def marks_of(canvas: Any) -> defaultdict[int, list[str]]:
    """Return what was marked on a canvas so far."""
    if not hasattr(canvas, "casemgr_marks"):
        canvas.casemgr_marks = defaultdict(list)
    marks: defaultdict[int, list[str]] = canvas.casemgr_marks
    return marks


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

    def own_page(self, page: Dictionary, roles: Sequence[str], below: pikepdf.Object | None = None) -> None:
        """Add what we marked on a page of our own."""
        self._add(page, list(enumerate(roles)), below or self.document)

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
            if "/K" not in below:
                below.K = Array()
            below.K.append(element)
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
