"""What attorneys' fees come to: entries in, amounts out, all in Decimal. Each entry is rounded to the cent, half up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

CENT = Decimal("0.01")
MOST = Decimal(100_000)


@dataclass(frozen=True)
class Entry:
    """One piece of work: the day (None: not said), who, hours, dollars an hour, and what was done."""

    on: date | None
    who: str
    hours: Decimal
    rate: Decimal
    what: str

    @property
    def amount(self) -> Decimal:
        return (self.hours * self.rate).quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True)
class Total:
    """Hours and dollars of one person, or of all (`who` empty)."""

    who: str
    hours: Decimal
    amount: Decimal


def entries(rows: Sequence[Sequence[str]]) -> tuple[Entry, ...]:
    """Read typed rows (ISO date, who, hours, rate, what) by their dates; an undated one stands last."""
    found = [
        Entry(_day(row[0]), row[1].strip(), decimal(row[2]) or Decimal(0), decimal(row[3]) or Decimal(0), row[4])
        for row in rows
    ]
    return tuple(sorted(found, key=lambda one: one.on or date.max))


def totals(found: Sequence[Entry]) -> tuple[Total, ...]:
    """Return a total for each person, in the order of their first entry, and the total of all as the last one."""
    people = dict.fromkeys(one.who for one in found)
    each = [_total(who, [one for one in found if one.who == who]) for who in people]
    return (*each, _total("", found))


def _total(who: str, found: Sequence[Entry]) -> Total:
    hours = sum((one.hours for one in found), Decimal(0))
    return Total(who, hours, sum((one.amount for one in found), Decimal(0)))


def decimal(text: str) -> Decimal | None:
    """Return a number as a person types it ("$1,250.50", "2.5"); None for what is no number, negative or absurd."""
    try:
        value = Decimal(text.strip().removeprefix("$").replace(",", ""))
    except InvalidOperation:
        return None
    return value if value.is_finite() and 0 <= value <= MOST else None


def money(amount: Decimal) -> str:
    return f"${amount.quantize(CENT, ROUND_HALF_UP):,}"


def plain_number(value: Decimal) -> str:
    """Return hours without needless zeros: 2.5, 10."""
    text = f"{value.normalize():f}"
    return text if "." in text else str(int(value))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
