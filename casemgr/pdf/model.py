"""What goes into a packet and what comes out: frozen dataclasses, no behaviour but their own checks.

Every `str` is plain text as a person typed it (any Unicode, `<b>` and `&` mean themselves); a newline is
a new line. Dates that are only known roughly are text (`when`), already worded by the caller.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

# Labels are stamped on every page in the PDF standard font, and name link targets: plain ASCII only.
_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9.\-]{0,15}")
_BATES_PREFIX = re.compile(r"[A-Za-z0-9 ._\-]{0,20}")


@dataclass(frozen=True)
class Text:
    """Paragraphs of running text. A `numbered` block counts on through the whole filing (1, 2, 3 …)."""

    paragraphs: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True)
class Fields:
    """Label and value, one pair a line, such as the name and the address of the student."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Items:
    """A list of points; `ordered` points carry letters (a), (b), (c), `boxes` a box to tick by hand."""

    points: tuple[str, ...]
    ordered: bool = False
    boxes: bool = False


@dataclass(frozen=True)
class Grid:
    """A table with a heading row, repeated on each page; `widths` are shares of the line, equal if empty.

    `right`: columns (from 0) of numbers, set to the right. `totals`: so many last rows are sums."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    widths: tuple[float, ...] = ()
    right: tuple[int, ...] = ()
    totals: int = 0


Block = Text | Fields | Items | Grid


@dataclass(frozen=True)
class Section:
    """A part of a filing (I., II. …) with the citation that asks for it, if any."""

    heading: str
    blocks: tuple[Block, ...]
    citation: str = ""


@dataclass(frozen=True)
class Fact:
    """One dated fact of an issue. `exhibit`, a label of this packet, becomes a link to its slip sheet."""

    when: str
    text: str
    exhibit: str = ""


@dataclass(frozen=True)
class Issue:
    """One claim: what went wrong, under which law, the facts that show it and what would put it right.

    For a due process complaint at least one dated fact and one remedy each are expected
    (34 CFR 300.508(b)(5)-(6)); the caller's checklist sees to that, the page prints what it is given.
    """

    title: str
    law: tuple[str, ...]
    facts: tuple[Fact, ...]
    relief: tuple[str, ...]
    summary: str = ""


@dataclass(frozen=True)
class Signature:
    """Who signs. `signed_on` None prints a blank line for the date, to be filled in by hand."""

    name: str
    role: str = ""
    contact: tuple[str, ...] = ()
    signed_on: date | None = None


@dataclass(frozen=True)
class Caption:
    """The head of a filing: the forum, the parties on the left, the docket and title on the right."""

    forum: str
    parties: tuple[tuple[str, str], ...]
    """Name and role in order, such as ("Rosa Sample, parent of J.S.", "Petitioner"); "v." is set between."""
    docket: str = ""
    """Empty prints "Docket no. ____" to be filled in by the forum."""


@dataclass(frozen=True)
class Heading:
    """The head of what goes to a person or office: lines such as ("To", "…"), ("From", "…"), ("About", "…")."""

    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Filing:
    """The document that is filed: head, sections, numbered issues, closing sections, signatures."""

    title: str
    caption: Caption | Heading
    sections: tuple[Section, ...]
    issues: tuple[Issue, ...] = ()
    closing: tuple[Section, ...] = ()
    signatures: tuple[Signature, ...] = ()
    opening: tuple[str, ...] = ()
    citation: str = ""
    """The law that allows the filing, set under its title, such as "34 CFR § 300.507–300.508"."""
    closing_words: str = ""
    """What stands right before the signatures, such as "Respectfully submitted,"."""
    annexes: tuple[Section, ...] = ()
    """Pages of their own behind the signatures, such as a consent page, each with the same signature lines."""


@dataclass(frozen=True)
class ChronologyRow:
    """One evidence entry: when (as precise as known), what happened, where it comes from, and its exhibit."""

    when: str
    what: str
    source: str = ""
    exhibit: str = ""


class ExhibitKind(StrEnum):
    """How an exhibit gets onto paper."""

    PDF = "pdf"
    IMAGE = "image"
    """JPEG, PNG, TIFF (each page), WebP, HEIC, BMP or GIF (first frame of an animation)."""
    TEXT = "text"
    """Drawn from `Exhibit.text`: plain text, CSV, the body of an e-mail."""
    NATIVE = "native"
    """Sound, spreadsheets, Office files: a slip sheet says that the file is delivered beside the packet."""


@dataclass(frozen=True)
class Exhibit:
    """One exhibit in the order in which it is offered.

    `path` is the stored file; its SHA-256 is printed and kept in the manifest. For `TEXT` it may be None,
    and then the hash is that of `text` as UTF-8. When `sha256` is given and the file has another one,
    the build stops (`ExhibitUnreadable`), so that nobody files a paper that was changed since. `rendition` is a PDF
    that was made of the file and stands in its place; the file's own hash is still the one that is printed.
    """

    label: str
    title: str
    kind: ExhibitKind
    path: Path | None = None
    when: str = ""
    description: str = ""
    file_name: str = ""
    text: str = ""
    sha256: str = ""
    rendition: Path | None = None
    rendition_sha256: str = ""
    rendition_note: str = ""
    """How the rendition was made, in words, for the manifest."""
    shown_as: str = "A PDF made from this file"
    """What the rendition is, for its sheet."""
    only_pages: tuple[int, int] | None = None
    """First and last page (from 1) that go in; None: all. Not for text and native files."""
    as_pictures: tuple[int, ...] = ()
    """Pages of the rendition that were drawn as pictures, for PDF/A; for the manifest."""
    mark: str = ""
    """A word before its title in the index, such as "New"."""

    def __post_init__(self) -> None:
        """Refuse a label that cannot be stamped and a kind without what it is made from."""
        if not _LABEL.fullmatch(self.label):
            raise ValueError(
                f"Exhibit label {self.label!r}: use up to 16 letters, digits, dots and hyphens, such as P-1"
            )
        if self.path is None and self.kind is not ExhibitKind.TEXT:
            raise ValueError(f"Exhibit {self.label} has no file")


@dataclass(frozen=True)
class Recipient:
    """Who was served: name, role, postal address or e-mail address, and the way it went to this person."""

    name: str
    role: str = ""
    address: str = ""
    method: str = ""


@dataclass(frozen=True)
class CertificateOfService:
    """The last page: what was sent to whom, how and when, over a signature.

    `served_on` is None until the packet was really sent; the page then has a blank to fill in by hand.
    A certificate is never dated before the sending.
    """

    document: str
    recipients: tuple[Recipient, ...]
    served_on: date | None = None
    served_at: str = ""
    """Time of day as text with its zone ("3:10 p.m. Eastern"); some forums cut off at 5:00 p.m."""
    signers: tuple[Signature, ...] = ()
    title: str = "Certificate of Service"
    """The forum's own name for it: "Proof of Service", "Statement of Service" …"""
    note: str = ""


