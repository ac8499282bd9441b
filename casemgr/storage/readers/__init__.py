"""Open one hostile file and report what is in it. Runs only in a child of `sandbox`, never in the application.

Each operation takes a `report(event, **facts)` function and reports as it goes, because it may be killed at any
moment. Libraries are loaded inside the operation that needs them: start-up is paid for every file.
"""

import os
from collections.abc import Callable


def _pdf(**request: object) -> None:
    from .pdf import read_pdf

    read_pdf(**request)


def _image(**request: object) -> None:
    from .images import read_image

    read_image(**request)


def _text(**request: object) -> None:
    from .text import read_text

    read_text(**request)


def _mail(**request: object) -> None:
    from .mail import read_mail

    read_mail(**request)


def _outlook(**request: object) -> None:
    from .outlook import show_outlook

    show_outlook(**request)


def _package(**request: object) -> None:
    from .package import check_package

    check_package(**request)


def _office(**request: object) -> None:
    from .office import read_office

    read_office(**request)


def _draw_text(**request: object) -> None:
    from .paper import draw_text

    draw_text(**request)


def _draw_pictures(**request: object) -> None:
    from .paper import draw_pictures

    draw_pictures(**request)


def _become(**request: object) -> None:
    from .converter import become

    become(**request)


def _unpack_mail(**request: object) -> None:
    from .unpack import unpack_mail

    unpack_mail(**request)


def _unpack_zip(**request: object) -> None:
    from .unpack import unpack_zip

    unpack_zip(**request)


def _list_mailbox(**request: object) -> None:
    from .mailbox import list_mailbox

    list_mailbox(**request)


def _find_sheet(**request: object) -> None:
    from .sheet import find_sheet

    find_sheet(**request)


def _make_paper(**request: object) -> None:
    from .sheet import make_paper

    make_paper(**request)


def _recognise(**request: object) -> None:
    from .recognise import recognise

    recognise(**request)


def _searchable(**request: object) -> None:
    from .searchable import make_searchable

    make_searchable(**request)


def _page_prints(**request: object) -> None:
    from .page_prints import print_pages

    print_pages(**request)


def _compare_pages(**request: object) -> None:
    for library in ("OPENBLAS", "OMP", "MKL"):
        os.environ[f"{library}_NUM_THREADS"] = "1"  # each thread would ask for memory of its own
    from .compare import compare_pages

    compare_pages(**request)


OPERATIONS: dict[str, Callable[..., None]] = {
    "pdf": _pdf,
    "image": _image,
    "text": _text,
    "mail": _mail,
    "outlook": _outlook,
    "package": _package,
    "office": _office,
    "draw_text": _draw_text,
    "draw_pictures": _draw_pictures,
    "become": _become,
    "find_sheet": _find_sheet,
    "list_mailbox": _list_mailbox,
    "make_paper": _make_paper,
    "recognise": _recognise,
    "searchable": _searchable,
    "page_prints": _page_prints,
    "compare_pages": _compare_pages,
    "unpack_mail": _unpack_mail,
    "unpack_zip": _unpack_zip,
}
