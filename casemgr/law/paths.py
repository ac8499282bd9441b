"""What can I do now? Every path with its answer today: a pure function over the case, the rulebook and a calendar.

It says what the law's tables say of each path, side by side. It ranks nothing and advises nobody.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from casemgr.law.days import DayCalendar, add_days
from casemgr.law.deadlines import Deadline, Fact, deadlines
from casemgr.law.rulebook import Rulebook
from casemgr.law.rules import Forum, PathInfo, Rule
from casemgr.law.stages import CaseView, Transition, Verdict, check, settle
from casemgr.law.terms import (
    DeadlineState,
    Direction,
    Doubt,
    FactKind,
    Precision,
    Stage,
    Track,
    VerdictKind,
    Verification,
)
from casemgr.law.transitions import NO_RULE, TRANSITIONS, Reason

__all__ = ["Left", "LeftKind", "PathNow", "TimeLeft", "how_long", "paths"]


class LeftKind(StrEnum):
    RUNNING = "running"
    DOUBTFUL = "doubtful"  # the safe day is over, the last day of the latest reading is not
    OVER = "over"
    USED = "used"  # a filing on record met it
    NO_DATE = "no_date"  # a fact starts it, but the day cannot be worked out
    ASK = "ask"  # no fact says
    NONE = "none"  # our tables give no limit


@dataclass(frozen=True)
class Left:
    """How long a path stays open, counted from one fact.

    `act_by`: the safe last day. `late_after`: the last day of the latest reading. `since`: the fact it counts from."""

    kind: LeftKind
    title: str
    citation: str
    since: Fact
    act_by: date | None = None
    late_after: date | None = None
    days: int | None = None
    reason: str = ""
    doubt: Doubt = Doubt.NONE


@dataclass(frozen=True)
class TimeLeft:
    """The answer to “how long?”. `each`: one for each fact that starts the limit, the one that ends first on top.

    `ask`: the question when nothing starts it; `ask_for`: the fact that answers it. `words`: what else to know."""

    kind: LeftKind
    each: tuple[Left, ...] = ()
    ask: str = ""
    ask_for: FactKind | None = None
    words: str = ""

    @property
    def first(self) -> Left | None:
        """What ends first of what is still open; else what ended last."""
        running = [one for one in self.each if one.kind in (LeftKind.RUNNING, LeftKind.DOUBTFUL)]
        return running[0] if running else (self.each[-1] if self.each else None)


@dataclass(frozen=True)
class PathNow:
    """One path today.

    `move`: the row of the table, for a path that is a move, as it would land. `reasons`: why the verdict is what it is;
    never empty. `stay_put`: yes, no or interim, with `stay_put_words` as they are for this case's law."""

    info: PathInfo
    verdict: VerdictKind
    reasons: tuple[Reason, ...]
    move: Transition | None
    forum: Forum | None
    time: TimeLeft
    stay_put: str
    stay_put_words: str
    stay_put_law: str
    is_unchecked: bool


def paths(view: CaseView, rulebook: Rulebook, calendar: DayCalendar | None = None) -> list[PathNow]:
    """Every path in the order of the tables, the friendliest first. Without a calendar, dates in school or business
    days are not worked out."""
    calendar = calendar or DayCalendar()
    found = deadlines(rulebook, view.facts, calendar, view.today, track=view.track)
    return [_now(info, view, rulebook, found) for info in rulebook.paths]


def _now(info: PathInfo, view: CaseView, rulebook: Rulebook, found: Sequence[Deadline]) -> PathNow:
    rows = [row for row in TRANSITIONS if row.event is info.event]
    move = next((settle(view, row) for row in rows if row.source is view.stage), None)
    opens = rows[0].opens if rows else None
    forum = rulebook.forums.get(opens) if opens else None
    verdict = check(view, info.event, rulebook) if info.event else _fact_path(info, view, rulebook)
    is_open = verdict.kind is not VerdictKind.REFUSED
    time = how_long(info, view, rulebook, found) if is_open else TimeLeft(LeftKind.NONE, words="Not open here.")
    only_504 = view.track is Track.SECTION_504 and bool(info.stay_put_504)
    return PathNow(
        info=_as_under_504(info) if view.track is Track.SECTION_504 else info,
        verdict=verdict.kind,
        reasons=verdict.reasons or _why_open(info, forum, view.track),
        move=move,
        forum=forum,
        time=time,
        stay_put="no" if only_504 else info.stay_put,
        stay_put_words=info.stay_put_504 if only_504 else info.stay_put_words,
        stay_put_law=info.stay_put_504_law if only_504 else info.stay_put_law,
        is_unchecked=info.verified is Verification.U,
    )


