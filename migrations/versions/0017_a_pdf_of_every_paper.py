"""A PDF of every paper, beside its original

Revision: 0017, after 0016. Papers that are there get theirs when their pages are drawn again.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"

COLUMNS = (
    sa.Column(
        "rendition_sha256",
        sa.String(length=64),
        nullable=False,
        server_default="",
        comment="The PDF made of the original; empty: it has none, or is a PDF itself",
    ),
    sa.Column("rendition_size", sa.BigInteger(), nullable=False, server_default="0", comment="Bytes"),
    sa.Column(
        "rendition_how", sa.String(length=20), nullable=False, server_default="", comment="storage.renditions.How"
    ),
    sa.Column("rendition_note", sa.Text(), nullable=False, server_default="", comment="How it was made, in words"),
)


def upgrade() -> None:
    for column in COLUMNS:
        op.add_column("documents", column)
    op.create_check_constraint(
        op.f("ck_documents_rendition_is_whole"), "documents", "(rendition_sha256 = '') = (rendition_how = '')"
    )
    for column in COLUMNS:
        op.alter_column("documents", column.name, server_default=None)
