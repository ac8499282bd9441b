"""Redacted copies of papers, the log of them that only grows, and names that must not leave with a case

Revision: 0024, after 0023. New, empty tables, and one more kind of relation between papers.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"

RULE = (
    "org_id = (SELECT nullif(current_setting('app.org_id', true), '')::uuid) AND"
    " ((SELECT nullif(current_setting('app.case_ids', true), '')) IS NULL"
    " OR case_id = ANY ((SELECT nullif(current_setting('app.case_ids', true), '')::uuid[])::uuid[]))"
)
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    relate()
    make_redactions()
    make_marks()
    make_log()
    make_names()
    for table in ("redactions", "redaction_marks", "redaction_log", "protected_names"):
        op.create_index(f"ix_{table}_org_id_case_id", table, ["org_id", "case_id"])
        wall_in(table)
    app = f'"{context.config.attributes["app_role"]}"'
    op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON redaction_log FROM {app}")


def relate() -> None:
    op.drop_constraint(op.f("ck_paper_relations_kind_known"), "paper_relations", type_="check")
    op.create_check_constraint(
        op.f("ck_paper_relations_kind_known"), "paper_relations", "kind in ('copy', 'version', 'redacted')"
    )
    op.alter_column(
        "paper_relations",
        "kind",
        existing_type=sa.String(10),
        existing_nullable=False,
        comment="copy: a copy of it; version: the version that follows it; redacted: with parts removed",
        existing_comment="copy: a copy of it; version: the version that follows it",
    )


def owned(table: str, **keys: str) -> list[sa.Column | sa.Constraint]:
    """The owner's columns and keys, and keys to rows of the same case."""
    columns = [sa.Column(name, sa.Uuid(), nullable=False) for name in ("id", "org_id", "case_id")]
    pointing = [
        sa.ForeignKeyConstraint(
            ["case_id", column], [f"{target}.case_id", f"{target}.id"], name=f"fk_{table}_{column}_same_case"
        )
        for column, target in keys.items()
    ]
    return [
        *columns,
        *pointing,
        sa.ForeignKeyConstraint(["org_id", "case_id"], ["cases.org_id", "cases.id"], name=f"fk_{table}_case"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("case_id", "id", name=f"uq_{table}_case_id_id"),
    ]


def make_redactions() -> None:
    table = "redactions"
    op.create_table(
        table,
        *owned(table, document_id="documents", result_id="documents"),
        sa.Column("document_id", sa.Uuid(), nullable=False, comment="The original"),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("note", sa.Text(), nullable=False, comment="Why it failed, in words"),
        sa.Column("title", sa.String(300), nullable=False, comment="Of the copy"),
        sa.Column("visibility", sa.String(20), nullable=False, comment="Of the copy"),
        sa.Column("reason", sa.Text(), nullable=False, comment="Why these people may see the copy"),
        sa.Column("all_pages", sa.Boolean(), nullable=False, comment="Every page becomes a picture"),
        sa.Column("result_id", sa.Uuid(), nullable=True, comment="The copy"),
        sa.Column("proof", postgresql.JSONB(), nullable=False, comment="storage.redaction.Proof"),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("made_at", INSTANT, nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("state in ('draft', 'making', 'made', 'failed')", name=op.f("ck_redactions_state_known")),
        sa.CheckConstraint("(state = 'made') = (result_id IS NOT NULL)", name=op.f("ck_redactions_made_has_a_result")),
        sa.ForeignKeyConstraint(["asked_by"], ["users.id"], name=op.f("fk_redactions_asked_by")),
    )
    op.create_index(
        "uq_redactions_open_one", table, ["document_id"], unique=True, postgresql_where=sa.text("state <> 'made'")
    )


def make_marks() -> None:
    table = "redaction_marks"
    op.create_table(
        table,
        *owned(table, redaction_id="redactions"),
        sa.Column("redaction_id", sa.Uuid(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False, comment="From 1"),
        sa.Column(
            "boxes",
            postgresql.JSONB(),
            nullable=False,
            comment="[[x0, y0, x1, y1]], from 0 to 1 of the upright picture",
        ),
        sa.Column("reason", sa.String(20), nullable=False, comment="redaction.reasons.REASONS"),
        sa.Column("words", sa.String(300), nullable=False, comment="The person's own words for the reason"),
        sa.Column("found_by", sa.String(10), nullable=False, comment="redaction.reasons.HOW_FOUND"),
        sa.Column("added_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint("page >= 1", name=op.f("ck_redaction_marks_page_counts_from_one")),
        sa.ForeignKeyConstraint(["added_by"], ["users.id"], name=op.f("fk_redaction_marks_added_by")),
    )
    op.create_index("ix_redaction_marks_redaction_id_page", table, ["redaction_id", "page"])


def make_log() -> None:
    table = "redaction_log"
    op.create_table(
        table,
        *owned(table, redaction_id="redactions", document_id="documents", result_id="documents"),
        sa.Column("redaction_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False, comment="The original"),
        sa.Column("result_id", sa.Uuid(), nullable=False, comment="The copy"),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by_id", sa.Uuid(), nullable=True),
        sa.Column("by_name", sa.String(200), nullable=False),
        sa.Column("original_sha256", sa.String(64), nullable=False),
        sa.Column("result_sha256", sa.String(64), nullable=False),
        sa.Column("visibility_was", sa.String(20), nullable=False, comment="Of the original, when the copy was made"),
        sa.Column("visibility", sa.String(20), nullable=False, comment="Of the copy"),
        sa.Column("reason", sa.Text(), nullable=False, comment="Why these people may see the copy"),
        sa.Column("marks", postgresql.JSONB(), nullable=False, comment="[{page, boxes, reason, words, found_by}]"),
        sa.Column("proof", postgresql.JSONB(), nullable=False, comment="storage.redaction.Proof"),
        sa.UniqueConstraint("redaction_id", name=op.f("uq_redaction_log_redaction_id")),
        sa.ForeignKeyConstraint(["by_id"], ["users.id"], name=op.f("fk_redaction_log_by_id")),
    )
    op.create_index("ix_redaction_log_case_id_at", table, ["case_id", "at"])


def make_names() -> None:
    table = "protected_names"
    op.create_table(
        table,
        *owned(table),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("key", sa.String(200), nullable=False, comment="In small letters, without accents"),
        sa.Column("added_by", sa.Uuid(), nullable=True),
        sa.Column("added_by_name", sa.String(200), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(["added_by"], ["users.id"], name=op.f("fk_protected_names_added_by")),
        sa.UniqueConstraint("case_id", "key", name="uq_protected_names_once"),
    )


def wall_in(table: str) -> None:
    """Row-level security as in the first schema: AND, never OR, for the sake of the index."""
    app = f'"{context.config.attributes["app_role"]}"'
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY {table}_read ON {table} FOR SELECT USING ({RULE})")
    op.execute(f"CREATE POLICY {table}_insert ON {table} FOR INSERT WITH CHECK ({RULE})")
    op.execute(f"CREATE POLICY {table}_update ON {table} FOR UPDATE USING ({RULE}) WITH CHECK ({RULE})")
    op.execute(f"CREATE POLICY {table}_delete ON {table} FOR DELETE USING ({RULE})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {app}")
