"""What the virus scanner said of a paper

Revision: 0013, after 0012. Papers that are there were not scanned.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    op.add_column(
        "documents",
        sa.Column(
            "scan_state",
            sa.String(length=20),
            nullable=False,
            server_default="not_scanned",
            comment="not_scanned, waiting, clean, infected",
        ),
    )
    op.add_column(
        "documents",
        sa.Column("scan_note", sa.Text(), nullable=False, server_default="", comment="The virus, or why it waits"),
    )
    op.create_check_constraint(
        op.f("ck_documents_scan_state_known"),
        "documents",
        "scan_state in ('not_scanned', 'waiting', 'clean', 'infected')",
    )
    op.create_index(
        "ix_documents_org_id_unchecked", "documents", ["org_id"], postgresql_where=sa.text("scan_state = 'not_scanned'")
    )
    op.alter_column("documents", "scan_state", server_default=None)
    op.alter_column("documents", "scan_note", server_default=None)
