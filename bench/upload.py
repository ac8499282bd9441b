"""Upload of a large file through the real web server, against `cp` and `sha256sum` of the same file, in one run.

    python -m bench.upload [--megabytes 2048] [--rounds 2]

The server is a process of its own, with the embedded database and all of the program; the client sends the
file in pieces (tus) over a loopback connection, as our script in a browser does.
Both are run in turn with fresh bytes each time, and the best
time of each counts: on a busy machine that is the run that was disturbed least. Prints the ratio of speeds and
how much the server's resident memory grew while it received; ends with status 1 when a limit is broken.
"""

from __future__ import annotations

import argparse
import atexit
import base64
import http.client
import json
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from uuid import UUID

import psutil

import config
from casemgr import create_app
from casemgr.platform import database, launcher
from tests.world import World

MIN_SPEED = 0.5  # of cp + sha256sum
MAX_GROWTH = 50  # MB, resident, of the web process
MIB = 1024 * 1024
PIECE = 64 * MIB  # what our script comes to on a quick line


def load(folder: Path, port: int = 0) -> config.Settings:
    return config.load({"CASEMGR_DATA": str(folder), "PORT": str(port), "CASEMGR_LOG_FILE": str(folder / "log")})


def serve(folder: Path) -> None:
    """Be the web server (this runs in the measured process): print the port, serve until killed."""
    settings = load(folder)
    server = launcher.web_server(create_app(settings, database.application_url(settings)), settings)
    print(server.bind_addr[1], flush=True)
    server.serve()


@contextmanager
def server_process(folder: Path) -> Iterator[tuple[psutil.Process, int]]:
    command = [sys.executable, "-m", "bench.upload", "--serve", str(folder)]
    child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        yield psutil.Process(child.pid), int(child.stdout.readline())
    finally:
        child.kill()
        child.wait()


class Client:
    """One signed-in person with a connection of their own."""

    def __init__(self, port: int, cookie: str, case_id: UUID) -> None:
        self.papers = f"/cases/{case_id}/papers"
        self.connection = http.client.HTTPConnection("127.0.0.1", port, blocksize=MIB)
        self.connection.request("GET", self.papers, headers={"Cookie": cookie})
        answer = self.connection.getresponse()
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', answer.read().decode())[1]
        renewed = (answer.getheader("Set-Cookie") or cookie).split(";")[0]
        self.headers = {"Cookie": renewed, "Accept": "application/json", "X-CSRFToken": token, "Tus-Resumable": "1.0.0"}

    def upload(self, path: Path) -> None:
        self.connection.close()  # the server closed it if copying took long; it opens again by itself
        size = path.stat().st_size
        name, shared = (base64.b64encode(text.encode()).decode() for text in (path.name, "shared"))
        about = {"Upload-Length": str(size), "Upload-Metadata": f"filename {name},field-visibility {shared}"}
        url = self.ask("POST", f"{self.papers}/uploads", about).getheader("Location")
        with path.open("rb") as body:
            for start in range(0, size, PIECE):
                piece = {"Upload-Offset": str(start), "Content-Length": str(min(PIECE, size - start))}
                self.ask("PATCH", url, piece | {"Content-Type": "application/offset+octet-stream"}, Window(body, PIECE))
        told = json.loads(self.ask("GET", url).read())
        assert told["state"] == "done" and told["ok"] and not told["duplicate"], told

    def ask(
        self, method: str, url: str, headers: dict[str, str] | None = None, body: Window | bytes = b""
    ) -> http.client.HTTPResponse:
        self.connection.request(method, url, body=body, headers=self.headers | (headers or {}))
        answer = self.connection.getresponse()
        assert answer.status < 300, (answer.status, answer.read())
        if method != "GET":
            answer.read()
        return answer


class Window:
    """The next `length` bytes of a file, as `http.client` reads them."""

    def __init__(self, file: IO[bytes], length: int) -> None:
        self.file, self.left = file, length

    def read(self, size: int = -1) -> bytes:
        piece = self.file.read(self.left if size < 0 else min(size, self.left))
        self.left -= len(piece)
        return piece


