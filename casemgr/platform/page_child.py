"""Draws a letter or the document of a packet in a child process (`storage.own_child`): what somebody typed may take a
page layout very long."""

from pathlib import Path

import pypdfium2

from casemgr.pdf.document import Document, make_document
from casemgr.pdf.letter import Letter, make_letter
from casemgr.storage.child import Say

MOST_PICTURES = 20


def work(order: tuple[Letter | Document, float], say: Say) -> None:
    """Write made.pdf and, where a scale is given (pixels a point), pictures of the pages that are to be seen."""
    thing, scale = order
    drawn = make_letter(thing) if isinstance(thing, Letter) else make_document(thing)
    Path("made.pdf").write_bytes(drawn.pdf)
    seen = [number for number, _ in drawn.shown] or list(range(1, drawn.pages + 1))
    pictures = seen[:MOST_PICTURES] if scale else []
    if pictures:
        pdf = pypdfium2.PdfDocument(drawn.pdf)
        for place, number in enumerate(pictures, 1):
            picture = pdf[number - 1].render(scale=scale).to_pil().convert("P", palette=1, colors=32)
            picture.save(f"page-{place}.png", optimize=True)
    say(
        pages=len(seen),
        pictures=len(pictures),
        undrawable=drawn.undrawable,
        names=[name for _, name in drawn.shown[: len(pictures)]],
    )
