"""Tell people on a case what changed

Revision: 0003, after 0002. A new, empty table; nothing that is there is touched.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"

ORG = "org_id = (SELECT nullif(current_setting('app.org_id', true), '')::uuid)"
GUEST = (
    "((SELECT nullif(current_setting('app.case_ids', true), '')) IS NULL"
    " OR case_id = ANY ((SELECT nullif(current_setting('app.case_ids', true), '')::uuid[])::uuid[]))"
)
CASE = f"{ORG} AND {GUEST}"


def upgrade() -> None:
    op.create_table(
        "notices",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("change_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False, comment="notices.services.KINDS"),
        sa.Column("text", sa.Text(), nullable=False, comment="What happened, in one or two sentences; names nobody"),
        sa.Column("lines", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="More, one thing a line"),
        sa.Column("page", sa.String(length=80), nullable=False, comment="The endpoint to look at"),
        sa.Column(
            "arguments",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="Its arguments beside case_id",
        ),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["org_id", "case_id"], ["cases.org_id", "cases.id"], name="fk_notices_case", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_notices_user_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notices")),
        sa.UniqueConstraint("case_id", "user_id", "change_id", name="uq_notices_told_once"),
        info={"rls": "case"},
    )
    op.create_index("ix_notices_org_id_user_id_created_at", "notices", ["org_id", "user_id", "created_at"])
    op.create_index("ix_notices_unread", "notices", ["user_id"], postgresql_where=sa.text("read_at IS NULL"))
    op.execute("ALTER TABLE notices ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY notices_read ON notices FOR SELECT USING ({CASE})")
    op.execute(f"CREATE POLICY notices_insert ON notices FOR INSERT WITH CHECK ({CASE})")
    op.execute(f"CREATE POLICY notices_update ON notices FOR UPDATE USING ({CASE}) WITH CHECK ({CASE})")
    op.execute(f"CREATE POLICY notices_delete ON notices FOR DELETE USING ({CASE})")
    count_unread()
    app = f'"{context.config.attributes["app_role"]}"'
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON notices TO {app}")
    op.execute("REVOKE ALL ON FUNCTION unread_notices() FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION unread_notices() TO {app}")


def count_unread() -> None:
    """The number on the bell, over every organization of the acting person: a count leaves the walls, no row does.

    What they may no longer open is not counted."""
    op.execute(
        """
        CREATE FUNCTION unread_notices() RETURNS bigint
        LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
            SELECT count(DISTINCT n.change_id) FROM notices n
            WHERE n.user_id = nullif(current_setting('app.user_id', true), '')::uuid AND n.read_at IS NULL
              AND (EXISTS (SELECT 1 FROM memberships m WHERE m.org_id = n.org_id AND m.user_id = n.user_id)
                   OR EXISTS (SELECT 1 FROM case_members c WHERE c.case_id = n.case_id AND c.user_id = n.user_id))
        $$
        """
    )
