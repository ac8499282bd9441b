"""A packet and a hearing binder say in which typeface they are printed

Revision: 0032, after 0031. What was begun before stays in serif.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    for table in ("packets", "exhibit_binders"):
        column = sa.Column(
            "face", sa.String(10), nullable=False, server_default="", comment="Typeface: serif (empty), or sans"
        )
        op.add_column(table, column)
        op.alter_column(table, "face", server_default=None)
