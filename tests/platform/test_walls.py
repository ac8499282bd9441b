"""The walls between organizations stand in the database, not only in our code."""

from __future__ import annotations

from uuid import uuid4

import psycopg
import pytest

import casemgr.models  # noqa: F401
from casemgr.extensions import db
from tests.world import World

CASE_OWNED = sorted(
    table.name for table in db.metadata.sorted_tables if "case_id" in table.columns and "org_id" in table.columns
)
ORG_OWNED = sorted(table.name for table in db.metadata.sorted_tables if "org_id" in table.columns)
NOT_OWNED = {"users", "sign_in_attempts"}


def act_as(connection: psycopg.Connection, org_id: object, case_ids: str = "") -> None:
    connection.execute(
        "SELECT set_config('app.org_id', %s, true), set_config('app.case_ids', %s, true)",
        [str(org_id), case_ids],
    )


def test_every_table_is_walled_or_known_to_be_nobodys(raw_connection: psycopg.Connection) -> None:
    rows = raw_connection.execute(
        "SELECT c.relname, c.relrowsecurity, count(p.polname) FROM pg_class c"
        " LEFT JOIN pg_policy p ON p.polrelid = c.oid"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' GROUP BY 1, 2"
    ).fetchall()
    without = {name for name, walled, policies in rows if not (walled and policies >= 4)}
    without = {name for name in without if not name.startswith("procrastinate_")}
    assert without == NOT_OWNED | {"alembic_version"}


def test_every_model_says_which_policy_it_has() -> None:
    unmarked = {table.name for table in db.metadata.sorted_tables if not table.info.get("rls")}
    assert unmarked == NOT_OWNED


def test_the_applications_role_has_no_power(raw_connection: psycopg.Connection) -> None:
    row = raw_connection.execute(
        "SELECT rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    assert row == (False, False, False, False)
    owned = raw_connection.execute("SELECT count(*) FROM pg_tables WHERE tableowner = current_user").fetchone()
    assert owned == (0,)


@pytest.mark.parametrize("table", ORG_OWNED)
def test_nothing_is_visible_without_an_organization(
    table: str, raw_connection: psycopg.Connection, world: World
) -> None:
    world.full_case(world.person())
    assert raw_connection.execute(f'SELECT count(*) FROM "{table}"').fetchone() == (0,)


@pytest.mark.parametrize("table", ORG_OWNED)
def test_another_organizations_rows_are_invisible_and_unwritable(
    table: str, raw_connection: psycopg.Connection, world: World
) -> None:
    theirs, mine = world.person(), world.person()
    world.full_case(theirs)
    act_as(raw_connection, theirs.org_id)
    count = raw_connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()
    assert count is not None and count[0] > 0, f"the full case has no row in {table}: the test would prove nothing"
    act_as(raw_connection, mine.org_id)
    found = raw_connection.execute(f'SELECT count(*) FROM "{table}" WHERE org_id = %s', [theirs.org_id]).fetchone()
    assert found == (0,)
    for statement in (
        f'UPDATE "{table}" SET org_id = %s WHERE org_id = %s',
        f'DELETE FROM "{table}" WHERE %s <> org_id',
    ):
        arguments = [mine.org_id, theirs.org_id] if statement.startswith("UPDATE") else [mine.org_id]
        try:
            with raw_connection.transaction():
                touched = raw_connection.execute(statement, arguments).rowcount
        except psycopg.errors.InsufficientPrivilege:
            touched = 0  # append-only: not even the attempt is allowed
        assert touched == 0


@pytest.mark.parametrize("table", CASE_OWNED)
def test_rows_cannot_be_smuggled_into_another_organization(
    table: str, raw_connection: psycopg.Connection, owner_connection: psycopg.Connection, world: World
) -> None:
    theirs, mine = world.person(), world.person()
    case_id = world.full_case(theirs)
    columns = [
        name
        for (name,) in owner_connection.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_identity = 'NO'"
            " ORDER BY ordinal_position",
            [table],
        )
    ]
    names = ", ".join(f'"{name}"' for name in columns)
    row = owner_connection.execute(f'SELECT {names} FROM "{table}" WHERE case_id = %s LIMIT 1', [case_id]).fetchone()
    assert row is not None
    values = dict(zip(columns, row, strict=True)) | {"id": uuid4()}
    act_as(raw_connection, mine.org_id)
    adapted = [
        psycopg.types.json.Jsonb(value) if isinstance(value, dict | list) else value for value in values.values()
    ]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        raw_connection.execute(f'INSERT INTO "{table}" ({names}) VALUES ({", ".join(["%s"] * len(columns))})', adapted)


