"""What a scan looks like in a binder, and what of a paper nobody sees but everybody who gets it can copy out."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pypdfium2
from flask.testing import FlaskClient
from reportlab.pdfgen.canvas import Canvas

from casemgr.cases.models import Case
from casemgr.documents.models import Document, DocumentPage
from casemgr.documents.store import store
from casemgr.documents.tasks import TOO_NARROW
from casemgr.exhibit_binders import serving
from casemgr.exhibit_binders.models import ExhibitBinder
from casemgr.exhibit_binders.preflight import preflight
from casemgr.exhibit_binders.services import Line
from casemgr.extensions import db
from casemgr.filings import last_look
from casemgr.redaction.models import Redaction, RedactionEntry
from casemgr.storage.preview import preview
from casemgr.storage.recognition import make_copy
from casemgr.storage.renditions import PDF
from tests.exhibit_binders.makers import EVERYTHING, Binding, binding, more
from tests.filings.makers import texts
from tests.recognition.scans import page, scanned_pdf
from tests.world import Actor, World

WORDS = [["Suspended", 0.1, 0.13, 0.4, 0.17]]


def read_by_a_machine(made: Binding, name: str, scan: bytes, tmp_path: Path, turn: int) -> None:
    """Keep what reading a scan of one page leaves: its words, its turn, and the copy that can be searched."""
    path = tmp_path / f"{name}.pdf"
    path.write_bytes(scan)
    copy = make_copy(path, PDF, {1: (turn, WORDS)}, "A copy", tmp_path / name)
    assert copy is not None
    with made.case.open():
        paper = db.session.get_one(Document, made.case.papers[name])
        paper.searchable_sha256 = store().put_bytes(paper.org_id, copy.read_bytes()).sha256
        paper.page_count = 1
        db.session.add(
            DocumentPage(
                org_id=paper.org_id, case_id=paper.case_id, document_id=paper.id, number=1, width=850, height=1100,
                image_sha256="0" * 64, thumb_sha256="0" * 64, text="Suspended", recognition="read", turn=turn,
            )
        )  # fmt: skip
        db.session.commit()


def advice(made: Binding) -> dict[str, tuple[str, ...]]:
    found = made.change(lambda row, by: preflight(db.session.get_one(Case, row.case_id), row, EVERYTHING))
    return {one.rule.key if one.rule else one.text: one.lines for one in found}


def test_a_scan_stands_upright_in_a_binder_and_can_be_searched(world: World, tmp_path: Path) -> None:
    made = binding(world)
    scan = scanned_pdf(page("Suspended", turn=180))
    more(made, "scan", scan, "Notice of suspension")
    made.add("scan")
    read_by_a_machine(made, "scan", scan, tmp_path, 180)
    assert made.now()[0].turns == ((1, 180),) and "searchable" not in advice(made)
    version = made.made()
    whole, place = made.bytes_of(version, "volume"), version.exhibits[0]["first_page"]
    assert "Suspended" in texts(whole)[place - 1] and "This scan, upright" in texts(whole)[place - 2]
    with pypdfium2.PdfDocument(whole) as drawn:
        picture = drawn[place - 1].render(grayscale=True).to_pil()
    inked = picture.point(lambda tone: 255 if tone < 128 else 0).crop((0, 0, picture.width, picture.height * 9 // 10))
    assert inked.getbbox()[3] < picture.height / 2  # its only line stands at the top again
    proof = made.manifest(version)["page_conservation"]["exhibits"][0]
    assert proof["compared"] == proof["identical"] == 1


def test_a_scan_that_is_read_after_the_pdf_was_made_leaves_it_good_and_is_told(
    world: World, client_for: Callable[[Actor | None], FlaskClient], tmp_path: Path
) -> None:
    made, scan = binding(world), scanned_pdf(page("Suspended", turn=180))
    more(made, "scan", scan, "Notice of suspension")
    made.add("scan")
    version, client = made.made(), client_for(made.case.actor)
    assert version.proof["scans"] == [] and "Scans were read" not in client.get(made.url).text
    read_by_a_machine(made, "scan", scan, tmp_path, 180)
    made.case.set_paper("scan", page_count=None)  # as it was: only the reading is new
    told = client.get(made.url).text
    assert "Scans were read since this PDF was made" in told and "can be searched: P-1." in told
    assert "The case has changed since" not in told and "Make it again" in told
    assert made.made().proof["scans"] == ["P-1"] and "Scans were read" not in client.get(made.url).text


def test_a_copy_that_shows_something_else_than_the_scan_is_not_made(world: World, tmp_path: Path) -> None:
    made = binding(world)
    more(made, "scan", scanned_pdf(page("Suspended", "for", "three", "days")), "Notice of suspension")
    made.add("scan")
    read_by_a_machine(made, "scan", scanned_pdf(page("Nothing", turn=90)), tmp_path, 270)
    row = made.build()
    assert row.state == "failed" and "P-1" in row.error


def test_pages_that_are_still_being_read_and_pictures_are_named(world: World) -> None:
    made = binding(world, "iep", "photo")
    with made.case.open() as (case, _):
        for name, state in (("iep", "waiting"), ("photo", "read")):
            paper = made.case.papers[name]
            db.session.get_one(Document, paper).page_count = 1
            own = {"org_id": case.org_id, "case_id": case.id, "document_id": paper, "number": 1}
            pictures = {"width": 850, "height": 1100, "image_sha256": "0" * 64, "thumb_sha256": "0" * 64}
            db.session.add(DocumentPage(**own, **pictures, text="x" if state == "read" else "", recognition=state))
        db.session.commit()
    assert advice(made)["searchable"] == (
        "P-1, page 1: still being read; wait a little, and make the binder then.",
        "P-2, page 1: without text that can be searched.",
    )


def test_a_paper_that_goes_in_beside_its_redacted_copy_is_told(world: World) -> None:
    made = binding(world, "iep", "mail")
    with made.case.open() as (case, user):
        own = {"org_id": case.org_id, "case_id": case.id, "document_id": made.case.papers["iep"]}
        copy = {"result_id": made.case.papers["mail"], "visibility": "shared", "reason": "For the hearing."}
        row = Redaction(**own, **copy, state="made", title="Copy", proof={})
        db.session.add(row)
        db.session.flush()
        hashes = {"original_sha256": "0" * 64, "result_sha256": "1" * 64, "visibility_was": "shared"}
        db.session.add(RedactionEntry(**own, **copy, **hashes, redaction_id=row.id, by_id=user.id, marks=[], proof={}))
        db.session.commit()
        papers = [db.session.get_one(Document, made.case.papers[name]) for name in ("iep", "mail")]
        shown = [last_look.Shown(f"P-{n}", paper, has_date=True) for n, paper in enumerate(papers, 1)]
        found = {one.kind: one.spots for one in last_look.look(case, shown, signer="x", recipients=1)}
        assert [spot.label for spot in found["uncovered"]] == ["P-1"]
    labels = {one.title: one.label for one in made.now()}
    words = f"{labels['IEP 2025-26']} shows what {labels['E-mail asking']} covers. Take it out."
    assert advice(made)["A paper goes in redacted and as it was"] == (words,)
    made.order("E-mail asking")
    assert "A paper goes in redacted and as it was" not in advice(made)


def test_a_table_that_shows_no_numbers_is_told(world: World) -> None:
    made = binding(world, "iep")
    made.case.set_paper("iep", preview_note=f"Something else.\n{TOO_NARROW}")
    assert "P-1: some numbers or dates show as ###" in advice(made)["Columns that are too narrow"][0]


def barred() -> bytes:
    """Two pages: on the second one, words under a bar and in white, beside words that are seen."""
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    canvas.drawString(72, 700, "A page on which all is seen, also small . , - and iii")
    canvas.showPage()
    canvas.drawString(72, 700, "Robin was seen by Dr. Example.")
    canvas.drawString(72, 600, "Jayden Ortiz hit first")
    canvas.rect(70, 596, 130, 14, fill=1)
    canvas.setFillGray(1)
    canvas.drawString(72, 500, "invisible remark")
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def test_words_under_a_bar_are_told_with_their_page_before_anything_leaves(world: World, tmp_path: Path) -> None:
    made = binding(world)
    more(made, "barred", barred(), "Incident report")
    made.add("barred")
    path = tmp_path / "barred.pdf"
    path.write_bytes(barred())
    seen = preview(path, PDF, tmp_path / "seen")
    assert seen.warnings and "stand on page 2: under a bar" in seen.warnings[0]
    made.case.set_paper("barred", preview_note="\n".join(seen.warnings), page_count=2)
    (told,) = advice(made)["Words that cannot be seen, and can be copied out"]
    assert told.startswith("P-1, page 2: words under a bar")
    version = made.made()

    def warned(row: ExhibitBinder, by: object) -> dict[str, list[tuple[str, int]]]:
        case = db.session.get_one(Case, row.case_id)
        made_now = serving.made_version(row)
        assert made_now is not None and made_now.id == version.id
        found = serving.look_before(case, row, made_now)
        return {one.kind: [(spot.label, spot.page) for spot in one.spots] for one in found}

    assert made.change(warned)["unseen"] == [("P-1", 2)]
    made.order(said={"Incident report": Line(first_page=1, last_page=1, range_reason="The rest is about others.")})
    assert "Words that cannot be seen, and can be copied out" not in advice(made)
