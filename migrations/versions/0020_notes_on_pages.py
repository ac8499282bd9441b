"""Notes and highlights on pages, found by the search box

Revision: 0020, after 0019.

A private note is its author's alone, in the database as well; a guest sees what is shared with the family. Only the
author changes or removes a note. These walls are restrictive policies: each row must pass them and the wall of the case.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019"

TABLE = "page_notes"
RULE = (
    "org_id = (SELECT nullif(current_setting('app.org_id', true), '')::uuid) AND"
    " ((SELECT nullif(current_setting('app.case_ids', true), '')) IS NULL"
    " OR case_id = ANY ((SELECT nullif(current_setting('app.case_ids', true), '')::uuid[])::uuid[]))"
)
MINE = "author_id = (SELECT nullif(current_setting('app.user_id', true), '')::uuid)"
FOR_ME = (
    f"audience = 'shared' OR {MINE}"
    " OR (audience = 'team' AND (SELECT nullif(current_setting('app.case_ids', true), '')) IS NULL)"
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    make_table()
    wall_in()
    index_words()
    make_finder()
    op.alter_column(
        "evidence_entries",
        "documents",
        comment="[{id, sha256, page?, quote?}]",
        existing_comment="[{id, sha256, page?}]",
        existing_type=postgresql.JSONB(),
        existing_nullable=False,
    )


def make_table() -> None:
    op.create_table(
        TABLE,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("page", sa.Integer(), nullable=False, comment="From 1"),
        sa.Column("audience", sa.String(length=10), nullable=False, comment="reading.audiences.AUDIENCES"),
        sa.Column("color", sa.String(length=10), nullable=False, comment="reading.audiences.COLORS"),
        sa.Column("quote", sa.Text(), nullable=False, comment="The words of the page that it is about"),
        sa.Column("body", sa.Text(), nullable=False, comment="What the author says"),
        sa.Column(
            "boxes",
            postgresql.JSONB(),
            nullable=False,
            comment="[[x0, y0, x1, y1]], from 0 to 1 of the upright picture; empty: the whole page",
        ),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("author_name", sa.String(length=200), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("search", postgresql.TSVECTOR(), nullable=True, comment="Filled by the database"),
        sa.CheckConstraint("audience in ('private', 'team', 'shared')", name=op.f("ck_page_notes_audience_known")),
        sa.CheckConstraint("color in ('yellow', 'green', 'blue', 'pink')", name=op.f("ck_page_notes_color_known")),
        sa.CheckConstraint("page >= 1", name=op.f("ck_page_notes_page_counts_from_one")),
        sa.ForeignKeyConstraint(
            ["case_id", "document_id"],
            ["documents.case_id", "documents.id"],
            name="fk_page_notes_document_id_same_case",
        ),
        sa.ForeignKeyConstraint(["org_id", "case_id"], ["cases.org_id", "cases.id"], name="fk_page_notes_case"),
        sa.ForeignKeyConstraint(["author_id"], ["users.id"], name=op.f("fk_page_notes_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_page_notes")),
        sa.UniqueConstraint("case_id", "id", name="uq_page_notes_case_id_id"),
        info={"rls": "note"},
    )
    op.create_index("ix_page_notes_org_id_case_id", TABLE, ["org_id", "case_id"], unique=False)
    op.create_index("ix_page_notes_document_id_page", TABLE, ["document_id", "page"], unique=False)


def wall_in() -> None:
    op.execute(f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY {TABLE}_read ON {TABLE} FOR SELECT USING ({RULE})")
    op.execute(f"CREATE POLICY {TABLE}_insert ON {TABLE} FOR INSERT WITH CHECK ({RULE})")
    op.execute(f"CREATE POLICY {TABLE}_update ON {TABLE} FOR UPDATE USING ({RULE}) WITH CHECK ({RULE})")
    op.execute(f"CREATE POLICY {TABLE}_delete ON {TABLE} FOR DELETE USING ({RULE})")
    op.execute(f"CREATE POLICY {TABLE}_for_me ON {TABLE} AS RESTRICTIVE FOR SELECT USING ({FOR_ME})")
    op.execute(f"CREATE POLICY {TABLE}_by_me ON {TABLE} AS RESTRICTIVE FOR INSERT WITH CHECK ({MINE})")
    op.execute(f"CREATE POLICY {TABLE}_mine ON {TABLE} AS RESTRICTIVE FOR UPDATE USING ({MINE}) WITH CHECK ({MINE})")
    op.execute(f"CREATE POLICY {TABLE}_my_own ON {TABLE} AS RESTRICTIVE FOR DELETE USING ({MINE})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {TABLE} TO {_app()}")


def index_words() -> None:
    """As in 0011."""
    op.execute(
        f"""
        CREATE FUNCTION search_{TABLE}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            NEW.search := search_vector(NEW.org_id, NEW.body, NEW.quote);
            RETURN NEW;
        END $$
        """
    )
    op.execute(
        f"CREATE TRIGGER search_{TABLE} BEFORE INSERT OR UPDATE OF body, quote ON {TABLE}"
        f" FOR EACH ROW EXECUTE FUNCTION search_{TABLE}()"
    )
    op.create_index(f"ix_{TABLE}_search", TABLE, ["search"], postgresql_using="gin")


def make_finder() -> None:
    """As in 0011, and notes: `id` is the note, `page` its page. Notes that are not for this person are left out here
    already, so that they take no place among the best. (`words` is a column as well since 0015.)"""
    kinds = {
        "page": ("document_pages", "t.document_id", "t.number"),
        "paper": ("documents", "t.id", "0"),
        "entry": ("evidence_entries", "t.id", "0"),
        "issue": ("issues", "t.id", "0"),
        "person": ("people", "t.id", "0"),
        "student": ("students", "t.case_id", "0"),
        "concern": ("cases", "t.id", "0"),
        "note": (TABLE, "t.id", "t.page"),
    }
    mine = " AND (t.audience = 'shared' OR t.author_id = me OR t.audience = 'team' AND NOT is_guest)"
    parts = "".join(
        f"""
            IF '{kind}' = ANY (kinds) THEN
                RETURN QUERY SELECT '{kind}'::text, {identity}, {page}, ts_rank(t.search, find_words.words, 1) AS hit_rank
                    FROM {table} t
                    WHERE t.search @@ walled AND (may IS NULL OR t.{"id" if table == "cases" else "case_id"} = ANY (may))
                        {mine if table == TABLE else ""}
                    ORDER BY hit_rank DESC LIMIT most;
            END IF;"""
        for kind, (table, identity, page) in kinds.items()
    )
    op.execute(
        f"""
        CREATE OR REPLACE FUNCTION find_words(words tsquery, kinds text[], in_case uuid, most integer)
        RETURNS TABLE (kind text, id uuid, page integer, rank real)
        LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        #variable_conflict use_column
        DECLARE
            org uuid := nullif(current_setting('app.org_id', true), '')::uuid;
            me uuid := nullif(current_setting('app.user_id', true), '')::uuid;
            may uuid[] := nullif(current_setting('app.case_ids', true), '')::uuid[];
            is_guest boolean := may IS NOT NULL;
            walled tsquery;
        BEGIN
            IF org IS NULL OR numnode(words) = 0 THEN
                RETURN;
            END IF;
            IF in_case IS NOT NULL THEN
                IF NOT coalesce(in_case = ANY (may), true) THEN
                    RETURN;
                END IF;
                may := ARRAY[in_case];
            END IF;
            walled := ('''org ' || org || '''')::tsquery && words;{parts}
        END $$
        """
    )


def _app() -> str:
    return f'"{context.config.attributes["app_role"]}"'
