"""The two versions of a record after a lost optimistic lock, side by side in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_wtf import FlaskForm
from wtforms.fields import BooleanField, RadioField, SelectField

from casemgr.cases.models import Case, Person
from casemgr.web.filters import legal_date

STUDENT_FIELDS = ["name", "born_on", "grade", "school", "district", "address"]
STUDENT_FIELDS += ["is_homeless", "homeless_contact", "disability"]
CASE_FIELDS = ["state", "timezone", "plan", "track", "track_note", "concern", "concern_on"]
CASE_LABELS = [*STUDENT_FIELDS, *CASE_FIELDS, "owner_id"]
PERSON_LABELS = ["name", "role", "email", "phone", "organization", "address", "note"]


def case_values(case: Case) -> dict[str, Any]:
    """Return the case and its student under the names of CaseForm's fields."""
    student = case.student
    return (
        {name: getattr(student, name) for name in STUDENT_FIELDS}
        | {name: getattr(case, name) for name in (*CASE_FIELDS, "version")}
        | {"student_version": student.version, "owner_id": str(case.owner_id or "")}
    )


def person_values(person: Person) -> dict[str, Any]:
    return {name: getattr(person, name) for name in (*PERSON_LABELS, "version")}


def both_versions(
    form: FlaskForm, saved: Mapping[str, Any], names: list[str]
) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return (theirs, mine) for the conflict component: label and words of each field."""
    theirs = [(form[name].label.text, _words(form[name], saved[name])) for name in names]
    mine = [(form[name].label.text, _words(form[name], form[name].data)) for name in names]
    return theirs, mine


def _words(field: Any, value: Any) -> str:
    if isinstance(field, BooleanField):
        return "Yes" if value else "No"
    if isinstance(field, SelectField | RadioField):
        return str(dict(field.choices).get(str(value), value or ""))
    return legal_date(value) if hasattr(value, "strftime") else str(value or "")
