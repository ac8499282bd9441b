"""A hearing binder may do without slip sheets

Revision: 0026, after 0025. Binders that are there keep their sheets.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    words = "No: EXHIBIT in the stamp of the first page instead"
    column = sa.Column("slip_sheets", sa.Boolean(), nullable=False, server_default=sa.true(), comment=words)
    op.add_column("exhibit_binders", column)
    op.alter_column("exhibit_binders", "slip_sheets", server_default=None)
