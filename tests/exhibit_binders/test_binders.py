"""Hearing binders from choosing to a late supplement, made for real by the worker's own code and read back."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from uuid import UUID

import pikepdf
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from casemgr.documents.models import Document
from casemgr.exhibit_binders import services
from casemgr.exhibit_binders.services import Line
from casemgr.extensions import db
from casemgr.filings.material import long_date
from casemgr.filings.services import ExhibitRefused, FilingRefused
from casemgr.pdf.check import check_zip
from tests.documents.paper import pdf
from tests.exhibit_binders.makers import binding, more
from tests.filings.makers import texts
from tests.world import World


def test_a_binder_is_printed_in_the_typeface_that_is_chosen(world: World) -> None:
    made = binding(world, "iep")
    plain = made.bytes_of(made.made(), "volume")
    made.settings(face="sans")
    sans = made.bytes_of(made.made(), "volume")
    assert b"SourceSerifPro" in plain and b"SourceSerifPro" not in sans and b"SourceSansPro" in sans


def test_a_binder_from_choosing_to_a_late_supplement(world: World, tmp_path: Path) -> None:
    made = binding(world, "iep", "mail", "photo", "sound", bates_prefix="EX ", shape="files", print_set=True)
    made.people("Ms. Larch")
    made.case.set_paper("iep", page_count=3)
    line = Line(first_page=2, last_page=3, range_reason="Page 1 is a cover sheet.", description="Goals")
    made.order("E-mail asking", "IEP 2025-26", "Photo of the ramp", "Voice message", said={"IEP 2025-26": line})
    assert [label for label, _ in made.labels()] == ["P-1", "P-2", "P-3", "P-4"]
    version = made.made()
    whole = made.bytes_of(version, "volume")
    words = texts(whole)
    assert "Ms. Larch" in " ".join(words[:3]) and version.page_count == len(words)
    manifest = made.manifest(version)
    proof = {one["label"]: one for one in manifest["page_conservation"]["exhibits"]}
    assert proof["P-2"]["pages_in"] == [2, 3] and proof["P-2"]["pages_out"] == [[1, 1]]
    assert proof["P-2"]["reason"] == "Page 1 is a cover sheet." and manifest["page_conservation"]["compared"] == 4
    iep = next(one for one in version.exhibits if one["label"] == "P-2")
    assert "The IEP, page 2" in words[iep["first_page"] - 1] and "EX 000002" in words[iep["first_page"] - 1]

    files = made.files(version)
    with zipfile.ZipFile(io.BytesIO(made.bytes_of(version, "zip"))) as archive:
        assert {"Index.pdf", "P-2 IEP 2025-26.pdf", "P-4 Voice message.wav", "manifest.json"} <= set(archive.namelist())
        assert len(texts(archive.read("P-2 IEP 2025-26.pdf"))) == 3
        assert_verifies_offline(archive, tmp_path)
    with pikepdf.open(io.BytesIO(made.bytes_of(version, "print"))) as printed:
        assert len(printed.pages) % 2 == 0
    for n, page in enumerate(texts(made.bytes_of(version, "print"))):
        assert not page.startswith("EXHIBIT") or n % 2 == 0
    assert [one.kind for one in files.values()].count("native") == 1
    tabs = " ".join(texts(made.bytes_of(version, "tabs")))
    assert all(f"P-{n}" in tabs for n in (1, 2, 3, 4)) and "Photo of the ramp" in tabs

    version_served = made.serve().served_on
    assert version_served and [one.label for one in made.now()] == ["P-1", "P-2", "P-3", "P-4"]
    with made.case.open():
        custody = db.session.get_one(Document, made.case.papers["iep"]).custody
        assert custody[-1]["act"] == "served"

    more(made, "late", pdf("Late report", 2), "Late report")
    more(made, "better", pdf("Signed IEP", 3), "Signed IEP")
    made.add("late")
    iep_row = next(one.id for one in made.now() if one.label == "P-2")
    made.change(lambda row, by: services.replace_paper(
        row, UUID(iep_row), made.case.papers["better"], version=row.version, by=by))  # fmt: skip
    made.order("E-mail asking", "Late report", "Signed IEP", "Photo of the ramp", "Voice message")
    assert made.labels()[:3] == [("P-1", "E-mail asking"), ("P-1A", "Late report"), ("P-2", "Signed IEP")]
    supplement = made.made()
    assert [(one["label"], one["bates_first"], one["volume"]) for one in supplement.exhibits] == [
        ("P-1A", "EX 000006", 2),
        ("P-2", "EX 000008", 2),
    ]
    told = " ".join(texts(made.bytes_of(supplement, "volume")))
    assert "P-1A is new: Late report." in told and "P-2 is replaced" in told and "the number stays" in told
    assert "Photo of the ramp" in told and "Volume 1" in told
    index = " ".join(next(one for one in texts(made.bytes_of(supplement, "volume")) if "Master exhibit" in one).split())
    served = f"Served on {long_date(version_served)} in volume 1."
    assert index.count(served) == 3 and "NEW Late report" in index and "REPLACED Signed IEP" in index
    assert [index.index(f" {label} ") for label in ("P-1", "P-1A", "P-2", "P-3", "P-4")] == sorted(
        index.index(f" {label} ") for label in ("P-1", "P-1A", "P-2", "P-3", "P-4")
    )
    made.serve()
    assert made.change(lambda row, by: services.queries.changes_of(row)) == []
    photo = next(one.id for one in made.now() if one.title == "Photo of the ramp")
    made.change(lambda row, by: services.withdraw(row, UUID(photo), "It is unclear.", version=row.version, by=by))
    with pytest.raises(FilingRefused, match="no new page"):
        made.queue()
    more(made, "late2", pdf("Later"), "Later report")
    made.add("late2")
    told = [one.words for one in made.change(lambda row, by: services.queries.changes_of(row))]
    assert told[0].startswith("P-3 is withdrawn: Photo of the ramp") and told[1] == "P-5 is new: Later report."
    assert supplement.bates_next == 11
    assert made.bytes_of(made.versions()[0], "volume") == whole


def test_what_was_served_stays_and_what_is_said_of_a_closed_paper_later_does_not_leave(world: World) -> None:
    made = binding(world, "iep", "mail", "photo")
    made.made()
    version = made.serve()
    with pytest.raises(FilingRefused, match="keeps its order"):
        made.order("E-mail asking", "IEP 2025-26", "Photo of the ramp")
    with pytest.raises(FilingRefused, match="Withdraw it"):
        made.order("IEP 2025-26")
    with pytest.raises(FilingRefused, match="stay as they are"):
        made.settings(bates_start=7)
    with pytest.raises(FilingRefused, match="it stays"):
        made.change(lambda row, by: services.discard(row, version=row.version, by=by))
    for command in (
        "UPDATE binder_versions SET page_count = 1 WHERE id = :id",
        "DELETE FROM binder_files WHERE version_id = :id",
        "UPDATE binder_files SET name = 'x' WHERE version_id = :id",
    ):
        with made.case.open(), pytest.raises(DatabaseError, match="cannot be changed"):
            db.session.execute(text(command), {"id": version.id})

    for name in ("mail", "photo"):
        made.case.set_paper(name, visibility="privileged", title="What our attorney fears")
    assert made.change(lambda row, by: services.queries.changes_of(row)) == []
    for one in made.now()[1:]:
        made.change(lambda row, by, one=one: services.withdraw(
            row, UUID(one.id), "Not needed.", version=row.version, by=by))  # fmt: skip
    more(made, "late", pdf("Late report"), "Late report")
    made.add("late")
    version = made.made()
    told = " ".join(texts(made.bytes_of(version, "volume"))) + str(made.manifest(version)) + str(version.changes)
    assert "Withdrawn: E-mail asking" in told and "Late report" in told and "attorney fears" not in told


def test_no_closed_paper_gets_in_by_any_road(world: World) -> None:
    made = binding(world, "iep", "mail")
    row = UUID(made.now()[0].id)
    for name, mark in {"advice": "privileged", "notes": "internal", "offer": "mediation"}.items():
        with pytest.raises(ExhibitRefused, match="Leave it out"):
            made.add(name)
        with pytest.raises(ExhibitRefused):
            paper = made.case.papers[name]
            made.change(lambda binder, by, paper=paper: services.replace_paper(
                binder, row, paper, version=binder.version, by=by))  # fmt: skip
        made.case.set_paper("mail", visibility=mark)
        with pytest.raises(FilingRefused, match="may not leave the house"):
            made.queue()


def test_a_paper_that_is_closed_while_the_job_waits_or_before_it_is_served_stops_it(world: World) -> None:
    made = binding(world, "iep", "mail")
    made.queue()
    made.case.set_paper("mail", visibility="privileged")
    assert made.work().state == "failed" and "privileged" in made.row().error and made.versions() == []
    made.case.set_paper("mail", visibility="shared")
    made.made()
    made.case.set_paper("mail", visibility="mediation")
    with pytest.raises(FilingRefused):
        made.serve()


def test_volumes_keep_the_limit_of_pages_and_their_numbers_go_on(world: World) -> None:
    made = binding(world)
    for n in range(2):
        more(made, f"paper{n}", pdf(f"Paper {n}", 6), f"Paper {n}")
        made.add(f"paper{n}")
    made.settings(most_pages=12)
    made.people()
    version = made.made()
    assert version.volumes > 1
    volumes = [one for one in made.files(version).values() if one.kind == "volume"]
    assert all(one.pages <= 12 for one in volumes) and sum(one.pages for one in volumes) == version.page_count
    assert [one["bates_first"] for one in version.exhibits] == ["000001", "000007"]
    assert made.manifest(version)["page_conservation"]["compared"] == 12
    made.serve()
    more(made, "paper2", pdf("Paper 2", 14), "Paper 2")
    made.add("paper2")
    version = made.made()
    first, *_ = (texts(made.case.bytes_of(one.sha256)) for one in made.files(version).values() if one.kind == "volume")
    assert version.volumes == 2 and "volume 3 of 4" in " ".join(first[0].split())
    assert "Document Parent’s exhibits, supplement 1, volume 3 of 4" in " ".join(first[-1].split())
    index = " ".join(next(one for one in first if "Master exhibit" in one).split())
    assert "P-1" in index and "in volume 1." in index and "in volume 2." in index and "in volume 4" in index


def test_stopping_leaves_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from casemgr.exhibit_binders import making

    made = binding(world, "iep")
    made.queue()
    build = making.build_conforming

    def build_then_stop(*given: object, **more: object) -> object:
        result = build(*given, **more)  # type: ignore[arg-type]
        made.change(lambda row, by: services.cancel(row, by=by))
        return result

    monkeypatch.setattr(making, "build_conforming", build_then_stop)
    assert made.work().state == "draft" and made.versions() == []
    scratch = made.case.world.app.config["SETTINGS"].data_dir / "scratch"
    assert not list(scratch.glob("binder-*"))


def assert_verifies_offline(archive: zipfile.ZipFile, folder: Path) -> None:
    """The ZIP is intact with nothing but itself; a file that was changed, taken out or put in is named."""
    files = {name: archive.read(name) for name in archive.namelist()}

    def told_of(changed: dict[str, bytes]) -> list[str]:
        with zipfile.ZipFile(folder / "some.zip", "w") as again:
            for name, data in changed.items():
                again.writestr(name, data)
        found = check_zip(folder / "some.zip")
        assert found is not None and found.files == len(files) - 1 and found.exhibits == 4
        return found.problems

    iep = "P-2 IEP 2025-26.pdf"
    assert told_of(files) == []
    assert told_of(files | {iep: files[iep][:-1] + b"x"}) == [f"“{iep}” was changed."]
    assert told_of(files | {iep: files[iep] + b"x"}) == [f"“{iep}” was changed."]
    assert told_of({name: data for name, data in files.items() if name != iep}) == [f"“{iep}” is missing."]
    assert told_of(files | {"P-9.pdf": b""}) == ["“P-9.pdf” was added."]
    (folder / "other.zip").write_bytes(b"PK no zip")
    assert check_zip(folder / "other.zip") is None
