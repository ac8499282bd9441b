"""How sure the law behind a date is: the mark that stands wherever the date stands, and what it means."""

from __future__ import annotations

from dataclasses import dataclass

from casemgr.deadlines.models import Deadline
from casemgr.law.terms import Doubt, Verification


@dataclass(frozen=True)
class Mark:
    """A short label, and the sentence that says what to do about it."""

    label: str
    text: str


MARKS = {
    Doubt.UNVERIFIED: Mark(
        "UNVERIFIED", "The text of this rule was not read at its source. Check it before you rely on the date."
    ),
    Doubt.NOT_CONFIRMED: Mark(
        "State rule not confirmed",
        "Your State has a rule of its own that no person has re-checked here. Check it at its source before you rely "
        "on the date.",
    ),
    Doubt.NOT_KNOWN: Mark(
        "State rule not known",
        "Your State may set another time; nobody has found its rule yet, so this is federal law. Ask the State "
        "education agency or a lawyer.",
    ),
    Doubt.OTHER_LAW: Mark(
        "May not hold under 504",
        "This is a rule of IDEA (special education). Whether it holds in a dispute under Section 504 alone was not "
        "found: ask the hearing office or a lawyer.",
    ),
}


def mark_for(verification: str, doubt: Doubt) -> Mark | None:
    """Return the mark of a date; None where the law was read and nothing speaks against it."""
    return MARKS.get(Doubt.UNVERIFIED if verification == Verification.U else doubt)


def mark_of(row: Deadline) -> Mark | None:
    """Return the mark of a date as it was last computed."""
    return mark_for(row.verification, Doubt(row.explanation.get("doubt", "")))
