"""The kinds of letters: one small file each in kinds/, read once. What a file says is checked when it is read."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from casemgr.cases.roles import PERSON_ROLES
from casemgr.documents.kinds import DOCUMENT_KINDS
from casemgr.evidence.kinds import EVIDENCE_KINDS
from casemgr.law.terms import Event, FactKind, PlanKind, Stage, Track, Verification

FOLDER = Path(__file__).with_name("kinds")
GROUPS = ("Evaluation", "Records", "Meetings", "The IEP", "Discipline", "Disputes", "Support")
NEEDS = ("required", "needed", "optional")
"""required: a law requires it. needed: the letter says nothing without it. Both keep a letter from being sent while
they are missing. optional: good practice, a hint."""
PARENT, FOR_PARENT = "parent", "for_parent"
VOICES = {FOR_PARENT: "I sign it, for the parent", PARENT: "The parent signs it; I write the draft"}
"""Who speaks in a letter of an organization or a firm. It is kept among the choices of the letter, as `voice`."""
SLOT = re.compile(r"\{([a-z_0-9]+)\}")


class BadKind(ValueError):
    """A file of a kind says something that cannot be. The text names file and place."""


@dataclass(frozen=True)
class Where:
    """For which cases a part of a letter is meant. Empty: for all. `when`: by the choices that were made."""

    states: tuple[str, ...] = ()
    not_states: tuple[str, ...] = ()
    tracks: tuple[str, ...] = ()
    plans: tuple[str, ...] = ()
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def fits(self, state: str, track: str, plan: str, choices: Mapping[str, str]) -> bool:
        return (
            (not self.states or state in self.states)
            and state not in self.not_states
            and (not self.tracks or track in self.tracks)
            and (not self.plans or plan in self.plans)
            and all(choices.get(key) in allowed for key, allowed in self.when.items())
        )


@dataclass(frozen=True)
class Item:
    """Something that the letter must or may contain.

    It is there when one of `words` stands in the text (any will do), no gap of its `slots` is left, and, where they
    are asked for, signer and addressee are named."""

    key: str
    need: str
    label: str
    help: str
    citation: str
    verified: Verification | None
    words: tuple[str, ...]
    slots: tuple[str, ...]
    signer: bool
    addressee: bool
    where: Where

    @property
    def blocks(self) -> bool:
        return self.need != "optional"


@dataclass(frozen=True)
class Paragraph:
    """A paragraph, points of fixed words, or a list that the case fills (`list`: a slot)."""

    text: str
    points: tuple[str, ...]
    list: str
    ordered: bool
    needs: tuple[str, ...]
    lacks: tuple[str, ...]
    where: Where


@dataclass(frozen=True)
class Enclosure:
    """A paper that goes with the letter, as its last lines name it."""

    text: str
    where: Where


@dataclass(frozen=True)
class Option:
    value: str
    label: str
    hint: str
    sent: FactKind | None
    received: FactKind | None


@dataclass(frozen=True)
class Choice:
    """A question that is asked before the letter is drafted."""

    key: str
    label: str
    help: str
    options: tuple[Option, ...]
    where: Where

    def option(self, value: str) -> Option | None:
        return next((one for one in self.options if one.value == value), None)


@dataclass(frozen=True)
class Suggest:
    """When the letter is worth proposing, and why in a few words.

    `after`: facts of the last `within` days, `logged`: kinds of log entries likewise; `unless`: facts that make it
    needless, `unless_later`: such facts on or after the day of what it follows."""

    because: str
    stages: tuple[str, ...]
    after: tuple[str, ...]
    logged: tuple[str, ...]
    unless: tuple[str, ...]
    unless_later: tuple[str, ...]
    within: int
    where: Where


@dataclass(frozen=True)
class Kind:
    """One kind of letter. `rules`: ids of the rules of law whose dates it serves; `promises`: it records a promise;
    `no_fact`: why it becomes no fact of the law, where it becomes none; `signed_by`: `parent` where nobody else can
    say it, such as a consent."""

    kind: str
    title: str
    group: str
    order: int
    plain: str
    when: str
    rules: tuple[str, ...]
    to: tuple[str, ...]
    copy: tuple[str, ...]
    subject: str
    sent: FactKind | None
    received: FactKind | None
    no_fact: str
    event: Event | None
    evidence: str
    paper_kind: str
    promises: bool
    signed_by: str
    items: tuple[Item, ...]
    choices: tuple[Choice, ...]
    blanks: Mapping[str, str]
    paragraphs: tuple[Paragraph, ...]
    enclosures: tuple[Enclosure, ...]
    suggest: tuple[Suggest, ...]
    where: Where

    def facts(self, choices: Mapping[str, str]) -> tuple[FactKind | None, FactKind | None]:
        """Return the facts that the sending and the receipt become, by what was chosen."""
        sent, received = self.sent, self.received
        for choice in self.choices:
            option = choice.option(choices.get(choice.key, ""))
            if option is not None:
                sent, received = option.sent or sent, option.received or received
        return sent, received

    @property
    def all_facts(self) -> tuple[FactKind, ...]:
        """Every fact that it can become."""
        chosen = (fact for choice in self.choices for one in choice.options for fact in (one.sent, one.received))
        return tuple(dict.fromkeys(one for one in (self.sent, self.received, *chosen) if one is not None))


@cache
def kinds() -> Mapping[str, Kind]:
    """Return all kinds in the order of their lists. Raises BadKind."""
    found = [_read(path) for path in sorted(FOLDER.glob("*.toml"))]
    return {kind.kind: kind for kind in sorted(found, key=lambda kind: (GROUPS.index(kind.group), kind.order))}


@cache
def waited_for() -> tuple[tuple[str, str, str], ...]:
    """Return which letters start something by their receipt: kind, and where a choice decides, its key and value."""
    found = [(kind.kind, "", "") for kind in kinds().values() if kind.received]
    return (*found, *((kind.kind, choice.key, one.value) for kind in kinds().values() for choice in kind.choices
                      for one in choice.options if one.received))  # fmt: skip


def _read(path: Path) -> Kind:
    try:
        return _kind(path.stem, tomllib.loads(path.read_text(encoding="utf-8")))
    except (KeyError, ValueError, TypeError) as problem:
        raise BadKind(f"{path.name}: {problem!r}") from problem


def _kind(name: str, row: dict[str, Any]) -> Kind:
    kind = Kind(
        kind=name,
        title=row.pop("title"),
        group=_one_of(GROUPS, row.pop("group")),
        order=row.pop("order"),
        plain=row.pop("plain"),
        when=row.pop("when"),
        rules=tuple(row.pop("rules", ())),
        to=_all_of(PERSON_ROLES, row.pop("to")),
        copy=_all_of(PERSON_ROLES, row.pop("copy", ())),
        subject=row.pop("subject"),
        sent=_fact(row.pop("sent", "")),
        received=_fact(row.pop("received", "")),
        no_fact=row.pop("no_fact", ""),
        event=Event(row.pop("event")) if "event" in row else None,
        evidence=_one_of(EVIDENCE_KINDS, row.pop("evidence", "letter_sent")),
        paper_kind=_one_of(DOCUMENT_KINDS, row.pop("paper_kind", "letter")),
        promises=row.pop("promises", False),
        signed_by=_one_of((PARENT, ""), row.pop("signed_by", "")),
        items=tuple(_item(one) for one in row.pop("item", ())),
        choices=tuple(_choice(one) for one in row.pop("choice", ())),
        blanks=row.pop("blanks", {}),
        paragraphs=tuple(_paragraph(one) for one in row.pop("paragraph")),
        enclosures=tuple(_enclosure(one) for one in row.pop("enclosure", ())),
        suggest=tuple(_suggest(one) for one in row.pop("suggest", ())),
        where=_where(row),
    )
    _nothing_left(row)
    if bool(kind.all_facts) == bool(kind.no_fact):
        raise ValueError("it becomes a fact (sent, received), or says in no_fact why it becomes none")
    return kind


def _item(row: dict[str, Any]) -> Item:
    verified = row.pop("verified", "")
    item = Item(
        key=row.pop("key"),
        need=_one_of(NEEDS, row.pop("need")),
        label=row.pop("label"),
        help=row.pop("help", ""),
        citation=row.pop("citation", ""),
        verified=Verification(verified) if verified else None,
        words=tuple(word.casefold() for word in row.pop("words", ())),
        slots=tuple(row.pop("slots", ())),
        signer=row.pop("signer", False),
        addressee=row.pop("addressee", False),
        where=_where(row),
    )
    if item.need == "required" and not (item.citation and item.verified):
        raise ValueError(f"{item.key}: what a law requires has its citation")
    if bool(item.citation) != bool(item.verified):
        raise ValueError(f"{item.key}: a citation has its verification mark")
    _nothing_left(row)
    return item


def _paragraph(row: dict[str, Any]) -> Paragraph:
    made = Paragraph(
        text=row.pop("text", ""),
        points=tuple(row.pop("points", ())),
        list=row.pop("list", ""),
        ordered=row.pop("ordered", False),
        needs=tuple(row.pop("needs", ())),
        lacks=tuple(row.pop("lacks", ())),
        where=_where(row),
    )
    if sum(map(bool, (made.text, made.points, made.list))) != 1:
        raise ValueError("a paragraph is text, points or a list")
    _nothing_left(row)
    return made


def _enclosure(row: dict[str, Any]) -> Enclosure:
    made = Enclosure(row.pop("text"), _where(row))
    _nothing_left(row)
    return made


def _choice(row: dict[str, Any]) -> Choice:
    options = tuple(
        Option(
            one["value"],
            one["label"],
            one.get("hint", ""),
            _fact(one.get("sent", "")),
            _fact(one.get("received", "")),
        )
        for one in row.pop("option")
    )
    made = Choice(row.pop("key"), row.pop("label"), row.pop("help", ""), options, _where(row))
    _nothing_left(row)
    return made


def _suggest(row: dict[str, Any]) -> Suggest:
    made = Suggest(
        because=row.pop("because"),
        stages=_all_of([stage.value for stage in Stage], row.pop("stages", ())),
        after=_facts(row.pop("after", ())),
        logged=_all_of(EVIDENCE_KINDS, row.pop("logged", ())),
        unless=_facts(row.pop("unless", ())),
        unless_later=_facts(row.pop("unless_later", ())),
        within=row.pop("within", 400),
        where=_where(row),
    )
    _nothing_left(row)
    return made


def _where(row: dict[str, Any]) -> Where:
    return Where(
        states=tuple(row.pop("states", ())),
        not_states=tuple(row.pop("not_states", ())),
        tracks=_all_of([track.value for track in Track], row.pop("tracks", ())),
        plans=_all_of([plan.value for plan in PlanKind], row.pop("plans", ())),
        when={key: tuple(values) for key, values in row.pop("when", {}).items()} if _is_table(row) else {},
    )


def _is_table(row: dict[str, Any]) -> bool:
    return isinstance(row.get("when"), dict)


def _fact(name: str) -> FactKind | None:
    return FactKind(name) if name else None


def _facts(names: Any) -> tuple[str, ...]:
    return tuple(FactKind(name).value for name in names)


def _one_of(known: Any, name: str) -> str:
    if name not in known:
        raise ValueError(f"unknown: {name}")
    return name


def _all_of(known: Any, names: Any) -> tuple[str, ...]:
    return tuple(_one_of(known, name) for name in names)


def _nothing_left(row: dict[str, Any]) -> None:
    if row:
        raise ValueError(f"unknown: {', '.join(row)}")
