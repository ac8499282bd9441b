"""Read e-mail as text: who, when, what was said, what was attached. Nothing in it is followed, run or fetched."""

import email
import mimetypes
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage, Message
from functools import partial
from html.parser import HTMLParser

from .text import decode, printable, read_start, report_text

MAX_PARTS = 20_000  # containers and all; they are in memory by then
MAX_LISTED = 300
HEADERS = ("From", "To", "Cc", "Date", "Subject")


@dataclass(frozen=True)
class Enclosed:
    """One attachment. `content` gives its bytes, and raises ValueError with a sentence when it has none to give."""

    name: str
    content: Callable[[], bytes]


@dataclass(frozen=True)
class OpenedLetter:
    """An e-mail as it was read: `headers` as they are shown, `ids` are its own Message-ID and those it answers to."""

    headers: dict[str, str]
    body: str
    enclosed: list[Enclosed]
    message_id: str = ""
    ids: tuple[str, ...] = ()

    def as_text(self) -> str:
        head = [f"{name}: {self.headers[name]}" for name in HEADERS if self.headers.get(name)]
        names = "; ".join(part.name for part in self.enclosed)
        return "\n".join(head) + "\n\n" + self.body + (f"\n\nAttached: {names}" if names else "")


def read_mail(*, report: Callable, path: str, mailbox: bool = False) -> None:
    """Report `text`: headers, body and names of attachments; of a mailbox a list of its messages."""
    data = read_start(path)
    if mailbox:
        messages = split_mailbox(data)
        lines = [_line_of(raw) for raw in messages[:MAX_LISTED]]
        if len(messages) > MAX_LISTED:
            lines.append(f"… and {len(messages) - MAX_LISTED} more")
        report_text(report, "\n".join(lines), messages=len(messages))
        return
    report_text(report, letter_of(parse(data)).as_text())


def split_mailbox(data: bytes) -> list[bytes]:
    """The messages of an mbox. A line "From …" starts one only after an empty line and before a header (RFC 4155)."""
    starts = [
        match.start(1)
        for match in re.finditer(rb"(?:\A|\n\r?\n)(From [^\r\n]*\r?\n(?:>?From |[A-Za-z][A-Za-z0-9-]*:))", data)
    ]
    return [data[start:end] for start, end in zip(starts, [*starts[1:], len(data)], strict=True)]


def parse(data: bytes) -> Message:
    """The strict modern parser first; on mail so broken that it gives up, the older one that takes anything."""
    data = data.removeprefix(b"\xef\xbb\xbf")  # a mark that some programs write; before headers, it hides them
    for rules in (policy.default, policy.compat32):
        try:
            return email.message_from_bytes(data, policy=rules)
        except (ValueError, LookupError, RecursionError, IndexError, AttributeError, TypeError):
            continue
    plain = EmailMessage()
    plain.set_content(printable(decode(data)))
    return plain


def _line_of(raw: bytes) -> str:
    head = raw.split(b"\n\n", 1)[0].split(b"\r\n\r\n", 1)[0][:65536]
    message = parse(head.split(b"\n", 1)[-1])
    return " · ".join(_header(message, name) for name in ("Date", "From", "Subject"))


def _header(message: Message, name: str, most: int = 500) -> str:
    try:
        value = str(message.get(name, ""))
    except (ValueError, LookupError, IndexError, AttributeError, TypeError, RecursionError):
        return ""
    return re.sub(r"\s+", " ", printable(value)).strip()[:most]


