"""The forms of a reference. Pure.

Kept: `{{exhibit:3f9a2c41d0b7#3}}`, without a word about the paper, so that a text gives nothing away. Shown where
people write: `{{IEP 2025-26 #3f9a2c41d0b7 page 3}}`; only the number after # and the page count, and whoever may not
see the paper does not read its title. Typed by hand: `{{P-7, page 3}}`, read by today's numbers when it is saved.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from casemgr.pdf.citing import BEGIN, NOT_ATTACHED, REFERENCE, Reference, reference_of, said_once

UNNAMED = "a paper that you may not see"
LONGEST_TITLE = 60
_SHOWN = re.compile(
    r"\{\{[^{}#\n]{0,200}#([0-9a-f]{12})(?:\s*,?\s*(?:pages?|pp?\.)?\s*(\d{1,5})(?:\s*(?:-|–|to)\s*(\d{1,5}))?)?\s*\}\}"
)
_LEFT = re.compile(r"\{\{[^{}\n]{0,200}#[0-9a-f]{12}[^{}\n]{0,80}\}?\}?|\{\{exhibit:[^\s{}]{0,60}\}?\}?")
_PAGES = r"(?:\s*,?\s*\b(?:at|pages?|pp?\.|pg\.)\s*(?P<first>\d{1,5})(?:\s*(?:-|–|to|through)\s*(?P<last>\d{1,5}))?)?"


def ref_of(paper_id: UUID) -> str:
    """Return how references name a paper: the first 12 of the 32 digits of its id."""
    return paper_id.hex[:12]


def to_kept(text: str) -> str:
    """Return a text as it is kept: what stands between {{ and # goes, also of a reference that cannot be read."""
    if "{{" not in text:
        return text
    text = _SHOWN.sub(lambda found: str(reference_of(found)), text)
    return _LEFT.sub(lambda found: found[0] if found[0].startswith(BEGIN) else "{{#" + found[0].partition("#")[2], text)


def to_shown(text: str, titles: Mapping[str, str]) -> str:
    """Return a text as people edit it. `titles`: by reference, of the papers that the reader may see."""

    def shown(found: re.Match[str]) -> str:
        one = reference_of(found)
        words = clipped(titles.get(one.ref, UNNAMED))
        return "{{" + " ".join(part for part in (words, f"#{one.ref}", one.pages_in_words) if part) + "}}"

    return REFERENCE.sub(shown, text) if BEGIN in text else text


def clipped(title: str) -> str:
    """Return a title as it can stand between braces."""
    words = " ".join(re.sub(r"[{}#]", " ", title).split())
    return words if len(words) <= LONGEST_TITLE else words[: LONGEST_TITLE - 1].rstrip() + "…"


def in_words(text: str, name: Callable[[Reference], str]) -> str:
    """Return a text for reading: each reference as `name` words it."""
    return REFERENCE.sub(lambda found: name(reference_of(found)), text) if BEGIN in text else text


def with_labels(text: str, labels: Mapping[str, str]) -> str:
    """Return a text as it is printed now. `labels`: by reference, that of the exhibit that its paper is."""

    def said(found: re.Match[str]) -> str:
        one = reference_of(found)
        if one.ref not in labels:
            return NOT_ATTACHED
        words = ", ".join(part for part in (f"Exhibit {labels[one.ref]}", one.pages_in_words) if part)
        return said_once(text[: found.start()], words)

    return REFERENCE.sub(said, text) if BEGIN in text else text


def unreadable(text: str) -> list[str]:
    """Return what looks like a reference and is none: somebody changed the middle of it."""
    return [found[0][:60] for found in _LEFT.finditer(REFERENCE.sub("", text))] if "{{" in text else []


@dataclass(frozen=True)
class Typed:
    """A citation typed as plain words: where it stands, its label in today's form, its pages."""

    start: int
    end: int
    words: str
    label: str
    pages: tuple[int, int] | None


def typed_in(text: str, prefixes: Collection[str]) -> Iterator[Typed]:
    """Yield plain citations such as "P-7, page 3" or "Ex. P-7 at 3", and those in {{ }}, for these prefixes."""
    known = "|".join(sorted((re.escape(one) for one in prefixes if one), key=len, reverse=True))
    if not known:
        return
    # "P3" alone may be anything; "Exhibit P3" is an exhibit.
    pattern = re.compile(
        rf"(?P<open>\{{\{{\s*)?(?<![\w-])(?:\b(?P<word>exhibit|exh?\.?)\s+)?(?-i:(?P<prefix>{known}))(?P<sign>-?)"
        rf"(?P<number>\d{{1,3}}[A-Z]{{0,2}})(?![\w-]){_PAGES}(?P<close>\s*\}}\}})?",
        re.IGNORECASE,
    )
    for found in pattern.finditer(text):
        start, end = found.span()
        if not (found["word"] or found["sign"]):
            continue
        if not (found["open"] and found["close"]):
            start += len(found["open"] or "")
            end -= len(found["close"] or "")
        first = int(found["first"]) if found["first"] else None
        last = int(found["last"]) if found["last"] else first
        pages = None if first is None or last is None else (min(first, last), max(first, last))
        label = f"{found['prefix']}-{found['number'].upper()}"
        yield Typed(start, end, text[start:end].strip("{} "), label, pages)
