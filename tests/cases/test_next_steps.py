"""What to do next: the rules as a table."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest

from casemgr.accounts.roles import Permission
from casemgr.cases.next_steps import Standing, next_steps
from casemgr.cases.queries import Counts, DueDate
from casemgr.law.stages import Option, Reason, Transition, Verdict
from casemgr.law.terms import Event, Stage, VerdictKind

TODAY = date(2026, 3, 2)
EMPTY = Counts(papers=0, entries=0, facts=0, issues=0, packets_ready=0)
FULL = Counts(papers=3, entries=4, facts=2, issues=1, packets_ready=0)


def standing(**changed: object) -> Standing:
    values = {
        "plan": "iep",
        "stage": "concern_raised",
        "today": TODAY,
        "counts": FULL,
        "has_address": True,
        "roles": {"special_education_director"},
    }
    return Standing(**(values | changed))


def due(days: int, *, is_ours: bool = True) -> DueDate:
    on = TODAY + timedelta(days=days)
    return DueDate(uuid4(), uuid4(), "Answer", on, on, on, "34 CFR 300.508(f)", "open", "", is_ours, None)


def option(kind: VerdictKind, target: Stage = Stage.TEAM_MEETING, event: Event = Event.ASK_FOR_TEAM_MEETING) -> Option:
    row = Transition(Stage.CONCERN_RAISED, event, target, "Ask for a team meeting", "34 CFR 300.324")
    return Option(row.event, row, Verdict(kind, (Reason("The team can be asked to meet at any time."),)))


@pytest.mark.parametrize(
    ("changed", "titles"),
    [
        pytest.param({}, [], id="nothing is missing"),
        pytest.param(
            {"counts": EMPTY},
            [
                "Add the IEP",
                "Ask in writing",
                "Record what you asked for, and when",
                "Put your concern in the evidence log",
            ],
            id="an empty case",
        ),
        pytest.param(
            {"counts": Counts(1, 1, 0, 1, 0, letters_begun=1)},
            ["Send the letter that you began", "Record what you asked for, and when"],
            id="a letter is begun",
        ),
        pytest.param(
            {"counts": Counts(1, 1, 1, 1, 0, letter_on_its_way=uuid4())},
            ["Say when they received your letter"],
            id="nobody said yet when a letter was received",
        ),
        pytest.param({"deadlines": [due(14)]}, ["Answer"], id="a date of ours within two weeks"),
        pytest.param({"deadlines": [due(-3)]}, ["Answer"], id="a date of ours that is past"),
        pytest.param({"deadlines": [due(15)]}, [], id="a date of ours that is far"),
        pytest.param({"deadlines": [due(1, is_ours=False)]}, [], id="a date of the other side"),
        pytest.param({"counts": Counts(1, 1, 1, 0, 0)}, ["Name what went wrong"], id="evidence but no issue"),
        pytest.param({"bare_issues": ["Late"]}, ["Find evidence for “Late”"], id="an issue without evidence"),
        pytest.param(
            {"counts": Counts(1, 1, 1, 1, 1)}, ["Look through the packet, then file it"], id="a packet is ready"
        ),
        pytest.param(
            {"counts": Counts(1, 1, 1, 1, 0, packets_begun=1)},
            ["Go on with the filing packet that you began"],
            id="a packet is begun",
        ),
        pytest.param(
            {"counts": Counts(1, 1, 1, 1, 1, packets_begun=1)},
            ["Look through the packet, then file it"],
            id="a ready packet comes before one that is begun",
        ),
        pytest.param(
            {"overdue_promise": "Pay for the evaluation", "deadlines": [due(1)]},
            ["Answer", "A promise is overdue: “Pay for the evaluation”"],
            id="a promise is overdue",
        ),
        pytest.param({"options": [option(VerdictKind.ALLOWED)]}, ["Ask for a team meeting"], id="the law allows it"),
        pytest.param({"options": [option(VerdictKind.WARNING)]}, [], id="the law warns"),
        pytest.param({"options": [option(VerdictKind.REFUSED)]}, [], id="the law refuses"),
        pytest.param(
            {"options": [option(VerdictKind.ALLOWED, Stage.CLOSED, Event.CLOSE)]}, [], id="closing is never suggested"
        ),
        pytest.param(
            {"options": [option(VerdictKind.ALLOWED, Stage.DUE_PROCESS, Event.FILE_DUE_PROCESS_COMPLAINT)]},
            [],
            id="a hearing is for a person to choose, not for a program to suggest",
        ),
        pytest.param({"has_address": False}, ["Add the student’s home address"], id="no address"),
        pytest.param({"roles": {"parent"}}, ["Add the special education director"], id="nobody to write to"),
        pytest.param({"stage": "closed", "counts": EMPTY}, [], id="a closed case"),
    ],
)
def test_the_next_steps_follow_from_what_is_there(changed, titles):
    assert [step.title for step in next_steps(standing(**changed), lambda permission: True)] == titles


def test_there_are_never_more_than_four():
    busy = standing(counts=EMPTY, has_address=False, roles=set(), deadlines=[due(1)], bare_issues=["Late"])
    assert len(next_steps(busy, lambda permission: True)) == 4


def test_a_step_that_the_person_may_not_take_is_left_out():
    steps = next_steps(standing(counts=EMPTY), lambda permission: permission is Permission.DOCUMENT_ADD)
    assert [step.title for step in steps] == ["Add the IEP"]


def test_a_date_of_ours_is_said_to_be_behind_us_only_once_its_day_is_over() -> None:
    def told(days: int) -> str:
        return next_steps(standing(deadlines=[due(days)]), lambda permission: True)[0].why

    assert (told(1), told(0)) == ("This date is yours to meet.",) * 2
    assert told(-1).startswith("This date is behind us.")
