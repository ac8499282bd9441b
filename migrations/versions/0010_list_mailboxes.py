"""The messages of a mailbox, listed so that a person can pick some

Revision: 0010, after 0009.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op

revision = "0010"
down_revision = "0009"

TABLE = "mailbox_messages"
RULE = (
    "org_id = (SELECT nullif(current_setting('app.org_id', true), '')::uuid) AND"
    " ((SELECT nullif(current_setting('app.case_ids', true), '')) IS NULL"
    " OR case_id = ANY ((SELECT nullif(current_setting('app.case_ids', true), '')::uuid[])::uuid[]))"
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    op.create_table(
        TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False, comment="The mailbox"),
        sa.Column("position", sa.Integer(), nullable=False, comment="From 1, in the order of the file"),
        sa.Column("start", sa.BigInteger(), nullable=False, comment="First byte, of the line that begins with From"),
        sa.Column("length", sa.BigInteger(), nullable=False, comment="Bytes"),
        sa.Column("sender", sa.String(length=500), nullable=False),
        sa.Column("recipients", sa.Text(), nullable=False),
        sa.Column("subject", sa.String(length=500), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attachments", sa.Integer(), nullable=False),
        sa.Column(
            "fingerprint",
            sa.String(length=64),
            nullable=False,
            comment="As of letters; empty: too large to be opened",
        ),
        sa.Column("is_wanted", sa.Boolean(), nullable=False, comment="A person picked it"),
        sa.ForeignKeyConstraint(
            ["case_id", "document_id"],
            ["documents.case_id", "documents.id"],
            name="fk_mailbox_messages_document_id_same_case",
        ),
        sa.ForeignKeyConstraint(["org_id", "case_id"], ["cases.org_id", "cases.id"], name="fk_mailbox_messages_case"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailbox_messages")),
        sa.UniqueConstraint("case_id", "id", name="uq_mailbox_messages_case_id_id"),
        sa.UniqueConstraint("document_id", "position", name=op.f("uq_mailbox_messages_document_id_position")),
        info={"rls": "case"},
    )
    op.create_index("ix_mailbox_messages_org_id_case_id", TABLE, ["org_id", "case_id"], unique=False)
    op.create_index("ix_mailbox_messages_case_id_fingerprint", TABLE, ["case_id", "fingerprint"], unique=False)
    wall_in()


def wall_in() -> None:
    """Row-level security as in the first schema: AND, never OR, for the sake of the index."""
    app = f'"{context.config.attributes["app_role"]}"'
    op.execute(f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY {TABLE}_read ON {TABLE} FOR SELECT USING ({RULE})")
    op.execute(f"CREATE POLICY {TABLE}_insert ON {TABLE} FOR INSERT WITH CHECK ({RULE})")
    op.execute(f"CREATE POLICY {TABLE}_update ON {TABLE} FOR UPDATE USING ({RULE}) WITH CHECK ({RULE})")
    op.execute(f"CREATE POLICY {TABLE}_delete ON {TABLE} FOR DELETE USING ({RULE})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {TABLE} TO {app}")
