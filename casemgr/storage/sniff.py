"""Decide by content what a file is, and refuse what a case file has no use for.

The name is a claim. It can only make things worse: a name that a computer would run is refused, a name that
says something else than the content is noted. What is taken is damaged or not, but never a program or a page
that a browser would run. Nothing here opens a file: 64 KiB from both ends are looked at, byte by byte.
"""

import re
import struct

from .names import extension_of
from .signatures import (
    EXTENSIONS,
    KINDS,
    LOOKS_LIKE_PAGE,
    MACRO_EXTENSIONS,
    MAY_HOLD_TEXT,
    OLD_OFFICE,
    OTHER_MAGIC,
    PAGE_EXTENSIONS,
    PROGRAM_EXTENSIONS,
    PROGRAM_MAGIC,
    RUNS_AS_PAGE,
)
from .types import Family, FileType, Refused

WE_TAKE = (
    "We take PDF, pictures, Word, Excel, PowerPoint and OpenDocument files, text, CSV, e-mail (.eml, .msg, .mbox), "
    "calendars, ZIP, sound and video."
)


def sniff(head: bytes, name: str, *, tail: bytes = b"", size: int | None = None) -> FileType:
    """Say what the file is, from its first (and last) 64 KiB and the name the client gave.

    `size` is only used to see that a file is empty. Raises Refused with a reason and a way out."""
    if not head or size == 0:
        raise Refused("This file is empty.", "Check the original, and upload it again.")
    extension = extension_of(name)
    claimed = EXTENSIONS.get(extension)
    _refuse_programs(head, extension)
    kind = _by_content(head, tail, extension, claimed)
    if kind:
        return _file_type(kind, claimed, extension)
    text = _decode(head)
    if text is not None:
        return _file_type(_text_kind(text, extension, claimed), claimed, extension)
    if claimed and extension not in PAGE_EXTENSIONS:
        what = KINDS[claimed][2]
        return FileType(
            "application/octet-stream",
            Family.OTHER,
            claimed,
            damaged=f"The name says this is {what}, but the content cannot be recognised. It was kept as it is.",
        )
    raise Refused(f"We could not tell what kind of file this is{_dotted(extension)}.", WE_TAKE)


def sniff_early(head: bytes, name: str, *, size: int) -> None:
    """Raise Refused for a file of which only the beginning is here, where its end can change nothing."""
    if not head.startswith((b"\xd0\xcf\x11\xe0", b"PK")) and b"%PDF-" not in head[:1024]:
        sniff(head, name, size=size)


def _refuse_programs(head: bytes, extension: str) -> None:
    if extension in MACRO_EXTENSIONS:
        raise Refused("This document can contain macros (small programs).", _without_macros(extension))
    looks_dos = head[:2] in (b"MZ", b"ZM") and b"\x00" in head[:256]
    looks_script = head[:2] == b"#!" and not head.startswith(b"#!AMR")
    by_name = extension in PROGRAM_EXTENSIONS
    if by_name or head.startswith(PROGRAM_MAGIC) or looks_dos or looks_script:
        raise Refused(
            f"This is a program or a shortcut{_dotted(extension) if by_name else ''}, which a computer could run.",
            "If it holds a paper, open it yourself and save that paper as a PDF.",
        )


def _by_content(head: bytes, tail: bytes, extension: str, claimed: str | None) -> str | None:
    """The kind that the bytes prove, or None. Raises Refused for known formats that are not taken."""
    if head.startswith(b"%PDF-"):
        return "pdf"
    kind = _picture(head) or _sound_or_video(head, claimed)
    if kind:
        return kind
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _ole_kind(head + tail, claimed)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08PK")):
        return _zip_kind(head, tail, extension, claimed)
    for magic, what, way_out in OTHER_MAGIC:
        if head.startswith(magic):
            raise Refused(f"This is {what}, which cannot be taken.", f"{way_out}, and upload that.")
    if head.startswith(b"{\\rtf"):
        return "rtf"
    if _is_pdf_with_something_before(head, tail, claimed):
        return "pdf"
    return None


def _is_pdf_with_something_before(head: bytes, tail: bytes, claimed: str | None) -> bool:
    """Readers accept a PDF header anywhere in the first 1024 bytes (ISO 32000-1, Annex H, note 13).

    A page for a browser that merely mentions one must also end like a PDF, so that a page is not taken as one."""
    starts_with_objects = re.match(rb"(%[^\r\n]*[\r\n]+)?\s*\d+ \d+ obj\b", head) is not None
    header = re.search(rb"%PDF-\d", head[:1024])
    if header is None:
        return claimed == "pdf" and starts_with_objects
    if not re.search(rb"\d+ \d+ obj\b", head[header.start() :]):
        return False
    before = head[: header.start()].lstrip()
    return not before.startswith(b"<") or b"startxref" in (tail or head)


