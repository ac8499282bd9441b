"""Look inside a file: page images, text, and what is odd about it. The work is done in a child process.

What the child reports is believed as little as the file itself: numbers are checked, file names are made here.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from .sandbox import EVENTS, FailureKind, Limits, Outcome, ReadFailed, run
from .types import Family, FileType, PageImage, Preview, PreviewState

PAGES_AT_ONCE = 300
MAX_PAGE_COUNT = 1_000_000
MAX_BAD_PAGES = 3  # pages that may end a child before we stop trying; each costs up to 20 s
MAX_WORDS = 4000  # of a page
WALL_SECONDS = 150.0
_NUMBERS = frozenset({int, float})
REPAIRED = "repaired.pdf"  # made by the PDF reader

LOCKED = (
    "This file is locked with a password, so it was kept as it is and cannot be shown. Open it with the password, "
    "print it to a PDF, and upload that copy as well."
)
KEPT = "It was kept exactly as it came, and you can download it."
MOST_UNSEEN = 100  # pages that are named
_UNSEEN = "Words that cannot be seen stand on page"
_UNSEEN_MEANS = (
    ": under a bar, or in the color of the paper. Whoever gets this file can copy them out. “Redact” makes a copy in "
    "which what you cover is gone."
)
NO_PREVIEW = {
    Family.OFFICE: "No words could be read in this document. Download it to read it.",
    Family.AUDIO: "Recordings are kept as they are.",
    Family.VIDEO: "Videos are kept as they are.",
    Family.ARCHIVE: "A ZIP is kept as it came. The papers that were inside are papers of their own.",
    Family.CALENDAR: "Calendars are kept as they are. Their dates are read where you import a school calendar.",
}


def preview(path: Path, file_type: FileType, out_dir: Path, *, first_page: int = 1) -> Preview:
    """Draw and read a file into `out_dir` (made when missing, written by nobody else).

    Never raises for a bad file: that is a `Preview` with a state and a note. Raises OSError (with ENOSPC when
    the disk is full) only when the machine is at fault. `first_page` continues a long PDF or fax: at most 300
    pages are drawn in one call; later pages of a PDF come with their text only.
    """
    out_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        if file_type.damaged:
            return Preview(PreviewState.FAILED, file_type.damaged)
        return _reader_for(file_type)(path.resolve(), file_type, out_dir, first_page)
    finally:
        (out_dir / EVENTS).unlink(missing_ok=True)
        (out_dir / REPAIRED).unlink(missing_ok=True)


def has_notes(path: Path, out_dir: Path) -> bool:
    """Say whether a PDF has anything but links laid on its pages: what is typed into a form, or noted. True as well
    where that cannot be found out. Raises OSError only when the machine is at fault."""
    out_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    outcome = run("notes", {"path": str(path.resolve())}, out_dir, Limits(cpu_seconds=20, wall_seconds=30))
    return bool(_last(outcome, "notes").get("found", True))


def _reader_for(file_type: FileType) -> Callable[[Path, FileType, Path, int], Preview]:
    if file_type.extension in ("txt", "csv", "md", "rtf", "eml", "msg", "mbox"):
        return _text
    if file_type.extension in ("docx", "xlsx", "pptx", "odt", "ods", "odp"):
        return _office
    if file_type.extension == "zip":
        return _package
    return {Family.PDF: _pages, Family.IMAGE: _pages}.get(file_type.family, _nothing)


def _nothing(path: Path, file_type: FileType, out_dir: Path, first_page: int) -> Preview:
    return Preview(PreviewState.NONE, NO_PREVIEW.get(file_type.family, "This kind of file has no preview."))


def _text(path: Path, file_type: FileType, out_dir: Path, first_page: int) -> Preview:
    request: dict = {"path": str(path)}
    operation = "mail" if file_type.family is Family.EMAIL else "text"
    if file_type.extension in ("rtf", "mbox"):
        request["rtf" if file_type.extension == "rtf" else "mailbox"] = True
    if file_type.extension == "msg":
        operation = "outlook"
    outcome = run(operation, request, out_dir, Limits(cpu_seconds=30, wall_seconds=45, memory_bytes=768 << 20))
    found = _last(outcome, "text")
    if outcome.failure or not isinstance(found.get("text"), str):
        return _failed(outcome.failure)
    return _read(found)


def _read(found: dict) -> Preview:
    """Words that were read. What a print-out does not show is said."""
    cut, hidden = bool(found.get("cut")), found.get("hidden")
    warnings = ["This text is very long. Only its beginning is shown here."] if cut else []
    warnings += [words[:300] for words in hidden[:20] if isinstance(words, str)] if isinstance(hidden, list) else []
    return Preview(PreviewState.READY, text=found["text"], warnings=warnings, cut=cut)


def _office(path: Path, file_type: FileType, out_dir: Path, first_page: int) -> Preview:
    """The words of an office document; NONE where it holds none that we can read, though its wrapper is sound."""
    limits = Limits(cpu_seconds=30, wall_seconds=45, memory_bytes=768 << 20)
    outcome = run("office", {"path": str(path), "kind": file_type.extension}, out_dir, limits)
    if (wrong := _wrong_wrapper(outcome, file_type)) is not None:
        return wrong
    if _has(outcome, "hostile"):
        return Preview(PreviewState.FAILED, f"This file is made to harm the program that opens it. {KEPT}")
    found = _last(outcome, "text")
    return _read(found) if isinstance(found.get("text"), str) else _nothing(path, file_type, out_dir, first_page)


def _package(path: Path, file_type: FileType, out_dir: Path, first_page: int) -> Preview:
    limits = Limits(cpu_seconds=20, wall_seconds=30, memory_bytes=512 << 20)
    outcome = run("package", {"path": str(path)}, out_dir, limits)
    wrong = _wrong_wrapper(outcome, file_type)
    return wrong if wrong is not None else _nothing(path, file_type, out_dir, first_page)


def _wrong_wrapper(outcome: Outcome, file_type: FileType) -> Preview | None:
    """What stops us at the wrapper of a package, if anything does."""
    if outcome.failure or _has(outcome, "unreadable"):
        return _failed(outcome.failure)
    found = _last(outcome, "package")
    if found.get("encrypted") and file_type.family is Family.OFFICE:
        return Preview(PreviewState.ENCRYPTED, LOCKED)
    if found.get("bomb"):
        return Preview(PreviewState.FAILED, f"This file unpacks to far more than it should. It was not opened. {KEPT}")
    return None


@dataclass
class _Reading:
    """What all children together said about one file with pages."""

    first_page: int
    count: int | None = None
    pages: dict[int, dict] = field(default_factory=dict)
    bad: dict[int, ReadFailed] = field(default_factory=dict)
    said: dict[str, dict] = field(default_factory=dict)  # every other event, by its name
    failure: ReadFailed | None = None

    def add(self, outcome: Outcome) -> int | None:
        """Take in one child's report. Returns the page that ended it, when a page did."""
        begun = None
        for event in outcome.events:
            name, number = event.get("event"), _whole(event.get("number"), MAX_PAGE_COUNT)
            if name == "begin" and number:
                begun = number
            elif name == "page" and number and number >= self.first_page:
                self.pages[number], begun = event, None
            elif name == "opened":
                self.count, self.said["opened"] = _whole(event.get("count"), MAX_PAGE_COUNT), event
            elif isinstance(name, str):
                self.said[name] = event
        self.failure = outcome.failure
        if outcome.failure and begun:
            self.bad[begun] = outcome.failure
        return begun if outcome.failure else None


