"""School on a weekend

Revision: 0006, after 0005. A make-up day on a Saturday is a school day; what was entered so far has none.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column(
        "school_closures",
        sa.Column(
            "has_school",
            sa.Boolean(),
            nullable=False,
            server_default=sa.false(),
            comment="A make-up day on a weekend",
        ),
    )
    op.alter_column("school_closures", "has_school", server_default=None)
