"""Read a PDF with a second reader and report what the first could not know.

Two readers that disagree are the sign of a file that shows different people different things; a page that is
drawn empty although something stands in the file is the sign of damage.
"""

from collections.abc import Callable, Iterable
from typing import BinaryIO

import pikepdf

MAX_STREAM = 64 * 1024 * 1024
MAX_PAGES_RESOLVED = 300
MAX_FIELDS = 2000
# Warnings of the reader about sloppy but complete files; every other warning is a sign of damage.
_HARMLESS = ("carriage return only", "is missing or invalid", "MediaBox is undefined", "extraneous whitespace")


def check_pdf(*, report: Callable, path: str | BinaryIO, blank: Iterable[int]) -> None:
    """Report `count`, `parts` (what is beside the pages), and `checked`: faults, and which `blank` pages are lost."""
    try:
        with pikepdf.open(path, suppress_warnings=True) as document:
            report("count", count=len(document.pages), encrypted=document.is_encrypted)
            report("parts", **_parts(document))
            lost = [number for number in blank if _lost_content(document, number)]
            for page in list(document.pages)[:MAX_PAGES_RESOLVED]:
                page.obj.get("/Contents")  # faults of an object show only when it is looked at
            report("unseen", **_unseen(document))
            warnings = (str(warning) for warning in document.get_warnings())
            faults = sum(not any(harmless in warning for harmless in _HARMLESS) for warning in warnings)
            report("checked", lost=lost, faults=faults)
    except pikepdf.PasswordError:
        report("locked_for_second_reader")
    except (pikepdf.PdfError, ValueError, RecursionError, TypeError) as error:
        report("second_reader_failed", detail=str(error)[:200])


def find_notes(*, report: Callable, path: str) -> None:
    """Report `notes`: whether anything but links is laid on a page, such as a field or a note. A page that makes no
    sense may hold some."""
    try:
        with pikepdf.open(path, suppress_warnings=True) as document:
            report("notes", found=any(map(_has_notes, document.pages)))
    except (pikepdf.PdfError, ValueError, RecursionError, TypeError, AttributeError):
        report("notes", found=True)


def _has_notes(page: pikepdf.Page) -> bool:
    return any(note.get("/Subtype") not in ("/Link", "/Popup") for note in page.obj.get("/Annots", []))


def _parts(document: pikepdf.Pdf) -> dict:
    """What is in the file beside its pages."""
    root = document.Root
    names = root.get("/Names", {})
    return {
        "attachments": "/EmbeddedFiles" in names or "/Collection" in root,
        "portfolio": "/Collection" in root,
        "signed": _is_signed(root.get("/AcroForm", {})),
    }


def _unseen(document: pikepdf.Pdf) -> dict:
    """What is in the file and is not drawn. What makes no sense holds nothing."""
    try:
        pages = list(document.pages)[:MAX_PAGES_RESOLVED]
        return {"notes": any(map(_speaks, pages)), "layers": _hides_layers(document.Root)}
    except (pikepdf.PdfError, ValueError, RecursionError, TypeError, AttributeError):
        return {}


def _speaks(page: pikepdf.Page) -> bool:
    """True when a note of a page says something that is seen only when it is pressed, or is hidden."""
    notes = page.obj.get("/Annots", [])
    return isinstance(notes, pikepdf.Array) and any(
        isinstance(note, pikepdf.Dictionary)
        and str(note.get("/Subtype", "")) not in ("/Link", "/FreeText", "/Widget", "/Popup")
        and bool(str(note.get("/Contents", "")).strip())
        for note in notes
    )


def _hides_layers(root: pikepdf.Dictionary) -> bool:
    """True when a layer is switched off: nobody sees it, and everybody can switch it on."""
    layers = root.get("/OCProperties")
    config = layers.get("/D") if isinstance(layers, pikepdf.Dictionary) else None
    if not isinstance(config, pikepdf.Dictionary):
        return False
    off = config.get("/OFF")
    return config.get("/BaseState") == "/OFF" or (isinstance(off, pikepdf.Array) and len(off) > 0)


def _is_signed(form: pikepdf.Dictionary) -> bool:
    """True when a signature field holds a signature; an empty line to sign on does not count."""
    waiting = list(form.get("/Fields", []))
    for _ in range(MAX_FIELDS):
        if not waiting:
            return False
        field = waiting.pop()
        if str(field.get("/FT", "")) == "/Sig" and "/V" in field:
            return True
        waiting.extend(field.get("/Kids", []))
    return False


def _lost_content(document: pikepdf.Pdf, number: int) -> bool:
    """True when a page that was drawn empty should not be empty: its streams are gone, cut or do not decode."""
    try:
        page = document.pages[number - 1].obj
        if "/Contents" not in page:
            return bool(set(page.get("/Resources", {}).get("/XObject", {}).keys()))
        contents = page.Contents
        streams = list(contents) if isinstance(contents, pikepdf.Array) else [contents]
        for stream in streams:
            if not isinstance(stream, pikepdf.Stream):
                return True
            if int(stream.get("/Length", 0)) > MAX_STREAM:
                return True
            raw = stream.read_raw_bytes()
            if (len(raw) == 0) != (len(stream.read_bytes()) == 0) or int(stream.get("/Length", 0)) > len(raw):
                return True
        return False
    except (pikepdf.PdfError, ValueError, TypeError, AttributeError, IndexError):
        return True
