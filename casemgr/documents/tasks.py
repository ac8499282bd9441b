"""Make the PDF of a paper and draw its pages in the background. Safe to be killed anywhere and started again."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import delete, update

from casemgr.copies.asking import look_for_copies
from casemgr.documents import custody, quarantine
from casemgr.documents.models import Document, DocumentPage
from casemgr.documents.store import store
from casemgr.extensions import db
from casemgr.platform.jobs import AFTER_OTHERS, background, enqueue, jobs
from casemgr.platform.scratch import scratch
from casemgr.renditions import services as renditions
from casemgr.storage.objects import (
    EDGE,
    KeyMissing,
    ObjectAltered,
    ObjectMissing,
    ObjectStore,
    StorageFull,
    StoreUnavailable,
)
from casemgr.storage.preview import PAGES_AT_ONCE, has_notes, preview
from casemgr.storage.renditions import PDF, How
from casemgr.storage.sniff import sniff
from casemgr.storage.types import FileType, PageImage, Preview, PreviewState, Refused
from casemgr.web.filters import plural

MOST_PAGES_DRAWN = 3000
READING = 1
"""Goes up when the same file gives more words than before; `python -m casemgr redraw` then has papers read anew.
1: what is typed into a PDF form and noted on its pages."""
log = logging.getLogger(__name__)

# A locked file is no failure: trying again would not open it.
_STATES = {
    PreviewState.READY: "ready",
    PreviewState.NONE: "none",
    PreviewState.ENCRYPTED: "none",
    PreviewState.FAILED: "failed",
}
_NO_ROOM = "There was no room left to draw the pages. Make room, and try again. The original is safe."
_AWAY = "The place where files are kept could not be reached while the pages were drawn. Try again in a few minutes."
_MISSING = "The stored file is missing. Tell whoever looks after this installation."
_NO_NUMBER = "###"  # how a spreadsheet says that a number does not fit into its column
TOO_NARROW = "Some columns are too narrow to show their numbers or dates (###). Open the original to see them."
_OUR_FAULT = "Something went wrong on our side while the pages were drawn. The original is safe; try again."


@dataclass(frozen=True)
class Reading:
    """What one run found out about a paper, with the rows that tell of it. Pictures and PDF are in the store."""

    seen: Preview
    pages: list[DocumentPage] = field(default_factory=list)
    rendition: renditions.Kept = renditions.NONE


@background("documents.preview")
def draw_preview(*, case_id: str, document_id: str) -> None:
    """Make the PDF of a paper, draw and read its pages, and write all of it in one transaction."""
    document = _set_apart(case_id, document_id)
    if document is not None:
        _draw(document)


@background("documents.read_again")
def read_again(*, case_id: str, document_id: str) -> None:
    """Draw and read a PDF of an earlier version anew where something is typed or noted on its pages; else nothing
    would come of it, and only that is kept."""
    document = _set_apart(case_id, document_id)
    if document is None or document.reading >= READING:
        return
    if _may_give_more(document):
        _draw(document)
    else:
        _write(document, {"reading": READING})
        db.session.commit()


def _set_apart(case_id: str, document_id: str) -> Document | None:
    """The paper, apart from the session; None: there is none, or it is closed until the virus scanner lets it through.
    No transaction stays open while the file is read."""
    document = db.session.get(Document, UUID(document_id))
    if document is None or str(document.case_id) != case_id or quarantine.why_closed(document):
        return None
    db.session.expunge(document)
    db.session.rollback()
    return document


def _draw(document: Document) -> None:
    """Pages that are there already stay when they cannot be drawn now; why they cannot is said."""
    read = _read(document)
    if read.seen.state is not PreviewState.FAILED or document.preview_state != "ready":
        _save(document, read)
    else:
        _write(document, {"preview_note": "\n".join(dict.fromkeys([read.seen.note, document.preview_note])).strip()})
        db.session.commit()


def _may_give_more(document: Document) -> bool:
    try:
        with (
            store().local_path(document.org_id, document.sha256) as path,
            scratch(f"notes-{document.id}") as folder,
        ):
            return has_notes(path, folder)
    except (ObjectMissing, ObjectAltered, KeyMissing, StoreUnavailable, OSError):
        return True  # what is wrong is found once more, and told, where papers are read


def enqueue_drawing(document: Document, *, priority: int = 0) -> None:
    """Queue the drawing of pages in the caller's transaction; one at a time for each paper."""
    _enqueue_alone(draw_preview, document, priority)


