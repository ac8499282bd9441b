"""The migrations and the models say the same, and each migration runs on a database with rows in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg import sql
from sqlalchemy import Connection, create_engine

import casemgr.models  # noqa: F401
import config
from casemgr.extensions import db
from casemgr.platform import database
from tests.server import TestServer

MADE = {"created_at": "2026-01-05Z", "version": 1}


def revisions() -> list[str]:
    alembic = Config()
    alembic.set_main_option("script_location", str(config.ROOT / "migrations"))
    return [script.revision for script in reversed(list(ScriptDirectory.from_config(alembic).walk_revisions()))]


def test_the_models_and_the_migrations_do_not_drift(server: TestServer, database_name: str) -> None:
    engine = create_engine(server.url(server.owner, database_name))

    def ours(item: object, name: str | None, kind: str, reflected: bool, other: object) -> bool:
        return not (kind == "table" and (name or "").startswith("procrastinate_"))

    with engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": True, "include_object": ours}
        )
        differences = compare_metadata(context, db.metadata)
    engine.dispose()
    assert differences == []


def test_history_is_one_line() -> None:
    assert len(revisions()) == len(set(revisions())) >= 1


def test_each_migration_runs_on_rows_and_keeps_them(server: TestServer) -> None:
    """Add an organization with rows to the first schema, go on one migration at a time, and find them each time."""
    with _scratch_database(server) as owner:
        database.migrate(owner, server.app, revisions()[0])
        _add_rows(owner)
        engine = create_engine(owner)
        for revision in revisions()[1:]:
            database.migrate(owner, server.app, revision)
            with engine.connect() as connection:
                for table in ("cases", "documents", "facts", "school_calendars", "school_closures"):
                    left = connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar()
                    assert left == 1, f"{revision} leaves {left} rows in {table}"
        engine.dispose()


def test_a_calendar_goes_to_the_state_that_most_cases_of_its_district_name(server: TestServer) -> None:
    with _scratch_database(server) as owner:
        database.migrate(owner, server.app, revisions()[0])
        engine = create_engine(owner)
        with engine.begin() as connection:
            firm, other = _add_organization(connection), _add_organization(connection)
            for org, state in ((firm, "NH"), (firm, "NH"), (firm, "MA"), (other, "CT")):
                _add_case(connection, org, state=state)
            for org, district in ((firm, "Springfield"), (firm, "Unnamed"), (other, "Springfield")):
                _add_calendar(connection, org, district)
        database.migrate(owner, server.app, "head")
        with engine.connect() as connection:
            rows = connection.exec_driver_sql("SELECT org_id, district, state FROM school_calendars").all()
        engine.dispose()
    assert {(str(org), district): state for org, district, state in rows} == {
        (str(firm), "Springfield"): "NH",
        (str(firm), "Unnamed"): "MA",
        (str(other), "Springfield"): "CT",
    }


def test_a_copy_that_was_sent_stays_on_record_under_its_new_name(server: TestServer) -> None:
    with _scratch_database(server) as owner:
        database.migrate(owner, server.app, "0027")
        engine = create_engine(owner)
        with engine.begin() as connection:
            org = _add_organization(connection)
            own = {"org_id": org, "case_id": _add_case(connection, org)}
            packet = _insert(
                connection,
                "packets",
                **{"id": uuid4(), **own, "kind": "due_process_complaint", "state": "draft", "answers": "{}", **MADE},
                **dict.fromkeys(("bates_prefix", "progress_note", "error", "built_from", "pdf_sha256"), ""),
                **dict.fromkeys(("manifest_sha256", "filed_how", "filed_to"), ""),
                **{"exhibit_prefix": "P", "progress": 0, "pdf_size": 0, "page_count": 0},
            )
            copy = _insert(
                connection,
                "packet_deliveries",
                **{"id": uuid4(), **own, "packet_id": packet, "name": "Dana", "way": "mail", "state": "by_hand"},
                **dict.fromkeys(("address", "reply_to", "message", "problem", "answer", "note", "asked_by_name"), ""),
                **dict.fromkeys(("taken_back_because", "taken_back_by_name"), ""),
                **{"pdf_sha256": "a" * 64, "pdf_size": 7, "tries": 0, "sent_on": "2026-01-05"},
                created_at=MADE["created_at"],
            )
        database.migrate(owner, server.app, "head")
        with engine.connect() as connection:
            wanted = "id, sending_id, packet_id, binder_id, part, parts, sha256, of_sha256, size, name FROM sent_copies"
            rows = connection.exec_driver_sql(f"SELECT {wanted}").all()
            named = connection.exec_driver_sql(
                "SELECT count(*) FROM pg_policies WHERE tablename = 'sent_copies' AND policyname LIKE 'sent_copies%%'"
            ).scalar()
        engine.dispose()
    assert rows == [(copy, copy, packet, None, 1, 1, "a" * 64, "a" * 64, 7, "Dana")] and named == 4


@contextmanager
def _scratch_database(server: TestServer) -> Iterator[str]:
    """Give the owner's address of an empty database that is gone afterwards."""
    name = f"test_migration_{uuid4().hex[:8]}"
    with server.connect() as connection:
        server.create_database(connection, name)
    try:
        yield server.url(server.owner, name)
    finally:
        with server.connect() as connection:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _add_rows(owner: str) -> None:
    """Rows that later migrations must cope with."""
    engine = create_engine(owner)
    with engine.begin() as connection:
        org = _add_organization(connection)
        case = _add_case(connection, org)
        own = {"id": uuid4(), "org_id": org, "case_id": case}
        _insert(
            connection,
            "documents",
            **own,
            **dict.fromkeys(("source", "received_how", "note", "preview_note"), ""),
            **{"title": "IEP", "kind": "iep", "visibility": "shared", "original_name": "a.pdf", "sha256": "0" * 64},
            **{"size": 1, "media_type": "application/pdf", "family": "pdf", "preview_state": "none", "custody": "[]"},
            **{"uploaded_by_name": "A", "uploaded_at": "2026-01-05Z", "version": 1},
        )
        _insert(
            connection,
            "facts",
            **own,
            **dict.fromkeys(("how", "note", "correction_reason"), ""),
            **{"kind": "evaluation_consent_received", "on_date": "2026-01-05", "precision": "day"},
            **{"by_party": "parent", "details": "{}", "is_retraction": False},
            **{"recorded_by_name": "A", "recorded_at": "2026-01-05Z"},
        )
        _add_calendar(connection, org, "Springfield")
    engine.dispose()


