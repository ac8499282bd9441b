"""The start of a child that reads (`sandbox`) or makes something (`own_child`): it takes its limits first, and only
then loads what opens files.

Run as a file (`python -I child.py`), and by `forking` as the `template` that children are forked from.
"""

import contextlib
import errno
import gc
import importlib
import json
import os
import pickle
import sys
import tempfile
import types
from collections.abc import Callable
from pathlib import Path

DISK_FULL, OUT_OF_MEMORY = 75, 76
Say = Callable[..., None]
"""Tells the parent of a maker something: names and JSON values."""


def main() -> int:
    """A process of its own, from nothing."""
    message, order = _message()
    take_limits(message["limits"])
    name_package()
    return _work(message, order)


def forked() -> int:
    """A copy of the template, which has left the network already and has loaded what is needed."""
    message, order = _message()
    take_limits(message["limits"], has_network=False)
    return _work(message, order)


def name_package() -> None:
    """The package without its own __init__, which would load the whole web application in every child."""
    package = types.ModuleType("casemgr")
    package.__path__ = [str(Path(__file__).resolve().parents[1])]
    sys.modules["casemgr"] = package


def _message() -> tuple[dict, bytes]:
    """What to do, and for a maker its pickled order behind it."""
    with open(0, "rb", closefd=False) as pipe:
        head, _, order = pipe.read().partition(b"\n")
    return json.loads(head), order


def _work(message: dict, order: bytes) -> int:
    os.chdir(message["folder"])
    os.environ.clear()
    os.environ.update(message["environment"])
    tempfile.tempdir = None  # where that is, the template may have asked before
    return _make(message["module"], order) if "module" in message else _read(message)


def _read(message: dict) -> int:
    from casemgr.storage import readers

    with Path("events.jsonl").open("a", encoding="utf-8", errors="replace") as events:

        def report(event: str, **facts: object) -> None:
            """One line, on disk before the next thing is tried, so that a crash does not take it away."""
            events.write(json.dumps({"event": event, **facts}) + "\n")
            events.flush()

        readers.load(message["operation"])(report=report, **message["request"])
    return 0


def _make(module: str, order: bytes) -> int:
    """Do what the parent ordered. An empty line comes first: the child is there."""
    _take_name(module.removeprefix("casemgr."))
    with open(1, "w", encoding="utf-8", closefd=False) as out:

        def say(**facts: object) -> None:
            out.write(json.dumps(facts) + "\n")
            out.flush()  # a parent that is gone breaks the pipe, and that ends us

        out.write("\n")
        out.flush()
        maker = importlib.import_module(module)
        gc.set_threshold(50_000, 20, 50)  # what is made lives until the end: to look for rubbish so often takes a tenth
        maker.work(pickle.loads(order), say)  # noqa: S301  (written by our own parent, from no upload)
    return 0


def _take_name(name: str) -> None:
    """What a list of processes shows."""
    if sys.platform.startswith("linux"):
        import ctypes

        pr_set_name = 15
        ctypes.CDLL(None).prctl(pr_set_name, name.encode()[:15], 0, 0, 0)


def take_limits(limits: dict, *, has_network: bool = True) -> None:
    """Give up what this process does not need, before it opens anything."""
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
        import ctypes

        pr_set_pdeathsig, sigkill = 1, 9
        ctypes.CDLL(None).prctl(pr_set_pdeathsig, sigkill, 0, 0, 0)  # a killed worker takes its child along
        if has_network:
            leave_network()


def leave_network() -> None:
    """Linux: this process and what comes of it see no network card.

    An extra wall: it needs a right that some systems do not give, and then nothing happens."""
    if sys.platform.startswith("linux"):
        import ctypes

        newuser, newnet = 0x10000000, 0x40000000
        ctypes.CDLL(None).unshare(newnet if os.geteuid() == 0 else newuser | newnet)


def exit_code(work: Callable[[], int]) -> int:
    """Do the work of a child; whatever goes wrong is a number."""
    try:
        return work()
    except MemoryError:
        return OUT_OF_MEMORY
    except OSError as error:
        return DISK_FULL if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", -1)) else 1
    except BaseException:
        return 1


def template() -> int:
    """The process that children are forked from, as `forked`."""
    leave_network()
    name_package()
    from casemgr.storage import template

    template.serve(lambda: exit_code(forked))
    return 0


if __name__ == "__main__":
    # No tidying up: libraries that met a broken file can crash in their destructors.
    os._exit(exit_code(template if sys.argv[1:] == ["template"] else main))
