"""Make the first version of a letter: the words of its kind, filled from the case. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from casemgr.letters import richtext
from casemgr.letters.content import Content, Slot, Used
from casemgr.letters.kinds import SLOT, Kind, Paragraph
from casemgr.pdf.letter import Block, Line, Points, Run, Words

BLANKS: dict[str, str] = {
    "parent": "the parent’s name",
    "my": "whose",
    "opening": "who you are, and who the student is",
    "student": "the student’s name",
    "first": "the student’s name",
    "born": "the date of birth",
    "concern": "what you are worried about",
    "examples": "an example: the day, what happened, who saw it",
    "evaluation": "the date of the evaluation",
    "consent_form": "the day the form came",
    "proposed_iep": "the day you received the proposed IEP",
    "notice": "the day you received the notice",
    "meeting": "the day of the meeting",
    "next_meeting": "the day of the meeting",
    "move_date": "the day of the move",
    "placement_school": "the school",
    "placement_date": "the day you agreed to it",
    "placement_services": "the services, with minutes",
    "dispute": "the dispute",
}
"""What a gap says where the case has no value and the kind no words of its own."""


@dataclass(frozen=True)
class Setting:
    """For whom the letter is drafted."""

    state: str
    track: str
    plan: str
    choices: Mapping[str, str]

    def fits(self, part: object) -> bool:
        return bool(part.where.fits(self.state, self.track, self.plan, self.choices))  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Drafted:
    content: Content
    used: tuple[Used, ...]


def draft(kind: Kind, setting: Setting, slots: Mapping[str, Slot], frame: Mapping[str, str]) -> Drafted:
    """Return the first version of a letter. `frame`: letterhead, to, salutation, signer, copies, as ready text."""
    writer = _Writer(kind, slots)
    body = tuple(
        block
        for paragraph in kind.paragraphs
        if setting.fits(paragraph) and writer.has(*paragraph.needs) and not any(map(writer.has, paragraph.lacks))
        for block in writer.block(paragraph)
    )
    subject = writer.fill(kind.subject)
    enclosures = "\n".join(one.text for one in kind.enclosures if setting.fits(one))
    return Drafted(Content(body=body, subject=subject, enclosures=enclosures, **frame), tuple(writer.used.values()))


def blank_words(kind: Kind, slot: str) -> str:
    """Return what a gap for this slot says."""
    return kind.blanks.get(slot) or BLANKS.get(slot, slot.replace("_", " "))


class _Writer:
    def __init__(self, kind: Kind, slots: Mapping[str, Slot]) -> None:
        self.kind, self.slots = kind, slots
        self.used: dict[tuple[str, str, str], Used] = {}

    def has(self, *names: str) -> bool:
        return all(name in self.slots for name in names)

    def block(self, paragraph: Paragraph) -> list[Block]:
        if paragraph.list:
            slot = self._slot(paragraph.list)
            values = slot.value if slot else self._blank(paragraph.list)
            points = values if isinstance(values, tuple) else (values,)
            return [Points(tuple((Run(point),) for point in points), paragraph.ordered)]
        if paragraph.points:
            return [Points(tuple(self._line(point) for point in paragraph.points), paragraph.ordered)]
        return [Words(self._line(paragraph.text))]

    def fill(self, text: str) -> str:
        """Return text with its slots filled; what the case does not know becomes a gap."""
        return _one_stop(SLOT.sub(lambda found: self._words(found[1]), text))

    def _line(self, text: str) -> Line:
        runs = richtext.emphasised(text)
        return tuple(Run(self.fill(run.text), run.bold, run.italic) for run in runs)

    def _words(self, name: str) -> str:
        slot = self._slot(name)
        if slot is None:
            return self._blank(name)
        return "; ".join(slot.value) if isinstance(slot.value, tuple) else slot.value

    def _slot(self, name: str) -> Slot | None:
        slot = self.slots.get(name)
        for one in slot.used if slot else ():
            self.used.setdefault((one.label, one.place, one.id), one)
        return slot

    def _blank(self, name: str) -> str:
        return f"[[{blank_words(self.kind, name)}]]"


def _one_stop(text: str) -> str:
    """A value that ends its own sentence before a full stop of ours."""
    return re.sub(r"([.!?…])\.(?=\s|$)", r"\1", text)
