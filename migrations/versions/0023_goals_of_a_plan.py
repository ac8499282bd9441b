"""Goals of a plan, and the evidence that bears on them

Revision: 0023, after 0022. New, empty tables; nothing that is there is touched.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op

revision = "0023"
down_revision = "0022"

RULE = (
    "org_id = (SELECT nullif(current_setting('app.org_id', true), '')::uuid) AND"
    " ((SELECT nullif(current_setting('app.case_ids', true), '')) IS NULL"
    " OR case_id = ANY ((SELECT nullif(current_setting('app.case_ids', true), '')::uuid[])::uuid[]))"
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    make_goals()
    make_ties()
    for table in ("plan_goals", "goal_evidence"):
        op.create_index(f"ix_{table}_org_id_case_id", table, ["org_id", "case_id"])
        wall_in(table)
    op.execute(f"GRANT USAGE ON SEQUENCE plan_goals_number_seq TO {app()}")


def owned(table: str, **targets: str) -> list[sa.Column | sa.Constraint]:
    """The owner's columns and keys, and the keys to rows of the same case, by column."""
    columns = [sa.Column(name, sa.Uuid(), nullable=False) for name in ("id", "org_id", "case_id")]
    keys = [
        sa.ForeignKeyConstraint(
            ["case_id", column], [f"{target}.case_id", f"{target}.id"], name=f"fk_{table}_{column}_same_case"
        )
        for column, target in targets.items()
    ]
    return [
        *columns,
        *keys,
        sa.ForeignKeyConstraint(["org_id", "case_id"], ["cases.org_id", "cases.id"], name=f"fk_{table}_case"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("case_id", "id", name=f"uq_{table}_case_id_id"),
    ]


def make_goals() -> None:
    op.create_table(
        "plan_goals",
        *owned("plan_goals", goal_id="plan_goals", placement_id="placements", corrects_id="plan_goals"),
        sa.Column("number", sa.Integer(), sa.Identity(always=True), nullable=False, comment="Order of recording"),
        sa.Column("goal_id", sa.Uuid(), nullable=False, comment="Its lasting id: that of its first record"),
        sa.Column("placement_id", sa.Uuid(), nullable=False, comment="The plan that it is in"),
        sa.Column("area", sa.String(20), nullable=False, comment="goals.areas.GOAL_AREAS"),
        sa.Column("text", sa.Text(), nullable=False, comment="As the plan says it"),
        sa.Column("baseline", sa.Text(), nullable=False, comment="Where the student stood when it was written"),
        sa.Column("target", sa.Text(), nullable=False, comment="What counts as met"),
        sa.Column("begins_on", sa.Date(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True, comment="The day by which it is to be met"),
        sa.Column("corrects_id", sa.Uuid(), nullable=True),
        sa.Column("is_retraction", sa.Boolean(), nullable=False, comment="It is not in this plan"),
        sa.Column("correction_reason", sa.Text(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=True),
        sa.Column("recorded_by_name", sa.String(200), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("ends_on >= begins_on", name=op.f("ck_plan_goals_runs_forward")),
        sa.ForeignKeyConstraint(["recorded_by"], ["users.id"], name=op.f("fk_plan_goals_recorded_by")),
        sa.UniqueConstraint("corrects_id", name="uq_plan_goals_corrected_once"),
    )
    op.create_index(
        "uq_plan_goals_once_in_a_plan",
        "plan_goals",
        ["placement_id", "goal_id"],
        unique=True,
        postgresql_where=sa.text("corrects_id IS NULL"),
    )


def make_ties() -> None:
    op.create_table(
        "goal_evidence",
        *owned("goal_evidence", goal_id="plan_goals", entry_id="evidence_entries"),
        sa.Column("goal_id", sa.Uuid(), nullable=False, comment="The lasting id"),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.UniqueConstraint("goal_id", "entry_id", name=op.f("uq_goal_evidence_goal_id_entry_id")),
    )
    op.create_index(op.f("ix_goal_evidence_entry_id"), "goal_evidence", ["entry_id"])


def app() -> str:
    return f'"{context.config.attributes["app_role"]}"'


def wall_in(table: str) -> None:
    """Row-level security as in the first schema; both tables can grow and never change."""
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY {table}_read ON {table} FOR SELECT USING ({RULE})")
    op.execute(f"CREATE POLICY {table}_insert ON {table} FOR INSERT WITH CHECK ({RULE})")
    op.execute(f"CREATE POLICY {table}_update ON {table} FOR UPDATE USING ({RULE}) WITH CHECK ({RULE})")
    op.execute(f"CREATE POLICY {table}_delete ON {table} FOR DELETE USING ({RULE})")
    op.execute(f"GRANT SELECT, INSERT ON {table} TO {app()}")
