"""Plain words for every kind of fact, so that a form can be made from data. FACTS is filled below."""

from collections.abc import Mapping
from dataclasses import dataclass

from casemgr.law.terms import FactKind, PartyRole, ProceedingKind


@dataclass(frozen=True)
class Detail:
    """One more question that a rule needs. `choices` maps stored value to label; empty: a free answer or a date."""

    key: str
    label: str
    choices: Mapping[str, str]
    is_date: bool = False


@dataclass(frozen=True)
class FactInfo:
    """How to ask for a fact.

    Attributes:
        label: a sentence ("The school district received the due process complaint").
        help: where to find the date, and what not to mix it up with.
        done_by: who usually does it. proceeding: the kind of proceeding it belongs to, or None.
        received_by: for a "received" fact, who received it (decides who must answer).
        may_be_future: true for planned dates (a hearing, a birthday).
        group: heading in a list of facts.
    """

    kind: FactKind
    label: str
    help: str
    group: str
    done_by: PartyRole | None = None
    proceeding: ProceedingKind | None = None
    received_by: PartyRole | None = None
    may_be_future: bool = False
    details: tuple[Detail, ...] = ()


FACTS: Mapping[FactKind, FactInfo] = {}
