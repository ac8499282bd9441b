"""Clocks that meet, move, stop and start again, as a table that a lawyer can read.

Each story: what happened (day, fact, proceeding), then each rule: nominal / act by / late after, and how it stands on
22 November 2026. Calendar A, Massachusetts.
A dash: no date. The counts were made by hand.
"""

from dataclasses import dataclass, replace
from datetime import date

import pytest

from casemgr.law.counting import compute
from casemgr.law.days import DayCalendar
from casemgr.law.deadlines import Deadline, Fact, deadlines
from casemgr.law.facts import birthdays
from casemgr.law.rulebook import Rulebook, rulebook_for
from casemgr.law.rules import Alert
from casemgr.law.terms import DeadlineState, FactKind, PartyRole, RuleKind, Unit
from tests.law.calendars import CALENDAR_A

TODAY = date(2026, 11, 22)

TABLE = """
amended twice: the second time counts for the period
  2026-11-18 due_process_complaint_received d
  2026-12-02 amended_complaint_filed d
  2026-12-10 amended_complaint_filed d
  idea-resolution-period | 2027-01-09 2027-01-08 2027-01-11 open
  idea-decision-45       | 2027-02-23 2027-02-23 2027-02-23 open
a waiver before the amendment does not shorten the new period
  2026-11-18 due_process_complaint_received d
  2026-11-25 resolution_meeting_waived d
  2026-12-02 amended_complaint_filed d
  idea-decision-45       | 2027-02-15 2027-02-12 2027-02-15 open
a waiver after the amendment does
  2026-11-18 due_process_complaint_received d
  2026-12-02 amended_complaint_filed d
  2026-12-05 resolution_meeting_waived d
  idea-decision-45        | 2027-01-19 2027-01-19 2027-01-19 open
  idea-resolution-meeting | 2026-12-17 2026-12-17 2026-12-17 waived
mediation instead of the meeting leaves the thirty days as they are
  2026-11-18 due_process_complaint_received d
  2026-11-24 mediation_agreed m
  idea-resolution-meeting | 2026-12-03 2026-12-03 2026-12-03 waived
  idea-resolution-period  | 2026-12-18 2026-12-18 2026-12-18 open
  idea-decision-45        | 2027-02-01 2027-02-01 2027-02-01 open
mediation that goes on: no decision date until one side leaves
  2026-11-18 due_process_complaint_received d
  2026-12-15 mediation_continues d
  idea-decision-45 | - - - suspended
mediation that goes on, and one side leaves on a holiday
  2026-11-18 due_process_complaint_received d
  2026-12-15 mediation_continues d
  2027-01-01 mediation_withdrawn m
  idea-decision-45 | 2027-02-15 2027-02-12 2027-02-15 open
a ruling that the complaint is not sufficient: the clocks run on until it is amended
  2026-11-18 due_process_complaint_received d
  2026-12-08 complaint_found_insufficient d
  idea-resolution-period | 2026-12-18 2026-12-18 2026-12-18 open
the district files: no resolution period, the 45 days run from its filing
  2026-11-18 due_process_complaint_filed d lea
  2026-11-19 due_process_complaint_received_by_parent d
  idea-decision-45       | 2027-01-02 2026-12-31 2027-01-02 open
  idea-dp-other-response | 2026-11-29 2026-11-27 2026-11-30 open
  idea-dp-sufficiency    | 2026-12-04 2026-12-04 2026-12-04 open
the district changes its own complaint
  2026-11-18 due_process_complaint_filed d lea
  2026-12-02 amended_complaint_filed d lea
  idea-decision-45 | 2027-01-16 2027-01-15 2027-01-16 open
an expedited complaint runs beside the ordinary one and moves none of its dates
  2026-11-18 due_process_complaint_received d
  2026-12-14 expedited_complaint_filed x
  2026-12-14 expedited_complaint_received x
  2026-12-16 resolution_meeting_waived x
  idea-decision-45              | 2027-02-01 2027-02-01 2027-02-01 open
  idea-resolution-meeting       | 2026-12-03 2026-12-03 2026-12-03 open
  idea-expedited-resolution     | 2026-12-21 2026-12-21 2026-12-21 waived
  idea-expedited-resolution-end | 2026-12-29 2026-12-29 2026-12-29 open
  idea-expedited-hearing        | 2027-01-21 2027-01-21 2027-01-21 open
an expedited complaint taken back leaves the ordinary one alone
  2026-11-18 due_process_complaint_received d
  2026-11-18 expedited_complaint_filed x
  2026-11-20 proceeding_withdrawn x
  idea-resolution-meeting | 2026-12-03 2026-12-03 2026-12-03 open
a State complaint set aside in part keeps its sixty days for the rest
  2026-11-18 state_complaint_received s
  2026-12-01 state_complaint_set_aside_in_part s
  idea-state-complaint-decision | 2027-01-17 2027-01-15 2027-01-19 open
a State complaint set aside as a whole waits for the hearing
  2026-11-18 state_complaint_received s
  2026-12-01 state_complaint_set_aside s
  idea-state-complaint-decision | - - - suspended
taken up again, it has no date until the State gives one
  2026-11-18 state_complaint_received s
  2026-12-01 state_complaint_set_aside s
  2027-02-01 state_complaint_resumed s
  idea-state-complaint-decision | - - - open
a State review starts the ninety days again
  2026-09-01 decision_issued d
  2026-11-30 state_review_decided d
  idea-civil-action | 2027-02-28 2027-02-26 2027-03-01 open
three business days over Thanksgiving
  2026-11-25 resolution_agreement_signed d
  idea-settlement-void | 2026-12-01 2026-12-01 2026-12-01 open
ten days that include holidays, over Christmas and New Year
  2027-01-04 private_placement_planned
  idea-unilateral-10bd | 2026-12-21 2026-12-17 2026-12-21 open
a removal: its first day is day 1, days without school do not count
  2026-11-02 removal_started
  idea-removal-10-consecutive | 2026-11-17 2026-11-17 2026-11-17 late
services begin on the first school day after the tenth
  2026-11-25 removals_reached_ten_days
  idea-services-day-11 | 2026-11-30 2026-11-30 2026-11-30 open
the two tracks of discipline run side by side
  2026-11-18 disciplinary_placement_change_decided
  2026-11-18 expulsion_dated
  idea-mdr               | 2026-12-04 2026-12-04 2026-12-04 open
  ma-37h-appeal          | 2026-11-28 2026-11-27 2026-11-30 open
  idea-discipline-notice | 2026-11-18 2026-11-18 2026-11-18 late
the superintendent hears, then decides
  2026-11-24 discipline_appeal_filed
  2026-12-01 discipline_appeal_heard
  ma-37h34-hearing  | 2026-12-01 2026-12-01 2026-12-01 met
  ma-37h34-decision | 2026-12-06 2026-12-04 2026-12-07 open
five school days over the winter vacation
  2026-12-18 referral_received
  ma-consent-notice | 2027-01-05 2027-01-05 2027-01-05 open
ten school days over Thanksgiving
  2026-11-20 discontinuation_notice_dated
  ma-revoke-consent | 2026-12-08 2026-12-08 2026-12-08 open
two days before the meeting
  2027-01-06 team_meeting_scheduled
  ma-summaries | 2027-01-04 2027-01-04 2027-01-04 open
one year from 29 February
  2028-02-29 iep_dated
  idea-annual-review | 2029-02-28 2029-02-28 2029-03-01 open
one year back from 29 February: the safe day is the later one
  2028-02-29 state_complaint_received s
  idea-state-complaint-lookback | 2027-02-28 2027-03-01 2027-02-28 passed
the 31st, where the month has fewer days
  2026-10-31 evaluation_completed
  ma-iee-window | 2028-02-29 2028-02-29 2028-02-29 open
"""