def enqueue_reading_again(document: Document) -> None:
    """Queue a look at a PDF of an earlier version in the caller's transaction, behind all other work."""
    _enqueue_alone(read_again, document, AFTER_OTHERS)


def _enqueue_alone(task: Any, document: Document, priority: int) -> None:
    enqueue(
        task,
        lock=f"document:{document.id}",
        priority=priority,
        case_id=str(document.case_id),
        document_id=str(document.id),
    )


def enqueue_reading(document: Document, *, priority: int = AFTER_OTHERS) -> None:
    """Queue the reading of a scan's text in the caller's transaction, never beside the drawing of its pages."""
    _enqueue_alone(jobs.tasks["documents.recognise"], document, priority)  # by name: that room stands on this one


def _read(document: Document) -> Reading:
    """Read a paper, whatever happens: what went wrong is a state and a sentence."""
    try:
        return _read_through(document)
    except Refused as refusal:
        return Reading(Preview(PreviewState.NONE, refusal.reason))
    except ObjectMissing:
        return Reading(Preview(PreviewState.FAILED, _MISSING))
    except (KeyMissing, ObjectAltered) as problem:
        return _failed(document, problem, f"{problem} Tell whoever looks after this installation.")
    except StoreUnavailable as problem:
        return _failed(document, problem, _AWAY)
    except (StorageFull, OSError) as problem:
        return _failed(document, problem, _NO_ROOM)
    except Exception as problem:
        return _failed(document, problem, _OUR_FAULT)


def _failed(document: Document, problem: Exception, words: str) -> Reading:
    log.error("preview failed", exc_info=problem, extra={"event": {"document": str(document.id)}})
    return Reading(Preview(PreviewState.FAILED, words))


def _read_through(document: Document) -> Reading:
    """Read the original; where that gives no pages, make its PDF and draw those of the PDF."""
    objects = store()
    file_type = file_type_of(objects, document)
    with objects.local_path(document.org_id, document.sha256) as path, scratch(f"preview-{document.id}") as folder:
        seen = _all_pages(path, file_type, folder)
        made = renditions.make(objects, document, path, file_type, seen, folder / "pdf")
        kept = renditions.NONE
        if made is not None:
            drawn = seen if seen.pages else _pages_of_pdf(made, seen, folder / "pages")
            if drawn is not None:
                seen, kept = drawn, renditions.keep(objects, document, made)
        pages = _keep(objects, document, seen.pages)
        if not pages and seen.text:
            pages = [_page_row(document, 1, seen.text)]
    return Reading(seen, pages, kept)


def _pages_of_pdf(made: renditions.Made, original: Preview, folder: Path) -> Preview | None:
    """Draw the PDF that was made of a file; None when that fails. What was odd about the original stays said."""
    seen = _all_pages(made.path, PDF, folder)
    if seen.state is not PreviewState.READY:
        return None
    pages = seen.pages
    if len(made.texts) == len(pages):
        pages = [replace(page, text=text) for page, text in zip(pages, made.texts, strict=True)]
    narrow = [TOO_NARROW] if made.how is How.OFFICE and any(_NO_NUMBER in page.text for page in pages) else []
    warnings = list(dict.fromkeys([*original.warnings, *narrow, *seen.warnings]))
    return replace(seen, pages=pages, warnings=warnings)


def file_type_of(objects: ObjectStore, document: Document) -> FileType:
    """Judge the bytes again: the row keeps the type, not what was odd about it."""
    head = b"".join(objects.open_stream(document.org_id, document.sha256, start=0, end=min(EDGE, document.size)))
    start = max(0, document.size - EDGE)
    tail = b"".join(objects.open_stream(document.org_id, document.sha256, start=start, end=document.size))
    return sniff(head, document.original_name, tail=tail, size=document.size)


