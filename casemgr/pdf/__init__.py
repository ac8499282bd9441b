"""Pages and packets: plain dataclasses in, a PDF and its manifest out. Knows no request and no database."""

from casemgr.pdf import archival
from casemgr.pdf.assemble import build_packet
from casemgr.pdf.errors import ExhibitUnreadable
from casemgr.pdf.sheets import Sheet, make_sheet

__all__ = ["ExhibitUnreadable", "Sheet", "archival", "build_packet", "make_sheet"]
