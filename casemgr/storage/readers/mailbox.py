"""Go through an mbox of any size (RFC 4155), or a folder of saved messages, one by one. Runs only in a reading child.

Only `without_envelope` also runs in the application: it cuts two known things off bytes that it does not read.
"""

import contextlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from .mail import OpenedLetter, letter_of, parse
from .outlook import read_outlook
from .unpack import MAX_MAIL, digests_of, fingerprint, sent_at

MAX_MESSAGES = 20_000
MAX_LINE = 1024 * 1024
START_KEPT = 64 * 1024  # of a message that is too large to be opened, for its headers
_HEADER = re.compile(rb">?From |[A-Za-z][A-Za-z0-9-]*:")


def list_mailbox(*, report: Callable, path: str) -> None:
    """Report `message` for each message, `left_out` when there are too many, then `done`."""
    number = 0
    with Path(path).open("rb") as file:
        for number, (start, length) in enumerate(spans(file), 1):
            if number <= MAX_MESSAGES:
                back = file.tell()
                file.seek(start)
                raw = file.read(length if length <= MAX_MAIL else START_KEPT)
                file.seek(back)
                _report_one(report, number, start, length, raw)
    if number > MAX_MESSAGES:
        report("left_out", count=number - MAX_MESSAGES)
    report("done")


def list_letters(*, report: Callable, letters: list[list]) -> None:
    """Report `message` for each saved message: [number of the part, whether Outlook saved it]; then `done`.

    One that cannot be read is left out, and the ones after it are not."""
    for number, outlook in letters:
        path = Path(f"part-{number:05d}")
        if path.stat().st_size > MAX_MAIL:
            continue
        with contextlib.suppress(Exception):  # whatever a reader raises on a file that is no message
            _tell(report, read_outlook(str(path)) if outlook else letter_of(parse(path.read_bytes())), number=number)
    report("done")


def spans(file: BinaryIO) -> Iterator[tuple[int, int]]:
    """(first byte, number of bytes) of each message. A line "From …" starts one only at the top or after an empty
    line, and only before a header."""
    start, maybe, at, after_empty = None, None, 0, True
    while line := file.readline(MAX_LINE):
        if maybe is not None and _HEADER.match(line):
            if start is not None:
                yield start, maybe - start
            start = maybe
        maybe = at if after_empty and line.startswith(b"From ") else None
        after_empty = line in (b"\n", b"\r\n")
        at += len(line)
    if start is not None:
        yield start, at - start


def without_envelope(raw: bytes) -> bytes:
    """The message as it was sent: without the line "From …" before it, the empty line after it, and the ">" that
    was put before "From " at the start of a line."""
    message = raw.partition(b"\n")[2]
    message = re.sub(rb"(\r?\n)\r?\n\Z", rb"\1", message)
    return re.sub(rb"^>(>*From )", rb"\1", message, flags=re.MULTILINE)


def _report_one(report: Callable, number: int, start: int, length: int, raw: bytes) -> None:
    letter = letter_of(parse(without_envelope(raw)))
    _tell(report, letter, number=number, start=start, length=length, is_whole=length <= MAX_MAIL)


def _tell(report: Callable, letter: OpenedLetter, *, is_whole: bool = True, **place: int) -> None:
    report(
        "message",
        **place,
        sender=letter.headers["From"],
        recipients=", ".join(value for name in ("To", "Cc") if (value := letter.headers[name])),
        subject=letter.headers["Subject"],
        sent_at=sent_at(letter.headers["Date"]),
        attachments=len(letter.enclosed),
        fingerprint=fingerprint(letter, digests_of(letter)) if is_whole else "",
    )
