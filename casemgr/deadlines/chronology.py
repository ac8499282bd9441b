"""The story of a case in order of time: facts, moves, headlines of the evidence log, and deadlines."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from casemgr.cases.clock import today
from casemgr.cases.models import Case
from casemgr.cases.queries import WHO_ACTS
from casemgr.deadlines import queries
from casemgr.deadlines.doubts import mark_of
from casemgr.deadlines.models import Fact
from casemgr.deadlines.standing import state_on
from casemgr.evidence import queries as evidence
from casemgr.evidence.kinds import EVIDENCE_KINDS, when_words
from casemgr.law.facts import FACTS
from casemgr.law.terms import FactKind
from casemgr.proceedings import queries as proceedings
from casemgr.proceedings import words
from casemgr.web.filters import legal_date
from casemgr.web.voice import told

SHOWN = {"facts": "Facts", "moves": "Moves of the case", "log": "Evidence log", "deadlines": "Deadlines"}
ORDERS = {"oldest": "Oldest first", "newest": "Newest first"}
LEFT_OUT = ("superseded",)
A_YEAR = timedelta(days=366)
STATES = {
    "open": "still runs",
    "late": "late",
    "met": "met",
    "waived": "waived",
    "suspended": "paused",
    "passed": "passed",
}


@dataclass(frozen=True)
class Wanted:
    """What the address asks for. `show`: keys of SHOWN; days are included."""

    show: frozenset[str] = frozenset(SHOWN)
    since: date | None = None
    until: date | None = None
    order: str = "oldest"

    @property
    def narrows(self) -> bool:
        return self.show != frozenset(SHOWN) or bool(self.since or self.until)


@dataclass(frozen=True)
class Line:
    """One line. `endpoint` and `arguments` lead to its page; `stage` is where a move led."""

    on: date
    when: str
    kind: str
    title: str
    note: str = ""
    source: str = ""
    stage: str = ""
    endpoint: str = ""
    arguments: Mapping[str, Any] = field(default_factory=dict)
    id: UUID | None = None
    until: date | None = None
    """The last day that it may have been, of what is known only to its month or year."""
    nominal: date | None = None
    late_after: date | None = None
    state: str = ""
    doubt: str = ""
    """How sure the rule of a deadline is, where it is not sure (deadlines.doubts)."""
    people: tuple[tuple[str, str], ...] = ()
    """Key (evidence.queries.person_key) and name of who was part of it."""
    proof: frozenset[UUID] = frozenset()
    """Entries of the log and papers that it is known from, or that started it."""


def chronology(case: Case, visible: Collection[str], papers: Mapping[str, str], wanted: Wanted) -> list[Line]:
    """Return what happened and what is due, in order; without a last day, what is due within a year. What the reader
    may not open is left out.

    Args:
        visible: visibilities of entries that the reader may open. papers: titles of such papers, by id.
    """
    until = wanted.until or today(case) + A_YEAR
    makers = {
        "facts": lambda: _facts(case, papers),
        "moves": lambda: _moves(case),
        "log": lambda: _log(case, visible),
        "deadlines": lambda: (line for line in _deadlines(case) if line.on <= until),
    }
    lines = [line for kind, make in makers.items() if kind in wanted.show for line in make()]
    inside = [
        line
        for line in lines
        if (wanted.since is None or line.on >= wanted.since) and (wanted.until is None or line.on <= wanted.until)
    ]
    return sorted(inside, key=lambda line: line.on, reverse=wanted.order == "newest")


def _facts(case: Case, papers: Mapping[str, str]) -> Iterator[Line]:
    for row in queries.current_facts(case):
        yield Line(
            row.on_date,
            _when(row),
            "facts",
            told(FACTS[FactKind(row.kind)].label),
            note=" ".join(filter(None, (row.note, FACTS[FactKind(row.kind)].no_clock))),
            source=papers.get(str(row.document_id), ""),
            endpoint="deadlines.show_fact",
            arguments={"fact_id": row.id},
            id=row.id,
            until=last_day(row.on_date, row.precision),
            proof=_proof_of(row),
        )


def last_day(on: date, precision: str) -> date | None:
    """Return the last day of a month or year that is all one knows; None where the day is known or nothing is."""
    if precision == "year":
        return on.replace(month=12, day=31)
    next_month = (on.replace(day=1) + timedelta(days=31)).replace(day=1)
    return next_month - timedelta(days=1) if precision == "month" else None


def _proof_of(row: Fact | None) -> frozenset[UUID]:
    return frozenset({row.entry_id, row.document_id} - {None}) if row else frozenset()


def _when(row: Fact) -> str:
    return "Day not known" if row.precision == "unknown" else when_words(row.on_date, row.precision)


def _moves(case: Case) -> Iterator[Line]:
    for row in proceedings.standing_moves(case):
        title = words.move_title(row.event) or "Case opened"
        yield Line(row.on_date, legal_date(row.on_date), "moves", title, note=row.reason, stage=row.to_stage, id=row.id)


def _log(case: Case, visible: Collection[str]) -> Iterator[Line]:
    for row in evidence.chronology(case, visible):
        yield Line(
            row.happened_on,
            when_words(row.happened_on, row.precision, row.happened_at),
            "log",
            row.title,
            source=f"{EVIDENCE_KINDS.get(row.kind, row.kind)}, log no. {row.number}",
            endpoint="evidence.show",
            arguments={"entry_id": row.id},
            id=row.id,
            until=last_day(row.happened_on, row.precision),
            people=tuple((evidence.person_key(one), one["name"]) for one in row.people),
            proof=frozenset({row.id, *(UUID(paper["id"]) for paper in row.documents)}),
        )


def _deadlines(case: Case) -> Iterator[Line]:
    now = today(case)
    facts = {row.id: row for row in queries.current_facts(case)}
    for row in queries.deadlines_of(case):
        state = state_on(row, now)
        if row.act_by is None or state in LEFT_OUT:
            continue
        met_on = row.explanation.get("met_on")
        met = f" on {legal_date(date.fromisoformat(met_on))}" if met_on and state == "met" else ""
        who = WHO_ACTS.get(row.actor, "")
        yield Line(
            row.act_by,
            legal_date(row.act_by),
            "deadlines",
            told(row.title),
            note=f"{STATES.get(state, state).capitalize()}{met}. {who + '.' if who else ''}".strip(),
            source=row.citation,
            endpoint="deadlines.why",
            arguments={"deadline_id": row.id},
            id=row.id,
            nominal=row.nominal,
            late_after=row.late_after,
            state=state,
            doubt=mark.label if (mark := mark_of(row)) else "",
            proof=_proof_of(facts.get(row.fact_id)),
        )
