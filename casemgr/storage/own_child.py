"""A child process of our own that makes something of hostile files or of words of any length: a packet, the proof of a
binder, a letter. It has limits, a clean environment and a folder, and says what it does while it works.

As a reader (`sandbox`) it is forked from the template (`forking`), where its libraries are loaded already, and started
afresh where there is none. What it runs is a module with a function `work(order, say)`; `say` tells its parent
something, as JSON on a line.
"""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from casemgr.storage import forking
from casemgr.storage.child import DISK_FULL, OUT_OF_MEMORY
from casemgr.storage.sandbox import clean_environment

LONGEST_LINE = 4 * 1024 * 1024
_CHILD = Path(__file__).with_name("child.py")
_GRACE_SECONDS = 5.0
_LOST = -int(signal.SIGTERM)  # how it ended is not known: the template is gone, and it with it


class OwnChild:
    """One child at work, as a context: when it is left, the child has ended; where an error leaves it, at once.

    `code` and `too_slow` are known then. A full disk raises OSError (ENOSPC).
    """

    def __init__(self, module: str, order: Any, folder: Path, limits: Mapping[str, int], wall_seconds: float) -> None:
        """`order` can be pickled; `folder` is nobody else's. The child is started when the context is entered."""
        self._module, self._order, self._folder, self._limits = module, order, folder.resolve(), dict(limits)
        self._watch = threading.Timer(wall_seconds, self._overrun)
        self.code: int | None = None
        self.too_slow = False

    @property
    def is_out_of_memory(self) -> bool:
        return self.code == OUT_OF_MEMORY

    @property
    def is_out_of_time(self) -> bool:
        return self.too_slow or (os.name == "posix" and self.code == -signal.SIGXCPU)

    def news(self) -> Iterator[dict[str, Any]]:
        """What the child says, as it says it; what it says otherwise is passed over."""
        while line := self._out.readline(LONGEST_LINE):
            with contextlib.suppress(ValueError, RecursionError):
                said = json.loads(line)
                if isinstance(said, dict):
                    yield said

    def __enter__(self) -> OwnChild:
        environment = clean_environment(self._folder)
        head = {"module": self._module, "limits": self._limits, "folder": str(self._folder), "environment": environment}
        message = json.dumps(head).encode() + b"\n" + pickle.dumps(self._order)
        try:
            self._process: _Forked | _Fresh = _Forked(self._module, message)
        except forking.NoTemplate:
            self._process = _Fresh(message, self._folder, environment)
        self._out = self._process.out
        self._watch.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self._process.end()
        self.code = self._process.wait(_GRACE_SECONDS)
        self._watch.cancel()
        self._out.close()
        if error is None and self.code == DISK_FULL:
            raise OSError(28, "No space left on device")

    def _overrun(self) -> None:
        self.too_slow = True
        self._process.end()


class _Forked:
    """A child of the template. Whoever hangs up its line ends it and all that it started."""

    def __init__(self, module: str, message: bytes) -> None:
        out, far_out = os.pipe()
        self.out: BinaryIO = os.fdopen(out, "rb")
        try:
            self._line = forking.call(module, message, clean_environment(), far_out)
        except forking.NoTemplate:
            self.out.close()
            raise
        finally:
            os.close(far_out)
        if self.out.read(1) != b"\n":  # the template ended before there was a child
            self.out.close()
            self._line.close()
            forking.count_failure()
            raise forking.NoTemplate

    def end(self) -> None:
        with contextlib.suppress(OSError):
            self._line.shutdown(socket.SHUT_WR)

    def wait(self, seconds: float) -> int:
        with self._line:
            for _ in range(2):
                self._line.settimeout(seconds)
                with contextlib.suppress(TimeoutError, ConnectionError):
                    return int(self._line.recv(16) or _LOST)
                self.end()
        return _LOST


class _Fresh:
    """A Python of its own."""

    def __init__(self, message: bytes, folder: Path, environment: Mapping[str, str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", str(_CHILD), "maker"],
            cwd=folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self._process.stdin is not None and self._process.stdout is not None
        self.out: BinaryIO = self._process.stdout  # type: ignore[assignment]
        with contextlib.suppress(BrokenPipeError), self._process.stdin as pipe:
            pipe.write(message)

    def end(self) -> None:
        self._process.kill()

    def wait(self, seconds: float) -> int:
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()
