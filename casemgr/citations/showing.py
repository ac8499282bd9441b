"""References in what a page shows: a text for reading names the papers that its reader may see."""

from __future__ import annotations

from casemgr.citations import queries
from casemgr.citations.wording import UNNAMED, in_words
from casemgr.pdf.citing import BEGIN, Reference
from casemgr.web.permissions import case_access


def with_papers_named(text: str) -> str:
    """Return a text of the case that is open with the title and page of each paper that it cites."""
    if BEGIN not in text:
        return text
    access = case_access()
    titles = queries.titles(access.case, queries.refs_in([text]), access.visible)

    def name(one: Reference) -> str:
        words = f"“{titles[one.ref]}”" if one.ref in titles else UNNAMED
        return ", ".join(part for part in (words, one.pages_in_words) if part)

    return in_words(text, name)
