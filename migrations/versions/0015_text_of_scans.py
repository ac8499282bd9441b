"""Text for scans: what was recognised on a page, word by word; and the proposals that a person did not take

Revision: 0015, after 0014. Drawn pages that are there and have no text wait to be read.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0015"
down_revision = "0014"

TEXT = sa.Text()
SHORT = sa.String(length=20)
STATES = "recognition_state in ('', 'waiting', 'no_program', 'done', 'failed')"
PAGE_STATES = "recognition in ('', 'waiting', 'read', 'nothing', 'blank', 'failed')"
UNREAD = "recognition_state in ('waiting', 'no_program')"

WAIT = (
    """
    UPDATE document_pages AS page SET recognition = 'waiting'
    FROM documents AS paper
    WHERE paper.case_id = page.case_id AND paper.id = page.document_id AND paper.family IN ('pdf', 'image')
        AND page.image_sha256 <> '' AND page.text !~ '[[:alnum:]]'
    """,
    """
    UPDATE documents AS paper SET recognition_state = 'waiting'
    WHERE EXISTS (
        SELECT FROM document_pages AS page
        WHERE page.case_id = paper.case_id AND page.document_id = paper.id AND page.recognition = 'waiting'
    )
    """,
)

# `words` is now a column as well: the finder means its own argument.
FINDER = """
    DO $$ BEGIN
        EXECUTE replace(
            pg_get_functiondef('find_words(tsquery, text[], uuid, integer)'::regprocedure),
            'ts_rank(t.search, words, 1)', 'ts_rank(t.search, find_words.words, 1)'
        );
    END $$
    """


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '30s'")
    add("documents", "recognition_state", SHORT, "", "waiting, no_program, done, failed; empty: has text, or no pages")
    add("documents", "recognition_note", TEXT, "", "What a person should know about it")
    add("documents", "searchable_sha256", sa.String(length=64), "", "A PDF copy with the recognised text")
    add("documents", "kept_own", postgresql.JSONB(), "[]", "Proposals from its text that a person did not take")
    add("document_pages", "recognition", SHORT, "", "waiting, read, nothing, blank, failed; empty: not asked")
    add("document_pages", "turn", sa.Integer(), "0", "Degrees clockwise that the picture was turned to stand upright")
    op.add_column(
        "document_pages", sa.Column("confidence", sa.Integer(), nullable=True, comment="Of a recognised text, 0 to 100")
    )
    op.add_column(
        "document_pages",
        sa.Column(
            "words",
            postgresql.JSONB(),
            nullable=True,
            comment="In reading order: [text, x0, y0, x1, y1], from 0 to 1 of the picture as it is stored",
        ),
    )
    op.create_check_constraint(op.f("ck_documents_recognition_state_known"), "documents", STATES)
    op.create_check_constraint(op.f("ck_document_pages_recognition_known"), "document_pages", PAGE_STATES)
    op.execute(FINDER)
    for change in WAIT:
        op.execute(change)
    op.create_index("ix_documents_org_id_unread", "documents", ["org_id"], postgresql_where=sa.text(UNREAD))


def add(table: str, name: str, kind: sa.types.TypeEngine, value: str, comment: str) -> None:
    """A column that rows written by this version always fill; those that are there get `value`."""
    op.add_column(table, sa.Column(name, kind, nullable=False, server_default=value, comment=comment))
    op.alter_column(table, name, server_default=None)
