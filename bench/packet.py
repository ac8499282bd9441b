"""Packet assembly against a bare qpdf concatenation of the same files, in one run, as whole processes.

    python -m bench.packet [--exhibits 40] [--pages 25] [--rounds 5] [--kind mixed]

Makes its own inputs (by default one file in four is a scan, as in a real case file), then alternates
both programs and takes the best time of each: on a busy machine that is the run that was disturbed least.
Prints the ratio of wall times and the peak memory; ends with status 1 when a limit is broken. Needs `qpdf`
on the path.
"""

import argparse
import io
import os
import random
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

MAX_RATIO = 2.5  # wall time against qpdf
MAX_MEMORY = 200  # MB, peak resident


def make_inputs(folder: Path, exhibits: int, pages: int, kind: str) -> None:
    """Write the exhibits: pages of text, scans (a JPEG of about 200 KB a page), or one scan in four."""
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
    """Write pages that are one grey JPEG each; the same picture, stored anew for each page."""
    import pikepdf
    from PIL import Image

    jpeg = io.BytesIO()
    Image.effect_noise((850, 1100), 20 + n).save(jpeg, "JPEG", quality=60)
    with pikepdf.new() as pdf:
        for _ in range(pages):
            page = pdf.add_blank_page(page_size=(612, 792))
            picture = pdf.make_stream(
                jpeg.getvalue(),
                Type=pikepdf.Name.XObject,
                Subtype=pikepdf.Name.Image,
                Width=850,
                Height=1100,
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


def measure(command: list[str]) -> tuple[float, float]:
    """Run a program to its end; return wall seconds and peak resident megabytes."""
    start = time.perf_counter()
    child = subprocess.Popen(command, env={**os.environ, "PYTHONDONTWRITEBYTECODE": ""})
    _, status, usage = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{command[0]} ended with status {child.returncode}")
    unit = 1 if sys.platform == "darwin" else 1024
    return seconds, usage.ru_maxrss * unit / 1e6


def compare(folder: Path, exhibits: int, pages: int, rounds: int, kind: str) -> bool:
    """Measure both programs, print the figures and return whether the limits hold."""
    make_inputs(folder, exhibits, pages, kind)
    files = sorted(folder.glob("exhibit-*.pdf"))
    bare = ["qpdf", "--empty", "--pages", *map(str, files), "--", str(folder / "bare.pdf")]
    ours = [sys.executable, "-m", "bench.packet", "--build", str(folder)]
    runs = [(measure(bare), measure(ours)) for _ in range(rounds)]
    qpdf, qpdf_memory = min(run[0] for run in runs), max(run[0][1] for run in runs)
    ours_best, memory = min(run[1] for run in runs), max(run[1][1] for run in runs)
    ratio = ours_best[0] / qpdf[0]
    size = (folder / "packet.pdf").stat().st_size / 1e6
    print(f"{kind}: packet of {exhibits} exhibits x {pages} pages, {size:.1f} MB, best of {rounds}")
    print(f"  qpdf    {qpdf[0]:6.2f} s  {qpdf_memory:6.0f} MB")
    print(f"  casemgr {ours_best[0]:6.2f} s  {memory:6.0f} MB")
    print(f"  ratio   {ratio:6.2f}    (limit {MAX_RATIO}; memory limit {MAX_MEMORY} MB)")
    return ratio <= MAX_RATIO and memory <= MAX_MEMORY


def main() -> int:
    """Read the command line; `--build` is the measured process itself."""
    parser = argparse.ArgumentParser(description="Packet assembly against bare qpdf")
    parser.add_argument("--exhibits", type=int, default=40)
    parser.add_argument("--pages", type=int, default=25)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--kind", choices=("text", "mixed", "scan"), default="mixed")
    parser.add_argument("--build", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.build:
        build(asked.build)
        return 0
    with tempfile.TemporaryDirectory(prefix="bench-packet-") as folder:
        return 0 if compare(Path(folder), asked.exhibits, asked.pages, asked.rounds, asked.kind) else 1


if __name__ == "__main__":
    sys.exit(main())
