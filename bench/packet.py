"""Packet assembly, as whole processes, beside a bare qpdf concatenation and beside pypdf, in one run.

    python -m bench.packet [--case text|mixed|scan|large|pypdf ...] [--rounds 5]

Makes its own inputs, alternates the programs and takes the best time of each: on a busy machine that is the run that
was disturbed least. Prints ratios of wall times and the peak memory (of the process and all that it starts, added up);
ends with status 1 when a promise is broken. Needs `qpdf` on the path.
"""

from __future__ import annotations

import argparse
import io
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType


@dataclass(frozen=True)
class Case:
    """One measurement and its promises; 0: none."""

    exhibits: int
    pages: int
    kind: str
    most_ratio: float = 0
    most_memory: float = 0
    yardstick: str = "qpdf"
    rounds: int = 5


CASES = {
    "text": Case(40, 25, "text", most_ratio=2, most_memory=120),
    "pypdf": Case(40, 25, "text", most_ratio=0.25, yardstick="pypdf", rounds=3),
    "mixed": Case(40, 25, "mixed"),
    "scan": Case(40, 25, "scan", most_memory=400, rounds=2),
    "large": Case(400, 25, "mixed", most_memory=300, rounds=1),
}
GROWTH = 1.3  # ten times the pages may take so much more than ten times the time


def make_inputs(folder: Path, exhibits: int, pages: int, kind: str) -> None:
    """Write the exhibits: pages of text, scans, or (mixed) one file in four a scan."""
    for n in range(exhibits):
        path = folder / f"exhibit-{n:03d}.pdf"
        if kind == "scan" or (kind == "mixed" and n % 4 == 0):
            make_scan(path, n, pages)
        else:
            make_text(path, n, pages)


def make_text(path: Path, n: int, pages: int) -> None:
    """Write pages of 44 lines with a small picture, compressed as office programs do it."""
    from PIL import Image
    from reportlab import rl_config
    from reportlab.lib.utils import ImageReader
    from reportlab.pdfgen.canvas import Canvas

    rl_config.useA85 = 0  # plain Flate: the text wrapping of reportlab's default would slow down qpdf
    chance = random.Random(n)
    words = ["the", "Team", "met", "and", "said", "sessions", "were", "missed", "in", "March"]
    picture = ImageReader(Image.effect_noise((120, 80), 60 + n).convert("RGB"))
    canvas = Canvas(str(path), pagesize=(612, 792), invariant=1, pageCompression=1)
    for page in range(pages):
        canvas.setFont("Times-Roman", 11)
        for line in range(44):
            canvas.drawString(72, 720 - 14 * line, " ".join(chance.choices(words, k=13)))
        canvas.drawString(72, 60, f"file {n} page {page + 1}")
        canvas.drawImage(picture, 440, 700, 100, 66)
        canvas.showPage()
    canvas.save()


def make_scan(path: Path, n: int, pages: int) -> None:
    """Write pages that are one grey JPEG of about 225 KB each, at 150 dots an inch: typed lines on grainy paper. The
    same picture, stored anew for each page."""
    import pikepdf
    from PIL import Image, ImageChops, ImageDraw

    jpeg = io.BytesIO()
    size = (1275, 1650)
    paper = Image.new("L", size, 255)
    draw = ImageDraw.Draw(paper)
    for line in range(48):
        draw.text(
            (150, 150 + 28 * line), f"Line {line} of scan {n}: the Team met and sessions were missed " * 2, fill=30
        )
    grain = Image.effect_noise(size, 12).point(lambda value: max(0, 128 - value) // 2)
    ImageChops.subtract(paper, grain).save(jpeg, "JPEG", quality=58)
    with pikepdf.new() as pdf:
        for _ in range(pages):
            page = pdf.add_blank_page(page_size=(612, 792))
            picture = pdf.make_stream(
                jpeg.getvalue(),
                Type=pikepdf.Name.XObject,
                Subtype=pikepdf.Name.Image,
                Width=size[0],
                Height=size[1],
                ColorSpace=pikepdf.Name.DeviceGray,
                BitsPerComponent=8,
                Filter=pikepdf.Name.DCTDecode,
            )
            page.obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Scan=picture))
            page.obj.Contents = pdf.make_stream(b"q 612 0 0 792 0 0 cm /Scan Do Q")
        pdf.save(path)


