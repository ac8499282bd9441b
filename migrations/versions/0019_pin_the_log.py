"""Heads of evidence logs that leave the house, and what a person marks on the timeline

Revision: 0019, after 0018.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op

revision = "0019"
down_revision = "0018"

RULE = (
    "org_id = (SELECT nullif(current_setting('app.org_id', true), '')::uuid) AND"
    " ((SELECT nullif(current_setting('app.case_ids', true), '')) IS NULL"
    " OR case_id = ANY ((SELECT nullif(current_setting('app.case_ids', true), '')::uuid[])::uuid[]))"
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    case_table(
        "chain_heads",
        sa.Column("way", sa.String(length=10), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.Column("head", sa.String(length=64), nullable=False, comment="SHA-256 of the last entry"),
        sa.Column(
            "address", sa.String(length=320), nullable=False, comment="Of mail: to whom; of a stamp: the authority"
        ),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False, comment="Why it waits or failed, in plain words"),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=True, comment="The authority's whole answer (DER)"),
        sa.Column("stamped_at", sa.DateTime(timezone=True), nullable=True, comment="As the authority says"),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_by", sa.Uuid(), nullable=True, comment="None: the nightly round"),
        sa.Column("asked_by_name", sa.String(length=200), nullable=False),
        sa.CheckConstraint("way in ('mail', 'stamp')", name=op.f("ck_chain_heads_way_known")),
        sa.CheckConstraint("state in ('queued', 'done', 'failed')", name=op.f("ck_chain_heads_state_known")),
        sa.CheckConstraint("entries > 0", name=op.f("ck_chain_heads_entries_positive")),
        sa.ForeignKeyConstraint(["asked_by"], ["users.id"], name=op.f("fk_chain_heads_asked_by")),
    )
    op.create_index("ix_chain_heads_case_id_created_at", "chain_heads", ["case_id", "created_at"], unique=False)
    case_table(
        "nightly_heads",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_nightly_heads_user_id")),
        sa.UniqueConstraint("case_id", "user_id", name="uq_nightly_heads_once"),
    )
    case_table(
        "timeline_marks",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False, comment="timeline.queries.KINDS"),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_timeline_marks_user_id")),
        sa.UniqueConstraint("case_id", "user_id", "kind", "item_id", name="uq_timeline_marks_once"),
    )


def case_table(name: str, *columns: sa.schema.SchemaItem) -> None:
    """Make a table of a case, behind row-level security as in the first schema."""
    op.create_table(
        name,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        *columns,
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["org_id", "case_id"], ["cases.org_id", "cases.id"], name=f"fk_{name}_case"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("case_id", "id", name=f"uq_{name}_case_id_id"),
        info={"rls": "case"},
    )
    op.create_index(f"ix_{name}_org_id_case_id", name, ["org_id", "case_id"], unique=False)
    app = f'"{context.config.attributes["app_role"]}"'
    op.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY {name}_read ON {name} FOR SELECT USING ({RULE})")
    op.execute(f"CREATE POLICY {name}_insert ON {name} FOR INSERT WITH CHECK ({RULE})")
    op.execute(f"CREATE POLICY {name}_update ON {name} FOR UPDATE USING ({RULE}) WITH CHECK ({RULE})")
    op.execute(f"CREATE POLICY {name}_delete ON {name} FOR DELETE USING ({RULE})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {name} TO {app}")
