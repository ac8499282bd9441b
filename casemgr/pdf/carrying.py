"""The structure of some pages of a finished PDF, for another one that holds these alone (see `tags`).

From each page up to the document: so a part of a large binder asks for no more than its own pages have.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from casemgr.pdf.tags import Element, Structure

_WORDS = ("/T", "/Alt", "/Lang", "/ActualText")
_CELLS = ("/TH", "/TD")
_KEY = "/StructParent"


def carry(whole: pikepdf.Pdf, part: pikepdf.Pdf, pages: Sequence[tuple[Any, Any]]) -> None:
    """Write into `part` what `whole`, which we made, tells screen readers of these pages: each as it stands there, and
    as it stands in the part, in order. Links that the part does not have are plain words in it."""
    root = whole.Root.get("/StructTreeRoot")
    if isinstance(root, Dictionary) and isinstance(root.ParentTree.get("/Nums"), Array):
        _Carrying(root, part, pages).run()


class _Carrying:
    def __init__(self, root: Dictionary, part: pikepdf.Pdf, pages: Sequence[tuple[Any, Any]]) -> None:
        self.root, self.nums, self.pages = root, root.ParentTree.Nums, pages
        self.new = Structure(part)
        self.homes: dict[tuple[int, int], tuple[Any, list[Any]]] = {}
        """By page of the whole, that of the part, and the element of each of its marks."""
        self.links: dict[int, Any] = {}
        """By what the whole calls them, the links that the part has."""
        self.needed: set[tuple[int, int]] = set()

    def run(self) -> None:
        for old, page in self.pages:
            row = self._parent(old.get("/StructParents"))
            if isinstance(row, Array):
                self.homes[old.objgen] = page, [None] * len(row)
                for element in row:
                    self._need(element)
            for link in page.get("/Annots", ()):
                self._take(link)
        document: Any = self.root.K
        self._inside(document, self.new.document)
        for page, row in self.homes.values():
            page.StructParents = len(self.new.parents)
            self.new.parents.append(self.new.pdf.make_indirect(Array(row)))
        self.new.finish()

    def _parent(self, key: Any) -> Any:
        """Return what the whole keeps under a number of its pages and links."""
        known = isinstance(key, int) and 0 <= 2 * key + 1 < len(self.nums)
        return self.nums[2 * key + 1] if known else None

    def _take(self, link: Any) -> None:
        if isinstance(link, Dictionary) and _KEY in link:
            key = link[_KEY]
            del link[_KEY]
            element = self._parent(key)
            if isinstance(element, Dictionary):
                self.links[int(key)] = link
                self._need(element)

    def _need(self, element: Any) -> None:
        while isinstance(element, Dictionary) and "/S" in element and element.objgen not in self.needed:
            self.needed.add(element.objgen)
            element = element.get("/P")

    def _inside(self, old: Dictionary, new: Element) -> bool:
        """Copy what an element holds; returns whether it leads somewhere."""
        leads = False
        for kid in _kids(old):
            if isinstance(kid, int):
                self._piece(new, old.get("/Pg"), kid)
            elif "/MCID" in kid:
                self._piece(new, kid.get("/Pg", old.get("/Pg")), int(kid.MCID))
            elif kid.get("/Type") == Name.OBJR:
                leads = self._lead(new, kid) or leads
            elif kid.objgen in self.needed or ("/K" not in kid and kid.get("/S") in _CELLS):
                self._element(kid, new)
        return leads

    def _element(self, old: Dictionary, below: Element) -> None:
        role = str(old.S)
        new = self.new.element(role[1:], below)
        leads = self._inside(old, new)
        if not new.kids and role not in _CELLS:
            self.new.drop(new, below)
            return
        if role == "/Link" and not leads:
            new.written.S = Name.Span
        for key in _WORDS:
            if key in old:
                new.written[key] = String(str(old[key]))
        if "/A" in old:
            new.written.A = pikepdf.Object.parse(old.A.unparse(resolved=True))

    def _piece(self, new: Element, old_page: Any, number: int) -> None:
        home = self.homes.get(old_page.objgen) if old_page is not None else None
        if home is not None and number < len(home[1]):
            page, row = home
            self.new.hold(new, page, number)
            row[number] = new.written

    def _lead(self, new: Element, old: Dictionary) -> bool:
        key: Any = old.Obj.get(_KEY, -1)
        link, home = self.links.get(key), self.homes.get(old.Pg.objgen)
        if link is None or home is None:
            return False
        self.new.lead(new, home[0], [link])
        return True


def _kids(element: Dictionary) -> Iterator[Any]:
    inside = element.get("/K", ())
    yield from inside if isinstance(inside, Array) else (inside,) if inside != () else ()
