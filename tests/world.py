"""Invented people, organizations and cases, made straight in the tables."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from uuid import UUID, uuid4

from flask import Flask

from casemgr.accounts.models import Membership, Organization, User
from casemgr.cases.models import Case, CaseMember, Student
from casemgr.extensions import db
from casemgr.platform.tenancy import Scope, set_scope

PASSPHRASE = "a quiet harbour at noon"
# argon2id of PASSPHRASE, made once with weak settings so that tests do not wait for it.
PASSPHRASE_HASH = ""
_numbers = itertools.count(1)


def _passphrase_hash() -> str:
    global PASSPHRASE_HASH
    if not PASSPHRASE_HASH:
        from argon2 import PasswordHasher

        PASSPHRASE_HASH = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(PASSPHRASE)
    return PASSPHRASE_HASH


@dataclass(frozen=True)
class Actor:
    """Somebody who can sign in, in the organization where they act."""

    user_id: UUID
    org_id: UUID
    email: str
    name: str
    role: str
    passphrase: str = PASSPHRASE

    def session_marks(self) -> dict[str, object]:
        """Return what a session holds beside the identity: when it began and was last used (epoch seconds)."""
        return {"began_at": int(time.time()), "seen_at": int(time.time())}


class World:
    """Makes what a test needs. Everything is committed; nothing is shared between tests."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def person(
        self,
        role: str = "owner",
        kind: str = "family",
        org_id: UUID | None = None,
        *,
        name: str = "",
        state: str = "MA",
    ) -> Actor:
        """Make a person with a role in a new organization (or in `org_id`)."""
        number = next(_numbers)
        name = name or f"Person {number}"
        email = f"person{number}.{uuid4().hex[:8]}@example.org"
        persona = {"attorney": "attorney", "paralegal": "attorney", "advocate": "advocate"}.get(role, "parent")
        with self.app.app_context():
            user = User(name=name, email=email, passphrase_hash=_passphrase_hash(), persona=persona)
            db.session.add(user)
            db.session.flush()
            if org_id is None:
                org_id = uuid4()
                set_scope(Scope(org_id, user.id))
                db.session.add(Organization(id=org_id, name=f"Organization {number}", kind=kind, state=state))
                db.session.flush()
            set_scope(Scope(org_id, user.id))
            db.session.add(Membership(org_id=org_id, user_id=user.id, role=role))
            actor = Actor(user.id, org_id, email, name, role)
            db.session.commit()
        return actor

    def guest(self, case_id: UUID, org_id: UUID, role: str = "parent") -> Actor:
        """Make a person who may open one case of somebody else's organization (and has a family of their own)."""
        actor = self.person("owner", "family")
        with self.scope(Actor(actor.user_id, org_id, "", "", "")):
            db.session.add(CaseMember(org_id=org_id, case_id=case_id, user_id=actor.user_id, role=role))
            db.session.commit()
        return Actor(actor.user_id, actor.org_id, actor.email, actor.name, role)

    def case(
        self,
        actor: Actor,
        *,
        state: str = "MA",
        track: str = "idea",
        plan: str = "iep",
        stage: str = "concern_raised",
        student: str = "Juniper Example",
        **more: object,
    ) -> UUID:
        """Make a case with its student and return its id."""
        with self.scope(actor):
            case = Case(
                org_id=actor.org_id,
                state=state,
                track=track,
                plan=plan,
                stage=stage,
                concern="Reading has not moved for a year.",
                concern_on=date(2026, 1, 5),
                owner_id=actor.user_id,
                **more,
            )
            case.student = Student(
                org_id=actor.org_id,
                name=student,
                born_on=date(2016, 5, 4),
                grade="5",
                school="Larch Street School",
                district="Fernhollow Public Schools",
                address="12 Larch Street, Fernhollow, MA 02000",
            )
            db.session.add(case)
            db.session.flush()
            case_id = case.id
            db.session.commit()
        return case_id

    @contextmanager
    def scope(self, actor: Actor) -> Iterator[None]:
        """Open an application context in which `actor` acts. Do not use a test client inside it."""
        with self.app.app_context():
            set_scope(Scope(actor.org_id, actor.user_id))
            yield

    def user(self, actor: Actor) -> User:
        """Return the person's row, inside an open `scope`."""
        user = db.session.get(User, actor.user_id)
        assert user is not None
        return user

    def full_case(self, actor: Actor, **more: object) -> UUID:
        """Make a case that has at least one row in every table that belongs to a case or an organization."""
        from tests import full

        case_id = self.case(actor, **more)
        with self.scope(actor):
            full.fill(actor, case_id)
            db.session.commit()
        return case_id
