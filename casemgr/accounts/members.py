"""The workspace itself, and who works in it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError, InvalidRequestError

from casemgr.accounts import passphrase as passphrases
from casemgr.accounts import queries, throttle
from casemgr.accounts.emails import clean_email
from casemgr.accounts.models import Membership, Organization, User
from casemgr.accounts.services import AccountRefused
from casemgr.audit import services as audit
from casemgr.cases.models import CaseMember
from casemgr.extensions import db
from casemgr.platform.locking import check_version

PERSONA_OF_ROLE = {"attorney": "attorney", "paralegal": "attorney", "advocate": "advocate"}
LAST_OWNER = "A workspace needs an owner. Make somebody else an owner first."


@dataclass(frozen=True)
class NewMember:
    """Who is to be added. `name` is used only when the person has no account yet."""

    email: str
    name: str
    role: str


@dataclass(frozen=True)
class Added:
    """What happened: who was added and, for a new account, the passphrase to hand over. It is kept nowhere."""

    user: User
    one_time_passphrase: str | None


def edit_workspace(organization: Organization, *, name: str, state: str, timezone: str, seen: int, by: User) -> None:
    """Change the workspace's name, state and clock. Raises StaleForm."""
    check_version(organization, seen)
    organization.name, organization.state, organization.timezone = name, state, timezone
    audit.record(None, "accounts:organization:edit", by=by, subject=organization.id)
    db.session.commit()


def add_member(organization: Organization, new: NewMember, *, by: User) -> Added:
    """Add a person by e-mail, making an account with a one-time passphrase if they have none.

    Raises AccountRefused, or TooManyTries."""
    if by.is_visitor:
        raise AccountRefused("You are only looking around. Make an account first, then add people.")
    throttle.take(throttle.Claim(throttle.ADDED_PEOPLE, str(by.id)))
    try:
        email = clean_email(new.email)
    except ValueError as problem:
        raise AccountRefused(str(problem), "email") from problem
    user = queries.user_by_email(email)
    one_time = None
    if user is None:
        one_time = passphrases.make_one_time()
        user = _new_account(organization, email, new, one_time)
    elif passphrases.given_by(user.passphrase_hash) not in {None, organization.id}:
        # Whoever made that account still knows its passphrase, and would get in here with it.
        raise AccountRefused("This person has not signed in yet. Ask them to sign in once, then add them.", "email")
    made = one_time is not None
    audit.record(None, "accounts:member:add", by=by, subject=user.id, role=new.role, new_account=made)
    try:
        db.session.add(Membership(org_id=organization.id, user_id=user.id, role=new.role))
        db.session.commit()
    except IntegrityError as problem:
        db.session.rollback()
        raise AccountRefused("This person is in the workspace already.", "email") from problem
    return Added(user, one_time)


def renew_one_time(membership: Membership, *, by: User) -> Added:
    """Replace a one-time passphrase that was lost before it was used. Raises AccountRefused.

    A passphrase that a person chose is theirs: nobody here can replace it."""
    user = membership.user
    if passphrases.given_by(user.passphrase_hash) != membership.org_id:
        raise AccountRefused("This person has chosen a passphrase of their own. Nobody else can replace it.")
    one_time = passphrases.make_one_time()
    user.passphrase_hash = passphrases.one_time_hash(one_time, membership.org_id)
    user.session_epoch += 1
    audit.record(None, "accounts:member:renew_one_time", by=by, subject=user.id)
    db.session.commit()
    return Added(user, one_time)


def change_role(membership: Membership, role: str, *, seen: str, by: User) -> None:
    """Change what a person may do here. Raises AccountRefused for the last owner, and for a page out of date."""
    _one_at_a_time(membership)
    if membership.role != seen:
        raise AccountRefused("Somebody else changed this person's role a moment ago. Look again, then change it.")
    if membership.role == "owner" and role != "owner":
        _keep_an_owner(membership)
    audit.record(
        None, "accounts:member:change_role", by=by, subject=membership.user_id, before=membership.role, role=role
    )
    membership.role = role
    db.session.commit()


def remove_member(membership: Membership, *, by: User) -> None:
    """Take a person out of the workspace and out of each of its cases. Raises AccountRefused for the last owner."""
    _one_at_a_time(membership)
    if membership.role == "owner":
        _keep_an_owner(membership)
    db.session.execute(
        delete(CaseMember).where(CaseMember.org_id == membership.org_id, CaseMember.user_id == membership.user_id)
    )
    db.session.delete(membership)
    audit.record(None, "accounts:member:remove", by=by, subject=membership.user_id, role=membership.role)
    db.session.commit()


def _new_account(organization: Organization, email: str, new: NewMember, one_time: str) -> User:
    if not new.name:
        raise AccountRefused("This person has no account yet. Enter their name to make one.", "name")
    user = User(
        id=uuid4(),
        name=new.name,
        email=email,
        passphrase_hash=passphrases.one_time_hash(one_time, organization.id),
        persona=PERSONA_OF_ROLE.get(new.role, "parent"),
        timezone=organization.timezone,
    )
    db.session.add(user)
    try:
        db.session.flush()
    except IntegrityError as problem:
        db.session.rollback()
        raise AccountRefused("This person made an account just now. Add them again.", "email") from problem
    return user


def _one_at_a_time(membership: Membership) -> None:
    """Hold the workspace until the commit: two owners must not remove each other at the same moment."""
    org_id: UUID = membership.org_id
    db.session.execute(select(Organization.id).where(Organization.id == org_id).with_for_update())
    try:
        db.session.refresh(membership)
    except InvalidRequestError as problem:
        db.session.rollback()
        raise AccountRefused("This person was removed from the workspace a moment ago.") from problem


def _keep_an_owner(membership: Membership) -> None:
    owners = db.session.scalar(
        select(func.count())
        .select_from(Membership)
        .where(Membership.org_id == membership.org_id, Membership.role == "owner")
    )
    if owners == 1:
        db.session.rollback()
        raise AccountRefused(LAST_OWNER)
