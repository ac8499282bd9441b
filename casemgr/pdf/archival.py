"""PDF/A-2b (ISO 19005-2): make a document fit to be one, and ask a checker whether a written file is one.

The checker is pikepdf's. It approves only what it knows to conform: its "no" may be too strict, its "yes" holds.
Nothing is called PDF/A that it did not approve.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

STANDARD = "PDF/A-2b"
CHECKER = f"pikepdf {pikepdf.__version__}"
_FLAVOUR = "2b"
_PLACE = re.compile(r"obj (\d+) (\d+)")
_RULE = re.compile(r"ISO_19005_2:([\d.]+)-\d+")
_SHOWY = ("/Trans", "/Dur")  # how a page is turned in a slide show
_WORDS = (
    ("6.2.11.4", "a font is not in the file"),
    ("6.2.11", "a font is not described as it should be"),
    ("6.2.4", "its colors are not those of a screen, and no profile says what they are"),
    ("6.2.8", "a picture is stored in a way that is not allowed"),
    ("6.2.9", "a drawing is kept in a way that is not allowed"),
    ("6.2.10", "something shines through in a way that is not allowed"),
    ("6.2", "it is drawn in a way that is not allowed"),
    ("6.3", "a note or mark on the page has no fixed look"),
    ("6.4", "it has a form that can still be filled in"),
    ("6.5", "a link or button does something that is not allowed"),
    ("6.6", "what it says about itself is not written as it should be"),
    ("6.8", "another file is inside"),
    ("6.1", "the file is not built as it should be"),
)
_LAYERS = "it has layers, which the checker does not judge"
_DRAWN_LETTERS = "letters are drawn one by one (as we draw Arabic or Hebrew), which the checker does not judge"
UNJUDGED = "something in it is of a kind that the checker does not know"


@dataclass(frozen=True)
class Breach:
    """A rule that is not met. `pages` of the file, from 1; none: the file as a whole."""

    rule: str
    words: str
    pages: tuple[int, ...]


class NotArchival(Exception):
    """The PDF that was made does not meet the standard. `found`: by label of the exhibit, "" for what is our own."""

    def __init__(self, found: Sequence[tuple[str, Breach]]) -> None:
        """Keep what was found; pages are those of the exhibit's file."""
        super().__init__(f"not {STANDARD}")
        self.found = tuple(found)


def fit(pdf: pikepdf.Pdf) -> None:
    """Give an open document what the standard asks for besides its pages: the meaning of its colors (sRGB), links that
    print, no scripts. The metadata is the caller's: describe the document afterwards."""
    from pikepdf import pdfa  # with what it needs it takes a while to load

    for page in pdf.pages:
        for key in _SHOWY:
            if key in page.obj:
                del page.obj[key]
    pdfa.prepare(pdf, _FLAVOUR)
    if "/OCProperties" in pdf.Root and not _Homes(pdf).of_layers():
        del pdf.Root["/OCProperties"]


def save_settings(**more: Any) -> dict[str, Any]:
    """Return how such a document is saved: streams packed anew where their packing is not allowed."""
    from pikepdf import pdfa

    return pdfa.resolve_save_kwargs(_FLAVOUR, **more)


def breaches(path: Path) -> list[Breach]:
    """Ask the checker about a written file; nothing found: it is PDF/A-2b."""
    from pikepdf import pdfa

    report = pdfa.validate_written(path, _FLAVOUR)
    if report.passed:
        return []
    found: dict[tuple[str, str], set[int]] = defaultdict(set)
    with pikepdf.open(path) as pdf:
        homes = _Homes(pdf)
        if homes.layers:  # where there are any, the checker looks no further
            found["ISO 19005-2, 6.9", _LAYERS].update(homes.of_layers())
            del pdf.Root["/OCProperties"]
            report = pdfa.check(pdf, _FLAVOUR)
        for finding in report.findings:
            found[_said(finding)].update(homes.pages(finding))
    return [Breach(rule, words, tuple(sorted(pages))) for (rule, words), pages in sorted(found.items())]


@dataclass(frozen=True)
class Stands:
    """Where pages of an exhibit's file, from `source_page` on, stand in a PDF. All count from 1."""

    label: str
    first_page: int
    pages: int
    source_page: int = 1


