"""A small packet of no case, made before children are forked that make packets.

What the libraries set up for their first packet (fonts, tables, pdfium and the ways into it) is then there for all of
them.
"""

import gc
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import pypdfium2

from casemgr.pdf import looker
from casemgr.pdf.assemble import build_packet
from casemgr.pdf.model import CertificateOfService, ChronologyRow, Exhibit, ExhibitKind, Packet, Recipient


def rehearse() -> None:
    """Make the packet in a folder that is gone afterwards, and look at its first page."""
    exhibit = Exhibit("P-1", "The first paper", ExhibitKind.TEXT, when="2026", text="The first line")
    packet = Packet(
        title="The first packet",
        student="J. S.",
        forum="Forum",
        made_at=datetime(2026, 1, 1, tzinfo=UTC),
        program_version="",
        chronology=(ChronologyRow("2026", "It began.", "Log", "P-1"),),
        exhibits=(exhibit,),
        certificate=CertificateOfService("The first packet", (Recipient("J. S."),)),
    )
    with tempfile.TemporaryDirectory(prefix="packet-") as folder:
        made = build_packet(packet, Path(folder) / "packet.pdf")
        task = {"n": 0, "path": str(made.path), "of": made.pages, "runs": [[0, 1, False, [[0.7, 0.9, 0.9, 0.95]]]]}
        looker.look(pypdfium2, task, lambda **_: None)
    gc.collect()
