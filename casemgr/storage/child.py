"""The start of a reading child: takes its limits first, and only then loads a reader.

Run as a file (`python -I child.py`) by `sandbox`, never imported.
"""

import contextlib
import errno
import json
import os
import sys
import types
from pathlib import Path

DISK_FULL, OUT_OF_MEMORY = 75, 76


def main() -> int:
    message = json.loads(sys.stdin.buffer.read())
    take_limits(message["limits"])
    # The package without its own __init__, which would load the whole web application in every child.
    package = types.ModuleType("casemgr")
    package.__path__ = [str(Path(__file__).resolve().parents[1])]
    sys.modules["casemgr"] = package
    from casemgr.storage import readers

    with Path("events.jsonl").open("a", encoding="utf-8", errors="replace") as events:

        def report(event: str, **facts: object) -> None:
            """One line, on disk before the next thing is tried, so that a crash does not take it away."""
            events.write(json.dumps({"event": event, **facts}) + "\n")
            events.flush()

        readers.OPERATIONS[message["operation"]](report=report, **message["request"])
    return 0


def take_limits(limits: dict) -> None:
    """Give up what this process does not need, before it opens anything. Also for the child that makes packets."""
    with contextlib.suppress(OSError):
        os.nice(5) if hasattr(os, "nice") else None
    try:
        import resource
    except ImportError:
        return  # Windows: the parent watches and kills
    cpu = limits["cpu_seconds"]
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 2))  # SIGXCPU first: it says why, SIGKILL would not
    for name, value in (
        ("RLIMIT_FSIZE", limits["file_bytes"]),
        ("RLIMIT_AS", limits["memory_bytes"]),
        ("RLIMIT_CORE", 0),
        ("RLIMIT_NOFILE", limits["open_files"]),
    ):
        with contextlib.suppress(ValueError, OSError, AttributeError):
            resource.setrlimit(getattr(resource, name), (value, value))
    if sys.platform.startswith("linux"):
        _die_with_parent_and_without_network()


def _die_with_parent_and_without_network() -> None:
    """Linux: a killed worker takes its child along, and the child sees no network card.

    The second is an extra wall: it needs a right that some systems do not give, and then nothing happens."""
    import ctypes

    libc = ctypes.CDLL(None)
    pr_set_pdeathsig, sigkill, newuser, newnet = 1, 9, 0x10000000, 0x40000000
    libc.prctl(pr_set_pdeathsig, sigkill, 0, 0, 0)
    libc.unshare(newnet) if os.geteuid() == 0 else libc.unshare(newuser | newnet)


if __name__ == "__main__":
    try:
        code = main()
    except MemoryError:
        code = OUT_OF_MEMORY
    except OSError as error:
        code = DISK_FULL if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", -1)) else 1
    os._exit(code)  # no tidying up: libraries that met a broken file can crash in their destructors
