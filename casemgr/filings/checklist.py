"""What a filing must contain, held against what the case has. Pure: items, material and a day in, findings out.

A missing required item blocks the making; a missing asked one warns; an optional one hints. For each issue at
least one dated fact and one proposed resolution are needed (34 CFR 300.508(b)(5)-(6)).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from casemgr.filings.items import Fix, rule_for
from casemgr.filings.material import Material
from casemgr.law.days import DayCalendar, add_days
from casemgr.law.rulebook import Item, rulebook_for
from casemgr.law.terms import Need


class Status(StrEnum):
    THERE = "there"
    MISSING = "missing"
    WARNING = "warning"
    HINT = "hint"
    NOT_NEEDED = "not_needed"


@dataclass(frozen=True)
class Finding:
    """One item: what was taken from the case, what is missing from it, and where that is put right."""

    item: Item
    status: Status
    taken: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    fixes: tuple[Fix, ...] = ()


@dataclass(frozen=True)
class Checklist:
    findings: tuple[Finding, ...]

    @property
    def missing(self) -> tuple[Finding, ...]:
        """The findings that block."""
        return tuple(one for one in self.findings if one.status is Status.MISSING)

    @property
    def is_ready(self) -> bool:
        return not self.missing

    def count(self, status: Status) -> int:
        return sum(one.status is status for one in self.findings)


def check(items: Sequence[Item], material: Material, today: date, core: Collection[str] = ()) -> Checklist:
    """Judge every item of a filing's list. An item whose condition does not hold is not needed, and says why.

    `core`: keys of items without which the paper would say nothing: a gap there is never a mere hint."""
    return Checklist(tuple(_judge(item, material, today, core) for item in items))


STATUS_OF_A_GAP = {Need.REQUIRED: Status.MISSING, Need.ASKED: Status.WARNING, Need.OPTIONAL: Status.HINT}


def _judge(item: Item, material: Material, today: date, core: Collection[str]) -> Finding:
    if item.condition and not _holds(item.condition, material, today):
        return Finding(item, Status.NOT_NEEDED, gaps=(_NOT_NEEDED.get(item.condition, "It does not apply here."),))
    found = rule_for(item.key, material.kind)(item.key, material, today)
    if found.gaps:
        status = STATUS_OF_A_GAP[item.need]
        if status is Status.HINT and item.key in core:
            status = Status.WARNING
        return Finding(item, status, found.taken, found.gaps + found.doubts, found.fixes)
    status = Status.WARNING if found.doubts else Status.THERE
    return Finding(item, status, found.taken, found.doubts, found.fixes)


# -- conditions -----------------------------------------------------------------------------------------------

_NOT_NEEDED = {
    "homeless": "The student’s record does not say that the student is homeless.",
    "discipline": "Nothing about discipline is recorded.",
    "over_180_days": "The last act that is recorded is not more than 180 days old.",
    "over_60_days": "OCR’s letter is not more than 60 days old.",
    "about_one_child": "It is not about one child.",
    "third_party": "A parent signs, or the student.",
    "idea": "Every issue is under Section 504, which has no federal stay-put of this kind.",
    "resolution_agreement": "Only a resolution agreement can be taken back within three business days.",
}


def _holds(condition: str, material: Material, today: date) -> bool:
    """Whether a condition holds. One that nobody wrote a test for counts as holding: asking too much is safer."""
    match condition:
        case "homeless":
            return material.student.is_homeless
        case "discipline":
            return material.has_discipline
        case "over_180_days":
            return is_late_for_ocr(material, today)
        case "over_60_days":
            letters = ("ocr_determination_dated", "ocr_dismissal_dated")
            dated = max((material.on_record[kind] for kind in letters if kind in material.on_record), default=None)
            return _is_over("ocr-appeal-60", dated, material, today)
        case "third_party":
            own = {one.name.strip().casefold() for one in material.with_role("parent", "student")}
            own.add(material.student.name.strip().casefold())
            return material.signer[0].strip().casefold() not in own
        case "idea":
            return not material.is_504_only
        case "resolution_agreement":
            return material.answer("agreement_kind") == "resolution"
    return True


def is_late_for_ocr(material: Material, today: date) -> bool:
    """Whether OCR's time seems over: after the last act, and (where there was a grievance) after that too."""
    grievance = material.grievance_ended_on
    in_grievance_time = grievance is not None and not _is_over("ocr-after-grievance-60", grievance, material, today)
    return _is_over("ocr-file-180", material.last_act_on, material, today) and not in_grievance_time


def _is_over(rule_id: str, since: date | None, material: Material, today: date) -> bool:
    """Whether the plain count of a rule in calendar days lies behind us."""
    rule = rulebook_for(material.state).current(rule_id)
    if since is None or rule.count is None or rule.unit is None:
        return False
    return today > add_days(since, rule.count, rule.unit, DayCalendar())
