"""Send mail through one SMTP server, encrypted on the way. Standard library only; knows no table and no request.

The address of the server says how it is spoken to: `smtps://` is encrypted from the first byte, `smtp://` turns
encryption on (STARTTLS) before anything is said, and refuses a server that will not. Only a server on this very machine
may go without.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, parseaddr
from pathlib import Path
from typing import NoReturn
from urllib.parse import unquote, urlsplit

SECONDS = 20
PORTS = {"smtp": 587, "smtps": 465}
LOOPBACK = {"localhost", "127.0.0.1", "::1"}


class BadMailAddress(ValueError):
    """The setting is no address of a mail server. The text does not repeat it: it may hold a password."""


class MailRefused(Exception):
    """The server will never take this message. The text says why, in plain words."""


class MailAway(Exception):
    """The server could not be reached or is busy: trying again later may work."""


class MailUnknown(Exception):
    """The message was on the wire when the connection broke: the server may have taken it. Nobody must send it again
    by itself."""


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a message."""

    name: str
    media_type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True)
class Handed:
    """What the server said: to the message, and to each address that it refused."""

    answer: str
    refused: dict[str, str]


@dataclass(frozen=True)
class MailServer:
    """How mail is sent. `ca_file`: certificates to trust instead of the machine's own."""

    host: str
    port: int
    is_encrypted: bool
    sender: str
    user: str = ""
    password: str = field(default="", repr=False)
    ca_file: Path | None = None

    @property
    def may_be_plain(self) -> bool:
        return self.host in LOOPBACK


