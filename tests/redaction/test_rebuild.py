"""What was covered is gone from the copy: from its text, its pictures and its data, on every kind of page."""

from __future__ import annotations

import io
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name

from casemgr.storage import redaction
from casemgr.storage.readers import redact
from casemgr.storage.redaction import Leaf, NotRedacted
from casemgr.storage.sandbox import FailureKind, Limits, Outcome, ReadFailed, run
from tests.redaction.makers import (
    LINES,
    SECRET,
    all_words,
    around,
    changed,
    everything_in,
    fax,
    hostile,
    joined,
    rebuilt,
    scan,
    shades,
    sheet,
    text_of,
    words_on,
)


def rotated(degrees: int) -> bytes:
    def turn(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].Rotate = degrees

    return changed(sheet(), turn)


def cropped() -> bytes:
    def crop(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].CropBox = Array([50, 400, 600, 780])

    return changed(sheet(), crop)


def displaced() -> bytes:
    """A page whose corner is not at zero, in units of its own."""

    def move(pdf: pikepdf.Pdf) -> None:
        page = pdf.pages[0]
        page.contents_add(b"q 1 0 0 1 -300 200 cm", prepend=True)
        page.contents_add(b"Q")
        page.MediaBox = Array([-300, 200, 312, 992])

    return changed(sheet(), move)


PAGES = {
    "plain": sheet(),
    "turned right": rotated(90),
    "upside down": rotated(180),
    "turned left": rotated(270),
    "cropped": cropped(),
    "displaced": displaced(),
    "small": sheet(size=(200, 260), font=5),
    "huge": sheet(size=(12_000, 700), font=60),
}


def test_a_covered_word_is_gone_and_the_others_stay_where_they_are(tmp_path: Path) -> None:
    """One paper with a page of each kind: turned, cropped, displaced, small, huge."""
    data = joined(*PAGES.values())
    words = {number: all_words(data, tmp_path)[number] for number in range(1, len(PAGES) + 1)}
    leaves = {number: Leaf(around(found, SECRET)) for number, found in words.items()}
    copy, proof = rebuilt(data, leaves, tmp_path / "made")
    assert SECRET not in everything_in(copy)
    now = all_words(copy, tmp_path)
    for number, kind in enumerate(PAGES, start=1):
        after = {word[0]: word[1:] for word in now[number]}
        assert {"Reading", "goals", "were", "agreed", "Call", "student"} <= set(after), kind
        for word in words[number]:
            if word[0] in ("Reading", "meeting"):
                assert after[word[0]] == pytest.approx(word[1:], abs=0.03), kind
        assert shades(copy, leaves[number].boxes[0], number)[1] < 72, kind
    count = len(PAGES)
    assert (proof.pages, proof.boxes, proof.words, len(proof.pictures)) == (count, count, count, count)


def test_words_with_which_files_are_written_can_be_covered(tmp_path: Path) -> None:
    """“begin” also stands in every font, “Table” in the tags of the page that stays."""

    def tag(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].contents_add(b"/Table <</MCID 0>> BDC", prepend=True)
        pdf.pages[0].contents_add(b"EMC")

    data = joined(sheet(["Services begin soon", "Table of goals"]), changed(sheet(["Reading"]), tag))
    found = words_on(data, tmp_path)
    boxes = around(found, "begin") + around(found, "Table")
    copy, proof = rebuilt(data, {1: Leaf(boxes)}, tmp_path / "made")
    assert proof.words == 2 and proof.pictures == (1,)
    assert "begin" not in text_of(copy, 1) and "Services" in text_of(copy, 1)


def test_nothing_hidden_on_any_page_or_beside_them_comes_along(tmp_path: Path) -> None:
    data = hostile()
    assert everything_in(data).count(SECRET) > 8
    copy, proof = rebuilt(data, {1: Leaf(around(words_on(data, tmp_path), SECRET))}, tmp_path / "made")
    assert SECRET not in everything_in(copy) and "Nothing to see on this page" in text_of(copy, 2)
    assert proof.pictures == (1, 2)  # what cannot be seen on the second page went with its content
    with pikepdf.open(io.BytesIO(copy)) as pdf:
        assert set(pdf.Root.keys()) == {"/Type", "/Pages"} and len(pdf.attachments) == 0


