"""Read plain text and RTF. Text of any age: UTF-8, UTF-16, or one of the old one-byte alphabets."""

import codecs
import re
from collections.abc import Callable
from pathlib import Path

MAX_READ = 8 * 1024 * 1024
MAX_TEXT = 2_000_000  # characters handed on


def read_text(*, report: Callable, path: str, rtf: bool = False) -> None:
    """Report `text` with what can be read, and whether it was cut."""
    data = read_start(path)
    text = text_of_rtf(data.decode("latin-1")) if rtf else decode(data)
    report_text(report, text, cut=Path(path).stat().st_size > MAX_READ)


def read_start(path: str) -> bytes:
    with Path(path).open("rb") as file:
        return file.read(MAX_READ)


def report_text(report: Callable, text: str, *, cut: bool = False, **facts: object) -> None:
    text = printable(text)
    report("text", text=text[:MAX_TEXT], cut=cut or len(text) > MAX_TEXT, **facts)
    report("done")


def decode(data: bytes) -> str:
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(encoding, "replace").lstrip("\ufeff")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        if error.start > len(data) - 4:  # only the last letter was cut, by our own limit
            return data.decode("utf-8", "ignore")
    foreign = sum(byte > 127 for byte in data[:65536])
    if foreign < 0.3 * len(data[:65536]):
        # Western text, perhaps mixed: letters that are no UTF-8 are read as Windows-1252, one by one.
        return data.decode("utf-8", "windows-1252-where-broken")
    from charset_normalizer import from_bytes  # slow to load, and rarely needed

    guess = from_bytes(data[:65536]).best()
    return data.decode(guess.encoding if guess else "cp1252", "replace")


def _as_windows_1252(error: UnicodeDecodeError) -> tuple[str, int]:
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("windows-1252-where-broken", _as_windows_1252)


def printable(text: str) -> str:
    """Line ends as \\n, and no characters that a terminal, a database or a reader's eye would trip over."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = text.encode("utf-8", "replace").decode("utf-8")
    return re.sub(r"[\x00-\x08\x0b\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]", "", text)


_RTF = re.compile(r"\\'([0-9a-fA-F]{2})|\\u(-?\d+) ?|\\([a-zA-Z]+)(-?\d+)? ?|\\([^a-zA-Z])|([{}])|([^\\{}\r\n]+)")
_HIDDEN = {
    "fonttbl",
    "colortbl",
    "stylesheet",
    "info",
    "pict",
    "object",
    "themedata",
    "datastore",
    "listtable",
    "rsidtbl",
    "generator",
}
_MARKS = {"par": "\n", "line": "\n", "tab": "\t", "cell": "\t", "row": "\n", "page": "\n\n", "sect": "\n\n"}
_MARKS |= {"emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”"}
_MARKS |= {"bullet": "•"}


def text_of_rtf(source: str) -> str:
    """The visible text of an RTF document (Microsoft RTF 1.9.1), without following or opening anything in it.

    A loop with its own stack, not a recursion: groups may be nested 50,000 deep."""
    out: list[str] = []
    stack: list[tuple[bool, int]] = []
    hidden, fallback_length, to_skip = False, 1, 0
    for found in _RTF.finditer(source):
        byte, code, word, argument, symbol, brace, plain = found.groups()
        if brace == "{":
            stack.append((hidden, fallback_length))
        elif brace == "}":
            hidden, fallback_length = stack.pop() if stack else (False, 1)
            to_skip = 0
        elif word in _HIDDEN or symbol == "*":
            hidden = True
        elif word == "uc":
            fallback_length = int(argument or 1)
        elif hidden:
            continue
        elif code is not None:
            out.append(chr(int(code) & 0xFFFF))
            to_skip = fallback_length
        elif byte is not None:
            if to_skip:
                to_skip -= 1
            else:
                out.append(bytes.fromhex(byte).decode("cp1252", "replace"))
        elif plain is not None:
            out.append(plain[to_skip:])
            to_skip = max(0, to_skip - len(plain))
        elif word is not None:
            out.append(_MARKS.get(word, ""))
        elif symbol in "\\{}~-_":
            out.append({"~": " ", "-": "", "_": "-"}.get(symbol, symbol))
    text = "".join(out)
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
