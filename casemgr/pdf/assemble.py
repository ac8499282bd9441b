"""One packet, one PDF: read the exhibits, draw our own pages, put all in order, stamp, write."""

from collections.abc import Callable
from pathlib import Path

from casemgr.pdf.model import BuiltPacket, Packet

Progress = Callable[[int, int, str], None]


def build_packet(packet: Packet, out: Path, *, progress: Progress | None = None) -> BuiltPacket:
    """Write the packet to `out` as one PDF and return what was made, with its manifest.

    Args:
        packet: see `Packet`; nothing is read but the exhibits' files.
        out: written beside itself first and moved into place, so it is whole or not there.
        progress: called with (steps done, steps in all, what happens now). Raise from it to cancel:
            nothing is left behind.
    Raises: ExhibitUnreadable for an exhibit that needs a password, is damaged, empty, too long or has
        changed since its hash was taken, before anything is written.
    Files from outside are hostile: call this in a worker process with limits on memory and time.
    """
    raise NotImplementedError
