"""One message to the mail server, once.

Before the server is asked, the row of the message says so, and that is committed; after it answered, its answer is. A
worker that was killed in between leaves one that was begun and has no answer: it is never sent again by itself, and a
person is asked.
"""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from datetime import datetime
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from flask import current_app

import config
from casemgr.extensions import db
from casemgr.platform import mail
from casemgr.platform.columns import now
from casemgr.platform.mail import EmailMessage, Handed, MailServer

MOST_TRIES = 5
ATTEMPTS, WAIT = MOST_TRIES + 2, 60
"""How often the job of a message may run, and the seconds between."""
LOOK_FIRST = "Look for an answer or a bounced mail before you send it again."
STOPPED = f"The program was stopped while it was handed over. {LOOK_FIRST}"
STATES: dict[str, tuple[str, str, str | None]] = {
    "queued": ("Waiting to be sent", "clock", "accent"),
    "handing_over": ("Being handed to the mail server", "clock", "accent"),
    "accepted": ("Taken by the mail server", "check", "met"),
    "refused": ("Not sent", "alert", "late"),
    "unknown": ("Not known whether it went out", "alert", "late"),
    "by_hand": ("Sent, as noted by a person", "check", "met"),
}
"""State of what is sent: words, icon and tone of its badge."""
log = logging.getLogger(__name__)


class TryAgain(Exception):
    """The mail server was away: the job runs again a minute later."""


class Waiting(Protocol):
    """The row of a message. `state`: queued, handing_over, and then what became of it."""

    state: str
    problem: str
    tries: int
    began_at: datetime | None


Row = TypeVar("Row", bound=Waiting)


def settings() -> config.Settings:
    found: config.Settings = current_app.config["SETTINGS"]
    return found


class Posting(ABC, Generic[Row]):
    """The message of one row: a subclass knows the row, what the message says and what follows from its end."""

    def __init__(self, row_id: UUID) -> None:
        self.row_id = row_id

    @abstractmethod
    def lock(self) -> Row | None:
        """Return the row as it is now, kept so until the transaction ends."""

    @abstractmethod
    def message(self, server: MailServer, row: Row) -> tuple[EmailMessage, list[str]]:
        """Return the message and the addresses that it goes to."""

    @abstractmethod
    def end(self, row: Row, state: str, problem: str, handed: Handed | None) -> None:
        """Write what became of it (accepted, refused, unknown) with all that follows. The caller commits."""

    def why_not(self, row: Row) -> str:
        """Return why it may not go out any more; empty when it may."""
        return ""

    def run(self) -> None:
        """Do what was queued. Raises TryAgain when the server is away."""
        server = settings().mail_server
        begun = self._begin(server)
        if begun is None:
            return
        try:
            if server is None:
                raise mail.MailRefused("Mail was turned off in this installation.")
            handed = mail.hand_over(server, *begun)
        except mail.MailRefused as problem:
            self._end("refused", str(problem))
        except mail.MailAway as problem:
            self._later(str(problem))
        except mail.MailUnknown as problem:
            self._end("unknown", f"{problem} {LOOK_FIRST}")
        else:
            self._accepted(handed)

    def _begin(self, server: MailServer | None) -> tuple[EmailMessage, list[str]] | None:
        """Say that the server is asked now, and return the message; None when nothing is to be done."""
        row = self.lock()
        if row is None or row.state not in ("queued", "handing_over"):
            db.session.rollback()
            return None
        if row.state == "handing_over":  # this very job ran before, and was killed
            self._end("unknown", STOPPED)
            return None
        if why := self.why_not(row):
            self._end("refused", why)
            return None
        message = self.message(server, row) if server else (EmailMessage(), [])
        row.state, row.began_at, row.problem = "handing_over", now(), ""
        row.tries += 1
        db.session.commit()
        return message

    def _end(self, state: str, problem: str, handed: Handed | None = None) -> None:
        row = self.lock()
        if row is None or row.state not in ("queued", "handing_over"):
            db.session.rollback()
            return
        self.end(row, state, problem, handed)
        db.session.commit()

    def _accepted(self, handed: Handed) -> None:
        try:
            self._end("accepted", "", handed)
        except Exception:
            log.exception("a message went out and could not be recorded", extra={"event": {"row": str(self.row_id)}})
            db.session.rollback()
            words = f"The mail server took it ({handed.answer}), and it could not be recorded. Say that it went out."
            self._end("unknown", words)

    def _later(self, problem: str) -> None:
        row = self.lock()
        assert row is not None, "rows of messages are never removed"
        if row.tries >= MOST_TRIES:
            self._end("refused", f"{problem} We tried {MOST_TRIES} times.")
            return
        row.state, row.problem = "queued", problem
        db.session.commit()
        raise TryAgain