def server_of(url: str, sender: str, ca_file: Path | None = None) -> MailServer:
    """Read `smtps://user:password@host:465` or `smtp://host:587`. Raises BadMailAddress."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise BadMailAddress from None
    if parts.scheme not in PORTS or not parts.hostname or parts.path.strip("/") or parts.query:
        raise BadMailAddress
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    port = port or PORTS[parts.scheme]
    return MailServer(parts.hostname, port, parts.scheme == "smtps", sender, user, password, ca_file)


def message(server: MailServer, to: str, subject: str, text: str, *, message_id: str) -> EmailMessage:
    """Return a plain-text message. The same `message_id` sent twice is one message to a mail program."""
    made = EmailMessage()
    made["From"] = server.sender
    made["To"] = to
    made["Subject"] = subject
    made["Date"] = format_datetime(datetime.now(UTC))
    made["Message-ID"] = f"<{message_id}@{server.sender.rpartition('@')[2].strip('> ') or 'localhost'}>"
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(text)
    return made


def letter(
    server: MailServer,
    to: Sequence[str],
    subject: str,
    text: str,
    *,
    message_id: str,
    sender_name: str,
    reply_to: str,
    copy_to: Sequence[str] = (),
    attachments: Sequence[Attachment] = (),
) -> EmailMessage:
    """Return a letter that a person writes: it comes from our address in their name, and answers go to them."""
    made = message(server, ", ".join(to), _one_line(subject), "", message_id=message_id)
    del made["Auto-Submitted"], made["From"]
    made["From"] = formataddr((_one_line(sender_name), parseaddr(server.sender)[1]))
    made["Reply-To"] = reply_to
    if copy_to:
        made["Cc"] = ", ".join(copy_to)
    made.set_content(text, cte="quoted-printable")
    for one in attachments:
        kind, _, detail = one.media_type.partition("/")
        made.add_attachment(one.data, maintype=kind, subtype=detail, filename=one.name)
    return made


def _one_line(text: str) -> str:
    """A header cannot hold a line end: what follows it would be a header of its own."""
    return " ".join(text.split())


def hand_over(server: MailServer, letter: EmailMessage, to: Sequence[str]) -> Handed:
    """Hand one message to the server for each of these addresses, and return what it said.

    Raises MailRefused and MailAway, when surely nobody got it; MailUnknown, when nobody can say."""
    handed: Handed | None = None
    try:
        with _connected(server) as smtp:
            handed = _hand_over(smtp, parseaddr(server.sender)[1], letter, to)
    except (MailRefused, MailAway, MailUnknown):
        raise
    except smtplib.SMTPAuthenticationError:
        raise MailRefused("The mail server refused our name and password.") from None
    except smtplib.SMTPNotSupportedError:
        raise MailRefused("The mail server offers no encryption or no sign-in, or cannot take this address.") from None
    except ssl.SSLCertVerificationError:
        raise MailRefused("The mail server’s certificate is not trusted.") from None
    except smtplib.SMTPResponseException as refusal:
        if handed is None:
            _raise_as_said(refusal.smtp_code, refusal.smtp_error)
    except (smtplib.SMTPException, OSError):
        if handed is None:
            raise MailAway("The mail server could not be reached.") from None
    assert handed is not None, "what failed before was raised"
    return handed


def _hand_over(smtp: smtplib.SMTP, sender: str, letter: EmailMessage, to: Sequence[str]) -> Handed:
    code, words = smtp.mail(sender)
    if code != 250:
        _raise_as_said(code, words)
    refused = {}
    codes = []
    for address in to:
        code, words = smtp.rcpt(address)
        if code not in (250, 251):
            refused[address] = _said(code, words)
            codes.append(code)
    if len(refused) == len(to):
        words = f"The mail server said: {'; '.join(refused.values())}"
        raise MailAway(words) if min(codes, default=550) < 500 else MailRefused(words)
    body = letter.as_bytes(policy=policy.SMTP)
    try:
        code, words = smtp.data(body)
    except smtplib.SMTPDataError as refusal:  # it refused before the first byte of the message
        _raise_as_said(refusal.smtp_code, refusal.smtp_error)
    except (smtplib.SMTPException, OSError):
        raise MailUnknown("The connection to the mail server broke while the letter was on the wire.") from None
    if code != 250:
        _raise_as_said(code, words)
    return Handed(_said(code, words), refused)


def _said(code: int, words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return f"{code} {' '.join(text.split())}"[:300].strip()


def send(server: MailServer, letter: EmailMessage) -> None:
    """Hand one message to the server. Raises MailRefused, MailAway."""
    try:
        with _connected(server) as smtp:
            smtp.send_message(letter)
    except smtplib.SMTPRecipientsRefused as refusal:
        codes = [code for code, _words in refusal.recipients.values()]
        _raise(max(codes, default=550), "The mail server does not take mail for this address.")
    except smtplib.SMTPAuthenticationError:
        raise MailRefused("The mail server refused our name and password.") from None
    except smtplib.SMTPNotSupportedError:
        raise MailRefused("The mail server offers no encryption or no sign-in, or cannot take this address.") from None
    except smtplib.SMTPResponseException as refusal:
        _raise(refusal.smtp_code, "The mail server refused the message.")
    except ssl.SSLCertVerificationError:
        raise MailRefused("The mail server’s certificate is not trusted.") from None
    except (smtplib.SMTPException, OSError):
        raise MailAway("The mail server could not be reached.") from None


def _raise(code: int, words: str) -> NoReturn:
    if code >= 500:
        raise MailRefused(words)
    raise MailAway("The mail server is busy.")


def _raise_as_said(code: int, said: bytes | str) -> NoReturn:
    words = f"The mail server said: {_said(code, said)}"
    raise MailRefused(words) if code >= 500 else MailAway(words)


@contextmanager
def _connected(server: MailServer) -> Iterator[smtplib.SMTP]:
    trust = ssl.create_default_context(cafile=str(server.ca_file) if server.ca_file else None)
    if server.is_encrypted:
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS, context=trust)
    else:
        smtp = smtplib.SMTP(server.host, server.port, timeout=SECONDS)
    with smtp:
        smtp.ehlo()
        if not server.is_encrypted and (smtp.has_extn("starttls") or not server.may_be_plain):
            smtp.starttls(context=trust)
            smtp.ehlo()
        if server.user:
            smtp.login(server.user, server.password)
        yield smtp