def _add_organization(connection: Connection) -> UUID:
    return _insert(
        connection,
        "organizations",
        **{"id": uuid4(), "name": "Family", "kind": "family", "state": "MA", "timezone": "UTC", **MADE},
    )


def _add_case(connection: Connection, org: UUID, *, state: str = "MA") -> UUID:
    """A case with its student, who goes to school in Springfield, and the person who looks after it."""
    user, case = uuid4(), uuid4()
    _insert(
        connection,
        "users",
        **{"id": user, "name": "A", "email": f"{user}@example.org", "passphrase_hash": "x", "persona": "parent"},
        **{"timezone": "UTC", "session_epoch": 1, "is_active": True, **MADE},
    )
    _insert(
        connection,
        "cases",
        **{"id": case, "org_id": org, "state": state, "timezone": "UTC", "track": "idea", "track_note": ""},
        **{"stage": "concern_raised", "plan": "iep", "concern": "words", "concern_on": "2026-01-05"},
        **{"is_sample": False, "owner_id": user, **MADE},
    )
    _insert(
        connection,
        "students",
        **dict.fromkeys(("grade", "school", "address", "homeless_contact", "disability"), ""),
        **{"id": uuid4(), "org_id": org, "case_id": case, "name": "B", "born_on": "2016-05-04"},
        **{"district": "Springfield", "is_homeless": False, "version": 1},
    )
    return case


def _add_calendar(connection: Connection, org: UUID, district: str) -> None:
    """A school year with a day off."""
    calendar = _insert(
        connection,
        "school_calendars",
        **{"id": uuid4(), "org_id": org, "district": district, "first_day": "2025-09-02", "last_day": "2026-06-17"},
        **MADE,
    )
    _insert(
        connection,
        "school_closures",
        **{"id": uuid4(), "org_id": org, "calendar_id": calendar, "note": "Snow day"},
        **{"first_on": "2026-01-13", "last_on": "2026-01-13"},
    )


def _insert(connection: Connection, table: str, **row: Any) -> UUID:
    """Add a row with the columns of the first schema; return its id."""
    places = ", ".join(["%s"] * len(row))
    connection.exec_driver_sql(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", tuple(row.values()))
    return row["id"]