def test_pages_without_a_box_keep_their_own_text_and_lose_their_data(tmp_path: Path) -> None:
    data = sheet(pages=3)
    boxes = around(words_on(data, tmp_path), SECRET)
    copy, proof = rebuilt(data, {2: Leaf(boxes)}, tmp_path / "made")
    assert proof.pictures == (2,) and [SECRET in text_of(copy, n) for n in (1, 2, 3)] == [True, False, True]
    assert proof.elsewhere == {1: 1, 3: 1}  # told to the person: the name also stands there
    every, proof = rebuilt(data, {2: Leaf(boxes)}, tmp_path / "every", all_pages=True)
    assert proof.pictures == (1, 2, 3) and SECRET in text_of(every, 3)


def test_a_picture_that_a_kept_page_only_points_at_is_not_in_the_copy(tmp_path: Path) -> None:
    """Both pages share one list of resources, as many programs write them; the second draws no picture."""

    def share(pdf: pikepdf.Pdf) -> None:
        pdf.pages[1].Resources = pdf.pages[0].Resources

    with pikepdf.open(io.BytesIO(scan())) as first, pikepdf.open(io.BytesIO(sheet())) as second:
        first.pages.append(second.pages[0])
        out = io.BytesIO()
        first.save(out)
    data = out.getvalue()

    def both(pdf: pikepdf.Pdf) -> None:
        fonts = pdf.pages[1].Resources.Font
        pdf.pages[0].Resources.Font = fonts
        share(pdf)

    data = changed(data, both)
    copy, proof = rebuilt(data, {1: Leaf(((0.0, 0.0, 1.0, 0.5),))}, tmp_path / "made")
    with pikepdf.open(io.BytesIO(copy)) as pdf:
        images = [one for one in pdf.objects if isinstance(one, pikepdf.Stream) and one.get("/Subtype") == Name.Image]
    assert proof.pictures == (1,) and len(images) == 1


def test_a_scan_is_covered_in_its_picture_and_the_words_laid_under_it_go(tmp_path: Path) -> None:
    """Words that somebody else laid under a scan may stand beside what they mean: a box would miss them."""
    data = scan(under=LINES)
    boxes = around(words_on(sheet(), tmp_path), SECRET)
    copy, _proof = rebuilt(data, {1: Leaf(boxes)}, tmp_path / "made")
    assert SECRET not in everything_in(copy) and text_of(copy) == ""
    assert shades(copy, boxes[0])[1] < 72 and shades(copy, (0.1, 0.1, 0.6, 0.3))[1] > 200


def test_words_that_a_machine_read_stay_under_the_upright_picture(tmp_path: Path) -> None:
    def lie(pdf: pikepdf.Pdf) -> None:
        for number, page in enumerate(pdf.pages):
            page.Rotate = (360 - 90 * number) % 360

    words = words_on(sheet(), tmp_path)  # the places on the upright page
    leaves = {n: Leaf(around(words, SECRET), 90 * (n - 1), words) for n in (1, 2, 3, 4)}
    copy, proof = rebuilt(changed(joined(*4 * [scan()]), lie), leaves, tmp_path / "made")
    assert SECRET not in everything_in(copy) and proof.words == 4
    for number in leaves:
        assert "Reading goals were agreed by all" in text_of(copy, number)
        assert shades(copy, leaves[number].boxes[0], number)[1] < 72


def test_a_fax_of_two_pages_becomes_a_pdf_of_two(tmp_path: Path) -> None:
    box = (0.1, 0.1, 0.5, 0.2)
    copy, proof = rebuilt(fax(), {2: Leaf((box,))}, tmp_path / "made", is_pdf=False)
    assert (proof.pages, proof.words) == (2, 0) and shades(copy, box, 2)[1] < 72 and shades(copy, box, 1)[1] > 200


def with_field(pdf: pikepdf.Pdf, shows: str, value: str) -> None:
    """Put a filled field onto the last page."""
    page = pdf.pages[-1]
    look = pdf.make_stream(f"BT /F1 14 Tf 2 4 Td ({shows}) Tj ET".encode(), Type=Name.XObject, Subtype=Name.Form)
    look.BBox = Array([0, 0, 200, 20])
    look.Resources = Dictionary(Font=page.Resources.Font)
    field = pdf.make_indirect(
        Dictionary(Type=Name.Annot, Subtype=Name.Widget, FT=Name.Tx, T=pikepdf.String("child"), F=4,
                   V=pikepdf.String(value), Rect=Array([72, 300, 272, 320]), AP=Dictionary(N=look))
    )  # fmt: skip
    page.Annots = Array([field])
    pdf.Root.AcroForm = Dictionary(Fields=Array([field]))


