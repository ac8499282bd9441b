"""The child process that puts one packet together. Run as a file (`python -I child.py`) by building.py, never imported.

Exhibits are hostile files, so limits come first and only then the libraries that open them. Standard input: a
pickled `Order` of our own; standard output: one JSON line a step, then one with the result.
"""

import errno
import json
import os
import pickle
import sys
import types
from pathlib import Path

DISK_FULL, OUT_OF_MEMORY = 75, 76


def main() -> int:
    # The package without its own __init__, which would load the whole web application.
    package = types.ModuleType("casemgr")
    package.__path__ = [str(Path(__file__).resolve().parents[1])]
    sys.modules["casemgr"] = package
    from casemgr.storage.child import take_limits

    limits = json.loads(sys.stdin.buffer.readline())
    take_limits(limits)
    packet, out, may_leave_out = pickle.load(sys.stdin.buffer)  # noqa: S301  (written by our own parent, from no upload)
    from casemgr.pdf import ExhibitUnreadable, build_packet

    def say(**facts: object) -> None:
        sys.stdout.write(json.dumps(facts) + "\n")
        sys.stdout.flush()  # a parent that is gone breaks the pipe, and that ends us

    def say_left_out(problem: ExhibitUnreadable) -> None:
        say(left_out=[problem.label, problem.reason, problem.remedy])

    try:
        built = build_packet(
            packet,
            out,
            progress=lambda done, total, now: say(done=done, total=total, now=now),
            left_out=say_left_out if may_leave_out else None,
        )
    except ExhibitUnreadable as problem:
        say(label=problem.label, reason=problem.reason, remedy=problem.remedy)
        return 0
    out.with_suffix(".json").write_bytes(built.manifest_json)
    say(built=built.sha256, pages=built.pages)
    return 0


if __name__ == "__main__":
    try:
        code = main()
    except MemoryError:
        code = OUT_OF_MEMORY
    except OSError as error:
        code = DISK_FULL if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", -1)) else 1
    sys.stdout.flush()
    os._exit(code)  # no tidying up: libraries that met a broken file can crash in their destructors
