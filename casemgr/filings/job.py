"""What the jobs that make a packet and a binder have in common.

Each may be killed anywhere and started again. Bytes go to the object store first; only then one transaction makes the
row `ready`, if its inputs are still those that it was made from and every exhibit may still go in. Nothing half-made is
ever visible.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar
from uuid import UUID

from sqlalchemy import Select, Table, select, update

from casemgr.cases.models import Case
from casemgr.documents.models import Document
from casemgr.documents.store import store
from casemgr.extensions import db
from casemgr.filings.building import NotBuilt
from casemgr.filings.compose import File
from casemgr.heads.queries import head_of
from casemgr.pdf.model import ExhibitKind, LogHead
from casemgr.platform.scratch import scratch
from casemgr.storage.objects import (
    EDGE,
    KeyMissing,
    ObjectAltered,
    ObjectMissing,
    StorageFull,
    Stored,
    StoreUnavailable,
)
from casemgr.storage.preview import preview
from casemgr.storage.sniff import sniff
from casemgr.storage.types import PreviewState, Refused

ROUNDS = 3
SECONDS_BETWEEN_NEWS = 0.4
PIECE = 4 * 1024 * 1024
WAITING = ("queued", "building")
log = logging.getLogger(__name__)
_Row = TypeVar("_Row")


class Stopped(Exception):
    """Nobody wants the result any more."""


class Paper(Protocol):
    """An exhibit as both kinds of work know it."""

    @property
    def label(self) -> str: ...
    @property
    def kind(self) -> ExhibitKind: ...
    @property
    def sha256(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def file_name(self) -> str: ...
    @property
    def rendition_sha256(self) -> str: ...
    @property
    def refused(self) -> str: ...


def make(thing: str, row_id: UUID, one_round: Callable[[], bool]) -> str:
    """Work until it is done; return "", or why it cannot be done, in words for the person who asked. No transaction is
    open then.

    Args:
        thing: what it is called, such as "packet".
        one_round: returns False when the case changed while it worked: it is done again, a few times.
    """
    try:
        problem = "" if any(one_round() for _ in range(ROUNDS)) else _changed(thing)
    except Stopped:
        problem = ""
    except NotBuilt as not_built:
        problem = str(not_built)
    except ObjectMissing:
        problem = "A stored file is missing. Tell whoever looks after this installation."
    except Exception as error:
        log.error("a %s was not made", thing, exc_info=error, extra={"event": {thing: str(row_id)}})
        problem = _fault(thing, error)
    db.session.rollback()
    return problem


def _changed(thing: str) -> str:
    return f"The case kept changing while the {thing} was made. Make it again when the changes are done."


def _fault(thing: str, error: Exception) -> str:
    if isinstance(error, KeyMissing | ObjectAltered):
        return f"{error} Tell whoever looks after this installation."
    if isinstance(error, StoreUnavailable):
        return "The place where files are kept could not be reached. Nothing is lost; try again in a few minutes."
    if isinstance(error, StorageFull | OSError):
        return f"There was no room left to make the {thing}. Make room, and try again."
    return f"Something went wrong on our side while the {thing} was made. Nothing is lost; try again."


def lock(model: type[_Row], case_id: UUID, row_id: UUID, papers: Select[tuple[UUID]]) -> _Row | None:
    """Return the row as it is now, and keep it and its papers (`papers` chooses their ids) so until the transaction
    ends."""
    columns: Any = model
    row = db.session.scalar(
        select(model)
        .where(columns.case_id == case_id, columns.id == row_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    chosen = select(Document).where(Document.case_id == case_id, Document.id.in_(papers)).order_by(Document.id)
    db.session.scalars(chosen.with_for_update(read=True).execution_options(populate_existing=True)).all()
    return row


def refuse(exhibits: Iterable[Paper]) -> None:
    """Raise NotBuilt for the first exhibit that may not go in."""
    for one in exhibits:
        if one.refused:
            raise NotBuilt(one.refused, one.label)


def log_head(case_id: UUID) -> LogHead | None:
    """How far the evidence log of a case has come."""
    head = head_of(db.session.get_one(Case, case_id))
    return LogHead(head.entries, head.sha256) if head else None


@contextmanager
def opened(name: str, org_id: UUID, exhibits: Iterable[Paper]) -> Iterator[tuple[Path, dict[str, File]]]:
    """A folder for the work, and the stored file of each exhibit by its label. Outside of any transaction."""
    objects = store()
    with ExitStack() as stack, scratch(name) as folder:
        files = {}
        for place, one in enumerate(exhibits):
            path = stack.enter_context(objects.local_path(org_id, one.sha256)).resolve()
            rendition = one.rendition_sha256 and stack.enter_context(objects.local_path(org_id, one.rendition_sha256))
            text = _whole_text(one, path, folder / f"text-{place}")
            files[one.label] = File(path, text, rendition.resolve() if rendition else None)
        yield folder, files


def _whole_text(one: Paper, path: Path, folder: Path) -> str | None:
    """The whole text of a paper, read in a child of its own; None when it cannot all be printed."""
    if one.kind is not ExhibitKind.TEXT:
        return None
    try:
        with path.open("rb") as file:
            head = file.read(EDGE)
            file.seek(max(0, one.size - EDGE))
            file_type = sniff(head, one.file_name, tail=file.read(), size=one.size)
    except Refused:
        return None
    seen = preview(path, file_type, folder)
    is_whole = seen.state is PreviewState.READY and not seen.warnings and bool(seen.text.strip())
    return seen.text if is_whole else None


def keep(org_id: UUID, path: Path) -> Stored:
    """Put a finished file into the object store."""

    def pieces() -> Iterator[bytes]:
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece

    return store().put_stream(org_id, pieces(), max_bytes=path.stat().st_size)


def write(rows: Table, row_id: UUID, values: Mapping[str, object], only_if: tuple[str, ...] = ()) -> bool:
    """Write without raising the version: a form that somebody has open must not go stale because of a job. Returns
    whether the row was there, in one of the states `only_if`."""
    change = update(rows).where(rows.c.id == row_id)
    if only_if:
        change = change.where(rows.c.state.in_(only_if))
    return bool(db.session.execute(change.values(**values)).rowcount)  # type: ignore[attr-defined]


def begin(rows: Table, row_id: UUID) -> None:
    """The work begins; it is committed."""
    write(rows, row_id, {"state": "building", "progress": 0, "progress_note": "Starting", "error": ""})
    db.session.commit()


def fail(rows: Table, row_id: UUID, problem: str) -> None:
    """The work came to nothing, unless nobody waits for it any more; it is committed."""
    write(rows, row_id, {"state": "failed", "error": problem, "progress": 0, "progress_note": ""}, WAITING)
    db.session.commit()


class Reporter:
    """Keeps the progress that the page shows, at most a few times a second. Raises Stopped when nobody waits for it."""

    def __init__(self, rows: Table, row_id: UUID) -> None:
        self._rows, self._row_id, self._last = rows, row_id, 0.0

    def __call__(self, done: int, total: int, now_doing: str) -> None:
        if time.monotonic() - self._last < SECONDS_BETWEEN_NEWS:
            return
        self._last = time.monotonic()
        percent = min(99, 100 * done // max(total, 1))
        told = {"progress": percent, "progress_note": now_doing}
        is_wanted = write(self._rows, self._row_id, told, ("building",))
        db.session.commit()
        if not is_wanted:
            raise Stopped
