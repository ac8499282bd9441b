"""The paths that lead on from where a case stands, put in the order in which a person looks for them."""

from __future__ import annotations

from dataclasses import dataclass

from casemgr.cases.models import Case
from casemgr.law import stages
from casemgr.law.rulebook import Forum, rulebook_for
from casemgr.law.stages import Option, Transition
from casemgr.law.terms import Event, VerdictKind
from casemgr.proceedings import queries


@dataclass(frozen=True)
class Path:
    """One path. `forum` is who hears it here; None for an ending, or where no pack says it."""

    option: Option
    forum: Forum | None

    @property
    def is_shut(self) -> bool:
        return self.option.verdict.kind is VerdictKind.REFUSED


@dataclass(frozen=True)
class Paths:
    """Every path, each in one group.

    `endings` say how the present stage came out, `openings` start something, `shut` are refused with a reason,
    `putting_away` closes the case."""

    endings: tuple[Path, ...]
    openings: tuple[Path, ...]
    shut: tuple[Path, ...]
    putting_away: tuple[Path, ...]


def from_here(case: Case) -> Paths:
    """Return every path of the law's table from the present stage, today."""
    found = [
        Path(option, forum_of(case, option.transition))
        for option in stages.options(queries.case_view(case), rulebook_for(case.state))
    ]
    can = [path for path in found if not path.is_shut]
    away = [path for path in can if path.option.event is Event.CLOSE]
    openings = [path for path in can if path.option.transition.opens or path.option.event is Event.REOPEN]
    endings = [path for path in can if path not in openings and path not in away]
    return Paths(tuple(endings), tuple(openings), tuple(path for path in found if path.is_shut), tuple(away))


def forum_of(case: Case, step: Transition) -> Forum | None:
    """Return who hears what `step` opens, in the State of the case."""
    return rulebook_for(case.state).forums.get(step.opens) if step.opens else None


def is_event(name: str) -> bool:
    return name in {event.value for event in Event}
