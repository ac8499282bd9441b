"""Which page of one paper is which page of another."""

from __future__ import annotations

import random

import pytest

from casemgr.copies.matching import Matched, PageSeen, match_pages
from casemgr.copies.prints import bits_apart, share_in_common, text_print


def papers(*orders: str) -> list[list[PageSeen]]:
    """Papers whose pages are the letters; a letter looks the same wherever it stands, but for a few bits."""

    def seen(letter: str, number: int) -> PageSeen:
        picture = random.Random(letter).getrandbits(256) ^ (1 << number) ^ (1 << 2 * number + 40)
        return PageSeen(number, picture, None)

    return [[seen(letter, number) for number, letter in enumerate(order, 1)] for order in orders]


@pytest.mark.parametrize(
    "first, second, rows",
    [
        ("abc", "abc", [(1, 1), (2, 2), (3, 3)]),
        ("abcd", "abd", [(1, 1), (2, 2), (3, None), (4, 3)]),
        ("ab", "axb", [(1, 1), (None, 2), (2, 3)]),
        ("abc", "axc", [(1, 1), (2, 2), (3, 3)]),
        ("abc", "", [(1, None), (2, None), (3, None)]),
    ],
    ids=["the same", "a page is gone", "a page came in", "another page in one place", "nothing there"],
)
def test_pages_are_matched_in_order_and_those_that_came_or_went_are_named(
    first: str, second: str, rows: list[tuple[int | None, int | None]]
) -> None:
    one, other = papers(first, second)
    assert [(row.first, row.second) for row in match_pages(one, other)] == rows


def test_a_page_that_moved_is_found_where_it_went() -> None:
    rows = match_pages(*papers("abcde", "bcdea"))
    assert Matched(1, 5, moved=True) in rows and len(rows) == 5
    assert [row.second for row in rows if not row.moved] == [1, 2, 3, 4]


def test_the_print_of_a_text_hardly_changes_with_a_date_and_altogether_with_other_words() -> None:
    words = [f"word{random.Random(1).randint(0, 900) + at}" for at in range(200)]
    text = " ".join(words)
    changed = text.replace(words[50], "April", 1)
    print_of = text_print(text)
    assert print_of is not None and -(2**63) <= print_of < 2**63
    assert bits_apart(print_of, text_print(changed.upper()) or 0) <= 6
    assert bits_apart(print_of, text_print(" ".join(f"other{at}" for at in range(200))) or 0) > 15
    assert text_print("Too few words to know it by") is None
    assert 0.95 < share_in_common([text], [changed]) < 1 == share_in_common([text], [text])
