"""Have a made binder checked page by page, and its other forms written, by a child process with limits."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from casemgr.filings.building import LIMITS, WALL_SECONDS, NotBuilt
from casemgr.storage.own_child import OwnChild

CHILD = "casemgr.exhibit_binders.finish_child"
NOT_PROVED = (
    "It could not be proved that each page of the papers is in the binder as it was, so it was not made. {problems} "
    "Open the paper in a PDF program and print it to a new PDF, add that, and replace the exhibit by it."
)

STOPPED = "The program that draws its pages stopped: the file is damaged, or made to do harm."


@dataclass(frozen=True)
class Volume:
    """One made PDF with its manifest. `sources`: by label, path and kind of what was printed. `parts`: by label (or
    "index"), where the file of that exhibit alone is written. `print_to`: where the set for printing goes."""

    pdf: Path
    manifest: Path
    sources: Mapping[str, Mapping[str, Any]]
    parts: Mapping[str, Path] = field(default_factory=dict)
    print_to: Path | None = None

    def as_json(self) -> dict[str, Any]:
        told: dict[str, Any] = {"pdf": str(self.pdf), "manifest": str(self.manifest), "sources": self.sources}
        told["parts"] = {label: str(path) for label, path in self.parts.items()}
        return told | ({"print": str(self.print_to)} if self.print_to else {})


@dataclass(frozen=True)
class Finished:
    """`proof`: a row for each volume (pdf.conservation.prove). `pages`: of each file that was written, by its path."""

    proof: list[dict[str, Any]]
    pages: dict[str, int]


def finish(volumes: Sequence[Volume], work: Path, tell: Callable[[str], None]) -> Finished:
    """Check and write. `tell` may raise to stop. Raises NotBuilt where pages cannot be proved, OSError for the
    machine."""
    proof: list[dict[str, Any]] | None = None
    pages: dict[str, int] = {}
    now = ""
    order = {"volumes": [one.as_json() for one in volumes], "work": str(work)}
    with OwnChild(CHILD, order, work, LIMITS, WALL_SECONDS) as child:
        for news in child.news():
            if "now" in news:
                now = str(news["now"])[:200]
                tell(now)
            if "pages" in news:
                pages[str(news["pages"][0])] = int(news["pages"][1])
            proof = news.get("proof", proof)
    if child.code != 0 or proof is None:
        found = re.search(r"exhibit (\S+)$", now)
        raise NotBuilt(NOT_PROVED.format(problems=STOPPED), found.group(1) if found else "")
    problems = [words for volume in proof for words in volume["problems"]]
    if problems:
        raise NotBuilt(NOT_PROVED.format(problems=" ".join(problems[:5])))
    return Finished(proof, pages)
