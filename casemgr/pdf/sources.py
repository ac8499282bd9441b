"""Open each exhibit before anything is written: hash it, count its pages, refuse what cannot be read."""

import hashlib
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pikepdf

from casemgr.pdf import textpages
from casemgr.pdf.cleaning import Cleaned, ContentLost, ContentTooLarge, clean_pdf
from casemgr.pdf.errors import ExhibitUnreadable
from casemgr.pdf.model import Exhibit, ExhibitKind
from casemgr.pdf.places import BELOW, PLACES, Shape, shape_of

_AGAIN = "Open it in a PDF program and print it to a new PDF, or ask the sender for a good copy."
_LOCKED = (
    "it is locked in a way that only certain people or programs can open (with a certificate, say).",
    "Open it where it opens, print it to a new PDF, and use that one; or ask the sender for an unlocked copy.",
)
RESCUER, RESCUE_SECONDS = Path(__file__).with_name("rescuer.py"), 10.0
MAX_TEXT = 20_000_000  # characters
_PIECE = 1 << 16  # larger ones are new memory each time
ACCESS = (pikepdf.AccessMode.stream, pikepdf.AccessMode.mmap)


@dataclass
class Source:
    """An exhibit made ready: its hash, size and pages, as an open PDF or as pages of text."""

    exhibit: Exhibit
    sha256: str
    size: int
    pages: int
    pdf: pikepdf.Pdf | None = None
    given: list[Any] = field(default_factory=list)
    """The PDF and its pages, until they are copied."""
    text: list[textpages.Page] = field(default_factory=list)
    cleaned: Cleaned = field(default_factory=Cleaned)
    source_pages: int = 0
    """Pages of the whole file, before some were chosen."""
    shapes: list[Shape] = field(default_factory=list)
    seen_in: Path | None = None
    """The PDF in which can be seen where its pages have room for a stamp; None: we laid them out and know."""
    stamp_width: float = 0.0
    """Points on a Letter page that the words of its stamps take."""
    stamps: list[str] = field(default_factory=list)
    """Where on each page the stamp stands (see `places`)."""
    copies: list[Any] = field(default_factory=list)
    """Its pages as they are in the packet; none for a native file and a text."""


def open_source(exhibit: Exhibit, limit: int, work: Path, *, is_mapped: bool = False) -> Source:
    """Return the exhibit ready to be placed. A picture becomes a PDF in the folder `work` first.

    Args:
        is_mapped: map its file into memory, which counts as ours: reading it is faster by half.
    Raises: ExhibitUnreadable in plain words.
    """
    source = _whole(exhibit, limit, work, ACCESS[is_mapped])
    source.source_pages = source.pages
    if exhibit.only_pages is not None and source.pdf is not None:
        _choose(source, source.pdf, *exhibit.only_pages)
    if source.pdf is not None:
        source.given = [page.obj for page in source.pdf.pages]
        source.shapes = [shape_of(page) for page in source.given]
    else:
        source.shapes = [Shape((0.0, 0.0, 612.0, 792.0))] * source.pages
    source.stamps = [PLACES[0]] * source.pages
    if source.seen_in is not None and source.pdf is not None and source.cleaned.redrawn:
        _copy_to_see(source, source.pdf, work / f"{exhibit.label}-seen.pdf")
    return source


def _copy_to_see(source: Source, pdf: pikepdf.Pdf, copy: Path) -> None:
    """Save the pages as they will be, for another reader to look at. Without that, no room on them is known."""
    try:
        pdf.save(
            copy,
            compress_streams=False,
            stream_decode_level=pikepdf.StreamDecodeLevel.none,
            fix_metadata_version=False,
        )
        source.seen_in = copy
    except (pikepdf.PdfError, RuntimeError, ValueError):
        source.seen_in, source.stamps = None, [BELOW] * source.pages


def _choose(source: Source, pdf: pikepdf.Pdf, first: int, last: int) -> None:
    """Leave out all pages but these. What must be sealed moves along."""
    if not 1 <= first <= last <= source.pages:
        raise ExhibitUnreadable(
            source.exhibit.label,
            f"pages {first} to {last} were asked for, and it has {source.pages:,}.",
            "Choose pages that it has.",
        )
    del pdf.pages[last:]
    del pdf.pages[: first - 1]
    sealed = source.cleaned.sealed
    source.cleaned.sealed = {page - first + 1: form for page, form in sealed.items() if first - 1 <= page < last}
    source.cleaned.scans = {page - first + 1 for page in source.cleaned.scans if first - 1 <= page < last}
    marks, covered = source.cleaned.marks, source.cleaned.covered
    source.cleaned.marks = {page - first + 1: found for page, found in marks.items() if first - 1 <= page < last}
    source.cleaned.covered = {page - first + 1: boxes for page, boxes in covered.items() if first - 1 <= page < last}
    source.cleaned.notes.append(f"Pages {first:,} to {last:,} of {source.pages:,}.")
    source.pages = last - first + 1


