"""What a filing must contain, held against what the case has. Pure: items, material and a day in, findings out.

A missing required item blocks the making; a missing asked one warns; an optional one hints. For each issue at
least one dated fact and one proposed resolution are needed (34 CFR 300.508(b)(5)-(6)).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from casemgr.filings.material import IssueData, Material, PersonData, long_date
from casemgr.law.days import DayCalendar, add_days, add_months
from casemgr.law.limits import last_day
from casemgr.law.rulebook import Item, rulebook_for
from casemgr.law.terms import Need


class Status(StrEnum):
    THERE = "there"
    MISSING = "missing"
    WARNING = "warning"
    HINT = "hint"
    NOT_NEEDED = "not_needed"


@dataclass(frozen=True)
class Fix:
    """Where a gap is closed; the page makes an address of `place` and `target` (see views.fix_url)."""

    place: str
    words: str
    target: str = ""


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


@dataclass(frozen=True)
class Found:
    """What a rule found: `taken` from the case; `gaps` mean it is not there; `doubts` that a person should look."""

    taken: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    fixes: tuple[Fix, ...] = ()


STUDENT = Fix("student", "Edit the student")
PEOPLE = Fix("people", "Edit the people")
NEW_ISSUE = Fix("new_issue", "Add an issue")
SERVICE = Fix("service", "Say who gets a copy, and how")
SIGNER = Fix("details", "Say who signs")
EXHIBITS = Fix("exhibits", "Choose exhibits")


def check(items: Sequence[Item], material: Material, today: date) -> Checklist:
    """Judge every item of a filing's list. An item whose condition does not hold is not needed, and says why."""
    return Checklist(tuple(_judge(item, material, today) for item in items))


def _judge(item: Item, material: Material, today: date) -> Finding:
    if item.condition and not _holds(item.condition, material, today):
        return Finding(item, Status.NOT_NEEDED, gaps=(_NOT_NEEDED.get(item.condition, "It does not apply here."),))
    found = _RULES.get(item.key, _from_answer)(item.key, material, today)
    if found.gaps:
        status = {Need.REQUIRED: Status.MISSING, Need.ASKED: Status.WARNING, Need.OPTIONAL: Status.HINT}[item.need]
        return Finding(item, status, found.taken, found.gaps + found.doubts, found.fixes)
    status = Status.WARNING if found.doubts else Status.THERE
    return Finding(item, status, found.taken, found.doubts, found.fixes)


# -- conditions -----------------------------------------------------------------------------------------------