def _as_under_504(info: PathInfo) -> PathInfo:
    """What our tables say of the path where IDEA is not in dispute."""
    if info.costs_504:
        info = replace(info, costs=info.costs_504, costs_law="")
    if info.leads_to_504:
        info = replace(info, leads_to=info.leads_to_504, leads_to_law=info.leads_to_504_law)
    return info


def _why_open(info: PathInfo, forum: Forum | None, track: Track) -> tuple[Reason, ...]:
    """Why a path is open. Of a dispute under Section 504 alone the forum's own words say it best: they come first."""
    reasons = [Reason(info.why or info.plain, info.citation)]
    if forum is not None and forum.note and forum.citation != info.citation:
        reasons.insert(0 if track is Track.SECTION_504 else 1, Reason(forum.note, forum.citation))
    return tuple(reasons)


def _fact_path(info: PathInfo, view: CaseView, rulebook: Rulebook) -> Verdict:
    """The verdict on a path that is no move between stages: an independent evaluation, a grievance."""
    if view.stage is Stage.CLOSED:
        return Verdict(VerdictKind.REFUSED, (Reason("The case is closed. Open it again first.", NO_RULE),))
    if info.offered == "unknown" or view.track not in info.tracks:
        words = info.otherwise.replace("{state}", rulebook.state_name)
        return Verdict(VerdictKind.REFUSED, (Reason(words, info.citation),))
    if info.requires and not view.has(*info.requires):
        return Verdict(VerdictKind.WARNING, (Reason(info.requires_words, info.citation),))
    return Verdict(VerdictKind.ALLOWED)


# -- how long ------------------------------------------------------------------------------------------------


def how_long(info: PathInfo, view: CaseView, rulebook: Rulebook, found: Sequence[Deadline]) -> TimeLeft:
    """How long a path stays open. `found`: the deadlines of the case."""
    if not info.limit or view.track not in info.limit_tracks:
        return TimeLeft(LeftKind.NONE, words=info.no_limit)
    rule = rulebook.current(info.limit)
    names = (info.limit, *info.limit_also)
    each = [*_looking_back(info, rule, view), *(_left(one, view) for one in found if _is_about(one, names))]
    each.sort(key=lambda one: (one.act_by is None, one.act_by or date.max))
    if each:
        time = TimeLeft(LeftKind.NONE, tuple(each), words=info.limit_words)
        assert time.first is not None
        return TimeLeft(time.first.kind, time.each, words=info.limit_words)
    ask_for = info.limit_from[0] if not rule.starts_on or info.limit_from[0] in rule.starts_on else rule.starts_on[0]
    if rule.direction is Direction.BEFORE:
        ask_for = info.limit_from[0]
    return TimeLeft(LeftKind.ASK, ask=info.ask, ask_for=ask_for, words=info.limit_words)


def _is_about(deadline: Deadline, names: Sequence[str]) -> bool:
    rule = deadline.rule
    same = {rule.id, *rule.replaces, *rule.beside, *deadline.also}
    return deadline.state is not DeadlineState.SUPERSEDED and any(name in same for name in names)


def _left(deadline: Deadline, view: CaseView) -> Left:
    kind = LeftKind.RUNNING
    if deadline.state in (DeadlineState.MET, DeadlineState.WAIVED):
        kind = LeftKind.USED
    elif deadline.act_by is None:
        kind = LeftKind.NO_DATE
    elif view.today > deadline.act_by:
        in_time = deadline.late_after is not None and view.today <= deadline.late_after
        kind = LeftKind.DOUBTFUL if in_time else LeftKind.OVER
    return Left(
        kind,
        deadline.rule.title,
        "; ".join(deadline.citations),
        deadline.trigger,
        deadline.act_by,
        deadline.late_after,
        deadline.days_left(view.today),
        deadline.reason,
        Doubt.UNVERIFIED if deadline.verification is Verification.U else deadline.doubt,
    )


def _looking_back(info: PathInfo, rule: Rule, view: CaseView) -> Iterator[Left]:
    """A limit that counts back from the filing, read forward: the last day on which a filing still reaches the fact."""
    if rule.direction is not Direction.BEFORE or rule.count is None or rule.unit is None:
        return
    for fact in view.facts:
        if fact.kind not in info.limit_from or fact.kind in rule.starts_on or fact.precision is not Precision.DAY:
            continue  # what starts the rule itself has a deadline of its own
        last = add_days(fact.on, rule.count, rule.unit, DayCalendar())
        kind = LeftKind.RUNNING if view.today <= last else LeftKind.OVER
        days = (last - view.today).days
        doubt = Doubt.UNVERIFIED if rule.verified is Verification.U else Doubt.NONE
        yield Left(kind, rule.title, rule.citation, fact, last, last, days, doubt=doubt)
