"""Uploads that go on after a dropped connection, and papers photographed page by page

Revision: 0018, after 0017.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import postgresql

revision = "0018"
down_revision = "0017"

RULE = (
    "org_id = (SELECT nullif(current_setting('app.org_id', true), '')::uuid) AND"
    " ((SELECT nullif(current_setting('app.case_ids', true), '')) IS NULL"
    " OR case_id = ANY ((SELECT nullif(current_setting('app.case_ids', true), '')::uuid[])::uuid[]))"
)
NEW_TABLES = ("uploads", "photo_sets", "photos")


def upgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '10s'")
    mark_sources()
    make_uploads()
    make_photo_sets()
    make_photos()
    wall_in()


def mark_sources() -> None:
    comment = "A photo that another paper is made of: not in the list of papers"
    op.add_column(
        "documents", sa.Column("is_source", sa.Boolean(), nullable=False, server_default="f", comment=comment)
    )
    op.alter_column("documents", "is_source", server_default=None)


def make_uploads() -> None:
    op.create_table(
        "uploads",
        *ids(),
        sa.Column("user_id", sa.Uuid(), nullable=False, comment="Who sends it, and alone may go on"),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False, comment="Bytes of the whole file"),
        sa.Column("told", sa.Text(), nullable=False, comment="Upload-Metadata, as the client sent it"),
        sa.Column(
            "fingerprint",
            sa.String(length=300),
            nullable=False,
            comment="By which the browser knows the file again when it is chosen again",
        ),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "outcome",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            nullable=True,
            comment="What became of it, as the page shows it; none: not all of it is here",
        ),
        made_at(),
        sa.CheckConstraint("size > 0", name=op.f("ck_uploads_size_positive")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_uploads_user_id_users")),
        *owned("uploads"),
        info={"rls": "case"},
    )
    op.create_index("ix_uploads_org_id_case_id", "uploads", ["org_id", "case_id"], unique=False)
    op.create_index("ix_uploads_case_id_user_id", "uploads", ["case_id", "user_id"], unique=False)


def make_photo_sets() -> None:
    op.create_table(
        "photo_sets",
        *ids(),
        sa.Column("user_id", sa.Uuid(), nullable=False, comment="Who photographs it"),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=False, comment="Why it could not be made, in words"),
        sa.Column("title", sa.String(length=300), nullable=False),
        sa.Column("visibility", sa.String(length=20), nullable=False, comment="Of the photos, and of the paper"),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        made_at(),
        sa.CheckConstraint("state in ('open', 'making', 'made', 'failed')", name=op.f("ck_photo_sets_state_known")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_photo_sets_user_id_users")),
        *owned("photo_sets", document_id="documents"),
        info={"rls": "case"},
    )
    op.create_index("ix_photo_sets_org_id_case_id", "photo_sets", ["org_id", "case_id"], unique=False)
    op.create_index("ix_photo_sets_case_id_user_id", "photo_sets", ["case_id", "user_id"], unique=False)


def make_photos() -> None:
    op.create_table(
        "photos",
        *ids(),
        sa.Column("set_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False, comment="The photo, as it came"),
        sa.Column("is_own", sa.Boolean(), nullable=False, comment="It came with this set, and was no paper before"),
        sa.Column("position", sa.Integer(), nullable=False, comment="Order of the pages; gaps do no harm"),
        sa.Column("state", sa.String(length=20), nullable=False, comment="Was a sheet of paper found on it?"),
        sa.Column("note", sa.Text(), nullable=False, comment="Why it cannot be shown, in words"),
        sa.Column(
            "corners",
            postgresql.JSONB(none_as_null=True, astext_type=sa.Text()),
            nullable=True,
            comment="Of the sheet, clockwise from the top left: [x, y] as parts of the upright photo",
        ),
        sa.Column("crop_sha256", sa.String(length=64), nullable=False, comment="A picture of the cropped sheet"),
        sa.Column("whole_sha256", sa.String(length=64), nullable=False, comment="A picture of the whole photo"),
        sa.Column("keep_whole", sa.Boolean(), nullable=False, comment="The person wants the photo uncropped"),
        sa.Column(
            "turns", sa.Integer(), nullable=False, comment="Quarter turns clockwise that the person asked for, 0 to 3"
        ),
        made_at(),
        sa.CheckConstraint("state in ('waiting', 'found', 'none', 'failed')", name=op.f("ck_photos_state_known")),
        *owned("photos", set_id="photo_sets", document_id="documents"),
        info={"rls": "case"},
    )
    op.create_index("ix_photos_org_id_case_id", "photos", ["org_id", "case_id"], unique=False)
    op.create_index("ix_photos_set_id", "photos", ["set_id"], unique=False)


def ids() -> tuple[sa.Column, ...]:
    return tuple(sa.Column(name, sa.Uuid(), nullable=False) for name in ("id", "org_id", "case_id"))


def made_at() -> sa.Column:
    return sa.Column("created_at", sa.DateTime(timezone=True), nullable=False)


def owned(table: str, **points_to: str) -> tuple[sa.Constraint, ...]:
    """The keys of a case-owned row that points to rows of its own case."""
    return (
        *(
            sa.ForeignKeyConstraint(
                ["case_id", column], [f"{target}.case_id", f"{target}.id"], name=f"fk_{table}_{column}_same_case"
            )
            for column, target in points_to.items()
        ),
        sa.ForeignKeyConstraint(["org_id", "case_id"], ["cases.org_id", "cases.id"], name=f"fk_{table}_case"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("case_id", "id", name=f"uq_{table}_case_id_id"),
    )


def wall_in() -> None:
    """Row-level security as in the first schema: AND, never OR, for the sake of the index."""
    app = f'"{context.config.attributes["app_role"]}"'
    for table in NEW_TABLES:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"CREATE POLICY {table}_read ON {table} FOR SELECT USING ({RULE})")
        op.execute(f"CREATE POLICY {table}_insert ON {table} FOR INSERT WITH CHECK ({RULE})")
        op.execute(f"CREATE POLICY {table}_update ON {table} FOR UPDATE USING ({RULE}) WITH CHECK ({RULE})")
        op.execute(f"CREATE POLICY {table}_delete ON {table} FOR DELETE USING ({RULE})")
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {app}")
