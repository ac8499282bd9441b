"""How a page that is being written will look: its pages as pictures while somebody types, or why there are none.

Nothing of it is kept. The pictures are in the answer itself, so that there is no address of a page that is not saved.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response, jsonify
from wtforms import Form

from casemgr.platform.page_drawing import NotDrawn, Pages
from casemgr.web.forms import form_problems

MOST_TOLD = 3


@dataclass(frozen=True)
class Looks:
    """What is to be seen: one sentence, and source and name of each picture."""

    words: str
    pictures: tuple[tuple[str, str], ...] = ()


def not_drawn(why: str) -> Looks:
    return Looks(f"Not drawn yet: {why}")


def not_drawn_for(form: Form) -> Looks:
    """Say what on a form has to be put right first."""
    problems = form_problems(form)
    told = [f"{one.label}: {one.message}" if one.label else one.message for one in problems[:MOST_TOLD]]
    more = len(problems) - len(told)
    return not_drawn(" ".join([*told, f"And {more} more."] if more else told))


def looks_of(draw: Callable[[], Pages]) -> Looks:
    """Have the pages drawn. No transaction is open meanwhile: the caller sees to that."""
    try:
        pages = draw()
    except NotDrawn as problem:
        return not_drawn(str(problem))
    words = "One page." if pages.count == 1 else f"{pages.count} pages."
    if len(pages.pictures) < pages.count:
        words += f" Here are the first {len(pages.pictures)}."
    if pages.undrawable:
        words += f" These characters cannot be printed: {' '.join(pages.undrawable)}"
    names = pages.names or tuple(f"Page {number}" for number in range(1, len(pages.pictures) + 1))
    sources = (f"data:image/png;base64,{b64encode(one).decode()}" for one in pages.pictures)
    return Looks(words, tuple(zip(sources, (f"{name} as it will be printed" for name in names), strict=True)))


def as_json(looks: Looks, **more: Any) -> tuple[Response, int]:
    """Return the answer for `js/page-preview.js`; 422 where nothing was drawn."""
    told = {"words": looks.words, "pages": [{"source": source, "name": name} for source, name in looks.pictures]}
    return jsonify(told | more), 200 if looks.pictures else 422
