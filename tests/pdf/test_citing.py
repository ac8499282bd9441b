"""A reference in a text names its exhibit and opens its page, in whatever order the exhibits stand."""

from __future__ import annotations

from pathlib import Path

import pikepdf
import pytest

from casemgr.filings import volumes
from casemgr.filings.building import Made
from casemgr.pdf import build_packet
from casemgr.pdf import model as m
from casemgr.pdf.citing import Citing, Here, Reference, references_in
from tests.pdf import samples
from tests.pdf.conftest import page_texts

IEP, LETTER, SOUND, GONE = "a" * 12, "b" * 12, "c" * 12, "d" * 12
TEXT = (
    f"See {Reference(IEP, 3)}; Exhibit {Reference(LETTER, 2)}; {Reference(SOUND, 9)}; {Reference(GONE, 1)}; "
    f"{Reference(IEP, 9)}; {Reference(LETTER)}; {Reference(IEP, 2, 4)}."
)


def exhibit(label: str, path: Path, only: tuple[int, int] | None = None) -> m.Exhibit:
    return m.Exhibit(label, path.stem, m.ExhibitKind.PDF, path, only_pages=only)


def whole(tmp_path: Path, order: dict[str, str], text: str = TEXT, only: tuple[int, int] | None = None,
          **more: object) -> m.Packet:  # fmt: skip
    """A packet whose exhibits stand in the order of `order`: paper to label."""
    sound = tmp_path / "call.wav"
    sound.write_bytes(b"RIFF\x24\x00\x00\x00WAVEfmt ")
    made = {
        IEP: exhibit(order.get(IEP, "X"), samples.pdf_file(tmp_path / "IEP.pdf", 6, words="IEP"), only),
        LETTER: exhibit(order.get(LETTER, "X"), samples.pdf_file(tmp_path / "Letter.pdf", 3, words="Letter")),
        SOUND: m.Exhibit(order.get(SOUND, "X"), "Call", m.ExhibitKind.NATIVE, sound, file_name="call.wav"),
    }
    sections = (
        m.Section("Facts", (m.Text((text,), numbered=True), m.Fields((("Said", text),)), m.Items((text,)))),
        m.Section("Table", (m.Grid(("Who", "What"), (("Dana", text),)),)),
    )
    issue = m.Issue("Late", (), (m.Fact("May 1", text),), (text,))
    filing = m.Filing("Complaint", m.Caption("Forum", ()), sections, (issue,))
    exhibits = tuple(made[paper] for paper in order)
    return samples.packet(tmp_path, filing=filing, exhibits=exhibits, chronology=(), cited=order, **more)


def links_of(path: Path, first: int, last: int) -> list[tuple[str, int]]:
    """Each link on our own pages: what the page that it opens says (as pdfium reads it), and its number."""
    texts = page_texts(path)
    with pikepdf.open(path) as pdf:
        numbers = {page.obj.objgen: n for n, page in enumerate(pdf.pages)}
        found = []
        for page in list(pdf.pages)[first - 1 : last]:
            for note in page.obj.get("/Annots", []):
                assert "/A" not in note or "cite:" not in str(note.A.get("/URI", ""))
                at = numbers[note.Dest[0].objgen]
                found.append((" ".join(texts[at].split()), at + 1))
        return found


def opened(built: m.BuiltPacket) -> set[str]:
    """The words of the exhibit pages that references lead to."""
    first, last = built.sections["filing"]
    return {text for text, _ in links_of(built.path, first, last)}


ORDERS = ({IEP: "P-1", LETTER: "P-2", SOUND: "P-3"}, {SOUND: "P-1", LETTER: "P-12A", IEP: "P-13"})


@pytest.mark.parametrize("order", ORDERS,
                         ids=["as chosen", "turned round, with a late exhibit"])  # fmt: skip
