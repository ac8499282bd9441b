"""Checks of dates, calendar feeds, and the log entry behind a fact

Revision: 0002, after 0001.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op

revision = "0002"
down_revision = "0001"

ORG = "org_id = (SELECT nullif(current_setting('app.org_id', true), '')::uuid)"
PERSON = "user_id = (SELECT nullif(current_setting('app.user_id', true), '')::uuid)"
GUEST = (
    "((SELECT nullif(current_setting('app.case_ids', true), '')) IS NULL"
    " OR case_id = ANY ((SELECT nullif(current_setting('app.case_ids', true), '')::uuid[])::uuid[]))"
)


def upgrade() -> None:
    let_a_log_entry_prove_a_fact()
    make_checks()
    make_feeds()
    let_samples_go()


def let_a_log_entry_prove_a_fact() -> None:
    op.add_column(
        "facts", sa.Column("entry_id", sa.Uuid(), nullable=True, comment="The entry of the evidence log that shows it")
    )
    op.create_foreign_key(
        "fk_facts_entry_id_same_case", "facts", "evidence_entries", ["case_id", "entry_id"], ["case_id", "id"]
    )


def make_checks() -> None:
    op.create_table(
        "deadline_checks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("deadline_id", sa.Uuid(), nullable=False),
        sa.Column("nominal", sa.Date(), nullable=True, comment="The three dates as they were checked"),
        sa.Column("act_by", sa.Date(), nullable=True),
        sa.Column("late_after", sa.Date(), nullable=True),
        sa.Column("is_right", sa.Boolean(), nullable=False, comment="The checker agrees with the dates"),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("checked_by_name", sa.String(length=200), nullable=False),
        sa.Column("checked_on", sa.Date(), nullable=False, comment="The day of the signature, in the case's place"),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_by_name", sa.String(length=200), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["org_id", "case_id"], ["cases.org_id", "cases.id"], name="fk_deadline_checks_case"),
        sa.ForeignKeyConstraint(
            ["case_id", "deadline_id"],
            ["deadlines.case_id", "deadlines.id"],
            name="fk_deadline_checks_deadline_id_same_case",
        ),
        sa.ForeignKeyConstraint(["recorded_by"], ["users.id"], name=op.f("fk_deadline_checks_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline_checks")),
        sa.UniqueConstraint("case_id", "id", name="uq_deadline_checks_case_id_id"),
    )
    op.create_index("ix_deadline_checks_org_id_case_id", "deadline_checks", ["org_id", "case_id"])
    op.create_index("ix_deadline_checks_deadline_id", "deadline_checks", ["deadline_id"])
    policy("deadline_checks", f"{ORG} AND {GUEST}")
    op.execute(f"GRANT SELECT, INSERT ON deadline_checks TO {app()}")


def make_feeds() -> None:
    """A feed is its person's own. Whoever holds the address is not signed in: one function tells whose it is."""
    op.create_table(
        "calendar_feeds",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False, comment="SHA-256 of 256 random bits"),
        sa.Column("shows_names", sa.Boolean(), nullable=False, comment="Otherwise the student's initials only"),
        sa.Column("who", sa.String(length=10), nullable=False, comment="agenda.WHO: whose dates"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_calendar_feeds_user_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_feeds")),
        sa.UniqueConstraint("user_id", name="uq_calendar_feeds_user_id"),
        sa.UniqueConstraint("token_hash", name="uq_calendar_feeds_token_hash"),
    )
    policy("calendar_feeds", PERSON)
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON calendar_feeds TO {app()}")
    op.execute(
        """
        CREATE FUNCTION person_of_calendar_feed(hash text) RETURNS uuid
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS
        $$ SELECT user_id FROM calendar_feeds WHERE token_hash = hash $$
        """
    )
    op.execute("REVOKE ALL ON FUNCTION person_of_calendar_feed(text) FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION person_of_calendar_feed(text) TO {app()}")


def let_samples_go() -> None:
    """Checks go before the deadlines that they are of, and facts before the entries that prove them.

    The function is changed where it stands, so that this also fits one that knows more tables."""
    op.execute(
        """
        DO $$
        DECLARE source text := pg_get_functiondef('remove_sample_case(uuid)'::regprocedure);
        BEGIN
            source := replace(source, 'DELETE FROM deadline_changes ',
                'DELETE FROM deadline_checks WHERE case_id = sample; DELETE FROM deadline_changes ');
            source := replace(source, 'DELETE FROM evidence_documents ',
                'DELETE FROM facts WHERE case_id = sample; DELETE FROM evidence_documents ');
            EXECUTE source;
        END $$
        """
    )


def policy(table: str, rows: str) -> None:
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY {table}_read ON {table} FOR SELECT USING ({rows})")
    op.execute(f"CREATE POLICY {table}_insert ON {table} FOR INSERT WITH CHECK ({rows})")
    op.execute(f"CREATE POLICY {table}_update ON {table} FOR UPDATE USING ({rows}) WITH CHECK ({rows})")
    op.execute(f"CREATE POLICY {table}_delete ON {table} FOR DELETE USING ({rows})")


def app() -> str:
    return f'"{context.config.attributes["app_role"]}"'
