"""Tags, changes of many papers, legal holds, requests for records and what came of them

Revision: 0016, after 0015.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"

ORG = "org_id = (SELECT nullif(current_setting('app.org_id', true), '')::uuid)"
GUEST = (
    "((SELECT nullif(current_setting('app.case_ids', true), '')) IS NULL"
    " OR case_id = ANY ((SELECT nullif(current_setting('app.case_ids', true), '')::uuid[])::uuid[]))"
)
JSON = postgresql.JSONB(astext_type=sa.Text())
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    op.add_column(
        "documents",
        sa.Column(
            "author", sa.String(length=200), nullable=False, server_default="", comment="Who wrote, made or signed it"
        ),
    )
    op.alter_column("documents", "author", server_default=None)
    make_tags_and_changes()
    make_holds()
    make_requests()
    keep_what_is_held()


def make_tags_and_changes() -> None:
    make_table(
        "document_tags",
        column("document_id", sa.Uuid()),
        column("name", sa.String(length=60), comment="As it was typed"),
        column("key", sa.String(length=60), comment="In lower case: “Math” and “math” are one tag"),
        column("created_at", INSTANT),
        same_case("document_tags", "document_id", "documents"),
        sa.UniqueConstraint("document_id", "key", name=op.f("uq_document_tags_document_id_key")),
    )
    op.create_index("ix_document_tags_case_id_key", "document_tags", ["case_id", "key"], unique=False)
    make_table(
        "paper_changes",
        column("words", sa.String(length=500), comment="What was changed, without names"),
        column("papers", JSON, comment="Id, version since, fields and tags before"),
        column("made_by", sa.Uuid(), nullable=True),
        column("made_by_name", sa.String(length=200)),
        column("made_at", INSTANT),
        column("undone_at", INSTANT, nullable=True),
        column("undone_by_name", sa.String(length=200)),
        by_a_user("paper_changes", "made_by"),
    )


def make_holds() -> None:
    make_table(
        "legal_holds",
        column("document_id", sa.Uuid(), nullable=True, comment="One paper; none: the whole case"),
        column("reason", sa.Text()),
        column("set_by", sa.Uuid(), nullable=True),
        column("set_by_name", sa.String(length=200)),
        column("set_at", INSTANT),
        column("lifted_at", INSTANT, nullable=True),
        column("lifted_by", sa.Uuid(), nullable=True),
        column("lifted_by_name", sa.String(length=200)),
        column("lifted_reason", sa.Text()),
        same_case("legal_holds", "document_id", "documents"),
        by_a_user("legal_holds", "set_by"),
        by_a_user("legal_holds", "lifted_by"),
        sa.CheckConstraint(
            "(lifted_at is null) = (lifted_reason = '')", name=op.f("ck_legal_holds_lifted_with_a_reason")
        ),
        grants="SELECT, INSERT, UPDATE",
    )
    op.create_index(
        "uq_legal_holds_one_on_a_case",
        "legal_holds",
        ["case_id"],
        unique=True,
        postgresql_where=sa.text("document_id is null and lifted_at is null"),
    )
    op.create_index(
        "uq_legal_holds_one_on_a_paper",
        "legal_holds",
        ["document_id"],
        unique=True,
        postgresql_where=sa.text("lifted_at is null"),
    )


def make_requests() -> None:
    make_table(
        "records_requests",
        column("words", sa.Text(), comment="As it was asked"),
        column("asked_by", sa.String(length=200)),
        column("asked_of", sa.String(length=200)),
        column("sent_on", sa.Date(), nullable=True),
        column("kinds", JSON, comment="documents.kinds; none: all of the student's records"),
        column("first_year", sa.Integer(), nullable=True, comment="The year in which the first school year begins"),
        column("last_year", sa.Integer(), nullable=True),
        column("fact_id", sa.Uuid(), comment="records_requested: the day the school received it"),
        column("document_id", sa.Uuid(), nullable=True, comment="The letter or e-mail that asks"),
        column("recorded_by", sa.Uuid(), nullable=True),
        column("recorded_by_name", sa.String(length=200)),
        column("created_at", INSTANT),
        column("version", sa.Integer()),
        same_case("records_requests", "fact_id", "facts"),
        same_case("records_requests", "document_id", "documents"),
        by_a_user("records_requests", "recorded_by"),
        sa.CheckConstraint("last_year >= first_year", name=op.f("ck_records_requests_years_run_forward")),
    )
    make_table(
        "records_arrivals",
        column("request_id", sa.Uuid()),
        column("document_id", sa.Uuid()),
        column("added_by_name", sa.String(length=200)),
        column("created_at", INSTANT),
        same_case("records_arrivals", "request_id", "records_requests"),
        same_case("records_arrivals", "document_id", "documents"),
        sa.UniqueConstraint("request_id", "document_id", name=op.f("uq_records_arrivals_request_id_document_id")),
    )
    make_table(
        "records_exceptions",
        column("kind", sa.String(length=40)),
        column("first_on", sa.Date()),
        column("last_on", sa.Date()),
        column("reason", sa.Text()),
        column("made_by_name", sa.String(length=200)),
        column("created_at", INSTANT),
        sa.UniqueConstraint(
            "case_id", "kind", "first_on", "last_on", name=op.f("uq_records_exceptions_case_id_kind_first_on_last_on")
        ),
        sa.CheckConstraint("last_on >= first_on", name=op.f("ck_records_exceptions_runs_forward")),
    )
    make_table(
        "records_terms",
        column("count", sa.Integer()),
        column("created_at", INSTANT),
        sa.UniqueConstraint("case_id", name=op.f("uq_records_terms_case_id")),
        sa.CheckConstraint("count between 1 and 6", name=op.f("ck_records_terms_count_known")),
    )


def keep_what_is_held() -> None:
    """While a hold stands the database itself refuses to delete or trash what it holds, whoever asks: a page, the
    command line, or the removal of a sample case or of a visitor's workspace."""
    refuse = "RAISE EXCEPTION 'on legal hold: nothing is deleted' USING ERRCODE = 'integrity_constraint_violation'"
    heads = "LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp"
    op.execute(
        f"""
        CREATE FUNCTION keep_held_paper() RETURNS trigger {heads} AS $$
        BEGIN
            IF EXISTS (SELECT 1 FROM legal_holds WHERE case_id = OLD.case_id AND lifted_at IS NULL
                       AND (document_id IS NULL OR document_id = OLD.id)) THEN
                {refuse};
            END IF;
            IF TG_OP = 'DELETE' THEN
                RETURN OLD;
            END IF;
            RETURN NEW;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER keep_held_paper BEFORE DELETE ON documents FOR EACH ROW EXECUTE FUNCTION keep_held_paper()"
    )
    op.execute(
        "CREATE TRIGGER keep_held_paper_out_of_trash BEFORE UPDATE OF trashed_at ON documents FOR EACH ROW"
        " WHEN (OLD.trashed_at IS NULL AND NEW.trashed_at IS NOT NULL) EXECUTE FUNCTION keep_held_paper()"
    )
    op.execute(
        f"""
        CREATE FUNCTION keep_held_row() RETURNS trigger {heads} AS $$
        BEGIN
            IF EXISTS (SELECT 1 FROM legal_holds
                       WHERE case_id = OLD.case_id AND lifted_at IS NULL AND document_id IS NULL) THEN
                {refuse};
            END IF;
            RETURN OLD;
        END $$
        """
    )
    for table in ("packets", "people"):
        op.execute(
            f"CREATE TRIGGER keep_held_row BEFORE DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION keep_held_row()"
        )
    op.execute(
        f"""
        CREATE FUNCTION keep_hold() RETURNS trigger {heads} AS $$
        BEGIN
            IF TG_OP = 'DELETE' THEN
                IF OLD.lifted_at IS NULL THEN
                    {refuse};
                END IF;
                RETURN OLD;
            END IF;
            IF OLD.lifted_at IS NOT NULL
               OR (to_jsonb(NEW) - '{{lifted_at,lifted_by,lifted_by_name,lifted_reason}}'::text[])
                  IS DISTINCT FROM (to_jsonb(OLD) - '{{lifted_at,lifted_by,lifted_by_name,lifted_reason}}'::text[])
            THEN
                RAISE EXCEPTION 'A legal hold is lifted once, and nothing else of it changes'
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER keep_hold BEFORE UPDATE OR DELETE ON legal_holds FOR EACH ROW EXECUTE FUNCTION keep_hold()"
    )
    op.execute(
        """
        CREATE OR REPLACE FUNCTION is_old_visit(org uuid) RETURNS boolean
        LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
            SELECT EXISTS (SELECT 1 FROM organizations WHERE id = org AND created_at < now() - interval '7 days')
                AND EXISTS (SELECT 1 FROM memberships WHERE org_id = org)
                AND NOT EXISTS (SELECT 1 FROM memberships m JOIN users u ON u.id = m.user_id
                    WHERE m.org_id = org AND u.email NOT LIKE '%@visitor.invalid')
                AND NOT EXISTS (SELECT 1 FROM case_members c JOIN users u ON u.id = c.user_id
                    WHERE c.org_id = org AND u.email NOT LIKE '%@visitor.invalid')
                AND NOT EXISTS (SELECT 1 FROM audit_events WHERE org_id = org AND at > now() - interval '1 day')
                AND NOT EXISTS (SELECT 1 FROM legal_holds WHERE org_id = org AND lifted_at IS NULL)
        $$
        """
    )


