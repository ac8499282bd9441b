"""Turn this reading child into another program, inside the walls that it has put up. The limits stay with it.

The program is started by `exec` and not as a child of ours: it keeps our process id, so that it ends when the worker
ends, however the worker does, and cannot be left behind.
"""

import contextlib
import ctypes
import os
import struct
import subprocess
import sys
from collections.abc import Callable, Sequence

_CREATE, _ADD, _RESTRICT = 444, 445, 446  # the same numbers on every processor (Linux 5.13)
_NO_NEW_PRIVILEGES = 38
_RIGHTS_OF_A_FILE, _READ = 0b111, 1 << 0 | 1 << 2 | 1 << 3  # run, read a file, list a folder
_EVERY_RIGHT, _MAKE_SOCKET = (1 << 13) - 1, 1 << 9


def become(
    *,
    report: Callable,
    program: str,
    arguments: Sequence[str],
    environment: dict[str, str],
    readable: Sequence[str],
    writable: Sequence[str],
    sockets: Sequence[str],
) -> None:
    """Run `program`, which can read only `readable`, write only `writable` and open sockets only in `sockets`, where
    the system has such a wall."""
    report("walled", files=_wall_in(((readable, _READ), (writable, _EVERY_RIGHT), (sockets, _MAKE_SOCKET))))
    if os.name == "posix":
        os.execve(program, [program, *arguments], environment)  # noqa: S606 - no shell is meant
    done = subprocess.run([program, *arguments], env=environment, stdin=subprocess.DEVNULL)
    os._exit(done.returncode)


def _wall_in(doors: Sequence[tuple[Sequence[str], int]]) -> bool:
    """Linux with Landlock: no other file can be opened, whatever a document links to. False where there is none."""
    if not sys.platform.startswith("linux"):
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    rules = ctypes.c_uint64(_EVERY_RIGHT)
    ruleset = libc.syscall(_CREATE, ctypes.byref(rules), ctypes.c_size_t(8), 0)
    if ruleset < 0:
        return False
    try:
        for paths, rights in doors:
            for path in paths:
                _allow(libc, ruleset, path, rights)
        libc.prctl(_NO_NEW_PRIVILEGES, 1, 0, 0, 0)
        return libc.syscall(_RESTRICT, ruleset, 0) == 0
    finally:
        os.close(ruleset)


def _allow(libc: ctypes.CDLL, ruleset: int, path: str, rights: int) -> None:
    with contextlib.suppress(OSError):  # what is not there needs no door
        handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            if not os.path.isdir(path):  # noqa: PTH112
                rights &= _RIGHTS_OF_A_FILE
            rule = ctypes.create_string_buffer(struct.pack("=Qi", rights, handle))
            libc.syscall(_ADD, ruleset, 1, rule, 0)
        finally:
            os.close(handle)
