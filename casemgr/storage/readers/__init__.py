"""Open one hostile file and report what is in it. Runs only in a child of `sandbox`, never in the application.

Each operation takes a `report(event, **facts)` function and reports as it goes, because it may be killed at any
moment. Libraries are loaded with the operation that needs them: a child that is not forked pays for every file.
"""

import os
from collections.abc import Callable
from importlib import import_module

OPERATIONS = {
    "pdf": ("pdf", "read_pdf"),
    "phrases": ("phrases", "find_phrases"),
    "notes": ("pdf_check", "find_notes"),
    "image": ("images", "read_image"),
    "text": ("text", "read_text"),
    "mail": ("mail", "read_mail"),
    "outlook": ("outlook", "show_outlook"),
    "package": ("package", "check_package"),
    "office": ("office", "read_office"),
    "draw_text": ("paper", "draw_text"),
    "draw_pictures": ("paper", "draw_pictures"),
    "as_pictures": ("as_pictures", "as_pictures"),
    "become": ("converter", "become"),
    "find_sheet": ("sheet", "find_sheet"),
    "list_letters": ("mailbox", "list_letters"),
    "list_mailbox": ("mailbox", "list_mailbox"),
    "make_paper": ("sheet", "make_paper"),
    "recognise": ("recognise", "recognise"),
    "prove_redaction": ("redact_check", "prove"),
    "redact": ("redact", "redact"),
    "searchable": ("searchable", "make_searchable"),
    "page_prints": ("page_prints", "print_pages"),
    "cut": ("cutter", "cut_pdf"),
    "compare_pages": ("compare", "compare_pages"),
    "unpack_mail": ("unpack", "unpack_mail"),
    "unpack_zip": ("unpack", "unpack_zip"),
}
_IN_THE_CHILD_ALONE = {"sheet", "compare"}  # OpenCV and numpy start threads, and take memory that counts for others


def load(operation: str) -> Callable[..., None]:
    """The function of an operation, with its libraries. Raises KeyError for one that is not known."""
    module, function = OPERATIONS[operation]
    for library in ("OPENBLAS", "OMP", "MKL") if module in _IN_THE_CHILD_ALONE else ():
        os.environ[f"{library}_NUM_THREADS"] = "1"  # each thread would ask for memory of its own
    return getattr(import_module(f".{module}", __package__), function)


def warm(operation: str) -> None:
    """Load the libraries of an operation before a fork, where the copies can share them; what they do only once may be
    done here too, by a `rehearse` of its module that remembers that it was."""
    if operation in OPERATIONS and (module := OPERATIONS[operation][0]) not in _IN_THE_CHILD_ALONE:
        getattr(import_module(f".{module}", __package__), "rehearse", lambda: None)()
