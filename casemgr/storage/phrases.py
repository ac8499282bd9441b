"""Say on which pages of PDFs words of a pattern stand. The files are opened in a child process only."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from .sandbox import Limits, run

_LIMITS = Limits(cpu_seconds=300, wall_seconds=600, memory_bytes=1 << 30)
MOST_TEXT = 2000


@dataclass(frozen=True)
class Found:
    """A place with the words: its page, from 1, and what stands around them."""

    page: int
    text: str


def find_phrases(paths: Sequence[Path], pattern: str, folder: Path) -> list[list[Found] | None]:
    """Return for each file where words of `pattern` stand (a regular expression, letters of any case); None where none
    were found, but not all of its pages could be read.

    Raises OSError when the machine is at fault. A file that ends its child costs only its own answer."""
    answers: list[list[Found] | None] = [None] * len(paths)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    start = 0
    while start < len(paths):
        request = {"paths": [str(path.resolve()) for path in paths[start:]], "pattern": pattern}
        outcome = run("phrases", request, folder, _LIMITS)
        found: dict[int, list[Found]] = {}
        last = 0
        for event in outcome.events:
            index, page, text = event.get("index"), event.get("page"), event.get("text")
            if not isinstance(index, int) or not 0 <= index < len(paths) - start:
                continue
            last = max(last, index)
            if event.get("event") == "found" and isinstance(page, int) and isinstance(text, str):
                found.setdefault(index, []).append(Found(page, text[:MOST_TEXT]))
            if event.get("event") == "read":
                answers[start + index] = found.get(index, [])
        for index, pages in found.items():  # of a file that was not read to its end
            if answers[start + index] is None:
                answers[start + index] = pages
        if outcome.failure is None:
            break
        start += last + 1
    return answers
