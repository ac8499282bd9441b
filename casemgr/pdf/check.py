"""Compare a packet's PDF with its manifest, with nothing but the files: is it the one that was made?"""

import hashlib
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pikepdf

from casemgr.pdf.assemble import MANIFEST
from casemgr.pdf.manifest import section_hash


@dataclass
class Checked:
    """What was found. `problems` are sentences, the first fault first; `by_hash`: the whole file was compared."""

    problems: list[str] = field(default_factory=list)
    sha256: str = ""
    pages: int = 0
    exhibits: int = 0
    by_hash: bool = False


def check_packet(path: Path, beside: Path | None = None) -> Checked:
    """Compare the PDF at `path` with the manifest file `beside`, or, without one, with the manifest attached to it.

    A manifest inside cannot hold the hash of the file that it is a part of: then our own pages and the page counts are
    compared, and the caller compares `sha256` with what was noted when the packet was made. A file from outside is
    hostile: call this where a loss does no harm."""
    found = Checked()
    with path.open("rb") as file:
        found.sha256 = hashlib.file_digest(file, "sha256").hexdigest()
    try:
        data = _of_this(json.loads(beside.read_bytes()), found.sha256) if beside else _attached(path)
        if beside:
            found.by_hash = True
            if data["pdf"]["sha256"] != found.sha256:
                found.problems.append("The PDF was changed: its SHA-256 is not the one in the manifest.")
        with pikepdf.open(path) as pdf:
            found.pages, found.exhibits = len(pdf.pages), len(data["exhibits"])
            found.problems += _compare(pdf, data)
    except (OSError, ValueError, KeyError, TypeError, pikepdf.PdfError) as problem:
        found.problems.append(f"It cannot be read as a packet and its manifest ({str(problem)[:120]}).")
    return found


def _of_this(data: dict[str, Any], sha256: str) -> dict[str, Any]:
    """Return the part of a manifest of several volumes that is about this one; without one, the first."""
    volumes: list[dict[str, Any]] = data.get("volumes") or [data]
    return next((one for one in volumes if one["pdf"]["sha256"] == sha256), volumes[0])


def _attached(path: Path) -> dict[str, Any]:
    with pikepdf.open(path) as pdf:
        if MANIFEST not in pdf.attachments:
            raise ValueError("no manifest is attached, and none was named")
        data: dict[str, Any] = json.loads(pdf.attachments[MANIFEST].get_file().read_bytes())
        return data


def _compare(pdf: pikepdf.Pdf, data: dict[str, Any]) -> list[str]:
    problems = []
    if len(pdf.pages) != data["pdf"]["pages"]:
        problems.append(f"It has {len(pdf.pages):,} pages; {data['pdf']['pages']:,} were made.")
        return problems
    for section in data["sections"]:
        first, last = section["first_page"], section["last_page"]
        if section_hash(pdf.pages[n] for n in range(first - 1, last)) != section["sha256"]:
            problems.append(f"The part “{section['name']}” (pages {first} to {last}) was changed.")
    return problems
