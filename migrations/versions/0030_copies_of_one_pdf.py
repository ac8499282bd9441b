"""A copy says of which PDF it is one: a packet may be made again after a copy went out

Revision: 0030, after 0029. Copies on record are of what they say was sent; of a binder, of the manifest of its version.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    words = "Of what it is a copy: the PDF of the packet, or the manifest of the binder"
    column = sa.Column("of_sha256", sa.String(64), nullable=False, server_default="", comment=words)
    op.add_column("sent_copies", column)
    op.alter_column("sent_copies", "of_sha256", server_default=None)
    op.execute("UPDATE sent_copies SET of_sha256 = sha256 WHERE packet_id IS NOT NULL AND parts = 1")
    op.execute(
        "UPDATE sent_copies c SET of_sha256 = f.sha256 FROM binder_files f"
        " WHERE f.version_id = c.version_id AND f.kind = 'manifest'"
    )