def test_each_reference_has_todays_label_and_opens_its_page(tmp_path: Path, order: dict[str, str]) -> None:
    built = build_packet(whole(tmp_path, order), tmp_path / "out.pdf")
    first, last = built.sections["filing"]
    said = " ".join(" ".join(page_texts(built.path)[n - 1] for n in range(first, last + 1)).split())
    start = {one.label: int(one.bates_first[-6:]) for one in built.exhibits}
    iep, letter = order[IEP], order[LETTER]
    assert said.count(f"See Exhibit {iep}, page 3 (SAMPLE-{start[iep] + 2:06d})") >= 4
    assert f"Exhibit {letter}, page 2 (SAMPLE-{start[letter] + 1:06d})" in said and "Exhibit Exhibit" not in said
    assert f"Exhibit {order[SOUND]}; [paper not attached]; Exhibit {iep}, page 9 (not attached)" in said
    assert f"pages 2 to 4 (SAMPLE-{start[iep] + 1:06d} to SAMPLE-{start[iep] + 3:06d})" in said
    leads = opened(built)
    assert {text.split(" P-")[0] for text in leads if "page" in text and "EXHIBIT" not in text} == {
        "IEP page 3", "IEP page 2", "Letter page 2"
    }  # fmt: skip
    assert any(text.startswith(f"EXHIBIT {letter}") for text in leads)
    if iep == "P-1":
        again = build_packet(whole(tmp_path, order), tmp_path / "again.pdf")
        assert again.sha256 == built.sha256


def test_a_range_counts_the_pages_of_the_paper_also_without_slip_sheets(tmp_path: Path) -> None:
    text = f"{Reference(IEP, 4)}, {Reference(IEP, 2)}"
    packet = whole(tmp_path, {LETTER: "P-1", IEP: "P-2"}, text, only=(3, 5), slip_sheets=False, bates=m.Bates())
    built = build_packet(packet, tmp_path / "out.pdf")
    first, _ = built.sections["filing"]
    said = " ".join(page_texts(built.path)[first - 1].split())
    assert "Exhibit P-2, page 4 (Bates 000005), Exhibit P-2, page 2 (not attached)" in said
    assert {text.split(" P-")[0].split(" EXHIBIT")[0] for text in opened(built)} == {"IEP page 4", "IEP page 3"}


def test_what_stands_in_another_volume_is_said_and_not_linked(tmp_path: Path) -> None:
    text = f"{Reference(IEP, 6)}; {Reference(LETTER, 3)}; {Reference(LETTER)}; {Reference(IEP, 1)}."
    packet = whole(tmp_path, {IEP: "P-1", LETTER: "P-2"}, text)

    def build(one: m.Packet, folder: Path) -> Made:
        made = build_packet(one, folder / "out.pdf")
        manifest = folder / "out.json"
        manifest.write_bytes(made.manifest_json)
        return Made(made.path, manifest, made.sha256, made.pages)

    whole_one = build(packet, tmp_path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(volumes, "build", lambda one, folder, progress: build(one, folder))
        made = volumes.split(packet, whole_one, volumes.Limit(most_pages=10), tmp_path)
    assert len(made) == 3
    said = [" ".join(" ".join(page_texts(one.pdf)[:6]).split()) for one in made]
    assert (
        "Exhibit P-1, page 6 (SAMPLE-000006, volume 2); Exhibit P-2, page 3 (SAMPLE-000009, volume 3); "
        "Exhibit P-2 (volume 3)" in said[0]
    )
    assert "Exhibit P-1, page 6 (SAMPLE-000006);" in said[1] and "page 1 (SAMPLE-000001, volume 1)" in said[1]
    for one, words in zip(made, said, strict=True):
        assert ("Exhibit P-1, page 1 (SAMPLE-000001)" in words) == (one is made[0])


def test_the_words_of_a_reference_stand_alone() -> None:
    citing = Citing({IEP: "P-7"}, {"P-7": Here("P-7", 1, 5, 10)}, (), m.Bates("X-"))
    assert citing.said(Reference(IEP, 3)) == ("Exhibit P-7, page 3 (X-000013)", "cite:P-7:2")
    assert "".join(words for words, _ in citing.parts(f"(Ex. {Reference(IEP, 1)})")) == "(Ex. P-7, page 1 (X-000011))"
    assert references_in("{{exhibit:aaaaaaaaaaaa#5-3}}") == [Reference(IEP, 3, 5)]
    assert references_in("{{exhibit:short#1}} {exhibit:aaaaaaaaaaaa}") == []
