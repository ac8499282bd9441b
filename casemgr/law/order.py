"""What a new fact contradicts: today, the date of birth, or another fact (`packs/order.toml`).

Only what cannot be is found: of a fact of which the month is known, its last day still comes too early. Nothing is
refused here; a person may know better, and says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from casemgr.law.counting import long_day
from casemgr.law.dated import Fact, of_same_proceeding
from casemgr.law.facts import FACTS
from casemgr.law.imprecise import day_words, first_day, last_day
from casemgr.law.rulebook import PACKS, PackError, read_toml
from casemgr.law.terms import FactKind, Precision

ONE_ROUND = timedelta(days=365)
"""Outside of a proceeding, facts further apart belong to two rounds: a request of this year, a consent of last year."""


@dataclass(frozen=True)
class Order:
    """One of `first` comes before one of `then`, or on the same day."""

    first: frozenset[FactKind]
    then: frozenset[FactKind]
    says: str


@dataclass(frozen=True)
class Contradiction:
    """Why a fact cannot be as it was told. `key` names it, so that a person is asked once; `text` is for a person."""

    key: str
    text: str


def contradictions(new: Fact, others: Sequence[Fact], *, born_on: date, today: date) -> list[Contradiction]:
    """Everything that speaks against `new`.

    Args:
        others: the other facts of the case as they stand, without what `new` corrects; birthdays are looked over.
        today: local date. An unknown day contradicts nothing.
    """
    if new.precision is Precision.UNKNOWN:
        return []
    known = [fact for fact in others if fact.precision is not Precision.UNKNOWN and fact.id != new.id]
    return [*_of_the_calendar(new, born_on, today), *_of_order(new, known), *_told_before(new, known)]


def _of_the_calendar(new: Fact, born_on: date, today: date) -> Iterator[Contradiction]:
    if first_day(new) > today and not FACTS[new.kind].may_be_future:
        yield Contradiction("future", "This date is in the future. Is the day right?")
    if last_day(new) < born_on:
        yield Contradiction("birth", f"This date is before the student was born ({long_day(born_on)}).")


def _of_order(new: Fact, others: Sequence[Fact]) -> Iterator[Contradiction]:
    for order in ORDERS:
        if new.kind in order.then:
            yield from _too_early(new, [fact for fact in _near(new, others) if fact.kind in order.first], order)
        if new.kind in order.first:
            yield from _too_late(new, _near(new, others), order)


def _too_early(new: Fact, firsts: Sequence[Fact], order: Order) -> Iterator[Contradiction]:
    """It needs one of `firsts` before it, and all that there are come after it."""
    if firsts and all(first_day(fact) > last_day(new) for fact in firsts):
        nearest = min(firsts, key=lambda fact: fact.on)
        yield Contradiction(f"after:{nearest.id}", f"{order.says} {_recorded(nearest)}, which is later.")


def _too_late(new: Fact, near: Sequence[Fact], order: Order) -> Iterator[Contradiction]:
    """Something that follows it lies before it, with nothing else that it could follow."""
    others = [fact for fact in near if fact.kind in order.first]
    for fact in near:
        if fact.kind not in order.then or last_day(fact) >= first_day(new):
            continue
        if not any(first_day(other) <= last_day(fact) for other in others):
            yield Contradiction(f"before:{fact.id}", f"{order.says} {_recorded(fact)}, which is earlier.")


def _told_before(new: Fact, others: Iterable[Fact]) -> Iterator[Contradiction]:
    for fact in others:
        same = fact.kind is new.kind and fact.on == new.on and fact.proceeding == new.proceeding
        if same and dict(fact.details) == dict(new.details):
            yield Contradiction(f"twice:{fact.id}", "The same fact is on record for this day already.")


def _near(new: Fact, others: Iterable[Fact]) -> list[Fact]:
    """Facts of the same proceeding, and those that may belong together and lie less than a year apart."""
    return [
        fact
        for fact in others
        if of_same_proceeding(new, fact)
        and (abs(fact.on - new.on) <= ONE_ROUND or (fact.proceeding is not None and fact.proceeding == new.proceeding))
    ]


def _recorded(fact: Fact) -> str:
    told = day_words(fact) if fact.precision is Precision.MONTH else long_day(fact.on)
    return f"“{FACTS[fact.kind].label}” is recorded for {told}"


def _load() -> tuple[Order, ...]:
    return tuple(_order(row) for row in read_toml(PACKS / "order.toml")["order"])


def _order(row: dict[str, Any]) -> Order:
    sides = []
    if missing := [key for key in ("first", "then", "says") if not row.get(key)]:
        raise PackError(f"order.toml: a row has no {missing[0]!r}: {row}")
    for key in ("first", "then"):
        names = [row[key]] if isinstance(row[key], str) else row[key]
        unknown = [name for name in names if name not in FACTS]
        if unknown:
            raise PackError(f"order.toml: no fact is called {', '.join(unknown)}")
        sides.append(frozenset(FactKind(name) for name in names))
    return Order(sides[0], sides[1], row["says"])


ORDERS = _load()
