"""Keep promises in view, look for stuck cases every night, and let visitors' workspaces go

Revision: 0004, after 0003. Made 2026-11-22 06:10:00.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"

ORG = "org_id = (SELECT nullif(current_setting('app.org_id', true), '')::uuid)"
GUEST = (
    "((SELECT nullif(current_setting('app.case_ids', true), '')) IS NULL"
    " OR case_id = ANY ((SELECT nullif(current_setting('app.case_ids', true), '')::uuid[])::uuid[]))"
)
NEW_TABLES = ("obligations", "obligation_deliveries", "watch_findings")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    make_tables()
    add_columns()
    wall_in()
    let_rows_go()
    show_organizations_to_the_night()


def make_tables() -> None:
    op.create_table(
        "obligations",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("words", sa.Text(), nullable=False, comment="As the paper says it"),
        sa.Column("actor", sa.String(length=40), nullable=False, comment="law.terms.PartyRole: who must do it"),
        sa.Column("who", sa.String(length=200), nullable=False, comment="The person or office there"),
        sa.Column("proof", sa.Text(), nullable=False, comment="What will show that it is done"),
        sa.Column("fact_id", sa.Uuid(), nullable=True, comment="The agreement or decision"),
        sa.Column("document_id", sa.Uuid(), nullable=True, comment="The paper that says so"),
        sa.Column("timing", sa.String(length=10), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True, comment="The day that the paper names"),
        sa.Column("count", sa.Integer(), nullable=True),
        sa.Column("unit", sa.String(length=40), nullable=False, comment="law.terms.Unit"),
        sa.Column("count_from", sa.Date(), nullable=True, comment="Day 0; none: the day of the agreement or decision"),
        sa.Column("every", sa.String(length=10), nullable=False, comment="week or month"),
        sa.Column("starts_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column(
            "minutes", sa.Integer(), nullable=True, comment="Promised in all; of one that recurs, in each period"
        ),
        sa.Column("nominal", sa.Date(), nullable=True),
        sa.Column("act_by", sa.Date(), nullable=True),
        sa.Column("late_after", sa.Date(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False, comment="Why there is no date, when there is none"),
        sa.Column(
            "explanation", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="Day 0, steps and readings"
        ),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("ended_on", sa.Date(), nullable=True, comment="The day it was met or waived"),
        sa.Column("ended_note", sa.Text(), nullable=False),
        sa.Column("proof_document_id", sa.Uuid(), nullable=True),
        sa.Column("proof_entry_id", sa.Uuid(), nullable=True),
        sa.Column("issue_id", sa.Uuid(), nullable=True, comment="The issue that was made of a broken promise"),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_by_name", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state in ('open', 'met', 'waived')", name=op.f("ck_obligations_state_known")),
        sa.CheckConstraint("timing in ('day', 'count', 'again', 'no_day')", name=op.f("ck_obligations_timing_known")),
        sa.CheckConstraint("ends_on >= starts_on", name=op.f("ck_obligations_runs_forward")),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_obligations_minutes_positive")),
        sa.ForeignKeyConstraint(
            ["case_id", "document_id"],
            ["documents.case_id", "documents.id"],
            name="fk_obligations_document_id_same_case",
        ),
        sa.ForeignKeyConstraint(
            ["case_id", "fact_id"], ["facts.case_id", "facts.id"], name="fk_obligations_fact_id_same_case"
        ),
        sa.ForeignKeyConstraint(
            ["case_id", "issue_id"], ["issues.case_id", "issues.id"], name="fk_obligations_issue_id_same_case"
        ),
        sa.ForeignKeyConstraint(
            ["case_id", "proof_document_id"],
            ["documents.case_id", "documents.id"],
            name="fk_obligations_proof_document_id_same_case",
        ),
        sa.ForeignKeyConstraint(
            ["case_id", "proof_entry_id"],
            ["evidence_entries.case_id", "evidence_entries.id"],
            name="fk_obligations_proof_entry_id_same_case",
        ),
        sa.ForeignKeyConstraint(["org_id", "case_id"], ["cases.org_id", "cases.id"], name="fk_obligations_case"),
        sa.ForeignKeyConstraint(["recorded_by"], ["users.id"], name=op.f("fk_obligations_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_obligations")),
        sa.UniqueConstraint("case_id", "id", name="uq_obligations_case_id_id"),
        info={"rls": "case"},
    )
    op.create_index("ix_obligations_org_id_act_by", "obligations", ["org_id", "act_by"], unique=False)
    op.create_index("ix_obligations_org_id_case_id", "obligations", ["org_id", "case_id"], unique=False)
    op.create_table(
        "obligation_deliveries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("obligation_id", sa.Uuid(), nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=True, comment="None where the promise is not counted in hours"),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_by_name", sa.String(length=200), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_back_by_name", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("minutes > 0", name=op.f("ck_obligation_deliveries_minutes_positive")),
        sa.ForeignKeyConstraint(
            ["case_id", "document_id"],
            ["documents.case_id", "documents.id"],
            name="fk_obligation_deliveries_document_id_same_case",
        ),
        sa.ForeignKeyConstraint(
            ["case_id", "entry_id"],
            ["evidence_entries.case_id", "evidence_entries.id"],
            name="fk_obligation_deliveries_entry_id_same_case",
        ),
        sa.ForeignKeyConstraint(
            ["case_id", "obligation_id"],
            ["obligations.case_id", "obligations.id"],
            name="fk_obligation_deliveries_obligation_id_same_case",
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "case_id"], ["cases.org_id", "cases.id"], name="fk_obligation_deliveries_case"
        ),
        sa.ForeignKeyConstraint(["recorded_by"], ["users.id"], name=op.f("fk_obligation_deliveries_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_obligation_deliveries")),
        sa.UniqueConstraint("case_id", "id", name="uq_obligation_deliveries_case_id_id"),
        info={"rls": "case"},
    )
    op.create_index("ix_obligation_deliveries_obligation_id", "obligation_deliveries", ["obligation_id"], unique=False)
    op.create_index(
        "ix_obligation_deliveries_org_id_case_id", "obligation_deliveries", ["org_id", "case_id"], unique=False
    )
    op.create_table(
        "watch_findings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False, comment="watch.kinds.KINDS"),
        sa.Column(
            "subject", sa.String(length=80), nullable=False, comment="Id of the row it is about; empty: the case"
        ),
        sa.Column("detail", sa.Text(), nullable=False, comment="What exactly, in a few words"),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("left_until", sa.Date(), nullable=True, comment="Somebody looked: nothing to do before this day"),
        sa.Column("left_because", sa.Text(), nullable=False),
        sa.Column("left_by_name", sa.String(length=200), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["org_id", "case_id"], ["cases.org_id", "cases.id"], name="fk_watch_findings_case"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_watch_findings")),
        sa.UniqueConstraint("case_id", "id", name="uq_watch_findings_case_id_id"),
        sa.UniqueConstraint("case_id", "kind", "subject", name="uq_watch_findings_once"),
        info={"rls": "case"},
    )
    op.create_index("ix_watch_findings_org_id_case_id", "watch_findings", ["org_id", "case_id"], unique=False)


def add_columns() -> None:
    op.add_column(
        "organizations",
        sa.Column(
            "watched_at", sa.DateTime(timezone=True), comment="When the nightly look last went through its cases"
        ),
    )
    op.add_column(
        "deadlines",
        sa.Column("assigned_to", sa.Uuid(), comment="Who of us sees to it; none: whoever looks after the case"),
    )
    op.create_foreign_key(op.f("fk_deadlines_assigned_to"), "deadlines", "users", ["assigned_to"], ["id"])


def wall_in() -> None:
    """Row-level security as in the first schema: AND, never OR, for the sake of the index."""
    app = f'"{context.config.attributes["app_role"]}"'
    rule = f"{ORG} AND {GUEST}"
    for table in NEW_TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {table}_read ON {table} FOR SELECT USING ({rule})")
        op.execute(f"CREATE POLICY {table}_insert ON {table} FOR INSERT WITH CHECK ({rule})")
        op.execute(f"CREATE POLICY {table}_update ON {table} FOR UPDATE USING ({rule}) WITH CHECK ({rule})")
        op.execute(f"CREATE POLICY {table}_delete ON {table} FOR DELETE USING ({rule})")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {app}")


def let_rows_go() -> None:
    """The two ways to delete what is otherwise kept: a whole sample case, and a whole visitor's workspace.

    Both go through every table that has the column, in as many rounds as the foreign keys need, so that a table that
    a later migration adds is emptied with the others.
    """
    op.execute(
        """
        CREATE FUNCTION remove_rows_of(owner_column text, owner uuid) RETURNS void
        LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
        DECLARE
            waiting text[];
            held text[];
            name text;
        BEGIN
            SELECT array_agg(c.relname ORDER BY c.relname) INTO waiting
                FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
                WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
                  AND a.attname = owner_column AND NOT a.attisdropped;
            LOOP
                held := '{}';
                FOREACH name IN ARRAY waiting LOOP
                    BEGIN
                        EXECUTE format('DELETE FROM %I WHERE %I = $1', name, owner_column) USING owner;
                    EXCEPTION WHEN foreign_key_violation THEN
                        held := held || name;
                    END;
                END LOOP;
                EXIT WHEN cardinality(held) = 0;
                IF cardinality(held) = cardinality(waiting) THEN
                    RAISE EXCEPTION 'Rows of % are still pointed at', held;
                END IF;
                waiting := held;
            END LOOP;
        END $$
        """
    )
    op.execute(
        """
        CREATE OR REPLACE FUNCTION remove_sample_case(sample uuid) RETURNS void
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        BEGIN
            PERFORM 1 FROM cases WHERE id = sample AND is_sample
                AND org_id = nullif(current_setting('app.org_id', true), '')::uuid
                AND nullif(current_setting('app.case_ids', true), '') IS NULL
                FOR UPDATE;
            IF NOT FOUND THEN
                RAISE EXCEPTION 'Only a sample case of this organization can be removed';
            END IF;
            PERFORM remove_rows_of('case_id', sample);
            DELETE FROM cases WHERE id = sample;
        END $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION is_old_visit(org uuid) RETURNS boolean
        LANGUAGE sql STABLE SET search_path = public, pg_temp AS $$
            SELECT EXISTS (SELECT 1 FROM organizations WHERE id = org AND created_at < now() - interval '7 days')
                AND EXISTS (SELECT 1 FROM memberships WHERE org_id = org)
                AND NOT EXISTS (SELECT 1 FROM memberships m JOIN users u ON u.id = m.user_id
                    WHERE m.org_id = org AND u.email NOT LIKE '%@visitor.invalid')
                AND NOT EXISTS (SELECT 1 FROM case_members c JOIN users u ON u.id = c.user_id
                    WHERE c.org_id = org AND u.email NOT LIKE '%@visitor.invalid')
                AND NOT EXISTS (SELECT 1 FROM audit_events WHERE org_id = org AND at > now() - interval '1 day')
        $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION old_visits() RETURNS SETOF uuid
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT DISTINCT m.org_id FROM memberships m JOIN users u ON u.id = m.user_id
                WHERE u.email LIKE '%@visitor.invalid' AND is_old_visit(m.org_id)
        $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION remove_visit(org uuid) RETURNS void
        LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
        DECLARE
            visitors uuid[];
        BEGIN
            PERFORM 1 FROM organizations WHERE id = org FOR UPDATE;
            IF NOT is_old_visit(org) THEN
                RAISE EXCEPTION 'Only a visitor''s old workspace can be removed';
            END IF;
            SELECT array_agg(user_id) INTO visitors FROM memberships WHERE org_id = org;
            PERFORM remove_rows_of('org_id', org);
            DELETE FROM organizations WHERE id = org;
            DELETE FROM audit_events WHERE org_id IS NULL AND actor_id = ANY (visitors);
            DELETE FROM users u WHERE u.id = ANY (visitors)
                AND NOT EXISTS (SELECT 1 FROM memberships m WHERE m.user_id = u.id)
                AND NOT EXISTS (SELECT 1 FROM case_members c WHERE c.user_id = u.id);
        END $$
        """
    )
    op.execute("REVOKE ALL ON FUNCTION remove_rows_of(text, uuid), is_old_visit(uuid) FROM PUBLIC")
    give_to_the_application("old_visits()", "remove_visit(uuid)")


def show_organizations_to_the_night() -> None:
    """Ids and nothing else: the nightly look then works in one organization after another, inside its walls."""
    op.execute(
        """
        CREATE FUNCTION organizations_not_watched_since(moment timestamptz) RETURNS SETOF uuid
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT id FROM organizations WHERE watched_at IS NULL OR watched_at < moment ORDER BY id
        $$
        """
    )
    give_to_the_application("organizations_not_watched_since(timestamptz)")


def give_to_the_application(*functions: str) -> None:
    app = f'"{context.config.attributes["app_role"]}"'
    for function in functions:
        op.execute(f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC")
        op.execute(f"GRANT EXECUTE ON FUNCTION {function} TO {app}")
