"""Stay-put: a flag with a reason, never a checkbox. Computed from facts: 34 CFR 300.518 and 300.533."""

from dataclasses import dataclass
from datetime import date

from casemgr.law.rulebook import Rulebook
from casemgr.law.stages import CaseView, Reason
from casemgr.law.terms import StayPutKind


@dataclass(frozen=True)
class StayPut:
    """Whether the placement is frozen today, and why.

    Attributes:
        since: day the complaint was filed. ended_on: day the last proceeding ended, when it was in force before.
        reasons: the sentences that decide it. readings: a State's own, wider or narrower words.
        exceptions: what would change the answer. banner: one or two plain sentences for the top of every page.
    """

    in_force: bool
    kind: StayPutKind
    since: date | None
    ended_on: date | None
    reasons: tuple[Reason, ...]
    readings: tuple[Reason, ...]
    exceptions: tuple[Reason, ...]
    banner: str
    proceeding: str | None = None


def stay_put(view: CaseView, rulebook: Rulebook) -> StayPut:
    """The answer for the case as it stands on view.today."""
    raise NotImplementedError
