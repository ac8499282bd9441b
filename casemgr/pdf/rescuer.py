"""The child process that has pdfium save a PDF anew. Run as a file (`python -I rescuer.py HOW IN OUT`), not imported.

For a file that opens in one reader and not in the other. HOW is "whole", without its lock: what is locked is then only
an attachment; or "pages": only the pages, in a new file, for a tree of pages that leads back into itself.
"""

import os
import sys


def main() -> int:
    """Save the PDF; status 1 when this reader cannot open it either."""
    import pypdfium2 as pdfium

    how, given, out = sys.argv[1:]
    try:
        with pdfium.PdfDocument(given) as document:
            if not len(document) or not all(page.get_size()[0] > 0 for page in document):
                return 1
            if how == "pages":
                with pdfium.PdfDocument.new() as fresh:
                    fresh.import_pages(document)
                    fresh.save(out)
            else:
                document.save(out, flags=pdfium.raw.FPDF_REMOVE_SECURITY)
    except (pdfium.PdfiumError, OSError):
        return 1
    return 0


if __name__ == "__main__":
    code = main()
    os._exit(code)  # no tidying up: libraries that met a broken file can crash in their destructors
