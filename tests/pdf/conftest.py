"""One whole packet, built once, that many tests read back."""

from dataclasses import dataclass
from pathlib import Path

import pikepdf
import pypdfium2
import pytest

from casemgr.pdf import build_packet
from casemgr.pdf.model import BuiltPacket, Packet
from tests.pdf import samples


@dataclass
class Whole:
    """A built packet with what it was made from, open in two readers."""

    packet: Packet
    built: BuiltPacket
    pdf: pikepdf.Pdf
    words: list[str]


def page_texts(path: Path) -> list[str]:
    """Return the text of each page as pdfium reads it."""
    with pypdfium2.PdfDocument(path) as document:
        return [page.get_textpage().get_text_range() for page in document]


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Whole:
    """The sample packet."""
    folder = tmp_path_factory.mktemp("packet")
    packet = samples.packet(folder)
    built = build_packet(packet, folder / "packet.pdf")
    return Whole(packet, built, pikepdf.open(built.path), page_texts(built.path))
