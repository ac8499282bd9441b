"""Everything that a hearing binder is made of, as plain frozen data. Same material, same bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

from casemgr.exhibit_binders.labels import Change, Served
from casemgr.filings.material import SCAN_NOTE, Recipient
from casemgr.filings.undrawable import Printed
from casemgr.pdf.model import ExhibitKind


@dataclass(frozen=True)
class ExhibitNow:
    """A chosen paper as it would go in now. `refused`: why it cannot, else empty. `pages`: as far as known.

    `mark`: "", or what labels.Change says of it (new, replaced); `note` is printed under it in the index."""

    id: str
    document_id: str
    label: str
    title: str
    when: str
    description: str
    kind: ExhibitKind
    paper_kind: str
    sha256: str
    size: int
    file_name: str
    pages: int | None
    only_pages: tuple[int, int] | None
    range_reason: str
    is_joint: bool
    withdrawn: str
    refused: str = ""
    rendition_sha256: str = ""
    rendition_size: int = 0
    rendition_note: str = ""
    turns: tuple[tuple[int, int], ...] = ()
    """Of a scan: pages of the file and the degrees clockwise by which the rendition turns them upright."""


@dataclass(frozen=True)
class Witness:
    name: str
    about: str = ""


@dataclass(frozen=True)
class Material:
    """One binder, or its next supplement. `exhibits` are those whose pages go in; `elsewhere` those served before."""

    title: str
    number: int
    forum: str
    file_name: str
    student: str
    docket: str
    parties: tuple[tuple[str, str], ...]
    signer: tuple[str, str, str]
    exhibits: tuple[ExhibitNow, ...]
    order: tuple[str, ...]
    elsewhere: tuple[Served, ...]
    changes: tuple[Change, ...]
    since: str
    witnesses: tuple[Witness, ...]
    recipients: tuple[Recipient, ...]
    bates_prefix: str
    bates_digits: int
    bates_start: int
    first_volume: int
    shape: str
    slip_sheets: bool
    print_set: bool
    archival: str
    face: str
    most_bytes: int | None
    most_pages: int | None
    overrides: tuple[tuple[str, str], ...]
    """Rule of the forum and the reason why it is not kept: work product, which goes into nothing that is sent."""
    cited: tuple[tuple[str, str], ...]
    """Paper that the list of witnesses or a description cites, and the label of its exhibit now."""
    made_at: str
    """An instant (ISO, UTC) that is an input, never the clock of the build."""

    @property
    def is_supplement(self) -> bool:
        return self.number > 1

    @property
    def heading(self) -> str:
        return f"{self.title}, supplement {self.number - 1}" if self.is_supplement else self.title

    def printed(self) -> Iterator[Printed]:
        """Yield the words that people typed, with the page on which each is changed."""
        yield Printed("Title on the cover", self.title, "settings")
        yield Printed("Parties", " ".join(name for name, _role in self.parties), "student")
        yield Printed("Who signs", " ".join(self.signer), "people")
        for n, witness in enumerate(self.witnesses, 1):
            yield Printed(f"Witness {n}", f"{witness.name} {witness.about}", "people")
        for n, copy in enumerate(self.recipients, 1):
            yield Printed(f"Copy {n}: name and address", f"{copy.name} {copy.role} {copy.address}", "people")
        for one in self.exhibits:
            yield Printed(f"Exhibit {one.label}: title", f"{one.title} {one.when}", "exhibits")
            yield Printed(f"Exhibit {one.label}: what it shows", f"{one.description} {one.range_reason}", "exhibits")

    @property
    def natives(self) -> tuple[ExhibitNow, ...]:
        return tuple(one for one in self.exhibits if one.kind is ExhibitKind.NATIVE)


def scans_of(exhibits: Iterable[ExhibitNow]) -> list[str]:
    """Return the labels of the scans that go in upright and with their words."""
    return [one.label for one in exhibits if one.rendition_note == SCAN_NOTE]


def fingerprint(material: Material) -> str:
    """Return the SHA-256 over everything that the binder is made of."""
    data = asdict(material)
    for later in ("cited", "archival", "face"):  # what was made before these could be said is what it was
        if not data[later]:
            del data[later]
    for one in data["exhibits"]:
        del one["turns"]
        if one["rendition_note"] == SCAN_NOTE:
            one["rendition_sha256"] = one["rendition_note"] = ""
    text = json.dumps(data, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