@dataclass(frozen=True)
class Row:
    facts: tuple[Fact, ...]
    rule: str
    dates: tuple[date | None, ...]
    state: str


def _facts(line: str) -> tuple[Fact, ...]:
    found = []
    for place, text in enumerate(line.strip().split(", ")):
        on, kind, *rest = text.split()
        filed_by = PartyRole(rest[1]) if len(rest) > 1 else None
        found.append(Fact(str(place), FactKind(kind), date.fromisoformat(on), rest[0] if rest else None, filed_by))
    return tuple(found)


def _rows() -> list[object]:
    rows, title, told = [], "", []
    for line in TABLE.strip().splitlines():
        if not line.startswith(" "):
            title, told = line, []
        elif "|" not in line:
            told.append(line.strip())
        else:
            rule, _, wanted = line.strip().partition("|")
            *dates, state = wanted.split()
            days = tuple(None if text == "-" else date.fromisoformat(text) for text in dates)
            row = Row(_facts(", ".join(told)), rule.strip(), days, state)
            rows.append(pytest.param(row, id=f"{title}: {rule.strip()}"))
    return rows


def run(facts: tuple[Fact, ...], *, book: Rulebook | None = None, calendar: DayCalendar = CALENDAR_A) -> list[Deadline]:
    return deadlines(book or rulebook_for("MA"), facts, calendar, TODAY)


