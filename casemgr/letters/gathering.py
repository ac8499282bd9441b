"""What a letter can say of the case: a value for each `{name}`, with where it is kept. Only what is shared goes in."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, timedelta

from casemgr.accounts.models import Organization, User
from casemgr.cases.clock import today
from casemgr.cases.models import Case, Person
from casemgr.cases.queries import people_of
from casemgr.cases.roles import PERSON_ROLES
from casemgr.deadlines.models import Fact
from casemgr.deadlines.queries import current_facts
from casemgr.discipline.queries import current_removals
from casemgr.evidence import queries as evidence
from casemgr.evidence.kinds import when_words
from casemgr.evidence.models import EvidenceEntry
from casemgr.law.days import add_months
from casemgr.law.facts import FACTS
from casemgr.law.removals import KINDS as REMOVAL_KINDS
from casemgr.law.terms import FactKind, RemovalKind, Track
from casemgr.letters.content import Slot, Used
from casemgr.letters.drafting import BLANKS
from casemgr.letters.kinds import FOR_PARENT, PARENT, Kind
from casemgr.letters.models import OutgoingLetter
from casemgr.letters.naming import called
from casemgr.plans.queries import placement_that_stays
from casemgr.proceedings.queries import proceedings_of

OPEN_TO_ALL = frozenset({"shared"})
"""What may leave the house: nothing internal, privileged or said in mediation."""
A_COURTESY = timedelta(days=14)
MOST_EXAMPLES, MOST_MISSED = 4, 12
EXAMPLES = ("observation", "incident")
FAMILY = "family"
DAYS_OF: dict[str, tuple[FactKind, ...]] = {
    "evaluation": (FactKind.EVALUATION_COMPLETED,),
    "consent_form": (FactKind.CONSENT_FORM_RECEIVED,),
    "proposed_iep": (FactKind.IEP_PROPOSED_RECEIVED,),
    "notice": (FactKind.PRIOR_WRITTEN_NOTICE_RECEIVED,),
    "meeting": (FactKind.IEP_TEAM_MET, FactKind.MEETING_HELD),
    "removal_decision": (FactKind.DISCIPLINARY_PLACEMENT_CHANGE_DECIDED,),
    "move_date": (FactKind.PRIVATE_PLACEMENT_PLANNED,),
    "next_meeting": (FactKind.TEAM_MEETING_SCHEDULED,),
}
"""Slots that are the day of the newest fact of a kind."""
REJECTED = {FactKind.IEP_REJECTED_RECEIVED: "", FactKind.IEP_PARTLY_REJECTED_RECEIVED: " in part"}
OFFICES = ("special_education_director", "section_504_coordinator", "principal")
"""Who can be written to by office."""
COORDINATOR = "section_504_coordinator"
SPECIAL_EDUCATION = ("special_education_director", "team_chair")
IN_SCHOOL = (COORDINATOR, "principal")
AHEAD = ("next_meeting",)
"""Those of them that are of use only while the day is still to come."""


def voice_of(kind: Kind, organization: Organization, asked: str = "") -> str:
    """Return who speaks in the letter: a family for itself, others for the parent unless they ask for the parent's own
    letter, or nobody else can say it."""
    return PARENT if PARENT in (kind.signed_by, asked) or organization.kind == FAMILY else FOR_PARENT


def voice_in(row: OutgoingLetter, organization: Organization) -> str:
    """Return who speaks in a letter that was begun; older ones do not say it."""
    return row.choices.get("voice") or (PARENT if organization.kind == FAMILY else FOR_PARENT)


def look_of(row: OutgoingLetter, organization: Organization) -> str:
    """Return whose letterhead it has: the parent's own letter never has that of a firm."""
    return FAMILY if voice_in(row, organization) == PARENT else organization.kind


def is_for_the_parent(row: OutgoingLetter, organization: Organization) -> bool:
    """Whether somebody else drafted it for the parent to sign."""
    return organization.kind != FAMILY and voice_in(row, organization) == PARENT


def is_grown(case: Case) -> bool:
    """Whether the student may be the one to sign: rights pass at the State's age of majority (34 CFR 300.520)."""
    return today(case) >= add_months(case.student.born_on, 12 * 18)


def slots_of(case: Case, voice: str) -> dict[str, Slot]:
    """Return everything that the case can fill in."""
    found: dict[str, Slot] = {"my": Slot("my" if voice == PARENT else "the parent’s")}
    for part in (
        _student(case),
        _opening(case, voice),
        _days(case),
        _log(case),
        _placement(case),
        _dispute(case),
    ):
        found |= part
    by = today(case) + A_COURTESY
    words = _long(by)
    found["reply_by"] = Slot(words, (Used("reply_by", "A courtesy day, two weeks ahead; no law sets it", words),))
    return found


