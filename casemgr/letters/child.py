"""Draws one letter in a child process (`storage.own_child`): what somebody typed may take a page layout very long."""

from pathlib import Path

import pypdfium2

from casemgr.pdf.letter import Letter, make_letter
from casemgr.storage.child import Say


def work(order: tuple[Letter, float], say: Say) -> None:
    """Write letter.pdf and, where a scale is given (pixels a point), pictures of its pages."""
    letter, scale = order
    drawn = make_letter(letter)
    Path("letter.pdf").write_bytes(drawn.pdf)
    if scale:
        pdf = pypdfium2.PdfDocument(drawn.pdf)
        for number in range(len(pdf)):
            picture = pdf[number].render(scale=scale).to_pil().convert("P", palette=1, colors=32)
            picture.save(f"page-{number + 1}.png", optimize=True)
    say(pages=drawn.pages, undrawable=drawn.undrawable)
