"""What an issue can be about, in the field's terms, with the usual citation.

A citation stands here only where its text was checked; where none was, the field is left to the person.
State law differs from State to State, so the areas carry federal citations alone.
"""

from __future__ import annotations

from dataclasses import dataclass

LAWS: dict[str, str] = {
    "idea": "IDEA (special education)",
    "section_504": "Section 504 (equal access)",
    "state": "State law",
}
"""Which law an issue stands on."""


@dataclass(frozen=True)
class Area:
    """A kind of claim. `idea` and `section_504` are the usual citations; empty where none was checked."""

    label: str
    hint: str
    idea: str = ""
    section_504: str = ""

    def citation(self, law: str) -> str:
        """Return the usual citation under `law`, or an empty text."""
        return {"idea": self.idea, "section_504": self.section_504}.get(law, "")


ISSUE_AREAS: dict[str, Area] = {
    "child_find": Area(
        "Child find: the school did not look",
        "Signs of a disability were there, and nobody offered to evaluate.",
        section_504="34 CFR 104.32",
    ),
    "evaluation_late": Area(
        "Evaluation late or not done",
        "You asked or consented, and the evaluation came late, was refused, or left areas out.",
        idea="34 CFR 300.301(c)(1)",
        section_504="34 CFR 104.35",
    ),
    "reevaluation": Area(
        "Re-evaluation late or refused", "At least every three years, unless both agree.", idea="34 CFR 300.303(b)(2)"
    ),
    "eligibility": Area("Found not eligible", "The team said that the student does not qualify.", idea="34 CFR 300.8"),
    "iep_content": Area(
        "IEP not good enough (content)",
        "Goals, services, minutes or supports do not fit the student.",
        idea="34 CFR 300.320",
    ),
    "iep_review": Area("Annual IEP review missed", "Not reviewed within a year.", idea="34 CFR 300.324(b)(1)(i)"),
    "iep_not_implemented": Area(
        "IEP not carried out", "Services in the plan were not given, or not in full.", idea="34 CFR 300.323"
    ),
    "parent_participation": Area(
        "Parent left out of decisions", "No notice of the meeting, or decided without you.", idea="34 CFR 300.322"
    ),
    "placement": Area(
        "Placement; least restrictive environment (LRE)",
        "Wrong setting, or kept apart from other students more than needed.",
        section_504="34 CFR 104.35",
    ),
    "private_placement": Area("Private placement and repayment", "Paying for a private school.", idea="34 CFR 300.148"),
    "related_services": Area(
        "Related services", "Speech, occupational or physical therapy, counseling, transport and the like."
    ),
    "extended_school_year": Area("Extended school year (ESY)", "Services over the summer or other breaks."),
    "discipline": Area(
        "Discipline; manifestation determination",
        "Removed for more than ten school days, or no fair look at whether the disability was the cause.",
        idea="34 CFR 300.530(e)",
    ),
    "discipline_services": Area(
        "No services during a removal", "From the eleventh day of removal on.", idea="34 CFR 300.530(b)(2)"
    ),
    "prior_written_notice": Area(
        "No prior written notice (PWN)",
        "The school said no, or changed something, without the written reasons.",
        idea="34 CFR 300.503",
        section_504="34 CFR 104.36",
    ),
    "procedural_safeguards": Area(
        "Procedural safeguards",
        "Rights not explained, or not kept.",
        idea="34 CFR 300.504",
        section_504="34 CFR 104.36",
    ),
    "stay_put": Area("Stay-put broken", "Placement changed while a complaint is pending.", idea="34 CFR 300.518(a)"),
    "iee": Area(
        "Independent educational evaluation (IEE)",
        "Asked for at public expense, and neither paid for nor taken to a hearing.",
        idea="34 CFR 300.502(b)",
    ),
    "transition": Area("Transition to adult life", "Planning for after school, from age 16.", idea="34 CFR 300.320(b)"),
    "early_childhood": Area(
        "Move from early intervention to school", "No IEP in effect at the third birthday.", idea="34 CFR 300.124(b)"
    ),
    "records": Area("Records", "Records asked for and not shown, or shown late.", idea="34 CFR 300.613(a)"),
    "accommodations": Area("504 accommodations", "Not offered, not enough, or not carried out."),
    "section_504_grievance": Area(
        "504 grievance not handled", "No prompt and fair answer to a grievance.", section_504="34 CFR 104.7(b)"
    ),
    "discrimination": Area("Discrimination because of disability", "Treated worse, or shut out, because of it."),
    "retaliation": Area("Retaliation", "Punished or treated worse for speaking up."),
    "harassment": Area("Bullying and harassment", "Because of disability, and the school did not stop it."),
    "other": Area("Something else", "Say it in your own words."),
}
"""Area: what it is about. The order is the order of the form."""


def usual_citation(area: str, law: str) -> str:
    """Return the usual citation of an area under a law, or an empty text where none was checked."""
    found = ISSUE_AREAS.get(area)
    return found.citation(law) if found else ""
