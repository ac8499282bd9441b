"""The State packs: what was found and how sure it is. Nobody re-checked them: no federal row is replaced."""

import re
import shutil
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from casemgr.deadlines.holidays import day_calendar
from casemgr.law.beside import doubt
from casemgr.law.counting import compute
from casemgr.law.days import SchoolYear
from casemgr.law.deadlines import Deadline, Fact, deadlines
from casemgr.law.facts import asked_of
from casemgr.law.limits import last_day
from casemgr.law.packfiles import states
from casemgr.law.rulebook import PACKS, PackError, Rulebook, load, packed_states, rulebook_for
from casemgr.law.rules import Rule
from casemgr.law.stages import CaseView, check
from casemgr.law.terms import (
    DeadlineState,
    Doubt,
    Event,
    FactKind,
    FilingKind,
    ProceedingKind,
    RuleKind,
    Stage,
    Track,
    Verification,
)
from tests.law.calendars import CALENDAR_A, YEAR_A, YEARS, days, in_order

TODAY = date(2026, 11, 22)
K = FactKind
SURVEYED = sorted(set(packed_states()) - {"MA"})
FULL = ["CA", "NY", "TX", "FL", "PA", "IL", "NJ", "OH", "GA", "VA", "WA", "MI", "MD", "NC", "CO", "AZ", "MN", "CT"]
OWN = [(state, rule) for state in SURVEYED for rule in rulebook_for(state).rules if rule.jurisdiction != "us"]


def fact(kind: FactKind, on: str, **more: object) -> Fact:
    return Fact(f"{kind.value}@{on}", kind, date.fromisoformat(on), **more)  # type: ignore[arg-type]


def found(state: str, *facts: Fact, today: date = TODAY, calendar: object = CALENDAR_A) -> dict[str, Deadline]:
    rows = deadlines(rulebook_for(state), facts, calendar, today)  # type: ignore[arg-type]
    return {row.rule.id: row for row in rows if row.state is not DeadlineState.SUPERSEDED}


@pytest.mark.parametrize("rule", [rule for _, rule in OWN], ids=lambda rule: rule.id)
def test_every_state_row_says_what_it_is_and_how_sure(rule: Rule) -> None:
    assert rule.title[0].isupper() and rule.explanation.endswith(".")
    assert rule.citation and len(rule.citation) <= 200 and rule.seen
    assert rule.source == "" or rule.source.startswith("https://")
    assert rule.read_on == date(2026, 11, 22)
    assert rule.unconfirmed and not rule.replaces
    if rule.kind is RuleKind.RIGHT:
        assert rule.if_missed, "a right that runs out says what is lost"


@pytest.mark.parametrize("state", FULL)
def test_each_of_the_eighteen_states_says_who_hears_what_and_where_to_file(state: str) -> None:
    book, st = rulebook_for(state), state.lower()
    ids = {rule.id for rule in book.rules}
    assert {f"{st}-evaluation", f"{st}-hearing-sol", f"{st}-state-complaint", f"{st}-filing"} <= ids
    route = book.routes[FilingKind.DUE_PROCESS_COMPLAINT]
    assert route.jurisdiction == f"us_{st}" and "2026" in route.as_of
    assert book.notices[0] == book.caution and f"re-checked the rules of {book.state_name}" in book.caution
    has_court = bool({f"{st}-civil-action", f"{st}-civil-action-state"} & ids)
    assert has_court != ("idea-civil-action" in book.unknown) or state == "NY"
    due_process = book.forums[ProceedingKind.DUE_PROCESS]
    assert due_process.name != load(PACKS, "WY").forums[ProceedingKind.DUE_PROCESS].name
    assert due_process.note


def test_names_of_states_come_from_data_and_fit_the_packs() -> None:
    assert len(states()) == 56 and packed_states().items() <= {c: s.name for c, s in states().items()}.items()
    assert set(FULL) < set(packed_states())


def test_where_a_filing_is_refused_by_email_the_route_says_so() -> None:
    for state in ("CA", "CO", "MD"):
        assert "No e-mail" in rulebook_for(state).routes[FilingKind.DUE_PROCESS_COMPLAINT].method
    assert "PDF" in rulebook_for("NC").routes[FilingKind.DUE_PROCESS_COMPLAINT].method


# -- a State row beside the federal one -----------------------------------------------------------------------


