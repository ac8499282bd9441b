"""Large pictures go from their files into the packet without ever being held in memory together.

pikepdf copies each stream into memory when a page changes its document; a thousand scans would be a quarter of a
gigabyte. So a picture is put aside, a marker takes its place, and when the packet is written the markers are replaced.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate
from pathlib import Path
from typing import BinaryIO

import pikepdf
from pikepdf import Dictionary, Name

LARGE = 16_000  # bytes of a picture that is put aside
_ENTRY = 20  # bytes of a line of the cross-reference table


class Shelf:
    """The pictures put aside, in order. `token`: letters and digits that no file can hold, such as a part of a hash of
    all files."""

    def __init__(self, token: str) -> None:
        """Begin empty."""
        self.token = token.encode("ascii")
        self.kept: list[pikepdf.Stream] = []

    def put_aside(self, source: pikepdf.Pdf) -> None:
        """Replace the large pictures of a source's pages by markers; the source stays open until all is written."""
        markers: dict[tuple[int, int], pikepdf.Stream] = {}
        for page in source.pages:
            resources = page.obj.get("/Resources")
            held = resources.get("/XObject") if isinstance(resources, Dictionary) else None
            if isinstance(held, Dictionary):
                for key, one in list(held.items()):
                    if isinstance(one, pikepdf.Stream) and _is_large_picture(one):
                        if one.objgen not in markers:
                            markers[one.objgen] = self._marker(source, one)
                        held[key] = markers[one.objgen]

    def _marker(self, source: pikepdf.Pdf, picture: pikepdf.Stream) -> pikepdf.Stream:
        marker = source.make_stream(self.token + b"%010d" % len(self.kept))
        for key in picture.keys():  # noqa: SIM118  (a stream is no mapping)
            if key != "/Length":
                marker[key] = picture[key]
        self.kept.append(picture)
        return marker

    def write(self, markers: Path, out: BinaryIO) -> None:
        """Copy a PDF with a plain cross-reference table, putting each picture in the place of its marker."""
        data = markers.read_bytes()
        table = data.rindex(b"startxref\n")
        table = int(data[table + 10 : data.index(b"\n", table + 10)])
        places, grown = [], []
        at = 0
        for start, end, new in self._changes(data, table):
            out.write(data[at:start])
            out.write(new)
            places.append(start)
            grown.append(len(new) - (end - start))
            at = end
        out.write(data[at:table])
        shifts = [0, *accumulate(grown)]
        out.write(_moved_table(data, table, places, shifts))

    def _changes(self, data: bytes, end: int) -> Iterator[tuple[int, int, bytes]]:
        """Yield start, end and new bytes of what changes: the length of each picture, and the picture."""
        for found in re.finditer(rb"stream\n" + self.token + rb"(\d{10})", data):
            if found.end() > end:
                return
            picture = self.kept[int(found[1])].read_raw_bytes()
            length = data.rindex(b"/Length ", 0, found.start()) + len(b"/Length ")
            digits = re.compile(rb"\d+").match(data, length)
            assert digits is not None
            yield digits.start(), digits.end(), b"%d" % len(picture)
            yield found.start() + len(b"stream\n"), found.end(), bytes(picture)


def _is_large_picture(one: pikepdf.Stream) -> bool:
    length = one.get("/Length")
    return bool(one.get("/Subtype") == Name.Image and isinstance(length, int) and length >= LARGE)


def _moved_table(data: bytes, table: int, places: list[int], shifts: list[int]) -> bytes:
    """Return the cross-reference table and what follows it, with every object at its new place."""
    head = data.index(b"\n", table + len(b"xref\n")) + 1
    count = int(data[table:head].split()[-1])
    body = head + count * _ENTRY
    rows = []
    for n in range(head, body, _ENTRY):
        row = data[n : n + _ENTRY]
        if row[17:18] == b"n":
            offset = int(row[:10])
            row = b"%010d" % (offset + shifts[bisect_left(places, offset)]) + row[10:]
        rows.append(row)
    tail = data[body : data.rindex(b"startxref\n")]
    return data[table:head] + b"".join(rows) + tail + b"startxref\n%d\n%%%%EOF\n" % (table + shifts[-1])
