"""Large pictures go from their files into the packet without ever being held in memory together.

pikepdf copies each stream into memory when a page changes its document; a thousand scans would be a quarter of a
gigabyte. So a picture is put aside, a marker takes its place, and when the packet is written the markers are replaced.
"""

import mmap
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from itertools import accumulate
from pathlib import Path
from typing import Any, BinaryIO

import pikepdf
from pikepdf import Dictionary, Name

LARGE = 16_000  # bytes of a picture that is put aside
_KEPT_PACKINGS = (Name.DCTDecode, Name.FlateDecode, Name.JPXDecode, Name.CCITTFaxDecode, Name.JBIG2Decode)
_ENTRY = 20  # bytes of a line of the cross-reference table
_PIECE = 1 << 20


class Shelf:
    """The pictures put aside, in order, and the markers that stand for them in the packet."""

    def __init__(self, *, packed: bool = False) -> None:
        """Begin empty. `packed`: only pictures whose packing stays as it is are put aside, for a writer that changes
        some."""
        self.packed = packed
        self.kept: list[pikepdf.Stream] = []
        self.markers: list[Any] = []
        self.token = b""

    def put_aside(self, source: pikepdf.Pdf, pages: Iterable[Any]) -> list[pikepdf.Stream]:
        """Replace the large pictures of these pages of a source by markers, and return the markers. Where there are
        any, the source stays open until all is written."""
        markers: dict[tuple[int, int], pikepdf.Stream] = {}
        for page in pages:
            resources = page.get("/Resources")
            held = resources.get("/XObject") if isinstance(resources, Dictionary) else None
            if isinstance(held, Dictionary):
                for key, one in list(held.items()):
                    if isinstance(one, pikepdf.Stream) and self._is_wanted(one):
                        if one.objgen not in markers:
                            markers[one.objgen] = self._marker(source, one)
                        held[key] = markers[one.objgen]
        return list(markers.values())

    def _is_wanted(self, one: pikepdf.Stream) -> bool:
        length = one.get("/Length")
        is_large = one.get("/Subtype") == Name.Image and isinstance(length, int) and length >= LARGE
        return bool(is_large and (not self.packed or one.get("/Filter") in _KEPT_PACKINGS))

    def _marker(self, source: pikepdf.Pdf, picture: pikepdf.Stream) -> pikepdf.Stream:
        marker = source.make_stream(b"")
        for key in picture.keys():  # noqa: SIM118  (a stream is no mapping)
            if key != "/Length":
                marker[key] = picture[key]
        self.kept.append(picture)
        return marker

    def follow(self, pdf: pikepdf.Pdf, markers: list[pikepdf.Stream]) -> None:
        """Keep hold of the copies of markers whose pages were copied into `pdf`."""
        self.markers += [pdf.copy_foreign(marker) for marker in markers]

    def mark(self, token: str) -> None:
        """Number the markers. `token`: letters and digits that no file can hold, such as a part of a hash of all."""
        self.token = token.encode("ascii")
        for number, marker in enumerate(self.markers):
            how, more = marker.get("/Filter"), marker.get("/DecodeParms")
            marker.write(self.token + b"%010d" % number, filter=how, decode_parms=more, type_check=False)

    def write(self, markers: Path, out: BinaryIO) -> None:
        """Copy a PDF with a plain cross-reference table, putting each picture in the place of its marker."""
        with markers.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            self._write(data, out)

    def _write(self, data: mmap.mmap, out: BinaryIO) -> None:
        start = data.rfind(b"startxref\n")
        table = int(data[start + len(b"startxref\n") : data.find(b"\n%%EOF", start)])
        places, grown = [], []
        at = 0
        for start, end, new in self._changes(data, table):
            _copy(data, at, start, out)
            out.write(new)
            places.append(start)
            grown.append(len(new) - (end - start))
            at = end
        _copy(data, at, table, out)
        shifts = [0, *accumulate(grown)]
        out.write(_moved_table(data[table:], table, places, shifts))

    def _changes(self, data: mmap.mmap, end: int) -> Iterator[tuple[int, int, bytes]]:
        """Yield start, end and new bytes of what changes: the length of each picture, and the picture."""
        for found in re.finditer(rb"stream\n" + self.token + rb"(\d{10})", data):
            if found.end() > end:
                return
            picture = self.kept[int(found[1])].read_raw_bytes()
            length = data.rfind(b"/Length ", 0, found.start()) + len(b"/Length ")
            digits = re.compile(rb"\d+").match(data, length)
            assert digits is not None
            yield digits.start(), digits.end(), b"%d" % len(picture)
            yield found.start() + len(b"stream\n"), found.end(), bytes(picture)


def _copy(data: mmap.mmap, start: int, end: int, out: BinaryIO) -> None:
    """Copy a part, and let go of the memory of what was read: it counts as ours."""
    for at in range(start, end, _PIECE):
        out.write(data[at : min(end, at + _PIECE)])
    if hasattr(mmap, "MADV_DONTNEED") and (done := start // _PIECE * _PIECE):
        data.madvise(mmap.MADV_DONTNEED, 0, done)


def _moved_table(data: bytes, place: int, places: list[int], shifts: list[int]) -> bytes:
    """Return the cross-reference table, which stood at `place`, and what follows it, with every object at its new
    place."""
    head = data.index(b"\n", len(b"xref\n")) + 1
    count = int(data[:head].split()[-1])
    body = head + count * _ENTRY
    rows = []
    for n in range(head, body, _ENTRY):
        row = data[n : n + _ENTRY]
        if row[17:18] == b"n":
            offset = int(row[:10])
            row = b"%010d" % (offset + shifts[bisect_left(places, offset)]) + row[10:]
        rows.append(row)
    tail = data[body : data.rindex(b"startxref\n")]
    return data[:head] + b"".join(rows) + tail + b"startxref\n%d\n%%%%EOF\n" % (place + shifts[-1])