def _picture(head: bytes) -> str | None:
    if head.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "gif"
    if head.startswith((b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")):
        return "tif"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if (
        head[:2] == b"BM"
        and len(head) >= 26
        and struct.unpack_from("<I", head, 14)[0] in (12, 40, 52, 56, 64, 108, 124)
    ):
        return "bmp"
    return None


def _sound_or_video(head: bytes, claimed: str | None) -> str | None:
    """WAV, MP3, OGG, WebM, and the ISO media family, which also holds the iPhone's HEIC pictures."""
    if head[4:8] == b"ftyp":
        return _iso_media(head[8:12], head[16:64], claimed)
    if head[4:8] in (b"moov", b"mdat", b"wide", b"free", b"skip") and claimed in ("mov", "mp4", "m4a"):
        return claimed
    if head[:4] in (b"RIFF", b"RF64") and head[8:12] == b"WAVE":
        return "wav"
    if head.startswith((b"ID3\x02", b"ID3\x03", b"ID3\x04")) or (
        head[0] == 0xFF and len(head) > 1 and head[1] in (0xF2, 0xF3, 0xFA, 0xFB)
    ):
        return "mp3"
    if head.startswith(b"OggS"):
        return "ogg"
    if head.startswith(b"\x1aE\xdf\xa3") and b"webm" in head[:64]:
        return "webm"
    return None


def _iso_media(brand: bytes, compatible: bytes, claimed: str | None) -> str:
    if brand in (b"avif", b"avis"):
        raise Refused("This is an AVIF picture, which cannot be taken yet.", "Save it as JPEG, and upload that.")
    if brand in (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"mif2"):
        return "heic"
    if brand in (b"M4A ", b"M4B ", b"M4P ") or (claimed == "m4a" and b"M4A " in compatible):
        return "m4a"
    return "mov" if brand == b"qt  " else "mp4"


def _ole_kind(seen: bytes, claimed: str | None) -> str:
    """Old Office files, Outlook messages and password-protected new Office files share one container ([MS-CFB])."""

    def has(stream: str) -> bool:
        return stream.encode("utf-16-le") in seen

    if b"\x84\x10\x0c\x00\x00\x00\x00\x00\xc0\x00\x00\x00\x00\x00\x00\x46" in seen:  # the class id of an installer
        raise Refused("This is a Windows installer.", "If it holds a paper, save that paper as a PDF.")
    if has("EncryptedPackage") or has("EncryptionInfo"):
        return claimed if claimed in ("docx", "xlsx", "pptx") else "docx"
    if has("__substg1.0_") or has("__properties_version1.0"):
        return "msg"
    kinds = [kind for kind, streams in OLD_OFFICE.items() if any(map(has, streams))]
    if kinds:  # a paper may hold another one, streams and all
        return claimed if claimed in kinds else kinds[0]
    if claimed in ("doc", "xls", "ppt", "msg", "docx", "xlsx", "pptx"):
        return claimed  # the list of streams lies in the middle of a large file
    raise Refused(
        "This is an older Microsoft file of a kind that cannot be taken.", "Save it as a PDF, and upload that."
    )


def _zip_kind(head: bytes, tail: bytes, extension: str, claimed: str | None) -> str:
    names = set(_zip_names(head + tail))
    if "META-INF/MANIFEST.MF" in names or "AndroidManifest.xml" in names or "classes.dex" in names:
        raise Refused("This is a program (Java or Android).", "If it holds a paper, save that paper as a PDF.")
    if any(name.endswith("vbaProject.bin") for name in names):
        raise Refused("This document contains macros (small programs).", _without_macros(extension))
    packed = re.match(rb"PK\x03\x04.{26}mimetypeapplication/([a-z0-9.+-]+)", head, re.DOTALL)
    if packed and packed[1].startswith(b"vnd.oasis.opendocument."):
        return _open_document(packed[1].decode())
    for folder, kind in (("word/", "docx"), ("xl/", "xlsx"), ("ppt/", "pptx")):
        if any(name.startswith(folder) for name in names) and "[Content_Types].xml" in names:
            return kind
    if claimed in ("docx", "xlsx", "pptx", "odt", "ods", "odp"):
        return claimed  # cut or damaged before its list of parts
    if claimed or not extension:
        return "zip"
    raise Refused(
        f"This is a packed file of a kind that cannot be taken{_dotted(extension)}.",
        "Open it in its own program, export it as a PDF, and upload that.",
    )


def _open_document(media_type: str) -> str:
    for kind in ("odt", "ods", "odp"):
        if KINDS[kind][0].endswith(media_type.removesuffix("-template")):
            return kind
    raise Refused("This kind of OpenDocument file cannot be taken.", "Save it as a PDF, and upload that.")


def _zip_names(seen: bytes) -> list[str]:
    """The names in local headers and in the directory at the end, as far as they are in sight."""
    names = []
    for magic, length_at, name_at in ((b"PK\x03\x04", 26, 30), (b"PK\x01\x02", 28, 46)):
        at = seen.find(magic)
        while at >= 0 and at + name_at <= len(seen):
            (length,) = struct.unpack_from("<H", seen, at + length_at)
            names.append(seen[at + name_at : at + name_at + length].decode("utf-8", "replace"))
            at = seen.find(magic, at + 4)
    return names


def _decode(head: bytes) -> str | None:
    """The bytes as text, or None when they are not text. Old one-byte alphabets count as text."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if head.startswith(mark):
            return head[len(mark) :].decode(encoding, "replace")
    controls = sum(head.count(bytes([code])) for code in (*range(9), 11, *range(14, 32), 127))
    if controls > len(head) * 0.08 or head.count(0) > max(1, len(head) * 0.01):
        return None
    return head.decode("utf-8", "replace")


def _text_kind(text: str, extension: str, claimed: str | None) -> str:
    """Which kind of text it is. Raises Refused for a page, and for text that claims to be something else."""
    start = text.lstrip("\ufeff \t\r\n\f\x00")
    after_comments = re.sub(r"^(?:<!--.*?-->\s*)+", "", start, flags=re.DOTALL)
    runs = re.match(RUNS_AS_PAGE, after_comments, re.IGNORECASE)
    looks = re.match(LOOKS_LIKE_PAGE, start, re.IGNORECASE) and claimed not in ("txt", "csv", "md")
    if runs or looks or extension in PAGE_EXTENSIONS:
        raise Refused(
            "This is a web page or a drawing that a browser would run (HTML, SVG or XML).",
            'Open it in a browser, print it to a PDF ("Save as PDF"), and upload that.',
        )
    if re.match(r"BEGIN:V(CALENDAR|EVENT)", start, re.IGNORECASE):
        return "ics"
    if claimed in MAY_HOLD_TEXT:
        return claimed if claimed not in ("doc", "xls", "rtf") else "csv" if claimed == "xls" else "txt"
    if claimed:
        raise Refused(
            f"This is not {KINDS[claimed][2]}, although its name says so: it holds plain text.",
            'Upload the real file, or rename this one so that it ends in ".txt".',
        )
    if extension:
        raise Refused(
            f"Files of this kind are not taken{_dotted(extension)}.",
            'If it holds plain text, rename it so that it ends in ".txt". ' + WE_TAKE,
        )
    if re.match(r"From \S+ .*\d{4}\s*\r?\n[\w-]+:", start):
        return "mbox"
    return "eml" if _has_mail_headers(start) else "txt"


def _has_mail_headers(text: str) -> bool:
    if not re.match(r"[A-Za-z][A-Za-z0-9-]*:", text):
        return False
    names = {name.lower() for name in re.findall(r"^([A-Za-z][A-Za-z0-9-]*):", text[:4096], re.MULTILINE)}
    return len(names & {"from", "to", "subject", "date", "received", "return-path", "message-id"}) >= 2


def _file_type(kind: str, claimed: str | None, extension: str) -> FileType:
    media_type, family, what, _ = KINDS[kind]
    mismatch = None
    if extension and claimed != kind and (claimed or extension in PAGE_EXTENSIONS):
        mismatch = f'The name ends in ".{extension}", but the file is {what}. It was taken as {what}.'
    return FileType(media_type, family, kind, mismatch)


def _without_macros(extension: str) -> str:
    plain = {"x": "xlsx", "p": "pptx"}.get(extension[:1], "docx")
    return f'Save it without macros (as ".{plain}") or as a PDF, and upload that.'


def _dotted(extension: str) -> str:
    return f" (.{extension})" if extension else ""
