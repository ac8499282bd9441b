"""Who somebody is in a dispute, in the field's terms, and what a sign-in may do in one case."""

from __future__ import annotations

PERSON_ROLES: dict[str, str] = {
    "parent": "Parent or guardian",
    "student": "Student",
    "special_education_director": "Special education director (LEA)",
    "team_chair": "Team chair",
    "teacher": "Teacher",
    "related_service_provider": "Related service provider",
    "evaluator": "Evaluator",
    "principal": "Principal",
    "section_504_coordinator": "504 coordinator",
    "advocate": "Advocate",
    "parent_attorney": "Attorney for the parent",
    "lea_attorney": "Attorney for the district (LEA)",
    "mediator": "Mediator",
    "hearing_officer": "Hearing officer",
    "sea_contact": "State education agency (SEA) contact",
    "other": "Someone else",
}

CASE_ROLES: dict[str, str] = {
    "parent": "Parent: reads, adds papers and log entries",
    "advocate": "Advocate: works on the whole case",
    "attorney": "Attorney: works on the whole case",
    "paralegal": "Paralegal: works on the case, does not file",
    "viewer": "Viewer: reads what is shared with the family",
}
"""Roles of a sign-in in one case (`case_members.role`); what each may do is in accounts.roles.ROLES."""
