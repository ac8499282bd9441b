"""Rules for what complaints to a hearing office or a State agency must contain."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from casemgr.filings.items import finding as f
from casemgr.filings.items.finding import Fix, Found, Rule
from casemgr.filings.material import IssueData, Material, long_date
from casemgr.filings.vocabulary import side_of
from casemgr.law.days import DayCalendar, add_days, add_months
from casemgr.law.limits import last_day
from casemgr.law.rulebook import rulebook_for


def problem_facts(key: str, material: Material, today: date) -> Found:
    """At least one dated fact for each issue (34 CFR 300.508(b)(5))."""

    def facts(issue: IssueData) -> str:
        if not issue.has_dated_fact:
            return ""
        count = len(issue.lines)
        return f"{issue.title} ({count} {'fact' if count == 1 else 'facts'})"

    return f.per_issue(material, facts, "it has no fact with a date. Give at least one, or link evidence to it.")


def resolution(key: str, material: Material, today: date) -> Found:
    """At least one proposed resolution for each issue (34 CFR 300.508(b)(6))."""
    lacks = "it does not say what would solve it."
    found = f.per_issue(material, lambda issue: "; ".join(issue.remedies), lacks)
    more = (material.answer("resolution"),) if material.answer("resolution") else ()
    return Found(found.taken + more, found.gaps, found.doubts, found.fixes)


def _known_date(key: str, material: Material, today: date) -> Found:
    found = f.per_issue(
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
    fixes = found.fixes + ((f.answer_fix(key, "Say why it still counts"),) if doubts else ())
    return Found(found.taken + ((reason,) if reason else ()), found.gaps, tuple(doubts), fixes)


def _issues_numbered(key: str, material: Material, today: date) -> Found:
    if not material.issues:
        return Found(gaps=("There is no issue yet.",), fixes=(f.NEW_ISSUE,))
    taken = tuple(f"{place}. {issue.title}" for place, issue in enumerate(material.issues, 1))
    bare = [issue for issue in material.issues if not issue.entries]
    doubts = tuple(f"Issue {issue.number} has no evidence from the log." for issue in bare)
    fixes = tuple(Fix("evidence", f"Link evidence to issue {issue.number}", issue.id) for issue in bare)
    return Found(taken, doubts=doubts, fixes=fixes)


def _parents(key: str, material: Material, today: date) -> Found:
    parents = material.with_role("parent")
    if parents:
        return Found(tuple(map(f.described, parents)))
    return Found(gaps=("No parent or guardian is named yet.",), fixes=(f.PEOPLE,))


def _representative(key: str, material: Material, today: date) -> Found:
    said = material.answer(key)
    people = () if said else material.with_role("parent_attorney", "advocate")
    if said or people:
        return Found((said,) if said else tuple(map(f.described, people)))
    words = "Nobody is named. Write “none” if nobody speaks for you."
    return Found(gaps=(words,), fixes=(f.answer_fix(key), f.PEOPLE))


def _special_needs(key: str, material: Material, today: date) -> Found:
    said = " ".join(part for part in (material.student.disability.strip(), material.answer(key)) if part)
    return Found((said,)) if said else Found(gaps=("Not written yet.",), fixes=(f.STUDENT, f.answer_fix(key)))


def _initial(key: str, material: Material, today: date) -> Found:
    if material.kind != "amended_complaint":
        return Found(("This packet is a first request, not an amendment.",))
    if number := material.docket or material.answer("docket"):
        return Found((f"This packet is an amendment in {number}.",))
    return Found(("This packet is an amendment.",), ("Its docket number is missing.",), fixes=(f.answer_fix("docket"),))


def _child_name(key: str, material: Material, today: date) -> Found:
    """The student's name. A student of age may be the one who has to file: rights pass at the State's age of majority
    (34 CFR 300.520)."""
    found = f.student_text("name", "The student has no name.")(key, material, today)
    is_grown = today >= add_months(material.student.born_on, 12 * 18)
    if found.gaps or not is_grown or side_of(material) == "student":
        return found
    words = (
        "The student is 18 or older. Where the rights have passed to the student, the student signs, or a guardian or "
        "somebody with a written share or delegation of them: say so, and add the paper."
    )
    return Found(found.taken, doubts=(words,), fixes=(f.SIGNER,))


def _birthdate(key: str, material: Material, today: date) -> Found:
    return Found((long_date(material.student.born_on),))


def _no_exhibits(key: str, material: Material, today: date) -> Found:
    if not material.exhibits:
        return Found(("No exhibit is in it.",))
    count = len(material.exhibits)
    chosen, them = ("1 exhibit is", "it") if count == 1 else (f"{count} exhibits are", "them")
    words = f"{chosen} chosen. Keep {them} for the hearing, and for the district if you like."
    return Found(gaps=(words,), fixes=(Fix("exhibits", "Take the exhibits out"),))


# -- State complaint ------------------------------------------------------------------------------------------


def _violation(key: str, material: Material, today: date) -> Found:
    """That a public agency broke Part B of IDEA: what the issues under IDEA say."""
    under = [issue for issue in material.issues if issue.law == "idea"]
    if not under:
        return Found(gaps=("No issue under IDEA is written down yet.",), fixes=(f.NEW_ISSUE,))
    taken = [f"Issue {issue.number}: {issue.title}, {issue.citation or 'IDEA Part B'}" for issue in under]
    return Found((*taken, *((material.answer(key),) if material.answer(key) else ())))


def _contact(key: str, material: Material, today: date) -> Found:
    """How the filer can be reached: lines under the signature, or the parent's."""
    if lines := " ".join(material.signer[2].split()):
        return Found((lines,))
    reached = [", ".join(one.contact) for one in material.with_role("parent") if one.contact]
    if reached:
        return Found((reached[0],))
    return Found(gaps=("No address, phone or e-mail is given.",), fixes=(f.SIGNER, f.PEOPLE))


