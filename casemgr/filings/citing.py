"""The references of a packet to its exhibits: which texts may cite, where each leads now, and what is wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from casemgr.accounts.models import User
from casemgr.cases.models import Case
from casemgr.citations import queries as citations
from casemgr.citations.places import Numbering, Said, alone, look, made_live, plain_in
from casemgr.citations.wording import Typed
from casemgr.extensions import db
from casemgr.filings import queries, services
from casemgr.filings.kinds import Kind, kind_in
from casemgr.filings.material import Material
from casemgr.filings.models import Packet
from casemgr.issues import services as issues
from casemgr.issues.models import Issue
from casemgr.pdf.citing import references_in
from casemgr.web.filters import local_time


@dataclass(frozen=True)
class Passage:
    """A text of a packet in which exhibits can be cited: an answer (`key`), a cell of a table (also `row`, `column`),
    a text of an issue (`issue_id`, `field`), or what an exhibit shows (`exhibit_id`)."""

    name: str
    text: str
    key: str = ""
    row: int = -1
    column: int = -1
    issue_id: str = ""
    field: str = ""
    exhibit_id: str = ""

    @property
    def box(self) -> str:
        """The name of its field on the form of the packet; empty where it is written on another page."""
        if not self.key:
            return ""
        return f"answer_{self.key}" if self.row < 0 else f"answer_{self.key}-{self.row}-c{self.column}"


@dataclass(frozen=True)
class Looked:
    """A passage with its references, and the typed citations that could be made live."""

    passage: Passage
    said: Sequence[Said]
    plain: Sequence[Typed]


def passages(kind: Kind, material: Material) -> list[Passage]:
    """Return the written texts of a packet: what was answered in words, cells of tables, the texts of its issues, what
    its exhibits show."""
    texts = [
        Passage(one.label, material.answer(one.key), key=one.key)
        for one in kind.questions
        if not (one.columns or one.choices or one.type == "date")
    ]
    texts += [
        Passage(f"{one.label}, row {n + 1}", cell, one.key, n, place)
        for one in kind.questions
        for n, row in enumerate(material.rows.get(one.key, ()))
        for place, (column, cell) in enumerate(zip(one.columns, row, strict=False))
        if column.width == "long"
    ]
    for place, issue in enumerate(material.issues, 1):
        texts.append(Passage(f"Issue {place}, the facts", issue.facts, issue_id=issue.id, field="facts"))
        texts.append(Passage(f"Issue {place}, what would fix it", issue.relief, issue_id=issue.id, field="relief"))
    texts += [Passage(f"{one.label}, what it shows", one.description, exhibit_id=one.id) for one in material.exhibits]
    return [one for one in texts if one.text]


def looked_at(
    case: Case, packet: Packet, visible: Collection[str], material: Material | None = None
) -> tuple[Numbering, list[Looked]]:
    """Return the numbering of a packet, and its passages that cite something. `visible`: the marks of papers whose
    titles may be shown."""
    kind = kind_in(packet.kind, case.state)
    numbering = queries.numbering_of(case, packet)
    if not kind.has_exhibits:
        return numbering, []
    found = passages(kind, material or queries.gather(case, packet))
    names = citations.named(case, citations.refs_in(one.text for one in found), visible)
    each = [Looked(one, look(one.text, numbering, names), plain_in(one.text, numbering)) for one in found]
    return numbering, [one for one in each if one.said or one.plain]


def drafts(case: Case) -> list[tuple[Packet, Numbering]]:
    """Return the packets in which the issues of a case would be printed now, each with its exhibits."""
    kinds = [(one, kind_in(one.kind, case.state)) for one in queries.packets_of(case, drafts=True)]
    return _numbered(
        case, [one for one, kind in kinds if one.state != "filed" and kind.has_exhibits and kind.has_issues]
    )


def numberings(case: Case) -> list[Numbering]:
    """Return the exhibits of every packet that can have some, filed or not, newest first."""
    found = [one for one in queries.packets_of(case, drafts=True) if kind_in(one.kind, case.state).has_exhibits]
    return [numbering for _, numbering in _numbered(case, found)]


def _numbered(case: Case, packets: Sequence[Packet]) -> list[tuple[Packet, Numbering]]:
    """Return packets with their exhibits; those of one kind are told apart by the day on which they were begun."""
    of_kind = Counter(one.kind for one in packets)
    found = []
    for one in packets:
        numbering = queries.numbering_of(case, one)
        if of_kind[one.kind] > 1:
            begun = local_time(one.created_at, case.timezone)
            numbering = replace(numbering, name=f"{numbering.name} begun on {begun}")
        found.append((one, numbering))
    return found


def in_drafts(
    case: Case, text: str, found: Sequence[tuple[Packet, Numbering]], visible: Collection[str]
) -> list[tuple[Packet | None, list[Said], list[Typed]]]:
    """Return what the references of an issue's text are in each draft; in none yet, what they name."""
    names = citations.named(case, citations.refs_in([text]), visible)
    if not found:
        return [(None, [alone(one, names.get(one.ref)) for one in references_in(text)], [])]
    return [(row, look(text, numbering, names), plain_in(text, numbering)) for row, numbering in found]


def troubles(case: Case, packet: Packet) -> list[str]:
    """Return what is wrong, in words that anybody may read who sends the packet."""
    _, found = looked_at(case, packet, queries.OPEN_TO_ALL)
    return [f"{one.passage.name}: {said.in_one_line}" for one in found for said in one.said if not said.is_fine]


def make_live(case: Case, packet: Packet, *, version: int, by: User) -> int:
    """Make the typed citations of a packet live, in its own texts, those of its issues and what its exhibits show.
    Returns how many.

    Raises StaleForm, FilingRefused when it was filed."""
    numbering, found = looked_at(case, packet, queries.OPEN_TO_ALL)
    found = [one for one in found if one.plain]
    changed = {one.passage: made_live(one.passage.text, numbering) for one in found}
    if not changed:
        return 0
    services.save_texts(
        packet,
        {passage.key: text for passage, text in changed.items() if passage.key and passage.row < 0},
        {(one.key, one.row, one.column): text for one, text in changed.items() if one.row >= 0},
        version=version,
        by=by,
        commit=False,
    )
    described = {UUID(one.exhibit_id): text for one, text in changed.items() if one.exhibit_id}
    services.save_descriptions(packet, described, numbering)
    for issue_id in dict.fromkeys(passage.issue_id for passage in changed if passage.issue_id):
        row = db.session.get_one(Issue, UUID(issue_id))
        new = {passage.field: text for passage, text in changed.items() if passage.issue_id == issue_id}
        issues.edit_issue(case, row, replace(issues.told_of(row), **new), version=row.version, by=by, commit=False)
    db.session.commit()
    return sum(len(one.plain) for one in found)
