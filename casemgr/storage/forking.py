"""Have a child forked from this process's template, instead of starting a Python and loading its libraries anew.

Linux only; everywhere else, and whenever the template cannot be had, NoTemplate is raised, and `sandbox` or `own_child`
starts a child afresh. What the template does itself stands in `template`.
"""

import atexit
import contextlib
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_START = [sys.executable, "-I", str(Path(__file__).with_name("child.py")), "template"]
_GRACE_SECONDS = 10.0  # in which the template must have ended a child that it was told to end
_MOST_CHILDREN = 500  # of one template: then a new one, with another layout of its memory
_MOST_FAILURES = 3  # in a row: then this machine cannot have one, or somebody's files end it

_LARGE_PIECES = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1"}
"""Memory comes from the kernel in pieces of 2 MB where it can: a picture of 8 MB is then 4 pieces and not 2,000, which
takes a tenth off the time of a page. A C library that does not know this passes over it."""


class NoTemplate(Exception):
    """There is no template, or it went away before it could say how the child ended."""


@dataclass
class _Template:
    process: subprocess.Popen
    calls: socket.socket
    owner: int = field(default_factory=os.getpid)
    children: int = 0

    @property
    def is_fit(self) -> bool:
        return self.owner == os.getpid() and self.children < _MOST_CHILDREN and self.process.poll() is None


_lock = threading.Lock()
_template: _Template | None = None
_failures = 0
_leaving: list[subprocess.Popen] = []  # templates that have their last children


def run(operation: str, message: bytes, environment: Mapping[str, str], wall_seconds: float) -> tuple[int, bool]:
    """Return the exit code of a forked child that gets `message`, and whether it had to be ended after `wall_seconds`.

    Nothing of the child is left then. Raises NoTemplate."""
    global _failures
    with call(operation, message, environment) as line:
        try:
            ended = _wait(line, wall_seconds)
        except NoTemplate:
            count_failure()
            raise
    _failures = 0
    return ended


def call(operation: str, message: bytes, environment: Mapping[str, str], out: int | None = None) -> socket.socket:
    """Have a child forked that gets `message`; return the line on which it tells its exit code as text. To hang up
    ends it. `out`: the handle that it writes to. Raises NoTemplate."""
    if not sys.platform.startswith("linux") or _failures >= _MOST_FAILURES:
        raise NoTemplate
    line, far_line = socket.socketpair()
    try:
        with far_line:
            pipe = _call(operation, [far_line.fileno(), *([] if out is None else [out])], environment)
    except NoTemplate:
        line.close()
        count_failure()
        raise
    with contextlib.suppress(BrokenPipeError), os.fdopen(pipe, "wb") as reading:
        reading.write(message)
    return line


def count_failure() -> None:
    """No child came of a call. Too often in a row, and there are no more calls."""
    global _failures
    _failures += 1


def _call(operation: str, handles: Sequence[int], environment: Mapping[str, str]) -> int:
    """Ask the template for a child; return the handle of the pipe that it reads."""
    far_pipe, pipe = os.pipe()
    try:
        with _lock:
            template = _fit_template(environment)
            template.children += 1
            socket.send_fds(template.calls, [operation.encode()], [far_pipe, *handles])
    except OSError as problem:
        os.close(pipe)
        raise NoTemplate from problem
    finally:
        os.close(far_pipe)
    return pipe


def _wait(line: socket.socket, wall_seconds: float) -> tuple[int, bool]:
    overrun = False
    line.settimeout(wall_seconds)
    try:
        said = line.recv(16)
    except TimeoutError:
        overrun = True
        line.shutdown(socket.SHUT_WR)  # hangs up: the template ends the child
        line.settimeout(_GRACE_SECONDS)
        try:
            said = line.recv(16)
        except TimeoutError:
            stop(kill=True)  # its children go with it
            raise NoTemplate from None
    except ConnectionError as problem:
        raise NoTemplate from problem
    if not said:
        raise NoTemplate
    return int(said), overrun


def _fit_template(environment: Mapping[str, str]) -> _Template:
    global _template
    if _template is None or not _template.is_fit:
        if _template is not None:
            _leave(_template)
        _template = _start(environment)
    return _template


def _start(environment: Mapping[str, str]) -> _Template:
    calls, far_calls = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with far_calls:
        process = subprocess.Popen(
            _START,
            cwd="/",
            env={**environment, **_LARGE_PIECES},
            stdin=far_calls,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    return _Template(process, calls)


def _leave(template: _Template) -> None:
    """Call it no more: it ends behind its last child."""
    template.calls.close()
    if template.owner == os.getpid():
        _leaving[:] = [one for one in [*_leaving, template.process] if one.poll() is None]


def stop(*, kill: bool = False) -> None:
    """End the template and wait for its end; the next reading starts another. `kill`: do not wait for its children."""
    global _template
    with _lock:
        if _template is not None:
            _leave(_template)
        _template = None
        for process in _leaving:
            if kill:
                process.kill()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(_GRACE_SECONDS)


atexit.register(stop)