def _all_pages(path: Path, file_type: FileType, folder: Path) -> Preview:
    """Draw a long file in several readings, each in a child of its own."""
    seen = preview(path, file_type, folder / "1")
    first = PAGES_AT_ONCE + 1
    while seen.state is PreviewState.READY and seen.page_count and first <= min(seen.page_count, MOST_PAGES_DRAWN):
        more = preview(path, file_type, folder / str(first), first_page=first)
        if more.state is not PreviewState.READY or not any(page.image_path for page in more.pages):
            break
        earlier = [page for page in seen.pages if page.number < first]
        warnings = list(dict.fromkeys([*seen.warnings, *more.warnings]))
        drawn_all = more.pages[-1].image_path is not None and more.pages[-1].number >= seen.page_count
        note = "" if drawn_all else more.note.replace(f"Pages {first:,} to", "Pages 1 to")
        seen = replace(seen, pages=earlier + more.pages, warnings=warnings, note=note)
        first += PAGES_AT_ONCE
    return seen


def _keep(objects: ObjectStore, document: Document, pages: Sequence[PageImage]) -> list[DocumentPage]:
    """Put the pictures of the pages into the store, all at once, and return the rows that tell of them."""
    rows = [_page_row(document, page.number, page.text) for page in pages]
    drawn = [(row, page) for row, page in zip(rows, pages, strict=True) if page.image_path and page.thumb_path]
    kept = objects.put_all(document.org_id, [path for _, page in drawn for path in (page.image_path, page.thumb_path)])
    for (row, page), image, thumb in zip(drawn, kept[::2], kept[1::2], strict=True):
        row.recognition = "waiting" if page.is_scan else "blank" if page.is_blank and not page.text.strip() else ""
        row.width, row.height, row.words = page.width, page.height, page.words or None
        row.image_sha256, row.thumb_sha256 = image, thumb
    return rows


def _page_row(document: Document, number: int, text: str) -> DocumentPage:
    """A page without a picture has empty hashes."""
    clean = text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")  # what PostgreSQL cannot keep
    return DocumentPage(
        org_id=document.org_id,
        case_id=document.case_id,
        document_id=document.id,
        number=number,
        width=0,
        height=0,
        image_sha256="",
        thumb_sha256="",
        text=clean,
    )


def _save(document: Document, read: Reading) -> None:
    """Write all of it at once. The version is left alone: a form that somebody has open must not go stale."""
    is_scan = any(page.recognition == "waiting" for page in read.pages)
    if _write(document, _found_out(read, is_scan)):  # it may have gone with its sample case
        db.session.execute(
            delete(DocumentPage).where(
                DocumentPage.case_id == document.case_id, DocumentPage.document_id == document.id
            )
        )
        db.session.add_all(read.pages)
        if is_scan:
            enqueue_reading(document)
        look_for_copies(document)
    db.session.commit()


def _write(document: Document, values: dict[str, Any]) -> bool:
    papers = Document.__table__
    mine = update(papers).where(papers.c.org_id == document.org_id, papers.c.id == document.id)
    return bool(db.session.execute(mine.values(values)).rowcount)


def _found_out(read: Reading, is_scan: bool) -> dict[str, Any]:
    """The columns of the paper's own row."""
    seen, made = read.seen, read.rendition
    columns = {
        "preview_state": _STATES[seen.state],
        "preview_note": "\n".join(note for note in (seen.note, *seen.warnings) if note),
        "page_count": seen.page_count,
        "reading": READING,
        "rendition_sha256": made.sha256,
        "rendition_size": made.size,
        "rendition_how": made.how,
        "rendition_note": made.note,
        "recognition_state": "waiting" if is_scan else "",
        "recognition_note": "",
        "searchable_sha256": "",
    }
    words = _in_words(read)
    return columns | ({"custody": custody.grown("converted", words)} if words else {})


def _in_words(read: Reading) -> str:
    """What was made of the original, for its custody; "" when nothing was."""
    made = read.rendition
    how = f"{made.note} SHA-256 of the PDF: {made.sha256}. " if made.sha256 else ""
    drawn = sum(bool(page.image_sha256) for page in read.pages)
    if not drawn:
        return how.strip()
    untouched = "" if how else " The original was not touched."
    return f"{how}Converted for reading: {plural(drawn, 'page')} drawn as pictures.{untouched}"