def standing(found: list[Deadline], rule: str) -> Deadline:
    (one,) = [one for one in found if one.rule.id == rule and one.state is not DeadlineState.SUPERSEDED]
    return one


@pytest.mark.parametrize("row", _rows())
def test_clocks_run_as_the_table_says(row: Row) -> None:
    found = standing(run(row.facts), row.rule)
    assert (found.nominal, found.act_by, found.late_after) == row.dates
    assert found.state == row.state
    assert found.nominal or found.reason
    assert found.citations


def test_there_is_no_resolution_meeting_when_the_district_files() -> None:
    found = {one.rule.id for one in run(_facts("2026-11-18 due_process_complaint_filed d lea"))}
    assert not [rule for rule in found if rule.startswith("idea-resolution-")]


def test_a_state_that_gives_a_new_date_after_setting_aside_is_believed() -> None:
    line = (
        "2026-11-18 state_complaint_received s, 2026-12-01 state_complaint_set_aside s, "
        "2027-02-01 state_complaint_resumed s"
    )
    new = {"rule": "idea-state-complaint-decision", "until": "2027-03-15"}
    order = Fact("o", FactKind.DEADLINE_EXTENDED, date(2027, 2, 1), "s", details=new)
    assert standing(run((*_facts(line), order)), "idea-state-complaint-decision").nominal == date(2027, 3, 15)
    waits = standing(run(_facts(line)), "idea-state-complaint-decision")
    assert "ask for the new date" in waits.reason


def test_two_hearings_in_two_proceedings_each_have_their_own_disclosure() -> None:
    found = run(_facts("2026-11-30 hearing_scheduled d, 2027-01-20 hearing_scheduled x"))
    days = {one.nominal for one in found if one.rule.id == "idea-disclosure-5bd"}
    assert days == {date(2026, 11, 20), date(2027, 1, 12)}
    assert DeadlineState.SUPERSEDED not in {one.state for one in found}


@pytest.mark.parametrize(
    ("kind", "born_on", "rule", "dates"),
    [
        pytest.param(
            FactKind.EIGHTEENTH_BIRTHDAY,
            date(2008, 2, 29),
            "idea-age-majority-notice",
            (date(2025, 2, 28), date(2025, 2, 28), date(2025, 3, 1)),
            id="a year before the 18th birthday of a child of 29 February",
        ),
        pytest.param(
            FactKind.TWENTY_SECOND_BIRTHDAY,
            date(2004, 2, 29),
            "ma-age-22",
            (date(2026, 2, 28), date(2026, 2, 28), date(2026, 3, 1)),
            id="22 on 28 February or 1 March",
        ),
        pytest.param(
            FactKind.FOURTEENTH_BIRTHDAY,
            date(2013, 5, 4),
            "ma-transition-14",
            (date(2027, 5, 4), date(2027, 5, 4), date(2027, 5, 4)),
            id="14 in Massachusetts",
        ),
    ],
)
def test_dates_that_hang_on_an_age(kind: FactKind, born_on: date, rule: str, dates: tuple[date, ...]) -> None:
    day = birthdays(born_on)[kind]
    found = standing(run((Fact("b", kind, day, details={"born_on": born_on.isoformat()}),)), rule)
    assert (found.nominal, found.act_by, found.late_after) == dates


