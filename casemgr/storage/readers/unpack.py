"""Take papers out of an e-mail or a ZIP. Runs only in a reading child, into the child's own folder.

What comes out is named by number (`part-00001`); names and paths from inside are only reported. Sizes that a ZIP
states are not believed: bytes are counted while they come.
"""

import contextlib
import hashlib
import re
import zipfile
import zlib
from collections.abc import Callable
from datetime import UTC
from email.utils import parsedate_to_datetime
from pathlib import Path, PurePosixPath

from .mail import OpenedLetter, letter_of, parse
from .text import printable

MAX_MAIL = 96 * 1024 * 1024
MAX_PARTS = 1000
MAX_PART = 256 * 1024 * 1024
MAX_UNPACKED = 1024 * 1024 * 1024
MAX_RATIO = 200  # as in package.py
FREE_OF_RATIO = 16 * 1024 * 1024
PIECE = 256 * 1024
OF_THE_COMPUTER = re.compile(r"(^|/)(__MACOSX/|\.DS_Store$|Thumbs\.db$|desktop\.ini$|\._[^/]*$)", re.IGNORECASE)


def unpack_mail(*, report: Callable, path: str, outlook: bool = False) -> None:
    """Report `letter` once, then `part` or `refused` for each attachment, then `done`; or `unreadable`."""
    if Path(path).stat().st_size > MAX_MAIL:
        report("unreadable", reason="This e-mail is too large to be opened here.")
        return
    if outlook:
        from .outlook import read_outlook

        letter = read_outlook(path)
    else:
        letter = letter_of(parse(Path(path).read_bytes()))
    digests = _write_parts(letter, report)
    report(
        "letter",
        sender=letter.headers["From"],
        recipients=", ".join(value for name in ("To", "Cc") if (value := letter.headers[name])),
        subject=letter.headers["Subject"],
        sent_at=sent_at(letter.headers["Date"]),
        message_id=letter.message_id,
        ids=letter.ids,
        fingerprint=fingerprint(letter, digests),
        start=letter.body[:20_000],
    )
    report("done")


def _write_parts(letter: OpenedLetter, report: Callable) -> list[str]:
    digests = []
    for number, part in enumerate(letter.enclosed[:MAX_PARTS], 1):
        try:
            data = part.content()
        except ValueError as problem:
            report("refused", number=number, name=part.name, reason=str(problem))
            continue
        digests.append(hashlib.sha256(data).hexdigest())
        _file(number).write_bytes(data)
        report("part", number=number, name=part.name)
    if len(letter.enclosed) > MAX_PARTS:
        report("left_out", count=len(letter.enclosed) - MAX_PARTS)
    return digests


def digests_of(letter: OpenedLetter) -> list[str]:
    """SHA-256 of each attachment that can be read, as `unpack_mail` finds them."""
    digests = []
    for part in letter.enclosed[:MAX_PARTS]:
        with contextlib.suppress(ValueError):
            digests.append(hashlib.sha256(part.content()).hexdigest())
    return digests


def sent_at(header: str) -> str | None:
    """The instant in UTC (ISO 8601), or None where the date is missing or impossible."""
    try:
        moment = parsedate_to_datetime(header)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC).isoformat()
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None


def fingerprint(letter: OpenedLetter, digests: list[str]) -> str:
    """Says that two copies are one message, though their bytes differ on the way (transport headers, line ends).

    A Message-ID alone is not enough: different messages are found under one."""
    words = " ".join(letter.body.split())
    same = (letter.message_id, *(letter.headers[name] for name in ("From", "To", "Date", "Subject")), words, *digests)
    return hashlib.sha256("\x00".join(same).encode("utf-8", "replace")).hexdigest()


def unpack_zip(*, report: Callable, path: str) -> None:
    """Report `part` or `refused` for each file inside, then `done`; or `unreadable`."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = [m for m in archive.infolist() if not m.is_dir() and not OF_THE_COMPUTER.search(m.filename)]
            room = MAX_UNPACKED
            for number, member in enumerate(members[:MAX_PARTS], 1):
                name = re.sub(r"\s+", " ", printable(member.filename))[:500] or f"File {number}"
                try:
                    room -= _extract(archive, member, _file(number), min(room, MAX_PART))
                except ValueError as problem:
                    _file(number).unlink(missing_ok=True)
                    report("refused", number=number, name=name, reason=str(problem))
                else:
                    report("part", number=number, name=PurePosixPath(name.replace("\\", "/")).name, path=name)
            if len(members) > MAX_PARTS:
                report("left_out", count=len(members) - MAX_PARTS)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as problem:
        report("unreadable", reason="This ZIP is damaged and cannot be opened.", detail=str(problem)[:200])
    report("done")


def _extract(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, most: int) -> int:
    """Write one member and return its size. Raises ValueError with a sentence."""
    if member.flag_bits & 1:
        raise ValueError("It is locked with a password.")
    if (member.external_attr >> 16) & 0o170000 == 0o120000:
        raise ValueError("It is a link to another place, not a file.")
    most_by_ratio = max(FREE_OF_RATIO, MAX_RATIO * member.compress_size)
    size = 0
    try:
        with archive.open(member) as inside, target.open("xb") as out:
            while piece := inside.read(PIECE):
                size += len(piece)
                if size > most_by_ratio:
                    raise ValueError("It unpacks to far more than it should.")
                if size > most:
                    raise ValueError("It is too large when unpacked.")
                out.write(piece)
    except (zipfile.BadZipFile, EOFError, zlib.error, NotImplementedError, RuntimeError) as problem:
        raise ValueError("It is damaged, or packed in a way that cannot be read.") from problem
    return size


def _file(number: int) -> Path:
    return Path(f"part-{number:05d}")