def test_a_form_loses_its_fields_and_keeps_its_look_and_words(tmp_path: Path) -> None:
    data = changed(sheet(["One", "Two"], pages=2), lambda pdf: with_field(pdf, "Filled in", SECRET))
    copy, proof = rebuilt(data, {1: Leaf(((0.1, 0.1, 0.3, 0.2),))}, tmp_path / "made")
    assert SECRET not in everything_in(copy) and proof.pictures == (1, 2)
    assert shades(copy, (0.11, 0.59, 0.3, 0.625), 2)[0] < 128  # the field's look is drawn
    assert "Filled in" in text_of(copy, 2)


def test_what_was_typed_into_a_form_can_be_covered(tmp_path: Path) -> None:
    data = changed(sheet(["One", "Two"]), lambda pdf: with_field(pdf, f"Child {SECRET}", SECRET))
    copy, proof = rebuilt(data, {1: Leaf(around(words_on(data, tmp_path), SECRET))}, tmp_path / "made")
    assert SECRET not in everything_in(copy) and proof.words == 1
    assert "Child" in text_of(copy, 1)


def test_a_copy_that_still_holds_the_words_is_thrown_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The proof believes nothing of what the child that made the copy says: here another file takes its place."""
    data = sheet()
    leaves = {1: Leaf(around(words_on(data, tmp_path), SECRET))}
    honest, _proof = rebuilt(data, leaves, tmp_path / "honest")

    def bare(pdf: pikepdf.Pdf) -> None:
        for key in list(pdf.docinfo.keys()):
            del pdf.docinfo[key]

    cheats = {
        "words under a box": changed(data, bare),
        "data of the old file": changed(honest, lambda pdf: pdf.attachments.__setitem__("a.txt", b"x")),
        "a picture under a box": _whitened(honest),
        "another number of pages": sheet(pages=2),
    }
    for words, cheat in cheats.items():

        def cheated(operation: str, request: dict, folder: Path, limits: Limits, cheat: bytes = cheat) -> Outcome:
            if operation != "redact":
                return run(operation, request, folder, limits)
            (folder / "redacted.pdf").write_bytes(cheat)
            return Outcome([{"event": "redacted", "count": 1, "pictures": [1]}])

        monkeypatch.setattr(redaction, "run", cheated)
        with pytest.raises(NotRedacted, match=words):
            rebuilt(data, leaves, tmp_path / "cheated")


def test_a_page_that_takes_too_long_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Outcome([{"event": "begin", "number": 3}], ReadFailed(FailureKind.TIMEOUT))
    monkeypatch.setattr(redaction, "run", lambda *_: slow)
    with pytest.raises(NotRedacted, match=r"too much time or memory; it stopped at page 3\..*If page 3 alone"):
        rebuilt(sheet(), {1: Leaf(((0.1, 0.1, 0.2, 0.2),))}, tmp_path / "made")


def test_each_page_has_its_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[object] = []
    monkeypatch.setattr(redact, "allow_cpu", told.append)
    (tmp_path / "a.pdf").write_bytes(sheet(pages=2))
    (tmp_path / "plan.json").write_text("{}")
    monkeypatch.chdir(tmp_path)
    redact.redact(report=lambda event, **_: told.append(event), path="a.pdf", pdf=True, ident="x", all_pages=True)
    seconds = redact.PAGE_CPU_SECONDS
    assert told == ["begin", seconds, "begin", seconds, 0, "redacted"]


def _whitened(copy: bytes) -> bytes:
    """The box painted over on the page, and not in the picture."""
    return changed(copy, lambda pdf: pdf.pages[0].contents_add(b"q 1 1 1 rg 0 0 612 792 re f Q"))


@pytest.mark.parametrize(
    "data, words",
    [(b"%PDF-1.4\n%broken\n", "cannot be opened"), (None, "password")],
    ids=["damaged", "locked"],
)
def test_a_paper_that_cannot_be_opened_is_refused_in_words(data: bytes | None, words: str, tmp_path: Path) -> None:
    if data is None:
        out = io.BytesIO()
        with pikepdf.open(io.BytesIO(sheet())) as pdf:
            pdf.save(out, encryption=pikepdf.Encryption(owner="a", user="b"))
        data = out.getvalue()
    with pytest.raises(NotRedacted, match=words):
        rebuilt(data, {1: Leaf(((0.1, 0.1, 0.2, 0.2),))}, tmp_path / "made")
