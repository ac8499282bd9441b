"""The references of a binder to its exhibits: in the list of witnesses, and in what its exhibits show."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from casemgr.cases.models import Case
from casemgr.citations import queries as citations
from casemgr.citations.places import Said, Trouble, look, plain_in
from casemgr.citations.wording import Typed
from casemgr.exhibit_binders import queries
from casemgr.exhibit_binders.labels import in_supplement
from casemgr.exhibit_binders.material import ExhibitNow
from casemgr.exhibit_binders.models import ExhibitBinder


@dataclass(frozen=True)
class Wrong:
    """A reference that leads nowhere, in words that anybody may read who serves the binder. `page`: where the text is
    changed; `is_printed`: the text stands in what would be made now."""

    trouble: Trouble
    words: str
    page: str
    is_printed: bool


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


def troubles(case: Case, row: ExhibitBinder, now: Sequence[ExhibitNow] | None = None) -> list[Wrong]:
    """Return what is wrong."""
    now = queries.exhibits_now(row) if now is None else now
    witnesses = [(f"Witness {one['name']}", one.get("about", "")) for one in row.witnesses]
    shown = [one for one in now if not one.withdrawn]
    texts = [*(text for _, text in witnesses), *(one.description for one in shown)]
    found = looked_at(case, row, texts, frozenset({"shared"}), now)
    if all(said.is_fine for each, _ in found for said in each):
        return []
    versions = queries.versions_of(row)
    is_first = not any(one.served_on for one in versions)  # a supplement has no list of witnesses
    new = in_supplement(queries.changes_of(row, versions, now))
    places = [(name, "people", is_first) for name, _ in witnesses]
    places += [(f"{one.label}, what it shows", "exhibits", is_first or one.id in new) for one in shown]
    return [wrong for place, (each, _) in zip(places, found, strict=True) for wrong in _wrong(*place, each)]


def _wrong(name: str, page: str, is_printed: bool, said: Sequence[Said]) -> Iterator[Wrong]:
    for one in said:
        if not one.is_fine:
            yield Wrong(one.trouble, f"{name}: {one.in_one_line}", page, is_printed)