def column(name: str, kind: Any, *, nullable: bool = False, comment: str | None = None) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=nullable, comment=comment)


def same_case(table: str, name: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["case_id", name], [f"{target}.case_id", f"{target}.id"], name=f"fk_{table}_{name}_same_case"
    )


def by_a_user(table: str, name: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([name], ["users.id"], name=op.f(f"fk_{table}_{name}"))


def make_table(table: str, *parts: Any, grants: str = "SELECT, INSERT, UPDATE, DELETE") -> None:
    """A case-owned table with its row-level security: AND, never OR, for the sake of the index."""
    app = f'"{context.config.attributes["app_role"]}"'
    op.create_table(
        table,
        *(sa.Column(name, sa.Uuid(), nullable=False) for name in ("id", "org_id", "case_id")),
        *parts,
        sa.ForeignKeyConstraint(["org_id", "case_id"], ["cases.org_id", "cases.id"], name=f"fk_{table}_case"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("case_id", "id", name=f"uq_{table}_case_id_id"),
        info={"rls": "case"},
    )
    op.create_index(f"ix_{table}_org_id_case_id", table, ["org_id", "case_id"], unique=False)
    rule = f"{ORG} AND {GUEST}"
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY {table}_read ON {table} FOR SELECT USING ({rule})")
    op.execute(f"CREATE POLICY {table}_insert ON {table} FOR INSERT WITH CHECK ({rule})")
    op.execute(f"CREATE POLICY {table}_update ON {table} FOR UPDATE USING ({rule}) WITH CHECK ({rule})")
    op.execute(f"CREATE POLICY {table}_delete ON {table} FOR DELETE USING ({rule})")
    op.execute(f"GRANT {grants} ON {table} TO {app}")
