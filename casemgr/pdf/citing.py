"""References to exhibits inside our texts: `{{exhibit:3f9a2c41d0b7#3}}` names a paper and a page of it.

What it is called, and where it leads, is only known when the packet is put together: so a reference outlives every
change of the order. Words here are those of the page; the link leads to the page itself.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from casemgr.pdf.model import Bates, Stands

REFERENCE = re.compile(r"\{\{exhibit:([0-9a-f]{12})(?:#(\d{1,5})(?:-(\d{1,5}))?)?\}\}")
BEGIN = "{{exhibit:"
SCHEME = "cite"
NOT_ATTACHED = "[paper not attached]"
_SAID = re.compile(r"\b(?:exhibits?|exh?\.)\s+$", re.IGNORECASE)
"""The word stands before the reference already."""


@dataclass(frozen=True)
class Reference:
    """A paper (the first twelve digits of its id) and pages of it, from 1. `first` None: the whole paper."""

    ref: str
    first: int | None = None
    last: int | None = None

    def __str__(self) -> str:
        """Return the form that is kept in texts."""
        return f"{BEGIN}{self.ref}{self._pages}}}}}"

    @property
    def _pages(self) -> str:
        if self.first is None:
            return ""
        return f"#{self.first}" if self.last in (None, self.first) else f"#{self.first}-{self.last}"

    @property
    def pages(self) -> tuple[int, int] | None:
        """Return first and last page, or None for the whole paper."""
        return None if self.first is None else (self.first, self.last or self.first)

    @property
    def pages_in_words(self) -> str:
        """Return "page 3", "pages 3 to 5" or nothing."""
        if self.pages is None:
            return ""
        first, last = self.pages
        return f"page {first}" if first == last else f"pages {first} to {last}"


def reference_of(found: re.Match[str]) -> Reference:
    """Return what a match of REFERENCE names; a range that runs backwards is turned round."""
    first, last = (int(part) if part else None for part in (found[2], found[3]))
    if first is not None and last is not None and last < first:
        first, last = last, first
    return Reference(found[1], first, None if last == first else last)


def references_in(text: str) -> list[Reference]:
    """Return the references of a text in order."""
    return [reference_of(found) for found in REFERENCE.finditer(text)] if BEGIN in text else []


def said_once(before: str, words: str) -> str:
    """Return words such as "Exhibit P-7", without the first one where the text `before` them ends with it."""
    return words.removeprefix("Exhibit ") if _SAID.search(before) else words


@dataclass(frozen=True)
class Here:
    """An exhibit of this PDF: the page of its paper that it begins with, how many follow, and its Bates offset."""

    label: str
    first: int
    pages: int
    offset: int
    has_pages: bool = True


@dataclass(frozen=True)
class Citing:
    """What references say and where they lead in one PDF. `labels`: by reference, the exhibit that the paper is."""

    labels: Mapping[str, str] = field(default_factory=dict)
    here: Mapping[str, Here] = field(default_factory=dict)
    elsewhere: tuple[Stands, ...] = ()
    bates: Bates = field(default_factory=Bates)

    def parts(self, text: str) -> Iterator[tuple[str, str]]:
        """Yield the text in pieces with the target that each leads to, mostly none."""
        end = 0
        for found in REFERENCE.finditer(text):
            before = text[end : found.start()]
            yield before, ""
            words, target = self.said(reference_of(found))
            yield said_once(before, words), target
            end = found.end()
        yield text[end:], ""

    def said(self, reference: Reference) -> tuple[str, str]:
        """Return words and target of one reference."""
        label = self.labels.get(reference.ref)
        if label is None:
            return NOT_ATTACHED, ""
        here, pages = self.here.get(label), reference.pages
        if here is not None and (pages is None or not here.has_pages):
            return f"Exhibit {label}", f"#exhibit-{label}"
        words = ", ".join(part for part in (f"Exhibit {label}", reference.pages_in_words) if part)
        if here is not None and pages is not None and here.first <= pages[0] and pages[1] < here.first + here.pages:
            start = pages[0] - here.first
            return f"{words} ({self._numbers(here.offset + start, pages)})", f"{SCHEME}:{label}:{start}"
        for one in self.elsewhere:
            if one.label == label and (pages is None or one.first <= pages[0] <= one.last):
                if pages is None:
                    return f"{words} (volume {one.volume})", ""
                offset = one.bates - self.bates.start + pages[0] - one.first
                return f"{words} ({self._numbers(offset, pages)}, volume {one.volume})", ""
        return f"{words} (not attached)", f"#exhibit-{label}" if here is not None else ""

    def _numbers(self, offset: int, pages: tuple[int, int]) -> str:
        first, last = self.bates.number(offset), self.bates.number(offset + pages[1] - pages[0])
        words = first if first == last else f"{first} to {last}"
        return words if self.bates.prefix.strip() else f"Bates {words}"