@dataclass(frozen=True)
class Bates:
    """How exhibit pages are counted: prefix, first number, and digits (padded with zeros)."""

    prefix: str = ""
    start: int = 1
    digits: int = 6

    def __post_init__(self) -> None:
        """Refuse what cannot be stamped."""
        if not _BATES_PREFIX.fullmatch(self.prefix) or self.start < 0 or not 1 <= self.digits <= 12:
            raise ValueError("Bates numbers: prefix up to 20 plain letters, start 0 or more, 1-12 digits")

    def number(self, offset: int) -> str:
        """Return the printed number of the exhibit page `offset` (0 is the first of the packet)."""
        return f"{self.prefix}{self.start + offset:0{self.digits}d}"


@dataclass(frozen=True)
class LogHead:
    """How far the evidence log had come: entries, and the SHA-256 of the last one. It pins all of them."""

    entries: int
    sha256: str


@dataclass(frozen=True)
class Elsewhere:
    """A row of the master index: an exhibit that stands in another volume."""

    label: str
    title: str
    when: str
    bates: str
    volume: int
    note: str = ""
    """Small words under its title, such as when it was served."""


@dataclass(frozen=True)
class Stands:
    """Pages `first` to `last` of a paper (from 1) that stand in a volume under a label. `bates`: the number of the
    first one, without prefix."""

    label: str
    first: int
    last: int
    volume: int
    bates: int


