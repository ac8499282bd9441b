"""A form that is sent twice does its work once.

The form carries a fresh id in a hidden field; the row it makes takes that id as its own. A second
submission of the same form (a double click, Back and again, a retried request) meets the first one's row.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID, uuid4

from sqlalchemy.exc import IntegrityError
from wtforms import HiddenField

from casemgr.extensions import db

Row = TypeVar("Row")


class OnceField(HiddenField):
    """A hidden field named `submission` by convention; `uuid` is the id for the new row."""

    def __init__(self, **more: Any) -> None:
        more.setdefault("default", lambda: str(uuid4()))
        super().__init__(**more)

    @property
    def uuid(self) -> UUID:
        """Return the id this form was made with; a missing or damaged one is replaced by a fresh one."""
        try:
            return UUID(str(self.data))
        except ValueError:
            return uuid4()


def make_once(model: type[Row], row_id: UUID, case_id: UUID | None, make: Callable[[], Row]) -> tuple[Row, bool]:
    """Run `make` (which adds a row with `row_id` and commits) unless that row is there already.

    Returns: the row, and whether this call made it. Raises what `make` raises.
    """
    found = _existing(model, row_id, case_id)
    if found is not None:
        return found, False
    try:
        return make(), True
    except IntegrityError:
        db.session.rollback()  # the same form, sent at the same moment, came first
        found = _existing(model, row_id, case_id)
        if found is None:
            raise
        return found, False


def made_before(model: type[Row], submission: str | None, case_id: UUID | None) -> Row | None:
    """Return the row that this very form has made already, given its raw hidden field; for forms that are only
    valid once, whose second sending would otherwise be refused."""
    try:
        return _existing(model, UUID(str(submission)), case_id)
    except ValueError:
        return None


def _existing(model: type[Row], row_id: UUID, case_id: UUID | None) -> Row | None:
    found = db.session.get(model, row_id)
    if found is not None and case_id is not None and getattr(found, "case_id", case_id) != case_id:
        return None
    return found
