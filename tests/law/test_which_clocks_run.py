"""Which clocks a fact starts, where the same fact means different things: by who filed, when, and for which hearing."""

from datetime import date

import pytest

from casemgr.law.deadlines import Deadline, Fact, deadlines
from casemgr.law.facts import asked_of
from casemgr.law.rulebook import rulebook_for
from casemgr.law.terms import DeadlineState, Doubt, FactKind, PartyRole, Track, Verification
from tests.law.calendars import CALENDAR_A

K = FactKind
MA = rulebook_for("MA")
ORDINARY_TRACK = ("idea-resolution-meeting", "idea-resolution-period", "idea-decision-45", "idea-dp-amend")
BEGINS = ("idea-resolution-adjust-waiver", "idea-resolution-adjust-impasse", "idea-resolution-adjust-mediation")


def fact(kind: FactKind, on: str, proceeding: str | None = "d", **more: object) -> Fact:
    return Fact(f"{kind.value}@{on}", kind, date.fromisoformat(on), proceeding, **more)  # type: ignore[arg-type]


def found(*facts: Fact) -> dict[str, Deadline]:
    rows = deadlines(MA, facts, CALENDAR_A, date(2026, 11, 22))
    return {row.rule.id: row for row in rows if row.state is not DeadlineState.SUPERSEDED}


RECEIVED = fact(K.DUE_PROCESS_COMPLAINT_RECEIVED, "2026-11-18")  # day 30 is 18 December


@pytest.mark.parametrize(
    ("rule_id", "then"),
    [
        pytest.param(BEGINS[0], [fact(K.RESOLUTION_MEETING_WAIVED, "2026-12-01")], id="both waived the meeting"),
        pytest.param(BEGINS[1], [fact(K.NO_AGREEMENT_POSSIBLE, "2026-12-18")], id="no agreement, on day 30"),
        pytest.param(
            BEGINS[2],
            [fact(K.MEDIATION_CONTINUES, "2026-12-15"), fact(K.MEDIATION_WITHDRAWN, "2027-01-22", None)],
            id="one side left the mediation that went on",
        ),
    ],
)
def test_the_45_days_begin_the_day_after_what_moved_them(rule_id: str, then: list[Fact]) -> None:
    rows = found(RECEIVED, *then)
    start = then[-1].on
    assert (rows[rule_id].nominal - start).days == 1  # type: ignore[operator]
    assert (rows["idea-decision-45"].nominal - start).days == 45  # type: ignore[operator]


@pytest.mark.parametrize(
    "then",
    [
        pytest.param([fact(K.RESOLUTION_MEETING_WAIVED, "2026-12-28")], id="waived after day 30"),
        pytest.param([fact(K.NO_AGREEMENT_POSSIBLE, "2026-12-28")], id="no agreement, after day 30"),
        pytest.param(
            [fact(K.MEDIATION_CONTINUES, "2026-12-10"), fact(K.MEDIATION_WITHDRAWN, "2026-12-12", None)],
            id="left the mediation before day 30",
        ),
        pytest.param(
            [fact(K.MEDIATION_CONTINUES, "2026-12-20"), fact(K.MEDIATION_WITHDRAWN, "2027-01-12", None)],
            id="agreed to go on after day 30",
        ),
    ],
)
def test_what_does_not_move_the_45_days_does_not_say_that_they_begin(then: list[Fact]) -> None:
    rows = found(RECEIVED, *then)
    assert rows.keys().isdisjoint(BEGINS)
    assert (rows["idea-decision-45"].nominal, rows["idea-decision-45"].moved_by) == (date(2027, 2, 1), None)


def test_a_waiver_before_an_amended_complaint_is_history_and_says_nothing_of_the_new_clock() -> None:
    waived = fact(K.RESOLUTION_MEETING_WAIVED, "2026-11-25")
    rows = found(RECEIVED, waived, fact(K.AMENDED_COMPLAINT_FILED, "2026-12-02"))
    assert BEGINS[0] not in rows
    assert rows["idea-decision-45"].nominal == date(2027, 2, 15)


def test_a_waiver_in_a_case_that_the_district_filed_begins_nothing() -> None:
    filed = fact(K.DUE_PROCESS_COMPLAINT_FILED, "2026-11-18", filed_by=PartyRole.LEA)
    rows = found(filed, fact(K.RESOLUTION_MEETING_WAIVED, "2026-12-01"))
    assert rows.keys().isdisjoint(BEGINS)
    assert rows["idea-decision-45"].nominal == date(2027, 1, 2)


