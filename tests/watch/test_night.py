"""The nightly look keeps what it found, tells the owners, and forgets what was mended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text, update

from casemgr import cli
from casemgr.accounts.models import Organization
from casemgr.audit import services as audit
from casemgr.cases.models import Case
from casemgr.extensions import db
from casemgr.notices.models import Notice
from casemgr.platform import jobs
from casemgr.platform.columns import now
from casemgr.platform.tenancy import Scope, acting_in
from casemgr.watch import services
from casemgr.watch.models import Finding
from tests.obligations.makers import promised
from tests.watch.makers import give_date, night, old_case
from tests.world import Actor, World

Clients = Callable[[Actor | None], FlaskClient]
STUCK = "Cases that may be stuck"


@pytest.fixture
def owner(world: World) -> Actor:
    return world.person("owner", "firm")


def findings(world: World, actor: Actor, case_id: object) -> list[Finding]:
    with world.scope(actor):
        return list(db.session.scalars(select(Finding).where(Finding.case_id == case_id)))


def test_what_is_found_shows_on_home_and_is_told_to_the_owner_once(world: World, client_for: Clients, owner) -> None:
    colleague = world.person("attorney", org_id=owner.org_id)
    case_id = old_case(world, owner, student="Aspen Example")
    assert night(world, owner) == (1, 1)
    assert night(world, owner) == (1, 1)
    home = client_for(owner).get("/").text
    assert STUCK in home
    assert "No date is running" in home
    assert "Aspen Example" in client_for(owner).get("/stuck").text
    with world.scope(owner):
        told = db.session.scalars(select(Notice).where(Notice.case_id == case_id)).all()
        assert [(one.user_id, one.lines) for one in told] == [(owner.user_id, ["No date is running."])]
    assert STUCK not in client_for(colleague).get("/").text, "the case of somebody else"


def test_what_nobody_looks_after_is_everybodys_who_can_mend_it(world: World, client_for: Clients, owner) -> None:
    colleague, viewer = world.person("attorney", org_id=owner.org_id), world.person("viewer", org_id=owner.org_id)
    case_id = old_case(world, owner)
    with world.scope(owner):
        db.session.get_one(Case, case_id).owner_id = None
        db.session.commit()
    night(world, owner)
    assert "Nobody looks after it" in client_for(colleague).get("/stuck").text
    assert "Nobody looks after it" not in client_for(viewer).get("/stuck").text
    guest = world.guest(case_id, owner.org_id, "attorney")
    assert "Nobody looks after it" not in client_for(guest).get("/stuck").text


def test_it_disappears_at_once_when_it_is_mended_and_the_next_night_writes_that_down(
    world: World, client_for: Clients, owner
) -> None:
    case_id = old_case(world, owner)
    night(world, owner)
    give_date(world, owner, case_id)
    with world.scope(owner):
        audit.record(db.session.get_one(Case, case_id), "test:row:add", by=world.user(owner))
        db.session.commit()
    assert STUCK not in client_for(owner).get("/").text
    [row] = findings(world, owner, case_id)
    assert row.mended_at is None
    night(world, owner)
    [row] = findings(world, owner, case_id)
    assert row.mended_at is not None


def test_what_comes_back_is_found_again_in_the_same_row(world: World, owner) -> None:
    case_id = old_case(world, owner)
    deadline = give_date(world, owner, case_id)
    night(world, owner)
    assert findings(world, owner, case_id) == []
    from casemgr.deadlines.models import Deadline

    for state, is_found in (("met", True), ("open", False), ("met", True)):
        with world.scope(owner):
            db.session.get_one(Deadline, deadline).state = state
            db.session.commit()
        night(world, owner)
        [row] = findings(world, owner, case_id)
        assert (row.mended_at is None) is is_found


def test_it_can_be_left_until_a_day_with_the_reason(world: World, client_for: Clients, owner) -> None:
    case_id = old_case(world, owner)
    night(world, owner)
    [row] = findings(world, owner, case_id)
    client, address = client_for(owner), f"/cases/{case_id}/stuck/{row.id}"
    for given, words in (
        ({"until_on": "2020-01-01", "because": "Moving"}, "Choose a day that is still to come."),
        ({"until_on": "2099-01-01", "because": "Moving"}, "within a year"),
        ({"until_on": "", "because": ""}, "Say why it can wait"),
    ):
        answer = client.post(address, data=given)
        assert answer.status_code == 422
        assert words in answer.text
    until = now().date() + timedelta(days=30)
    assert client.post(address, data={"until_on": until.isoformat(), "because": "The family moves"}).status_code == 302
    night(world, owner)
    assert STUCK not in client.get("/").text
    assert "The family moves" in client.get(address).text
    with world.scope(owner):
        db.session.get_one(Finding, row.id).left_until = now().date() - timedelta(days=1)
        db.session.commit()
    assert STUCK in client.get("/").text


def test_the_round_goes_inside_the_walls_of_one_organization_after_another(app: Flask, world: World) -> None:
    first, second = world.person(), world.person()
    cases = {actor: old_case(world, actor) for actor in (first, second)}
    with app.app_context():
        done = services.go_round(everybody=True)
        assert done.organizations >= 2
    for actor, case_id in cases.items():
        assert [row.org_id for row in findings(world, actor, case_id)] == [actor.org_id]


def test_one_organization_that_fails_does_not_keep_the_others_from_being_looked_at(
    app: Flask, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, sound = world.person(), world.person()
    case_id = old_case(world, sound)
    real = services.look_through

    def fail_once(org_id: object) -> tuple[int, int]:
        if org_id == broken.org_id:
            raise RuntimeError("a row nobody can read")
        return real(org_id)

    monkeypatch.setattr(services, "look_through", fail_once)
    with app.app_context():
        services.go_round(everybody=True)
    assert [row.kind for row in findings(world, sound, case_id)] == ["no_clock"]


@pytest.mark.parametrize(
    ("at", "watched_hours_ago", "made_hours_ago", "is_turn"),
    [
        pytest.param("2026-03-03T08:00", 20, 900, True, id="three in the morning in New York"),
        pytest.param("2026-03-03T20:00", 20, 900, False, id="by day, looked at within a day"),
        pytest.param("2026-03-03T20:00", 24, 900, True, id="by day, when the night was slept through"),
        pytest.param("2026-03-03T08:00", None, 3, False, id="a workspace made this night"),
        pytest.param("2026-03-03T08:00", None, 900, True, id="never looked at"),
    ],
)
def test_each_organization_has_its_night(
    world: World, at: str, watched_hours_ago: int | None, made_hours_ago: int, is_turn: bool
) -> None:
    actor = world.person()
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    watched = None if watched_hours_ago is None else moment - timedelta(hours=watched_hours_ago)
    with world.scope(actor):
        db.session.execute(
            update(Organization)
            .where(Organization.id == actor.org_id)
            .values(watched_at=watched, created_at=moment - timedelta(hours=made_hours_ago))
        )
        db.session.commit()
        assert services._is_its_turn(actor.org_id, moment) is is_turn


def test_the_look_does_not_disturb_who_edits_the_workspace(world: World, owner) -> None:
    with world.scope(owner):
        before = db.session.get_one(Organization, owner.org_id).version
    night(world, owner)
    with world.scope(owner):
        organization = db.session.get_one(Organization, owner.org_id)
        assert organization.version == before
        assert organization.watched_at is not None


def test_the_night_learns_ids_and_nothing_else(app: Flask, world: World, owner) -> None:
    case_id = old_case(world, owner)
    with app.app_context():
        ids = db.session.scalars(select(func.organizations_not_watched_since(now()))).all()
        assert owner.org_id in ids
        assert db.session.get(Case, case_id) is None, "outside of the organization its rows stay unseen"
        with acting_in(Scope(owner.org_id)):
            assert db.session.get(Case, case_id) is not None


def test_a_thousand_findings_cost_home_as_many_queries_as_one(app: Flask, world: World, client_for: Clients) -> None:
    from tests.cases.test_query_count import counted

    asked = {}
    for cases in (5, 30):
        actor = world.person("owner", "firm")
        for _ in range(cases):
            old_case(world, actor)
        night(world, actor)
        client = client_for(actor)
        with counted(app) as statements:
            assert STUCK in client.get("/").text
        asked[cases] = len(statements)
    assert asked[5] == asked[30]


def test_an_overdue_promise_is_told_once(world: World, owner) -> None:
    case_id = old_case(world, owner)
    one = promised(world, owner, case_id, title="Pay for the evaluation")
    for _ in range(2):
        night(world, owner)
    with world.scope(owner):
        told = db.session.scalars(select(Notice).where(Notice.case_id == case_id, Notice.kind == "obligation")).all()
        assert [(row.user_id, row.lines, row.arguments) for row in told] == [
            (owner.user_id, ["Pay for the evaluation"], {"obligation_id": str(one)})
        ]


def test_workers_that_stay_start_the_night_by_the_clock_and_others_do_not(app: Flask) -> None:
    registered = [(task.task.name, task.cron) for task in jobs.jobs.periodic_registry.periodic_tasks.values()]
    assert ("watch.night", "17 * * * *") in registered
    with app.app_context():
        before = db.session.execute(text("SELECT count(*) FROM procrastinate_periodic_defers")).scalar()
    jobs.work_off(app)
    with app.app_context():
        assert db.session.execute(text("SELECT count(*) FROM procrastinate_periodic_defers")).scalar() == before


def test_the_command_line_looks_at_once(app: Flask, world: World, owner, monkeypatch: pytest.MonkeyPatch) -> None:
    case_id = old_case(world, owner)
    monkeypatch.setattr(cli, "_app", lambda: app)
    answer = CliRunner().invoke(cli.main, ["watch"])
    assert answer.exit_code == 0, answer.output
    assert "open case(s) looked at" in answer.output
    assert [row.kind for row in findings(world, owner, case_id)] == ["no_clock"]
