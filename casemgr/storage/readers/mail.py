"""Read e-mail as text: who, when, what was said, what was attached. Nothing in it is followed, run or fetched."""

import email
import re
from collections.abc import Callable, Iterator
from email import policy
from email.message import EmailMessage, Message
from html.parser import HTMLParser

from .text import decode, printable, read_start, report_text

MAX_PARTS = 500
MAX_LISTED = 300
HEADERS = ("From", "To", "Cc", "Date", "Subject")


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
    message = _parse(data)
    head = [f"{name}: {value}" for name in HEADERS if (value := _header(message, name))]
    body, attached = _body_and_attachments(message)
    if attached:
        body += "\n\nAttached: " + "; ".join(attached)
    report_text(report, "\n".join(head) + "\n\n" + body, attachments=len(attached))


def split_mailbox(data: bytes) -> list[bytes]:
    """The messages of an mbox. A line "From …" starts one only after an empty line and before a header (RFC 4155)."""
    starts = [
        match.start(1)
        for match in re.finditer(rb"(?:\A|\n\r?\n)(From [^\r\n]*\r?\n(?:>?From |[A-Za-z][A-Za-z0-9-]*:))", data)
    ]
    return [data[start:end] for start, end in zip(starts, [*starts[1:], len(data)], strict=True)]


def _parse(data: bytes) -> Message:
    """The strict modern parser first; on mail so broken that it gives up, the older one that takes anything."""
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
    message = _parse(head.split(b"\n", 1)[-1])
    return " · ".join(_header(message, name) for name in ("Date", "From", "Subject"))


def _header(message: Message, name: str) -> str:
    try:
        value = str(message.get(name, ""))
    except (ValueError, LookupError, IndexError, AttributeError, TypeError, RecursionError):
        return ""
    return re.sub(r"\s+", " ", printable(value)).strip()[:500]


def _body_and_attachments(message: Message) -> tuple[str, list[str]]:
    plain, html, attached = "", "", []
    for part in _leaves(message):
        name = _file_name(part)
        kind = part.get_content_type()
        if name or part.get_content_disposition() == "attachment" or kind == "message/rfc822":
            attached.append(name or ("a message" if kind == "message/rfc822" else kind))
        elif kind == "text/plain":
            plain += _content(part) + "\n"
        elif kind == "text/html":
            html += text_of_html(_content(part)) + "\n"
    return (plain if plain.strip() else html).strip(), attached


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
