"""Log removals from school

Revision: 0005, after 0004. A new, empty table; nothing that is there is touched.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op

revision = "0005"
down_revision = "0004"

ORG = "org_id = (SELECT nullif(current_setting('app.org_id', true), '')::uuid)"
GUEST = (
    "((SELECT nullif(current_setting('app.case_ids', true), '')) IS NULL"
    " OR case_id = ANY ((SELECT nullif(current_setting('app.case_ids', true), '')::uuid[])::uuid[]))"
)
CASE = f"{ORG} AND {GUEST}"


def upgrade() -> None:
    make_removals()
    wall_in()
    let_samples_go()


def make_removals() -> None:
    op.create_table(
        "removals",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), sa.Identity(always=True), nullable=False, comment="Order of recording"),
        sa.Column("removal_id", sa.Uuid(), nullable=False, comment="Its lasting id: that of its first record"),
        sa.Column("kind", sa.String(length=40), nullable=False, comment="law.terms.RemovalKind"),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=True, comment="None while the student is still out"),
        sa.Column("share", sa.Numeric(3, 2), nullable=False, comment="Of each school day: 0.25 to 1"),
        sa.Column("counts", sa.String(length=10), nullable=False, comment="rule, yes or no"),
        sa.Column("counts_reason", sa.Text(), nullable=False, comment="Why not as the rule says"),
        sa.Column("is_similar", sa.Boolean(), nullable=True, comment="Behavior like that of the removals before"),
        sa.Column("services_given", sa.Boolean(), nullable=True, comment="Lessons and services on these days"),
        sa.Column("decided_on", sa.Date(), nullable=True, comment="The day the school decided it"),
        sa.Column("behavior", sa.Text(), nullable=False, comment="What happened, and what the school said"),
        sa.Column("document_id", sa.Uuid(), nullable=True, comment="The paper that shows it"),
        sa.Column("corrects_id", sa.Uuid(), nullable=True),
        sa.Column("is_retraction", sa.Boolean(), nullable=False),
        sa.Column("correction_reason", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_by_name", sa.String(length=200), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("last_on >= first_on", name=op.f("ck_removals_runs_forward")),
        sa.CheckConstraint("share > 0 AND share <= 1", name=op.f("ck_removals_part_of_a_day")),
        sa.CheckConstraint("counts = 'rule' OR counts_reason <> ''", name=op.f("ck_removals_own_view_has_a_reason")),
        sa.ForeignKeyConstraint(["org_id", "case_id"], ["cases.org_id", "cases.id"], name="fk_removals_case"),
        sa.ForeignKeyConstraint(
            ["case_id", "document_id"], ["documents.case_id", "documents.id"], name="fk_removals_document_id_same_case"
        ),
        sa.ForeignKeyConstraint(
            ["case_id", "corrects_id"], ["removals.case_id", "removals.id"], name="fk_removals_corrects_id_same_case"
        ),
        sa.ForeignKeyConstraint(["recorded_by"], ["users.id"], name=op.f("fk_removals_recorded_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_removals")),
        sa.UniqueConstraint("case_id", "id", name="uq_removals_case_id_id"),
        sa.UniqueConstraint("corrects_id", name="uq_removals_corrected_once"),
    )
    op.create_index("ix_removals_org_id_case_id", "removals", ["org_id", "case_id"])


def wall_in() -> None:
    """Rows of the acting organization, for a guest of the named cases; the log can grow and never change."""
    op.execute("ALTER TABLE removals ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY removals_read ON removals FOR SELECT USING ({CASE})")
    op.execute(f"CREATE POLICY removals_insert ON removals FOR INSERT WITH CHECK ({CASE})")
    op.execute(f"CREATE POLICY removals_update ON removals FOR UPDATE USING ({CASE}) WITH CHECK ({CASE})")
    op.execute(f"CREATE POLICY removals_delete ON removals FOR DELETE USING ({CASE})")
    app = f'"{context.config.attributes["app_role"]}"'
    op.execute(f"GRANT SELECT, INSERT ON removals TO {app}")
    op.execute(f"GRANT USAGE ON SEQUENCE removals_number_seq TO {app}")


def let_samples_go() -> None:
    """The log of a sample goes first: its rows point to papers. The function is changed where it stands, so that
    this also fits one that knows more tables."""
    op.execute(
        """
        DO $$
        DECLARE source text := pg_get_functiondef('remove_sample_case(uuid)'::regprocedure);
        BEGIN
            EXECUTE replace(source, 'DELETE FROM issue_evidence ',
                'DELETE FROM removals WHERE case_id = sample; DELETE FROM issue_evidence ');
        END $$
        """
    )
