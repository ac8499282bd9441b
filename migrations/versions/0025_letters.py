"""Letters that people write and send: drafts, every saved version, each sending with what became of it

Revision: 0025, after 0024. New, empty tables; nothing that is there is touched.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"

TABLES = {
    "outgoing_letters": "SELECT, INSERT, UPDATE, DELETE",
    "outgoing_letter_versions": "SELECT, INSERT",
    "outgoing_letter_sendings": "SELECT, INSERT, UPDATE, DELETE",
}
"""What the application may do with each: a saved version is never changed."""
RULE = (
    "org_id = (SELECT nullif(current_setting('app.org_id', true), '')::uuid) AND"
    " ((SELECT nullif(current_setting('app.case_ids', true), '')) IS NULL"
    " OR case_id = ANY ((SELECT nullif(current_setting('app.case_ids', true), '')::uuid[])::uuid[]))"
)


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    make_letters()
    make_versions()
    make_sendings()
    for table, rights in TABLES.items():
        wall_in(table, rights)
    keep_what_was_sent()


def make_letters() -> None:
    op.create_table(
        "outgoing_letters",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False, comment="letters.kinds"),
        sa.Column(
            "choices",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="What was chosen before drafting",
        ),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column(
            "used",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="What of the case the draft was made from: [{slot, label, value, place, id}]",
        ),
        sa.Column(
            "said_otherwise",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="Items that the letter says in words of its own, as a person confirmed",
        ),
        sa.Column("sent_version", sa.Integer(), nullable=True, comment="Number of the version that was sent"),
        sa.Column("sent_on", sa.Date(), nullable=True, comment="Local date"),
        sa.Column("document_id", sa.Uuid(), nullable=True, comment="The PDF that was sent, as a paper of the case"),
        sa.Column("entry_id", sa.Uuid(), nullable=True),
        sa.Column("sent_fact_id", sa.Uuid(), nullable=True),
        sa.Column("received_on", sa.Date(), nullable=True, comment="Local date, as somebody knows it"),
        sa.Column("received_how", sa.Text(), nullable=False, comment="How the day is known"),
        sa.Column("received_fact_id", sa.Uuid(), nullable=True),
        sa.Column("receipt_document_id", sa.Uuid(), nullable=True, comment="The paper that shows the day of receipt"),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_by_name", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(state = 'sent') = (sent_on IS NOT NULL)", name=op.f("ck_outgoing_letters_sent_has_a_day")),
        sa.CheckConstraint(
            "state in ('draft', 'sending', 'sent', 'discarded')", name=op.f("ck_outgoing_letters_state_known")
        ),
        sa.CheckConstraint("received_on >= sent_on", name=op.f("ck_outgoing_letters_received_after_it_was_sent")),
        sa.ForeignKeyConstraint(
            ["case_id", "document_id"],
            ["documents.case_id", "documents.id"],
            name="fk_outgoing_letters_document_id_same_case",
        ),
        sa.ForeignKeyConstraint(
            ["case_id", "entry_id"],
            ["evidence_entries.case_id", "evidence_entries.id"],
            name="fk_outgoing_letters_entry_id_same_case",
        ),
        sa.ForeignKeyConstraint(
            ["case_id", "receipt_document_id"],
            ["documents.case_id", "documents.id"],
            name="fk_outgoing_letters_receipt_document_id_same_case",
        ),
        sa.ForeignKeyConstraint(
            ["case_id", "received_fact_id"],
            ["facts.case_id", "facts.id"],
            name="fk_outgoing_letters_received_fact_id_same_case",
        ),
        sa.ForeignKeyConstraint(
            ["case_id", "sent_fact_id"],
            ["facts.case_id", "facts.id"],
            name="fk_outgoing_letters_sent_fact_id_same_case",
        ),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name=op.f("fk_outgoing_letters_created_by")),
        sa.ForeignKeyConstraint(["org_id", "case_id"], ["cases.org_id", "cases.id"], name="fk_outgoing_letters_case"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_letters")),
        sa.UniqueConstraint("case_id", "id", name="uq_outgoing_letters_case_id_id"),
        info={"rls": "case"},
    )
    op.create_index("ix_outgoing_letters_org_id_case_id", "outgoing_letters", ["org_id", "case_id"], unique=False)


def make_versions() -> None:
    op.create_table(
        "outgoing_letter_versions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False, comment="From 1"),
        sa.Column(
            "content",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="letters.content.Content without its body",
        ),
        sa.Column("body", sa.Text(), nullable=False, comment="HTML of letters.richtext: p, strong, em, ul, ol, li, br"),
        sa.Column("restored_from", sa.Integer(), nullable=True),
        sa.Column("saved_by", sa.Uuid(), nullable=True),
        sa.Column("saved_by_name", sa.String(length=200), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_id", "letter_id"],
            ["outgoing_letters.case_id", "outgoing_letters.id"],
            name="fk_outgoing_letter_versions_letter_id_same_case",
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "case_id"], ["cases.org_id", "cases.id"], name="fk_outgoing_letter_versions_case"
        ),
        sa.ForeignKeyConstraint(["saved_by"], ["users.id"], name=op.f("fk_outgoing_letter_versions_saved_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_letter_versions")),
        sa.UniqueConstraint("case_id", "id", name="uq_outgoing_letter_versions_case_id_id"),
        sa.UniqueConstraint("letter_id", "number", name=op.f("uq_outgoing_letter_versions_letter_id_number")),
        info={"rls": "case"},
    )
    op.create_index(
        "ix_outgoing_letter_versions_org_id_case_id", "outgoing_letter_versions", ["org_id", "case_id"], unique=False
    )


def make_sendings() -> None:
    op.create_table(
        "outgoing_letter_sendings",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("org_id", sa.Uuid(), nullable=False),
        sa.Column("case_id", sa.Uuid(), nullable=False),
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column("letter_version", sa.Integer(), nullable=False),
        sa.Column("way", sa.String(length=20), nullable=False, comment="letters.ways.WAYS"),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column(
            "recipients",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            comment="[{name, address, person_id?, answer?, refused?}]",
        ),
        sa.Column("reply_to", sa.String(length=320), nullable=False),
        sa.Column("pdf_sha256", sa.String(length=64), nullable=False),
        sa.Column("pdf_size", sa.BigInteger(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False, comment="Why it waits, failed or is unknown, in plain words"),
        sa.Column("answer", sa.Text(), nullable=False, comment="What the mail server said when it took it"),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sent_on", sa.Date(), nullable=True, comment="Local date"),
        sa.Column(
            "kept_because", sa.Text(), nullable=False, comment="Why the day is right although facts speak against it"
        ),
        sa.Column(
            "seen", postgresql.JSONB(astext_type=sa.Text()), nullable=False, comment="Keys of what spoke against it"
        ),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("proof_document_id", sa.Uuid(), nullable=True, comment="The proof of mailing"),
        sa.Column("move_id", sa.Uuid(), nullable=True, comment="The move of the case that the sending was"),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=True, comment="Before the server was asked"),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("asked_by_name", sa.String(length=200), nullable=False),
        sa.Column("taken_back_because", sa.Text(), nullable=False),
        sa.Column("taken_back_by_name", sa.String(length=200), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "state in ('queued', 'handing_over', 'accepted', 'refused', 'unknown', 'by_hand', 'stopped', 'taken_back')",
            name=op.f("ck_outgoing_letter_sendings_state_known"),
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["users.id"], name=op.f("fk_outgoing_letter_sendings_asked_by")),
        sa.ForeignKeyConstraint(
            ["case_id", "letter_id"],
            ["outgoing_letters.case_id", "outgoing_letters.id"],
            name="fk_outgoing_letter_sendings_letter_id_same_case",
        ),
        sa.ForeignKeyConstraint(
            ["case_id", "proof_document_id"],
            ["documents.case_id", "documents.id"],
            name="fk_outgoing_letter_sendings_proof_document_id_same_case",
        ),
        sa.ForeignKeyConstraint(
            ["org_id", "case_id"], ["cases.org_id", "cases.id"], name="fk_outgoing_letter_sendings_case"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outgoing_letter_sendings")),
        sa.UniqueConstraint("case_id", "id", name="uq_outgoing_letter_sendings_case_id_id"),
        info={"rls": "case"},
    )
    op.create_index("ix_outgoing_letter_sendings_letter_id", "outgoing_letter_sendings", ["letter_id"], unique=False)
    op.create_index(
        "ix_outgoing_letter_sendings_org_id_case_id", "outgoing_letter_sendings", ["org_id", "case_id"], unique=False
    )
    op.create_index(
        "uq_outgoing_letter_sendings_one_under_way",
        "outgoing_letter_sendings",
        ["letter_id"],
        unique=True,
        postgresql_where=sa.text("state in ('queued', 'handing_over', 'unknown')"),
    )


def wall_in(table: str, rights: str) -> None:
    """Row-level security as in the first schema: AND, never OR, for the sake of the index."""
    app = f'"{context.config.attributes["app_role"]}"'
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY {table}_read ON {table} FOR SELECT USING ({RULE})")
    op.execute(f"CREATE POLICY {table}_insert ON {table} FOR INSERT WITH CHECK ({RULE})")
    op.execute(f"CREATE POLICY {table}_update ON {table} FOR UPDATE USING ({RULE}) WITH CHECK ({RULE})")
    op.execute(f"CREATE POLICY {table}_delete ON {table} FOR DELETE USING ({RULE})")
    op.execute(f"GRANT {rights} ON {table} TO {app}")


def keep_what_was_sent() -> None:
    """A letter that was sent stays as it was sent, until a person takes the sending back; it gets no new version."""
    op.execute(
        """
        CREATE FUNCTION keep_sent_letter() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE added text[] := '{received_on,received_how,received_fact_id,receipt_document_id,version}';
        BEGIN
            IF OLD.state = 'sent' AND NEW.state = 'sent'
               AND (to_jsonb(NEW) - added) IS DISTINCT FROM (to_jsonb(OLD) - added) THEN
                RAISE EXCEPTION 'A letter that was sent cannot be changed'
                    USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER keep_sent_letter BEFORE UPDATE ON outgoing_letters"
        " FOR EACH ROW EXECUTE FUNCTION keep_sent_letter()"
    )
    op.execute(
        """
        CREATE FUNCTION only_drafts_grow() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF (SELECT state FROM outgoing_letters WHERE id = NEW.letter_id) <> 'draft' THEN
                RAISE EXCEPTION 'Only a draft gets a new version' USING ERRCODE = 'integrity_constraint_violation';
            END IF;
            RETURN NEW;
        END $$
        """
    )
    op.execute(
        "CREATE TRIGGER only_drafts_grow BEFORE INSERT ON outgoing_letter_versions"
        " FOR EACH ROW EXECUTE FUNCTION only_drafts_grow()"
    )
