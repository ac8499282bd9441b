"""Paragraphs of plain words are set as reportlab would set them, though it does not read them as markup."""

import pytest
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Paragraph

from casemgr.pdf import style

LOOKS = [look for look in vars(style).values() if isinstance(look, ParagraphStyle)]


@pytest.mark.parametrize(
    "markup",
    [
        "Plain words",
        "  several \n\n lines ",
        "Ngữ văn\xa07",
        style.link("P-1", "exhibit-P-1"),
        style.link(" a ", "index"),
    ],
)
def test_words_that_are_not_read_as_markup_look_as_if_they_were(markup: str) -> None:
    assert len(LOOKS) > 30
    for look in LOOKS:
        ours, theirs = style.paragraph(markup, look), Paragraph(markup, look)
        assert [vars(piece) for piece in ours.frags] == [vars(piece) for piece in theirs.frags]
        assert (ours.text, ours.wrap(60, 500)) == (theirs.text, theirs.wrap(60, 500))


def test_lines_are_broken_anew_for_another_width_and_after_drawing() -> None:
    made = style.paragraph("a few words that need several lines", style.BODY)
    narrow, wide = made.wrap(60, 500), made.wrap(400, 500)
    assert narrow[1] > wide[1] and made.wrap(400, 500) == wide
    broken = made.blPara
    assert made.wrap(400, 90) == wide and made.blPara is broken
    made.broken_at = -1.0  # as drawing leaves it
    assert made.wrap(400, 500) == wide and made.blPara is not broken