def _pages(path: Path, file_type: FileType, out_dir: Path, first_page: int) -> Preview:
    """PDFs and pictures. A page that ends its child is left out, and a new child goes on behind it."""
    operation = "pdf" if file_type.family is Family.PDF else "image"
    extra = {"heic": True} if file_type.extension == "heic" else {}
    reading, start = _Reading(first_page), first_page
    limits = Limits(wall_seconds=WALL_SECONDS)
    while len(reading.bad) < MAX_BAD_PAGES:
        if operation == "pdf":
            extra = {"blank": [number for number, page in reading.pages.items() if page.get("blank")]}
        request = {"path": str(path), "first": start, "last_drawn": first_page + PAGES_AT_ONCE - 1, **extra}
        ended_by = reading.add(run(operation, request, out_dir, limits))
        if ended_by is None or ended_by < start:
            break
        start = ended_by + 1
        if reading.count and start > reading.count:
            break
    return _result(reading, out_dir)


def _result(reading: _Reading, out_dir: Path) -> Preview:
    said, count = reading.said, reading.count
    if "encrypted" in said:
        return Preview(PreviewState.ENCRYPTED, LOCKED)
    if "too_large" in said and not reading.pages:
        size = _whole(said["too_large"].get("megapixels"), 10**9) or 0
        return Preview(PreviewState.FAILED, f"This picture has {size:,} megapixels, too many to draw. {KEPT}")
    if "empty" in said or count == 0:
        return Preview(PreviewState.FAILED, f"This file has no pages. {KEPT}", page_count=0)
    count, warnings = _agreed_count(reading)
    pages = [page_image(number, event, out_dir) for number, event in sorted(reading.pages.items())]
    pages = [page for page in pages if count is None or page.number <= count]
    drawn = [page for page in pages if page.image_path]
    only_blanks = "repaired" in said and all(reading.pages[page.number].get("blank") for page in drawn)
    if not drawn or (only_blanks and not any(page.text.strip() for page in pages)):
        return _failed(reading.failure or next(iter(reading.bad.values()), None), count)
    warnings += _page_warnings(reading, pages) + _part_warnings(said)
    note = ""
    if count and count > drawn[-1].number and len(drawn) >= PAGES_AT_ONCE:
        note = f"This file has {count:,} pages. Pages {drawn[0].number:,} to {drawn[-1].number:,} are shown."
    return Preview(PreviewState.READY, note, count, pages, warnings=warnings)


