"""People who sign in, their organizations, and what they may do there."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask_login import UserMixin
from sqlalchemy import CheckConstraint, DateTime, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from casemgr.accounts.emails import VISITOR_DOMAIN
from casemgr.accounts.passphrase import ONE_TIME
from casemgr.extensions import db
from casemgr.platform.columns import Created, Identified, Versioned


class User(UserMixin, Identified, Created, Versioned, db.Model):
    """A person with a passphrase. Not owned by an organization: one person may work in several."""

    __tablename__ = "users"

    name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str] = mapped_column(String(320), unique=True, comment="Kept in lower case")
    passphrase_hash: Mapped[str] = mapped_column(String(300), comment="argon2id")
    persona: Mapped[str] = mapped_column(String(20), comment="parent, advocate or attorney: which words to use")
    timezone: Mapped[str] = mapped_column(String(60), default="America/New_York")
    session_epoch: Mapped[int] = mapped_column(default=1, comment="Raised to end every session at once")
    is_active: Mapped[bool] = mapped_column(default=True)

    def get_id(self) -> str:
        """Return what the session cookie holds: raising `session_epoch` ends every session of this person."""
        return f"{self.id}.{self.session_epoch}"

    @property
    def is_visitor(self) -> bool:
        """Say whether this person is only looking around: no e-mail, no passphrase, no way back in."""
        return self.email.endswith(f"@{VISITOR_DOMAIN}")

    @property
    def must_choose_passphrase(self) -> bool:
        """Say whether the passphrase is one that somebody else handed over."""
        return self.passphrase_hash.startswith(ONE_TIME)


class Organization(Identified, Created, Versioned, db.Model):
    """A workspace: a family, an advocacy organization or a law firm. The wall that nothing crosses."""

    __tablename__ = "organizations"
    __table_args__ = (
        CheckConstraint("kind in ('family', 'organization', 'firm')", name="kind_known"),
        {"info": {"rls": "organization"}},
    )

    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(20))
    state: Mapped[str] = mapped_column(String(2), comment="Two letters; the default for its cases")
    timezone: Mapped[str] = mapped_column(String(60), default="America/New_York")
    watched_at: Mapped[datetime | None] = mapped_column(
        DateTime(timezone=True), comment="When the nightly look last went through its cases"
    )


class Membership(Identified, Created, db.Model):
    """What one person may do in one organization."""

    __tablename__ = "memberships"
    __table_args__ = (
        UniqueConstraint("org_id", "user_id"),
        CheckConstraint(
            "role in ('owner', 'attorney', 'advocate', 'paralegal', 'parent', 'viewer')", name="role_known"
        ),
        {"info": {"rls": "membership"}},
    )

    org_id: Mapped[UUID] = mapped_column(ForeignKey("organizations.id"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"), index=True)
    role: Mapped[str] = mapped_column(String(20))

    user: Mapped[User] = relationship(lazy="joined")
    organization: Mapped[Organization] = relationship(lazy="joined")


class SignInAttempt(Identified, db.Model):
    """A failed sign-in, kept for throttling. The e-mail and address are kept only as a keyed hash."""

    __tablename__ = "sign_in_attempts"
    __table_args__ = (Index("ix_sign_in_attempts_key_at", "key_hash", "at"),)

    key_hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
