"""Open an e-mail or a ZIP in a child process, and check what the child says is inside.

What the child reports is believed as little as the file itself: numbers, dates and lengths are checked, and only
files that it made under names of ours, in its own folder, are taken.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from .readers.text import printable
from .sandbox import FailureKind, Limits, run

MOST_PARTS = 1000
MOST_MESSAGES = 20_000
LIMITS = Limits(cpu_seconds=90, wall_seconds=150, memory_bytes=1024 << 20)
MAILBOX_LIMITS = Limits(cpu_seconds=600, wall_seconds=900, memory_bytes=1024 << 20)
MAILBOX = "application/mbox"
_OPERATIONS = {
    "message/rfc822": ("unpack_mail", {}),
    "application/vnd.ms-outlook": ("unpack_mail", {"outlook": True}),
    "application/zip": ("unpack_zip", {}),
}


class Unreadable(Exception):
    """The file cannot be opened; the message is a sentence for a person."""


@dataclass(frozen=True)
class LetterHead:
    """What the headers of an e-mail claim. `start` are the first words of its body."""

    sender: str
    recipients: str
    subject: str
    sent_at: datetime | None
    message_id: str
    ids: tuple[str, ...]
    fingerprint: str
    start: str


@dataclass(frozen=True)
class Part:
    """One file inside. `path` is None when it could not be taken out; then `refused` says why."""

    number: int
    name: str
    path: Path | None
    refused: str = ""


@dataclass(frozen=True)
class Message:
    """One message of a mailbox: where its bytes lie (from the line "From …"), and what its headers claim."""

    position: int
    start: int
    length: int
    sender: str
    recipients: str
    subject: str
    sent_at: datetime | None
    attachments: int
    fingerprint: str


@dataclass(frozen=True)
class Listed:
    """The messages of a mailbox in order, and how many more there were than we list. Of a folder of saved messages,
    `start` is 0: each is a file of its own."""

    messages: list[Message]
    left_out: int = 0


@dataclass(frozen=True)
class Opened:
    """What was inside, in order. `left_out`: how many more files there were than we take."""

    letter: LetterHead | None
    parts: list[Part] = field(default_factory=list)
    left_out: int = 0


def can_be_opened(media_type: str) -> bool:
    return media_type in _OPERATIONS or media_type == MAILBOX


def open_package(path: Path, media_type: str, folder: Path) -> Opened:
    """Take everything out of `path` into `folder`, which is empty and ours alone.

    Raises Unreadable, and OSError when the machine is at fault (a full disk)."""
    operation, options = _OPERATIONS[media_type]
    outcome = run(operation, {"path": str(path.resolve()), **options}, folder, LIMITS)
    letter, parts, left_out = None, {}, 0
    for event in outcome.events:
        name = event.get("event")
        if name == "unreadable":
            raise Unreadable(_words(event.get("reason"), 300) or "This file is damaged and cannot be opened.")
        if name == "letter":
            letter = _letter(event)
        elif name in ("part", "refused") and (part := _part(event, folder)):
            parts.setdefault(part.number, part)
        elif name == "left_out" and isinstance(event.get("count"), int):
            left_out = min(max(0, event["count"]), 1_000_000)
    if outcome.failure:
        crashed = outcome.failure.kind is FailureKind.CRASHED
        raise Unreadable("This file is damaged and cannot be opened." if crashed else outcome.failure.reason)
    return Opened(letter, [parts[number] for number in sorted(parts)], left_out)


def list_mailbox(path: Path, size: int, folder: Path) -> Listed:
    """List the messages of an mbox of `size` bytes. Raises Unreadable, and OSError when the machine is at fault."""
    outcome = run("list_mailbox", {"path": str(path.resolve())}, folder, MAILBOX_LIMITS)
    if outcome.failure:
        raise Unreadable("This mailbox could not be read to its end. Split it, and upload the parts.")
    left_out = next((event.get("count") for event in outcome.events if event.get("event") == "left_out"), 0)
    found = (_message(event, size) for event in outcome.events if event.get("event") == "message")
    messages = {message.position: message for message in found if message}
    if not messages:
        raise Unreadable("There is no message in this mailbox.")
    return Listed([messages[position] for position in sorted(messages)], left_out if isinstance(left_out, int) else 0)


def list_letters(letters: Sequence[Part], folder: Path) -> Listed:
    """List messages that were saved one by one, and taken out into `folder` by `open_package`.

    One that cannot be read stands in the list by its name alone. Raises OSError when the machine is at fault."""
    sizes = {part.number: part.path.stat().st_size for part in letters if part.path}
    asked = [[part.number, part.name.lower().endswith(".msg")] for part in letters]
    outcome = run("list_letters", {"letters": asked}, folder, MAILBOX_LIMITS)
    found = {}
    for event in outcome.events:
        number = event.get("number")
        if event.get("event") == "message" and isinstance(number, int) and sizes.get(number):
            message = _message({**event, "start": 0, "length": sizes[number]}, sizes[number])
            found[number] = message and replace(message, subject=message.subject or _name(letters, number))
    return Listed(
        [
            found.get(part.number)
            or Message(part.number, 0, max(1, sizes.get(part.number, 1)), "", "", part.name, None, 0, "")
            for part in letters
        ]
    )


def _name(letters: Sequence[Part], number: int) -> str:
    return next(part.name for part in letters if part.number == number)


def _message(event: dict, size: int) -> Message | None:
    numbers = [event.get(name) for name in ("number", "start", "length", "attachments")]
    if not all(isinstance(number, int) and not isinstance(number, bool) and number >= 0 for number in numbers):
        return None
    position, start, length, attachments = numbers
    if not 1 <= position <= MOST_MESSAGES or length == 0 or start + length > size:
        return None
    head = _letter({**event, "message_id": "", "ids": []})
    return Message(
        position,
        start,
        length,
        head.sender,
        head.recipients,
        head.subject,
        head.sent_at,
        min(attachments, MOST_PARTS),
        head.fingerprint,
    )


def _part(event: dict, folder: Path) -> Part | None:
    number = event.get("number")
    if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= MOST_PARTS:
        return None
    name = _words(event.get("path") or event.get("name"), 500) or f"File {number}"
    if event["event"] == "refused":
        return Part(number, name, None, _words(event.get("reason"), 300) or "It could not be taken out.")
    path = folder / f"part-{number:05d}"
    if path.is_symlink() or not path.is_file():
        return None
    return Part(number, name, path)


def _letter(event: dict) -> LetterHead:
    ids = event.get("ids") if isinstance(event.get("ids"), list) else []
    mark = event.get("fingerprint")
    return LetterHead(
        sender=_words(event.get("sender"), 500),
        recipients=_words(event.get("recipients"), 2000),
        subject=_words(event.get("subject"), 500),
        sent_at=_instant(event.get("sent_at")),
        message_id=_words(event.get("message_id"), 300),
        ids=tuple(word for found in ids[:60] if (word := _words(found, 300))),
        fingerprint=mark if isinstance(mark, str) and re.fullmatch(r"[0-9a-f]{64}", mark) else "",
        start=str(event.get("start", ""))[:20_000],
    )


def _words(value: object, most: int) -> str:
    text = printable(value) if isinstance(value, str) else ""
    return re.sub(r"\s+", " ", text).strip()[:most]


def _instant(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment and moment.tzinfo and 1980 <= moment.year <= 2200 else None
