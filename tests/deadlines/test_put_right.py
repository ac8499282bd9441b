"""A case that was put right, back and forth, counts like one that was told right from the start."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from uuid import UUID

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from casemgr.deadlines import queries, services
from casemgr.deadlines.services import NewFact
from casemgr.law.terms import FactKind as K
from tests.deadlines.makers import calendar_a, load
from tests.world import Actor, World

KINDS = (
    K.EVALUATION_CONSENT_RECEIVED,
    K.RECORDS_REQUESTED,
    K.RECORDS_PROVIDED,
    K.HEARING_SCHEDULED,
    K.DUE_PROCESS_COMPLAINT_RECEIVED,
    K.AMENDED_COMPLAINT_FILED,
    K.RESOLUTION_MEETING_WAIVED,
    K.IEP_DATED,
)
ANYTHING_GOES = frozenset({"future", "birth"})
Told = tuple[K, date, str]
Shown = list[tuple[object, ...]]

days = st.integers(0, 60).map(lambda n: date(2026, 9, 14) + timedelta(days=n))
told = st.tuples(st.sampled_from(KINDS), days, st.sampled_from(["day", "day", "month", "unknown"]))
edits = st.lists(st.tuples(st.integers(0, 4), days, st.booleans()), min_size=1, max_size=5)


def new(one: Told) -> NewFact:
    return NewFact(one[0], one[1], precision=one[2], kept_because="It is a test.")


def record(world: World, actor: Actor, case_id: UUID, facts: Sequence[Told]) -> list[UUID]:
    with world.scope(actor):
        case, user = load(case_id), world.user(actor)
        return [services.record_fact(case, new(one), by=user).id for one in facts]


def edit(
    world: World, actor: Actor, case_id: UUID, fact_id: UUID, one: Told, *, back: bool
) -> tuple[UUID, Told | None]:
    """Correct a fact to another day, or take it back; return the newest entry, and what is on record now."""
    with world.scope(actor):
        case, user = load(case_id), world.user(actor)
        old = queries.fact(case, fact_id)
        assert old is not None
        if back:
            return services.retract_fact(case, old, "It never happened.", by=user).id, None
        seen = frozenset(found.key for found in services.contradictions_of(case, new(one), old)) | ANYTHING_GOES
        fact = NewFact(one[0], one[1], precision=one[2], kept_because="It is a test.", seen=seen)
        return services.correct_fact(case, old, fact, "The stamp says so.", by=user).id, one


def shown(world: World, actor: Actor, case_id: UUID) -> Shown:
    """What a person reads of every deadline that stands, without the ids of rows."""
    with world.scope(actor):
        return sorted(
            (
                (row.rule_id, row.nominal, row.act_by, row.late_after, row.state, row.reason)
                for row in queries.deadlines_of(load(case_id))
                if not row.reason.startswith("No longer runs.") and row.fact_id is not None
            ),
            key=str,
        )


@settings(
    max_examples=5,
    deadline=None,
    phases=[Phase.explicit, Phase.generate],  # each step is a transaction: making a failure smaller takes minutes
    suppress_health_check=list(HealthCheck),
)
@given(st.lists(told, min_size=1, max_size=5), edits)
def test_corrections_back_and_forth_give_the_dates_of_a_case_told_right_at_once(
    world: World, facts: list[Told], changes: list[tuple[int, date, bool]]
) -> None:
    actor = world.person()
    calendar_a(world, actor)
    edited, fresh = world.case(actor), world.case(actor)
    newest = record(world, actor, edited, facts)
    now: list[Told | None] = list(facts)
    for place, day, back in changes:
        at = place % len(facts)
        one = now[at]
        if one is not None:
            newest[at], now[at] = edit(world, actor, edited, newest[at], (one[0], day, one[2]), back=back)
    record(world, actor, fresh, [one for one in now if one is not None])
    assert shown(world, actor, edited) == shown(world, actor, fresh)
