"""How strong an entry of the log is, and how it is known

Revision: 0012, after 0011. Entries that are there already say neither, and keep their hashes.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    for name, words in (("weight", "evidence.kinds.WEIGHTS"), ("learned", "evidence.kinds.LEARNED")):
        op.add_column(
            "evidence_entries", sa.Column(name, sa.String(length=20), nullable=False, server_default="", comment=words)
        )
        op.alter_column("evidence_entries", name, server_default=None)
