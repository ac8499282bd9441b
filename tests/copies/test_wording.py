"""What differs, in words."""

from __future__ import annotations

import json

import pytest

from casemgr.copies.result import PageResult, Result, from_json
from casemgr.copies.telling import difference, heading, same_pages, summary
from casemgr.copies.wording import Side, Word, differences
from casemgr.storage.likeness import Box, Laid

SAID = "The team met on April {}, 2026 and agreed to 30 minutes"
WAS, BECAME = SAID.format(17).split(), SAID.format(27).split()


def box(at: int) -> Box:
    return (at * 0.08, 0.5, at * 0.08 + 0.07, 0.52)


def side(words: list[str], *, exact: bool = False) -> Side:
    return Side([Word(word, box(at)) for at, word in enumerate(words)], exact)


def test_a_place_that_differs_says_the_whole_date_on_both_sides() -> None:
    found = differences(side(WAS), side(BECAME), Laid([(box(5), box(5))], 0.99)).differences
    assert [difference(one) for one in found] == ["“April 17, 2026” became “April 27, 2026”."]


def test_what_a_machine_misread_is_no_difference_and_what_the_files_say_is() -> None:
    looks_same = Laid([], 1.0)
    assert differences(side(WAS), side(BECAME), looks_same).differences == []
    (one,) = differences(side(WAS, exact=True), side(BECAME, exact=True), looks_same).differences
    assert one.looks_same and one.first and "the pages look alike" in difference(one)
    (two,) = differences(side(WAS, exact=True), side(BECAME, exact=True), Laid([(box(5), box(5))], 0.9)).differences
    assert not two.looks_same and (two.was, two.became) == ("April 17, 2026", "April 27, 2026")


def test_words_that_came_or_went_are_named_without_pictures() -> None:
    plain = [Side([Word(word) for word in words], True) for words in (WAS, [*WAS, "each", "day"])]
    (one,) = differences(*plain, None).differences
    assert difference(one) == "Only in the newer paper: “30 minutes each day”."


@pytest.mark.parametrize("at, is_mark", [(1, True), (5, False)], ids=["on a word", "on a number"])
def test_a_small_mark_is_dust_unless_it_stands_on_a_number(at: int, is_mark: bool) -> None:
    laid = Laid([], 1.0, marks=[(box(at), box(at))])
    (one,) = differences(side(WAS), side(WAS), laid).differences
    assert one.is_mark is is_mark
    assert ("perhaps dust" in difference(one)) is is_mark


def test_a_result_is_kept_and_can_be_seen_from_the_other_paper() -> None:
    (one,) = differences(side(WAS), side(BECAME), Laid([(box(5), box(5))], 0.99)).differences
    pages = [
        PageResult(1, 1, "same"),
        PageResult(2, 3, "differs", differences=[one]),
        PageResult(3, None, "only_first"),
        PageResult(4, 2, "same", moved=True),
    ]
    kept = json.dumps(Result(pages).as_json())
    result = from_json(json.loads(kept))
    assert json.dumps(result.as_json()) == kept
    assert summary(result) == ("1 place differs, on 1 page; 1 page only in the older paper; 1 page in another order.")
    assert same_pages(result) == "1" and heading(result.pages[1]) == "Page 2 of the older and page 3 of the newer paper"
    turned = result.turned()
    assert (turned.pages[2].state, turned.pages[1].differences[0].was) == ("only_second", "April 27, 2026")
    assert json.dumps(turned.turned().as_json()) == kept
