"""What a fact contradicts is found and said in words; what may be true is left alone."""

from datetime import date

import pytest

from casemgr.law.deadlines import Fact
from casemgr.law.facts import FACTS
from casemgr.law.order import ORDERS, contradictions
from casemgr.law.terms import FactKind as K
from casemgr.law.terms import Precision

BORN, TODAY = date(2016, 5, 4), date(2026, 11, 22)


def fact(kind: K, on: str, proceeding: str | None = None, precision: Precision = Precision.DAY) -> Fact:
    return Fact(f"{kind}@{on}", kind, date.fromisoformat(on), proceeding, precision=precision)


def found(new: Fact, *others: Fact) -> list[str]:
    return [one.text for one in contradictions(new, others, born_on=BORN, today=TODAY)]


@pytest.mark.parametrize(
    ("new", "other", "words"),
    [
        (fact(K.DECISION_ISSUED, "2026-10-01", "d"), fact(K.HEARING_HELD, "2026-10-05", "d"), "after the hearing"),
        (fact(K.HEARING_HELD, "2026-10-05", "d"), fact(K.DECISION_ISSUED, "2026-10-01", "d"), "after the hearing"),
        (
            fact(K.HEARING_HELD, "2026-09-01", "d"),
            fact(K.DUE_PROCESS_COMPLAINT_FILED, "2026-09-10", "d"),
            "The complaint comes before everything else",
        ),
        (
            fact(K.DUE_PROCESS_COMPLAINT_RECEIVED, "2026-09-08", "d"),
            fact(K.DUE_PROCESS_COMPLAINT_FILED, "2026-09-10", "d"),
            "cannot be received before it was filed",
        ),
        (fact(K.REFERRAL_RECEIVED, "2026-09-08"), fact(K.EVALUATION_REQUESTED, "2026-09-10"), "cannot arrive before"),
        (
            fact(K.EVALUATION_CONSENT_RECEIVED, "2026-09-08"),
            fact(K.EVALUATION_REQUESTED, "2026-09-10"),
            "consent follows it",
        ),
        (
            fact(K.MEETING_HELD, "2026-09-08", "m"),
            fact(K.MEETING_NOTICE_RECEIVED, "2026-09-10", "m"),
            "before the meet",
        ),
        (fact(K.IEP_DATED, "2026-09-08"), fact(K.IEP_DATED, "2026-09-08", None), "on record for this day already"),
    ],
)
def test_what_cannot_be_is_said_with_the_other_fact_and_its_day(new: Fact, other: Fact, words: str) -> None:
    other = Fact("other", other.kind, other.on, other.proceeding)
    (text,) = found(new, other)
    assert words in text
    assert "already" in text or FACTS[other.kind].label in text


def test_the_future_and_a_day_before_birth_are_asked_about() -> None:
    assert "in the future" in found(fact(K.IEP_DATED, "2026-11-23"))[0]
    assert "before the student was born (May 4, 2016)" in found(fact(K.IEP_DATED, "2016-05-03"))[0]
    assert found(fact(K.HEARING_SCHEDULED, "2027-01-20", "d")) == []
    assert found(fact(K.IEP_DATED, "2026-11-22")) == []


@pytest.mark.parametrize(
    ("new", "others"),
    [
        pytest.param(
            fact(K.REFERRAL_RECEIVED, "2026-09-10"), [fact(K.EVALUATION_REQUESTED, "2026-09-10")], id="the same day"
        ),
        pytest.param(
            fact(K.EVALUATION_REQUESTED, "2026-09-10"),
            [fact(K.EVALUATION_CONSENT_RECEIVED, "2024-09-10")],
            id="a second round years later",
        ),
        pytest.param(
            fact(K.EVALUATION_REQUESTED, "2026-09-10"),
            [fact(K.EVALUATION_REQUESTED, "2026-01-10"), fact(K.EVALUATION_CONSENT_RECEIVED, "2026-02-10")],
            id="a second request in one year",
        ),
        pytest.param(
            fact(K.DECISION_ISSUED, "2026-10-01", "d"), [fact(K.HEARING_HELD, "2026-10-05", "x")], id="another hearing"
        ),
        pytest.param(
            fact(K.DECISION_ISSUED, "2026-10-05", "d", Precision.MONTH),
            [fact(K.HEARING_HELD, "2026-10-20", "d")],
            id="only the month is known, and it may fit",
        ),
        pytest.param(
            fact(K.DECISION_ISSUED, "2026-10-05", "d", Precision.UNKNOWN),
            [fact(K.HEARING_HELD, "2026-10-20", "d")],
            id="the day is not known",
        ),
    ],
)
def test_what_may_be_true_is_left_alone(new: Fact, others: list[Fact]) -> None:
    assert found(new, *others) == []


def test_a_month_that_cannot_fit_is_asked_about() -> None:
    texts = found(fact(K.DECISION_ISSUED, "2026-09-15", "d", Precision.MONTH), fact(K.HEARING_HELD, "2026-10-20", "d"))
    assert "The decision comes after the hearing." in texts[0]


def test_the_order_has_no_circle_and_no_kind_before_itself() -> None:
    after = {kind: {later for order in ORDERS if kind in order.first for later in order.then} for kind in K}

    def reach(kind: K, seen: frozenset[K]) -> bool:
        return any(later in seen or reach(later, seen | {later}) for later in after[kind])

    assert not [kind for kind in K if reach(kind, frozenset({kind}))]


def test_what_is_sent_names_the_fact_that_it_arrived() -> None:
    pairs = {info.kind: info.arrives_as for info in FACTS.values() if info.arrives_as}
    assert pairs[K.EVALUATION_REQUESTED] is K.REFERRAL_RECEIVED
    assert all(FACTS[arrived].received_by for arrived in pairs.values())
