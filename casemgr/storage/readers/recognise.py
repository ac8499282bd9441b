"""Read the text of a page that is only a picture, with tesseract. Runs in a child of `sandbox` like every reader.

The page is drawn at 300 dots an inch, which is what tesseract was trained for, turned upright, and read. What is
reported are words with their places; the parent makes the text out of them.
"""

import csv
import ctypes
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from PIL import Image, ImageFile, ImageFilter, ImageOps

from .drawing import READING_SIDE, write_page

DOTS = 300
SHARPEST = 4200  # pixels of the longest side: letter paper at 300 dots has 3,300
COARSEST = 2000  # a smaller picture is enlarged; by little would only blur it: a fax of 2,200 is read as it is
ENLARGED_TO, MOST_ENLARGED = 2600, 3.0
LEAST_SIDE = 60  # pixels after enlarging; in the small pictures of letters nothing is written
LEAST_WORD = 30  # per cent; what is below says nothing of how well the page was read
SURE_OF_TURN = 1.0  # tesseract's own measure; below it the page is tried in other ways
DOUBTFUL = 60  # per cent of a page; below it a turn that was not found is looked for
MOST_WORDS = 20_000
NO_INK, LITTLE_INK = 0.00005, 0.0001  # of the surface; a lone signature has 0.0006


class _Stopped(Exception):
    """Tesseract ended without an answer; `how` is `slow`, `killed` or `broken`."""

    def __init__(self, how: str, detail: str = "") -> None:
        super().__init__(how)
        self.how, self.detail = how, detail


def recognise(
    *, report: Callable, path: str, number: int, program: str, seconds: float, pdf: bool, heic: bool = False
) -> None:
    """Report `recognised` (turn, blank, ink, words), with a turned picture in the folder where one was needed.

    Reports `unreadable` when the page cannot be drawn, `stopped` (how) when tesseract did not finish."""
    try:
        source = _Pdf(report, path, number) if pdf else _Picture(path, number, heic)
        page = source.sharp()
    except (OSError, ValueError, SyntaxError, EOFError, IndexError, RuntimeError) as error:
        if isinstance(error, OSError) and error.errno in (28, 122):
            raise
        report("unreadable", detail=str(error)[:200])
        return
    if min(page.size) < LEAST_SIDE:
        report("recognised", blank=False, turn=0, words=[])
        return
    ink = _ink(page)
    if ink < NO_INK:
        report("recognised", blank=True, turn=0, words=[])
        return
    try:
        turn, words = _upright(_Tesseract(program, seconds), page)
    except _Stopped as stop:
        report("stopped", how=stop.how, detail=stop.detail[:200])
        return
    facts: dict = {"blank": ink < LITTLE_INK, "turn": turn, "words": words}
    if turn and words:
        facts |= write_page(_turned(source.small(), turn), number) | {"blank": False}
    report("recognised", **facts)


def _upright(tesseract: "_Tesseract", page: Image.Image) -> tuple[int, list]:
    """The turn that makes the page readable, and what it then says."""
    turn, sure = tesseract.turn_of(page)
    words = tesseract.words_of(_turned(page, turn))
    if sure >= SURE_OF_TURN or _confidence(words) >= DOUBTFUL:
        return turn, words
    small = page.reduce(2)  # a photo without words would cost four full readings
    best, least = turn, 2 * _weight(words)
    for other in {0, 90, 180, 270} - {turn}:
        tried = tesseract.words_of(_turned(small, other))
        # A wrong turn gives a few chance words: it must be clearly better.
        if _confidence(tried) >= DOUBTFUL and _weight(tried) > least:
            best, least = other, _weight(tried)
    return (best, tesseract.words_of(_turned(page, best))) if best != turn else (turn, words)


def _confidence(words: list) -> float:
    read = [word for word in words if word[5] >= LEAST_WORD]
    letters = sum(len(word[0]) for word in read)
    return sum(len(word[0]) * word[5] for word in read) / letters if letters else 0.0


def _weight(words: list) -> float:
    """Sure letters; a single one counts for little."""
    return sum(len(word[0]) * max(0.0, word[5] - 40) for word in words if len(word[0]) > 2)


def _turned(picture: Image.Image, turn: int) -> Image.Image:
    """Turned clockwise."""
    return picture.rotate(-turn, expand=True) if turn else picture


