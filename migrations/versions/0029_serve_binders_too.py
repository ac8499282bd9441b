"""Copies of binders are sent and noted as those of packets are; one may go in several messages; certificates of
service are made from the record; a binder has a sheet of labels for its tabs

Revision: 0029, after 0028. The copies that are on record move to the new name with all that stands in them: each is
one message of a packet.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

revision = "0029"
down_revision = "0028"

OLD, NEW, CERTIFICATES = "packet_deliveries", "sent_copies", "service_certificates"
RULE = (
    "org_id = (SELECT nullif(current_setting('app.org_id', true), '')::uuid) AND"
    " ((SELECT nullif(current_setting('app.case_ids', true), '')) IS NULL"
    " OR case_id = ANY ((SELECT nullif(current_setting('app.case_ids', true), '')::uuid[])::uuid[]))"
)
ONE_OF_THE_TWO = "(packet_id IS NULL) <> (version_id IS NULL) AND (binder_id IS NULL) = (version_id IS NULL)"
FILES = "'volume', 'print', 'tabs', 'zip', 'manifest', 'native'"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    rename()
    widen()
    make_certificates()
    op.drop_constraint(op.f("ck_binder_files_kind_known"), "binder_files", type_="check")
    op.create_check_constraint(op.f("ck_binder_files_kind_known"), "binder_files", f"kind in ({FILES})")


def rename() -> None:
    """The table, and what is named after it: constraints, indexes, policies."""
    op.rename_table(OLD, NEW)
    op.execute(
        f"""
        DO $$
        DECLARE one record;
        BEGIN
            FOR one IN SELECT conname AS name FROM pg_constraint
                WHERE conrelid = '{NEW}'::regclass AND conname LIKE '%{OLD}%' LOOP
                EXECUTE format('ALTER TABLE {NEW} RENAME CONSTRAINT %I TO %I', one.name,
                    replace(one.name, '{OLD}', '{NEW}'));
            END LOOP;
            FOR one IN SELECT indexname AS name FROM pg_indexes
                WHERE tablename = '{NEW}' AND schemaname = current_schema() AND indexname LIKE '%{OLD}%' LOOP
                EXECUTE format('ALTER INDEX %I RENAME TO %I', one.name, replace(one.name, '{OLD}', '{NEW}'));
            END LOOP;
            FOR one IN SELECT policyname AS name FROM pg_policies
                WHERE tablename = '{NEW}' AND schemaname = current_schema() LOOP
                EXECUTE format('ALTER POLICY %I ON {NEW} RENAME TO %I', one.name,
                    replace(one.name, '{OLD}', '{NEW}'));
            END LOOP;
        END $$
        """
    )
    op.alter_column(NEW, "pdf_sha256", new_column_name="sha256")
    op.alter_column(NEW, "pdf_size", new_column_name="size", comment="Bytes", existing_type=sa.BigInteger())


def widen() -> None:
    """A copy is of a packet or of one version of a binder, and may be one of several messages."""
    op.alter_column(NEW, "packet_id", nullable=True)
    op.add_column(NEW, sa.Column("binder_id", sa.Uuid()))
    words = "binder_versions; one that went to nobody in the end may be gone"
    op.add_column(NEW, sa.Column("version_id", sa.Uuid(), comment=words))
    words = "What went to one recipient at once, in one message or several"
    op.add_column(NEW, sa.Column("sending_id", sa.Uuid(), comment=words))
    op.execute(f"UPDATE {NEW} SET sending_id = id")
    op.alter_column(NEW, "sending_id", nullable=False)
    added = (
        sa.Column("part", sa.Integer(), nullable=False, server_default="1", comment="From 1"),
        sa.Column("parts", sa.Integer(), nullable=False, server_default="1"),
        sa.Column("file_name", sa.String(300), nullable=False, server_default="", comment="Of the PDF in the message"),
        sa.Column(
            "holds", sa.String(100), nullable=False, server_default="", comment="Of a part: pages 1 to 120, volume 2"
        ),
    )
    for column in added:
        op.add_column(NEW, column)
        op.alter_column(NEW, column.name, server_default=None)
    op.create_foreign_key(
        f"fk_{NEW}_binder_id_same_case", NEW, "exhibit_binders", ["case_id", "binder_id"], ["case_id", "id"]
    )
    op.create_check_constraint(op.f(f"ck_{NEW}_of_a_packet_or_a_binder"), NEW, ONE_OF_THE_TWO)
    op.create_check_constraint(op.f(f"ck_{NEW}_part_is_one_of_them"), NEW, "part between 1 and parts")
    op.create_index(f"ix_{NEW}_version_id", NEW, ["version_id"])


def make_certificates() -> None:
    """Append-only for the application."""
    table = CERTIFICATES
    op.create_table(
        table,
        *(sa.Column(name, sa.Uuid(), nullable=False) for name in ("id", "org_id", "case_id")),
        sa.Column("packet_id", sa.Uuid()),
        sa.Column("binder_id", sa.Uuid()),
        sa.Column("version_id", sa.Uuid(), comment="binder_versions"),
        sa.Column("number", sa.Integer(), nullable=False, comment="From 1; the newest counts"),
        sa.Column("document_id", sa.Uuid(), nullable=False, comment="The PDF, as a paper of the case"),
        sa.Column(
            "lists",
            postgresql.JSONB(),
            nullable=False,
            comment="What it lists: [{copies, name, role, address, how, sent}], as printed",
        ),
        sa.Column("made_by", sa.Uuid()),
        sa.Column("made_by_name", sa.String(200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(ONE_OF_THE_TWO, name=op.f(f"ck_{table}_of_a_packet_or_a_binder")),
        sa.ForeignKeyConstraint(["made_by"], ["users.id"], name=op.f(f"fk_{table}_made_by")),
        *(
            sa.ForeignKeyConstraint(
                ["case_id", column], [f"{target}.case_id", f"{target}.id"], name=f"fk_{table}_{column}_same_case"
            )
            for column, target in (
                ("packet_id", "packets"),
                ("binder_id", "exhibit_binders"),
                ("document_id", "documents"),
            )
        ),
        sa.ForeignKeyConstraint(["org_id", "case_id"], ["cases.org_id", "cases.id"], name=f"fk_{table}_case"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("case_id", "id", name=f"uq_{table}_case_id_id"),
        sa.UniqueConstraint("packet_id", "number", name=op.f(f"uq_{table}_packet_id_number")),
        sa.UniqueConstraint("version_id", "number", name=op.f(f"uq_{table}_version_id_number")),
    )
    op.create_index(f"ix_{table}_org_id_case_id", table, ["org_id", "case_id"])
    app = f'"{context.config.attributes["app_role"]}"'
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY {table}_read ON {table} FOR SELECT USING ({RULE})")
    op.execute(f"CREATE POLICY {table}_insert ON {table} FOR INSERT WITH CHECK ({RULE})")
    op.execute(f"CREATE POLICY {table}_update ON {table} FOR UPDATE USING ({RULE}) WITH CHECK ({RULE})")
    op.execute(f"CREATE POLICY {table}_delete ON {table} FOR DELETE USING ({RULE})")
    op.execute(f"GRANT SELECT, INSERT ON {table} TO {app}")
