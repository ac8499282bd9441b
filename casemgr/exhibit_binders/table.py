"""The index of a binder as a table of plain text, as spreadsheets and word processors copy and paste it. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import NamedTuple

HEAD = ("Exhibit", "Name", "Date", "What it shows")
MOST = {"name": 200, "date": 60, "description": 2_000}
MOST_ROWS = 1_000


class Row(NamedTuple):
    """What a line says of one exhibit. None: the line ends before, so it stays as it is."""

    name: str | None = None
    date: str | None = None
    description: str | None = None


def written(rows: Iterable[Sequence[str]]) -> str:
    """Return label, name, date and description of each exhibit, one a line, with tabs between them."""
    return "\n".join("\t".join(" ".join(cell.split()) for cell in row) for row in (HEAD, *rows))


def read(text: str, labels: Sequence[str]) -> tuple[dict[str, Row], list[str]]:
    """Return what is said, by label, and what is wrong, one thing a line."""
    known = {label.upper(): label for label in labels}
    said: dict[str, Row] = {}
    wrong: list[str] = []
    for number, cells in enumerate(_lines(text), 1):
        first, *rest = (" ".join(cell.split()) for cell in cells)
        if not any((first, *rest)) or (number == 1 and first.casefold() == HEAD[0].casefold()):
            continue
        label = known.get(first.upper())
        if label is None:
            wrong.append(f"Line {number}: there is no exhibit “{first[:40]}”. A line begins with a number, then a tab.")
        elif label in said:
            wrong.append(f"Line {number}: {label} stands there twice.")
        elif len(rest) > len(MOST):
            wrong.append(f"Line {number}: {label} has {len(rest) + 1} columns; there are {len(HEAD)}.")
        else:
            said[label] = Row(*rest)
            wrong += [
                f"Line {number}: the {name} of {label} has more than {most:,} characters."
                for (name, most), cell in zip(MOST.items(), rest, strict=False)
                if len(cell) > most
            ]
    return said, wrong


def _lines(text: str) -> list[list[str]]:
    """A cell with line breaks comes in quotes; quotes elsewhere are letters."""
    found = [cells or [""] for cells in csv.reader(io.StringIO(text.replace("\x00", "")), "excel-tab")]
    return found[:MOST_ROWS]
