"""Read an Outlook message ([MS-OXMSG]) through python-oxmsg. Runs only in a reading child."""

import re
from collections.abc import Callable
from typing import Any

from olefile import OleFileIO
from oxmsg import Message

from .mail import Enclosed, OpenedLetter, message_ids, text_of_html
from .text import printable, report_text

MESSAGE_ID, IN_REPLY_TO, REFERENCES = 0x1035, 0x1042, 0x1039  # [MS-OXPROPS] 2.870, 2.782, 2.873
DAMAGED = "This message is damaged: words or attachments may be missing. Compare it with the original in Outlook."
RTF_ONLY = "[The text of this message is kept in Outlook's own packed form. Open the original to read it.]"


def read_outlook(path: str) -> OpenedLetter:
    """Raises whatever the library raises on a file that is no message: the child ends, and the parent says so."""
    message = Message.load(path)
    carried = {str(name).lower(): str(value) for name, value in _try(lambda: message.message_headers, {}).items()}
    sent = _try(lambda: message.sent_date, None)
    people = [f"{_one_line(who.name)} <{_one_line(who.email_address)}>" for who in _try(lambda: message.recipients, ())]
    body = printable(_try(lambda: message.body, "") or "")
    if not body.strip() and (html := _try(lambda: message.html_body, "")):
        body = text_of_html(html)
    headers = {
        "From": _one_line(_try(lambda: message.sender, "") or carried.get("from", "")),
        "To": _one_line(carried.get("to", "") or ", ".join(people)),
        "Cc": _one_line(carried.get("cc", "")),
        "Date": _one_line(carried.get("date", "") or (sent.strftime("%a, %d %b %Y %H:%M:%S +0000") if sent else "")),
        "Subject": _one_line(_try(lambda: message.subject, "") or ""),
    }
    ids = [
        _try(lambda number=number: message.properties.str_prop_value(number), "") or carried.get(name, "")
        for number, name in ((MESSAGE_ID, "message-id"), (IN_REPLY_TO, "in-reply-to"), (REFERENCES, "references"))
    ]
    return OpenedLetter(
        headers,
        body.strip() or RTF_ONLY,
        [_enclosed(part, number) for number, part in enumerate(_try(lambda: message.attachments, ()), 1)],
        next(iter(message_ids(ids[0])), ""),
        message_ids(" ".join(ids)),
    )


def show_outlook(*, report: Callable, path: str) -> None:
    """Report `text`, as `read_mail` does, and `hidden`: that something may be missing. Raises ValueError where nothing
    is left of a damaged message."""
    letter, damaged = read_outlook(path), _is_damaged(path)
    if damaged and letter.body == RTF_ONLY and not any(letter.headers.values()):
        raise ValueError("nothing is left of it")
    report_text(report, letter.as_text(), hidden=[DAMAGED] * damaged)


def _is_damaged(path: str) -> bool:
    """Tell whether the container has faults: what the library finds of a message may then be a part of it."""
    with OleFileIO(path) as container:
        for entry in container.listdir():
            container.openstream(entry).read()
        return bool(container.parsing_issues)


def _enclosed(part: Any, number: int) -> Enclosed:
    name = _one_line(_try(lambda: part.file_name, "") or "")[:200] or f"Attachment {number}"

    def content() -> bytes:
        data = _try(lambda: part.file_bytes, None)
        if not data:
            raise ValueError("It is an Outlook item inside this one. Save it by itself in Outlook, and upload it.")
        return bytes(data)

    return Enclosed(name, content)


def _one_line(value: object) -> str:
    return re.sub(r"\s+", " ", printable(str(value or ""))).strip()[:500]


def _try(read: Callable[[], Any], otherwise: Any) -> Any:
    """One broken property must not hide the others."""
    try:
        return read()
    except (ValueError, LookupError, AttributeError, TypeError, ArithmeticError, OSError, AssertionError):
        return otherwise
