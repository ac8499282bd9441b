"""What a person tells us about a case, before it is a row."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from uuid import UUID, uuid4


@dataclass(frozen=True)
class StudentRecord:
    """`address` is the residence that a due process complaint must name: 34 CFR 300.508(b)(2)."""

    name: str
    born_on: date
    grade: str = ""
    school: str = ""
    district: str = ""
    address: str = ""
    is_homeless: bool = False
    homeless_contact: str = ""
    disability: str = ""


@dataclass(frozen=True)
class PersonRecord:
    """`role` is a key of roles.PERSON_ROLES."""

    name: str
    role: str
    organization: str = ""
    email: str = ""
    phone: str = ""
    address: str = ""
    note: str = ""


@dataclass(frozen=True)
class NewCase:
    """Everything that the three steps asked.

    Attributes:
        state: two letters. timezone: of the case; empty for the State's own.
        plan, track: values of law.terms.PlanKind and Track. track_note: why the suggested track was changed.
        id: chosen before the case is saved, so that a form that is sent twice makes one case.
    """

    student: StudentRecord
    state: str
    plan: str
    track: str
    concern: str
    concern_on: date
    people: tuple[PersonRecord, ...] = ()
    track_note: str = ""
    timezone: str = ""
    is_sample: bool = False
    id: UUID = field(default_factory=uuid4)


@dataclass(frozen=True)
class CaseChange:
    """The case and its student as a person wants them from now on."""

    student: StudentRecord
    state: str
    timezone: str
    plan: str
    track: str
    track_note: str
    concern: str
    concern_on: date
    owner_id: UUID | None
