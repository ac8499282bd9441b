"""Where references lead, as exhibits are numbered now, and what is wrong with those that lead nowhere. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from uuid import UUID

from casemgr.citations.wording import Typed, typed_in, unreadable
from casemgr.pdf.citing import Reference, references_in

NOT_HERE = "This paper may not go out, or it is not here any more"


@dataclass(frozen=True)
class Place:
    """An exhibit. `refs`: what references call its paper, its own first, then that of the paper it is a redacted copy
    of. `first`, `last`: pages of the paper that go in; `last` None: not known, or it has none."""

    label: str
    paper_id: UUID
    title: str
    refs: tuple[str, ...]
    first: int = 1
    last: int | None = None
    refused: str = ""

    def has(self, pages: tuple[int, int] | None) -> bool:
        return pages is None or self.last is None or (self.first <= pages[0] and pages[1] <= self.last)

    @property
    def pages_in_words(self) -> str:
        if self.last is None:
            return "no pages"
        if self.first > 1:
            return f"only pages {self.first:,} to {self.last:,}"
        return "1 page" if self.last == 1 else f"{self.last:,} pages"


@dataclass(frozen=True)
class Numbering:
    """The exhibits of one packet or binder in their order. `prefixes`: of its labels, such as P; `id`: of its row."""

    name: str
    prefixes: tuple[str, ...]
    places: tuple[Place, ...]
    id: str = ""

    def place_of(self, ref: str) -> Place | None:
        """Return the exhibit that is this paper, or else that is a redacted copy of it."""
        own = (one for one in self.places if one.refs[0] == ref)
        return next(own, next((one for one in self.places if ref in one.refs), None))

    def labelled(self, label: str) -> Place | None:
        return next((one for one in self.places if one.label == label), None)

    @property
    def labels(self) -> dict[str, str]:
        """By reference, the label of the exhibit that may go in; the paper goes before a redacted copy of it."""
        going = [one for one in reversed(self.places) if not one.refused]
        copies = {ref: one.label for one in going for ref in one.refs[1:]}
        return copies | {one.refs[0]: one.label for one in going}


class Trouble(StrEnum):
    """What is wrong with a reference."""

    NONE = ""
    CLOSED = "closed"
    ABSENT = "absent"
    BEYOND = "beyond"
    PLAIN = "plain"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Named:
    """A paper that a reference names. `title` empty: whoever asks may not see it. `refused`: why it cannot go in."""

    paper_id: UUID
    title: str
    refused: str = ""


@dataclass(frozen=True)
class Said:
    """What is to be told of one reference. `label` empty: it is no exhibit; of a typed citation the words as they
    stand. `add`: the paper that one press makes an exhibit; `page`: the page of the paper to open."""

    ref: str
    title: str
    label: str
    pages: str = ""
    trouble: Trouble = Trouble.NONE
    text: str = ""
    add: UUID | None = None
    paper_id: UUID | None = None
    page: int = 1

    @property
    def is_fine(self) -> bool:
        return self.trouble is Trouble.NONE

    @property
    def words(self) -> str:
        """What it cites, as far as the reader may know."""
        title = f"“{self.title}”" if self.title else ""
        label = f"now {self.label}" if title and self.label else self.label
        return ", ".join(part for part in (title, label, self.pages) if part)

    @property
    def in_one_line(self) -> str:
        return ": ".join(part for part in (self.words, self.text) if part)


def look(text: str, numbering: Numbering, named: Mapping[str, Named]) -> list[Said]:
    """Return each reference of a text once, in order, with what is wrong; then typed citations that match nothing."""
    found = [_said(one, numbering, named.get(one.ref)) for one in dict.fromkeys(references_in(text))]
    found += [
        Said("", "", f"“{words}”", trouble=Trouble.UNREADABLE, text="It cannot be read any more. Put it in again.")
        for words in unreadable(text)
    ]
    return [*found, *_typed_wrongly(text, numbering)]


def _said(one: Reference, numbering: Numbering, paper: Named | None) -> Said:
    place = numbering.place_of(one.ref)
    if place is not None and not place.refused:
        found = Said(one.ref, paper.title if paper else place.title, place.label, one.pages_in_words,
                     paper_id=place.paper_id, page=one.first or 1)  # fmt: skip
        if place.has(one.pages):
            return found
        text = f"{place.label} has {place.pages_in_words}. Change the page in the text, or the pages that go in."
        return replace(found, trouble=Trouble.BEYOND, text=text)
    found = alone(one, paper)
    if paper is None:
        return replace(found, trouble=Trouble.CLOSED, text=f"{NOT_HERE}. Take the reference out.")
    if paper.refused:
        return replace(found, trouble=Trouble.CLOSED, text=f"It cannot be an exhibit. {paper.refused}")
    text = f"It is not among the exhibits of the {numbering.name}."
    return replace(found, trouble=Trouble.ABSENT, text=text, add=paper.paper_id)


def alone(one: Reference, paper: Named | None) -> Said:
    """Return a reference without any numbering."""
    if paper is None:
        return Said(one.ref, "", "", one.pages_in_words)
    return Said(one.ref, paper.title, "", one.pages_in_words, paper_id=paper.paper_id, page=one.first or 1)


def _typed_wrongly(text: str, numbering: Numbering) -> Iterable[Said]:
    for one in typed_in(text, numbering.prefixes):
        place = numbering.labelled(one.label)
        if place is None:
            told = f"There is no exhibit {one.label}."
        elif not place.has(one.pages):
            told = f"{place.label} has {place.pages_in_words}."
        else:
            continue
        yield Said("", "", f"“{one.words}”", trouble=Trouble.PLAIN, text=told)


def plain_in(text: str, numbering: Numbering) -> list[Typed]:
    """Return the typed citations that match an exhibit as it is numbered now: they can be made live."""
    return [one for one in typed_in(text, numbering.prefixes) if _matching(one, numbering)]


def made_live(text: str, numbering: Numbering) -> str:
    """Return the text with the typed citations that match an exhibit as live references."""
    return _replaced(text, [(one, _matching(one, numbering)) for one in plain_in(text, numbering)])


def braces_live(text: str, numberings: Sequence[Numbering]) -> str:
    """Return the text with what was typed as {{P-7, page 3}} as live references: where the numberings that know the
    label mean the same paper by it."""
    if "{{" not in text:
        return text
    prefixes = {prefix for one in numberings for prefix in one.prefixes}
    found = []
    for one in typed_in(text, prefixes):
        places = [place for numbering in numberings if (place := _matching(one, numbering))]
        if text.startswith("{{", one.start) and len({place.refs[0] for place in places}) == 1:
            found.append((one, places[0]))
    return _replaced(text, found)


def _replaced(text: str, found: Sequence[tuple[Typed, Place | None]]) -> str:
    for one, place in reversed(found):
        if place is not None:
            first, last = one.pages or (None, None)
            text = text[: one.start] + str(Reference(place.refs[0], first, last)) + text[one.end :]
    return text


def _matching(one: Typed, numbering: Numbering) -> Place | None:
    place = numbering.labelled(one.label)
    return place if place is not None and not place.refused and place.has(one.pages) else None
