"""A binder or packet may be made PDF/A-2b

Revision: 0028, after 0027. What is there stays as it is: nothing asks for it.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    words = "PDF/A-2b: no (empty), only, or pictures (of pages that do not meet it)"
    for table in ("exhibit_binders", "packets"):
        op.add_column(table, sa.Column("archival", sa.String(10), nullable=False, server_default="", comment=words))
        op.alter_column(table, "archival", server_default=None)
