"""What is still missing from a letter. Pure: the kind, its setting and the words of the letter come in."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from casemgr.law.terms import Verification
from casemgr.letters import richtext
from casemgr.letters.content import Content
from casemgr.letters.drafting import Setting, blank_words
from casemgr.letters.kinds import Item, Kind, Where

MARKS = {
    Verification.V2: "From a secondary source",
    Verification.V2Q: "Quoted by a secondary source",
    Verification.U: "UNVERIFIED",
}
"""How sure the citation beside an item is, where its text was not read itself."""


@dataclass(frozen=True)
class Finding:
    """How one item stands. `gap`: what is missing, in words; empty: nothing. `by_word`: its words are not in the
    letter, so a person may say that it uses others."""

    item: Item
    gap: str = ""
    by_word: bool = False
    is_said_otherwise: bool = False

    @property
    def stops(self) -> bool:
        return bool(self.gap) and self.item.blocks

    @property
    def mark(self) -> str:
        return MARKS.get(self.item.verified, "") if self.item.verified else ""


@dataclass(frozen=True)
class Look:
    """A letter looked through. `blanks`: every gap that is left in its words."""

    findings: tuple[Finding, ...]
    blanks: tuple[str, ...]

    @property
    def stops(self) -> tuple[Finding, ...]:
        """What keeps the letter from being sent."""
        return tuple(one for one in self.findings if one.stops)

    @property
    def is_ready(self) -> bool:
        return not self.stops


def look(
    kind: Kind,
    setting: Setting,
    content: Content,
    said_otherwise: Collection[str] = (),
    references: Sequence[str] = (),
) -> Look:
    """Return how each item of the kind stands in this letter. Words are looked for in the text, not in the subject.

    `references`: what is wrong with those to exhibits, in words."""
    gaps = richtext.blanks(content.text)
    words = " ".join(richtext.to_plain(content.body, emphasis=False).casefold().split())
    found = [_finding(kind, item, content, words, gaps, said_otherwise) for item in kind.items if setting.fits(item)]
    frame = [_frame(name, label, getattr(content, name)) for name, label in FRAME]
    cited = [Finding(_needed("references", "Exhibits that it cites"), words) for words in references]
    return Look((*found, *(one for one in frame if one is not None), *cited), tuple(gaps))


FRAME = (("to", "To whom it goes"), ("signer", "Who signs"))


def _frame(name: str, label: str, value: str) -> Finding | None:
    if value.strip() and "[[" not in value:
        return None
    return Finding(_needed(name, label), "Nobody is named yet.")


def _needed(name: str, label: str) -> Item:
    return Item(name, "needed", label, "", "", None, (), (), False, False, Where())


def _finding(
    kind: Kind, item: Item, content: Content, words: str, gaps: Collection[str], said_otherwise: Collection[str]
) -> Finding:
    left = [gap for slot in item.slots if (gap := blank_words(kind, slot)) in gaps]
    if left:
        return Finding(item, f"Still a gap: {'; '.join(left)}.")
    if item.signer and not content.signer.strip():
        return Finding(item, "Nobody is named who signs.")
    if item.addressee and not content.to.strip():
        return Finding(item, "Nobody is named to whom it goes.")
    if item.words and not any(word in words for word in item.words):
        if item.key in said_otherwise:
            return Finding(item, by_word=True, is_said_otherwise=True)
        return Finding(item, "The letter does not say it in the usual words.", by_word=True)
    return Finding(item)
