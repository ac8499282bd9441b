"""The state machine of a case, and the small one of each proceeding: tables first, then three functions that read them.

The program records, computes and warns; it does not rule. A warning can be overridden by a person, with a reason that
is kept; a refusal names the way that is open instead. A step outside the tables raises, naming event and stage.
"""

from dataclasses import dataclass, field
from datetime import date

from casemgr.law.deadlines import Fact
from casemgr.law.rulebook import Rulebook
from casemgr.law.terms import (
    Event,
    FactKind,
    PlanKind,
    ProceedingKind,
    ProceedingStep,
    Stage,
    Track,
    VerdictKind,
)


@dataclass(frozen=True)
class Reason:
    text: str
    citation: str = ""


@dataclass(frozen=True)
class Transition:
    """One lawful move. `target == source` with `opens` set: a parallel proceeding, the stage stays.

    Attributes:
        guards: names in GUARDS, all of them asked.
        demands: facts to record with the move. inputs: other answers to ask for ("reason").
        opens: kind of proceeding to open. closes: whether it ends the stage's own proceeding.
        leads_to: what it starts, in plain words.
    """

    source: Stage
    event: Event
    target: Stage
    title: str
    citation: str = ""
    guards: tuple[str, ...] = ()
    demands: tuple[FactKind, ...] = ()
    inputs: tuple[str, ...] = ()
    opens: ProceedingKind | None = None
    closes: bool = False
    leads_to: str = ""


@dataclass(frozen=True)
class OpenProceeding:
    id: str
    kind: ProceedingKind
    step: ProceedingStep


@dataclass(frozen=True)
class CaseView:
    """What the law needs to know of a case. `state` is the two letters of the State."""

    track: Track
    state: str
    stage: Stage
    today: date
    plan: PlanKind = PlanKind.NONE
    born_on: date | None = None
    facts: tuple[Fact, ...] = ()
    proceedings: tuple[OpenProceeding, ...] = field(default=())  # the open ones only


@dataclass(frozen=True)
class Verdict:
    kind: VerdictKind
    reasons: tuple[Reason, ...] = ()
    missing: tuple[FactKind, ...] = ()  # demanded facts that are not recorded yet


@dataclass(frozen=True)
class Option:
    event: Event
    transition: Transition
    verdict: Verdict


@dataclass(frozen=True)
class ProceedingMove:
    """One lawful step inside a proceeding: recording `fact` moves it from `source` to `target`."""

    kind: ProceedingKind
    source: ProceedingStep
    fact: FactKind
    target: ProceedingStep
    title: str
    citation: str = ""


class TransitionRefused(Exception):
    """The law's table has no such step, or a guard refuses it. Carries event, stage and reasons."""

    def __init__(self, event: Event | FactKind, stage: Stage | ProceedingStep, reasons: tuple[Reason, ...]) -> None:
        self.event, self.stage, self.reasons = event, stage, reasons
        why = " ".join(reason.text for reason in reasons)
        super().__init__(f"“{event.value}” is not possible from “{stage.value}”. {why}".strip())


TRANSITIONS: tuple[Transition, ...] = ()
PROCEEDING_STEPS: tuple[ProceedingMove, ...] = ()


def suggest_track(plan: PlanKind) -> tuple[Track, str, str]:
    """The track that fits the plan of today, the reason in plain words and the citation. A person may change it."""
    raise NotImplementedError


def check(view: CaseView, event: Event, rulebook: Rulebook) -> Verdict:
    """Whether `event` is allowed from the present stage. Never raises: a missing row is a refusal with a reason."""
    raise NotImplementedError


def options(view: CaseView, rulebook: Rulebook) -> list[Option]:
    """Every row that leaves the present stage, each with its verdict, allowed ones first."""
    raise NotImplementedError


def advance(view: CaseView, event: Event, rulebook: Rulebook, *, override: bool = False) -> Transition:
    """The row to carry out. Raises TransitionRefused for a refusal, and for a warning unless `override`."""
    raise NotImplementedError


def first_step(kind: ProceedingKind, fact: FactKind | None = None) -> ProceedingStep:
    """The step a newly opened proceeding stands at; given the fact that opened it, the step after that fact."""
    raise NotImplementedError


def proceeding_options(kind: ProceedingKind, step: ProceedingStep) -> list[ProceedingMove]:
    """The facts that can be recorded next in a proceeding. Empty: it is over."""
    raise NotImplementedError


def advance_proceeding(kind: ProceedingKind, step: ProceedingStep, fact: FactKind) -> ProceedingMove:
    """The row to carry out. Raises TransitionRefused, naming fact and step."""
    raise NotImplementedError
