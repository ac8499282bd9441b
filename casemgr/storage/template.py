"""The template of children that read or make something: it has loaded their libraries once, and becomes each by `fork`.

Started by `forking`, on Linux only. It opens no upload and reads nothing that came with one: what to read is told to
the child alone, through the pipe that becomes its standard input. It has one thread and, where the system allows it, no
network; a child that crashes, hangs or eats memory is a process of its own, with limits of its own.

Standard input is a socket. A message on it is the name of an operation, or of a maker's module, with handles: the pipe
that the child reads, a line on which its exit code is told, and for a maker the pipe that it writes. Whoever hangs up
that line ends the child, and so does the kernel for a caller that was killed. When nobody can call any more, the
template ends behind its last child.
"""

import contextlib
import ctypes
import gc
import importlib
import os
import selectors
import signal
import socket
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from casemgr.storage import readers

LONGEST_NAME = 64
_MOST_HANDLES = 1 << 20
_THREADS = Path("/proc/self/task")


@dataclass(frozen=True)
class _Child:
    pid: int
    handle: int  # readable when the child has ended
    line: socket.socket


class Template:
    """Waits for calls, for hang-ups and for the ends of children. Nothing else happens here."""

    def __init__(self, calls: socket.socket, read: Callable[[], int]) -> None:
        self._calls, self._read, self._events = calls, read, selectors.DefaultSelector()
        self._events.register(calls, selectors.EVENT_READ)

    def serve(self) -> None:
        while self._events.get_map():
            for key, _ in self._events.select():
                if key.data is None:
                    self._answer()
                elif key.fileobj is not key.data.line:
                    self._bury(key.data)
                elif key.data.line.fileno() >= 0:  # else it was buried just now, and its id may be another's
                    self._events.unregister(key.fileobj)
                    _kill(key.data.pid)  # nobody waits for it; its end is met above

    def _answer(self) -> None:
        name, handles, _, _ = socket.recv_fds(self._calls, LONGEST_NAME, 3)
        if not name:
            self._events.unregister(self._calls)
            return
        with contextlib.suppress(Exception):  # what cannot be loaded here fails in the child, and is told there
            _warm(name.decode())
        if len(list(_THREADS.iterdir())) > 1:
            os._exit(1)  # a copy of a process with threads could stand still: fresh children are made instead
        gc.freeze()  # what is here stays shared with the children
        message, line, *out = handles[0], socket.socket(fileno=handles[1]), *handles[2:]
        try:
            pid = os.fork()
            if pid == 0:
                _be_child([message, *out], self._read)
        except OSError:  # no room for another process: the caller sees the line end
            line.close()
            return
        finally:
            for handle in (message, *out):
                os.close(handle)
        _in_group_of_its_own(pid)
        one = _Child(pid, os.pidfd_open(pid), line)
        self._events.register(one.handle, selectors.EVENT_READ, one)
        self._events.register(line, selectors.EVENT_READ, one)

    def _bury(self, one: _Child) -> None:
        """It is not reaped yet, so its id is still its own: what it started goes with it."""
        _kill(one.pid)
        _, status = os.waitpid(one.pid, 0)
        self._events.unregister(one.handle)
        os.close(one.handle)
        with contextlib.suppress(KeyError):
            self._events.unregister(one.line)
        with one.line, contextlib.suppress(OSError):
            one.line.sendall(str(os.waitstatus_to_exitcode(status)).encode())


def _warm(name: str) -> None:
    """Load the libraries of an operation or maker before the fork, where the copies can share them, and have done what
    they do only once, where its module has a `rehearse` for that, which remembers that it was."""
    if "." in name:
        getattr(importlib.import_module(name), "rehearse", lambda: None)()
    else:
        readers.warm(name)


def _be_child(handles: list[int], read: Callable[[], int]) -> NoReturn:
    """`handles` become standard input and, if it is given, output."""
    code = 1
    try:
        _in_group_of_its_own(0)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        for number, handle in enumerate(handles):
            os.dup2(handle, number)
        os.closerange(3, _MOST_HANDLES)  # nothing of the template's, and of no other child's
        code = read()
    finally:
        os._exit(code)


def _in_group_of_its_own(pid: int) -> None:
    """Asked for on both sides of the fork: whoever comes first, the other finds it done."""
    with contextlib.suppress(OSError):
        os.setpgid(pid, 0)


def _kill(pid: int) -> None:
    with contextlib.suppress(OSError):
        os.killpg(pid, signal.SIGKILL)
    with contextlib.suppress(OSError):
        os.kill(pid, signal.SIGKILL)


def _close_to_children() -> None:
    """No child can look into the memory of this process, or of another child: they have the same user."""
    pr_set_dumpable = 4
    ctypes.CDLL(None).prctl(pr_set_dumpable, 0, 0, 0, 0)


def serve(read: Callable[[], int]) -> None:
    """Fork children, which `read` and end with the number that it returns, until nobody calls any more."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a worker that is told to stop finishes what it reads
    os.close(os.pidfd_open(os.getpid()))  # where that is not allowed, there is no template
    _close_to_children()
    with socket.socket(fileno=0) as calls:
        Template(calls, read).serve()
