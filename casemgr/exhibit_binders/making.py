"""Turn the material of a binder into its files: volumes, their proof, ZIP, print set and tabs where asked for."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from casemgr.exhibit_binders import zipping
from casemgr.exhibit_binders.finishing import Volume, finish
from casemgr.exhibit_binders.labels import NEW, REPLACED, Placed, Served
from casemgr.exhibit_binders.material import ExhibitNow, Material
from casemgr.filings import volumes
from casemgr.filings.building import Made, NotBuilt
from casemgr.filings.compose import File
from casemgr.filings.conforming import build_conforming
from casemgr.filings.exhibits import shown_as
from casemgr.filings.kinds import SEND_METHODS
from casemgr.filings.material import SCAN_NOTE
from casemgr.pdf import model as pdf
from casemgr.pdf.archival import STANDARD
from casemgr.pdf.manifest import as_json
from casemgr.pdf.model import ExhibitKind
from casemgr.pdf.tabs import make_tabs
from casemgr.storage.names import clean_name

FORMAT = 1
MARKS = {NEW: "New", REPLACED: "Replaced"}
Tell = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Output:
    """One finished file. `path` None: it is in the store already, under `sha256`."""

    kind: str
    name: str
    path: Path | None
    pages: int = 0
    sha256: str = ""
    size: int = 0


@dataclass(frozen=True)
class Result:
    outputs: list[Output]
    placed: list[Placed]
    pages: int
    volumes: int
    bates_next: int
    proof: dict[str, Any]


def make(
    material: Material, files: Mapping[str, File], program: str, head: pdf.LogHead | None, work: Path, tell: Tell
) -> Result:
    """Make everything in `work`. `tell` (done, total, now) may raise to stop. Raises NotBuilt, OSError."""
    packet = compose(material, files, program, head)
    whole_folder = work / "whole"
    whole_folder.mkdir(mode=0o700)
    whole, fitted = build_conforming(
        packet, whole_folder, lambda done, total, now: tell(done, 2 * total, now), wish=material.archival
    )
    limit = volumes.Limit(material.most_bytes, material.most_pages)
    made = [whole] if limit.is_kept_by(whole) else volumes.split(
        fitted, whole, limit, work, lambda done, total, now: tell(total + done // 2, 2 * total, now)
    )  # fmt: skip
    return _finish(material, files, packet, made, work, tell)


def _finish(
    material: Material, files: Mapping[str, File], packet: pdf.Packet, made: Sequence[Made], work: Path, tell: Tell
) -> Result:
    turns = {one.label: one.turns for one in material.exhibits}
    sources = {one.label: _source(one, turns[one.label]) for one in packet.exhibits}
    names = zipping.names_of(material)
    stem = clean_name(material.heading)
    manifests = [json.loads(one.manifest.read_bytes()) for one in made]
    several = len(made) > 1
    parts_in = work / "parts"
    parts_in.mkdir(mode=0o700)
    plan = []
    for number, (one, manifest) in enumerate(zip(made, manifests, strict=True), 1):
        parts = {}
        if material.shape == "files":
            for n, label in enumerate(["index", *(row["label"] for row in manifest["exhibits"])]):
                parts[label] = parts_in / f"{number}-{n}.pdf"
        print_to = work / f"print-{number}.pdf" if material.print_set else None
        plan.append(Volume(one.pdf, one.manifest, sources, parts, print_to))
    finished = finish(plan, work, lambda now: tell(9, 10, now))
    placed = _placed(material, manifests)
    proof = _proof(material, finished.proof)
    told = _manifest(material, made, manifests, proof)
    zipped = zipping.members(plan, names, files, material, several=several) if material.shape == "files" else {}
    if zipped:
        told["files"] = zipping.hashes(zipped)
    manifest_path = work / "manifest.json"
    manifest_path.write_bytes(as_json(told))
    outputs: list[Output] = []
    for number, (one, volume) in enumerate(zip(made, plan, strict=True), material.first_volume):
        name = f"{stem}, volume {number}" if several else stem
        outputs.append(Output("volume", f"{name}.pdf", one.pdf, one.pages))
        if volume.print_to:
            outputs.append(
                Output("print", f"{name}, to print.pdf", volume.print_to, finished.pages[str(volume.print_to)])
            )
    if material.print_set:
        outputs.append(_tabs(material, work / "tabs.pdf", f"{stem}, tab labels.pdf"))
    if zipped:
        outputs.append(Output("zip", f"{stem}.zip", zipping.write(work / "files.zip", zipped, manifest_path)))
    outputs.append(Output("manifest", f"{stem}, manifest.json", manifest_path))
    for one in material.exhibits:
        if sources[one.label]["kind"] == ExhibitKind.NATIVE.value:
            outputs.append(Output("native", names[one.label][1], None, 0, one.sha256, one.size))
    counted = sum(row["pages"] for manifest in manifests for row in manifest["exhibits"])
    pages = sum(one.pages for one in made)
    return Result(outputs, placed, pages, len(made), material.bates_start + counted, proof)


def _tabs(material: Material, path: Path, name: str) -> Output:
    """The labels to cut out for the tabs of a binder on paper."""
    labels = [(one.label, one.title) for one in material.exhibits]
    made = make_tabs(material.heading, labels, datetime.fromisoformat(material.made_at))
    path.write_bytes(made.pdf)
    return Output("tabs", name, path, made.pages)


def _source(exhibit: pdf.Exhibit, turns: Sequence[tuple[int, int]]) -> dict[str, Any]:
    """What the pages are compared with: of a scan its own file, turned as the rendition is."""
    if exhibit.rendition and exhibit.rendition_note == SCAN_NOTE:
        return {"path": str(exhibit.path), "kind": ExhibitKind.PDF.value, "turns": [list(one) for one in turns]}
    kind = ExhibitKind.PDF if exhibit.rendition else exhibit.kind
    return {"path": str(exhibit.rendition or exhibit.path), "kind": kind.value}


# -- what is printed ------------------------------------------------------------------------------------------


def compose(material: Material, files: Mapping[str, File], program: str, head: pdf.LogHead | None) -> pdf.Packet:
    """Return the packet to build: cover, witnesses or what changed, index, exhibits, certificate."""
    signer = pdf.Signature(
        material.signer[0], material.signer[1], tuple(line for line in material.signer[2].splitlines() if line.strip())
    )
    return pdf.Packet(
        title=material.heading,
        student=material.student,
        forum=material.forum,
        made_at=datetime.fromisoformat(material.made_at),
        program_version=program,
        parties=material.parties,
        filer=signer.name,
        filer_contact=signer.contact,
        docket=material.docket,
        filing=_paper(material, signer),
        exhibits=tuple(_exhibit(material, one, files[one.label]) for one in material.exhibits),
        certificate=_certificate(material, signer),
        bates=pdf.Bates(material.bates_prefix, material.bates_start, material.bates_digits),
        log_head=head,
        max_pages_per_exhibit=20_000,
        volume=_volume(material),
        slip_sheets=material.slip_sheets,
        cited=dict(material.cited),
        in_sans=material.face == "sans",
    )


def _paper(material: Material, signer: pdf.Signature) -> pdf.Filing | None:
    """The paper before the index: the list of witnesses, or what a supplement changes."""
    sections = []
    if material.is_supplement:
        told = pdf.Items(tuple(one.words for one in material.changes))
        stays = pdf.Text((f"The set served {material.since} stays as it is: no number in it has changed.",))
        sections.append(pdf.Section(f"What changed since the set served {material.since}", (told, stays)))
    elif material.witnesses:
        rows = tuple((one.name, one.about or "") for one in material.witnesses)
        grid = pdf.Grid(("Name", "What the testimony is about"), rows, (2, 5))
        sections.append(pdf.Section("Witnesses", (grid,)))
    if not sections:
        return None
    title = "What this supplement changes" if material.is_supplement else "Witness list"
    caption = pdf.Caption(material.forum, material.parties, material.docket)
    return pdf.Filing(title, caption, tuple(sections), signatures=(signer,) if signer.name else ())


def _exhibit(material: Material, one: ExhibitNow, file: File) -> pdf.Exhibit:
    is_text = one.kind is ExhibitKind.TEXT and file.text is not None
    kind = one.kind if is_text or one.kind is not ExhibitKind.TEXT else ExhibitKind.NATIVE
    change = next((change for change in material.changes if change.row_id == one.id), None)
    note = change.note if change else ""
    whole = one.only_pages is None or one.only_pages == (1, one.pages)
    left_out = (
        f"Pages {one.only_pages[0]} to {one.only_pages[1]}. {one.range_reason}".strip()
        if one.only_pages and not whole
        else ""
    )
    return pdf.Exhibit(
        label=one.label,
        title=one.title,
        kind=kind,
        path=file.path,
        when=one.when,
        description="\n".join(part for part in (note, one.description, left_out) if part),
        file_name=one.file_name,
        text=file.text or "",
        sha256=one.sha256,
        rendition=file.rendition,
        rendition_sha256=one.rendition_sha256,
        rendition_note=one.rendition_note,
        shown_as=shown_as(one.rendition_note),
        mark=MARKS.get(change.kind, "") if change else "",
        only_pages=one.only_pages if kind in (ExhibitKind.PDF, ExhibitKind.IMAGE) else None,
    )


def _certificate(material: Material, signer: pdf.Signature) -> pdf.CertificateOfService | None:
    """The certificate has no date: whoever really sends the binder writes it in by hand, with the signature."""
    if not material.recipients:
        return None
    return pdf.CertificateOfService(
        document=material.heading,
        recipients=tuple(
            pdf.Recipient(one.name, one.role, one.address, SEND_METHODS.get(one.method, one.method))
            for one in material.recipients
        ),
        signers=(signer,),
    )


def _volume(material: Material) -> pdf.Volume | None:
    """A supplement has the index of all: what was served before stands in it with its day and volume."""
    if not material.is_supplement:
        return None
    others = tuple(_elsewhere(one) for one in material.elsewhere)
    firsts = [(one.placed, one.placed.only_pages[0] if one.placed.only_pages else 1) for one in material.elsewhere]
    places = tuple(
        pdf.Stands(one.label, first, first + one.pages - 1, one.volume, one.bates_start) for one, first in firsts
    )
    return pdf.Volume(material.first_volume, material.first_volume, material.order, others, places)


def _elsewhere(one: Served) -> pdf.Elsewhere:
    placed = one.placed
    note = f"Served {one.when} in volume {placed.volume}."
    return pdf.Elsewhere(placed.label, placed.title, placed.when, placed.bates, placed.volume, note)


# -- what is told of it ---------------------------------------------------------------------------------------


def _placed(material: Material, manifests: Sequence[Mapping[str, Any]]) -> list[Placed]:
    """Return where each exhibit stands; one over several volumes begins in the first of them."""
    by_label = {one.label: one for one in material.exhibits}
    found: dict[str, Placed] = {}
    offset = material.bates_start
    for volume, manifest in enumerate(manifests, material.first_volume):
        for row in manifest["exhibits"]:
            now, before = by_label[row["label"]], found.get(row["label"])
            if before is not None:
                found[row["label"]] = replace(before, pages=before.pages + row["pages"], bates_last=row["bates_last"])
            else:
                found[row["label"]] = Placed(
                    row_id=now.id,
                    document_id=now.document_id,
                    label=now.label,
                    title=now.title,
                    when=now.when,
                    description=now.description,
                    hash=now.sha256,
                    only_pages=now.only_pages,
                    pages=row["pages"],
                    first_page=row["first_page"],
                    volume=volume,
                    bates_start=offset,
                    bates_first=row["bates_first"],
                    bates_last=row["bates_last"],
                )
            offset += row["pages"]
    return list(found.values())


def _proof(material: Material, volumes_told: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Sum up what was proved of each volume, and see that an exhibit over several has each of its pages once."""
    reasons = {one.label: one.range_reason for one in material.exhibits}
    wanted = {one.label: one.only_pages for one in material.exhibits}
    by_label: dict[str, list[Mapping[str, Any]]] = {}
    for volume in volumes_told:
        for row in volume["exhibits"]:
            by_label.setdefault(row["label"], []).append(row)
    rows = []
    for label, pieces in by_label.items():
        ranges = [piece["pages_in"] for piece in pieces if piece["pages_in"]]
        count_of = pieces[0]["source_pages"]
        first, last = wanted[label] or (1, count_of)
        numbers = [number for a, b in ranges for number in range(a, b + 1)]
        if ranges and numbers != list(range(first, last + 1)):
            raise NotBuilt(
                "its pages do not each stand once in the volumes. Allow larger volumes, and try again.", label
            )
        outside = [[a, b] for a, b in ((1, first - 1), (last + 1, count_of)) if a <= b]
        rows.append(
            {
                "label": label,
                "source_pages": count_of,
                "pages_in": [first, last] if ranges else [],
                "pages_out": outside if ranges else [],
                "reason": reasons[label] if ranges and outside else "",
                "compared": sum(piece["compared"] for piece in pieces),
                "identical": sum(piece["identical"] for piece in pieces),
                "compared_with_a_repaired_copy": any(piece["repaired"] for piece in pieces),
                "blank_in_source": [number for piece in pieces for number in piece["blank_in_source"]],
            }
        )
    return {
        "method": "each page drawn from the file and from the binder, and its ink compared",
        "pdf_pages": sum(volume["pdf_pages"] for volume in volumes_told),
        **({"conforms_to": STANDARD} if material.archival else {}),
        "our_pages": sum(volume["our_pages"] for volume in volumes_told),
        "compared": sum(row["compared"] for row in rows),
        "exhibits": rows,
    }


def _manifest(
    material: Material, made: Sequence[Made], manifests: Sequence[Mapping[str, Any]], proof: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "title": material.heading,
        "version": material.number,
        "volumes": [
            {**manifest, "pdf": {**manifest["pdf"], "sha256": one.sha256}}
            for one, manifest in zip(made, manifests, strict=True)
        ],
        "changes": [one.words for one in material.changes],
        "replaced": [one.label for one in material.changes if one.kind == REPLACED],
        "served_before": [{**one.placed.as_json(), "served": one.when} for one in material.elsewhere],
        "page_conservation": dict(proof),
    }
