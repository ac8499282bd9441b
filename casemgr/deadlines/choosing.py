"""Which fact to record: kinds in groups, the likely ones first, and what each would start."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from casemgr.cases.models import Case
from casemgr.deadlines import queries
from casemgr.deadlines.models import Fact
from casemgr.deadlines.standing import ACTIVE_STATES
from casemgr.law.facts import FACTS, FactInfo
from casemgr.law.rulebook import Rulebook, rulebook_for
from casemgr.law.stages import TRANSITIONS, proceeding_options
from casemgr.law.terms import FactKind, ProceedingKind, ProceedingStep, RemovalKind, Track
from casemgr.proceedings.models import Proceeding
from casemgr.proceedings.queries import proceedings_of
from casemgr.web.voice import told

MOST_LIKELY = 8
WORKED_OUT = "Ages"
SECTION_504 = "Section 504 and OCR"
STARTERS = {
    Track.IDEA: (
        FactKind.EVALUATION_REQUESTED,
        FactKind.REFERRAL_RECEIVED,
        FactKind.EVALUATION_CONSENT_RECEIVED,
        FactKind.IEP_PROPOSED_RECEIVED,
        FactKind.IEP_DATED,
        FactKind.ACTION_KNOWN,
    ),
    Track.SECTION_504: (
        FactKind.SECTION_504_PLAN_DATED,
        FactKind.DISCRIMINATORY_ACT,
        FactKind.SCHOOL_GRIEVANCE_FILED,
        FactKind.SCHOOL_GRIEVANCE_COMPLETED,
        FactKind.RECORDS_REQUESTED,
    ),
}

LOGGED = {
    FactKind.REMOVAL_STARTED: RemovalKind.OUT_OF_SCHOOL,
    FactKind.IAES_STARTED: RemovalKind.INTERIM_SETTING,
    FactKind.IAES_ORDERED: RemovalKind.INTERIM_SETTING_ORDERED,
    FactKind.EXPULSION_DATED: RemovalKind.EXPULSION,
    FactKind.REMOVAL_ENDED: None,
    FactKind.IAES_ENDED: None,
    FactKind.REMOVALS_REACHED_TEN_DAYS: None,
}
"""Facts that follow from the discipline log, with the kind of removal to log; None where one is logged already."""


@dataclass(frozen=True)
class Group:
    """Kinds under one heading. `is_open` where the reader probably looks for one of them."""

    name: str
    kinds: tuple[FactInfo, ...]
    is_open: bool


def groups(track: str, text: str = "") -> list[Group]:
    """Return every kind that a person can record, those of the case's own law first; with `text`, what has its words.

    Birthdays are left out: they follow from the date of birth."""
    words = text.casefold().split()
    found: dict[str, list[FactInfo]] = {}
    for info in FACTS.values():
        if info.group != WORKED_OUT and _has_words(info, words):
            found.setdefault(info.group, []).append(info)
    names = sorted(found, key=lambda name: _place(name, track))
    return [Group(name, tuple(found[name]), is_open=bool(words)) for name in names]


def _has_words(info: FactInfo, words: Sequence[str]) -> bool:
    said = f"{info.label} {told(info.label)} {info.help} {info.group}".casefold()
    return all(word in said for word in words)


def _place(group: str, track: str) -> int:
    """Keep the order of the table, but the 504 facts first in a 504 case and last in an IDEA case."""
    if group == SECTION_504:
        return {Track.SECTION_504: 0, Track.IDEA: 2}.get(Track(track), 1)
    return 1


def likely(case: Case) -> list[FactInfo]:
    """Return the kinds that probably come next: steps of open proceedings, what deadlines wait for, first facts."""
    kinds = dict.fromkeys(_likely_kinds(case))
    return [FACTS[kind] for kind in kinds if FACTS[kind].group != WORKED_OUT][:MOST_LIKELY]


def _likely_kinds(case: Case) -> Iterator[FactKind]:
    for row in open_proceedings(case):
        yield from (step.fact for step in _steps(row))
    rulebook = rulebook_for(case.state)
    for deadline in queries.deadlines_of(case):
        if deadline.state in ACTIVE_STATES and deadline.act_by is not None:
            yield from _met_by(rulebook, deadline.rule_id)[:1]
    tracks = (Track.IDEA, Track.SECTION_504) if case.track == Track.BOTH else (Track(case.track),)
    for track in tracks:
        yield from STARTERS[track]


def _met_by(rulebook: Rulebook, rule_id: str) -> tuple[FactKind, ...]:
    try:
        return rulebook.rule(rule_id).met_by
    except KeyError:  # the pack has lost this rule since the row was written
        return ()


def _steps(row: Proceeding) -> Sequence[object]:
    return proceeding_options(ProceedingKind(row.kind), ProceedingStep(row.step))


def open_proceedings(case: Case, kind: FactKind | None = None) -> list[Proceeding]:
    """Return the open proceedings; with `kind`, those that such a fact may belong to."""
    home = FACTS[kind].proceeding if kind else None
    return [row for row in proceedings_of(case) if row.ended_on is None and (home is None or row.kind == home.value)]


def is_step_of(row: Proceeding, kind: FactKind) -> bool:
    """Whether recording `kind` moves this proceeding to its next step."""
    return any(step.fact is kind for step in _steps(row))


def starts(state: str, kind: FactKind) -> list[str]:
    """Return what a fact of this kind starts, by the titles of the rules. Details may rule some of them out."""
    rulebook = rulebook_for(state)
    replaced = {name for rule in rulebook.rules if rule.ended is None for name in rule.replaces}
    running = [rule for rule in rulebook.rules if not rule.restates and rule.id not in replaced and rule.ended is None]
    titles = [told(rule.title) for rule in running if kind in rule.starts_on]
    return list(dict.fromkeys(titles))


@dataclass(frozen=True)
class Side:
    """One of two facts that are easily mixed up. `heading`: Sent or Received. `starts`: titles of the rules.
    `recorded`: the newest fact of this kind in the case."""

    heading: str
    info: FactInfo | None
    help: str
    starts: list[str]
    is_this: bool
    recorded: Fact | None


def two_days(case: Case, kind: FactKind) -> list[Side]:
    """Return what is sent beside what is received, for a kind that is one of the two; else nothing.

    Where only one of the two is a fact of its own, the other side says what not to enter."""
    info = FACTS[kind]
    sent = info if info.arrives_as else next((one for one in FACTS.values() if one.arrives_as is kind), None)
    received = FACTS[sent.arrives_as] if sent and sent.arrives_as else info if info.received_by else None
    if received is None:
        return []
    newest = {row.kind: row for row in queries.current_facts(case)}
    return [
        Side(
            heading,
            one,
            one.help if one else "The day it was sent, signed or dated is not this day, and starts no clock here.",
            starts(case.state, one.kind) if one else [],
            one is info,
            newest.get(one.kind.value) if one else None,
        )
        for heading, one in (("Sent", sent), ("Received", received))
    ]


def is_a_move(kind: FactKind) -> bool:
    """Whether this fact opens a proceeding when it happens: then the case moves with it."""
    return any(step.opens is not None and kind in step.demands for step in TRANSITIONS)