def _within_1_year(key: str, material: Material, today: date) -> Found:
    """Each issue has something that happened in the last year, before the State receives it (34 CFR 300.153(c))."""
    rule = rulebook_for(material.state).current("idea-state-complaint-lookback")
    assert rule.count is not None and rule.unit is not None, "the look-back has a number"
    since = add_days(today, -rule.count, rule.unit, DayCalendar())
    newest = {
        issue.number: max((line.on for line in issue.lines if line.on), default=None) for issue in material.issues
    }
    taken = tuple(f"Issue {number}: {long_date(on)}" for number, on in newest.items() if on and on >= since)
    old = [number for number, on in newest.items() if on and on < since]
    doubts = tuple(f"Issue {number}: its newest fact is more than a year old." for number in old)
    fixes = tuple(f.issue_fix(issue) for issue in material.issues if issue.number in old)
    if taken:
        return Found(taken, doubts=doubts, fixes=fixes)
    words = f"No fact since {long_date(since)} is written down. Older ones alone are not looked into."
    return Found(gaps=(words,), fixes=fixes or (f.NEW_ISSUE,))


def _student(key: str, material: Material, today: date) -> Found:
    student = material.student
    parts = {"name": student.name, "address": student.address, "school": student.school}
    lacks = [name for name, said in parts.items() if not said.strip()]
    taken = tuple(said for said in parts.values() if said.strip())
    if not lacks:
        return Found(taken)
    return Found(taken, (f"The student’s {' and '.join(lacks)} is missing.",), fixes=(f.STUDENT,))


RULES: Mapping[str, Rule] = {
    "child_name": _child_name,
    "child": f.student_text("name", "The student has no name."),
    "child_residence": f.student_text("address", "The student’s address is missing."),
    "child_address": f.student_text("address", "The student’s address is missing."),
    "school": f.student_text("school", "The student’s school is missing."),
    "homeless_contact": f.student_text("homeless_contact", "How to reach the student is missing."),
    "problem_facts": problem_facts,
    "facts": problem_facts,
    "concern": problem_facts,
    "acts_and_dates": problem_facts,
    "resolution": resolution,
    "known_date": _known_date,
    "issues_numbered": _issues_numbered,
    "requester": f.filer,
    "parents": _parents,
    "responsible_party": f.student_text("district", "The district is missing."),
    "district": f.student_text("district", "The district is missing."),
    "representative": _representative,
    "initial_or_amended": _initial,
    "special_needs": _special_needs,
    "birthdate": _birthdate,
    "no_exhibits": _no_exhibits,
    "signature_date": f.signature,
    "signature": f.signature,
    "sent_to_other_party": f.sent,
    "copy_to_lea": f.sent,
    "copy_to_district": f.sent,
    "violation": _violation,
    "contact": _contact,
    "within_1_year": _within_1_year,
    "student": _student,
    "attachments": f.papers,
    "evidence_list": f.any_of(f.papers, f.from_answer, gap="No paper is chosen yet."),
    "pending_hearing": f.pending,
    "mediation_or_hearing_pending": f.pending,
    "stay_put": f.stay_put,
    "docket": f.docket,
}