def build(folder: Path) -> None:
    """Make the packet of all files in `folder` (this runs in the measured process).

    Measured is the packet maker alone: `casemgr/__init__.py` would load the web application beside it.
    """
    alone = ModuleType("casemgr")
    alone.__path__ = [str(Path(__file__).parents[1] / "casemgr")]
    sys.modules.setdefault("casemgr", alone)
    from casemgr.pdf.assemble import build_packet
    from casemgr.pdf.model import Bates, ChronologyRow, Exhibit, ExhibitKind, Packet

    files = sorted(folder.glob("exhibit-*.pdf"))
    packet = Packet(
        title="Hearing exhibits of the parent",
        student="Juniper Q. Samplewood",
        forum="Bureau of Special Education Appeals",
        made_at=datetime(2026, 11, 20, tzinfo=UTC),
        program_version="bench",
        chronology=tuple(
            ChronologyRow(f"March {n % 28 + 1}, 2026", f"Event number {n} took place.", "Log", f"P-{n}")
            for n in range(1, len(files) + 1)
        ),
        exhibits=tuple(
            Exhibit(f"P-{n}", f"Paper number {n}", ExhibitKind.PDF, path, "2026", "", path.name)
            for n, path in enumerate(files, 1)
        ),
        bates=Bates("B", 1, 6),
    )
    build_packet(packet, folder / "packet.pdf")


def build_pypdf(folder: Path) -> None:
    """The same binder as one would write it with pypdf: our own pages and one stamp a page drawn by reportlab, pages
    appended with their stamp laid over them, bookmarks, page labels, the manifest attached."""
    import hashlib
    import json

    from pypdf import PageObject, PdfReader, PdfWriter
    from reportlab.pdfgen.canvas import Canvas

    files = sorted(folder.glob("exhibit-*.pdf"))
    readers = [PdfReader(path) for path in files]
    count = sum(len(reader.pages) for reader in readers)
    own, stamps = io.BytesIO(), io.BytesIO()
    canvas = Canvas(own, pagesize=(612, 792), pageCompression=1)
    for title in ("Hearing exhibits of the parent", "Chronology", "Exhibit index"):
        canvas.drawString(72, 720, title)
        for n, path in enumerate(files):
            canvas.drawString(72, 700 - 15 * (n % 42), f"P-{n + 1}  Paper number {n + 1}  {path.name}")
        canvas.showPage()
    for n, path in enumerate(files, 1):
        canvas.drawString(250, 500, f"EXHIBIT P-{n}")
        canvas.drawString(72, 100, hashlib.sha256(path.read_bytes()).hexdigest())
        canvas.showPage()
    canvas.save()
    canvas = Canvas(stamps, pagesize=(612, 792), pageCompression=1)
    for n in range(count):
        canvas.setFont("Helvetica-Bold", 9)
        canvas.drawRightString(590, 18, f"B{n + 1:06d}")
        canvas.showPage()
    canvas.save()
    writer, front, marks = PdfWriter(), PdfReader(own), iter(PdfReader(stamps).pages)
    for page in front.pages[:3]:
        writer.add_page(page)
    for n, (reader, slip) in enumerate(zip(readers, front.pages[3:], strict=True), 1):
        writer.add_page(slip)
        writer.add_outline_item(f"P-{n}", len(writer.pages) - 1)
        for page in reader.pages:
            added: PageObject = writer.add_page(page)
            added.merge_page(next(marks))
    writer.set_page_label(3, len(writer.pages) - 1, style="/D", prefix="B", start=1)
    writer.add_attachment("manifest.json", json.dumps([path.name for path in files]).encode())
    writer.write(folder / "pypdf.pdf")