_NOT_NEEDED = {
    "homeless": "The student’s record does not say that the student is homeless.",
    "discipline": "Nothing about discipline is recorded.",
    "over_180_days": "The last act that is recorded is not more than 180 days old.",
    "about_one_child": "It is not about one child.",
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
    return True


def is_late_for_ocr(material: Material, today: date) -> bool:
    """Whether OCR's time seems over: after the last act, and (where there was a grievance) after that too."""
    book = rulebook_for(material.state)

    def over(rule_id: str, since: date | None) -> bool:
        rule = book.current(rule_id)
        if since is None or rule.count is None or rule.unit is None:
            return False
        return today > add_days(since, rule.count, rule.unit, DayCalendar())

    grievance = material.grievance_ended_on
    in_grievance_time = grievance is not None and not over("ocr-after-grievance-60", grievance)
    return over("ocr-file-180", material.last_act_on) and not in_grievance_time


# -- one rule an item -----------------------------------------------------------------------------------------

Rule = Callable[[str, Material, date], Found]


def _answer_fix(key: str, words: str = "Write it here") -> Fix:
    return Fix("answer", words, key)


def _from_answer(key: str, material: Material, today: date) -> Found:
    """The rule of an item that only a person can answer."""
    said = material.answer(key)
    return Found((said,)) if said else Found(gaps=("Not written yet.",), fixes=(_answer_fix(key),))


def _student_text(name: str, gap: str) -> Rule:
    def rule(key: str, material: Material, today: date) -> Found:
        value = str(getattr(material.student, name)).strip()
        return Found((value,)) if value else Found(gaps=(gap,), fixes=(STUDENT,))

    return rule


def _issue_fix(issue: IssueData) -> Fix:
    return Fix("issue", f"Edit issue {issue.number}", issue.id)


def _per_issue(material: Material, has: Callable[[IssueData], str], lacks: str) -> Found:
    """Ask each issue; `has` gives what was found in it, or nothing."""
    if not material.issues:
        return Found(gaps=("No issue that this forum hears is written down yet.",), fixes=(NEW_ISSUE,))
    poor = [issue for issue in material.issues if not has(issue)]
    taken = tuple(f"Issue {issue.number}: {has(issue)}" for issue in material.issues if has(issue))
    gaps = tuple(f"Issue {issue.number} ({issue.title}): {lacks}" for issue in poor)
    return Found(taken, gaps, fixes=tuple(map(_issue_fix, poor)))


def _problem_facts(key: str, material: Material, today: date) -> Found:
    def facts(issue: IssueData) -> str:
        if not issue.has_dated_fact:
            return ""
        count = len(issue.lines)
        return f"{issue.title} ({count} {'fact' if count == 1 else 'facts'})"

    return _per_issue(material, facts, "it has no fact with a date. Give at least one, or link evidence to it.")


def _resolution(key: str, material: Material, today: date) -> Found:
    lacks = "it does not say what would solve it."
    found = _per_issue(material, lambda issue: "; ".join(issue.remedies), lacks)
    more = (material.answer("resolution"),) if material.answer("resolution") else ()
    return Found(found.taken + more, found.gaps, found.doubts, found.fixes)


def _known_date(key: str, material: Material, today: date) -> Found:
    found = _per_issue(
        material,
        lambda issue: long_date(issue.known_on) if issue.known_on else "",
        "when you learned of it is not said.",
    )
    reason = material.answer(key)
    book = rulebook_for(material.state)
    doubts = []
    for issue in material.issues:
        limit = last_day(book, "idea-dp-sol", issue.known_on) if issue.known_on and not reason else None
        if limit and today > limit[0]:
            doubts.append(
                f"Issue {issue.number}: the time to ask for a hearing seems to have run out on {long_date(limit[0])}"
                f"{' (State rule not confirmed)' if limit[1].unconfirmed else ''}. "
                "Say why it still counts, if there is a reason."
            )
    fixes = found.fixes + ((_answer_fix(key, "Say why it still counts"),) if doubts else ())
    return Found(found.taken + ((reason,) if reason else ()), found.gaps, tuple(doubts), fixes)


def _issues_numbered(key: str, material: Material, today: date) -> Found:
    if not material.issues:
        return Found(gaps=("There is no issue yet.",), fixes=(NEW_ISSUE,))
    taken = tuple(f"{place}. {issue.title}" for place, issue in enumerate(material.issues, 1))
    bare = [issue for issue in material.issues if not issue.entries]
    doubts = tuple(f"Issue {issue.number} has no evidence from the log." for issue in bare)
    fixes = tuple(Fix("evidence", f"Link evidence to issue {issue.number}", issue.id) for issue in bare)
    return Found(taken, doubts=doubts, fixes=fixes)


def _stay_put(key: str, material: Material, today: date) -> Found:
    placed, said = material.placement, material.answer(key)
    taken = ((f"{placed.school}, agreed {long_date(placed.agreed_on)}",) if placed else ()) + ((said,) if said else ())
    if taken:
        return Found(taken)
    return Found(
        gaps=("No placement is recorded.",), fixes=(_answer_fix(key), Fix("placement", "Record the placement"))
    )


def _described(person: PersonData) -> str:
    return ", ".join((person.name, *person.contact))


def _filer(key: str, material: Material, today: date) -> Found:
    """Whoever asks or complains: the first parent, or what was written instead."""
    said = material.answer(key)
    if said:
        return Found((said,))
    parents = material.with_role("parent")
    if not parents:
        return Found(gaps=("No parent is named yet.",), fixes=(PEOPLE, _answer_fix(key)))
    person = parents[0]
    lacks = ["address"] if not person.address.strip() else []
    lacks += ["phone or e-mail"] if not (person.phone or person.email) else []
    gaps = (f"{person.name} has no {' and no '.join(lacks)}.",) if lacks else ()
    return Found((_described(person),), gaps, fixes=(PEOPLE, _answer_fix(key)) if lacks else ())


def _parents(key: str, material: Material, today: date) -> Found:
    parents = material.with_role("parent")
    if parents:
        return Found(tuple(map(_described, parents)))
    return Found(gaps=("No parent or guardian is named yet.",), fixes=(PEOPLE,))


def _representative(key: str, material: Material, today: date) -> Found:
    said = material.answer(key)
    people = () if said else material.with_role("parent_attorney", "advocate")
    if said or people:
        return Found((said,) if said else tuple(map(_described, people)))
    return Found(gaps=("Nobody is named. Write “none” if nobody speaks for you.",), fixes=(_answer_fix(key), PEOPLE))


def _special_needs(key: str, material: Material, today: date) -> Found:
    said = " ".join(part for part in (material.student.disability.strip(), material.answer(key)) if part)
    return Found((said,)) if said else Found(gaps=("Not written yet.",), fixes=(STUDENT, _answer_fix(key)))


def _initial(key: str, material: Material, today: date) -> Found:
    return Found(("This packet is a first request, not an amendment.",))


def _signature(key: str, material: Material, today: date) -> Found:
    name = material.signer[0].strip()
    if not name:
        return Found(gaps=("It is not said who signs.",), fixes=(SIGNER,))
    day = long_date(material.dated_on) if material.dated_on else "a line for the date"
    return Found((f"A signature line for {name}, and {day}. Sign it before you send it.",))


def _sent(key: str, material: Material, today: date) -> Found:
    """The statement that, and how, it went to the other side."""
    if not material.recipients:
        return Found(gaps=("Nobody is named who gets a copy.",), fixes=(SERVICE,))
    taken = tuple(", ".join(part for part in (one.name, one.role) if part) for one in material.recipients)
    gaps = [f"How it goes to {one.name} is not said." for one in material.recipients if not one.method]
    gaps += [f"{one.name} has no address or e-mail." for one in material.recipients if not one.address.strip()]
    return Found(taken, tuple(gaps), fixes=(SERVICE,) if gaps else ())


# -- OCR ------------------------------------------------------------------------------------------------------


def _person_harmed(key: str, material: Material, today: date) -> Found:
    student = material.student
    if not student.name.strip():
        return Found(gaps=("The student has no name.",), fixes=(STUDENT,))
    taken = (student.name, *((material.answer(key),) if material.answer(key) else ()))
    if today >= add_months(student.born_on, 12 * 18):
        words = "The student is 18 or older, so the student signs the complaint and the consent form."
        return Found(taken, doubts=(words,), fixes=(SIGNER,))
    if material.answer(key) or material.with_role("parent"):
        return Found(taken)
    return Found(taken, gaps=("Say why you may act for the student.",), fixes=(_answer_fix(key), PEOPLE))


SCHOOL_ROLES = ("principal", "section_504_coordinator", "special_education_director")


def school_address(material: Material) -> str:
    """The address of the institution: as written, else that of somebody at the school."""
    said = material.answer("institution")
    return said or next((one.address for one in material.with_role(*SCHOOL_ROLES) if one.address.strip()), "")


def _institution(key: str, material: Material, today: date) -> Found:
    student = material.student
    named = tuple(part for part in (student.school.strip(), student.district.strip()) if part)
    gaps, fixes = [], []
    if len(named) < 2:
        gaps.append("The student’s record has no school or no district.")
        fixes.append(STUDENT)
    if not school_address(material):
        gaps.append("The address of the school or district is missing.")
        fixes += [_answer_fix(key), PEOPLE]
    return Found((*named, school_address(material)) if not gaps else named, tuple(gaps), fixes=tuple(fixes))


def _other_places(key: str, material: Material, today: date) -> Found:
    known = tuple(f"{one.name}, {long_date(one.opened_on)} ({one.outcome})" for one in material.other_forums)
    said = material.answer(key)
    if known or said:
        return Found(known + ((said,) if said else ()))
    return Found(gaps=("Nothing is on record. Write “none” if there was nothing.",), fixes=(_answer_fix(key),))


def basis_of(material: Material) -> str:
    """The basis in words: disability, unless the person wrote something else."""
    said = material.answer("basis")
    if not said:
        return "Disability"
    return said if "disabilit" in said.lower() else f"Disability; {said}"


def _basis(key: str, material: Material, today: date) -> Found:
    return Found((basis_of(material),))


def _acts(key: str, material: Material, today: date) -> Found:
    found = _problem_facts(key, material, today)
    why = material.answer(key)
    gaps = found.gaps
    fixes = found.fixes
    if not why:
        gaps += ("Why it was because of disability, or retaliation, is not said.",)
        fixes += (_answer_fix(key),)
    return Found(found.taken + ((why,) if why else ()), gaps, fixes=fixes)


def _remedy(key: str, material: Material, today: date) -> Found:
    taken = tuple(f"Issue {issue.number}: {'; '.join(issue.remedies)}" for issue in material.issues if issue.remedies)
    taken += (material.answer(key),) if material.answer(key) else ()
    return Found(taken) if taken else Found(gaps=("Not written yet.",), fixes=(_answer_fix(key),))


def _papers(key: str, material: Material, today: date) -> Found:
    if not material.exhibits:
        return Found(gaps=("No paper is chosen yet.",), fixes=(EXHIBITS,))
    return Found(tuple(f"{one.label} {one.title}" for one in material.exhibits))


_RULES: dict[str, Rule] = {
    "child_name": _student_text("name", "The student has no name."),
    "child_residence": _student_text("address", "The student’s address is missing."),
    "school": _student_text("school", "The student’s school is missing."),
    "homeless_contact": _student_text("homeless_contact", "How to reach the student is missing."),
    "problem_facts": _problem_facts,
    "resolution": _resolution,
    "known_date": _known_date,
    "issues_numbered": _issues_numbered,
    "stay_put": _stay_put,
    "requester": _filer,
    "parents": _parents,
    "responsible_party": _student_text("district", "The district is missing."),
    "representative": _representative,
    "initial_or_amended": _initial,
    "special_needs": _special_needs,
    "signature_date": _signature,
    "sent_to_other_party": _sent,
    "complainant": _filer,
    "person_harmed": _person_harmed,
    "institution": _institution,
    "other_forums": _other_places,
    "basis": _basis,
    "acts": _acts,
    "remedy": _remedy,
    "papers": _papers,
    "signature": _signature,
}
