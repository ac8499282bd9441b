"""Making accounts, signing in and out, and changing one's own account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy.exc import IntegrityError

from casemgr.accounts import passphrase as passphrases
from casemgr.accounts import places, queries, throttle
from casemgr.accounts.access import memberships_of
from casemgr.accounts.emails import clean_email, visitor_email
from casemgr.accounts.models import Membership, Organization, User
from casemgr.accounts.words import KIND_OF, workspace_name
from casemgr.audit import services as audit
from casemgr.cases.states import STATES
from casemgr.extensions import db
from casemgr.platform.columns import now
from casemgr.platform.locking import check_version
from casemgr.platform.tenancy import Scope, set_scope

SAME_FORM = timedelta(minutes=10)
TAKEN = "There is an account with this e-mail already. Sign in instead, or use another e-mail."
VISIT_STATE = "MA"


class AccountRefused(Exception):
    """The account cannot be made or changed like this. The text says why; `field` names the input it is about."""

    def __init__(self, words: str, field: str | None = None) -> None:
        super().__init__(words)
        self.field = field


class SignInRefused(Exception):
    """E-mail and passphrase do not belong together; nobody learns which of them is wrong."""

    def __init__(self) -> None:
        super().__init__("This e-mail and passphrase do not go together. Check both and try again.")


@dataclass(frozen=True)
class Registration:
    """What a person tells to get an account.

    `timezone` is the device's, empty when unknown. `account_id` is the form's own one-time id: the same form
    sent twice makes one account.
    """

    name: str
    email: str
    passphrase: str
    persona: str
    state: str
    timezone: str = ""
    account_id: UUID | None = None


def register(new: Registration) -> User:
    """Make an account with a workspace of its own, which the person owns. Raises AccountRefused."""
    email = _usable_email(new.email)
    _check(new, email)
    made_before = _sent_twice(new, email)
    if made_before is not None:
        return made_before
    user = User(
        id=_free_id(new.account_id),
        name=new.name,
        email=email,
        passphrase_hash=passphrases.hash_of(new.passphrase),
        persona=new.persona,
        timezone=places.zone_of_person(new.state, new.timezone),
    )
    try:
        _add_with_workspace(user, workspace_name(new.persona, new.name), new)
        db.session.commit()
    except IntegrityError as problem:  # the same e-mail, or the same form, at the same moment
        db.session.rollback()
        made_before = _sent_twice(new, email)
        if made_before is None:
            raise AccountRefused(TAKEN, "email") from problem
        return made_before
    return user


def register_visitor(*, timezone: str = "") -> User:
    """Make a throw-away account with a workspace to look around in. It can become a real one: `keep_visit`."""
    look = Registration("Visitor", "", "", "parent", VISIT_STATE, timezone)
    user = User(
        id=uuid4(),
        name=look.name,
        email=visitor_email(),
        passphrase_hash=passphrases.NO_PASSPHRASE,
        persona=look.persona,
        timezone=places.zone_of_person(look.state, timezone),
    )
    _add_with_workspace(user, "Just looking", look)
    db.session.commit()
    return user


def keep_visit(visitor: User, organization: Organization, new: Registration) -> None:
    """Turn a visitor into a person with an account; what they made in their workspace stays.

    Raises AccountRefused."""
    if not visitor.is_visitor:
        raise AccountRefused("This is a full account already.")
    email = _usable_email(new.email)
    _check(new, email)
    if queries.user_by_email(email) is not None:
        raise AccountRefused(TAKEN, "email")
    visitor.name, visitor.persona = new.name, new.persona
    visitor.passphrase_hash = passphrases.hash_of(new.passphrase)
    visitor.timezone = places.zone_of_person(new.state, new.timezone)
    visitor.session_epoch += 1
    organization.name = workspace_name(new.persona, new.name)
    organization.kind, organization.state = KIND_OF[new.persona], new.state
    organization.timezone = places.zone_in(new.state, new.timezone)
    audit.record(None, "accounts:account:keep", by=visitor, subject=visitor.id)
    try:
        visitor.email = email
        db.session.commit()
    except IntegrityError as problem:
        db.session.rollback()
        raise AccountRefused(TAKEN, "email") from problem


def make_workspace(user: User, name: str, state: str, *, org_id: UUID) -> UUID:
    """Give a person who is in no workspace one of their own, of the kind that fits them; return its id.

    Somebody who is in a workspace already (the same form sent twice) keeps that one, and nothing is made.
    """
    ours = memberships_of(user)
    if ours:
        return ours[0].org_id
    set_scope(Scope(org_id, user.id))
    zone = places.zone_in(state, user.timezone)
    db.session.add(Organization(id=org_id, name=name, kind=KIND_OF[user.persona], state=state, timezone=zone))
    db.session.flush()
    db.session.add(Membership(org_id=org_id, user_id=user.id, role="owner"))
    audit.record(None, "accounts:organization:make", by=user, subject=org_id)
    try:
        db.session.commit()
    except IntegrityError:  # the same form, at the same moment
        db.session.rollback()
    return org_id


def sign_in(email: str, passphrase: str, *, address: str | None) -> User:
    """Return the person who may come in. Raises SignInRefused, or TooManyTries before anything is looked at."""
    user = queries.user_by_email(email)
    account = throttle.Claim(throttle.PER_ACCOUNT, user.email if user else email.strip().lower())
    network = throttle.Claim(throttle.PER_ADDRESS, throttle.network_of(address))
    taken = throttle.take(account, network)
    kept = user.passphrase_hash if user is not None and user.is_active else None
    if not passphrases.matches(kept, passphrase) or user is None or kept is None:
        audit.record(None, "accounts:session:refuse", by=None, subject=user.id if user else None)
        db.session.commit()
        raise SignInRefused
    throttle.clear(account)
    throttle.give_back(taken[network])
    if passphrases.should_rehash(kept):
        user.passphrase_hash = passphrases.hash_of(passphrase)
    audit.record(None, "accounts:session:begin", by=user, subject=user.id)
    db.session.commit()
    return user


def sign_out(user: User) -> None:
    """Write down that the person left. The session itself is the view's to end."""
    audit.record(None, "accounts:session:end", by=user, subject=user.id)
    db.session.commit()