def measure(command: list[str]) -> tuple[float, float]:
    """Run a program to its end; return wall seconds, and peak resident megabytes of it and its children together."""
    import psutil

    start = time.perf_counter()
    child = subprocess.Popen(command, env={**os.environ, "PYTHONDONTWRITEBYTECODE": ""})
    watched, most, over = psutil.Process(child.pid), 0, threading.Event()

    def watch() -> None:
        nonlocal most
        while not over.wait(0.02):
            total = 0
            for process in (watched, *_children(watched)):
                try:
                    total += process.memory_info().rss
                except psutil.Error:
                    continue
            most = max(most, total)

    watcher = threading.Thread(target=watch)
    watcher.start()
    status = child.wait()
    seconds = time.perf_counter() - start
    over.set()
    watcher.join()
    if status:
        raise SystemExit(f"{command[0]} ended with status {status}")
    return seconds, most / 1e6


def _children(process: object) -> list:
    import psutil

    try:
        return process.children(recursive=True)  # type: ignore[attr-defined]
    except psutil.Error:
        return []


def compare(folder: Path, name: str, case: Case) -> tuple[bool, float]:
    """Measure both programs, print the figures; return whether the promises hold, and our best time."""
    make_inputs(folder, case.exhibits, case.pages, case.kind)
    files = sorted(folder.glob("exhibit-*.pdf"))
    this = [sys.executable, "-m", "bench.packet"]
    yardstick = {
        "qpdf": ["qpdf", "--empty", "--pages", *map(str, files), "--", str(folder / "bare.pdf")],
        "pypdf": [*this, "--build-pypdf", str(folder)],
    }[case.yardstick]
    runs = [(measure(yardstick), measure([*this, "--build", str(folder)])) for _ in range(case.rounds)]
    other, other_memory = min(run[0][0] for run in runs), max(run[0][1] for run in runs)
    ours, memory = min(run[1][0] for run in runs), max(run[1][1] for run in runs)
    ratio = ours / other
    size = (folder / "packet.pdf").stat().st_size / 1e6
    print(f"{name}: {case.exhibits} exhibits x {case.pages} pages ({case.kind}), {size:.1f} MB, best of {case.rounds}")
    print(f"  {case.yardstick:8}{other:6.2f} s  {other_memory:6.0f} MB")
    print(f"  casemgr {ours:6.2f} s  {memory:6.0f} MB")
    ratio_promise = f"(promised: at most {case.most_ratio:g})" if case.most_ratio else ""
    memory_promise = f"memory promised: under {case.most_memory:g} MB" if case.most_memory else ""
    print(f"  ratio   {ratio:6.2f} {ratio_promise} {memory_promise}".rstrip(), flush=True)
    kept = (not case.most_ratio or ratio <= case.most_ratio) and (not case.most_memory or memory <= case.most_memory)
    return kept, ours


def main() -> int:
    """Read the command line; `--build` is the measured process itself."""
    parser = argparse.ArgumentParser(description="Packet assembly beside qpdf and pypdf")
    parser.add_argument("--case", action="append", choices=tuple(CASES))
    parser.add_argument("--build", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--build-pypdf", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.build:
        build(asked.build)
        return 0
    if asked.build_pypdf:
        build_pypdf(asked.build_pypdf)
        return 0
    kept, seconds = True, {}
    for name in asked.case or CASES:
        with tempfile.TemporaryDirectory(prefix="bench-packet-") as folder:
            well, seconds[name] = compare(Path(folder), name, CASES[name])
            kept = kept and well
    if {"mixed", "large"} <= seconds.keys():
        growth = seconds["large"] / seconds["mixed"] / 10
        print(f"ten times the pages took {10 * growth:.1f} times the time (promised: at most {10 * GROWTH:g})")
        kept = kept and growth <= GROWTH
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