def test_an_unconfirmed_state_date_shows_beside_the_federal_one_and_both_are_marked() -> None:
    both = found("CA", fact(K.RECORDS_REQUESTED, "2026-12-18"))
    federal, own = both["idea-records-access"], both["ca-records"]
    assert (federal.nominal, own.nominal) == (date(2027, 2, 1), date(2026, 12, 28))
    assert federal.act_by == own.act_by == date(2026, 12, 28), "expect the earlier of the two"
    assert federal.late_after == own.late_after == date(2027, 2, 1), "call late only after the later of the two"
    assert federal.doubt is own.doubt is Doubt.NOT_CONFIRMED
    assert any("State rule not confirmed" in note and "56504" in note for note in federal.notes)
    assert any("34 CFR 300.613(a)" in note and "Mon 1 Feb 2027" in note for note in own.notes)


def test_nobody_is_called_late_between_the_two_dates() -> None:
    consent = fact(K.EVALUATION_CONSENT_RECEIVED, "2026-11-02")
    year = SchoolYear(YEAR_A.first, YEAR_A.last, days("2026-12-21..2027-01-08"))
    calendar = day_calendar("CA", [year], YEARS)
    between = found("CA", consent, today=date(2027, 1, 8), calendar=calendar)
    assert between["idea-initial-evaluation"].nominal == date(2027, 1, 1)
    assert between["idea-initial-evaluation"].state is DeadlineState.OPEN
    assert between["ca-evaluation"].act_by == date(2027, 1, 22)
    after = found("CA", consent, today=date(2027, 1, 26), calendar=calendar)
    assert {after[name].state for name in ("idea-initial-evaluation", "ca-evaluation")} == {DeadlineState.LATE}


def test_where_the_state_date_cannot_be_counted_the_district_is_never_called_late() -> None:
    consent = fact(K.EVALUATION_CONSENT_RECEIVED, "2026-11-02")
    no_calendar = day_calendar("TX", [], YEARS)
    both = found("TX", consent, today=date(2027, 6, 1), calendar=no_calendar)
    federal = both["idea-initial-evaluation"]
    assert (federal.nominal, federal.late_after, federal.state) == (date(2027, 1, 1), None, DeadlineState.OPEN)
    assert both["tx-evaluation"].nominal is None and "school calendar" in both["tx-evaluation"].reason
    assert any("has no date here" in note for note in federal.notes)


@pytest.mark.parametrize(
    ("state", "trigger", "own", "federal", "act_by"),
    [
        pytest.param("AZ", K.DECISION_RECEIVED, "az-civil-action", "idea-civil-action", "2027-01-07", id="AZ 35 days"),
        pytest.param("CA", K.DECISION_RECEIVED, "ca-civil-action", "idea-civil-action", "2027-02-26", id="CA receipt"),
        pytest.param("MI", K.DECISION_MAILED, "mi-civil-action", "idea-civil-action", "2027-02-26", id="MI mailing"),
        pytest.param("NC", K.ACTION_KNOWN, "nc-hearing-sol", "idea-dp-sol", "2027-12-03", id="NC one year"),
        pytest.param("LA", K.ACTION_KNOWN, "la-hearing-sol", "idea-dp-sol", "2027-12-03", id="LA page says one year"),
        pytest.param("KY", K.ACTION_KNOWN, "ky-hearing-sol", "idea-dp-sol", "2028-12-01", id="KY keeps two"),
        pytest.param("IL", K.DECISION_ISSUED, "il-civil-action", "idea-civil-action", "2027-02-26", id="IL 120"),
        pytest.param("MD", K.DECISION_ISSUED, "md-civil-action", "idea-civil-action", "2027-02-26", id="MD 120 U"),
    ],
)
def test_a_right_runs_out_for_us_on_the_earlier_date_whichever_row_one_looks_at(
    state: str, trigger: FactKind, own: str, federal: str, act_by: str
) -> None:
    known = [fact(K.DECISION_ISSUED, "2026-11-30"), fact(K.ACTION_KNOWN, "2026-12-03")]
    own_trigger = [] if trigger is K.DECISION_ISSUED else [fact(trigger, "2026-12-03")]
    both = found(state, *(one for one in known if one.kind is not K.ACTION_KNOWN or not own_trigger), *own_trigger)
    day = date.fromisoformat(act_by)
    assert both[own].act_by == both[federal].act_by == day
    assert both[own].late_after == both[federal].late_after >= day  # type: ignore[operator]
    unverified = both[own].rule.verified is Verification.U
    assert both[own].doubt is (Doubt.UNVERIFIED if unverified else Doubt.NOT_CONFIRMED)


