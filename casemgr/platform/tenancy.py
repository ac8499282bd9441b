"""Whose rows this piece of work may see. The database enforces it (row-level security).

The scope lives on the application context, and is told to PostgreSQL at the start of every transaction
(`app.org_id`, `app.user_id`, and for a guest `app.case_ids`). Nothing set means nothing seen.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from flask import g
from sqlalchemy import Connection, event, text
from sqlalchemy.orm import Session

from casemgr.extensions import db


@dataclass(frozen=True)
class Scope:
    """The organization and person that act. `case_ids` is None for a member, the named cases for a guest."""

    org_id: UUID | None = None
    user_id: UUID | None = None
    case_ids: tuple[UUID, ...] | None = None


NOBODY = Scope()
_TELL = text(
    "select set_config('app.org_id', :org, true), set_config('app.user_id', :user, true),"
    " set_config('app.case_ids', :cases, true)"
)


def current_scope() -> Scope:
    return g.get("scope", NOBODY)


def set_scope(scope: Scope) -> None:
    """Act in `scope` from here on, also in the transaction that is already open."""
    if scope == current_scope():
        return
    g.scope = scope
    if db.session.registry.has() and db.session().in_transaction():
        db.session.expire_all()  # nothing read under the old scope is trusted under the new one
        _tell(db.session.connection())


@contextmanager
def acting_in(scope: Scope) -> Iterator[None]:
    """Act in `scope` inside the block, then return to the scope before it."""
    before = current_scope()
    set_scope(scope)
    try:
        yield
    finally:
        set_scope(before)


def _tell(connection: Connection) -> None:
    scope = current_scope()
    cases = None if scope.case_ids is None else "{" + ",".join(str(case) for case in scope.case_ids) + "}"
    connection.execute(
        _TELL,
        {"org": str(scope.org_id or ""), "user": str(scope.user_id or ""), "cases": cases or ""},
    )


@event.listens_for(Session, "after_begin")
def _tell_each_transaction(session: Session, transaction: object, connection: Connection) -> None:
    _tell(connection)