def _agreed_count(reading: _Reading) -> tuple[int | None, list[str]]:
    """The number of pages that can be believed, and a warning where two readers do not agree."""
    first, second = reading.count, _whole(reading.said.get("count", {}).get("count"), MAX_PAGE_COUNT)
    if first is None or second is None or first == second:
        return first, []
    beyond = [number for number, page in reading.pages.items() if number > second and "problem" not in page]
    believed = first if beyond else min(first, second)
    warning = f"Two readers disagree on how many pages this file has ({second:,} or {first:,}). Check the original."
    return believed, [warning]


def _page_warnings(reading: _Reading, pages: list[PageImage]) -> list[str]:
    said, warnings = reading.said, []
    numbers = {page.number for page in pages}
    if "repaired" in said:
        warnings.append("This file is damaged. It was repaired for reading; the original is kept unchanged.")
    not_drawn = {page.number for page in pages if page.image_path is None and _problem(reading, page.number)}
    if missing := sorted(not_drawn | reading.bad.keys()):
        warnings.append(f"{_listed(missing)} could not be drawn. {KEPT}")
    checked = said.get("checked", {})
    damaged = "repaired" in said or bool(_whole(checked.get("faults"), 10**9))
    if damaged and "repaired" not in said:
        warnings.append("This PDF has faults in its structure: it may be damaged. Compare it with the original.")
    blank = {number for number, event in reading.pages.items() if event.get("blank")} & numbers
    lost = checked.get("lost") if isinstance(checked.get("lost"), list) else []
    if suspicious := blank if damaged else blank.intersection(n for n in lost if isinstance(n, int)):
        warnings.append(f"{_listed(sorted(suspicious))} came out empty. Because of the damage, something may be lost.")
    if unseen := sorted({number for number, event in reading.pages.items() if event.get("unseen") is True} & numbers):
        warnings.append(f"{_UNSEEN} {', '.join(map(str, unseen[:MOST_UNSEEN]))}{_UNSEEN_MEANS}")
    if any(event.get("cut") for event in reading.pages.values()):
        warnings.append("This picture is cut off: the end of the file is missing.")
    return warnings


def unseen_pages(note: str) -> list[int]:
    """Return the pages of which a paper's note says that they hold words that cannot be seen."""
    found = re.findall(rf"^{_UNSEEN} ([\d, ]+):", note, re.MULTILINE)
    return [int(number) for numbers in found for number in numbers.split(", ")]