def sign_out_everywhere(user: User) -> None:
    """End every session of this person, on every device."""
    user.session_epoch += 1
    audit.record(None, "accounts:session:end_all", by=user, subject=user.id)
    db.session.commit()


def change_details(user: User, *, name: str, timezone: str, persona: str, seen: int) -> None:
    """Change what the person is called and which clock and words they see. Raises StaleForm."""
    check_version(user, seen)
    user.name, user.timezone, user.persona = name, timezone, persona
    audit.record(None, "accounts:account:edit", by=user, subject=user.id)
    db.session.commit()


def change_email(user: User, email: str, *, present: str) -> None:
    """Change the address to sign in with. Raises AccountRefused, or TooManyTries."""
    new = _usable_email(email)
    _prove(user, present)
    audit.record(None, "accounts:account:change_email", by=user, subject=user.id)
    try:
        user.email = new
        db.session.commit()
    except IntegrityError as problem:
        db.session.rollback()
        raise AccountRefused(TAKEN, "email") from problem


def change_passphrase(user: User, new: str, *, present: str) -> None:
    """Change the passphrase and end every session; the view begins a new one. Raises as `change_email`."""
    _must_be_strong(user, new)
    if new == present:
        raise AccountRefused("This is the passphrase you have now. Choose another one.", "new")
    _prove(user, present)
    _set_passphrase(user, new, "change_passphrase")


def reset_passphrase(user: User, new: str) -> None:
    """Give a person who forgot theirs a new passphrase, from the command line. Raises AccountRefused."""
    _must_be_strong(user, new)
    _set_passphrase(user, new, "reset_passphrase")


def _must_be_strong(user: User, new: str) -> None:
    problem = passphrases.strength_of(new, (user.name, user.email)).problem
    if problem:
        raise AccountRefused(problem, "new")


def _set_passphrase(user: User, new: str, act: str) -> None:
    user.passphrase_hash = passphrases.hash_of(new)
    user.session_epoch += 1
    audit.record(None, f"accounts:account:{act}", by=user, subject=user.id)
    db.session.commit()


def _prove(user: User, present: str) -> None:
    """Raise AccountRefused unless `present` is the person's passphrase now; the tries are counted."""
    claim = throttle.Claim(throttle.PER_ACCOUNT, user.email)
    throttle.take(claim)
    if not passphrases.matches(user.passphrase_hash, present):
        raise AccountRefused("This is not your present passphrase.", "present")
    throttle.clear(claim)


def _add_with_workspace(user: User, name: str, new: Registration) -> None:
    """Add the person, their workspace and their place in it; the caller commits."""
    org_id = uuid4()
    set_scope(Scope(org_id, user.id))
    db.session.add(user)
    db.session.add(
        Organization(
            id=org_id,
            name=name,
            kind=KIND_OF[new.persona],
            state=new.state,
            timezone=places.zone_in(new.state, new.timezone),
        )
    )
    db.session.flush()
    db.session.add(Membership(org_id=org_id, user_id=user.id, role="owner"))
    audit.record(None, "accounts:account:make", by=user, subject=user.id)


def _sent_twice(new: Registration, email: str) -> User | None:
    """Return the account that this very form has made a moment ago, if it has.

    The passphrase is asked again, and only for a while: an id alone opens no account.
    """
    user = db.session.get(User, new.account_id) if new.account_id else None
    if user is None or user.email != email or now() - user.created_at > SAME_FORM:
        return None
    return user if passphrases.matches(user.passphrase_hash, new.passphrase) else None


def _free_id(wanted: UUID | None) -> UUID:
    """Return the form's id, or a fresh one where the form was used before with another e-mail."""
    return wanted if wanted is not None and db.session.get(User, wanted) is None else uuid4()


def _usable_email(text: str) -> str:
    try:
        return clean_email(text)
    except ValueError as problem:
        raise AccountRefused(str(problem), "email") from problem


def _check(new: Registration, email: str) -> None:
    """Refuse what the forms refuse too: the command line comes straight here."""
    if not new.name.strip():
        raise AccountRefused("Enter a name.", "name")
    if new.persona not in KIND_OF:
        raise AccountRefused("Choose parent, advocate or attorney.", "persona")
    if new.state not in STATES:
        raise AccountRefused("Choose a state or territory.", "state")
    problem = passphrases.strength_of(new.passphrase, (new.name, email)).problem
    if problem:
        raise AccountRefused(problem, "passphrase")
