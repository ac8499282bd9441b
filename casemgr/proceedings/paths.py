"""What can I do now: the paths of the law for one case, with what is still missing from each, and where to press."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from casemgr.cases.clock import today
from casemgr.cases.models import Case
from casemgr.deadlines.queries import calendar_for
from casemgr.filings import checklist
from casemgr.filings.kinds import KINDS
from casemgr.filings.models import Packet
from casemgr.filings.queries import gather
from casemgr.law import paths as law
from casemgr.law import stages
from casemgr.law.paths import PathNow
from casemgr.law.rulebook import rulebook_for
from casemgr.law.rules import Forum
from casemgr.law.stages import Option, Transition
from casemgr.law.terms import Event, FilingKind, Need, VerdictKind
from casemgr.proceedings import queries


@dataclass(frozen=True)
class Missing:
    """What is not there yet. `texts`: items of the filing; `is_checked`: held against the case, else only listed."""

    texts: tuple[str, ...] = ()
    is_checked: bool = False


@dataclass(frozen=True)
class Path:
    """One path as the page shows it. `has_packet`: a filing packet can be made for it here."""

    now: PathNow
    missing: Missing
    has_packet: bool

    @property
    def id(self) -> str:
        return self.now.info.event.value if self.now.info.event else self.now.info.id

    @property
    def title(self) -> str:
        return self.now.info.title

    @property
    def asks_for(self) -> str:
        """The kind of fact whose date is missing, or an empty text."""
        return self.now.time.ask_for.value if self.now.time.ask_for else ""


@dataclass(frozen=True)
class Paths:
    """Every way on, each in one group.

    `open`: nothing speaks against it. `endings`: how the present stage came out. `warned`: a reason is asked for.
    `shut`: refused. `putting_away`: closes the case."""

    open: tuple[Path, ...]
    warned: tuple[Path, ...]
    shut: tuple[Path, ...]
    endings: tuple[Option, ...]
    putting_away: tuple[Option, ...]

    @property
    def all(self) -> tuple[Path, ...]:
        return (*self.open, *self.warned, *self.shut)


def from_here(case: Case) -> Paths:
    """Return every path from the present stage, today, and the moves that end the stage or the case."""
    view = queries.case_view(case)
    rulebook = rulebook_for(case.state)
    found = law.paths(view, rulebook, calendar_for(case, view.facts))
    rows = [Path(one, _missing(case, one), _has_packet(one)) for one in found]
    moves = [option for option in stages.options(view, rulebook) if not option.transition.opens]
    standing = [option for option in moves if option.verdict.kind is not VerdictKind.REFUSED]
    return Paths(
        open=_of_kind(rows, VerdictKind.ALLOWED),
        warned=_of_kind(rows, VerdictKind.WARNING),
        shut=_of_kind(rows, VerdictKind.REFUSED),
        endings=tuple(option for option in standing if option.event is not Event.CLOSE),
        putting_away=tuple(option for option in standing if option.event is Event.CLOSE),
    )


def _of_kind(rows: Iterable[Path], kind: VerdictKind) -> tuple[Path, ...]:
    return tuple(row for row in rows if row.now.verdict is kind)


def _has_packet(now: PathNow) -> bool:
    kind = KINDS.get(now.info.filing.value) if now.info.filing else None
    return kind is not None and kind.event is now.info.event


def _missing(case: Case, now: PathNow) -> Missing:
    """Hold the filing's required items against the case; where no packet can be made here, name them only."""
    filing = now.info.filing
    if now.verdict is VerdictKind.REFUSED or filing is None:
        return Missing()
    items = rulebook_for(case.state).checklists.get(filing, ())
    if filing.value not in KINDS:
        return Missing(tuple(item.text for item in items if item.need is Need.REQUIRED and not item.condition))
    found = checklist.check(items, gather(case, _packet(case, filing)), today(case), KINDS[filing.value].core)
    return Missing(tuple(one.item.text for one in found.missing), is_checked=True)


def _packet(case: Case, filing: FilingKind) -> Packet:
    """Return an empty packet of this kind that is never saved: the checklist is held against it."""
    return Packet(
        id=uuid4(),
        org_id=case.org_id,
        case_id=case.id,
        kind=filing.value,
        answers={},
        bates_prefix="",
        created_at=datetime.now(UTC),
    )


def forum_of(case: Case, step: Transition) -> Forum | None:
    """Return who hears what `step` opens, in the State of the case."""
    return rulebook_for(case.state).forums.get(step.opens) if step.opens else None


def is_event(name: str) -> bool:
    return name in {event.value for event in Event}
