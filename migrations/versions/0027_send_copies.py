"""Copies of packets that were sent: by e-mail from here, or as a person told

Revision: 0027, after 0026. A new, empty table.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op

revision = "0027"
down_revision = "0026"

TABLE = "packet_deliveries"
RULE = (
    "org_id = (SELECT nullif(current_setting('app.org_id', true), '')::uuid) AND"
    " ((SELECT nullif(current_setting('app.case_ids', true), '')) IS NULL"
    " OR case_id = ANY ((SELECT nullif(current_setting('app.case_ids', true), '')::uuid[])::uuid[]))"
)
INSTANT = sa.DateTime(timezone=True)
STATES = "'queued', 'handing_over', 'accepted', 'refused', 'unknown', 'by_hand', 'taken_back'"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    op.create_table(
        TABLE,
        *(sa.Column(name, sa.Uuid(), nullable=False) for name in ("id", "org_id", "case_id", "packet_id")),
        sa.Column("name", sa.String(300), nullable=False, comment="Who gets it"),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("way", sa.String(20), nullable=False, comment="filings.kinds.SEND_METHODS"),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("pdf_sha256", sa.String(64), nullable=False, comment="What was sent: kept as long as this row"),
        sa.Column("pdf_size", sa.BigInteger(), nullable=False),
        sa.Column("reply_to", sa.String(320), nullable=False),
        sa.Column("message", sa.Text(), nullable=False, comment="What the e-mail says"),
        sa.Column("problem", sa.Text(), nullable=False, comment="Why it waits, failed or is unknown, in plain words"),
        sa.Column("answer", sa.Text(), nullable=False, comment="What the mail server said, or a person, on its end"),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sent_on", sa.Date(), comment="Local date; of an e-mail, when the server took it"),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("proof_document_id", sa.Uuid(), comment="The proof of mailing"),
        sa.Column("began_at", INSTANT, comment="Before the server was asked"),
        sa.Column("done_at", INSTANT),
        sa.Column("asked_by", sa.Uuid()),
        sa.Column("asked_by_name", sa.String(200), nullable=False),
        sa.Column("taken_back_because", sa.Text(), nullable=False),
        sa.Column("taken_back_by_name", sa.String(200), nullable=False),
        sa.Column("taken_back_at", INSTANT),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.CheckConstraint(f"state in ({STATES})", name=op.f("ck_packet_deliveries_state_known")),
        sa.CheckConstraint(
            "state not in ('accepted', 'by_hand') OR sent_on IS NOT NULL",
            name=op.f("ck_packet_deliveries_sent_has_a_day"),
        ),
        sa.ForeignKeyConstraint(["asked_by"], ["users.id"], name=op.f("fk_packet_deliveries_asked_by")),
        *(
            sa.ForeignKeyConstraint(
                ["case_id", column], [f"{target}.case_id", f"{target}.id"], name=f"fk_{TABLE}_{column}_same_case"
            )
            for column, target in (("packet_id", "packets"), ("proof_document_id", "documents"))
        ),
        sa.ForeignKeyConstraint(["org_id", "case_id"], ["cases.org_id", "cases.id"], name=f"fk_{TABLE}_case"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint("case_id", "id", name=f"uq_{TABLE}_case_id_id"),
    )
    op.create_index(f"ix_{TABLE}_org_id_case_id", TABLE, ["org_id", "case_id"])
    op.create_index(f"ix_{TABLE}_packet_id", TABLE, ["packet_id"])
    wall_in()


def wall_in() -> None:
    """Row-level security as in the first schema. What was sent is never deleted by the application."""
    app = f'"{context.config.attributes["app_role"]}"'
    op.execute(f"ALTER TABLE {TABLE} ENABLE ROW LEVEL SECURITY")
    op.execute(f"CREATE POLICY {TABLE}_read ON {TABLE} FOR SELECT USING ({RULE})")
    op.execute(f"CREATE POLICY {TABLE}_insert ON {TABLE} FOR INSERT WITH CHECK ({RULE})")
    op.execute(f"CREATE POLICY {TABLE}_update ON {TABLE} FOR UPDATE USING ({RULE}) WITH CHECK ({RULE})")
    op.execute(f"CREATE POLICY {TABLE}_delete ON {TABLE} FOR DELETE USING ({RULE})")
    op.execute(f"GRANT SELECT, INSERT, UPDATE ON {TABLE} TO {app}")
