"""What was typed is found among the words of a page, whatever their form."""

from __future__ import annotations

import pytest

from casemgr.reading import marking
from casemgr.search.words import sought
from tests.reading.makers import placed

SAID = "The reading evaluation, and re-evaluations of José’s plan: 60 minutes of reading services weekly"
WORDS = SAID.split()
STEMS = {"evaluations": "evalu", "evaluation": "evalu", "service": "servic", "services": "servic"}


@pytest.mark.parametrize(
    ("q", "hits"),
    [
        ("reading", ["reading", "reading"]),
        ("evaluation", ["evaluation,", "re-evaluations"]),
        ("eval", ["evaluation,", "re-evaluations"]),
        ("eval*", ["evaluation,", "re-evaluations"]),
        ("JOSE", ["José’s"]),
        ("José's", ["José’s"]),
        ('"reading services"', ["reading services"]),
        ('"reading service"', ["reading services"]),
        ('"reading serv"', []),
        ("reading -services", ["reading", "reading"]),
        ("plan or minutes", ["plan:", "minutes"]),
        ("60", ["60"]),
        ("6", []),
        ("-plan", []),
        ('"', []),
        ("!!! ???", []),
    ],
)
def test_hits(q: str, hits: list[str]) -> None:
    found = marking.spans(marking.parts_of(WORDS), sought(q), STEMS)
    assert [" ".join(WORDS[first : last + 1]) for first, last in found] == hits


def test_a_quoted_passage_has_one_box_for_each_line() -> None:
    words = placed("The Team finds\nthat no aide\nis needed.")
    span = marking.span_of_quote([word[0] for word in words], "finds that NO aide is")
    assert span == (2, 6)
    boxes = marking.boxes_of(words, span)
    assert [box[0] for box in boxes] == [0.19, 0.1, 0.1]
    assert boxes[1] == [words[3][1], words[3][2], words[5][3], words[5][4]]
    assert marking.span_of_quote(["other"], "words") is None
    assert marking.span_of_quote(["other"], "") is None


def test_the_pieces_of_a_marked_text_are_the_text() -> None:
    text = "  Two  words\nand two <words> more "
    pieces = marking.pieces(text, [(0, 1), (1, 2), (4, 4)])
    assert "".join(piece for piece, _ in pieces) == text
    assert [piece for piece, is_hit in pieces if is_hit] == ["Two  words", "<words>"]
