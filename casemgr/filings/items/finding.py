"""What a rule finds in a case for one item of a checklist, and the rules that several items share."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from casemgr.filings.material import IssueData, Material, PersonData, long_date


@dataclass(frozen=True)
class Fix:
    """Where a gap is closed; the page makes an address of `place` and `target` (see blueprint.fix_url)."""

    place: str
    words: str
    target: str = ""


@dataclass(frozen=True)
class Found:
    """What a rule found: `taken` from the case; `gaps` mean it is not there; `doubts` that a person should look."""

    taken: tuple[str, ...] = ()
    gaps: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()
    fixes: tuple[Fix, ...] = ()


Rule = Callable[[str, Material, date], Found]

STUDENT = Fix("student", "Edit the student")
PEOPLE = Fix("people", "Edit the people")
NEW_ISSUE = Fix("new_issue", "Add an issue")
SERVICE = Fix("service", "Say who gets a copy, and how")
SIGNER = Fix("details", "Say who signs")
EXHIBITS = Fix("exhibits", "Choose exhibits")


def answer_fix(key: str, words: str = "Write it here") -> Fix:
    return Fix("answer", words, key)


def from_answer(key: str, material: Material, today: date) -> Found:
    """The rule of an item that only a person can answer: a text, or the rows of a table."""
    said, rows = material.answer(key), material.rows.get(key, ())
    if rows:
        return Found(tuple(", ".join(part for part in row if part) for row in rows))
    return Found((said,)) if said else Found(gaps=("Not written yet.",), fixes=(answer_fix(key),))


def printed(words: str) -> Rule:
    """The rule of an item that the document says by itself."""
    return lambda key, material, today: Found((words,))


def any_of(*rules: Rule, gap: str) -> Rule:
    """The rule of an item that any of several places can give; `gap` says what is missing when none does."""

    def rule(key: str, material: Material, today: date) -> Found:
        found = [one(key, material, today) for one in rules]
        taken = tuple(line for one in found for line in one.taken)
        fixes = tuple(dict.fromkeys(fix for one in found for fix in one.fixes))
        return Found(taken) if taken else Found(gaps=(gap,), fixes=fixes)

    return rule


def student_text(name: str, gap: str) -> Rule:
    def rule(key: str, material: Material, today: date) -> Found:
        value = str(getattr(material.student, name)).strip()
        return Found((value,)) if value else Found(gaps=(gap,), fixes=(STUDENT,))

    return rule


def on_record(*kinds: str) -> Rule:
    """The day of a fact that is recorded, or what was written."""

    def rule(key: str, material: Material, today: date) -> Found:
        days = [material.on_record[kind] for kind in kinds if kind in material.on_record]
        if days:
            return Found((long_date(max(days)),))
        return from_answer(key, material, today)

    return rule


def issue_fix(issue: IssueData) -> Fix:
    return Fix("issue", f"Edit issue {issue.number}", issue.id)


def per_issue(material: Material, has: Callable[[IssueData], str], lacks: str) -> Found:
    """Ask each issue; `has` gives what was found in it, or nothing."""
    if not material.issues:
        return Found(gaps=("No issue that this forum hears is written down yet.",), fixes=(NEW_ISSUE,))
    poor = [issue for issue in material.issues if not has(issue)]
    taken = tuple(f"Issue {issue.number}: {has(issue)}" for issue in material.issues if has(issue))
    gaps = tuple(f"Issue {issue.number} ({issue.title}): {lacks}" for issue in poor)
    return Found(taken, gaps, fixes=tuple(map(issue_fix, poor)))


def described(person: PersonData) -> str:
    return ", ".join((person.name, *person.contact))


def filer(key: str, material: Material, today: date) -> Found:
    """Whoever asks or complains: the first parent, or what was written instead."""
    said = material.answer(key)
    if said:
        return Found((said,))
    parents = material.with_role("parent")
    if not parents:
        return Found(gaps=("No parent is named yet.",), fixes=(PEOPLE, answer_fix(key)))
    person = parents[0]
    lacks = ["address"] if not person.address.strip() else []
    lacks += ["phone or e-mail"] if not (person.phone or person.email) else []
    gaps = (f"{person.name} has no {' and no '.join(lacks)}.",) if lacks else ()
    return Found((described(person),), gaps, fixes=(PEOPLE, answer_fix(key)) if lacks else ())


def sent(key: str, material: Material, today: date) -> Found:
    """The statement that, and how, it goes to the other side."""
    if not material.recipients:
        return Found(gaps=("Nobody is named who gets a copy.",), fixes=(SERVICE,))
    taken = tuple(", ".join(part for part in (one.name, one.role) if part) for one in material.recipients)
    gaps = [f"How it goes to {one.name} is not said." for one in material.recipients if not one.method]
    gaps += [f"{one.name} has no address or e-mail." for one in material.recipients if not one.address.strip()]
    return Found(taken, tuple(gaps), fixes=(SERVICE,) if gaps else ())


def signature(key: str, material: Material, today: date) -> Found:
    name = material.signer[0].strip()
    if not name:
        return Found(gaps=("It is not said who signs.",), fixes=(SIGNER,))
    day = long_date(material.dated_on) if material.dated_on else "a line for the date"
    return Found((f"A signature line for {name}, and {day}. Sign it before you send it.",))


def papers(key: str, material: Material, today: date) -> Found:
    if not material.exhibits:
        return Found(gaps=("No paper is chosen yet.",), fixes=(EXHIBITS,))
    return Found(tuple(f"{one.label} {one.title}" for one in material.exhibits))


def stay_put(key: str, material: Material, today: date) -> Found:
    placed, said = material.placement, material.answer(key)
    taken = ((f"{placed.school}, agreed {long_date(placed.agreed_on)}",) if placed else ()) + ((said,) if said else ())
    if taken:
        return Found(taken)
    return Found(gaps=("No placement is recorded.",), fixes=(answer_fix(key), Fix("placement", "Record the placement")))


def docket(key: str, material: Material, today: date) -> Found:
    return Found((material.docket,)) if material.docket else from_answer(key, material, today)


def pending(key: str, material: Material, today: date) -> Found:
    """What else is open about the same dispute."""
    known = tuple(f"{one.name}, {long_date(one.opened_on)} ({one.outcome})" for one in material.other_forums)
    said = material.answer(key)
    if known or said:
        return Found(known + ((said,) if said else ()))
    return Found(gaps=("Nothing is on record. Write “none” if there was nothing.",), fixes=(answer_fix(key),))
