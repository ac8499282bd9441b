"""Read a PDF with a second reader and report what the first could not know.

Two readers that disagree are the sign of a file that shows different people different things; a page that is
drawn empty although something stands in the file is the sign of damage.
"""

from collections.abc import Callable, Iterable

import pikepdf

MAX_STREAM = 64 * 1024 * 1024


def check_pdf(*, report: Callable, path: str, blank: Iterable[int]) -> None:
    """Report `checked`: page count, encryption, active or hidden parts, and which `blank` pages lost content."""
    try:
        with pikepdf.open(path, suppress_warnings=True) as document:
            report("count", count=len(document.pages), encrypted=document.is_encrypted)
            report("parts", **_parts(document))
            lost = [number for number in blank if _lost_content(document, number)]
            report("checked", lost=lost)
    except pikepdf.PasswordError:
        report("locked_for_second_reader")
    except (pikepdf.PdfError, ValueError, RecursionError, TypeError) as error:
        report("second_reader_failed", detail=str(error)[:200])


def _parts(document: pikepdf.Pdf) -> dict:
    """What is in the file beside its pages."""
    root = document.Root
    names = root.get("/Names", {})
    form = root.get("/AcroForm", {})
    return {
        "attachments": "/EmbeddedFiles" in names or "/Collection" in root,
        "portfolio": "/Collection" in root,
        "signed": "/SigFlags" in form and bool(int(form.get("/SigFlags", 0)) & 1),
        "dynamic_form": "/XFA" in form,
    }


def _lost_content(document: pikepdf.Pdf, number: int) -> bool:
    """True when a page that was drawn empty should not be empty."""
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