def _whole(exhibit: Exhibit, limit: int, work: Path, access: pikepdf.AccessMode) -> Source:
    sha256, size = _hash(exhibit)
    _refuse_changed(exhibit, exhibit.sha256, sha256)
    if exhibit.rendition is not None:
        _refuse_changed(exhibit, exhibit.rendition_sha256, _hash_of(exhibit, exhibit.rendition)[0])
        pdf, cleaned = _open_pdf(exhibit, exhibit.rendition, limit, work, access)
        cleaned.notes.insert(0, exhibit.rendition_note or "Shown as a PDF that was made of the file.")
        return Source(exhibit, sha256, size, len(pdf.pages), pdf, cleaned=cleaned, seen_in=exhibit.rendition)
    if exhibit.kind is ExhibitKind.NATIVE:
        return Source(exhibit, sha256, size, pages=1)
    if exhibit.kind is ExhibitKind.TEXT:
        return _text(exhibit, sha256, size, limit)
    if size == 0:
        raise ExhibitUnreadable(exhibit.label, "the file is empty.", "Add it again from where it came from.")
    if exhibit.kind is ExhibitKind.IMAGE:
        return _image(exhibit, sha256, size, limit, work)
    assert exhibit.path is not None  # Exhibit refuses a PDF without a file
    pdf, cleaned = _open_pdf(exhibit, exhibit.path, limit, work, access)
    return Source(exhibit, sha256, size, len(pdf.pages), pdf, cleaned=cleaned, seen_in=exhibit.path)


def _refuse_changed(exhibit: Exhibit, recorded: str, found: str) -> None:
    if recorded and recorded.lower() != found:
        raise ExhibitUnreadable(
            exhibit.label,
            "the stored file is not the one that was recorded: its SHA-256 has changed.",
            "Check where it came from and add it again.",
        )


def _hash(exhibit: Exhibit) -> tuple[str, int]:
    """Return SHA-256 and size of the file, or of the text when there is no file."""
    if exhibit.path is None:
        data = exhibit.text.encode("utf-8", "surrogatepass")
        return hashlib.sha256(data).hexdigest(), len(data)
    return _hash_of(exhibit, exhibit.path)


def _hash_of(exhibit: Exhibit, path: Path) -> tuple[str, int]:
    try:
        digest = hashlib.sha256()
        with path.open("rb", buffering=0) as file:
            while part := file.read(_PIECE):
                digest.update(part)
            return digest.hexdigest(), file.tell()
    except OSError as error:
        raise ExhibitUnreadable(
            exhibit.label, "the file cannot be opened.", "Add it again from where it came from."
        ) from error


def _text(exhibit: Exhibit, sha256: str, size: int, limit: int) -> Source:
    pages = textpages.pages_of(exhibit.text[:MAX_TEXT], limit)
    if len(pages) > limit or len(exhibit.text) > MAX_TEXT:
        raise _too_long(exhibit, limit)
    return Source(exhibit, sha256, size, len(pages), text=pages)


def _too_long(exhibit: Exhibit, limit: int) -> ExhibitUnreadable:
    return ExhibitUnreadable(
        exhibit.label,
        f"it has more than {limit:,} pages.",
        "Offer only the pages that matter, or split it into several exhibits.",
    )


def _image(exhibit: Exhibit, sha256: str, size: int, limit: int, work: Path) -> Source:
    from casemgr.pdf.images import PictureUnreadable, image_to_pdf  # loads the picture libraries

    assert exhibit.path is not None  # Exhibit refuses a picture without a file
    made = work / f"{exhibit.label}.pdf"
    try:
        notes = image_to_pdf(exhibit.path, made, limit)
    except PictureUnreadable as error:
        raise ExhibitUnreadable(exhibit.label, *error.args) from error
    pdf = pikepdf.open(made, access_mode=pikepdf.AccessMode.stream)
    return Source(exhibit, sha256, size, len(pdf.pages), pdf, cleaned=Cleaned(notes))