def test_a_discipline_hearing_takes_over_no_amendment_and_no_ordinary_clock() -> None:
    filed = fact(K.EXPEDITED_COMPLAINT_FILED, "2026-12-14", "e")
    arrived = fact(K.EXPEDITED_COMPLAINT_RECEIVED, "2026-12-14", "e")
    after = [fact(K.AMENDED_COMPLAINT_FILED, "2026-12-16", "e"), fact(K.HEARING_SCHEDULED, "2027-01-20", "e")]
    rows = found(filed, arrived, *after, fact(K.RESOLUTION_MEETING_WAIVED, "2026-12-18", "e"))
    assert rows.keys().isdisjoint((*ORDINARY_TRACK, *BEGINS))
    assert rows["idea-expedited-hearing"].nominal == date(2027, 1, 21)
    assert rows["idea-disclosure-5bd"].nominal == date(2027, 1, 12), "five business days hold here too"
    both = found(filed, arrived, *after, RECEIVED, fact(K.HEARING_SCHEDULED, "2027-02-10"))
    assert both["idea-dp-amend"].nominal == date(2027, 2, 5), "the ordinary complaint beside it keeps its clocks"


@pytest.mark.parametrize(
    ("told", "rule_id"),
    [("yes", "idea-dp-other-response"), ("no", "idea-dp-lea-response"), ("", "idea-dp-lea-response")],
)
def test_the_district_answers_your_complaint_in_ten_days_whatever_it_sent_before(told: str, rule_id: str) -> None:
    details = {"pwn_sent": told} if told else {}
    rows = found(fact(K.DUE_PROCESS_COMPLAINT_RECEIVED, "2026-11-18", details=details))
    answers = [row for name, row in rows.items() if name.endswith("-response")]
    assert [row.rule.id for row in answers] == [rule_id]
    assert (answers[0].nominal, answers[0].actor) == (date(2026, 11, 28), PartyRole.LEA)


@pytest.mark.parametrize(
    ("under", "rules"),
    [
        ("37H", set()),
        ("37H1/2", {"ma-37h-half-hearing"}),
        ("other", {"ma-37h34-hearing", "ma-37h34-decision"}),
    ],
)
def test_the_hearing_on_a_long_suspension_is_not_that_on_an_expulsion_for_a_weapon(under: str, rules: set[str]) -> None:
    appeal = fact(K.DISCIPLINE_APPEAL_FILED, "2026-11-18", None, details={"under": under})
    heard = fact(K.DISCIPLINE_APPEAL_HEARD, "2026-11-20", None, details={"under": under})
    assert set(found(appeal, heard)) == rules


def test_in_a_case_under_section_504_alone_a_date_of_idea_says_that_it_may_not_hold() -> None:
    facts = [
        RECEIVED,
        fact(K.HEARING_SCHEDULED, "2027-01-20"),
        fact(K.RECORDS_REQUESTED, "2026-11-18", None),
        fact(K.DISCRIMINATORY_ACT, "2026-11-02", None),
    ]
    rows = deadlines(MA, facts, CALENDAR_A, date(2026, 11, 22), track=Track.SECTION_504)
    marked = {row.rule.id for row in rows if row.doubt is Doubt.OTHER_LAW}
    assert {*ORDINARY_TRACK, "idea-disclosure-5bd"} <= marked
    assert {row.rule.id for row in rows} - marked == {"ma-records", "ferpa-access", "ocr-file-180"}
    assert all(any("Section 504 alone" in note for note in row.notes) for row in rows if row.rule.id in marked)
    plain = deadlines(MA, facts, CALENDAR_A, date(2026, 11, 22), track=Track.BOTH)
    assert [row.nominal for row in plain] == [row.nominal for row in rows], "marked, not moved"
    assert all(row.doubt is Doubt.NONE for row in plain if row.verification is not Verification.U)


def test_a_copy_that_arrives_by_mail_two_days_later_was_not_sent_late() -> None:
    rows = found(fact(K.DUE_PROCESS_COMPLAINT_FILED, "2026-11-16", filed_by=PartyRole.PARENT), RECEIVED)
    copy = rows["idea-dp-copy"]
    assert (copy.state, copy.met_on, copy.met_late) == (DeadlineState.MET, RECEIVED.on, False)


def test_what_a_suspension_was_for_is_asked_only_where_a_rule_hangs_on_the_answer() -> None:
    for kind in (K.DISCIPLINE_APPEAL_FILED, K.DISCIPLINE_APPEAL_HEARD):
        assert [detail.key for detail in asked_of(kind, MA)] == ["under"]
        assert asked_of(kind, rulebook_for("TX")) == ()
