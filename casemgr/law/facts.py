"""Plain words for every kind of fact, so that a form can be made from data (`packs/facts.toml`).

"Sent", "filed" and "received" are different facts, since clocks differ: the help texts say where each date stands.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Any

from casemgr.law.days import add_months
from casemgr.law.rulebook import PACKS, PackError, Rulebook, read_toml
from casemgr.law.terms import FactKind, PartyRole, ProceedingKind


@dataclass(frozen=True)
class Detail:
    """One more question that a rule needs.

    `choices` maps the stored value to its label; empty means a free answer, or a date when `is_date`.
    `only_if_used`: asked only where a rule of the State uses it (see `asked_of`)."""

    key: str
    label: str
    choices: Mapping[str, str]
    is_date: bool = False
    only_if_used: bool = False


EITHER_SIDE = (PartyRole.FILING_PARTY, PartyRole.RECEIVING_PARTY, PartyRole.COMPLAINANT, PartyRole.EACH_PARTY)
"""Words of the rules that stand for somebody else: a fact names the party itself."""


@dataclass(frozen=True)
class FactInfo:
    """How to ask for a fact.

    Attributes:
        label: a sentence ("The school district received the due process complaint").
        help: where to find the date, and what not to mix it up with.
        group: heading in a list of facts.
        done_by: who usually does it.
        proceeding: the kind of proceeding it belongs to, or None.
        received_by: for a "received" fact, who received it (this decides who must answer).
        may_be_future: true for planned dates (a hearing, a birthday).
        arrives_as: for what is sent, the fact that it was received.
        is_sent: it is sent, received or said, so that how it went may have to be proved.
        no_clock: why no date of the law hangs on it; empty where one may.
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
    arrives_as: FactKind | None = None
    is_sent: bool = False
    no_clock: str = ""

    @property
    def asks_who(self) -> bool:
        """Whether either side may have done it: whose clock runs can depend on who."""
        return self.done_by in (None, *EITHER_SIDE)


def _info(kind: FactKind, row: dict[str, Any]) -> FactInfo:
    return FactInfo(
        kind=kind,
        label=row["label"],
        help=row["help"],
        group=row["group"],
        done_by=PartyRole(row["done_by"]) if "done_by" in row else None,
        proceeding=ProceedingKind(row["proceeding"]) if "proceeding" in row else None,
        received_by=PartyRole(row["received_by"]) if "received_by" in row else None,
        may_be_future=row.get("future", False),
        details=tuple(
            Detail(
                d["key"],
                d["label"],
                MappingProxyType(d.get("choices", {})),
                d.get("is_date", False),
                d.get("only_if_used", False),
            )
            for d in row.get("details", [])
        ),
        arrives_as=FactKind(row["arrives_as"]) if "arrives_as" in row else None,
        is_sent=row.get("sent", False) or "arrives_as" in row or "received_by" in row,
        no_clock=row.get("no_clock", ""),
    )


def _load() -> Mapping[FactKind, FactInfo]:
    rows = read_toml(PACKS / "facts.toml")
    nameless = [kind.value for kind in FactKind if kind.value not in rows]
    if nameless:
        raise PackError(f"facts.toml: no words for {', '.join(nameless)}")
    found = {}
    for key, row in rows.items():
        try:
            found[FactKind(key)] = _info(FactKind(key), row)
        except (KeyError, ValueError, TypeError) as error:
            what = f"{error} is missing" if isinstance(error, KeyError) else str(error)
            raise PackError(f"facts.toml: [{key}]: {what}") from error
    return MappingProxyType(found)


FACTS: Mapping[FactKind, FactInfo] = _load()


def asked_of(kind: FactKind, rulebook: Rulebook) -> tuple[Detail, ...]:
    """The questions of a fact in one State: those that only some States' rules need are left out elsewhere."""
    started = [rule for rule in rulebook.rules if kind in rule.starts_on]
    used = {key for rule in started for key in (*rule.when, *rule.unless, *((rule.adds.detail,) if rule.adds else ()))}
    return tuple(detail for detail in FACTS[kind].details if not detail.only_if_used or detail.key in used)


BIRTHDAYS: Mapping[FactKind, int] = {
    FactKind.THIRD_BIRTHDAY: 3,
    FactKind.FOURTEENTH_BIRTHDAY: 14,
    FactKind.SIXTEENTH_BIRTHDAY: 16,
    FactKind.EIGHTEENTH_BIRTHDAY: 18,
    FactKind.TWENTY_SECOND_BIRTHDAY: 22,
}


def birthdays(born_on: date) -> dict[FactKind, date]:
    """The birthdays that rules hang on. Born on 29 February: 28 February in common years; 1 March is the late
    reading (give the fact the detail `born_on`, an ISO date, so that the deadline shows both)."""
    return {kind: add_months(born_on, 12 * years) for kind, years in BIRTHDAYS.items()}
