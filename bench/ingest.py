"""Taking in 500 mixed PDFs, from the bytes to pictures and text, against pdftotext and pdftoppm on the same files.

    python -m bench.ingest [--files 500]

Ours: hash, store, sniff, enter, and then a real worker process with two jobs at a time that draws each page, makes its
thumbnail and reads its text. Theirs: for each file `pdftotext`, then `pdftoppm` to pictures of the same size, two files
at a time. One after the other in one run. What follows with less priority (the text of scans, papers that are alike) is
waited for on neither side. Printed: pages per second of both and their ratio (promise: at least 0.5).
"""

from __future__ import annotations

import argparse
import atexit
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

from flask import Flask
from sqlalchemy import func, select

import config
from bench.packet import make_scan, make_text
from casemgr import create_app
from casemgr.cases.models import Case
from casemgr.documents import intake, services
from casemgr.documents.models import Document
from casemgr.documents.services import PaperDetails
from casemgr.extensions import db
from casemgr.platform import database
from casemgr.storage.readers.drawing import READING_SIDE
from tests.world import Actor, World

AT_ONCE = 2
LEAST = 0.5


def make_files(folder: Path, count: int) -> tuple[list[Path], int]:
    """Write the PDFs: one to eight pages each, one file in four a scan. Returns them and their pages in all."""
    files, pages = [], 0
    for number in range(count):
        path, length = folder / f"paper-{number:03d}.pdf", 1 + number * 7 % 8
        (make_scan if number % 4 == 0 else make_text)(path, number, length)
        files.append(path)
        pages += length
    return files, pages


def ours(app: Flask, files: list[Path], folder: str) -> float:
    """Return the seconds from the first byte to the last page. The worker is up before."""
    environ = os.environ | {"CASEMGR_DATA": folder, "CASEMGR_LOG_FILE": str(Path(folder) / "worker.log")}
    environ |= {"CASEMGR_TESSERACT": "off"}  # the text of scans is read afterwards, and not by the other side at all
    worker = subprocess.Popen([sys.executable, "-m", "casemgr", "worker"], env=environ)
    try:
        world = World(app)
        actor = world.person()
        case_id = world.case(actor)
        enter(world, actor, case_id, files[:1])
        wait(world, actor, 1)
        started = time.perf_counter()
        enter(world, actor, case_id, files[1:])
        wait(world, actor, len(files))
        return time.perf_counter() - started
    finally:
        worker.terminate()
        worker.wait()


def enter(world: World, actor: Actor, case_id: UUID, files: list[Path]) -> None:
    with world.scope(actor):
        case, user = db.session.get_one(Case, case_id), world.user(actor)
        for path in files:
            with path.open("rb") as body:
                taken = intake.take_in(case.org_id, body, path.name, size=None, max_bytes=1 << 30)
            services.receive(case, taken.stored, taken.file_type, taken.name, PaperDetails(), by=user)


def wait(world: World, actor: Actor, count: int) -> None:
    """Wait until so many papers are drawn. Raises AssertionError when one was not."""
    while True:
        with world.scope(actor):
            found = dict(
                db.session.execute(
                    select(Document.preview_state, func.count())
                    .where(Document.org_id == actor.org_id)
                    .group_by(Document.preview_state)
                ).all()
            )
        assert not found.get("failed"), f"{found['failed']} papers could not be drawn"
        if found.get("ready", 0) >= count:
            return
        time.sleep(0.2)


def theirs(files: list[Path], folder: Path) -> float:
    def read(path: Path) -> None:
        subprocess.run(["pdftotext", path, folder / f"{path.stem}.txt"], check=True)
        subprocess.run(["pdftoppm", "-jpeg", "-scale-to", str(READING_SIDE), path, folder / path.stem], check=True)

    started = time.perf_counter()
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(read, files))
    return time.perf_counter() - started


def main() -> int:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--files", type=int, default=500)
    count = arguments.parse_args().files
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as inputs:
        files, pages = make_files(Path(inputs), count)
        settings = config.load({"CASEMGR_DATA": folder, "CASEMGR_LOG_FILE": str(Path(folder) / "log")})
        url = database.application_url(settings)
        database.migrate(database.owner_url(settings), database.role_of(url))
        mine = pages / ours(create_app(settings, url), files, folder)
        server = database._embedded(settings.data_dir)
        atexit.unregister(server.leave)
        server.leave()
        other = pages / theirs(files, Path(inputs))
    print(
        f"{count} PDFs, {pages:,} pages: casemgr {mine:.1f} pages a second, pdftotext and pdftoppm {other:.1f}, "
        f"ratio {mine / other:.2f} (promise: at least {LEAST})"
    )
    return int(mine < LEAST * other)


if __name__ == "__main__":
    sys.exit(main())
