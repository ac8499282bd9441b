"""`up`: everything in one command, and nothing left behind.

The launcher holds the database, serves the web in this process and keeps one worker process alive.
"""

from __future__ import annotations

import contextlib
import gc
import logging
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import webbrowser
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import FrameType
from typing import Any

import psutil
from cheroot.wsgi import Server
from flask import Flask
from werkzeug.wsgi import ClosingIterator

import config
from casemgr.platform import database
from casemgr.platform.embedded import DatabaseUnavailable
from casemgr.storage import soffice
from casemgr.storage.errors import KeyFileRefused

log = logging.getLogger(__name__)
NEEDED_BYTES = 300 * config.MEGABYTE
PIECE = 64 * 1024
PARENT = "CASEMGR_PARENT"
SECONDS_TO_ANSWER = 5  # what is asked when the program is stopped
SECONDS_TO_NOTICE = 0.5  # for threads without a request: some hold a connection on which a browser asks nothing yet
MOST_PROBLEMS = 20  # of the packs of rules, told at the start


class CannotStart(Exception):
    """Something on this machine stops us. The text says what it is and what to do."""


def up(settings: config.Settings, *, open_browser: bool) -> None:
    """Start everything and serve until Ctrl-C or SIGTERM. Raises CannotStart."""
    check_machine(settings)
    settings = replace(settings, log_file=settings.log_file or settings.data_dir / "logs" / "web.log")
    try:
        url = database.application_url(settings)
        database.migrate(database.owner_url(settings), database.role_of(url))
    except (DatabaseUnavailable, database.UnsafeDatabaseRole) as problem:
        raise CannotStart(str(problem)) from problem
    from casemgr import create_app
    from casemgr.recognition import program as recognition

    try:
        app = create_app(settings, url)
    except KeyFileRefused as problem:
        raise CannotStart(str(problem)) from problem
    server = web_server(app, settings)
    keeper = Keeper(settings, url)
    keeper.start()
    signal.signal(signal.SIGTERM, _like_ctrl_c)
    address = settings.base_url or f"http://{_shown(settings.host)}:{settings.port}/"
    print(f"casemgr is running: {address}   (stop with Ctrl-C)", flush=True)  # noqa: T201
    say_what_is_missing(settings)
    if settings.tesseract and (why := recognition.why_not(settings.tesseract)):
        print(why, flush=True)  # noqa: T201
    threading.Thread(target=_say_which_scripts, daemon=True).start()
    if open_browser and _has_browser():
        threading.Timer(0.5, webbrowser.open, [address]).start()
    try:
        server.serve()
    except KeyboardInterrupt:
        print("\nStopping …", flush=True)  # noqa: T201
    finally:
        stop(server, keeper)


def stop(server: Server, keeper: Keeper) -> None:
    """Stop the worker and the web server side by side. The database goes last, when this process leaves it."""
    keeper.ask_to_stop()
    server.shutdown_timeout = SECONDS_TO_ANSWER if server.wsgi_app.under_way else SECONDS_TO_NOTICE
    server.stop()
    keeper.stop()
    gc.freeze()  # or Python takes all rules apart, one by one, before it ends


def say_what_is_missing(settings: config.Settings) -> None:
    """Print one line for a program that would help and is not there; nothing where somebody chose to do without."""
    if settings.soffice != "none" and soffice.find(settings.soffice) is None:
        print(f"Word and Excel files are shown as text only. {soffice.HOW_TO_GET_IT}", flush=True)  # noqa: T201


def _say_which_scripts() -> None:
    from casemgr.pdf import system_fonts  # asks the system for its fonts, while people are served

    print(system_fonts.in_words(), flush=True)  # noqa: T201


def check_machine(settings: config.Settings) -> None:
    """Raise CannotStart, in plain words, for a taken port, a full disk or somebody else's data folder."""
    _check_folder(settings.data_dir)
    free = shutil.disk_usage(settings.data_dir).free
    if free < NEEDED_BYTES:
        raise CannotStart(
            f"The disk is almost full: {free // config.MEGABYTE} MB are free under {settings.data_dir}, and"
            f" {NEEDED_BYTES // config.MEGABYTE} MB are needed. Free some space, or set CASEMGR_DATA to a folder on"
            " another disk."
        )
    with socket.socket() as probe:
        if os.name != "nt":
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as problem:
            raise CannotStart(
                f"Port {settings.port} is already in use (perhaps casemgr is running already: try"
                f" http://{_shown(settings.host)}:{settings.port}/). Or choose another port:"
                f" make run PORT={settings.port + 1}"
            ) from problem
    _check_law()


def _check_law() -> None:
    """A pack of rules with a mistake stops the start: no date may rest on it."""
    from casemgr.law.rulebook import PACKS, Stock

    if problems := Stock.read(PACKS).problems():
        raise CannotStart("\n".join(("The packs of rules cannot be used:", *map(str, problems[:MOST_PROBLEMS]))))


