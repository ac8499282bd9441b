"""Stay-put is computed, with the sentence of the law that decides it."""

from datetime import date

import pytest

from casemgr.law.deadlines import Fact
from casemgr.law.rulebook import rulebook_for
from casemgr.law.stages import CaseView
from casemgr.law.stay_put import StayPut, stay_put
from casemgr.law.terms import FactKind as K
from casemgr.law.terms import PlanKind, Stage, StayPutKind, Track


def answer(
    *facts: tuple[K, str] | tuple[K, str, str] | tuple[K, str, str, dict[str, str]],
    track: Track = Track.IDEA,
    plan: PlanKind = PlanKind.IEP,
    state: str = "TX",
    today: str = "2026-11-22",
    born_on: date | None = None,
) -> StayPut:
    made = tuple(
        Fact(
            f"{number}",
            row[0],
            date.fromisoformat(row[1]),
            proceeding=row[2] if len(row) > 2 else None,
            details=row[3] if len(row) > 3 else {},
        )
        for number, row in enumerate(facts)
    )
    view = CaseView(track, state, Stage.DUE_PROCESS, date.fromisoformat(today), plan, born_on, made)
    return stay_put(view, rulebook_for(state))


FILED = (K.DUE_PROCESS_COMPLAINT_FILED, "2026-10-01", "d")


@pytest.mark.parametrize(
    ("facts", "in_force", "kind"),
    [
        ([], False, StayPutKind.NONE),
        ([(K.STATE_COMPLAINT_FILED, "2026-10-01")], False, StayPutKind.NONE),
        ([(K.OCR_COMPLAINT_FILED, "2026-10-01")], False, StayPutKind.NONE),
        ([FILED], True, StayPutKind.PENDING),
        ([FILED, (K.PROCEEDING_WITHDRAWN, "2026-11-01", "d")], False, StayPutKind.ENDED),
        ([FILED, (K.PROCEEDING_DISMISSED, "2026-11-01", "d")], False, StayPutKind.ENDED),
        ([FILED, (K.PROCEEDING_SETTLED, "2026-11-01", "d")], False, StayPutKind.ENDED),
        ([FILED, (K.DECISION_ISSUED, "2026-11-01", "d")], False, StayPutKind.ENDED),
        ([FILED, (K.PROCEEDING_WITHDRAWN, "2026-11-01", "o")], True, StayPutKind.PENDING),
        ([FILED, (K.PLACEMENT_AGREED, "2026-11-01")], True, StayPutKind.AGREED_CHANGE),
        ([FILED, (K.RESOLUTION_AGREEMENT_SIGNED, "2026-11-01", "d")], False, StayPutKind.ENDED),
        (
            [
                FILED,
                (K.RESOLUTION_AGREEMENT_SIGNED, "2026-11-01", "d"),
                (K.RESOLUTION_AGREEMENT_VOIDED, "2026-11-03", "d"),
            ],
            True,
            StayPutKind.PENDING,
        ),
        (
            [FILED, (K.DECISION_ISSUED, "2026-11-01", "d"), (K.CIVIL_ACTION_FILED, "2026-11-10", "c")],
            True,
            StayPutKind.PENDING,
        ),
        (
            [
                FILED,
                (K.DECISION_ISSUED, "2026-11-01", "d", {"agrees_with_parent": "yes"}),
                (K.CIVIL_ACTION_FILED, "2026-11-10", "c"),
            ],
            True,
            StayPutKind.DECISION_FOR_PARENT,
        ),
        (
            [FILED, (K.DECISION_ISSUED, "2026-11-01", "d", {"agrees_with_parent": "yes"})],
            False,
            StayPutKind.DECISION_FOR_PARENT,
        ),
        ([(K.EXPEDITED_COMPLAINT_FILED, "2026-11-01", "x")], False, StayPutKind.DISCIPLINE),
        ([FILED, (K.EXPEDITED_COMPLAINT_FILED, "2026-11-01", "x")], True, StayPutKind.PENDING),
    ],
)
def test_which_sentence_of_the_law_decides(facts: list[tuple[K, str]], in_force: bool, kind: StayPutKind) -> None:
    found = answer(*facts)
    assert (found.in_force, found.kind) == (in_force, kind)
    assert found.banner
    assert all(reason.citation for reason in found.reasons)


def test_it_runs_from_the_filing_and_ends_with_the_proceeding() -> None:
    assert answer(FILED).since == date(2026, 10, 1)
    ended = answer(FILED, (K.PROCEEDING_WITHDRAWN, "2026-11-01", "d"))
    assert (ended.since, ended.ended_on) == (date(2026, 10, 1), date(2026, 11, 1))


def test_a_filing_that_is_still_to_come_does_not_count() -> None:
    assert not answer(FILED, today="2026-09-30").in_force


def test_a_discipline_appeal_is_named_as_the_exception_beside_a_pending_complaint() -> None:
    found = answer(FILED, (K.EXPEDITED_COMPLAINT_FILED, "2026-11-01", "x"))
    assert [reason.citation for reason in found.exceptions] == ["34 CFR 300.533"]


def test_section_504_has_no_federal_stay_put_of_this_kind() -> None:
    found = answer(FILED, track=Track.SECTION_504)
    assert (found.in_force, found.kind) == (False, StayPutKind.NOT_UNDER_504)


def test_early_intervention_services_do_not_stay_put_after_three() -> None:
    born = date(2023, 6, 1)
    found = answer(FILED, plan=PlanKind.EARLY_INTERVENTION, born_on=born)
    assert found.kind is StayPutKind.PART_C_TO_B
    assert found.reasons[0].citation == "34 CFR 300.518(c)"
    young = answer(FILED, plan=PlanKind.EARLY_INTERVENTION, born_on=date(2024, 6, 1))
    assert young.kind is StayPutKind.PENDING


def test_massachusetts_says_more_while_a_dispute_is_open() -> None:
    rejected = (K.IEP_REJECTED_RECEIVED, "2026-10-01")
    found = answer(rejected, state="MA")
    assert not found.in_force
    assert [reading.citation for reading in found.readings] == ["603 CMR 28.08(7)"]
    assert not answer(rejected, state="TX").readings
    assert not answer(rejected, (K.IEP_AGREED, "2026-11-01"), state="MA").readings
    assert not answer(rejected, state="MA", track=Track.SECTION_504).readings