class MemoryWatch(threading.Thread):
    """Samples the resident memory of a process; `grown` is the most that it gained, in MB."""

    def __init__(self, process: psutil.Process) -> None:
        super().__init__(daemon=True)
        self.process, self.before, self.most = process, process.memory_info().rss, 0
        self.done = threading.Event()

    def run(self) -> None:
        while not self.done.wait(0.01):
            self.most = max(self.most, self.process.memory_info().rss)

    @property
    def grown(self) -> float:
        return (self.most - self.before) / 1e6


def make_file(path: Path, megabytes: int) -> None:
    with path.open("wb") as file:
        file.write(b"%PDF-1.7\n1 0 obj\n")
        for _ in range(megabytes):
            file.write(os.urandom(MIB))


def make_fresh(path: Path, round_number: int) -> None:
    """Change a few bytes, so that no round meets the bytes of an earlier one; then let the disk settle."""
    with path.open("r+b") as file:
        file.seek(100)
        file.write(b"%08d" % round_number)
    os.sync()


def copy_and_hash(path: Path, to: Path) -> float:
    start = time.perf_counter()
    subprocess.run(["cp", str(path), str(to)], check=True)
    subprocess.run(["sha256sum", str(to)], check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def timed_upload(client: Client, path: Path) -> float:
    start = time.perf_counter()
    client.upload(path)
    return time.perf_counter() - start


def compare(folder: Path, megabytes: int, rounds: int) -> bool:
    """Measure both, print the figures and return whether the limits hold."""
    settings = load(folder / "data")
    url = database.application_url(settings)
    database.migrate(database.owner_url(settings), database.role_of(url))
    app = create_app(settings, url)
    world = World(app)
    actor = world.person()
    case_id = world.case(actor)
    browser = app.test_client()
    with browser.session_transaction() as session:
        session.update({"_user_id": f"{actor.user_id}.1", "_fresh": True, "org_id": str(actor.org_id)})
        session.update(actor.session_marks())
    kept = browser.get_cookie("casemgr_session")
    file, small = folder / "large.pdf", folder / "small.pdf"
    make_file(file, megabytes)
    make_file(small, 1)
    with server_process(folder / "data") as (process, port):
        client = Client(port, f"{kept.key}={kept.value}", case_id)
        client.upload(small)  # everything is loaded; what grows from here on is the upload
        watch = MemoryWatch(process)
        watch.start()
        times = []
        for round_number in range(rounds):
            make_fresh(file, round_number)
            times.append((copy_and_hash(file, folder / "copy"), timed_upload(client, file)))
        watch.done.set()
        watch.join()
    embedded = database._embedded(settings.data_dir)
    embedded.leave()  # before the folder goes, not at exit
    atexit.unregister(embedded.leave)
    bare, ours = (min(run[which] for run in times) for which in (0, 1))
    print(f"upload of {megabytes} MB, best of {rounds}")
    print(f"  cp + sha256sum {bare:6.2f} s  {megabytes / bare:6.0f} MB/s")
    print(f"  casemgr        {ours:6.2f} s  {megabytes / ours:6.0f} MB/s")
    print(f"  speed ratio    {bare / ours:6.2f}    (at least {MIN_SPEED})")
    print(f"  memory growth  {watch.grown:6.0f} MB (less than {MAX_GROWTH} MB; {watch.before / 1e6:.0f} MB before)")
    return bare / ours >= MIN_SPEED and watch.grown < MAX_GROWTH


def main() -> int:
    parser = argparse.ArgumentParser(description="Upload against cp and sha256sum")
    parser.add_argument("--megabytes", type=int, default=2048)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--serve", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve:
        serve(asked.serve)
        return 0
    with tempfile.TemporaryDirectory(prefix="bench-upload-") as folder:
        return 0 if compare(Path(folder), asked.megabytes, asked.rounds) else 1


if __name__ == "__main__":
    sys.exit(main())
