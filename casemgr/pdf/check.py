"""Compare a packet's PDF with its manifest, with nothing but the files: is it the one that was made?"""

import hashlib
import json
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pikepdf

from casemgr.pdf.assemble import MANIFEST
from casemgr.pdf.manifest import section_hash

MOST_MANIFEST = 64 * 1024 * 1024
_UNREADABLE = (OSError, ValueError, KeyError, TypeError, RuntimeError, zipfile.BadZipFile, zlib.error)


@dataclass
class Checked:
    """What was found. `problems` are sentences, the first fault first; `by_hash`: the whole file was compared."""

    problems: list[str] = field(default_factory=list)
    sha256: str = ""
    pages: int = 0
    exhibits: int = 0
    by_hash: bool = False
    files: int = 0


def check_zip(path: Path) -> Checked | None:
    """Compare each file in the ZIP of a binder with the manifest in it; None where it is no such ZIP.

    `sha256` is that of the manifest, to be compared with what was noted when it was made. The ZIP is hostile: no file
    is unpacked, and none is read further than the manifest says that it goes."""
    found = Checked(by_hash=True)
    try:
        with zipfile.ZipFile(path) as archive:
            if MANIFEST not in archive.namelist() or archive.getinfo(MANIFEST).file_size > MOST_MANIFEST:
                return None
            raw = archive.read(MANIFEST)
            data = json.loads(raw)
            if not isinstance(data, dict) or not {"files", "volumes"} <= set(data):
                return None
            found.sha256 = hashlib.sha256(raw).hexdigest()
            found.problems += _files_altered(archive, data["files"])
            found.files = len(data["files"])
            found.pages = sum(int(one["pdf"]["pages"]) for one in data["volumes"])
            found.exhibits = sum(len(one["exhibits"]) for one in data["volumes"])
    except _UNREADABLE as problem:
        if not found.sha256:
            return None
        found.problems.append(f"It cannot be read as the files of a binder ({str(problem)[:120]}).")
    return found


def _files_altered(archive: zipfile.ZipFile, told: list[dict[str, Any]]) -> list[str]:
    names = [one.filename for one in archive.infolist() if one.filename != MANIFEST]
    wanted = [str(one["name"]) for one in told]
    problems = [f"“{name}” is missing." for name in wanted if name not in names]
    problems += [f"“{name}” was added." for name in names if name not in wanted or names.count(name) > 1]
    for one in told:
        if one["name"] in names and _hash_of(archive, one["name"], int(one["size"])) != one["sha256"]:
            problems.append(f"“{one['name']}” was changed.")
    return problems


def _hash_of(archive: zipfile.ZipFile, name: str, size: int) -> str:
    """Return the SHA-256 of a file of this size, and nothing when it goes on after it."""
    summed, left = hashlib.sha256(), size
    with archive.open(name) as file:
        while left and (piece := file.read(min(left, 1 << 20))):
            summed.update(piece)
            left -= len(piece)
        return "" if file.read(1) else summed.hexdigest()


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
