"""Look through the pages of PDFs for words of a pattern, with pdfium. Many files to one child: most say nothing."""

import functools
import itertools
import re
from collections.abc import Callable

import pypdfium2 as pdfium

from .pdf import PAGE_CPU_SECONDS, allow_cpu, page_of, show_forms, text_of, with_fields

AROUND = 400  # letters before and behind that go along
MOST = 20  # times in one file


def find_phrases(*, report: Callable, paths: list[str], pattern: str) -> None:
    """Report `file` (index) for each file before it is opened, `found` (index, page, text) each time that it has the
    words, with what stands around them, and `read` (index) behind its last page."""
    sought = re.compile(pattern, re.IGNORECASE)
    for index, path in enumerate(paths):
        report("file", index=index)
        try:
            with pdfium.PdfDocument(path) as document:
                show_forms(document)
                _look_through(document, sought, functools.partial(report, "found", index=index))
        except (pdfium.PdfiumError, ValueError):
            continue
        report("read", index=index)


def _look_through(document: pdfium.PdfDocument, sought: re.Pattern, found: Callable) -> None:
    times = 0
    for number in range(1, len(document) + 1):
        allow_cpu(PAGE_CPU_SECONDS)
        page = with_fields(document, page_of(document, number), number)
        text = text_of(page, 0)["text"]
        page.close()
        for hit in itertools.islice(sought.finditer(text), MOST - times):
            found(page=number, text=text[max(0, hit.start() - AROUND) : hit.end() + AROUND])
            times += 1
        if times == MOST:
            return