def _says(pdf: pikepdf.Pdf, *words: str) -> bool:
    """Tell whether the reader's warnings since the last question hold one of the words."""
    return any(word in str(warning) for warning in pdf.get_warnings() for word in words)


class _AskAnother(ExhibitUnreadable):
    """Another reader may know more: it is locked for one alone, a page that seems to be lost is blank, or its tree of
    pages cannot be followed by one: it leads back into itself, say, or is too deep (`how`: see `rescuer`)."""

    how = "whole"


class _AskForPages(_AskAnother):
    how = "pages"


def _open_pdf(
    exhibit: Exhibit, path: Path, limit: int, work: Path, access: pikepdf.AccessMode
) -> tuple[pikepdf.Pdf, Cleaned]:
    """Open and clean a PDF, with a second reader's help where the first one gives up."""
    try:
        return _read_pdf(exhibit, path, limit, access)
    except _AskAnother as problem:
        copy = work / f"{exhibit.label}-second.pdf"
        if not _saved_by_another_reader(problem.how, path, copy):
            raise ExhibitUnreadable(exhibit.label, problem.reason, problem.remedy) from problem
        is_partial = problem.how == "pages"
    pdf, cleaned = _read_pdf(exhibit, copy, limit, access, is_partial=is_partial)
    cleaned.redrawn = True
    cleaned.notes.append("Not every program opens this PDF: compare it with the original.")
    return pdf, cleaned


def _saved_by_another_reader(how: str, path: Path, copy: Path) -> bool:
    """Have pdfium save the PDF anew, in a process that can be lost. False where it cannot open it either."""
    command = [sys.executable, "-I", str(RESCUER), how, str(path), str(copy)]
    nothing = subprocess.DEVNULL
    try:
        done = subprocess.run(
            command, stdin=nothing, stdout=nothing, stderr=nothing, timeout=RESCUE_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0 and copy.is_file()


def _read_pdf(
    exhibit: Exhibit, path: Path, limit: int, access: pikepdf.AccessMode, *, is_partial: bool = False
) -> tuple[pikepdf.Pdf, Cleaned]:
    """Open and clean a PDF; every way in which that can fail has its own words. `is_partial`: another reader took the
    pages out; one without content then counts as lost."""
    label = exhibit.label
    try:
        pdf = pikepdf.open(path, access_mode=access)
        count = len(pdf.pages)
    except pikepdf.PasswordError as error:
        raise _AskAnother(
            label, "the PDF needs a password.", "Save a copy without a password and use that one."
        ) from error
    except (pikepdf.PdfError, RuntimeError, ValueError, MemoryError, RecursionError) as error:
        reason = "the file is damaged or is not a PDF."
        if "encryption dictionary" in str(error):
            raise _AskAnother(label, *_LOCKED) from error
        if "while recovering damaged file" in str(error) or not isinstance(error, pikepdf.PdfError):
            raise ExhibitUnreadable(label, reason, _AGAIN) from error
        raise _AskForPages(label, reason, _AGAIN) from error
    if count == 0:
        raise _AskForPages(label, "the PDF has no pages.", _AGAIN)
    if count > limit:
        raise _too_long(exhibit, limit)
    try:
        repaired = _says(pdf, "reconstruct", "recover")
        cleaned = clean_pdf(pdf, repaired=repaired or is_partial)
        if _says(pdf, "unable to recover stream data"):
            raise ExhibitUnreadable(label, "the PDF is damaged: a part of it is missing.", _AGAIN)
    except ContentLost as lost:
        reason = f"the PDF is damaged: what is on page {lost.args[0]} cannot be read."
        raise (_AskAnother if lost.is_empty else ExhibitUnreadable)(label, reason, _AGAIN) from lost
    except ContentTooLarge as large:
        reason = f"page {large.args[0]} of the PDF unpacks to an impossible size."
        raise ExhibitUnreadable(label, reason, _AGAIN) from large
    except (pikepdf.PdfError, RuntimeError, ValueError, TypeError, MemoryError, RecursionError) as error:
        raise ExhibitUnreadable(label, "the PDF is damaged.", _AGAIN) from error
    if repaired:
        cleaned.redrawn = True
        cleaned.notes.append("The PDF was damaged and was repaired while reading: compare it with the original.")
    if pdf.is_encrypted:
        cleaned.notes.append("The PDF had usage restrictions (no password needed); the copy here has none.")
    return pdf, cleaned
