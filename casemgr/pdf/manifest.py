"""The manifest: what a packet holds, page by page, with a SHA-256 for every part."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

import pikepdf
from pikepdf import Array

from casemgr.pdf.archival import CHECKER, STANDARD, ranges
from casemgr.pdf.model import BuiltExhibit, Packet

FORMAT = 1


def section_hash(pages: Iterable[pikepdf.Page]) -> str:
    """Return the SHA-256 over the drawing commands of pages in order, each page's followed by a newline.

    Anybody can compute it again from the packet alone: it is the decoded page content.
    """
    digest = hashlib.sha256()
    for page in pages:
        contents = page.obj.get("/Contents")
        for stream in contents if isinstance(contents, Array) else (contents,):
            if isinstance(stream, pikepdf.Stream):
                digest.update(stream.read_bytes())
        digest.update(b"\n")
    return digest.hexdigest()


def manifest(
    packet: Packet,
    *,
    pdf: dict[str, Any],
    sections: Sequence[dict[str, Any]],
    exhibits: Sequence[BuiltExhibit],
    sizes: Sequence[int],
    undrawable: Sequence[str],
) -> dict[str, Any]:
    """Return the manifest as plain data; `pdf` has sha256, size and pages of the whole file."""
    head = packet.log_head
    return {
        "evidence_log": {"entries": head.entries, "head": head.sha256} if head else None,
        "format": FORMAT,
        "program": {"name": "casemgr", "version": packet.program_version},
        "title": packet.title,
        "made_at": packet.made_at.isoformat(),
        **({"volume": [packet.volume.number, packet.volume.count]} if packet.volume else {}),
        "pdf": pdf,
        **({"conforms_to": STANDARD, "checked_with": CHECKER} if packet.archival else {}),
        "sections": list(sections),
        "exhibits": [
            {
                "label": built.label,
                "title": given.title,
                "kind": given.kind.value,
                "file_name": given.file_name,
                "source_sha256": built.sha256,
                "source_size": size,
                "slip_page": built.slip_page,
                "first_page": built.first_page,
                "last_page": built.first_page + built.pages - 1,
                "pages": built.pages,
                "source_pages": built.source_pages,
                "bates_first": built.bates_first,
                "bates_last": built.bates_last,
                "notes": list(built.notes),
                "stamps": [{"pages": [one.first, one.last], "place": one.place} for one in built.stamps],
                **({"only_pages": list(given.only_pages)} if given.only_pages else {}),
                **({"rendition_sha256": given.rendition_sha256} if given.rendition else {}),
                **({"as_pictures": [list(run) for run in ranges(given.as_pictures)]} if given.as_pictures else {}),
            }
            for built, given, size in zip(exhibits, packet.exhibits, sizes, strict=True)
        ],
        "undrawable": list(undrawable),
    }


def as_json(data: dict[str, Any]) -> bytes:
    """Return the manifest as UTF-8 JSON with sorted keys: equal data, equal bytes."""
    text = json.dumps(data, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
    return text.encode("utf-8", "backslashreplace")
