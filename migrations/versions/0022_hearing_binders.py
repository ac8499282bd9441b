"""Hearing binders: their exhibits, each time they were made, and what was served

Revision: 0022, after 0021. New, empty tables; nothing that is there is touched.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"

TABLES = ("exhibit_binders", "binder_exhibits", "binder_versions", "binder_files")
RULE = (
    "org_id = (SELECT nullif(current_setting('app.org_id', true), '')::uuid) AND"
    " ((SELECT nullif(current_setting('app.case_ids', true), '')) IS NULL"
    " OR case_id = ANY ((SELECT nullif(current_setting('app.case_ids', true), '')::uuid[])::uuid[]))"
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    make_binders()
    make_exhibits()
    make_versions()
    make_files()
    for table in TABLES:
        op.create_index(f"ix_{table}_org_id_case_id", table, ["org_id", "case_id"])
        wall_in(table)
    keep_what_was_served()


def owned(table: str, **keys: str) -> list[sa.Column | sa.Constraint]:
    """The owner's columns and keys, and the keys to rows of the same case."""
    columns = [sa.Column(name, sa.Uuid(), nullable=False) for name in ("id", "org_id", "case_id")]
    same = [
        sa.ForeignKeyConstraint(
            ["case_id", column], [f"{target}.case_id", f"{target}.id"], name=f"fk_{table}_{column}_same_case"
        )
        for column, target in keys.items()
    ]
    return [
        *columns,
        *same,
        sa.ForeignKeyConstraint(["org_id", "case_id"], ["cases.org_id", "cases.id"], name=f"fk_{table}_case"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("case_id", "id", name=f"uq_{table}_case_id_id"),
    ]


def text(name: str, length: int | None = None, comment: str | None = None) -> sa.Column:
    return sa.Column(name, sa.String(length) if length else sa.Text(), nullable=False, comment=comment)


def number(name: str, comment: str | None = None, *, nullable: bool = False) -> sa.Column:
    return sa.Column(name, sa.Integer(), nullable=nullable, comment=comment)


def data(name: str, comment: str | None = None) -> sa.Column:
    return sa.Column(name, postgresql.JSONB(), nullable=False, comment=comment)


def make_binders() -> None:
    op.create_table(
        "exhibit_binders",
        *owned("exhibit_binders"),
        text("title", 150),
        text("forum", 40, "Key of a profile of casemgr/forums"),
        text("party", 10),
        text("exhibit_prefix", 8),
        text("bates_prefix", 20),
        number("bates_digits"),
        number("bates_start"),
        text("shape", 10, "one PDF, or files: one for each exhibit"),
        sa.Column("print_set", sa.Boolean(), nullable=False, comment="Also a PDF for printing on both sides"),
        number("most_mb", "Of one volume, in MB (10^6 bytes)", nullable=True),
        number("most_pages", "Of one volume", nullable=True),
        text("delivery", 10, "To the hearing officer: paper, allowed (otherwise), or not said"),
        number("copies_made", "Sets that lie ready"),
        data("witnesses", "[{name, about}]"),
        data("recipients", "As a packet keeps them"),
        data("signer", "{name, role, contact}"),
        data("overrides", "Rule of the forum to {reason, by, on}: why the binder is made all the same"),
        text("state", 20),
        number("progress", "Percent"),
        text("progress_note"),
        text("error"),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        number("version"),
        sa.CheckConstraint(
            "state in ('draft', 'queued', 'building', 'ready', 'failed')", name=op.f("ck_exhibit_binders_state_known")
        ),
        sa.CheckConstraint("party in ('parent', 'school', 'other')", name=op.f("ck_exhibit_binders_party_known")),
        sa.CheckConstraint("shape in ('one', 'files')", name=op.f("ck_exhibit_binders_shape_known")),
        sa.CheckConstraint(
            "bates_start >= 0 AND bates_digits between 1 and 12", name=op.f("ck_exhibit_binders_bates_can_be_printed")
        ),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_exhibit_binders_created_by")),
    )


def make_exhibits() -> None:
    op.create_table(
        "binder_exhibits",
        *owned("binder_exhibits", binder_id="exhibit_binders", document_id="documents"),
        sa.Column("binder_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        number("position", "From 1"),
        text("label", 16, "As served; empty: not served yet"),
        text("title", 200, "Empty: the title of the paper"),
        text("dated", 60, "Empty: the date of the paper"),
        text("description", 500),
        number("first_page", "Of the paper, from 1; none: the whole paper", nullable=True),
        number("last_page", nullable=True),
        text("range_reason", 300, "Why the other pages stay out"),
        sa.Column("is_joint", sa.Boolean(), nullable=False),
        text("withdrawn", 300, "Why a served exhibit was withdrawn"),
        sa.UniqueConstraint(
            "binder_id", "position", name="uq_binder_exhibits_position", deferrable=True, initially="DEFERRED"
        ),
        sa.CheckConstraint(
            "(first_page IS NULL) = (last_page IS NULL)", name=op.f("ck_binder_exhibits_range_is_whole")
        ),
        sa.CheckConstraint(
            "first_page >= 1 AND last_page >= first_page", name=op.f("ck_binder_exhibits_range_runs_forward")
        ),
    )
    op.create_index(op.f("ix_binder_exhibits_document_id"), "binder_exhibits", ["document_id"])


def make_versions() -> None:
    op.create_table(
        "binder_versions",
        *owned("binder_versions", binder_id="exhibit_binders"),
        sa.Column("binder_id", sa.Uuid(), nullable=False),
        number("number", "1 is the whole binder, 2 and on are supplements"),
        text("built_from", 64, "Hash of all inputs"),
        number("page_count"),
        number("volumes"),
        number("bates_next", "The number that the next exhibit page gets"),
        data("exhibits", "What stands where: exhibit_binders.placed"),
        data("changes", "Of a supplement, in words"),
        data("proof", "The conservation of pages, summed up"),
        sa.Column("served_on", sa.Date(), nullable=True),
        text("served_at", 40, "Time of day, as it was typed"),
        text("served_how", 20, "filings.kinds.SEND_METHODS"),
        text("served_to"),
        sa.Column("served_by", sa.Uuid(), nullable=True),
        text("served_by_name", 200),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.UniqueConstraint("binder_id", "number", name=op.f("uq_binder_versions_binder_id_number")),
        sa.CheckConstraint("(served_on IS NULL) = (served_how = '')", name=op.f("ck_binder_versions_served_is_whole")),
        sa.ForeignKeyConstraint(["served_by"], ["users.id"], name=op.f("fk_binder_versions_served_by")),
    )


def make_files() -> None:
    op.create_table(
        "binder_files",
        *owned("binder_files", version_id="binder_versions"),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        number("position", "From 1"),
        text("kind", 10),
        text("name", 300),
        text("sha256", 64),
        sa.Column("size", sa.BigInteger(), nullable=False, comment="Bytes"),
        number("pages"),
        sa.UniqueConstraint("version_id", "position", name=op.f("uq_binder_files_version_id_position")),
        sa.CheckConstraint(
            "kind in ('volume', 'print', 'zip', 'manifest', 'native')", name=op.f("ck_binder_files_kind_known")
        ),
    )


def keep_what_was_served() -> None:
    """What was served stays as it was served: the version, and its files. Only the owner of the tables, who removes a
    sample case or an old visit as a whole, deletes them."""
    refuse = "RAISE EXCEPTION 'A served binder cannot be changed' USING ERRCODE = 'integrity_constraint_violation'"
    head = "RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp"
    as_whole = (
        "TG_OP = 'DELETE' AND current_user = (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID)"
    )
    op.execute(
        f"""
        CREATE FUNCTION keep_served_binder() {head} AS $$
        BEGIN
            IF OLD.served_on IS NOT NULL AND NOT ({as_whole}) THEN
                {refuse};
            END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        END $$
        """
    )
    op.execute(
        f"""
        CREATE FUNCTION keep_served_files() {head} AS $$
        DECLARE
            touched uuid := CASE WHEN TG_OP = 'INSERT' THEN NEW.version_id ELSE OLD.version_id END;
        BEGIN
            IF NOT ({as_whole})
               AND EXISTS (SELECT 1 FROM binder_versions WHERE id = touched AND served_on IS NOT NULL) THEN
                {refuse};
            END IF;
            IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
            RETURN NEW;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER keep_served_binder BEFORE UPDATE OR DELETE ON binder_versions"
        " FOR EACH ROW EXECUTE FUNCTION keep_served_binder()"
    )
    op.execute(
        "CREATE TRIGGER keep_served_files BEFORE INSERT OR UPDATE OR DELETE ON binder_files"
        " FOR EACH ROW EXECUTE FUNCTION keep_served_files()"
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
