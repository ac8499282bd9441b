"""Find words in papers, entries, issues, people and cases

Revision: 0011, after 0010.

PostgreSQL does not use a GIN index for `@@` under a row-level policy (the operator is not leakproof). So one function
looks past the policies, and builds the same walls itself: the organization is a word of every row's vector, read from
the setting and never from the caller, and a guest's cases are checked. It gives ids; the caller reads the rows under
the policies again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"

# Table: what weighs more (names, titles), what weighs less, and the columns that these are made of.
SEARCHED = {
    "documents": (
        "concat_ws(' ', NEW.title, translate(NEW.original_name, '_.-', '   '))",
        "concat_ws(' ', NEW.source, NEW.note)",
        "title, original_name, source, note",
    ),
    "document_pages": ("''", "NEW.text", "text"),
    "evidence_entries": (
        "concat_ws(' ', NEW.title, (SELECT string_agg(p->>'name', ' ') FROM jsonb_array_elements("
        "CASE jsonb_typeof(NEW.people) WHEN 'array' THEN NEW.people ELSE '[]' END) p))",
        "concat_ws(' ', NEW.body, NEW.shows)",
        "title, people, body, shows",
    ),
    "issues": ("NEW.title", "concat_ws(' ', NEW.facts, NEW.relief)", "title, facts, relief"),
    "people": (
        "NEW.name",
        "concat_ws(' ', NEW.organization, NEW.email, NEW.note)",
        "name, organization, email, note",
    ),
    "students": (
        "NEW.name",
        "concat_ws(' ', NEW.school, NEW.district, NEW.disability)",
        "name, school, district, disability",
    ),
    "cases": ("''", "NEW.concern", "concern"),
}


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '30s'")
    make_vectors()
    for table, (head, body, columns) in SEARCHED.items():
        op.add_column(
            table, sa.Column("search", postgresql.TSVECTOR(), nullable=True, comment="Filled by the database")
        )
        keep(table, head, body, columns)
        first = columns.partition(",")[0]
        op.execute(f"UPDATE {table} SET {first} = {first}")
        op.create_index(f"ix_{table}_search", table, ["search"], postgresql_using="gin")
    make_finder()


def make_vectors() -> None:
    """Letters lose their accents and ligatures come apart; a text that is too long for a vector is cut."""
    op.execute(
        r"""
        CREATE FUNCTION search_text(words text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
            SELECT CASE WHEN words ~ '[^\x01-\x7f]'
                THEN regexp_replace(normalize(words, NFKD), '[\u0300-\u036f]+', '', 'g') ELSE words END
        $$
        """
    )
    op.execute(
        """
        CREATE FUNCTION search_vector(org uuid, head text, body text) RETURNS tsvector
        LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
        DECLARE
            wall tsvector := array_to_tsvector(ARRAY['org ' || org]);
        BEGIN
            RETURN wall || setweight(to_tsvector('english', search_text(head)), 'A')
                || to_tsvector('english', search_text(body));
        EXCEPTION WHEN program_limit_exceeded THEN
            RETURN wall || setweight(to_tsvector('english', search_text(left(head, 300))), 'A')
                || to_tsvector('english', search_text(left(body, 50000)));
        END $$
        """
    )


def keep(table: str, head: str, body: str, columns: str) -> None:
    op.execute(
        f"""
        CREATE FUNCTION search_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            NEW.search := search_vector(NEW.org_id, {head}, {body});
            RETURN NEW;
        END $$
        """
    )
    op.execute(
        f"CREATE TRIGGER search_{table} BEFORE INSERT OR UPDATE OF {columns} ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION search_{table}()"
    )


def make_finder() -> None:
    """`rank` is higher for a better hit; `page` is 0 for a hit in the title or the notes of a paper."""
    kinds = {
        "page": ("document_pages", "t.document_id", "t.number"),
        "paper": ("documents", "t.id", "0"),
        "entry": ("evidence_entries", "t.id", "0"),
        "issue": ("issues", "t.id", "0"),
        "person": ("people", "t.id", "0"),
        "student": ("students", "t.case_id", "0"),
        "concern": ("cases", "t.id", "0"),
    }
    parts = "".join(
        f"""
            IF '{kind}' = ANY (kinds) THEN
                RETURN QUERY SELECT '{kind}'::text, {identity}, {page}, ts_rank(t.search, words, 1) AS hit_rank
                    FROM {table} t
                    WHERE t.search @@ walled AND (may IS NULL OR t.{"id" if table == "cases" else "case_id"} = ANY (may))
                    ORDER BY hit_rank DESC LIMIT most;
            END IF;"""
        for kind, (table, identity, page) in kinds.items()
    )
    op.execute(
        f"""
        CREATE FUNCTION find_words(words tsquery, kinds text[], in_case uuid, most integer)
        RETURNS TABLE (kind text, id uuid, page integer, rank real)
        LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
        #variable_conflict use_column
        DECLARE
            org uuid := nullif(current_setting('app.org_id', true), '')::uuid;
            may uuid[] := nullif(current_setting('app.case_ids', true), '')::uuid[];
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
    app = f'"{context.config.attributes["app_role"]}"'
    signature = "find_words(tsquery, text[], uuid, integer)"
    op.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
    op.execute(f"GRANT EXECUTE ON FUNCTION {signature} TO {app}")