def require(path: Path, exhibits: Sequence[Stands]) -> None:
    """Raise NotArchival where the checker does not approve a written file."""
    found = [named for breach in breaches(path) for named in _by_exhibit(breach, exhibits)]
    if found:
        raise NotArchival(found)


def _by_exhibit(breach: Breach, exhibits: Sequence[Stands]) -> Iterator[tuple[str, Breach]]:
    left = set(breach.pages)
    for one in exhibits:
        inside = left & set(range(one.first_page, one.first_page + one.pages))
        left -= inside
        if inside:
            pages = sorted(page - one.first_page + one.source_page for page in inside)
            yield one.label, replace(breach, pages=tuple(pages))
    if left or not breach.pages:
        yield "", replace(breach, pages=tuple(sorted(left)))


def _said(finding: Any) -> tuple[str, str]:
    """Rule and plain words of a finding."""
    if "not embedded" in finding.message:
        return "ISO 19005-2, 6.2.11.4.1", _WORDS[0][1]
    if "Type 3 font" in finding.message:
        return "ISO 19005-2, 6.2.11", _DRAWN_LETTERS
    known = _RULE.fullmatch(finding.rule)
    if known is None or finding.kind != "violation":
        return f"ISO 19005-2; {finding.message}"[:160], UNJUDGED
    words = next((words for clause, words in _WORDS if f"{known[1]}.".startswith(f"{clause}.")), UNJUDGED)
    return f"ISO 19005-2, {known[1]}", words


class _Homes:
    """Knows which pages use an object of the file."""

    def __init__(self, pdf: pikepdf.Pdf) -> None:
        self.numbers: dict[tuple[int, int], int] = {page.obj.objgen: number for number, page in enumerate(pdf.pages, 1)}
        self.layers = _layers(pdf)
        self.users: dict[tuple[int, int], list[tuple[int, int]]] = defaultdict(list)
        for one in pdf.objects:
            if isinstance(one, pikepdf.Object) and not _is_above_pages(one):
                for other in _named_in(one):
                    self.users[other].append(one.objgen)

    def pages(self, finding: Any) -> set[int]:
        """Return the pages that a finding is about, from 1; none where it is about the file as a whole."""
        place = _PLACE.search(finding.where)
        return self._using([(int(place[1]), int(place[2]))]) if place else set()

    def of_layers(self) -> set[int]:
        """Return the pages that have layers."""
        return self._using(self.layers)

    def _using(self, start: Sequence[tuple[int, int]]) -> set[int]:
        found: set[int] = set()
        seen, waiting = set(start), list(start)
        while waiting:
            one = waiting.pop()
            if one in self.numbers:
                found.add(self.numbers[one])
                continue
            fresh = [user for user in self.users[one] if user not in seen]
            seen.update(fresh)
            waiting.extend(fresh)
        return found


def _layers(pdf: pikepdf.Pdf) -> list[tuple[int, int]]:
    given = pdf.Root.get("/OCProperties")
    groups = given.get("/OCGs") if isinstance(given, Dictionary) else None
    return [one.objgen for one in groups] if isinstance(groups, Array) else []


def _is_above_pages(one: pikepdf.Object) -> bool:
    """Whether an object names pages without being on them: the tree of pages, the catalog, bookmarks, structure."""
    return isinstance(one, Dictionary) and (
        one.get("/Type") in (Name.Pages, Name.Catalog, Name.StructElem, Name.StructTreeRoot, Name.Outlines)
        or ("/Dest" in one and "/Title" in one)
    )


def _named_in(one: pikepdf.Object) -> Iterator[tuple[int, int]]:
    """Yield the objects that an object refers to, but for the way up from a page."""
    waiting: list[Any] = [one]
    while waiting:
        item = waiting.pop()
        if isinstance(item, Array):
            inside: Iterable[Any] = item
        elif isinstance(item, Dictionary | pikepdf.Stream):
            inside = [item[key] for key in item.keys() if key not in ("/Parent", "/P", "/Dest")]  # noqa: SIM118
        else:
            continue
        for part in inside:
            if isinstance(part, pikepdf.Object) and part.is_indirect:
                yield part.objgen
            else:
                waiting.append(part)


def ranges(numbers: Iterable[int]) -> list[tuple[int, int]]:
    """Return ascending numbers as first and last of each run."""
    runs = []
    for _, group in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        run = [number for _, number in group]
        runs.append((run[0], run[-1]))
    return runs
