"""Exhibits as files of their own: their names by the rule of the forum, and the ZIP that holds them."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from casemgr.exhibit_binders.finishing import Volume
from casemgr.exhibit_binders.material import Material
from casemgr.filings.compose import File
from casemgr.pdf.check import MANIFEST
from casemgr.pdf.model import ExhibitKind
from casemgr.storage.names import clean_name, extension_of

ZIP_DATE = (1980, 1, 1, 0, 0, 0)


def names_of(material: Material) -> dict[str, tuple[str, str]]:
    """Return for each exhibit the name of its PDF and of its own file, by the rule of the forum; no two are alike."""
    found: dict[str, tuple[str, str]] = {}
    taken: set[str] = set()
    for one in material.exhibits:
        stem = material.file_name.format(label=one.label, title=one.title)
        pair = tuple(
            _free(clean_name(f"{stem}.{extension}") if extension else clean_name(stem), taken)
            for extension in ("pdf", extension_of(one.file_name) if one.kind is ExhibitKind.NATIVE else "bin")
        )
        found[one.label] = (pair[0], pair[1])
    return found


def _free(name: str, taken: set[str]) -> str:
    stem, dot, extension = name.rpartition(".")
    for n in count(1):
        one = name if n == 1 else f"{stem} ({n}){dot}{extension}"
        if one.casefold() not in taken:
            taken.add(one.casefold())
            return one
    raise AssertionError("counting ends")


def members(
    plan: Sequence[Volume],
    names: Mapping[str, tuple[str, str]],
    files: Mapping[str, File],
    material: Material,
    *,
    several: bool,
) -> dict[str, Path]:
    """Return by its name in the ZIP each file: index, one for each exhibit, files that cannot be printed."""
    found = {}
    for number, volume in enumerate(plan, material.first_volume):
        folder = f"Volume {number}/" if several else ""
        for label, path in volume.parts.items():
            found[folder + ("Index.pdf" if label == "index" else names[label][0])] = path
    for one in material.exhibits:
        if plan[0].sources[one.label]["kind"] == ExhibitKind.NATIVE.value:
            found[names[one.label][1]] = files[one.label].path
    return found


def hashes(files: Mapping[str, Path]) -> list[dict[str, Any]]:
    """Return what the manifest says of the files, so that `pdf.check.check_zip` can compare them."""
    told = []
    for name, path in files.items():
        with path.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        told.append({"name": name, "sha256": sha256, "size": path.stat().st_size})
    return told


def write(out: Path, files: Mapping[str, Path], manifest: Path) -> Path:
    """Write the ZIP, the manifest last. Same input, same bytes."""
    with zipfile.ZipFile(out, "w") as archive:
        for name, path in [*files.items(), (MANIFEST, manifest)]:
            _write(archive, name, path)
    return out


def _write(archive: zipfile.ZipFile, name: str, path: Path) -> None:
    about = zipfile.ZipInfo(name, ZIP_DATE)
    about.external_attr = 0o600 << 16
    with path.open("rb") as source, archive.open(about, "w", force_zip64=True) as target:
        while piece := source.read(1 << 20):
            target.write(piece)