def test_the_longer_time_of_a_state_court_moves_no_date_of_the_federal_court() -> None:
    both = found("VA", fact(K.DECISION_ISSUED, "2026-11-30"))
    federal, state = both["idea-civil-action"], both["va-civil-action-state"]
    assert (federal.nominal, federal.late_after) == (date(2027, 2, 28), date(2027, 3, 1))
    assert (state.nominal, state.act_by, state.doubt) == (date(2027, 5, 29), federal.act_by, Doubt.UNVERIFIED)
    for code in ("NY", "OH", "PA", "VA"):
        own = [rule for rule in rulebook_for(code).rules if rule.id.endswith("-civil-action-state")]
        assert own and not any(rule.replaces or rule.beside for rule in own), "the other court is no replacement"


@pytest.mark.parametrize("state", ["HI", "OR"])
def test_a_limit_that_is_known_to_differ_but_not_how_is_said_and_not_counted(state: str) -> None:
    limit = found(state, fact(K.ACTION_KNOWN, "2026-11-02"))["idea-dp-sol"]
    assert (limit.nominal, limit.doubt) == (date(2028, 11, 2), Doubt.NOT_KNOWN)
    assert any("State rule not known" in note for note in limit.notes)
    started = fact(K.PRIVATE_PLACEMENT_PLANNED if state == "HI" else K.ACTION_KNOWN, "2026-12-20")
    own = found(state, started)[f"{state.lower()}-hearing-sol"]
    assert (own.state, own.nominal) == (DeadlineState.OPEN, None), "it stays in sight until a complaint is filed"


def test_a_shorter_right_counts_from_the_same_day_while_its_own_start_is_not_recorded() -> None:
    court = found("AZ", fact(K.DECISION_ISSUED, "2026-11-30"))["idea-civil-action"]
    assert (court.nominal, court.act_by) == (date(2027, 2, 28), date(2027, 1, 4))
    assert any("gives Mon 4 Jan 2027, counted from the same day" in note for note in court.notes)
    limit = found("WI", fact(K.ACTION_KNOWN, "2026-11-02"))["idea-dp-sol"]
    assert (limit.nominal, limit.act_by) == (date(2028, 11, 2), date(2027, 11, 2))
    dated = found("WI", fact(K.ACTION_KNOWN, "2026-11-02"), fact(K.PROPOSAL_OR_REFUSAL_DATED, "2026-10-26"))
    assert dated["idea-dp-sol"].act_by == dated["wi-hearing-sol"].act_by == date(2027, 10, 26)


def test_a_late_reading_that_leaves_the_calendar_still_leaves_a_safe_day() -> None:
    consent = fact(K.EVALUATION_CONSENT_RECEIVED, "2026-11-02")
    both = found("GA", consent, calendar=day_calendar("GA", [], YEARS))
    for name in ("ga-evaluation", "idea-initial-evaluation"):
        assert (both[name].nominal, both[name].act_by, both[name].late_after) == (
            date(2027, 1, 1),
            date(2026, 12, 31),
            None,
        )
    assert "school calendar" in both["ga-evaluation"].reason


FROM_MEMORY = [(state, rule) for state, rule in OWN if rule.verified is Verification.U]


@pytest.mark.parametrize(("state", "rule"), FROM_MEMORY, ids=lambda one: getattr(one, "id", one))
def test_a_row_from_memory_stands_beside_a_federal_row_and_is_marked(state: str, rule: Rule) -> None:
    assert doubt(rule, rule.verified, (), {}) is Doubt.UNVERIFIED
    book = rulebook_for(state)
    for name in rule.beside:
        assert book.current(name).id == name
    assert not rule.replaces
    assert "memory" in rule.seen or "UNVERIFIED" in rule.note or "not verified" in rule.explanation


def test_what_a_state_says_like_federal_law_shows_once_with_both_citations_and_the_mark() -> None:
    limit = found("VA", fact(K.ACTION_KNOWN, "2026-11-02"))["idea-dp-sol"]
    assert "8VAC20-81-210 E 1" in limit.citations and limit.also == ("va-hearing-sol",)
    assert limit.doubt is Doubt.NOT_CONFIRMED
    court = found("TX", fact(K.DECISION_ISSUED, "2026-11-02"))["idea-civil-action"]
    assert len(court.citations) == 1, "a row from memory is no citation"
    assert any(note.startswith("UNVERIFIED, from memory: Texas") for note in court.notes)


def test_what_was_not_found_is_said_and_not_guessed() -> None:
    for state in ("NC", "CO", "MN", "CT"):
        court = found(state, fact(K.DECISION_ISSUED, "2026-11-02"))["idea-civil-action"]
        assert court.doubt is Doubt.NOT_KNOWN
        assert any("was not found" in note for note in court.notes)
    plain = found("WY", fact(K.DECISION_ISSUED, "2026-11-02"))["idea-civil-action"]
    assert plain.doubt is Doubt.NONE


