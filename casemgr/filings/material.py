"""Everything that a filing is made of, as plain frozen data: what the checklist judges and the composer sets.

Same material, same bytes. `fingerprint` is what a packet keeps in `built_from`.
"""

from __future__ import annotations

import calendar
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from casemgr.pdf.model import ExhibitKind


@dataclass(frozen=True)
class StudentData:
    name: str
    born_on: date
    grade: str
    school: str
    district: str
    address: str
    is_homeless: bool
    homeless_contact: str
    disability: str


@dataclass(frozen=True)
class PersonData:
    name: str
    role: str
    role_name: str
    organization: str
    email: str
    phone: str
    address: str

    @property
    def contact(self) -> tuple[str, ...]:
        """Address, phone and e-mail, as far as known, one a line."""
        return tuple(part for part in (*self.address.splitlines(), self.phone, self.email) if part.strip())


@dataclass(frozen=True)
class EntryData:
    """A current entry of the evidence log that the family may see. `exhibit` is a label of this packet, or empty."""

    number: int
    happened_on: date
    when: str
    kind_name: str
    title: str
    shows: str
    exhibit: str


@dataclass(frozen=True)
class DatedLine:
    """One fact as it will be printed. `on` is None for a line without a date; `when` its words."""

    text: str
    on: date | None = None
    when: str = ""
    exhibit: str = ""


@dataclass(frozen=True)
class IssueData:
    id: str
    number: int
    title: str
    law: str
    law_name: str
    citation: str
    since_on: date | None
    known_on: date | None
    facts: str
    relief: str
    entries: tuple[EntryData, ...] = ()

    @property
    def lines(self) -> tuple[DatedLine, ...]:
        """The facts by their dates, text and evidence together; an undated line stays behind the one before it."""
        told = [dated_line(line) for line in _lines(self.facts)]
        if told and self.since_on and not any(line.on for line in told):
            told[0] = DatedLine(told[0].text, self.since_on, f"Since {long_date(self.since_on)}")
        placed, last = [], date.min
        for line in told:
            last = line.on or last
            placed.append((last, line))
        for one in self.entries:
            placed.append((one.happened_on, DatedLine(in_filing_words(one), one.happened_on, one.when, one.exhibit)))
        return tuple(line for _, line in sorted(placed, key=lambda pair: pair[0]))

    @property
    def remedies(self) -> tuple[str, ...]:
        return tuple(_lines(self.relief))

    @property
    def has_dated_fact(self) -> bool:
        return any(line.on for line in self.lines)


def in_filing_words(entry: EntryData) -> str:
    """What happened and what it shows, as one text of whole sentences."""
    return " ".join(part if part[-1] in '.!?”"' else f"{part}." for part in (entry.title, entry.shows) if part)


@dataclass(frozen=True)
class ExhibitData:
    """A chosen paper. `refused` says why it cannot go in (it was closed or thrown away since), else empty."""

    id: str
    document_id: str
    label: str
    title: str
    kind_name: str
    when: str
    description: str
    kind: ExhibitKind
    sha256: str
    size: int
    file_name: str
    media_type: str
    refused: str = ""
    rendition_sha256: str = ""
    """The PDF that is printed in the place of the file; empty: the file itself is."""
    rendition_note: str = ""


@dataclass(frozen=True)
class PlacementData:
    agreed_on: date
    school: str
    setting: str
    services: tuple[tuple[str, str, str], ...]
    """Name, how much, and where, of each service."""


@dataclass(frozen=True)
class OtherForum:
    """Another place that the dispute was taken to."""

    name: str
    opened_on: date
    docket: str
    outcome: str


@dataclass(frozen=True)
class Recipient:
    name: str
    role: str = ""
    address: str = ""
    method: str = ""


@dataclass(frozen=True)
class WorkedOut:
    """A date that the law engine gives for a rule, printed on a filing. `on` None: `note` says why there is none."""

    rule: str
    title: str
    on: date | None
    citation: str
    note: str = ""


