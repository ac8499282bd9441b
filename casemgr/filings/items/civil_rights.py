"""Rules for complaints about discrimination: to the Office for Civil Rights, and by a district's own grievance."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from casemgr.filings.items import finding as f
from casemgr.filings.items.complaints import problem_facts
from casemgr.filings.items.finding import Found, Rule
from casemgr.filings.material import Material
from casemgr.filings.vocabulary import basis_of, school_address
from casemgr.law.days import add_months


def _person_harmed(key: str, material: Material, today: date) -> Found:
    student = material.student
    if not student.name.strip():
        return Found(gaps=("The student has no name.",), fixes=(f.STUDENT,))
    taken = (student.name, *((material.answer(key),) if material.answer(key) else ()))
    if today >= add_months(student.born_on, 12 * 18):
        words = "The student is 18 or older, so the student signs the complaint and the consent form."
        return Found(taken, doubts=(words,), fixes=(f.SIGNER,))
    if material.answer(key) or material.with_role("parent"):
        return Found(taken)
    return Found(taken, gaps=("Say why you may act for the student.",), fixes=(f.answer_fix(key), f.PEOPLE))


def _institution(key: str, material: Material, today: date) -> Found:
    student = material.student
    named = tuple(part for part in (student.school.strip(), student.district.strip()) if part)
    gaps, fixes = [], []
    if len(named) < 2:
        gaps.append("The student’s record has no school or no district.")
        fixes.append(f.STUDENT)
    if not school_address(material):
        gaps.append("The address of the school or district is missing.")
        fixes += [f.answer_fix(key), f.PEOPLE]
    return Found((*named, school_address(material)) if not gaps else named, tuple(gaps), fixes=tuple(fixes))


def _basis(key: str, material: Material, today: date) -> Found:
    return Found((basis_of(material),))


def _acts(key: str, material: Material, today: date) -> Found:
    found = problem_facts(key, material, today)
    why = material.answer(key)
    gaps = found.gaps
    fixes = found.fixes
    if not why:
        gaps += ("Why it was because of disability, or retaliation, is not said.",)
        fixes += (f.answer_fix(key),)
    return Found(found.taken + ((why,) if why else ()), gaps, fixes=fixes)


def remedy(key: str, material: Material, today: date) -> Found:
    taken = tuple(f"Issue {issue.number}: {'; '.join(issue.remedies)}" for issue in material.issues if issue.remedies)
    taken += (material.answer(key),) if material.answer(key) else ()
    return Found(taken) if taken else Found(gaps=("Not written yet.",), fixes=(f.answer_fix(key),))


def _consent_form(key: str, material: Material, today: date) -> Found:
    """Consent or refusal: the page that is printed, or what was said of OCR's own form."""
    printed = ("A consent page is printed. Tick one box on it, and sign it.",) if _prints_consent(material) else ()
    said = (material.answer(key),) if material.answer(key) else ()
    return Found(printed + said) if printed or said else f.from_answer(key, material, today)


def _prints_consent(material: Material) -> bool:
    return material.answer("consent_page") == "yes"


RULES: Mapping[str, Rule] = {
    "complainant": f.filer,
    "grievant": f.filer,
    "person_harmed": _person_harmed,
    "institution": _institution,
    "other_forums": f.pending,
    "basis": _basis,
    "acts": _acts,
    "remedy": remedy,
    "papers": f.papers,
    "consent_form": _consent_form,
    "case_number": f.docket,
    "determination_date": f.on_record("ocr_determination_dated", "ocr_dismissal_dated"),
}
