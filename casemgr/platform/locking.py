"""Optimistic locking: two tabs or two people never silently overwrite each other."""

from __future__ import annotations

from typing import Protocol, TypeVar


class Lockable(Protocol):
    version: int


Row = TypeVar("Row", bound=Lockable)


class StaleForm(Exception):
    """The row was saved by somebody else since the form was opened. Nothing was changed.

    `theirs` is the row as it stands now, so that the page can show both versions.
    """

    def __init__(self, theirs: object) -> None:
        super().__init__("Someone saved this after you opened it. Nothing was overwritten.")
        self.theirs = theirs


def check_version(row: Row, seen: int) -> Row:
    """Return `row`, or raise StaleForm when it is no longer the version that the person saw."""
    if row.version != seen:
        raise StaleForm(row)
    return row
