"""The shapes that the packs are read into: frozen dataclasses, no behaviour beyond "is it in force".

Field by field these are the columns of the law tables; docs/law-packs.md explains them for an attorney.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from casemgr.law.terms import (
    Direction,
    Event,
    FactKind,
    FilingKind,
    Need,
    PartyRole,
    PauseKind,
    ProceedingKind,
    RuleKind,
    Track,
    Unit,
    Verification,
)


@dataclass(frozen=True)
class Pause:
    """Days that a calendar-day count leaves out. `longer_than`: only a break with more weekdays than this."""

    what: PauseKind
    longer_than: int = 0


@dataclass(frozen=True)
class Reading:
    """Another plausible way to count the same rule, and why somebody might."""

    count: int
    unit: Unit
    why: str
    first_day_counts: bool = False
    pauses: tuple[Pause, ...] = ()


@dataclass(frozen=True)
class Extra:
    """Days on top of the count: the number in this detail of the trigger fact, if it is at least `at_least`."""

    detail: str
    at_least: int = 1


@dataclass(frozen=True)
class Alert:
    """A day to be reminded on, before the last day (for a shorter limit that some court applied)."""

    count: int
    unit: Unit
    why: str


@dataclass(frozen=True)
class Rule:
    """One rule of law with its source. Counts are in `unit`; see terms for the vocabularies.

    Attributes:
        starts_on: facts that start it; each such fact starts one deadline.
        starts_after: id of the rule whose last day is day 0 of this one (the decision comes after the
            resolution period).
        adjusted_by: facts that become day 0 instead, when they come before that last day.
        suspended_by, resumed_by: while suspended there is no date at all; the resuming fact becomes day 0.
        met_by, waived_by, reset_by: facts that satisfy it, make it unnecessary, or start it again.
        met_by_arrival: met by the arrival of what had to be sent, which does not tell when it was sent: never late.
        only_filed_by: applies only when this party filed the proceeding (the LEA's own complaint has no
            resolution period).
        when, unless: details of the trigger fact that must have this value, or may have none of these values. A kind of
            trigger that does not ask the question is not asked about it.
        moves: id of the rule whose day 0 the trigger moves; it does not run where the trigger moves nothing (too late).
        tracks: the laws whose disputes it is for; in a case about another one its date is marked.
        not_expedited: does not run in a proceeding that only an expedited complaint about discipline opened.
        requires: facts without which it does not run (leaving a mediation that was agreed to go on).
        school_days_left: runs only when so many school days are left in the year, and counts from its last day.
        not_if_school_days_left: does not run when so many school days are left (another row then does).
        ends_on: "06-30": the last day is the first such day of a year after day 0, whatever the count.
        pauses: days that a calendar-day count leaves out (summer, school breaks, holidays).
        adds: further days that a detail of the trigger fact gives (absences).
        count_detail: the number of days stands in this detail of the trigger fact (an order that names it).
        mailed_days: days after mailing on which a mailed notice counts as received.
        outlives_proceeding: goes on after the proceeding is withdrawn, dismissed or settled.
        alternative_to: id of a rule with the same aim; the earlier act_by of both is the safe one.
        restates: ids of federal rules that the State repeats: shown once, with both citations.
        replaces: ids of federal rules that do not run where this one does.
        restarts: ids of rules that a row without a number starts again (the amended complaint).
        protects: "stay_put" for a last day to file after which the right to stay put is lost (34 CFR 300.518(a)).
        beside: made while loading, never written: what a State row would replace if a person had confirmed it.
            Both dates run until then.
        rolls_forward: a State computation rule that may move the last day of the federal rules it restates.
        may_roll: whether a State computation rule or FRCP 6 might move a last day on a weekend or holiday.
        early, late: the earliest and latest other reading, where the text leaves room.
        effective, ended: in force from/to, by the date of the trigger; None means not known to have changed.
        verified: U is shown as UNVERIFIED wherever the date shows. read_on: when it was last compared.
        confirmed_on, confirmed_by: when and by whom a State row was re-checked at its source; only then may it
            take a federal row's place (docs/decisions/0004). unconfirmed: made while loading.
        seen: which copy was read.
    """

    id: str
    title: str
    explanation: str
    kind: RuleKind
    direction: Direction
    actor: PartyRole
    citation: str
    verified: Verification
    read_on: date
    jurisdiction: str = "us"
    source: str = ""
    seen: str = ""
    starts_on: tuple[FactKind, ...] = ()
    count: int | None = None
    unit: Unit | None = None
    first_day_counts: bool = False
    count_if_lea_filed: int | None = None
    count_detail: str = ""
    mailed_days: int = 0
    starts_after: str = ""
    adjusted_by: tuple[FactKind, ...] = ()
    suspended_by: tuple[FactKind, ...] = ()
    resumed_by: tuple[FactKind, ...] = ()
    met_by: tuple[FactKind, ...] = ()
    waived_by: tuple[FactKind, ...] = ()
    reset_by: tuple[FactKind, ...] = ()
    only_filed_by: PartyRole | None = None
    when: Mapping[str, str] = field(default_factory=dict)
    unless: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    tracks: frozenset[Track] = frozenset(Track)
    moves: str = ""
    not_expedited: bool = False
    met_by_arrival: bool = False
    school_days_left: tuple[int, int] | None = None
    not_if_school_days_left: tuple[int, int] | None = None
    ends_on: str = ""
    pauses: tuple[Pause, ...] = ()
    adds: Extra | None = None
    alternative_to: str = ""
    requires: tuple[FactKind, ...] = ()
    outlives_proceeding: bool = False
    verified_when_lea_files: Verification | None = None
    early: Reading | None = None
    late: Reading | None = None
    alerts: tuple[Alert, ...] = ()
    may_roll: bool = True
    restates: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    restarts: tuple[str, ...] = ()
    protects: str = ""
    beside: tuple[str, ...] = ()
    rolls_forward: bool = False
    confirmed_on: date | None = None
    confirmed_by: str = ""
    unconfirmed: bool = False
    if_missed: str = ""
    extension: str = ""
    note: str = ""
    effective: date | None = None
    ended: date | None = None

    def in_force(self, on: date) -> bool:
        return (self.effective is None or self.effective <= on) and (self.ended is None or on <= self.ended)

    @property
    def uses_school_days(self) -> bool:
        """Whether its own count looks at the school calendar, in any reading of it."""
        readings = [one for one in (self.early, self.late) if one]
        units = {self.unit, *(one.unit for one in readings)}
        paused = self.pauses or any(one.pauses for one in readings)
        return Unit.SCHOOL_DAY in units or bool(paused or self.school_days_left or self.not_if_school_days_left)


@dataclass(frozen=True)
class Forum:
    """Who hears a kind of proceeding in this jurisdiction, and for which law."""

    kind: ProceedingKind
    name: str
    hears: frozenset[Track]
    citation: str
    verified: Verification
    otherwise: str = ""  # where to go with a dispute that this forum does not hear, in plain words
    note: str = ""


@dataclass(frozen=True)
class StayPutReading:
    """A State's own words about stay-put, shown beside the federal answer.

    `widens`: they keep the placement also where federal law does not (no hearing is pending)."""

    id: str
    text: str
    citation: str
    verified: Verification
    tracks: frozenset[Track]
    disputed_by: tuple[FactKind, ...] = ()  # facts that show a dispute of the kind the State rule speaks of
    settled_by: tuple[FactKind, ...] = ()
    widens: bool = False


@dataclass(frozen=True)
class PathInfo:
    """One path a person can take, in plain words (paths.toml). `*_law` is the citation of the field before it.

    Attributes:
        event: the move in the table of stages. fact: for a path that is no move, the fact that records it.
        tracks: of a path that is no move, the laws that give it; `otherwise` says where to go instead. offered:
            "unknown" where our tables do not say whether the State has it.
        requires: facts of which one must be on record; requires_words: the warning when none is.
        limit: id of the rule that says how long the path stays open; limit_also: others with the same aim;
            limit_from: the facts it counts from; limit_tracks: the laws it is for; limit_words: how to read the date;
            ask: the question when no fact starts it. no_limit: what to say where no rule gives a time.
        costs_504, leads_to_504: the same for a dispute under Section 504 alone, where our tables say less.
        stay_put: yes, no or interim; stay_put_504: what to say of a dispute under Section 504 alone.
        filing: the filing whose checklist says what is still missing.
    A State row has the same id and only the fields that differ.
    """

    id: str
    title: str = ""
    plain: str = ""
    why: str = ""
    citation: str = ""
    verified: Verification | None = None
    event: Event | None = None
    fact: FactKind | None = None
    tracks: frozenset[Track] = frozenset(Track)
    otherwise: str = ""
    offered: str = "yes"
    requires: tuple[FactKind, ...] = ()
    requires_words: str = ""
    costs: str = ""
    costs_law: str = ""
    leads_to: str = ""
    leads_to_law: str = ""
    costs_504: str = ""
    leads_to_504: str = ""
    leads_to_504_law: str = ""
    limit: str = ""
    limit_also: tuple[str, ...] = ()
    limit_from: tuple[FactKind, ...] = ()
    limit_tracks: frozenset[Track] = frozenset(Track)
    limit_words: str = ""
    no_limit: str = ""
    ask: str = ""
    stay_put: str = ""
    stay_put_words: str = ""
    stay_put_law: str = ""
    stay_put_504: str = ""
    stay_put_504_law: str = ""
    filing: FilingKind | None = None


@dataclass(frozen=True)
class Item:
    """One thing that a filing must, should or may contain."""

    key: str
    need: Need
    text: str
    help: str
    citation: str
    verified: Verification
    condition: str = ""  # "if the student is homeless": required only then


@dataclass(frozen=True)
class Route:
    """Where a filing goes and how. Addresses age: `as_of` is printed with each.

    `state_copy`: the State office that gets a copy, where it is not itself the one to file with. `paper_over`: with
    more pages than this it also goes on paper (0: no such rule). `day_note`: which day counts, beside the field for it.
    `afterwards`: what follows an e-mail or a fax."""

    kind: FilingKind
    jurisdiction: str
    goes_to: str
    copy_to: str
    method: str
    proof: str
    limits: str
    citation: str
    verified: Verification
    as_of: str
    state_copy: str = ""
    paper_over: int = 0
    day_note: str = ""
    afterwards: str = ""
