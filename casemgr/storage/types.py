"""The plain data that the storage modules hand to their callers."""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path


class Family(StrEnum):
    """What a person would call the file; decides how it is read and which icon it gets."""

    PDF = "pdf"
    IMAGE = "image"
    TEXT = "text"
    EMAIL = "email"
    OFFICE = "office"
    AUDIO = "audio"
    VIDEO = "video"
    ARCHIVE = "archive"
    CALENDAR = "calendar"
    OTHER = "other"


@dataclass(frozen=True)
class FileType:
    """What a file is, judged by its content.

    `extension` has no dot and is the one to use for a download. `mismatch` is a sentence for the person when
    the name claimed another type. `damaged` is a sentence when the content could not be recognised although
    the name is of a known type: such bytes are kept as evidence, and nothing tries to open them.
    """

    media_type: str
    family: Family
    extension: str
    mismatch: str | None = None
    damaged: str | None = None


class Refused(Exception):
    """A file that is not taken. Both parts are whole sentences in plain words, safe to show."""

    def __init__(self, reason: str, what_to_do: str) -> None:
        super().__init__(f"{reason} {what_to_do}")
        self.reason = reason
        self.what_to_do = what_to_do


class PreviewState(StrEnum):
    READY = "ready"  # there are page images, or text, or both
    NONE = "none"  # this kind of file has no preview; the note says why
    FAILED = "failed"  # damaged, too large when opened, or too slow; the note says which
    ENCRYPTED = "encrypted"  # a password is needed


@dataclass(frozen=True)
class PageImage:
    """One page as it was drawn. Sizes are pixels of `image_path`; both paths lie inside the `out_dir`.

    `image_path` and `thumb_path` are None for a page that could not be drawn, or that is past the limit of
    pages drawn at once; its text is still there when it could be read. `is_scan`: there is (nearly) no text, and
    something that may be read in its picture; `is_blank`: it is of one colour all over.
    """

    number: int
    width: int
    height: int
    image_path: Path | None
    thumb_path: Path | None
    text: str = ""
    is_scan: bool = False
    is_blank: bool = False
    words: list[list] = field(default_factory=list)
    """[text, x0, y0, x1, y1] from 0 to 1 of the picture; empty: where they stand is not known."""


@dataclass(frozen=True)
class Preview:
    """What could be seen of a file.

    `page_count` is None where pages mean nothing (text, sound). `text` is the text of a file without pages, and `cut`
    says that it is only the beginning; the text of a PDF is on its pages. `warnings` are sentences for a person;
    `note` says why there is no preview.
    """

    state: PreviewState
    note: str = ""
    page_count: int | None = None
    pages: list[PageImage] = field(default_factory=list)
    text: str = ""
    warnings: list[str] = field(default_factory=list)
    cut: bool = False
