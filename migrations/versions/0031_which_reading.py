"""A paper says which version of the reading its words are of, so that one of an earlier version can be read anew

Revision: 0031, after 0030. Papers on record are of an earlier one.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    words = "Which documents.tasks.READING its pages were read with; 0: none, or an earlier version"
    column = sa.Column("reading", sa.Integer, nullable=False, server_default="0", comment=words)
    op.add_column("documents", column)
    op.alter_column("documents", "reading", server_default=None)
