"""A date is never overdue on its own day: the day of the case, wherever its reader sits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

import pytest
from flask.testing import FlaskClient

from casemgr.accounts.models import User
from casemgr.cases import clock
from casemgr.deadlines.models import Deadline
from casemgr.extensions import db
from tests.obligations.makers import promised
from tests.world import Actor, World

Clients = Callable[[Actor | None], FlaskClient]
DUE = date(2027, 3, 2)


@pytest.fixture
def stop_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Return a function that stops the clock of the cases at an instant (UTC)."""

    def stop(instant: str) -> None:
        moment = datetime.fromisoformat(f"{instant}+00:00")

        class Stopped(datetime):
            @classmethod
            def now(cls, tz=None):
                return moment.astimezone(tz)

        monkeypatch.setattr(clock, "datetime", Stopped)

    return stop


@pytest.mark.parametrize(
    ("zone", "reader", "instant", "words", "is_overdue"),
    [
        ("America/Los_Angeles", "America/New_York", "2027-03-03T07:59:59", "today", False),
        ("America/Los_Angeles", "America/New_York", "2027-03-03T08:00:00", "yesterday", True),
        ("America/New_York", "Pacific/Honolulu", "2027-03-03T04:59:59", "today", False),
        ("America/New_York", "Pacific/Honolulu", "2027-03-03T05:00:00", "yesterday", True),
        ("Pacific/Guam", "America/New_York", "2027-03-02T13:59:59", "today", False),
        ("Pacific/Guam", "America/New_York", "2027-03-02T14:00:00", "yesterday", True),
    ],
)
def test_a_date_of_the_law_and_a_promise_are_overdue_once_midnight_has_passed_where_the_case_is(
    world: World, client_for: Clients, stop_clock, zone: str, reader: str, instant: str, words: str, is_overdue: bool
) -> None:
    owner = world.person()
    case_id = world.case(owner, timezone=zone)
    one = promised(world, owner, case_id, title="Send the plan", due_on=DUE)
    with world.scope(owner):
        db.session.get_one(User, owner.user_id).timezone = reader
        db.session.add(
            Deadline(
                org_id=owner.org_id,
                case_id=case_id,
                key="test",
                rule_id="test",
                title="Answer",
                citation="34 CFR 300.508(f)",
                verification="V",
                actor="parent",
                state="open",
                nominal=DUE,
                act_by=DUE,
                late_after=DUE,
            )
        )
        db.session.commit()
    stop_clock(instant)
    client = client_for(owner)
    home = client.get("/").text
    assert home.count(f"</svg>{words}</span>") >= 2, "both dates, on one page over all cases"
    assert ("due-late" in home) is is_overdue
    assert ("due-late" in client.get("/board").text) is is_overdue
    page = client.get(f"/cases/{case_id}").text
    assert ("1 overdue" in page) is is_overdue
    assert ("Late" in client.get(f"/cases/{case_id}/deadlines").text) is is_overdue
    shown = client.get(f"/cases/{case_id}/obligations/{one}").text
    assert ("This is overdue" in shown) is is_overdue
