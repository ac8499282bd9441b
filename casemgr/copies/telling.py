"""What a comparison found, in sentences. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from casemgr.copies.result import DIFFERS, ONLY_FIRST, ONLY_SECOND, SAME, UNLIKE, PageResult, Result
from casemgr.copies.wording import Difference
from casemgr.storage.likeness import Box
from casemgr.web.filters import plural


def summary(result: Result) -> str:
    """One sentence: is there anything to look at?"""
    marks = f"{plural(result.marks, 'small mark')} that may be dust" if result.marks else ""
    if result.is_same:
        where = "the one page" if len(result.pages) == 1 else f"{len(result.pages)} pages"
        return f"No difference was found on {where}{f', apart from {marks}' if marks else ''}."
    told = []
    if result.places:
        differing = [page for page in result.pages if page.state == DIFFERS]
        verb = "differs" if result.places == 1 else "differ"
        told.append(f"{plural(result.places, 'place')} {verb}, on {plural(len(differing), 'page')}")
    for state, words in (
        (UNLIKE, "with other content"),
        (ONLY_FIRST, "only in the older paper"),
        (ONLY_SECOND, "only in the newer paper"),
    ):
        if count := sum(page.state == state for page in result.pages):
            told.append(f"{plural(count, 'page')} {words}")
    if count := sum(page.state not in (SAME, DIFFERS, UNLIKE, ONLY_FIRST, ONLY_SECOND) for page in result.pages):
        told.append(f"{plural(count, 'page')} could not be compared")
    if count := sum(page.moved for page in result.pages):
        told.append(f"{plural(count, 'page')} in another order")
    if marks:
        told.append(marks)
    if result.pages_left_out:
        told.append("the pages past the 300th were not compared")
    return "; ".join(told) + "."


def heading(page: PageResult) -> str:
    """Which pages a row is about: “Page 2”, or “Page 2 of the older and page 3 of the newer paper”."""
    if page.second is None:
        return f"Page {page.first} of the older paper"
    if page.first is None:
        return f"Page {page.second} of the newer paper"
    if page.first == page.second:
        return f"Page {page.first}"
    return f"Page {page.first} of the older and page {page.second} of the newer paper"


def state(page: PageResult) -> str:
    """What is so of this page as a whole; "" where its list of differences says it."""
    words = {
        ONLY_FIRST: "This page is missing in the newer paper.",
        ONLY_SECOND: "This page is not in the older paper.",
        UNLIKE: "These two pages show different things.",
    }.get(page.state, page.note)
    moved = "It stands at another place in the newer paper." if page.moved else ""
    return " ".join(part for part in (words, moved) if part)


def difference(one: Difference) -> str:
    """One difference in a sentence."""
    if one.is_mark:
        return f"A small mark, perhaps dust, near “{one.was}”." if one.was else "A small mark, perhaps dust."
    if one.was and one.became:
        if one.was == one.became:
            return f"It looks different, though the same is read on both: “{one.was}”."
        words = f"“{one.was}” became “{one.became}”."
    elif one.was:
        words = f"Only in the older paper: “{one.was}”."
    elif one.became:
        words = f"Only in the newer paper: “{one.became}”."
    else:
        words = "Something looks different here; no words are known of this place."
    if one.looks_same:
        words += " The words kept in the two files differ, but the pages look alike."
    return words


def place(one: Difference) -> str:
    """Where on the page: “upper left”."""
    box = one.first or one.second
    return _third(box) if box else ""


def _third(box: Box) -> str:
    across, down = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    row = "upper" if down < 1 / 3 else "lower" if down > 2 / 3 else "middle"
    column = "left" if across < 1 / 3 else "right" if across > 2 / 3 else ""
    return f"{row} {column}" if column else {"middle": "middle"}.get(row, f"{row} middle")


def same_pages(result: Result) -> str:
    """The pages without a difference, as “1 to 3, 5”."""
    numbers = [page.first for page in result.pages if not page.is_shown and page.first is not None]
    return _runs(numbers)


def _runs(numbers: Sequence[int]) -> str:
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ", ".join(f"{first}" if first == last else f"{first} to {last}" for first, last in runs)


def suggestion(kind: str, result: Result | None) -> str:
    """Why two papers are suggested, as far as it is known."""
    if kind == "text" and (result is None or result.is_same):
        return "The same text in another file."
    if result is None:
        return "Nearly the same text." if kind == "near_text" else "They look like the same paper."
    if result.is_same:
        return "They look like one paper, scanned or saved again: no difference was found."
    return f"They look like one paper, with differences: {summary(result)}"
