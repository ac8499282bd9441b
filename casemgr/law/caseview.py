"""What the law is told of a case, and how it answers about one move."""

from dataclasses import dataclass
from datetime import date

from casemgr.law.deadlines import Fact
from casemgr.law.terms import FactKind, PlanKind, ProceedingKind, ProceedingStep, Stage, Track, VerdictKind
from casemgr.law.transitions import OWN_KINDS, Reason


@dataclass(frozen=True)
class OpenProceeding:
    id: str
    kind: ProceedingKind
    step: ProceedingStep


@dataclass(frozen=True)
class CaseView:
    """What the law needs to know of a case. `state` is the two letters of the State.

    `proceedings` are the open ones only. `agreement_binds_after`: the last day to take the newest resolution agreement
    back, by its latest reading; None: there is none, or its day cannot be counted."""

    track: Track
    state: str
    stage: Stage
    today: date
    plan: PlanKind = PlanKind.NONE
    born_on: date | None = None
    facts: tuple[Fact, ...] = ()
    proceedings: tuple[OpenProceeding, ...] = ()
    agreement_binds_after: date | None = None

    def has(self, *kinds: FactKind) -> bool:
        return any(fact.kind in kinds for fact in self.facts)

    def latest(self, *kinds: FactKind) -> date | None:
        return max((fact.on for fact in self.facts if fact.kind in kinds), default=None)


@dataclass(frozen=True)
class Verdict:
    """`missing`: none of these facts is recorded yet, and one must be; the form for the move asks for the first."""

    kind: VerdictKind
    reasons: tuple[Reason, ...] = ()
    missing: tuple[FactKind, ...] = ()


def is_stage_over(view: CaseView) -> bool:
    """Whether the stage stands for a proceeding, and none of that kind is open any more."""
    own = OWN_KINDS.get(view.stage, frozenset())
    return bool(own) and all(proceeding.kind not in own for proceeding in view.proceedings)
