"""What each filing must contain, who gets it, and how. The items and addresses are data in the packs."""

from casemgr.law.rulebook import Item, Route, rulebook_for
from casemgr.law.terms import FilingKind


def checklist(kind: FilingKind, state: str) -> tuple[Item, ...]:
    """The items of a filing in a State: the federal ones, then the State's own (by key, a State row replaces).

    Raises KeyError for a kind without a checklist."""
    return rulebook_for(state).checklists[kind]


def routing(kind: FilingKind, state: str) -> Route | None:
    """Who gets it, copies, method and limits, with the date of the address; None when nothing was found."""
    return rulebook_for(state).routes.get(kind)