def letter_of(message: Message) -> OpenedLetter:
    """Read headers, body (plain text before HTML, which is reduced to its words) and what is attached."""
    plain, html, enclosed = "", "", []
    for part in _leaves(message):
        name, kind = _file_name(part), part.get_content_type()
        is_body = kind in ("text/plain", "text/html") and part.get_content_disposition() != "attachment" and not name
        if not is_body and not (part.is_multipart() and kind != "message/rfc822"):
            enclosed.append(Enclosed(name or _name_for(part, kind, len(enclosed) + 1), partial(_bytes_of, part)))
        elif kind == "text/plain":
            plain += _content(part) + "\n"
        elif kind == "text/html":
            html += text_of_html(_content(part)) + "\n"
    return OpenedLetter(
        {name: _header(message, name) for name in HEADERS},
        (plain if plain.strip() else html).strip(),
        enclosed,
        next(iter(message_ids(_header(message, "Message-ID", 2000))), ""),
        message_ids(" ".join(_header(message, name, 20_000) for name in ("Message-ID", "In-Reply-To", "References"))),
    )


def message_ids(header: str) -> tuple[str, ...]:
    """The ids in angle brackets (RFC 5322, 3.6.4), each once; the first and the last of very many."""
    found = list(dict.fromkeys(re.findall(r"<([^<>\s]{3,250})>", header)))
    return tuple(found[:2] + found[2:][-48:])


def _name_for(part: Message, kind: str, number: int) -> str:
    if kind == "message/rfc822":
        inner = part.get_payload()
        subject = _header(inner[0], "Subject") if isinstance(inner, list) and inner else ""
        return f"{subject[:80] or f'Message {number}'}.eml"
    return f"Attachment {number}{mimetypes.guess_extension(kind) or ''}"


def _bytes_of(part: Message) -> bytes:
    """What was attached, decoded. A message inside is written out again; its own bytes stay in the outer one."""
    try:
        if part.get_content_type() == "message/rfc822":
            inner = part.get_payload()
            return inner[0].as_bytes(policy=policy.compat32) if isinstance(inner, list) else str(inner).encode()
        data = part.get_payload(decode=True)
    except (ValueError, LookupError, AttributeError, TypeError, RecursionError) as problem:
        raise ValueError("It is damaged: its content could not be decoded.") from problem
    if not isinstance(data, bytes):
        raise ValueError("It is damaged: its content could not be decoded.")
    return data


def _leaves(message: Message) -> Iterator[Message]:
    """Parts that are not containers; messages inside are named, not opened. Own stack: 400 levels are no problem."""
    waiting, seen = [message], 0
    while waiting and seen < MAX_PARTS:
        part = waiting.pop()
        seen += 1
        inside = part.get_payload() if part.is_multipart() else None
        if part.get_content_type() == "message/rfc822" or not isinstance(inside, list):
            yield part
        else:
            waiting.extend(reversed(inside))


def _file_name(part: Message) -> str:
    try:
        return printable(part.get_filename() or "").replace("\n", " ")[:200]
    except (ValueError, LookupError, IndexError, AttributeError, TypeError):
        return "an attachment with a broken name"


def _content(part: Message) -> str:
    try:
        data = part.get_payload(decode=True) or b""
    except (ValueError, LookupError, AttributeError, TypeError):
        return ""
    try:
        return data.decode(part.get_content_charset("utf-8"), "replace")
    except (LookupError, ValueError, AttributeError):
        return decode(data)


class _Stripper(HTMLParser):
    """Keeps the words of a page. Whatever is not text (scripts, styles, hidden heads) is left out."""

    SILENT = {"script", "style", "head", "title", "template", "noscript", "object", "svg", "math", "iframe"}
    BREAKS = {"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "table", "blockquote", "hr"}

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag: str, attrs: list) -> None:
        if tag == "body":
            self.silent = 0  # a head that was never closed ends here
        elif tag in self.SILENT:
            self.silent += 1
        elif tag in self.BREAKS:
            self.out.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.SILENT:
            self.silent = max(0, self.silent - 1)
        elif tag in self.BREAKS:
            self.out.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.out.append(re.sub(r"\s+", " ", data))


def text_of_html(source: str) -> str:
    """The words of an HTML mail. The result is text: whoever shows it must still escape it."""
    stripper = _Stripper()
    try:
        stripper.feed(source)
        stripper.close()
    except (AssertionError, ValueError, RecursionError):
        stripper.out.append("[The rest of this message could not be read.]")
    lines = (line.strip() for line in "".join(stripper.out).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