def _ink(page: Image.Image) -> float:
    """Which part of the page is dark, without its margins and single specks."""
    small = page.copy()
    small.thumbnail((1000, 1000), Image.Resampling.BOX)
    small = small.filter(ImageFilter.MedianFilter(3))
    small = ImageOps.crop(small, border=max(1, min(small.size) // 40))
    histogram = small.histogram()
    pixels = sum(histogram)
    paper = max(range(256), key=histogram.__getitem__)
    away = sum(count for value, count in enumerate(histogram) if abs(value - paper) > 60)
    return away / pixels


class _Pdf:
    """One page of a PDF."""

    def __init__(self, report: Callable, path: str, number: int) -> None:
        from .pdf import open_pdf, page_of, show_forms

        document = open_pdf(report, path)
        if document is None:
            raise ValueError("the document stays shut")
        show_forms(document)  # what was typed onto a scan is read with it
        self._page = page_of(document, number)
        self._longest = max(self._page.get_size())

    def sharp(self) -> Image.Image:
        scale = min(DOTS / 72, SHARPEST / self._longest)
        return self._page.render(scale=scale, grayscale=True).to_pil().convert("L")

    def small(self) -> Image.Image:
        return self._page.render(scale=READING_SIDE / self._longest, rev_byteorder=True).to_pil().convert("RGB")


class _Picture:
    """One picture, or one page of a fax."""

    def __init__(self, path: str, number: int, heic: bool) -> None:
        self._path, self._number = path, number
        if heic:
            import pillow_heif

            pillow_heif.register_heif_opener(thumbnails=False)
        Image.MAX_IMAGE_PIXELS = None  # what is too large has no drawn page, and does not come here
        ImageFile.LOAD_TRUNCATED_IMAGES = True

    def sharp(self) -> Image.Image:
        return _for_reading(self._open(SHARPEST))

    def small(self) -> Image.Image:
        return self._open(READING_SIDE)

    def _open(self, side: int) -> Image.Image:
        from .images import prepared

        image = Image.open(self._path)
        if self._number > 1:
            image.seek(self._number - 1)
        return prepared(image, side)


def _for_reading(picture: Image.Image) -> Image.Image:
    """Grey, and large enough for letters to be seen."""
    grey = picture.convert("L")
    if max(grey.size) < COARSEST:
        scale = min(MOST_ENLARGED, ENLARGED_TO / max(grey.size))
        grey = grey.resize([max(1, round(side * scale)) for side in grey.size], Image.Resampling.BICUBIC)
    return grey


class _Tesseract:
    """The program, with what is left of the page's time."""

    def __init__(self, program: str, seconds: float) -> None:
        self._program, self._seconds = program, seconds

    def turn_of(self, page: Image.Image) -> tuple[int, float]:
        """Degrees clockwise that make the page upright, and how sure tesseract is of it (0: not at all)."""
        page.reduce(2).save("turn.pgm")
        said = self._run("turn.pgm", "stdout", "--psm", "0", "--dpi", str(DOTS // 2), may_fail=True)
        turn = re.search(r"^Rotate: (\d+)", said, re.MULTILINE)
        sure = re.search(r"^Orientation confidence: ([\d.]+)", said, re.MULTILINE)
        if turn is None or sure is None or int(turn[1]) not in (0, 90, 180, 270):
            return 0, 0.0  # too few letters to say
        return int(turn[1]), float(sure[1])

    def words_of(self, page: Image.Image) -> list:
        """The words as [text, x0, y0, x1, y1, confidence, line]; a new line has another number."""
        page.save("page.pgm")
        self._run("page.pgm", "page", "--psm", "3", "--dpi", str(DOTS), "-c", "tessedit_create_tsv=1")
        width, height = page.size
        words = []
        with Path("page.tsv").open(encoding="utf-8", errors="replace", newline="") as table:
            rows = csv.reader(table, delimiter="\t", quoting=csv.QUOTE_NONE)
            for row in rows:
                if len(row) != 12 or row[0] != "5" or not row[11].strip():
                    continue
                left, top, wide, high = (int(value) for value in row[6:10])
                box = (left / width, top / height, (left + wide) / width, (top + high) / height)
                words.append([row[11].strip(), *(round(side, 4) for side in box), float(row[10]), ".".join(row[2:5])])
                if len(words) == MOST_WORDS:
                    break
        return words

    def _run(self, *arguments: str, may_fail: bool = False) -> str:
        try:
            done = subprocess.run(
                [self._program, *arguments],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=self._seconds,
                check=False,
                env=os.environ | {"OMP_THREAD_LIMIT": "1"},  # its threads take turns rather than share the work
                preexec_fn=_die_with_this_process if sys.platform.startswith("linux") else None,
            )
        except subprocess.TimeoutExpired:
            raise _Stopped("slow") from None
        except OSError as error:
            raise _Stopped("broken", str(error)) from error
        said = done.stdout.decode("utf-8", "replace")
        if done.returncode < 0:
            how = "slow" if -done.returncode == getattr(signal, "SIGXCPU", 0) else "killed"
            raise _Stopped(how, f"signal {-done.returncode}")
        if done.returncode and not may_fail:
            raise _Stopped("broken", done.stderr.decode("utf-8", "replace").strip().replace("\n", " "))
        return said


def _die_with_this_process() -> None:
    """Linux: a worker that is killed takes its child along, and that one tesseract."""
    ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)