@pytest.mark.parametrize(
    "table", [*(name for name in CASE_OWNED if name not in {"audit_events", "case_members"}), "cases"]
)
def test_a_guest_sees_only_the_named_cases(table: str, raw_connection: psycopg.Connection, world: World) -> None:
    firm = world.person("owner", "firm")
    first, second = world.full_case(firm), world.full_case(firm)
    column = "id" if table == "cases" else "case_id"
    act_as(raw_connection, firm.org_id, f"{{{first}}}")
    rows = raw_connection.execute(f'SELECT DISTINCT "{column}" FROM "{table}"').fetchall()
    assert rows == [(first,)]
    assert second not in {row[0] for row in rows}


@pytest.mark.parametrize(
    "table",
    [
        "audit_events",
        "stage_moves",
        "facts",
        "deadline_changes",
        "deadline_checks",
        "evidence_entries",
        "evidence_documents",
        "placements",
        "plan_goals",
        "goal_evidence",
    ],
)
@pytest.mark.parametrize("verb", ["UPDATE", "DELETE"])
def test_the_record_cannot_be_rewritten_by_the_application(
    table: str, verb: str, raw_connection: psycopg.Connection, world: World
) -> None:
    actor = world.person()
    world.full_case(actor)
    act_as(raw_connection, actor.org_id)
    statement = f'DELETE FROM "{table}"' if verb == "DELETE" else f'UPDATE "{table}" SET case_id = case_id'
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        raw_connection.execute(statement)


def test_a_calendar_feed_is_seen_and_changed_by_its_person_only(
    raw_connection: psycopg.Connection, world: World
) -> None:
    actor, other = world.person(), world.person()

    def act_as_person(who: object) -> None:
        raw_connection.execute("SELECT set_config('app.user_id', %s, true)", [str(who)])

    act_as_person(actor.user_id)
    raw_connection.execute(
        "INSERT INTO calendar_feeds (id, user_id, token_hash, shows_names, who, created_at, version)"
        " VALUES (%s, %s, %s, false, '', now(), 1)",
        [uuid4(), actor.user_id, actor.user_id.hex * 2],
    )
    assert raw_connection.execute("SELECT count(*) FROM calendar_feeds").fetchone() == (1,)
    act_as_person(other.user_id)
    assert raw_connection.execute("SELECT count(*) FROM calendar_feeds").fetchone() == (0,)
    assert raw_connection.execute("DELETE FROM calendar_feeds").rowcount == 0
    act_as_person("")
    assert raw_connection.execute("SELECT count(*) FROM calendar_feeds").fetchone() == (0,)
    owner = raw_connection.execute("SELECT person_of_calendar_feed(%s)", [actor.user_id.hex * 2]).fetchone()
    assert owner == (actor.user_id,)
    assert raw_connection.execute("SELECT person_of_calendar_feed('x')").fetchone() == (None,)


def test_a_filed_packet_cannot_be_changed(raw_connection: psycopg.Connection, world: World) -> None:
    actor = world.person()
    world.full_case(actor)
    act_as(raw_connection, actor.org_id)
    with pytest.raises(psycopg.errors.IntegrityError, match="filed packet"):
        raw_connection.execute("UPDATE packets SET answers = jsonb_build_object('x', 'y') WHERE state = 'filed'")


def test_only_a_sample_case_of_ones_own_can_be_removed(raw_connection: psycopg.Connection, world: World) -> None:
    actor, other = world.person(), world.person()
    real, sample = world.full_case(actor), world.full_case(actor, is_sample=True)
    for org_id, case_id in ((actor.org_id, real), (other.org_id, sample)):
        act_as(raw_connection, org_id)
        with pytest.raises(psycopg.errors.RaiseException), raw_connection.transaction():
            raw_connection.execute("SELECT remove_sample_case(%s)", [case_id])
    act_as(raw_connection, actor.org_id)
    raw_connection.execute("SELECT remove_sample_case(%s)", [sample])
    assert raw_connection.execute("SELECT id FROM cases").fetchall() == [(real,)]
