"""Other forms of a finished PDF of exhibits: one file for each exhibit, and a set to print on both sides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Dictionary, Name

from casemgr.pdf import archival, navigation
from casemgr.pdf.carrying import carry


def front(manifest: Mapping[str, Any]) -> int:
    """Return how many pages stand before the first exhibit."""
    first = min((row["slip_page"] for row in manifest["exhibits"]), default=manifest["pdf"]["pages"] + 1)
    return int(first) - 1


def one_part(made: Path, manifest: Mapping[str, Any], label: str, out: Path) -> int:
    """Write one exhibit (its slip sheet and pages) to `out`, or, with label "index", the pages before and behind the
    exhibits. Returns the number of pages."""
    with pikepdf.open(made) as pdf, pikepdf.new() as part:
        if label == "index":
            last = max((row["last_page"] for row in manifest["exhibits"]), default=front(manifest))
            numbers = [*range(1, front(manifest) + 1), *range(last + 1, len(pdf.pages) + 1)]
            title = manifest["title"]
        else:
            row = next(one for one in manifest["exhibits"] if one["label"] == label)
            numbers = list(range(row["slip_page"], row["last_page"] + 1))
            title = f"Exhibit {label}: {row['title']}"
        for number in numbers:
            part.pages.append(pdf.pages[number - 1])
        without_far_links(part)
        carry_to(part, pdf, numbers)
        _labels(part, manifest, label)
        describe_part(part, pdf, title)
        if not (manifest.get("conforms_to") and _save_archival(part, manifest, out)):
            save_part(part, out)
        return len(numbers)


def print_set(made: Path, manifest: Mapping[str, Any], out: Path) -> int:
    """Write the PDF with blank backs, so that each slip sheet, and what follows the exhibits, begins on the front of a
    sheet printed on both sides. Returns the number of pages, which is even."""
    starts = {row["slip_page"] for row in manifest["exhibits"]}
    last = max((row["last_page"] for row in manifest["exhibits"]), default=0)
    with pikepdf.open(made) as pdf, pikepdf.new() as printed:
        count, numbers = len(pdf.pages), []
        for number in range(1, count + 1):
            if (number in starts or number == last + 1) and len(printed.pages) % 2:
                _blank(printed)
                numbers.append(0)
            printed.pages.append(pdf.pages[number - 1])
            numbers.append(number)
        if len(printed.pages) % 2:
            _blank(printed)
            numbers.append(0)
        without_far_links(printed)
        carry_to(printed, pdf, numbers)
        describe_part(printed, pdf, f"{manifest['title']} (to print on both sides)")
        save_part(printed, out)
        return len(printed.pages)


def carry_to(part: pikepdf.Pdf, whole: pikepdf.Pdf, numbers: Sequence[int]) -> None:
    """Tell screen readers of each page of a part what the whole tells of it. `numbers`: which page of the whole each
    one is (from 1), 0 for none."""
    pairs = zip(numbers, part.pages, strict=True)
    carry(whole, part, [(whole.pages[number - 1].obj, page.obj) for number, page in pairs if number])


def _blank(pdf: pikepdf.Pdf) -> None:
    pdf.add_blank_page(page_size=(612, 792))


def without_far_links(pdf: pikepdf.Pdf) -> None:
    """Links lead to pages of the whole: where these are not here, a link would bring them along unseen."""
    for page in pdf.pages:
        kept = [
            one
            for one in page.obj.get("/Annots", [])
            if isinstance(one, Dictionary) and (one.get("/Subtype") != Name.Link or _leads_out(one))
        ]
        if "/Annots" in page.obj:
            page.obj.Annots = pikepdf.Array(kept)


def _leads_out(link: Dictionary) -> bool:
    action = link.get("/A")
    return isinstance(action, Dictionary) and action.get("/S") == Name.URI


def _labels(part: pikepdf.Pdf, manifest: Mapping[str, Any], label: str) -> None:
    if label != "index":
        navigation.add_labels(part, [(0, navigation.page_label(label))])


def describe_part(part: pikepdf.Pdf, whole: pikepdf.Pdf, title: str) -> None:
    """Write the title of a part, and what else is told of the whole."""
    for key in ("/Author", "/Subject", "/Producer", "/Creator", "/CreationDate", "/ModDate"):
        if key in whole.docinfo:
            part.docinfo[key] = pikepdf.String(str(whole.docinfo[key]))
    part.docinfo["/Title"] = pikepdf.String(" ".join(title.split())[:300])
    part.Root.Lang = whole.Root.get("/Lang", pikepdf.String("en-US"))
    part.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)


def _save_archival(part: pikepdf.Pdf, manifest: Mapping[str, Any], out: Path) -> bool:
    """Write the part as PDF/A like the whole; where the checker does not confirm it, the file must not say so."""
    archival.fit(part)
    navigation.describe(
        part,
        title=str(part.docinfo["/Title"]),
        author=str(part.docinfo.get("/Author", "")),
        subject=str(part.docinfo.get("/Subject", "")),
        language=str(part.Root.Lang),
        made_at=datetime.fromisoformat(manifest["made_at"]),
        producer=str(part.docinfo.get("/Producer", "")),
        bookmarks=False,
        archival=True,
    )
    part.save(out, **archival.save_settings(deterministic_id=True))
    if archival.breaches(out):
        del part.Root["/Metadata"]
        return False
    return True


def save_part(pdf: pikepdf.Pdf, out: Path) -> None:
    """Write a part: its streams as they are, the same bytes for the same pages."""
    pdf.save(out, deterministic_id=True, compress_streams=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
