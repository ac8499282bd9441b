"""The deadlines of a fictional student's file, counted on the district's own calendar."""

from datetime import date

import pytest

from casemgr.law.deadlines import Deadline, Fact, deadlines
from casemgr.law.rulebook import rulebook_for
from casemgr.law.terms import DeadlineState
from casemgr.law.terms import FactKind as K
from tests.law.calendars import FERNHOLLOW

FACTS = [
    Fact(f"{number}", kind, date.fromisoformat(on))
    for number, (kind, on) in enumerate(
        [
            (K.EVALUATION_CONSENT_RECEIVED, "2026-01-12"),
            (K.EVALUATION_COMPLETED, "2026-03-20"),
            (K.IEP_TEAM_MET, "2026-04-08"),
            (K.IEP_PROPOSED_RECEIVED, "2026-04-17"),
            (K.IEP_PARTLY_REJECTED_RECEIVED, "2026-05-08"),
            (K.IEE_REQUESTED, "2026-05-08"),
            (K.IEE_REFUSED, "2026-06-02"),
            (K.IEE_REPORT_RECEIVED, "2026-08-21"),
            (K.IEP_TEAM_MET, "2026-10-07"),
            (K.IEP_PROPOSED_RECEIVED, "2026-10-19"),
            (K.IEP_AGREED, "2026-11-10"),
            (K.DISCIPLINARY_PLACEMENT_CHANGE_DECIDED, "2026-11-05"),
        ]
    )
]
TODAY = date(2026, 11, 22)


def _all() -> dict[tuple[str, date], Deadline]:
    found = deadlines(rulebook_for("MA"), FACTS, FERNHOLLOW, TODAY)
    return {(deadline.rule.id, deadline.trigger.on): deadline for deadline in found}


@pytest.mark.parametrize(
    ("rule_id", "trigger", "due", "state", "late"),
    [
        ("ma-evaluation", "2026-01-12", "2026-03-05", DeadlineState.MET, True),
        ("ma-team-iep", "2026-01-12", "2026-03-27", DeadlineState.MET, True),
        ("ma-parent-response", "2026-04-17", "2026-05-17", DeadlineState.MET, False),
        ("ma-iee-district-response", "2026-05-08", "2026-05-15", DeadlineState.LATE, False),
        ("ma-iee-team", "2026-08-21", "2026-09-16", DeadlineState.MET, True),
        ("ma-parent-response", "2026-10-19", "2026-11-18", DeadlineState.MET, False),
        ("idea-mdr", "2026-11-05", "2026-11-20", DeadlineState.LATE, False),
    ],
)
def test_the_file_supports_these_deadlines(
    rule_id: str, trigger: str, due: str, state: DeadlineState, late: bool
) -> None:
    deadline = _all()[rule_id, date.fromisoformat(trigger)]
    assert deadline.nominal == date.fromisoformat(due)
    assert (deadline.state, deadline.met_late) == (state, late)


def test_the_federal_sixty_days_do_not_run_beside_the_state_clock() -> None:
    assert "idea-initial-evaluation" not in {rule_id for rule_id, _ in _all()}


def test_every_step_of_the_count_is_there_with_its_reason() -> None:
    steps = _all()["ma-evaluation", date(2026, 1, 12)].steps
    assert [step.number for step in steps if step.counted] == list(range(1, 31))
    assert steps[0].why.startswith("day 0")
    assert next(step for step in steps if step.on == date(2026, 1, 27)).why == "no school"
    assert next(step for step in steps if step.on == date(2026, 1, 19)).why.startswith("Martin Luther King")
    assert steps[-1].on == date(2026, 3, 5)