@dataclass(frozen=True)
class Volume:
    """Which volume of how many this is. `order`: the labels of all exhibits; `others`: those not in this volume."""

    number: int
    count: int
    order: tuple[str, ...]
    others: tuple[Elsewhere, ...]
    places: tuple[Stands, ...] = ()
    """What stands in which volume, for references from one to another."""


@dataclass(frozen=True)
class Packet:
    """Everything that one packet is made of. The same values and files give the same bytes.

    `made_at` (UTC) is written into the document information; `student` is printed as given (a name or
    initials: the caller decides what the forum needs). `filing`, `chronology`, `exhibits` and
    `certificate` may each be absent; the cover always stands.
    """

    title: str
    student: str
    forum: str
    made_at: datetime
    program_version: str
    parties: tuple[tuple[str, str], ...] = ()
    filer: str = ""
    filer_contact: tuple[str, ...] = ()
    filer_label: str = "Filed by"
    dated: date | None = None
    docket: str = ""
    filing: Filing | None = None
    chronology: tuple[ChronologyRow, ...] = ()
    exhibits: tuple[Exhibit, ...] = ()
    certificate: CertificateOfService | None = None
    bates: Bates = Bates()
    log_head: LogHead | None = None
    confidential: str = "Confidential: contains personal information about a student"
    language: str = "en-US"
    max_pages_per_exhibit: int = 3000
    volume: Volume | None = None
    slip_sheets: bool = True
    """A sheet before each exhibit. False: the stamp on its first page says EXHIBIT; a native file keeps its sheet."""
    cited: Mapping[str, str] = field(default_factory=dict)
    """By paper (see `citing`), the label of the exhibit that references in our texts lead to."""
    in_sans: bool = False
    """All in sans serif. False: text in serif, headings and labels in sans serif."""
    archival: bool = False
    """Make it PDF/A-2b. What is not so after all is not made (`archival.NotArchival`). The manifest stays beside it."""

    def __post_init__(self) -> None:
        """Refuse two exhibits of one label: an index must point to one place."""
        labels = [e.label.upper() for e in self.exhibits]
        twice = sorted({label for label in labels if labels.count(label) > 1})
        if twice:
            raise ValueError(f"Two exhibits are labelled {', '.join(twice)}")


@dataclass(frozen=True)
class Stamped:
    """Where the stamp stands on the pages `first` to `last` of an exhibit (from 1): "bottom right" … or "below the
    page", where no place of the page was blank."""

    first: int
    last: int
    place: str


@dataclass(frozen=True)
class BuiltExhibit:
    """Where one exhibit stands in the packet. Pages count from 1 in the whole PDF; Bates as printed."""

    label: str
    slip_page: int
    first_page: int
    pages: int
    bates_first: str
    bates_last: str
    sha256: str
    source_pages: int
    """Pages of the file itself: more than `pages` where only some were asked for."""
    notes: tuple[str, ...]
    """Plain words on what was changed or lost: "The digital signature ends …", "JavaScript was removed"."""
    stamps: tuple[Stamped, ...] = ()


@dataclass(frozen=True)
class BuiltPacket:
    """The result. `manifest` is what `manifest_json` holds; `undrawable` lists characters shown as a box."""

    path: Path
    sha256: str
    size: int
    pages: int
    sections: dict[str, tuple[int, int]]
    """First and last page of cover, filing, chronology, index and certificate, as far as they are there."""
    exhibits: tuple[BuiltExhibit, ...]
    manifest: dict[str, Any]
    manifest_json: bytes
    undrawable: tuple[str, ...]
