"""E-mails and ZIPs: what was inside, who wrote when, and which letters belong together

Revision: 0008, after 0007.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"

ORG = "org_id = (SELECT nullif(current_setting('app.org_id', true), '')::uuid)"
GUEST = (
    "((SELECT nullif(current_setting('app.case_ids', true), '')) IS NULL"
    " OR case_id = ANY ((SELECT nullif(current_setting('app.case_ids', true), '')::uuid[])::uuid[]))"
)
NEW_TABLES = ("document_parts", "letters")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    add_states()
    make_parts()
    make_letters()
    wall_in()


def add_states() -> None:
    """E-mails that are here already stay as they are: a person opens them with one click."""
    for name, kind, comment in (
        ("parts_state", sa.String(length=20), "Of an e-mail or ZIP: waiting, done, failed"),
        ("parts_note", sa.Text(), None),
    ):
        op.add_column("documents", sa.Column(name, kind, nullable=False, server_default="", comment=comment))
        op.alter_column("documents", name, server_default=None)


def make_parts() -> None:
    op.create_table(
        "document_parts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("parent_id", sa.Uuid(), nullable=False, comment="The e-mail or ZIP"),
        sa.Column("position", sa.Integer(), nullable=False, comment="From 1, in the order inside"),
        sa.Column(
            "name", sa.String(length=500), nullable=False, comment="As it is called inside, with its path in a ZIP"
        ),
        sa.Column("document_id", sa.Uuid(), nullable=True, comment="None: refused"),
        sa.Column("is_own", sa.Boolean(), nullable=False, comment="The paper was made of this part, not there before"),
        sa.Column("refused", sa.Text(), nullable=False, comment="Why it became no paper, in words"),
        *owned("document_parts", "parent_id", "document_id"),
        sa.UniqueConstraint("parent_id", "position", name=op.f("uq_document_parts_parent_id_position")),
        info={"rls": "case"},
    )
    op.create_index("ix_document_parts_document_id", "document_parts", ["document_id"], unique=False)
    op.create_index("ix_document_parts_org_id_case_id", "document_parts", ["org_id", "case_id"], unique=False)


def make_letters() -> None:
    op.create_table(
        "letters",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("sender", sa.String(length=500), nullable=False),
        sa.Column("recipients", sa.Text(), nullable=False),
        sa.Column("subject", sa.String(length=500), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("message_id", sa.String(length=300), nullable=False, comment="RFC 5322 Message-ID"),
        sa.Column(
            "ids",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="Its Message-ID and those of In-Reply-To and References",
        ),
        sa.Column("conversation_id", sa.Uuid(), nullable=False, comment="The same for all letters that share an id"),
        sa.Column(
            "fingerprint", sa.String(length=64), nullable=False, comment="SHA-256 of what was said, not of the bytes"
        ),
        *owned("letters", "document_id"),
        sa.UniqueConstraint("document_id", name=op.f("uq_letters_document_id")),
        info={"rls": "case"},
    )
    op.create_index("ix_letters_org_id_case_id", "letters", ["org_id", "case_id"], unique=False)
    for column in ("conversation_id", "fingerprint"):
        op.create_index(f"ix_letters_case_id_{column}", "letters", ["case_id", column], unique=False)


def owned(table: str, *papers: str) -> tuple[sa.Constraint, ...]:
    """The keys of a case-owned row that points to papers of its own case."""
    return (
        *(
            sa.ForeignKeyConstraint(
                ["case_id", column], ["documents.case_id", "documents.id"], name=f"fk_{table}_{column}_same_case"
            )
            for column in papers
        ),
        sa.ForeignKeyConstraint(["org_id", "case_id"], ["cases.org_id", "cases.id"], name=f"fk_{table}_case"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("case_id", "id", name=f"uq_{table}_case_id_id"),
    )


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