@pytest.mark.parametrize("state", SURVEYED)
def test_the_three_dates_stay_in_order_in_every_state(state: str) -> None:
    year = day_calendar(state, [YEAR_A, SchoolYear(date(2027, 9, 1), date(2028, 6, 15))], YEARS)
    facts = [Fact(kind.value, kind, date(2026, 10, 5)) for kind in FactKind if "birthday" not in kind.value]
    rows = deadlines(rulebook_for(state), facts, year, TODAY)
    assert any(row.rule.jurisdiction != "us" or row.also for row in rows)
    for row in rows:
        if row.rule.kind is not RuleKind.LOOK_BACK:
            assert in_order(row.act_by, row.late_after), row.rule.id


# -- confirming -----------------------------------------------------------------------------------------------


def _edited(tmp_path: Path, state: str, file: str, rule_id: str, more: str) -> Rulebook:
    packs = tmp_path / "packs"
    shutil.copytree(PACKS, packs)
    path = packs / f"us_{state.lower()}" / file
    path.write_text(path.read_text().replace(f'id = "{rule_id}"\n', f'id = "{rule_id}"\n{more}\n'))
    return load(packs, state)


CONFIRMED = 'confirmed_on = 2026-12-01\nconfirmed_by = "A. Attorney"'


def test_a_row_that_a_person_confirms_takes_the_federal_rows_place(tmp_path: Path) -> None:
    book = _edited(tmp_path, "NC", "hearings.toml", "nc-hearing-sol", CONFIRMED)
    assert book.current("idea-dp-sol").id == "nc-hearing-sol"
    rows = deadlines(book, [fact(K.ACTION_KNOWN, "2026-11-02")], CALENDAR_A, TODAY)
    assert [row.rule.id for row in rows] == ["nc-hearing-sol"]
    assert rows[0].doubt is Doubt.NONE


def test_a_row_from_memory_cannot_be_confirmed_without_a_better_mark(tmp_path: Path) -> None:
    book = _edited(tmp_path, "MD", "hearings.toml", "md-civil-action", CONFIRMED)
    assert book.current("idea-civil-action").id == "idea-civil-action"


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ("confirmed_on = 2026-12-01", "go together"),
        ("unconfirmed = false", "unknown field 'unconfirmed'"),
        ('beside = ["idea-dp-sol"]', "unknown field 'beside'"),
        ('ends_on = "02-30"', "month and a day"),
        ('pauses = [{ what = "lunch" }]', "pauses"),
    ],
)
def test_a_pack_cannot_confirm_itself_by_the_back_door(tmp_path: Path, more: str, words: str) -> None:
    with pytest.raises(PackError, match=re.escape(words)) as refusal:
        _edited(tmp_path, "NC", "hearings.toml", "nc-hearing-sol", more)
    assert re.search(r"us_nc/hearings.toml:\d+: nc-hearing-sol", str(refusal.value))


def test_an_unconfirmed_row_may_not_use_a_federal_id(tmp_path: Path) -> None:
    packs = tmp_path / "packs"
    shutil.copytree(PACKS, packs)
    path = packs / "us_nc" / "hearings.toml"
    path.write_text(path.read_text().replace('id = "nc-hearing-sol"', 'id = "idea-dp-sol"'))
    with pytest.raises(PackError, match="only a confirmed row"):
        load(packs, "NC")


# -- single States --------------------------------------------------------------------------------------------


def test_texas_adds_absences_and_has_another_last_day_near_the_end_of_the_year() -> None:
    def consent(on: str, absent: str = "") -> Fact:
        return fact(K.EVALUATION_CONSENT_RECEIVED, on, details={"absences": absent})

    assert found("TX", consent("2026-11-02"))["tx-evaluation"].nominal == date(2027, 1, 20)
    assert found("TX", consent("2026-11-02", "4"))["tx-evaluation"].nominal == date(2027, 1, 26)
    late = found("TX", consent("2027-04-12"), today=date(2027, 4, 13))
    assert late["tx-evaluation-year-end"].nominal == date(2027, 6, 30)
    assert "tx-evaluation" not in late
    assert [detail.key for detail in asked_of(K.EVALUATION_CONSENT_RECEIVED, rulebook_for("TX"))] == ["absences"]
    assert asked_of(K.EVALUATION_CONSENT_RECEIVED, rulebook_for("MA")) == ()


