"""What every table has in common: ids, who owns the row, instants, and the optimistic lock.

A case-owned row carries `org_id` and `case_id`, and its foreign keys run through both, so that no row
can point into another family's case even if the code asks for it. `info={"rls": ...}` names the
row-level policy that the migration gives the table (see migrations/versions/0001):
`case` (org and, for a guest, named cases), `org` (organization only).
"""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID, uuid4

from sqlalchemy import DateTime, ForeignKey, ForeignKeyConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, declared_attr, mapped_column


def now() -> datetime:
    """Return the present instant in UTC."""
    return datetime.now(UTC)


class Identified:
    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4, sort_order=-30)


class Created:
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now, sort_order=90)


class Versioned:
    """The optimistic lock: a save that was started from an older version is refused (platform/locking.py)."""

    version: Mapped[int] = mapped_column(default=1, sort_order=95)

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, object]:
        return {"version_id_col": cls.version}


class Posted:
    """A message that goes to the mail server once (platform/posting.py), or that a person tells of. Its `state`, its
    `answer` and the day it was sent on are the table's own."""

    reply_to: Mapped[str] = mapped_column(String(320), default="")
    problem: Mapped[str] = mapped_column(Text, default="", comment="Why it waits, failed or is unknown, in plain words")
    tries: Mapped[int] = mapped_column(default=0)
    note: Mapped[str] = mapped_column(Text, default="")
    proof_document_id: Mapped[UUID | None] = mapped_column(comment="The proof of mailing")
    began_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True), comment="Before the server was asked")
    done_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    asked_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    asked_by_name: Mapped[str] = mapped_column(String(200), default="")
    taken_back_because: Mapped[str] = mapped_column(Text, default="")
    taken_back_by_name: Mapped[str] = mapped_column(String(200), default="")
    taken_back_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class Searched:
    """A row whose words can be found (casemgr/search). A trigger fills the column; nobody reads it row by row."""

    search: Mapped[str | None] = mapped_column(TSVECTOR, deferred=True, comment="Filled by the database", sort_order=99)


def searched(table: str) -> Index:
    """Return the index of a `Searched` table."""
    return Index(f"ix_{table}_search", "search", postgresql_using="gin")


class CaseOwned(Identified):
    """A row that belongs to one case. Subclasses build `__table_args__` with `case_owned(...)`."""

    org_id: Mapped[UUID] = mapped_column(sort_order=-20)
    case_id: Mapped[UUID] = mapped_column(sort_order=-19)


def case_owned(table: str, *extra: object, rls: str = "case") -> tuple[object, ...]:
    """Return `__table_args__` of a case-owned table: the owner key, a key others can point to, the policy."""
    return (
        ForeignKeyConstraint(["org_id", "case_id"], ["cases.org_id", "cases.id"], name=f"fk_{table}_case"),
        UniqueConstraint("case_id", "id", name=f"uq_{table}_case_id_id"),
        Index(f"ix_{table}_org_id_case_id", "org_id", "case_id"),
        *extra,
        {"info": {"rls": rls}},
    )


def same_case(table: str, column: str, target: str) -> ForeignKeyConstraint:
    """Return a foreign key that can only reach a row of the same case."""
    return ForeignKeyConstraint(
        ["case_id", column], [f"{target}.case_id", f"{target}.id"], name=f"fk_{table}_{column}_same_case"
    )
