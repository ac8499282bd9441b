"""What speaks against a fact, and why it was kept; the day of a fact may be unknown

Revision: 0007, after 0006.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.add_column(
        "facts",
        sa.Column(
            "contradictions",
            postgresql.JSONB(astext_type=sa.Text()),
            nullable=False,
            server_default=sa.text("'[]'::jsonb"),
            comment="What spoke against it, in words",
        ),
    )
    op.add_column(
        "facts",
        sa.Column("kept_because", sa.Text(), nullable=False, server_default="", comment="Why it was kept all the same"),
    )
    op.alter_column("facts", "contradictions", server_default=None)
    op.alter_column("facts", "kept_because", server_default=None)
    op.alter_column("facts", "precision", comment="day, month or unknown", existing_comment="day or month")
