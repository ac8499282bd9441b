"""Bring a queued head to where it goes.

Safe to be killed anywhere and started again: a mail that goes twice carries the same id, and only one stamp is kept."""

from __future__ import annotations

import urllib.error
import urllib.request
from pathlib import Path
from uuid import UUID

from flask import current_app
from sqlalchemy import select

import config
from casemgr.evidence import stamps
from casemgr.extensions import db
from casemgr.heads.models import ChainHead
from casemgr.platform import mail
from casemgr.platform.columns import now

MOST_TRIES = 5
SECONDS = 20
LETTER = """\
This is the fingerprint of an evidence log kept with casemgr.
Keep this message.

Case (a number, not a name): {case}
Entries in the log: {entries}
SHA-256 of the last entry:

{head}

As long as the log holds an entry with this fingerprint, and a check
finds it whole, none of its first {entries} entries was changed, removed
or moved since this message was sent.

To compare: open the case, then "Check the evidence log", then
"Fingerprint". Or, with an exported archive on any computer:

python -m casemgr verify ARCHIVE.zip --seal FINGERPRINT
"""
"""Plain ASCII in short lines: a mail server that folds lines must not break the fingerprint."""


class AuthorityAway(Exception):
    """The authority could not be reached: trying again later may work."""


def settings() -> config.Settings:
    found: config.Settings = current_app.config["SETTINGS"]
    return found


def deliver(head_id: UUID) -> bool:
    """Do what was queued. Returns False when it should be tried again later."""
    row = db.session.scalar(select(ChainHead).where(ChainHead.id == head_id).with_for_update())
    if row is None or row.state != "queued":
        db.session.rollback()
        return True
    row.tries += 1
    try:
        if row.way == "mail":
            _send(row)
        else:
            _stamp(row)
    except (mail.MailRefused, stamps.StampRefused) as problem:
        row.state, row.problem = "failed", str(problem)
    except (mail.MailAway, AuthorityAway) as problem:
        row.problem = str(problem)
        if row.tries >= MOST_TRIES:
            row.state = "failed"
    else:
        row.state, row.problem = "done", ""
    row.done_at = now() if row.state != "queued" else None
    is_over = row.state != "queued"
    db.session.commit()
    return is_over


def _send(row: ChainHead) -> None:
    server = settings().mail_server
    if server is None:
        raise mail.MailRefused("Mail was turned off in this installation.")
    words = f"Fingerprint of an evidence log: {row.entries} entries"
    text = LETTER.format(entries=row.entries, head=row.head, case=row.case_id)
    mail.send(server, mail.message(server, row.address, words, text, message_id=str(row.id)))


def _stamp(row: ChainHead) -> None:
    url, ca_file = settings().tsa_url, settings().tsa_ca_file
    if url is None or ca_file is None:
        raise stamps.StampRefused("Time stamps were turned off in this installation.")
    text = stamps.text_of(str(row.case_id), row.entries, row.head)
    asked, nonce = stamps.request(text)
    token = _ask(url, asked)
    seen = stamps.check(token, text, Path(ca_file).read_bytes(), nonce=nonce)
    row.token, row.stamped_at = token, seen.at


def _ask(url: str, asked: bytes) -> bytes:
    """Send a request to the authority (RFC 3161, section 3.4) and return its answer."""
    headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
    wanted = urllib.request.Request(url, data=asked, headers=headers, method="POST")  # noqa: S310 (http or https: config.py)
    try:
        with urllib.request.urlopen(wanted, timeout=SECONDS) as answer:  # noqa: S310
            token: bytes = answer.read(stamps.LARGEST + 1)
            return token
    except urllib.error.HTTPError as problem:
        if 400 <= problem.code < 500:
            raise stamps.StampRefused("The time-stamping authority refused the request.") from None
        raise AuthorityAway("The time-stamping authority is out of order.") from None
    except OSError:
        raise AuthorityAway("The time-stamping authority could not be reached.") from None
