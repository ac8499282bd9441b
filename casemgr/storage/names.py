"""Make a client's file name safe to show, to keep and to send back.

A file is never stored under its name; the name is only data. It still reaches screens, ZIP archives and other
people's disks, so it loses paths, control characters, and marks that make "exe.pdf" read as something else.
"""

import re
import unicodedata
from urllib.parse import quote

MAX_CHARACTERS = 150
MAX_BYTES = 230  # most file systems stop at 255 bytes; the rest is room for " (2)" and a prefix
# Zero-width joiners stay: Persian, Hindi and emoji need them. Direction overrides and isolates go.
_INVISIBLE = re.compile("[\u00ad\u061c\u115f\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]")
_RESERVED = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?$", re.IGNORECASE)


def clean_name(client_name: str, *, fallback: str = "paper") -> str:
    """The last part of a path, without controls or direction overrides, at most 150 characters.

    Letters of every script are kept; characters that Windows forbids become "_", and so does the first
    letter's place of a reserved device name ("nul.pdf" is "_nul.pdf"). The extension survives shortening.
    """
    name = client_name.encode("utf-8", "replace").decode("utf-8")
    name = unicodedata.normalize("NFC", name)
    name = re.split(r"[/\\]", name)[-1]
    name = _INVISIBLE.sub("", name)
    name = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in name)
    name = re.sub(r'[<>:"|?*]', "_", name)
    name = re.sub(r"\s+", " ", name).strip(" .")
    if _RESERVED.match(name):
        name = "_" + name
    return _shorten(name) or fallback


def extension_of(name: str) -> str:
    """The extension in lower case without its dot, or "" where what follows the dot is no extension.

    "Notes of 4.8" and "Letter from Dr. Smith" have none."""
    _, dot, extension = clean_name(name).rpartition(".")
    looks_like_one = re.fullmatch(r"(?=.*[A-Za-z])[A-Za-z0-9_-]{1,20}|7z", extension)
    return extension.lower() if dot and looks_like_one else ""


def content_disposition(name: str, *, disposition: str = "attachment") -> str:
    """The header value (RFC 6266, RFC 8187) that offers a download under `name`.

    Carries a plain ASCII form for old clients and the full name beside it; cannot hold a line break."""
    name = clean_name(name)
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    ascii_name = clean_name(plain, fallback="")  # again: full-width "．．／" has become "../"
    ascii_name = re.sub(r'["\\%;]', "_", ascii_name).strip(" .")
    if not ascii_name or ascii_name == extension_of(name):
        ascii_name = f"paper.{extension_of(name)}".rstrip(".")
    return f"{disposition}; filename=\"{ascii_name}\"; filename*=UTF-8''{quote(name, safe='')}"


def _shorten(name: str) -> str:
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > 10:
        stem, ending = name, ""
    else:
        ending = dot + extension
    stem = stem[: MAX_CHARACTERS - len(ending)]
    while len((stem + ending).encode()) > MAX_BYTES:
        stem = stem[:-1]
    return stem.rstrip(" .") + ending if stem else name[:MAX_CHARACTERS]
