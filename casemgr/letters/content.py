"""What stands on a letter, apart from any table: what a version keeps, what the page edits, what the PDF is made of."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime
from difflib import SequenceMatcher
from typing import Any

from casemgr.letters import richtext
from casemgr.pdf.letter import Block, Letter

NOT_THERE = "(not there)"
FACES = {"serif": "Serif, like a book", "sans": "Sans serif, plain and clear"}


@dataclass(frozen=True)
class Content:
    """The parts of a letter. Of the parts with several lines each line is printed on one of its own."""

    body: tuple[Block, ...]
    letterhead: str = ""
    to: str = ""
    subject: str = ""
    salutation: str = ""
    closing: str = "Sincerely,"
    signer: str = ""
    copies: str = ""
    enclosures: str = ""
    """What goes with it."""
    face: str = "serif"
    dated_on: date | None = None
    """Printed as the date; None: the day on which it is sent."""
    exhibits_of: str = ""
    """The id of the binder or packet by whose numbers exhibits are named; empty: none is named, or nobody chose."""

    @property
    def html(self) -> str:
        return richtext.to_html(self.body)

    @property
    def text(self) -> str:
        """Everything that is printed, as plain text."""
        return "\n".join(
            (self.letterhead, self.to, self.subject, self.salutation, richtext.to_plain(self.body, emphasis=False),
             self.closing, self.signer, self.enclosures, self.copies)
        )  # fmt: skip

    def as_json(self) -> dict[str, Any]:
        kept = {name: value for name, value in asdict(self).items() if name not in ("body", "dated_on")}
        return kept | {"dated_on": self.dated_on.isoformat() if self.dated_on else ""}


PARTS: dict[str, str] = {
    "letterhead": "Letterhead",
    "to": "To",
    "subject": "Subject",
    "salutation": "Greeting",
    "closing": "Closing words",
    "signer": "Signed by",
    "enclosures": "Enclosed",
    "copies": "Copies to",
    "face": "Typeface",
    "dated_on": "Date on the letter",
}


def from_json(kept: dict[str, Any], html: str) -> Content:
    """Return what a version keeps."""
    known = {name: str(kept.get(name, "")) for name in PARTS if name != "dated_on"}
    day = kept.get("dated_on") or ""
    return Content(
        body=richtext.from_html(html),
        dated_on=date.fromisoformat(day) if day else None,
        exhibits_of=str(kept.get("exhibits_of", "")),
        **known,
    )


def printed(
    content: Content, *, look: str, on: date, made_at: datetime, sent_by: str = "", signed: bool = False
) -> Letter:
    """Return the letter as it is drawn. `on`: the day printed where the letter has none of its own; `made_at` fixes
    the bytes; `signed`: its signer signs it with the typed name."""
    return Letter(
        letterhead=_lines(content.letterhead),
        to=_lines(content.to),
        subject=content.subject,
        salutation=content.salutation,
        body=content.body,
        closing=content.closing,
        signer=_lines(content.signer),
        enclosures=_lines(content.enclosures),
        copies=_lines(content.copies),
        dated=content.dated_on or on,
        look=look,
        face=content.face,
        sent_by=sent_by,
        signed=f"/s/ {signer_of(content)}" if signed else "",
        made_at=made_at.astimezone(UTC),
    )


def signer_of(content: Content) -> str:
    """Return the name of who signs."""
    return next(iter(_lines(content.signer)), "")


def as_message(content: Content) -> str:
    """Return the letter as the text of an e-mail."""
    parts = (
        f"Re: {content.subject}" if content.subject else "",
        content.salutation,
        richtext.to_plain(content.body, emphasis=False),
        content.closing,
        content.signer,
        "\n".join(("Copy to:", *copies)) if (copies := _lines(content.copies)) else "",
        "The same letter is attached as a PDF.",
    )
    return "\n\n".join(part for part in parts if part.strip()) + "\n"


def differing(theirs: Content, mine: Content) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return (label, value) of each part in which two versions differ; of the text only the paragraphs that do."""
    rows = [
        (label, str(getattr(theirs, name) or ""), str(getattr(mine, name) or ""))
        for name, label in PARTS.items()
        if getattr(theirs, name) != getattr(mine, name)
    ]
    if theirs.body != mine.body:
        rows.append(("The letter", *_differing_text(richtext.to_plain(theirs.body), richtext.to_plain(mine.body))))
    return [(label, one) for label, one, _ in rows], [(label, one) for label, _, one in rows]


def _differing_text(theirs: str, mine: str) -> tuple[str, str]:
    first, second = theirs.split("\n\n"), mine.split("\n\n")
    steps = [step for step in SequenceMatcher(None, first, second, autojunk=False).get_opcodes() if step[0] != "equal"]
    kept = ("\n\n".join(part for _, i, j, _, _ in steps for part in first[i:j]),
            "\n\n".join(part for _, _, _, i, j in steps for part in second[i:j]))  # fmt: skip
    return kept[0] or NOT_THERE, kept[1] or NOT_THERE


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


@dataclass(frozen=True)
class Used:
    """Something of the case that the draft says. `place` and `id` lead to where it is kept."""

    slot: str
    label: str
    value: str
    place: str = ""
    id: str = ""


@dataclass(frozen=True)
class Slot:
    """A value of the case for `{name}` in a letter: words, or the points of a list."""

    value: str | tuple[str, ...]
    used: tuple[Used, ...] = field(default_factory=tuple)