def test_a_reading_that_no_calendar_reaches_leaves_only_its_own_side_open() -> None:
    without = DayCalendar(CALENDAR_A.holidays, CALENDAR_A.uncertain, (), CALENDAR_A.names)
    rule = rulebook_for("MA").rule("ma-bsea-notice-of-rejection")
    dates = compute(rule, date(2027, 2, 10), without)
    assert (dates.nominal, dates.act_by, dates.late_after) == (date(2027, 2, 15), date(2027, 2, 12), None)
    assert "school calendar" in dates.reason


def test_a_reminder_that_cannot_be_counted_takes_no_date_with_it() -> None:
    book = rulebook_for("TX")
    court = book.rule("idea-civil-action")
    again = replace(court, alerts=(Alert(30, Unit.SCHOOL_DAY, "thirty school days"),))
    changed = replace(book, rules=tuple(again if one is court else one for one in book.rules))
    found = standing(run(_facts("2026-11-30 decision_issued d"), book=changed, calendar=_no_school()), court.id)
    assert found.nominal == date(2027, 2, 28)
    assert found.reminders == ()


def _no_school() -> DayCalendar:
    return DayCalendar(CALENDAR_A.holidays, CALENDAR_A.uncertain, (), CALENDAR_A.names)


def test_a_state_rule_takes_the_federal_rules_place_from_the_day_it_is_in_force() -> None:
    book = rulebook_for("MA")
    own = book.rule("ma-evaluation")
    later = replace(own, effective=date(2027, 1, 1))
    changed = replace(book, rules=tuple(later if one is own else one for one in book.rules))
    before = {one.rule.id for one in run(_facts("2026-11-02 evaluation_consent_received"), book=changed)}
    after = {one.rule.id for one in run(_facts("2027-01-11 evaluation_consent_received"), book=changed)}
    assert "idea-initial-evaluation" in before and "ma-evaluation" not in before
    assert "idea-initial-evaluation" not in after and "ma-evaluation" in after


def test_the_date_of_the_trigger_picks_the_version_of_a_chained_rule() -> None:
    book = rulebook_for("TX")
    now = book.rule("idea-decision-45")
    old = replace(now, ended=date(2026, 12, 31))
    new = replace(now, count=60, effective=date(2027, 1, 1))
    rules = tuple(both for one in book.rules for both in ((old, new) if one is now else (one,)))
    changed = replace(book, rules=rules)
    first = standing(run(_facts("2026-11-18 due_process_complaint_received d"), book=changed), now.id)
    second = standing(run(_facts("2027-01-04 due_process_complaint_received d"), book=changed), now.id)
    assert first.nominal == date(2027, 2, 1)
    assert second.nominal == date(2027, 4, 4)


def test_every_rule_of_the_packs_is_counted_or_says_why_not() -> None:
    """Each rule of both packs, started by each of its own facts on an ordinary day."""
    for state in ("MA", "TX"):
        book = rulebook_for(state)
        for rule in book.rules:
            for kind in rule.starts_on:
                dates = compute(rule, date(2026, 11, 18), CALENDAR_A, {"days": "10", **rule.when})
                assert dates.nominal or dates.reason, (rule.id, kind)
                if dates.nominal and rule.kind is not RuleKind.LOOK_BACK:
                    assert dates.act_by and dates.late_after
                    assert dates.act_by <= dates.late_after, rule.id


@pytest.mark.parametrize("kind", [FactKind.DEADLINE_WAIVED, FactKind.DEADLINE_EXTENDED, FactKind.DEADLINE_MET])
def test_what_was_agreed_for_one_year_is_not_agreed_for_the_next(kind: FactKind) -> None:
    last, now = _facts("2025-11-02 evaluation_completed, 2026-11-02 evaluation_completed")
    said = {"rule": "idea-triennial", "until": "2026-03-01"}
    about = Fact("w", kind, date(2026, 2, 1), details=said)
    found = {one.trigger.id: one for one in run((last, now, about)) if one.rule.id == "idea-triennial"}
    assert (found[now.id].nominal, found[now.id].state) == (date(2029, 11, 2), DeadlineState.OPEN)
