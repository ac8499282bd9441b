"""Papers that are alike, what people say of them, and comparisons of two

Revision: 0021, after 0020. New, empty tables; nothing that is there is touched.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"

TABLES = ("page_prints", "paper_pairs", "paper_relations", "paper_comparisons")
RULE = (
    "org_id = (SELECT nullif(current_setting('app.org_id', true), '')::uuid) AND"
    " ((SELECT nullif(current_setting('app.case_ids', true), '')) IS NULL"
    " OR case_id = ANY ((SELECT nullif(current_setting('app.case_ids', true), '')::uuid[])::uuid[]))"
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    make_prints()
    make_pairs()
    make_relations()
    make_comparisons()
    for table in TABLES:
        op.create_index(f"ix_{table}_org_id_case_id", table, ["org_id", "case_id"])
        wall_in(table)


def owned(table: str, *papers: str) -> list[sa.Column | sa.Constraint]:
    """The owner's columns and keys, and the keys to papers of the same case."""
    columns = [sa.Column(name, sa.Uuid(), nullable=False) for name in ("id", "org_id", "case_id")]
    keys = [
        sa.ForeignKeyConstraint(
            ["case_id", paper], ["documents.case_id", "documents.id"], name=f"fk_{table}_{paper}_same_case"
        )
        for paper in papers
    ]
    return [
        *columns,
        *keys,
        sa.ForeignKeyConstraint(["org_id", "case_id"], ["cases.org_id", "cases.id"], name=f"fk_{table}_case"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("case_id", "id", name=f"uq_{table}_case_id_id"),
    ]


def make_prints() -> None:
    op.create_table(
        "page_prints",
        *owned("page_prints", "document_id"),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="From 1"),
        sa.Column("picture", postgresql.BIT(256), nullable=True, comment="storage.likeness; none: blank, no picture"),
        sa.Column("words", sa.BigInteger(), nullable=True, comment="copies.prints.text_print; none: too few words"),
        sa.UniqueConstraint("document_id", "number", name=op.f("uq_page_prints_document_id_number")),
    )


def make_pairs() -> None:
    op.create_table(
        "paper_pairs",
        *owned("paper_pairs", "first_id", "second_id"),
        sa.Column("first_id", sa.Uuid(), nullable=False),
        sa.Column("second_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False, comment="copies.kinds.ALIKE; empty: nobody thought so"),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_by_name", sa.String(200), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("first_id < second_id", name=op.f("ck_paper_pairs_in_order")),
        sa.CheckConstraint("state in ('suggested', 'different', 'decided')", name=op.f("ck_paper_pairs_state_known")),
        sa.ForeignKeyConstraint(["decided_by"], ["users.id"], name=op.f("fk_paper_pairs_decided_by")),
        sa.UniqueConstraint("first_id", "second_id", name=op.f("uq_paper_pairs_first_id_second_id")),
    )
    op.create_index("ix_paper_pairs_second_id", "paper_pairs", ["second_id"])


def make_relations() -> None:
    op.create_table(
        "paper_relations",
        *owned("paper_relations", "document_id", "of_id"),
        sa.Column(
            "kind", sa.String(10), nullable=False, comment="copy: a copy of it; version: the version that follows it"
        ),
        sa.Column("document_id", sa.Uuid(), nullable=False, comment="The copy, or the later version"),
        sa.Column("of_id", sa.Uuid(), nullable=False, comment="The original, or the version before"),
        sa.Column("said_by", sa.Uuid(), nullable=True),
        sa.Column("said_by_name", sa.String(200), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_back_by", sa.Uuid(), nullable=True),
        sa.Column("taken_back_by_name", sa.String(200), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("kind in ('copy', 'version')", name=op.f("ck_paper_relations_kind_known")),
        sa.CheckConstraint("document_id <> of_id", name=op.f("ck_paper_relations_of_another")),
        sa.ForeignKeyConstraint(["said_by"], ["users.id"], name=op.f("fk_paper_relations_said_by")),
        sa.ForeignKeyConstraint(["taken_back_by"], ["users.id"], name=op.f("fk_paper_relations_taken_back_by")),
    )
    standing = sa.text("taken_back_at IS NULL")
    op.create_index(
        "uq_paper_relations_standing",
        "paper_relations",
        ["document_id", "kind"],
        unique=True,
        postgresql_where=standing,
    )
    op.create_index(
        "uq_paper_relations_next_version",
        "paper_relations",
        ["of_id"],
        unique=True,
        postgresql_where=sa.text("taken_back_at IS NULL AND kind = 'version'"),
    )


def make_comparisons() -> None:
    op.create_table(
        "paper_comparisons",
        *owned("paper_comparisons", "first_id", "second_id"),
        sa.Column("first_id", sa.Uuid(), nullable=False),
        sa.Column("second_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("note", sa.Text(), nullable=False, comment="Why it failed, in words"),
        sa.Column(
            "basis",
            sa.String(64),
            nullable=False,
            comment="Hash of the pages as they were; another one: the result is out of date",
        ),
        sa.Column("result", postgresql.JSONB(), nullable=False, comment="copies.result, first and second"),
        sa.Column("done_pages", sa.Integer(), nullable=False),
        sa.Column("all_pages", sa.Integer(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=True, comment="None: the program did"),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("first_id < second_id", name=op.f("ck_paper_comparisons_in_order")),
        sa.CheckConstraint("state in ('waiting', 'done', 'failed')", name=op.f("ck_paper_comparisons_state_known")),
        sa.ForeignKeyConstraint(["asked_by"], ["users.id"], name=op.f("fk_paper_comparisons_asked_by")),
        sa.UniqueConstraint("first_id", "second_id", name=op.f("uq_paper_comparisons_first_id_second_id")),
    )
    op.create_index("ix_paper_comparisons_second_id", "paper_comparisons", ["second_id"])


def wall_in(table: str) -> None:
    """Row-level security as in the first schema: AND, never OR, for the sake of the index."""
    app = f'"{context.config.attributes["app_role"]}"'
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY {table}_read ON {table} FOR SELECT USING ({RULE})")
    op.execute(f"CREATE POLICY {table}_insert ON {table} FOR INSERT WITH CHECK ({RULE})")
    op.execute(f"CREATE POLICY {table}_update ON {table} FOR UPDATE USING ({RULE}) WITH CHECK ({RULE})")
    op.execute(f"CREATE POLICY {table}_delete ON {table} FOR DELETE USING ({RULE})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {app}")
