"""Start a case, change it, and keep the people around it."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from casemgr.accounts.access import demand_in_organization
from casemgr.accounts.models import User
from casemgr.accounts.queries import user_by_email
from casemgr.accounts.roles import Permission
from casemgr.audit import services as audit
from casemgr.cases.models import Case, CaseMember, Person, Student
from casemgr.cases.queries import OPENED
from casemgr.cases.records import CaseChange, NewCase, PersonRecord
from casemgr.cases.sample_calendar import forget_school_years
from casemgr.cases.states import timezone_of
from casemgr.deadlines.services import recompute
from casemgr.extensions import db
from casemgr.holds.guard import refuse_if_held, refuse_removal
from casemgr.law.terms import Stage
from casemgr.platform.locking import check_version
from casemgr.proceedings.models import StageMove

DECIDE_DATES = frozenset({"state", "district", "born_on", "concern_on", "plan", "track", "timezone"})
"""What the dates of a case hang on, beside its facts: whose rules, whose school days, which birthdays."""


class MemberRefused(Exception):
    """This sign-in cannot be added to the case. Nothing was changed; the message says what to do."""


def start_case(new: NewCase, *, by: User, org_id: UUID, commit: bool = True) -> Case:
    """Make the case, its student, its people and the first line of its history, all at once.

    The same `new.id` twice gives the case that the first one made. Raises NotAllowed for whoever may not."""
    demand_in_organization(by, org_id, Permission.CASE_CREATE)
    case = Case(
        id=new.id,
        org_id=org_id,
        state=new.state,
        timezone=new.timezone or timezone_of(new.state),
        track=new.track,
        track_note=new.track_note,
        plan=new.plan,
        stage=Stage.CONCERN_RAISED.value,
        concern=new.concern,
        concern_on=new.concern_on,
        is_sample=new.is_sample,
        owner_id=by.id,
    )
    case.student = Student(org_id=org_id, **asdict(new.student))
    db.session.add(case)
    try:
        db.session.flush()
    except IntegrityError:
        db.session.rollback()
        made_before = db.session.get(Case, new.id)
        if made_before is None:
            raise
        return made_before
    _add_first_rows(case, new, by)
    if commit:
        db.session.commit()
    return case


def _add_first_rows(case: Case, new: NewCase, by: User) -> None:
    for record in new.people:
        db.session.add(Person(org_id=case.org_id, case_id=case.id, **asdict(record)))
    db.session.add(
        StageMove(
            org_id=case.org_id,
            case_id=case.id,
            event=OPENED,
            from_stage=case.stage,
            to_stage=case.stage,
            on_date=new.concern_on,
            reason="The concern was written down and the case was opened.",
            moved_by=by.id,
            moved_by_name=by.name,
        )
    )
    audit.record(case, "cases:case:start", by=by, subject=case.id, track=case.track, people=len(new.people))
    db.session.flush()
    recompute(case, cause="The case was opened.", by_name=by.name)  # birthdays start clocks of their own


def edit_case(case: Case, change: CaseChange, *, by: User, seen: tuple[int, int]) -> None:
    """Change the case and its student. `seen` are the versions of the two that the person saw.

    Raises StaleForm, and changes nothing, when one of them was saved by somebody else meanwhile."""
    check_version(case, seen[0])
    check_version(case.student, seen[1])
    wanted = {name: value for name, value in vars(change).items() if name != "student"}
    changed = _apply(case, wanted) + _apply(case.student, asdict(change.student))
    if changed:
        audit.record(case, "cases:case:edit", by=by, subject=case.id, fields=changed, track=case.track)
    if DECIDE_DATES & set(changed):
        db.session.flush()
        recompute(case, cause=f"The case was edited: {', '.join(sorted(DECIDE_DATES & set(changed)))}", by_name=by.name)
    db.session.commit()


def _apply(row: Case | Student | Person, wanted: dict[str, object]) -> list[str]:
    """Set what differs and return the names of the fields that did."""
    changed = [name for name, value in wanted.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, wanted[name])
    return changed


def add_person(case: Case, record: PersonRecord, *, by: User, person_id: UUID | None = None) -> Person:
    person = Person(id=person_id or uuid4(), org_id=case.org_id, case_id=case.id, **asdict(record))
    db.session.add(person)
    db.session.flush()
    audit.record(case, "cases:person:add", by=by, subject=person.id, role=person.role)
    db.session.commit()
    return person


def edit_person(case: Case, person: Person, record: PersonRecord, *, by: User, seen: int) -> None:
    """Raises StaleForm, and changes nothing, when the person was saved by somebody else meanwhile."""
    check_version(person, seen)
    changed = _apply(person, asdict(record))
    if changed:
        audit.record(case, "cases:person:edit", by=by, subject=person.id, fields=changed)
    db.session.commit()


def remove_person(case: Case, person: Person, *, by: User) -> None:
    """Take somebody off the list. Log entries that name them keep the name. Raises OnHold."""
    refuse_if_held(case)
    audit.record(case, "cases:person:remove", by=by, subject=person.id, role=person.role)
    db.session.delete(person)
    db.session.commit()


def add_member(case: Case, email: str, role: str, *, by: User) -> CaseMember:
    """Let an existing account into this one case. Raises MemberRefused, saying why."""
    user = user_by_email(email)
    if user is None or not user.is_active:
        raise MemberRefused("No account has this e-mail. Ask them to make an account first, then add them here.")
    if user.id == by.id:
        raise MemberRefused("That is your own account. You can already open this case.")
    known = select(CaseMember.id).where(CaseMember.case_id == case.id, CaseMember.user_id == user.id)
    if db.session.scalar(known) is not None:
        raise MemberRefused(
            f"{user.name} can already open this case. To change the role, remove them and add them again."
        )
    member = CaseMember(org_id=case.org_id, case_id=case.id, user_id=user.id, role=role)
    db.session.add(member)
    db.session.flush()
    audit.record(case, "cases:member:add", by=by, subject=user.id, role=role)
    db.session.commit()
    return member


def remove_member(case: Case, member: CaseMember, *, by: User) -> None:
    audit.record(case, "cases:member:remove", by=by, subject=member.user_id, role=member.role)
    db.session.delete(member)
    db.session.commit()


def remove_sample(case: Case, *, by: User) -> None:
    """Remove a sample case with everything in it. Stored files are left to the sweep.

    The made-up district's school calendars go too, unless another case uses them.
    Raises ValueError for a case that is not a sample, OnHold for one of which anything is on legal hold; the database
    refuses both as well."""
    if not case.is_sample:
        raise ValueError("Only a sample case can be removed.")
    refuse_removal(case)
    case_id = case.id
    db.session.execute(select(func.remove_sample_case(case_id)))
    forget_school_years()
    audit.record(None, "cases:sample:remove", by=by, subject=case_id)
    db.session.commit()
