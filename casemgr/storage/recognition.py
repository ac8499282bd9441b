"""Read the text of a page that is only a picture, and make a copy of a paper whose text can be searched.

The work is done by tesseract in a child process; what it reports is believed as little as the file itself.
"""

import json
import math
import os
import shutil
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from .preview import page_image
from .sandbox import FailureKind, Limits, run
from .types import Family, FileType, PageImage

PAGE_SECONDS = 60.0  # for one run of tesseract; a page needs one to five
MOST_WORDS = 20_000
MOST_TEXT = 200_000
LEAST_FOUND = 2  # words of three letters; less is dirt
SURE, CLEAR = 55, 85  # per cent
LEAST_WORD, GOOD_PAGE = 30, 75
COPY = "searchable.pdf"
USUAL_PLACES = ("/usr/bin", "/usr/local/bin", "/opt/homebrew/bin", "/opt/local/bin", "C:\\Program Files\\Tesseract-OCR")

Word = tuple[str, float, float, float, float]
"""A word and its place: left, top, right, bottom, from 0 to 1 of the upright page."""


class Found(StrEnum):
    READ = "read"
    NOTHING = "nothing"  # a picture without words, or in which none could be made out
    BLANK = "blank"
    FAILED = "failed"


@dataclass(frozen=True)
class PageText:
    """What was read on one page.

    `confidence` is tesseract's own, 0 to 100, over all letters. `turn` is how many degrees clockwise the page was
    turned to stand upright; `picture` is then the upright picture. `reason` is a sentence where it failed;
    `may_pass`: another try may do better.
    """

    found: Found
    text: str = ""
    words: list[Word] = field(default_factory=list)
    confidence: int | None = None
    turn: int = 0
    picture: PageImage | None = None
    reason: str = ""
    may_pass: bool = False


def find_program(name: str) -> str | None:
    """Return the path of tesseract on this machine; None when it is not installed, or `name` is empty."""
    if not name:
        return None
    return shutil.which(name) or shutil.which(name, path=os.pathsep.join(USUAL_PLACES))


def recognise(path: Path, file_type: FileType, number: int, folder: Path, program: str) -> PageText:
    """Read page `number` (from 1) of a PDF or picture. Pictures of it are written into `folder`.

    Never raises for a bad file. Raises OSError (ENOSPC when the disk is full) only when the machine is at fault.
    """
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    request = {
        "path": str(path.resolve()),
        "number": number,
        "program": program,
        "seconds": PAGE_SECONDS,
        "pdf": file_type.family is Family.PDF,
        "heic": file_type.extension == "heic",
    }
    outcome = run("recognise", request, folder, Limits(wall_seconds=5 * PAGE_SECONDS))
    events = {event.get("event"): event for event in outcome.events}
    if "recognised" in events:
        return _page_text(events["recognised"], number, folder)
    if "stopped" in events:
        if events["stopped"].get("how") == "slow":
            return PageText(Found.FAILED, reason="Reading it took too long.")
        return PageText(Found.FAILED, reason="Text recognition stopped in the middle of it.", may_pass=True)
    if outcome.failure and outcome.failure.kind is not FailureKind.CRASHED:
        return PageText(Found.FAILED, reason="Reading it took too much time or memory.")
    if outcome.failure:
        return PageText(Found.FAILED, reason="Text recognition stopped in the middle of it.", may_pass=True)
    return PageText(Found.FAILED, reason="Its picture could not be drawn for reading.")


def _page_text(event: dict, number: int, folder: Path) -> PageText:
    turn = event.get("turn") if event.get("turn") in (90, 180, 270) else 0
    said = event.get("words") if isinstance(event.get("words"), list) else []
    read = [word for word in map(_word, said[:MOST_WORDS]) if word is not None]
    sure_words = sum(sure >= SURE and _letters(word) >= 3 for word, sure, _ in read)
    is_clear = any(sure >= CLEAR and _letters(word) >= 5 for word, sure, _ in read)  # "Page1", and nothing else
    if sure_words < LEAST_FOUND and not is_clear:
        return PageText(Found.BLANK if event.get("blank") is True else Found.NOTHING)
    clear = [(word, sure) for word, sure, _ in read if sure >= LEAST_WORD]
    letters = sum(len(word[0]) for word, _ in clear)
    confidence = round(sum(len(word[0]) * sure for word, sure in clear) / letters)
    # On a page that is read well a doubtful word is a word; what has no letters is dirt.
    is_good = confidence >= GOOD_PAGE
    read = [(word, sure, line) for word, sure, line in read if sure >= LEAST_WORD or (is_good and _letters(word) >= 3)]
    words = [word for word, _, _ in read]
    if not turn:
        return PageText(Found.READ, _lines(read), words, confidence)
    picture = page_image(number, event, folder)
    if picture.image_path is None:  # the places are those of the upright picture, which is not there
        return PageText(Found.READ, _lines(read), [], confidence)
    return PageText(Found.READ, _lines(read), words, confidence, turn, picture)


def _letters(word: Word) -> int:
    return sum(map(str.isalnum, word[0]))


def _word(said: object) -> tuple[Word, float, str] | None:
    """One word as the child reports it: text, place, confidence, line."""
    if not isinstance(said, list) or len(said) != 7 or not isinstance(said[0], str) or not isinstance(said[6], str):
        return None
    text = "".join(letter for letter in said[0][:200] if letter.isprintable())
    numbers = [float(value) for value in said[1:6] if isinstance(value, int | float) and math.isfinite(value)]
    if not text or len(numbers) != 5 or not all(-0.01 <= side <= 1.01 for side in numbers[:4]):
        return None
    x0, y0, x1, y1 = (min(1.0, max(0.0, side)) for side in numbers[:4])
    return (text, x0, y0, x1, y1), min(100.0, max(0.0, numbers[4])), said[6]


def _lines(read: list[tuple[Word, float, str]]) -> str:
    """The words as lines, with an empty line between blocks."""
    text, before = [], ""
    for word, _, line in read:
        if line != before:
            text.append("\n\n" if before and line.split(".")[0] != before.split(".")[0] else "\n")
            before = line
        else:
            text.append(" ")
        text.append(word[0])
    return "".join(text).strip()[:MOST_TEXT]


def make_copy(
    path: Path, file_type: FileType, pages: dict[int, tuple[int, list[Word]]], title: str, folder: Path
) -> Path | None:
    """Write a PDF that shows the paper as it is, with the words of `pages` (number: turn, words) laid under it unseen.

    Returns its path inside `folder`, None when none could be made. Raises OSError like `recognise`."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700, parents=True)
    (folder / "words.json").write_text(json.dumps({str(number): page for number, page in pages.items()}))
    request = {
        "path": str(path.resolve()),
        "pdf": file_type.family is Family.PDF,
        "heic": file_type.extension == "heic",
        "title": title,
    }
    outcome = run("searchable", request, folder, Limits(cpu_seconds=120, wall_seconds=180.0))
    made = folder / COPY
    done = any(event.get("event") == "copied" for event in outcome.events)
    return made if done and made.is_file() and not made.is_symlink() else None