@dataclass(frozen=True)
class Material:
    """One packet's content. `issues` are those that the forum hears; `left_out` the others, with the reason."""

    kind: str
    state: str
    state_name: str
    forum: str
    forum_citation: str
    student: StudentData
    people: tuple[PersonData, ...]
    issues: tuple[IssueData, ...]
    left_out: tuple[tuple[str, int, str], ...]
    """Id, number and reason of each issue that this forum does not hear."""
    chronology: tuple[EntryData, ...]
    exhibits: tuple[ExhibitData, ...]
    placement: PlacementData | None
    other_forums: tuple[OtherForum, ...]
    last_act_on: date | None
    grievance_ended_on: date | None
    has_discipline: bool
    answers: dict[str, str]
    signer: tuple[str, str, str]
    """Name, role and contact (lines) of whoever signs."""
    recipients: tuple[Recipient, ...]
    bates_prefix: str
    dated_on: date | None
    made_at: str
    """The instant the packet was begun (ISO, UTC): an input, never the clock of the build."""
    docket: str = ""
    """The number of the proceeding that it belongs to, where the kind prints one."""
    on_record: dict[str, date] = field(default_factory=dict)
    """By kind of fact, its latest day: of the facts that the kind prints."""
    worked_out: tuple[WorkedOut, ...] = ()
    archival: str = ""
    face: str = ""
    """Of `TYPEFACES`."""
    rows: dict[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    """By question, the table that was typed in. A date is an ISO date, a number has a point."""
    cited: dict[str, str] = field(default_factory=dict)
    """By paper that the texts cite, the label of the exhibit that it is now (see `citations`)."""

    def answer(self, key: str) -> str:
        return self.answers.get(key, "").strip()

    def worked_out_by(self, rule: str) -> WorkedOut | None:
        return next((one for one in self.worked_out if one.rule == rule), None)

    def with_role(self, *roles: str) -> tuple[PersonData, ...]:
        return tuple(person for person in self.people if person.role in roles)

    @property
    def is_504_only(self) -> bool:
        """Whether every issue is under Section 504: IDEA then gives nothing, no stay-put either."""
        return bool(self.issues) and all(one.law == "section_504" for one in self.issues)

    @property
    def native_exhibits(self) -> tuple[ExhibitData, ...]:
        return tuple(one for one in self.exhibits if one.kind is ExhibitKind.NATIVE)


TYPEFACES = {"": "Serif, like a book", "sans": "Sans serif, plain and clear"}
"""What a packet is printed in."""
SCAN_NOTE = "A scan: words that a machine read lie under its pictures, and pages that lay on the side stand upright."
"""Of the copy that goes in for a scan once it was read. It shows the same: a PDF made before is not out of date."""
ONLY_WHERE_THERE = ("rendition_sha256", "rendition_note")
ONLY_WHERE_SAID = ("docket", "on_record", "worked_out", "rows", "archival", "face", "cited")
"""What packets of earlier versions did not know: without a value it changes no fingerprint."""
NOT_PRINTED = ("left_out", "last_act_on", "grievance_ended_on", "has_discipline")


def fingerprint(material: Material) -> str:
    """Return the SHA-256 over everything that is printed in a packet."""
    printed = {name: value for name, value in asdict(material).items() if name not in NOT_PRINTED}
    printed = {name: value for name, value in printed.items() if value or name not in ONLY_WHERE_SAID}
    for exhibit in printed["exhibits"]:
        is_scan = exhibit["rendition_note"] == SCAN_NOTE
        for name in ONLY_WHERE_THERE:
            if is_scan or not exhibit[name]:
                del exhibit[name]
    text = json.dumps(printed, default=_plain, sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _plain(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def long_date(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"


_MONTHS = {name[:3].lower(): number for number, name in enumerate(calendar.month_name) if name}
_NAMED = re.compile(rf"({'|'.join(_MONTHS)})[a-z]*\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?,?\s+(\d{{4}})", re.IGNORECASE)
_ISO = re.compile(r"\b(\d{4})-(\d{1,2})-(\d{1,2})\b")
_SLASHED = re.compile(r"\b(\d{1,2})/(\d{1,2})/(\d{4})\b")
_BULLET = re.compile(r"^\s*(?:[-*•–]|\(?\d{1,2}[.)]|\(?[a-z]\))\s+")
_ON = re.compile(r"^\s*(?:on\s+)?$", re.IGNORECASE)
_AFTER_DATE = re.compile(r"^[\s:,.;–—-]+")


def _lines(text: str) -> Iterator[str]:
    """The lines of a text as a person typed it, without bullets and blank lines."""
    for line in text.splitlines():
        if words := _BULLET.sub("", line).strip():
            yield words


def dated_line(line: str) -> DatedLine:
    """Read the date of a line. One at its start moves into the date column; one inside stays in the text as well."""
    for pattern, order in ((_ISO, "ymd"), (_NAMED, "mdy"), (_SLASHED, "mdy")):
        found = pattern.search(line)
        on = _date_of(dict(zip(order, found.groups(), strict=True))) if found else None
        if found and on:
            rest = _AFTER_DATE.sub("", line[found.end() :]) if not _ON.sub("", line[: found.start()]) else ""
            return DatedLine(rest[:1].upper() + rest[1:] if rest else line, on, long_date(on))
    return DatedLine(line)


def _date_of(parts: dict[str, str]) -> date | None:
    month = _MONTHS.get(parts["m"][:3].lower()) or int(parts["m"])
    try:
        on = date(int(parts["y"]), month, int(parts["d"]))
    except ValueError:
        return None
    return on if 1980 <= on.year <= 2100 else None
