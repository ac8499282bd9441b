"""Large pictures reach the packet byte for byte, though they are never held in memory together."""

import io
import subprocess
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Dictionary, Name
from PIL import Image

from casemgr.pdf import build_packet, reading
from casemgr.pdf import model as m
from casemgr.pdf.splicing import LARGE
from tests.pdf import samples


def scan(path: Path, seed: int, pages: int, **save: object) -> bytes:
    """Write a PDF whose pages show one large picture; return the bytes of the picture."""
    jpeg = io.BytesIO()
    Image.effect_noise((500, 600), 30 + seed).save(jpeg, "JPEG", quality=70)
    with pikepdf.new() as pdf:
        picture = pdf.make_stream(
            jpeg.getvalue(), Type=Name.XObject, Subtype=Name.Image, Width=500, Height=600,
            ColorSpace=Name.DeviceGray, BitsPerComponent=8, Filter=Name.DCTDecode,
        )  # fmt: skip
        for _ in range(pages):
            page = pdf.add_blank_page(page_size=(612, 792))
            page.obj.Resources = Dictionary(XObject=Dictionary(Scan=picture))
            page.obj.Contents = pdf.make_stream(b"q 500 0 0 600 50 100 cm /Scan Do Q")
        pdf.save(path, **save)
    return jpeg.getvalue()


@pytest.mark.parametrize("held", [0, reading.HELD])
def test_pictures_keep_their_bytes_also_those_that_were_locked_or_shared(
    held: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "HELD", held)
    locked = pikepdf.Encryption(user="", owner="boss")
    pictures = [scan(tmp_path / "0.pdf", 0, 2), scan(tmp_path / "1.pdf", 1, 1, encryption=locked)]
    assert min(map(len, pictures)) > LARGE
    samples.pdf_file(tmp_path / "2.pdf", 2)
    papers = tuple(m.Exhibit(f"P-{n}", "Scan", m.ExhibitKind.PDF, tmp_path / f"{n}.pdf") for n in range(3))
    packet = samples.packet(tmp_path, exhibits=papers)
    built = build_packet(packet, tmp_path / "out.pdf")
    assert build_packet(packet, tmp_path / "again.pdf").sha256 == built.sha256
    with pikepdf.open(built.path) as pdf:
        shown = [pdf.pages[one.first_page - 1].obj.Resources.XObject.Scan for one in built.exhibits[:2]]
        assert [one.read_raw_bytes() for one in shown] == pictures
        second = pdf.pages[built.exhibits[0].first_page].obj.Resources.XObject.Scan
        assert second.objgen == shown[0].objgen, "a picture on two pages is held once"
        assert len(pdf.pages) == built.pages and not pdf.get_warnings()
    checked = subprocess.run(["qpdf", "--check", built.path], capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr
    assert sorted(path.name for path in tmp_path.glob("*out*")) == ["out.pdf"]
