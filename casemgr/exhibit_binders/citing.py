"""The references in the list of witnesses to the exhibits of the binder."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from casemgr.cases.models import Case
from casemgr.citations import queries as citations
from casemgr.citations.places import Said, Trouble, look, plain_in
from casemgr.citations.wording import Typed
from casemgr.exhibit_binders import queries
from casemgr.exhibit_binders.material import ExhibitNow
from casemgr.exhibit_binders.models import ExhibitBinder


def looked_at(
    case: Case,
    row: ExhibitBinder,
    texts: Sequence[str],
    visible: Collection[str],
    now: Sequence[ExhibitNow] | None = None,
) -> list[tuple[list[Said], list[Typed]]]:
    """Return the references of each text, and what is typed there as plain words.

    `visible`: the marks of papers whose titles may be shown; `now`: the exhibits, where they are known already."""
    if not any(texts):
        return [([], []) for _ in texts]
    numbering = queries.numbering_of(row, now)
    names = citations.named(case, citations.refs_in(texts), visible)
    return [(look(text, numbering, names), plain_in(text, numbering)) for text in texts]


def troubles(case: Case, row: ExhibitBinder, now: Sequence[ExhibitNow] | None = None) -> list[tuple[Trouble, str]]:
    """Return what is wrong, in words that anybody may read who serves the binder."""
    found = looked_at(case, row, [one.get("about", "") for one in row.witnesses], frozenset({"shared"}), now)
    return [
        (said.trouble, f"Witness {one['name']}: {said.in_one_line}")
        for one, (each, _) in zip(row.witnesses, found, strict=True)
        for said in each
        if not said.is_fine
    ]
