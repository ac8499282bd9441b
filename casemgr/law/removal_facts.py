"""The facts that follow from logged removals, so that their clocks start by themselves: 34 CFR 300.530, 300.536.

They are worked out anew each time, like birthdays: when a removal is corrected or the school calendar changes,
nothing stale is left behind. Ids begin with "removal:" and lead back to the log (`removal_of`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta

from casemgr.law.deadlines import Fact
from casemgr.law.removals import Removal, RemovalCount, SchoolYearCount
from casemgr.law.terms import FactKind, PatternAnswer, RemovalKind

PREFIX = "removal:"
YEAR_PREFIX = "removals:"
BASIS = "basis"
DECIDED = FactKind.DISCIPLINARY_PLACEMENT_CHANGE_DECIDED
IN_A_ROW, PATTERN = "in_a_row", "pattern"
IN_SCHOOL = (RemovalKind.IN_SCHOOL_WITHOUT_SERVICES, RemovalKind.IN_SCHOOL_WITH_SERVICES)
STARTS = {
    RemovalKind.INTERIM_SETTING: FactKind.IAES_STARTED,
    RemovalKind.INTERIM_SETTING_ORDERED: FactKind.IAES_ORDERED,
}


def is_from_log(fact_id: str) -> bool:
    """Whether a fact was worked out from the discipline log."""
    return fact_id.startswith((PREFIX, YEAR_PREFIX))


def removal_of(fact_id: str) -> str | None:
    """The id of the removal that a fact came from; None for a fact of a whole school year, or of no removal."""
    return fact_id.split(":")[1] if fact_id.startswith(PREFIX) else None


def facts_of(removals: Sequence[Removal], count: RemovalCount, recorded: Iterable[Fact] = ()) -> list[Fact]:
    """Every fact that the log gives: starts and ends, the tenth day, decisions that change the placement.

    Args:
        recorded: the facts that people recorded. Where one of them is the school's decision about the same removals,
            the log adds none of its own.
    """
    known = [fact.on for fact in recorded if fact.kind is DECIDED]
    found = [fact for removal in removals for fact in _own(removal)]
    found += [
        Fact(f"{YEAR_PREFIX}{year.label}:reached", FactKind.REMOVALS_REACHED_TEN_DAYS, year.reached_on)
        for year in count.years
        if year.reached_on is not None
    ]
    return found + list(_decisions(removals, count, known))


def _own(removal: Removal) -> Iterator[Fact]:
    """Start and end of one removal. A removal of one day starts no limit: it cannot outrun one."""
    started = STARTS.get(removal.kind, FactKind.REMOVAL_STARTED)
    is_long = removal.last is None or removal.last > removal.first
    if is_long and (removal.counts or removal.kind in IN_SCHOOL):
        kind = "in_school" if removal.kind in IN_SCHOOL else "out_of_school"
        yield _fact(removal, "started", started, removal.first, {"kind": kind})
        if removal.last is not None:
            ended = FactKind.IAES_ENDED if removal.kind in STARTS else FactKind.REMOVAL_ENDED
            yield _fact(removal, "ended", ended, removal.last + timedelta(days=1))
    if removal.kind is RemovalKind.EXPULSION:
        yield _fact(removal, "expelled", FactKind.EXPULSION_DATED, removal.decided or removal.first)


def _decisions(removals: Sequence[Removal], count: RemovalCount, known: Sequence[date]) -> Iterator[Fact]:
    """A removal of more than the limit in a row, an interim setting, and a pattern (300.536(a), 300.530(e), (g))."""
    by_id = {removal.id: removal for removal in removals}
    decided: list[Fact] = []
    for year in count.years:
        for removal in (one for one in removals if one.counts and _changes_placement(one, count, year)):
            on = removal.decided or removal.first
            decided.append(_fact(removal, "decided", DECIDED, on, {BASIS: IN_A_ROW}))
        crossed = year.pattern
        if crossed.answer is PatternAnswer.YES and crossed.on is not None:
            that_day = next(day for day in year.days if day.on == crossed.on)
            removal = by_id[next(name for name in that_day.removals if name in crossed.removals)]
            on = removal.decided or crossed.on
            decided.append(_fact(removal, "pattern", DECIDED, on, {BASIS: PATTERN}))
    seen: set[str] = set()
    for fact in decided:
        removal = by_id[removal_of(fact.id) or ""]
        if removal.id not in seen and not any(_is_about(day, removal, fact.on) for day in known):
            seen.add(removal.id)
            yield fact


def _changes_placement(removal: Removal, count: RemovalCount, year: SchoolYearCount) -> bool:
    days = count.school_days.get(removal.id)
    own = any(removal.id in day.removals for day in year.days)
    return own and (removal.kind in STARTS or (days is not None and days > year.limit))


def _is_about(recorded: date, removal: Removal, on: date) -> bool:
    """A recorded decision belongs to a removal when it lies between a month before it and its end."""
    last = removal.last or date.max
    return min(removal.first, on) - timedelta(days=31) <= recorded <= last


def _fact(removal: Removal, name: str, kind: FactKind, on: date, details: Mapping[str, str] | None = None) -> Fact:
    """A fact of one removal. Start and end are tied to it, so that the end of another removal does not end this."""
    tied = f"{PREFIX}{removal.id}" if kind in (FactKind.REMOVAL_STARTED, FactKind.REMOVAL_ENDED) else None
    return Fact(f"{PREFIX}{removal.id}:{name}", kind, on, tied, details=details or {})
