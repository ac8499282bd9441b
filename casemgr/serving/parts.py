"""What goes by e-mail, message by message: each carries one file, whole and small enough for most mail servers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from uuid import UUID, uuid4

from casemgr.documents.store import store
from casemgr.extensions import db
from casemgr.filings.services import FilingRefused
from casemgr.platform.scratch import scratch
from casemgr.serving.outgoing import BINDER, Outgoing, SentFile
from casemgr.storage import sandbox
from casemgr.web.filters import file_size

LARGEST = 18 * 1000 * 1000  # bytes; coded for mail it is a third more, and most servers take 25 MB
MOST_MESSAGES = 12
MOST_FILES = 30  # with the files of exhibits that cannot be printed
LIMITS = sandbox.Limits(cpu_seconds=60, wall_seconds=90, memory_bytes=2 << 30, file_bytes=1 << 30)
OTHERWISE = "Give it on a USB stick or through the portal of the office, and note that below."


def messages(org_id: UUID, out: Outgoing) -> list[SentFile]:
    """Return what goes, one file a message: PDFs as they are where they are small enough, a large packet in parts, then
    the files of exhibits that cannot be printed, but for those that `too_large` names.

    Ends the open transaction: cutting takes a while. Raises FilingRefused with the way out."""
    pdfs, beside = out.pdfs, [one for one in out.beside if one.size <= LARGEST]
    if len(pdfs) > MOST_MESSAGES or out.size > LARGEST * MOST_MESSAGES:
        raise FilingRefused(f"With {file_size(out.size)} it is far too large for mail. {OTHERWISE}")
    if len(pdfs) + len(beside) > MOST_FILES:
        raise FilingRefused(f"It would take {len(pdfs) + len(beside)} messages. {OTHERWISE}")
    large = [one for one in pdfs if one.size > LARGEST]
    if not large:
        return [*pdfs, *beside]
    if out.what == BINDER:
        raise FilingRefused(_too_large(out, large[0]))
    return [*_cut(org_id, pdfs[0]), *beside]


def too_large(out: Outgoing) -> list[SentFile]:
    """Return the files of exhibits that no mail server takes: they go another way."""
    return [one for one in out.beside if one.size > LARGEST]


def _too_large(out: Outgoing, one: SentFile) -> str:
    begin = f"“{one.name}” has {file_size(one.size)}; most mail servers take {file_size(LARGEST)} in one message."
    if out.is_out:
        return f"{begin} It was served, so it stays as it is. {OTHERWISE}"
    most = LARGEST // 1_000_000
    return (
        f"{begin} Under “Numbers, files, paper” set the largest file to {most} MB, and make it again. Or: {OTHERWISE}"
    )


def _cut(org_id: UUID, whole: SentFile) -> list[SentFile]:
    db.session.rollback()
    objects = store()
    with ExitStack() as stack:
        folder = stack.enter_context(scratch(f"cut-{uuid4()}"))
        path = stack.enter_context(objects.local_path(org_id, whole.sha256)).resolve()
        outcome = sandbox.run("cut", {"path": str(path), "most_bytes": LARGEST}, folder, LIMITS)
        told = next((event for event in outcome.events if event.get("event") in ("parts", "too_large")), {})
        if told.get("event") == "too_large":
            page = int(told.get("page", 0))
            raise FilingRefused(
                f"Page {page:,} alone is larger than the {file_size(LARGEST)} that most mail servers take. {OTHERWISE}"
            )
        pages = _pages(told)
        made = [folder / f"part-{n}.pdf" for n in range(1, len(pages) + 1)]
        if outcome.failure or not pages or any(not one.is_file() or one.is_symlink() for one in made):
            raise FilingRefused(f"It could not be cut into parts for mail. {OTHERWISE}")
        if len(made) > MOST_MESSAGES:
            raise FilingRefused(f"It would take {len(made)} messages. {OTHERWISE}")
        return [
            _kept(objects, org_id, whole, one, first, last, n, len(made))
            for n, (one, (first, last)) in enumerate(zip(made, pages, strict=True), 1)
        ]


def _pages(told: dict) -> list[tuple[int, int]]:
    """What the child says is believed only in its shape."""
    try:
        return [(int(first), int(last)) for first, last in told.get("pages", [])]
    except (TypeError, ValueError):
        return []


def _kept(
    objects: object, org_id: UUID, whole: SentFile, path: Path, first: int, last: int, number: int, count: int
) -> SentFile:
    stored = objects.put_stream(org_id, _pieces(path), max_bytes=LARGEST)  # type: ignore[attr-defined]
    name = f"{whole.name.removesuffix('.pdf')}, part {number} of {count}.pdf"
    holds = f"pages {first:,} to {last:,} of {whole.pages:,}" if last > first else f"page {first:,} of {whole.pages:,}"
    return SentFile(name, stored.sha256, stored.size, last - first + 1, holds)


def _pieces(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            yield piece