def _part_warnings(said: dict[str, dict]) -> list[str]:
    parts, warnings = said.get("parts", {}), []
    if parts.get("portfolio"):
        warnings.append("This PDF is a folder of other documents. They are inside it and are not shown here.")
    elif parts.get("attachments"):
        warnings.append("Other files are attached inside this PDF. They are not shown here.")
    if parts.get("signed"):
        warnings.append("This PDF is digitally signed. A copy in a packet loses the signature; keep this original.")
    if said.get("unseen", {}).get("notes"):
        warnings.append("Notes on its pages say more when they are pressed. An exhibit shows the pages, without that.")
    if said.get("unseen", {}).get("layers"):
        warnings.append(
            "This PDF has layers that are switched off: not seen, but in it, in an exhibit as well. Print it to a new "
            "PDF if nobody else is to see them."
        )
    if said.get("opened", {}).get("moving"):
        warnings.append("This is a moving picture. Only its first frame is shown.")
    if "locked_for_second_reader" in said:
        warnings.append("A part of this PDF is locked with a password. Only what is open is shown.")
    elif "second_reader_failed" in said or ("pages_done" in said and "checked" not in said):
        warnings.append("A second reader could not read this file, so its pages could not be double-checked.")
    return warnings


def page_image(number: int, event: dict, out_dir: Path) -> PageImage:
    """One page as a child reported it; its files are looked for under names made here."""
    width, height = _whole(event.get("width"), 20_000) or 0, _whole(event.get("height"), 20_000) or 0
    text = event.get("text") if isinstance(event.get("text"), str) else ""
    image = thumb = None
    if width and height:  # else there was a problem, perhaps behind the drawing
        image = _made_file(out_dir / f"page-{number:05d}.jpg")
        thumb = _made_file(out_dir / f"page-{number:05d}.thumb.jpg")
    return PageImage(
        number,
        width,
        height,
        image if thumb else None,
        thumb if image else None,
        text,
        is_scan=event.get("scan") is True,
        is_blank=event.get("blank") is True,
        words=_words(event) if image and thumb else [],
    )


def _words(event: dict) -> list[list]:
    """The words of a page with their places; none at all when one of them makes no sense."""
    said = event.get("words")
    if not isinstance(said, list) or len(said) > MAX_WORDS or not all(map(_is_word, said)):
        return []
    return said


def _is_word(said: object) -> bool:
    """[text, x0, y0, x1, y1], the corners in order and inside the picture. NaN compares false. (Some hundred a page:
    written to be fast.)"""
    if type(said) is not list or len(said) != 5:
        return False
    text, x0, y0, x1, y1 = said
    if type(text) is not str or not 0 < len(text) <= 300 or "\x00" in text:
        return False
    if not (type(x0) in _NUMBERS and type(y0) in _NUMBERS and type(x1) in _NUMBERS and type(y1) in _NUMBERS):
        return False
    return 0 <= x0 < x1 <= 1 and 0 <= y0 < y1 <= 1


def _made_file(path: Path) -> Path | None:
    return path if path.is_file() and not path.is_symlink() and path.stat().st_size else None


def _failed(failure: ReadFailed | None, count: int | None = None) -> Preview:
    reason = "This file is damaged and cannot be shown."
    if failure and failure.kind is not FailureKind.CRASHED:
        reason = failure.reason
    elif failure:
        reason = "This file is damaged, or made to break programs that open it, and cannot be shown."
    return Preview(PreviewState.FAILED, f"{reason} {KEPT}", count)


def _problem(reading: _Reading, number: int) -> bool:
    return "problem" in reading.pages.get(number, {})


def _listed(numbers: list[int]) -> str:
    shown = ", ".join(f"{number:,}" for number in numbers[:10]) + (" and more" if len(numbers) > 10 else "")
    return f"Page {shown}" if len(numbers) == 1 else f"Pages {shown}"


def _whole(value: object, most: int) -> int | None:
    """A whole number from 0 to `most`, else None."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most else None


def _has(outcome: Outcome, name: str) -> bool:
    return any(event.get("event") == name for event in outcome.events)


def _last(outcome: Outcome, name: str) -> dict:
    return next((event for event in reversed(outcome.events) if event.get("event") == name), {})