def frame_of(case: Case, kind: Kind, organization: Organization, user: User, voice: str) -> dict[str, str]:
    """Return what stands around the text: letterhead, address, greeting, signature, copies."""
    people = people_of(case)
    to = _first(people, _in_this_case(case, kind.to))
    copied = (*kind.copy, *(("parent",) if voice == FOR_PARENT else ()))
    copies = dict.fromkeys(_first(people, _in_this_case(case, (role,))) for role in copied)
    head, signer = _sender(case, organization, user, people, voice)
    return {
        "letterhead": head,
        "to": _address(to) if to else _office(case, kind),
        "salutation": _greeting(case, kind, to),
        "signer": signer,
        "copies": "\n".join(_one_line(one) for one in copies if one is not None and one is not to),
    }


def named(case: Case, kind: Kind) -> list[tuple[str, str]]:
    """Return who gets the letter: each role, and the name of who has it in this case (empty: nobody yet)."""
    people = people_of(case)
    return [
        (_role(role), found.name if (found := _first(people, (role,))) else "")
        for role in dict.fromkeys((*_in_this_case(case, kind.to), *kind.copy))
    ]


def _sender(
    case: Case, organization: Organization, user: User, people: Sequence[Person], voice: str
) -> tuple[str, str]:
    if voice == FOR_PARENT:
        mail = "" if user.email.endswith(".invalid") else user.email
        return _joined(organization.name, user.name, mail), _joined(user.name, organization.name)
    parent = _first(people, ("parent",))
    if parent is None and organization.kind != FAMILY:
        gap = f"[[{BLANKS['parent']}]]"
        return _joined(gap, case.student.address), _joined(gap, f"Parent of {case.student.name}")
    if parent is None:
        mail = "" if user.email.endswith(".invalid") else user.email
        return _joined(user.name, case.student.address, mail), user.name
    head = _joined(parent.name, parent.address or case.student.address, parent.phone, parent.email)
    return head, _joined(parent.name, f"Parent of {case.student.name}")


def _student(case: Case) -> dict[str, Slot]:
    student = case.student
    own = ("student", str(case.id))
    found = {
        "student": Slot(student.name, (Used("student", "The student’s name", student.name, *own),)),
        "first": Slot(called(student.name)),
        "born": Slot(_long(student.born_on), (Used("born", "Date of birth", _long(student.born_on), *own),)),
    }
    concern = " ".join(case.concern.split())
    if concern:
        found["concern"] = Slot(concern, (Used("concern", "The concern, as you wrote it", concern, *own),))
    return found


def _opening(case: Case, voice: str) -> dict[str, Slot]:
    student = case.student
    who = f"{student.name}, born {_long(student.born_on)}"
    if student.grade or student.school:
        grade = f"in grade {student.grade}" if student.grade else ""
        school = f"at {student.school}" if student.school else ""
        who += f", {' '.join(part for part in (grade, school) if part)}"
    used = [Used("opening", "The student’s record", who, "student", str(case.id))]
    parent = _first(people_of(case), ("parent",))
    if voice == PARENT:
        return {"opening": Slot(f"I am the parent of {who}.", tuple(used))}
    if parent is None:
        return {"opening": Slot(f"I write for [[{BLANKS['parent']}]], parent of {who}.", tuple(used))}
    named = (Used("opening", PERSON_ROLES["parent"], parent.name, "person", str(parent.id)),)
    words = f"I write for {parent.name}, parent of {who}."
    return {"opening": Slot(words, (*used, *named)), "parent": Slot(parent.name, named)}


def _days(case: Case) -> dict[str, Slot]:
    facts = [fact for fact in current_facts(case) if fact.precision != "unknown"]
    found = {}
    for name, kinds in DAYS_OF.items():
        newest = [fact for fact in facts if fact.kind in kinds and (name not in AHEAD or fact.on_date >= today(case))]
        if newest:
            found[name] = _day(name, newest[-1])
    return found


def _day(name: str, fact: Fact) -> Slot:
    words = when_words(fact.on_date, fact.precision)
    return Slot(words, (Used(name, FACTS[FactKind(fact.kind)].label, words, "fact", str(fact.id)),))


def _log(case: Case) -> dict[str, Slot]:
    rows = evidence.chronology(case, OPEN_TO_ALL)
    found = {}
    for name, kinds, most in (("examples", EXAMPLES, MOST_EXAMPLES), ("missed", ("missed_service",), MOST_MISSED)):
        newest = [row for row in rows if row.kind in kinds][-most:]
        if newest:
            found[name] = Slot(tuple(map(_entry, newest)), tuple(_used_entry(name, row) for row in newest))
    if removals := list(current_removals(case)):
        removals.sort(key=lambda row: row.first_on)
        points = tuple(
            f"{_span(row.first_on, row.last_on)}: {REMOVAL_KINDS[RemovalKind(row.kind)].label.lower()}"
            for row in removals
        )
        label = "The discipline log"
        found["removals"] = Slot(
            points, (Used("removals", label, f"{len(points)} on record", "discipline", str(case.id)),)
        )
    return found


def _entry(row: EvidenceEntry) -> str:
    return f"{when_words(row.happened_on, row.precision, None)}: {row.title.removesuffix('.')}"


