"""The PDF, made for real: by a worker process, with a child of its own, and read back."""

from __future__ import annotations

import hashlib
import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text

from casemgr.extensions import db
from casemgr.filings import building, job, services, tasks
from casemgr.storage.own_child import OwnChild
from tests.documents.paper import add, pdf
from tests.filings.makers import DUE_PROCESS, OCR, bookmarks, dispute, save, texts
from tests.world import World


def test_a_worker_makes_the_packet_and_it_reads_back_whole(
    world: World, run_jobs: Callable[[], None], tmp_path: Path
) -> None:
    case = dispute(world)
    packet_id = case.begin()
    case.choose(packet_id, "mail", "iep", "photo", "sound")
    case.queue(packet_id)
    assert case.packet(packet_id).state == "queued"
    run_jobs()
    packet = case.packet(packet_id)
    assert (packet.state, packet.progress, packet.error) == ("ready", 100, "")

    data = case.bytes_of(packet.pdf_sha256)
    manifest = json.loads(case.bytes_of(packet.manifest_sha256))
    file = save(data, tmp_path / "packet.pdf")
    checked = subprocess.run(["qpdf", "--check", file], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert manifest["pdf"] == {"sha256": packet.pdf_sha256, "size": len(data), "pages": packet.page_count}
    assert hashlib.sha256(data).hexdigest() == packet.pdf_sha256 and packet.pdf_size == len(data)

    words = texts(data)
    assert len(words) == packet.page_count
    labels = [(one["label"], one["title"], one["kind"]) for one in manifest["exhibits"]]
    assert labels == [
        ("P-1", "IEP 2025-26", "pdf"),
        ("P-2", "E-mail asking", "pdf"),
        ("P-3", "Photo of the ramp", "pdf"),
        ("P-4", "Voice message", "native"),
    ]
    made = [bool(one.get("rendition_sha256")) for one in manifest["exhibits"]]
    assert made == [False, True, True, False]  # the hash of the original stands beside that of the PDF made of it
    numbers = []
    for one in manifest["exhibits"]:
        for page in range(one["first_page"], one["last_page"] + 1):
            assert one["label"] in words[page - 1]
            numbers.append(f"{len(numbers) + 1:06d}")
            assert numbers[-1] in words[page - 1]
    assert manifest["exhibits"][-1]["bates_last"] == numbers[-1]
    assert "Please evaluate my child." in words[manifest["exhibits"][1]["first_page"] - 1]
    assert "delivered separately" in words[manifest["exhibits"][3]["slip_page"] - 1]

    marks = bookmarks(file)
    assert list(marks) == [
        "Cover",
        "Due Process Complaint and Request for a Hearing",
        "Chronology",
        "Exhibit index",
        "Exhibits",
        "Certificate of Service",
    ]
    assert len(marks["Exhibits"]) == 4
    assert "Issue 1. The evaluation is late" in marks["Due Process Complaint and Request for a Hearing"]


def test_the_complaint_says_what_the_law_asks_and_nothing_that_is_not_shared(world: World) -> None:
    case = dispute(world)
    packet = case.packet(case.made(DUE_PROCESS, "mail"))
    words = " ".join(texts(case.bytes_of(packet.pdf_sha256)))
    for said in (
        "Bureau of Special Education Appeals (BSEA)",
        "Marta Example, on behalf of Juniper Example",
        "Fernhollow Public Schools",
        "12 Larch Street",
        "Larch Street School",
        "34 CFR 300.301(c)(1)",
        "Asked in writing for an evaluation. The school was asked. (Exhibit P-1)",
        "No evaluation had begun.",
        "Make up reading",
        "Since August 24, 2026",
        "remains in the current educational placement",
        "30 minutes, 5 x week",
        "Dana Director",
        "By e-mail",
        "I certify that on ____",
    ):
        assert said in words, said
    for hidden in ("Secret strategy", "Advice", "Own notes", "Offer made"):
        assert hidden not in words


def test_an_ocr_complaint_holds_only_what_ocr_looks_at(world: World) -> None:
    case = dispute(world)
    packet = case.packet(case.made(OCR, "photo", "iep"))
    words = " ".join(texts(case.bytes_of(packet.pdf_sha256)))
    for said in (
        "Office for Civil Rights",
        "The ramp was locked",
        "slows the class down",
        "1 School Road",
        "I am the mother.",
        "The originals stay with the complainant",
        "Exhibit P-2: Photo of the ramp, February 2, 2026",
    ):
        assert said in words, said
    assert "The evaluation is late" not in words and "Certificate of Service" not in words


def test_the_same_inputs_give_the_same_bytes(world: World) -> None:
    case = dispute(world)
    packet_id = case.made(DUE_PROCESS, "mail", "iep", "photo")
    first = case.packet(packet_id)
    with case.open():
        again = {"state": "queued", "pdf_sha256": "", "manifest_sha256": "", "built_from": ""}
        job.write(tasks.ROWS, packet_id, again)
        db.session.commit()
    second = case.build_here(packet_id)
    assert (second.pdf_sha256, second.manifest_sha256) == (first.pdf_sha256, first.manifest_sha256)
    assert second.built_from == first.built_from and second.built_at != first.built_at


@pytest.mark.parametrize(
    "data, words",
    [
        (b"%PDF-1.7\n" + b"garbage " * 40, "Exhibit P-1: the file is damaged"),
        (pdf("Cut off", 3)[:-500], "Exhibit P-1:"),
    ],
    ids=["no PDF at all", "cut off"],
)
def test_a_paper_that_cannot_be_read_is_named_and_nothing_is_made(world: World, data: bytes, words: str) -> None:
    case = dispute(world)
    bad = add(world, case.actor, case.case_id, data, "bad.pdf", title="Broken scan")
    case.papers["bad"] = bad
    packet_id = case.begin()
    case.choose(packet_id, "bad")
    case.queue(packet_id)
    packet = case.build_here(packet_id)
    if packet.state == "ready":  # the reader could mend it, and says so in the manifest
        manifest = json.loads(case.bytes_of(packet.manifest_sha256))
        assert "repaired" in " ".join(manifest["exhibits"][0]["notes"])
        return
    assert packet.state == "failed" and packet.error.startswith(words)
    assert (packet.pdf_sha256, packet.manifest_sha256, packet.page_count) == ("", "", 0)


def test_a_child_that_reaches_a_limit_makes_nothing_and_says_so(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    case = dispute(world)
    packet_id = case.begin()
    case.choose(packet_id, "iep")
    case.queue(packet_id)
    monkeypatch.setattr(building, "LIMITS", building.LIMITS | {"file_bytes": 10_000})
    packet = case.build_here(packet_id)
    assert packet.state == "failed" and not packet.pdf_sha256
    assert "could not be put together" in packet.error


@pytest.mark.parametrize(
    "code, too_slow, step, words",
    [
        (-11, False, "Reading exhibit P-7", "Exhibit P-7: the program that reads it stopped."),
        (76, False, "Adding exhibit P-2", "Exhibit P-2: it needs far too much memory."),
        (-9, True, "Reading exhibit P-3", "Exhibit P-3: it takes far too long to open."),
        (-9, False, "Writing the packet", "The packet could not be put together."),
    ],
)
def test_the_death_of_a_child_is_told_in_plain_words(code: int, too_slow: bool, step: str, words: str) -> None:
    child = OwnChild("", None, Path(), {}, 1)
    child.code, child.too_slow = code, too_slow
    assert str(building._what_happened(child, step)).startswith(words)


def test_a_job_that_nobody_wants_any_more_does_nothing(world: World) -> None:
    case = dispute(world)
    packet_id = case.begin()
    case.queue(packet_id)
    case.change(packet_id, lambda packet, by: services.cancel(packet, by=by))
    assert case.build_here(packet_id).state == "draft"


def test_a_case_that_changes_while_the_pdf_is_made_gets_a_pdf_of_the_change(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = dispute(world)
    packet_id = case.begin()
    case.queue(packet_id)
    make, rounds = tasks._make, []

    def make_and_change(*given: object) -> object:
        result = make(*given)
        if not rounds:
            with db.engine.begin() as other:
                other.execute(text("SELECT set_config('app.org_id', :org, true)"), {"org": str(case.actor.org_id)})
                other.execute(
                    text("UPDATE students SET school = 'Brook School' WHERE case_id = :id"), {"id": case.case_id}
                )
        rounds.append(1)
        return result

    monkeypatch.setattr(tasks, "_make", make_and_change)
    packet = case.build_here(packet_id)
    assert packet.state == "ready" and len(rounds) == 2
    assert "Brook School" in " ".join(texts(case.bytes_of(packet.pdf_sha256)))