def _check_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as problem:
        raise CannotStart(
            f"The data folder {folder} cannot be made ({problem.strerror}). Set CASEMGR_DATA to a folder of yours."
        ) from problem
    if hasattr(os, "geteuid") and folder.stat().st_uid != os.geteuid():
        raise CannotStart(
            f"The data folder {folder} belongs to another user ({folder.owner()}). Start casemgr as that user, or set"
            " CASEMGR_DATA to a folder of your own."
        )
    if not os.access(folder, os.W_OK):
        raise CannotStart(f"The data folder {folder} is not writable. Give yourself the right to write there.")


def web_server(app: Flask, settings: config.Settings) -> Server:
    """Return a bound server. Bodies are streamed to the view, so a large upload never sits in memory."""
    server = Server(
        (settings.host, settings.port),
        Answers(app),
        numthreads=settings.web_threads,
        max=settings.web_threads * 4,
        request_queue_size=64,
        timeout=60,
        shutdown_timeout=SECONDS_TO_ANSWER,
    )
    server.max_request_body_size = settings.max_upload_bytes + config.MEGABYTE
    try:
        server.prepare()
    except OSError as problem:
        raise CannotStart(f"The web server cannot listen on port {settings.port}: {problem}") from problem
    return server


class Answers:
    """The application as the web server sees it: answers that are not sent to the end are counted (`under_way`)."""

    def __init__(self, app: Flask) -> None:
        self._app, self._lock, self.under_way = app, threading.Lock(), 0

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        self._count(1)
        try:
            answer = self._app(environ, start_response)
            _drain_what_is_left(environ["wsgi.input"])
        except BaseException:
            self._count(-1)
            raise
        return ClosingIterator(answer, [partial(self._count, -1)])

    def _count(self, step: int) -> None:
        with self._lock:
            self.under_way += step


def _drain_what_is_left(body: Any) -> None:
    """Read what the view left of the body in small pieces.

    The server would read it in one piece to keep the connection usable, so that a refused upload of gigabytes,
    even a stranger's, would fill the memory.
    """
    while getattr(body, "remaining", 0) > 0 and body.read(PIECE):
        pass


class Keeper:
    """Keeps the database and one worker process running, and starts them again when they die."""

    def __init__(self, settings: config.Settings, database_url: str) -> None:
        self.environ = os.environ | {
            "CASEMGR_DATA": str(settings.data_dir),
            "CASEMGR_SECRET_KEY": settings.secret_key,
            "DATABASE_URL": database_url,
            "CASEMGR_LOG_FILE": str(settings.data_dir / "logs" / "worker.log"),
            PARENT: str(os.getpid()),
        }
        self.settings = settings
        self.process: subprocess.Popen[bytes] | None = None
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._keep, name="keeper", daemon=True)

    def start(self) -> None:
        self.thread.start()

    def _keep(self) -> None:
        while not self.stopping.is_set():
            self.process = subprocess.Popen(
                [sys.executable, "-m", "casemgr", "worker"], cwd=config.ROOT, env=self.environ, **_own_group()
            )
            while self.process.poll() is None and not self.stopping.wait(0.5):
                self._look_after_the_database()
            self.stopping.wait(1)  # a worker that dies at once must not spin
            self._look_after_the_database()

    def _look_after_the_database(self) -> None:
        if self.stopping.is_set():
            return
        try:
            database.ensure_running(self.settings)
        except Exception:  # whatever it is, trying again in a moment is all that can be done
            log.exception("the database did not start; trying again")

    def ask_to_stop(self) -> None:
        """Tell the worker to end behind what it is doing, and do not wait for it."""
        self.stopping.set()
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def stop(self) -> None:
        """Wait until the worker has ended, or end it."""
        self.ask_to_stop()
        if self.process is not None:
            try:
                self.process.wait(25)
            except subprocess.TimeoutExpired:
                self.process.kill()
        self.thread.join(5)


def stop_with_parent() -> None:
    """End this process when the launcher that started it is gone, however it went."""
    parent = os.environ.get(PARENT)
    if not parent:
        return
    process = psutil.Process(os.getppid())
    if process.pid != int(parent):
        os._exit(0)

    def watch() -> None:
        with contextlib.suppress(psutil.NoSuchProcess):
            while process.is_running() and process.status() != psutil.STATUS_ZOMBIE:  # dead, with nobody to notice
                time.sleep(1)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="watch-parent", daemon=True).start()


def _own_group() -> dict[str, object]:
    """Keep the terminal's Ctrl-C from reaching the worker: the launcher stops it in order."""
    if os.name == "nt":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def _like_ctrl_c(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _shown(host: str) -> str:
    return "localhost" if host in {"0.0.0.0", "::", "127.0.0.1"} else host  # noqa: S104


def _has_browser() -> bool:
    if not sys.stdout.isatty() or os.environ.get("CI"):
        return False
    return sys.platform in {"darwin", "win32"} or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
