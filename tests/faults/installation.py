"""The real program in a process of its own, with a look behind the scenes: its processes, rows and stored files."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import fasteners
import psutil
import psycopg

from tests.faults.browser import Browser
from tests.patience import PATIENCE, until
from tests.platform.up import ROOT, free_port, processes_of, running, server_of, wait_until_it_answers

PASSPHRASE = "seven otters cross a quiet river"


@dataclass(frozen=True)
class Parent:
    """A person with an account and a case, signed in. `case` is the case's path."""

    browser: Browser
    email: str
    case: str

    @property
    def case_id(self) -> str:
        return self.case.rsplit("/", 1)[-1]


class Installation:
    """One data folder, and the program that works in it. `start()` it, kill it in any way, and start it again."""

    def __init__(self, folder: Path, **environ: str) -> None:
        self.folder, self.environ = folder, environ
        self.port = free_port()
        self.process: subprocess.Popen[str]
        self._running: AbstractContextManager[subprocess.Popen[str]] | None = None

    def start(self) -> float:
        """Start the program, unless it runs, and return how many seconds the first page took."""
        if self._running is not None and self.process.poll() is None:
            return 0.0
        self._running = running(self.folder, self.port, **self.environ)
        self.process = self._running.__enter__()
        took = wait_until_it_answers(self.process, self.port)
        threading.Thread(target=self._listen, args=(self.process,), daemon=True).start()
        return took

    def stop(self) -> None:
        if self._running is not None:
            self._running.__exit__(None, None, None)
            self._running = None

    @staticmethod
    def _listen(process: subprocess.Popen[str]) -> None:
        """Read what the program says, as a terminal would: a full pipe would stop it."""
        assert process.stdout is not None
        for _line in process.stdout:
            pass

    def run(self, *command: str) -> str:
        """Run `python -m casemgr COMMAND` on this data folder, and return what it said."""
        environ = os.environ | {"CASEMGR_DATA": str(self.folder)} | self.environ
        done = subprocess.run(
            [sys.executable, "-m", "casemgr", *command],
            cwd=ROOT,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout

    def newcomer(self) -> Parent:
        """Make an account, start a case in its three steps, and log a call, as a person does."""
        browser, email = self._sign_up()
        student = {"name": "Juniper Example", "born_on": "2016-05-04", "school": "Larch Street School"}
        where = {"district": "Fernhollow Public Schools", "state": "MA", "plan": "iep"}
        assert browser.fill_in("/cases/new", **student, **where).path == "/cases/new/people"
        assert browser.fill_in("/cases/new/people").path == "/cases/new/concern"
        case = browser.fill_in("/cases/new/concern", concern="Reading has stood still.")
        assert case.status == 200 and case.path.startswith("/cases/"), case.text
        first = browser.fill_in(f"{case.path}/evidence/new", kind="call", title="The first call")
        assert first.status == 200 and first.path == f"{case.path}/evidence", first.text
        return Parent(browser, email, case.path)

    def visitor_of_the_sample(self) -> Parent:
        """Make an account and open the sample case: a complaint is begun there, and its papers wait to be drawn."""
        browser, email = self._sign_up()
        case = browser.post("/cases/sample", browser.get("/").form("/cases/sample"))
        assert case.status == 200 and case.path.startswith("/cases/"), case.text
        return Parent(browser, email, case.path)

    def colleague(self, parent: Parent) -> Browser:
        """Make an account for somebody who then works in the workspace of `parent` too."""
        browser, email = self._sign_up()
        added = parent.browser.fill_in("/organization/members/add", email=email, role="advocate")
        assert added.status == 200 and added.path == "/organization/members", added.text
        return browser

    def _sign_up(self) -> tuple[Browser, str]:
        browser, email = Browser(self.port), f"{uuid4().hex[:12]}@example.org"
        told = {"name": "Pat Example", "email": email, "passphrase": PASSPHRASE, "persona": "parent", "state": "MA"}
        home = browser.fill_in("/sign-up", **told)
        assert home.status == 200 and home.path == "/", home.text
        return browser, email

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Read the database as its administrator, past every wall."""
        password = json.loads((self.folder / "postgres.json").read_text())["postgres"]
        lines = (self.folder / "postgres" / "postmaster.pid").read_text().splitlines()
        with psycopg.connect(
            host=lines[4], port=lines[3], user="postgres", password=password, dbname="casemgr"
        ) as connection:
            return connection.execute(query, values).fetchall()  # type: ignore[arg-type]

    def wait_until_quiet(self) -> None:
        """Wait until no background job is left."""
        open_jobs = "SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')"
        until(lambda: self.rows(open_jobs)[0][0] == 0, "the background jobs")

    def objects(self, sha256: str = "*") -> list[Path]:
        return list((self.folder / "objects" / "org").glob(f"*/*/{sha256}"))

    def arriving(self) -> list[Path]:
        """Bytes that have not become an object."""
        return list((self.folder / "objects" / "incoming").glob("*"))

    def worker(self) -> psutil.Process:
        """The running worker process; waits for the one that follows a worker that ended."""

        def look() -> psutil.Process | None:
            found = (process for process in processes_of(self.folder) if "worker" in (process.info["cmdline"] or []))
            return next(found, None)

        return until(look, "the worker")

    def child_of_worker(self, name: str) -> psutil.Process | None:
        """A program that the worker, or a child of it, is running now: `name` stands in its first argument."""
        with suppress(psutil.NoSuchProcess):
            for child in self.worker().children(recursive=True):
                with suppress(psutil.NoSuchProcess):
                    if child.status() != psutil.STATUS_ZOMBIE and name in " ".join(child.cmdline()[:1]):
                        return child
        return None

    def postmaster(self) -> int | None:
        """The process id of the database server, if one is running."""
        return server_of(self.folder)

    @contextmanager
    def database_may_not_start(self) -> Iterator[None]:
        """Keep the database from being started again, so that an outage lasts as long as a test looks at it."""
        with fasteners.InterProcessLock(str(self.folder / "postgres.starting")):
            yield
