"""The paths that lead on from where a case stands, put in the order in which a person looks for them."""

from __future__ import annotations

from dataclasses import dataclass, fields

from casemgr.cases.models import Case
from casemgr.law import stages
from casemgr.law.rulebook import rulebook_for
from casemgr.law.rules import Forum
from casemgr.law.stages import Option, Transition
from casemgr.law.terms import Event, VerdictKind
from casemgr.proceedings import queries


@dataclass(frozen=True)
class Path:
    """One path. `forum` is who hears it here; None for an ending, or where no pack says it."""

    option: Option
    forum: Forum | None


@dataclass(frozen=True)
class Paths:
    """Every path, each in one group.

    `open` start something and nothing speaks against it, `endings` say how the present stage came out, `warned` need
    a reason to go on, `shut` are refused, `putting_away` closes the case."""

    open: tuple[Path, ...]
    endings: tuple[Path, ...]
    warned: tuple[Path, ...]
    shut: tuple[Path, ...]
    putting_away: tuple[Path, ...]


def from_here(case: Case) -> Paths:
    """Return every path of the law's table from the present stage, today."""
    groups: dict[str, list[Path]] = {field.name: [] for field in fields(Paths)}
    for option in stages.options(queries.case_view(case), rulebook_for(case.state)):
        if option.transition.closes and option.verdict.kind is VerdictKind.REFUSED:
            continue  # it has ended already
        groups[_group(option)].append(Path(option, forum_of(case, option.transition)))
    return Paths(**{name: tuple(found) for name, found in groups.items()})


def _group(option: Option) -> str:
    if option.verdict.kind is VerdictKind.REFUSED:
        return "shut"
    if option.event is Event.CLOSE:
        return "putting_away"
    if option.verdict.kind is VerdictKind.WARNING:
        return "warned"
    return "open" if option.transition.opens or option.event is Event.REOPEN else "endings"


def forum_of(case: Case, step: Transition) -> Forum | None:
    """Return who hears what `step` opens, in the State of the case."""
    return rulebook_for(case.state).forums.get(step.opens) if step.opens else None


def is_event(name: str) -> bool:
    return name in {event.value for event in Event}
