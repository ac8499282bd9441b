"""The child process that looks where pages have room: a copy of the process that asks, or started as a file
(`python -I looker.py`).

It draws only the strips of a page where a stamp may stand, small and grey, and says for each page the first place
that is blank paper. Files are hostile: where drawing one ends this process, nothing else is lost.
"""

import contextlib
import ctypes
import io
import json
import os
import sys
import time
from typing import Any, NoReturn

LINES = 12  # pixels in the height of a stamp: a hairline still shows
MOST_ACROSS = 3000
OLD_WHITE, DARKEST, GRAIN_ON_WHITE, GRAIN = 250, 185, 12, 24
NOWHERE, DIGITS = "-", "0123456789abcdef"
MOST_MEMORY = 1 << 30


def is_blank(pixels: bytes) -> bool:
    """Tell whether this is empty paper: white, or of one light tone with no more than the grain of a scan."""
    if pixels.count(255) == len(pixels):
        return True
    low, high = min(pixels), max(pixels)
    return low >= DARKEST and high - low <= (GRAIN_ON_WHITE if high >= OLD_WHITE else GRAIN)


class Document:
    """One PDF as pdfium opens it, with its form fields."""

    def __init__(self, pdfium: Any, path: str) -> None:
        self.raw = pdfium.raw
        self.pdf = pdfium.PdfDocument(path)
        if self.pdf.get_formtype() != self.raw.FORMTYPE_NONE:
            self.pdf.init_forms()

    def room(self, number: int, rooms: list[list[float]], *, is_scan: bool) -> str:
        """Return the place of the first blank room on the page, or `NOWHERE`. Rooms are shares of the page:
        left, top, right, bottom; empty: not to be used. `is_scan`: all that it can draw is one plain JPEG."""
        raw = self.raw
        page = raw.FPDF_LoadPage(self.pdf, number)
        if not page:
            return NOWHERE
        formenv = self.pdf.formenv
        try:
            if formenv:
                raw.FORM_OnAfterLoadPage(page, formenv)
            if is_scan and (pixels := self._jpeg(page)):
                return self._on_jpeg(*pixels, rooms)
            for upper in (False, True):
                strip = [(place, box) for place, box in enumerate(rooms) if box and (box[1] < 0.5) == upper]
                if strip:
                    found = self._in_strip(page, formenv, strip)
                    if found != NOWHERE:
                        return found
            return NOWHERE
        finally:
            raw.FPDF_ClosePage(page)

    def _jpeg(self, page: Any) -> tuple[bytes, int, int] | None:
        """Return the gray pixels of the JPEG that covers the page, and their width and height: read directly and
        small, which takes a third of the time of drawing the page. None where it does not just cover the page."""
        raw = self.raw
        if raw.FPDFPage_CountObjects(page) != 1 or raw.FPDFPage_GetAnnotCount(page):
            return None
        one, matrix, box = raw.FPDFPage_GetObject(page, 0), raw.FS_MATRIX(), raw.FS_RECTF()
        if raw.FPDFPageObj_GetType(one) != raw.FPDF_PAGEOBJ_IMAGE or not raw.FPDFPageObj_GetMatrix(one, matrix):
            return None
        raw.FPDF_GetPageBoundingBox(page, box)
        found = (matrix.b, matrix.c, matrix.e - box.left, matrix.f - box.bottom)
        beyond = (matrix.e + matrix.a - box.right, matrix.f + matrix.d - box.top)
        if any(abs(number) > 1 for number in (*found, *beyond)):
            return None
        size = raw.FPDFImageObj_GetImageDataRaw(one, None, 0)
        data = ctypes.create_string_buffer(size)
        raw.FPDFImageObj_GetImageDataRaw(one, data, size)
        from PIL import Image

        try:
            with Image.open(io.BytesIO(data)) as image:
                if image.format != "JPEG" or image.mode not in ("L", "RGB"):
                    return None
                image.draft("L", (image.width // 4, image.height // 4))
                pixels = image.convert("L")
                return pixels.tobytes(), pixels.width, pixels.height
        except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
            return None

    @staticmethod
    def _on_jpeg(pixels: bytes, width: int, height: int, rooms: list[list[float]]) -> str:
        for number, (left, upper, right, lower) in enumerate(rooms):
            rows = range(int(upper * height), min(height, int(lower * height) + 1))
            across = slice(int(left * width), min(width, int(right * width) + 1))
            if is_blank(b"".join(pixels[row * width : (row + 1) * width][across] for row in rows)):
                return DIGITS[number]
        return NOWHERE

    def _in_strip(self, page: Any, formenv: Any, rooms: list[tuple[int, list[float]]]) -> str:
        raw = self.raw
        wide, high = raw.FPDF_GetPageWidthF(page), raw.FPDF_GetPageHeightF(page)
        if not (wide > 0 and high > 0):
            return NOWHERE
        first, last = min(box[1] for _, box in rooms), max(box[3] for _, box in rooms)
        scale = LINES / ((rooms[0][1][3] - rooms[0][1][1]) * high)
        scale = min(scale, MOST_ACROSS / wide)
        width, height = max(1, round(wide * scale)), max(1, round(high * scale))
        top = max(0, int(first * height))
        lines = min(height, int(last * height) + 1) - top
        bitmap = raw.FPDFBitmap_CreateEx(width, lines, raw.FPDFBitmap_Gray, None, 0)
        if not bitmap:
            return NOWHERE
        try:
            raw.FPDFBitmap_FillRect(bitmap, 0, 0, width, lines, 0xFFFFFFFF)
            place = (0, -top, width, height, 0, raw.FPDF_ANNOT)
            raw.FPDF_RenderPageBitmap(bitmap, page, *place)
            if formenv:
                raw.FPDF_FFLDraw(formenv, bitmap, page, *place)
            stride = raw.FPDFBitmap_GetStride(bitmap)
            pixels = ctypes.string_at(raw.FPDFBitmap_GetBuffer(bitmap), stride * lines)
        finally:
            raw.FPDFBitmap_Destroy(bitmap)
        for number, (left, upper, right, lower) in rooms:
            rows = range(int(upper * height) - top, min(lines, int(lower * height) + 1 - top))
            across = slice(int(left * width), min(width, int(right * width) + 1))
            if is_blank(b"".join(pixels[row * stride : (row + 1) * stride][across] for row in rows)):
                return DIGITS[number]
        return NOWHERE


def look(pdfium: Any, task: dict[str, Any], say: Any) -> None:
    """Look at all pages of one task and say where they have room, now and then, so that silence means trouble."""
    seen: list[str] = []
    at, said = 0, time.monotonic()
    try:
        document = Document(pdfium, task["path"])
        if (others := len(document.pdf)) != task["of"]:  # two readers disagree on what the pages are
            say(n=task["n"], others=others)
            raise ValueError
    except (pdfium.PdfiumError, ValueError, OSError):
        say(n=task["n"], done=True)
        return
    for first, count, is_scan, rooms in task["runs"]:
        for number in range(first, first + count):
            seen.append(document.room(number, rooms, is_scan=is_scan))
            if time.monotonic() - said > 0.5:
                say(n=task["n"], at=at, seen="".join(seen))
                at, said = at + len(seen), time.monotonic()
                seen.clear()
    say(n=task["n"], at=at, seen="".join(seen), done=True)
    document.pdf.close()


def become(folder: str, answers: str, parent: int) -> NoReturn:
    """Be nothing but the one who looks: this process was forked for it by `parent`, which may be gone already."""
    code = 1
    try:
        nothing = os.open(os.devnull, os.O_RDWR)
        for handle in range(3):
            os.dup2(nothing, handle)
        os.closerange(3, 1 << 16)
        code = main(folder, answers, parent)
    finally:
        os._exit(code)  # no tidying up: libraries that met a broken file can crash in their destructors


def main(folder: str, answers_name: str, parent: int = 0) -> int:
    """Answer questions until the list ends. A question is taken by whoever is the first to make its claim file."""
    parent = parent or os.getppid()
    import pypdfium2 as pdfium

    with contextlib.suppress(ImportError, ValueError, OSError):  # not on every system
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    os.chdir(folder)
    with open("tasks", encoding="utf-8") as tasks, open(answers_name, "a", encoding="utf-8") as answers:  # noqa: PTH123

        def say(**facts: object) -> None:
            answers.write(json.dumps(facts) + "\n")
            answers.flush()

        line = ""
        while True:
            line += tasks.readline()
            if not line.endswith("\n"):
                if os.getppid() != parent:
                    return 1
                time.sleep(0.002)
                continue
            task, line = json.loads(line), ""
            if not task:
                return 0
            with contextlib.suppress(FileExistsError):
                os.close(os.open(f"claim-{task['n']}", os.O_CREAT | os.O_EXCL))
                say(n=task["n"])
                look(pdfium, task, say)


if __name__ == "__main__":
    os._exit(main(sys.argv[1], sys.argv[2]))
