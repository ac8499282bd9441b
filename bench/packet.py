"""Packet assembly beside a bare qpdf concatenation and beside pypdf, in one run.

    python -m bench.packet [--case text|pypdf|mixed|mixed-2500|mixed-5000|large|scan ...]

Makes its own inputs, alternates the programs and takes the best time of each: on a busy machine that is the run that
was disturbed least. Ours is measured twice: in a worker (`filings.building.build`, as every packet of the workspace is
made: a child forked from the template, from the order to the finished file) and as a whole process from nothing, start
of Python and libraries included. Memory is that of all processes at work, the template included and the worker that
asks for the packet not; what they share counts once where the system says so. It is taken in a round of its own: to ask
for it takes a processor, and slows a program of two processes. Ends with status 1 when a promise is broken. Needs
`qpdf` on the path.
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
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from casemgr.pdf.model import Packet


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


@dataclass(frozen=True)
class Run:
    """What one run took: seconds, seconds of processor time, megabytes; `inner`: seconds without the start of Python
    and libraries, where the program says so."""

    seconds: float
    processor: float
    memory: float
    inner: float = 0


CASES = {
    "text": Case(40, 25, "text", most_ratio=2, most_memory=120),
    "pypdf": Case(40, 25, "text", most_ratio=0.25, yardstick="pypdf", rounds=3),
    "scan": Case(40, 25, "scan", most_memory=400, rounds=2),
    "mixed": Case(40, 25, "mixed", rounds=2),
    "mixed-2500": Case(100, 25, "mixed", rounds=2),
    "mixed-5000": Case(200, 25, "mixed", rounds=2),
    "large": Case(400, 25, "mixed", most_memory=300, rounds=1),
}
GROWTH = 1.3  # a thousand pages of ten thousand may take so much more than a thousand alone


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


def alone() -> None:
    """Leave out `casemgr/__init__.py`, which would load the web application beside the packet maker."""
    package = ModuleType("casemgr")
    package.__path__ = [str(Path(__file__).parents[1] / "casemgr")]
    sys.modules.setdefault("casemgr", package)


def packet_of(folder: Path) -> Packet:
    """Return the order for a packet of all files in `folder`."""
    from casemgr.pdf.model import Bates, ChronologyRow, Exhibit, ExhibitKind, Packet

    files = sorted(folder.glob("exhibit-*.pdf"))
    return Packet(
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


def build(folder: Path) -> None:
    """Make the packet of all files in `folder`: this is the process from nothing."""
    alone()
    from casemgr.pdf.assemble import build_packet

    build_packet(packet_of(folder), folder / "packet.pdf")


def serve(folder: Path) -> None:
    """Make the packet as a worker does, once for each line read, and say how long it took; the first warms up."""
    alone()
    from casemgr.filings.building import build

    packet, made = packet_of(folder), folder / "made"
    made.mkdir(exist_ok=True)
    for _ in sys.stdin:
        start = time.perf_counter()
        build(packet, made, lambda *_: None)
        print(time.perf_counter() - start, flush=True)


def build_pikepdf(folder: Path) -> None:
    """The pages of all files one after the other, and nothing else: what any program on this library needs at least."""
    import pikepdf

    start = time.perf_counter()
    with pikepdf.new() as pdf:
        for path in sorted(folder.glob("exhibit-*.pdf")):
            with pikepdf.open(path) as source:
                pdf.pages.extend(source.pages)
        pdf.save(folder / "pikepdf.pdf", compress_streams=False)
    print(time.perf_counter() - start)


def build_pypdf(folder: Path) -> None:
    """The same binder as one would write it with pypdf: our own pages and one stamp a page drawn by reportlab, pages
    appended with their stamp laid over them, bookmarks, page labels, the manifest attached."""
    import hashlib
    import json

    from pypdf import PageObject, PdfReader, PdfWriter
    from reportlab.pdfgen.canvas import Canvas

    start = time.perf_counter()
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
    print(time.perf_counter() - start)


def watched(pid: int, work: Callable[[], Any], *, memory: bool) -> tuple[Any, float]:
    """Do the work; return its result, and (`memory`) the most megabytes that process `pid` and what it starts held
    meanwhile."""
    import psutil

    if not memory:
        return work(), 0.0

    process, most, over = psutil.Process(pid), 0.0, threading.Event()

    def watch() -> None:
        nonlocal most
        while not over.wait(0.02):
            try:
                held = sum(map(_memory, (process, *process.children(recursive=True))))
            except psutil.Error:
                continue
            most = max(most, held)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        return work(), most / 1e6
    finally:
        over.set()
        watcher.join()


def _memory(process: Any) -> int:
    import psutil

    try:
        held = process.memory_full_info()
        return int(getattr(held, "pss", 0) or held.rss)
    except psutil.AccessDenied:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def measure(command: list[str], *, memory: bool) -> Run:
    """Run a program from its start to its end."""
    start = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=_environment())
    assert child.stdout is not None
    said: list[str] = []

    def wait() -> tuple[int, Any]:
        said.append(child.stdout.read())  # type: ignore[union-attr]
        _, status, used = os.wait4(child.pid, 0)
        return status, used

    (status, used), most = watched(child.pid, wait, memory=memory)
    child.returncode = os.waitstatus_to_exitcode(status)
    if status:
        raise SystemExit(f"{command[0]} ended with status {child.returncode}")
    seconds = time.perf_counter() - start
    return Run(seconds, used.ru_utime + used.ru_stime, most, float(said[0].strip() or 0))


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}


class Worker:
    """A process that makes packets, with its template. Use as a context."""

    def __init__(self, folder: Path) -> None:
        """Start it, and have it make one packet to warm up."""
        pipe = subprocess.PIPE
        command = [sys.executable, "-m", "bench.packet", "--serve", str(folder)]
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, bufsize=1, env=_environment())
        self.run(memory=False)

    def run(self, *, memory: bool) -> Run:
        """Have one packet made."""
        process = self.process
        assert process.stdin is not None and process.stdout is not None

        def make() -> float:
            process.stdin.write("\n")  # type: ignore[union-attr]
            return float(process.stdout.readline())  # type: ignore[union-attr]

        before = self._processor()
        seconds, most = watched(self._at_work().pid, make, memory=memory)
        return Run(seconds, self._processor() - before, most)

    def _at_work(self) -> Any:
        """The template, whose children do the work; before there is one, and where there is none, the worker itself."""
        import psutil

        worker = psutil.Process(self.process.pid)
        return next(iter(worker.children()), worker)

    def _processor(self) -> float:
        used = self._at_work().cpu_times()
        return float(used.children_user + used.children_system)

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *_: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()


def compare(folder: Path, name: str, case: Case) -> tuple[bool, Run]:
    """Measure the programs in turn, print the figures; return whether the promises hold, and our run from nothing."""
    make_inputs(folder, case.exhibits, case.pages, case.kind)
    files = sorted(folder.glob("exhibit-*.pdf"))
    this = [sys.executable, "-m", "bench.packet"]
    programs: dict[str, Callable[..., Run]] = {}
    if case.yardstick == "qpdf":
        bare = ["qpdf", "--empty", "--pages", *map(str, files), "--", str(folder / "bare.pdf")]
        programs["qpdf"] = partial(measure, bare)
    else:
        programs["pypdf"] = partial(measure, [*this, "--build-pypdf", str(folder)])
        programs["pikepdf, pages alone"] = partial(measure, [*this, "--build-pikepdf", str(folder)])
    with Worker(folder) as worker:
        programs["casemgr, in a worker"] = worker.run
        programs["casemgr, from nothing"] = partial(measure, [*this, "--build", str(folder)])
        memory = {one: run(memory=True).memory for one, run in programs.items()}
        runs: dict[str, list[Run]] = {one: [] for one in programs}
        for _ in range(case.rounds):
            for one, run in programs.items():
                runs[one].append(run(memory=False))
    best = {one: _best(several, memory[one]) for one, several in runs.items()}
    size = (folder / "packet.pdf").stat().st_size / 1e6
    print(f"{name}: {case.exhibits} exhibits x {case.pages} pages ({case.kind}), {size:.1f} MB, best of {case.rounds}")
    beside = best[case.yardstick]
    for one, run in best.items():
        start = f" ({run.inner:.2f} s without its start)" if run.inner else ""
        others = run.inner or run.seconds if one.endswith("worker") and beside.inner else run.seconds
        ratio = others / (beside.inner if one.endswith("worker") and beside.inner else beside.seconds)
        used = f"{run.processor:.2f} s of processor time"
        print(f"  {one:22}{run.seconds:6.2f} s  {run.memory:5.0f} MB  x {ratio:.2f}  {used}{start}")
        if one.endswith("worker"):
            kept = (not case.most_ratio or ratio <= case.most_ratio) and (
                not case.most_memory or run.memory <= case.most_memory
            )
    ratio_promise = f"in a worker at most x {case.most_ratio:g}" if case.most_ratio else ""
    memory_promise = f"under {case.most_memory:g} MB" if case.most_memory else ""
    promises = ", ".join(filter(None, (ratio_promise, memory_promise)))
    if promises:
        print(f"  promised: {promises}: {'kept' if kept else 'NOT KEPT'}", flush=True)
    return kept, best["casemgr, from nothing"]


def _best(runs: list[Run], memory: float) -> Run:
    """The shortest times, with the memory."""
    return Run(
        min(run.seconds for run in runs),
        min(run.processor for run in runs),
        memory,
        min(run.inner for run in runs),
    )


def growth(runs: dict[str, Run]) -> bool:
    """Print what a thousand pages take in packets of several sizes; return whether that stays the same."""
    rows = [
        (CASES[name].exhibits * CASES[name].pages, run) for name, run in runs.items() if CASES[name].kind == "mixed"
    ]
    for pages, run in rows:
        by = pages / 1000
        print(
            f"{pages:6,} mixed pages: {run.seconds / by:.2f} s and {run.processor / by:.2f} s of processor time "
            f"per 1,000 pages"
        )
    if len(rows) < 2:
        return True
    (few, first), (many, last) = rows[0], rows[-1]
    grown = (last.processor / many) / (first.processor / few)
    print(
        f"a thousand pages of {many:,} take {grown:.2f} times what they take of {few:,} (promised: at most {GROWTH:g})"
    )
    return grown <= GROWTH


def main() -> int:
    """Read the command line; what is hidden are the measured processes themselves."""
    parser = argparse.ArgumentParser(description="Packet assembly beside qpdf and pypdf")
    parser.add_argument("--case", action="append", choices=tuple(CASES))
    hidden = {"--build": build, "--serve": serve, "--build-pypdf": build_pypdf, "--build-pikepdf": build_pikepdf}
    for option in hidden:
        parser.add_argument(option, type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    for option, program in hidden.items():
        if folder := getattr(asked, option[2:].replace("-", "_")):
            program(folder)
            return 0
    kept, runs = True, {}
    for name in asked.case or CASES:
        with tempfile.TemporaryDirectory(prefix="bench-packet-") as folder:
            well, runs[name] = compare(Path(folder), name, CASES[name])
            kept = kept and well
    return 0 if growth(runs) and kept else 1


if __name__ == "__main__":
    sys.exit(main())