def test_maryland_takes_the_earlier_of_consent_and_referral() -> None:
    rows = found(
        "MD", fact(K.REFERRAL_RECEIVED, "2026-09-08"), fact(K.EVALUATION_CONSENT_RECEIVED, "2026-11-02"), today=TODAY
    )
    assert rows["md-evaluation"].nominal == date(2027, 1, 1)
    assert rows["md-evaluation-referral"].nominal == date(2026, 12, 7)
    assert rows["md-evaluation"].act_by == rows["idea-initial-evaluation"].act_by == date(2026, 12, 7)


def test_illinois_may_move_the_decision_date_on_and_has_a_stay_put_clock() -> None:
    received = fact(K.DUE_PROCESS_COMPLAINT_RECEIVED, "2026-11-18")
    impasse = fact(K.NO_AGREEMENT_POSSIBLE, "2026-12-09")
    decision = found("IL", received, impasse)["idea-decision-45"]
    assert (decision.nominal, decision.act_by) == (date(2027, 1, 23), date(2027, 1, 22))
    assert decision.late_after == date(2027, 1, 25)
    assert found("WY", received, impasse)["idea-decision-45"].late_after == date(2027, 1, 23)
    clock = found("IL", fact(K.IEP_TEAM_MET, "2026-11-16"))["il-stay-put"]
    assert (clock.nominal, clock.rule.protects) == (date(2026, 12, 2), "stay_put")


def test_virginia_and_pennsylvania_count_from_other_days_and_in_other_units() -> None:
    virginia = compute(rulebook_for("VA").rule("va-evaluation"), date(2026, 11, 2), CALENDAR_A)
    assert virginia.nominal == date(2027, 2, 8)
    pennsylvania = found("PA", fact(K.DECISION_ISSUED, "2026-11-30", details={"agrees_with_parent": "yes"}))
    assert pennsylvania["pa-civil-action-state"].nominal == date(2026, 12, 30)
    assert pennsylvania["idea-civil-action"].nominal == date(2027, 2, 28)
    assert pennsylvania["pa-assurance"].nominal == date(2026, 12, 30)


def test_the_limit_that_a_warning_uses_is_the_earliest_reading() -> None:
    known = date(2025, 6, 2)
    assert last_day(rulebook_for("WY"), "idea-dp-sol", known)[0] == date(2027, 6, 2)  # type: ignore[index]
    day, rule = last_day(rulebook_for("NC"), "idea-dp-sol", known)  # type: ignore[misc]
    assert (day, rule.id) == (date(2026, 6, 2), "nc-hearing-sol")
    assert last_day(rulebook_for("LA"), "idea-dp-sol", known)[0] == date(2026, 6, 2)  # type: ignore[index]
    assert last_day(rulebook_for("AZ"), "idea-civil-action", date(2026, 11, 30))[0] == date(2027, 1, 4)  # type: ignore[index]
    view = CaseView(
        track=Track.IDEA, state="NC", stage=Stage.TEAM_MEETING, today=TODAY, facts=(fact(K.ACTION_KNOWN, "2025-06-02"),)
    )
    reasons = check(view, Event.FILE_DUE_PROCESS_COMPLAINT, rulebook_for("NC")).reasons
    assert any("run out on June 2, 2026" in one.text and "not confirmed" in one.citation for one in reasons)


@pytest.mark.parametrize(
    ("state", "words"),
    [
        pytest.param("CA", "Section 504 alone in California was not found", id="a surveyed State"),
        pytest.param("TX", "Section 504 alone in Texas was not found", id="another"),
        pytest.param("WY", "Under federal law a due process hearing is for IDEA disputes", id="no pack at all"),
    ],
)
def test_a_504_only_case_finds_its_hearing_at_the_district_where_no_state_law_says_else(state: str, words: str) -> None:
    view = CaseView(track=Track.SECTION_504, state=state, stage=Stage.TEAM_MEETING, today=TODAY)
    book = rulebook_for(state)
    refused = check(view, Event.FILE_DUE_PROCESS_COMPLAINT, book)
    assert words in refused.reasons[0].text and "own Section 504 hearing" in refused.reasons[0].text
    assert check(view, Event.REQUEST_SECTION_504_HEARING, book).kind == "allowed"
    assert check(view, Event.FILE_DUE_PROCESS_COMPLAINT, rulebook_for("MA")).kind == "allowed"
    assert check(view, Event.REQUEST_SECTION_504_HEARING, rulebook_for("MA")).kind == "refused"


def test_versions_of_a_state_rule_never_overlap() -> None:
    for state in SURVEYED:
        rules = sorted(rulebook_for(state).rules, key=lambda rule: (rule.id, rule.effective or date.min))
        for earlier, later in pairwise(rules):
            assert earlier.id != later.id or (earlier.ended and later.effective and earlier.ended < later.effective)