def _used_entry(name: str, row: EvidenceEntry) -> Used:
    return Used(name, f"Evidence log, No. {row.number}", row.title, "entry", str(row.id))


def _placement(case: Case) -> dict[str, Slot]:
    row = placement_that_stays(case)
    if row is None:
        return {"placement_setting": Slot("")}
    used = (
        Used(
            "placement",
            "The placement as last agreed",
            f"{row.school}, {_long(row.agreed_on)}",
            "placement",
            str(row.id),
        ),
    )
    found = {
        "placement_school": Slot(row.school, used),
        "placement_date": Slot(_long(row.agreed_on), used),
        "placement_setting": Slot(f", {row.setting}" if row.setting else "", used),
    }
    if row.services:
        found["placement_services"] = found["services_owed"] = Slot(tuple(map(_service, row.services)), used)
    return found


def _service(service: dict[str, object]) -> str:
    minutes = f"{service['minutes']} minutes" if service.get("minutes") else ""
    return ", ".join(
        str(part) for part in (service.get("name"), minutes, service.get("per"), service.get("where")) if part
    )


def _dispute(case: Case) -> dict[str, Slot]:
    pending = [row for row in proceedings_of(case) if row.ended_on is None and row.kind == "due_process"]
    if not pending:
        return _rejected(case)
    row = pending[-1]
    docket = f", docket number {row.docket_number}" if row.docket_number else ""
    words = f"a due process hearing was requested on {_long(row.opened_on)}{docket}"
    used = (Used("dispute", "The pending proceeding", words, "proceeding", str(row.id)),)
    return {"dispute": Slot(words, used), "hearing": Slot("", used)}


def _rejected(case: Case) -> dict[str, Slot]:
    """An IEP that was rejected is a dispute as well. Only the law of some States goes by it."""
    facts = [fact for fact in current_facts(case) if fact.kind in REJECTED and fact.precision != "unknown"]
    if not facts:
        return {}
    fact = facts[-1]
    words = f"the proposed IEP was rejected{REJECTED[FactKind(fact.kind)]} ({when_words(fact.on_date, fact.precision)})"
    used = (Used("dispute", FACTS[FactKind(fact.kind)].label, words, "fact", str(fact.id)),)
    return {"rejected_iep": Slot(words, used)}


def since_changed(used: Sequence[dict[str, str]], slots: dict[str, Slot]) -> list[dict[str, str]]:
    """Return what the draft was made from and what is different in the case now."""
    now = {(one.slot, one.id): one.value for slot in slots.values() for one in slot.used}
    return [one for one in used if one["slot"] != "reply_by" and _is_stale(one, now)]


def _is_stale(one: dict[str, str], now: dict[tuple[str, str], str]) -> bool:
    value = now.get((one["slot"], one["id"]))
    return value is None or value != one["value"]


def _first(people: Sequence[Person], roles: Collection[str]) -> Person | None:
    """Return the first person with the first of these roles that anybody has."""
    return next((person for role in roles for person in people if person.role == role), None)


def _address(person: Person) -> str:
    role = "" if person.role == "other" else _titled(person.role)
    return _joined(person.name, role, person.organization, person.address)


def _one_line(person: Person) -> str:
    role = "parent" if person.role == "parent" else _titled(person.role)
    return ", ".join(part for part in (person.name, role) if part)


def _in_this_case(case: Case, roles: tuple[str, ...]) -> tuple[str, ...]:
    """Return these roles, the best first: under Section 504 alone its coordinator comes before special education."""
    is_504 = case.track == Track.SECTION_504 and roles[:1] and roles[0] in SPECIAL_EDUCATION
    return tuple(dict.fromkeys((COORDINATOR, *roles))) if is_504 else roles


def _office(case: Case, kind: Kind) -> str:
    """Return the office that gets the letter while nobody of it is known by name."""
    known = () if kind.group == "Support" else _in_this_case(case, kind.to)
    office = next((role for role in known if role in OFFICES), "")
    where = (case.student.school or case.student.district) if office in IN_SCHOOL else case.student.district
    return _joined(_titled(office), where) if office and where else ""


def _greeting(case: Case, kind: Kind, to: Person | None) -> str:
    if to is not None:
        return f"Dear {to.name}:"
    office = _office(case, kind).partition("\n")[0]
    return f"Dear {office}:" if office else "To whom it may concern:"


def _role(role: str) -> str:
    return PERSON_ROLES.get(role, "").replace(" (LEA)", "")


def _titled(role: str) -> str:
    """Return a role as an address says it: Special Education Director."""
    words = _role(role).split()
    return " ".join(word if word in ("for", "the", "or") else word[:1].upper() + word[1:] for word in words)


def _joined(*parts: str) -> str:
    return "\n".join(_flat(part) for part in parts if part.strip())


def _flat(text: str) -> str:
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def _span(first: date, last: date | None) -> str:
    if last is None:
        return f"since {_long(first)}"
    return _long(first) if first == last else f"{_long(first)} to {_long(last)}"


def _long(day: date) -> str:
    return f"{day:%B} {day.day}, {day.year}"
