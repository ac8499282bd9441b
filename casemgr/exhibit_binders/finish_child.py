"""The child process that finishes a binder. Run as a file (`python -I finish_child.py`) by finishing.py, never
imported.

It holds hostile pages, so limits come first. Standard input: one JSON line with the limits, one with the order (see
`finishing.Order`); standard output: one JSON line a step, then one with what was found.
"""

import errno
import json
import os
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

    take_limits(json.loads(sys.stdin.buffer.readline()))
    order = json.loads(sys.stdin.buffer.readline())
    from casemgr.pdf import conservation, parts

    def say(**facts: object) -> None:
        sys.stdout.write(json.dumps(facts) + "\n")
        sys.stdout.flush()  # a parent that is gone breaks the pipe, and that ends us

    def step(now: str) -> None:
        say(now=now)

    proof = []
    for volume in order["volumes"]:
        made = Path(volume["pdf"])
        manifest = json.loads(Path(volume["manifest"]).read_bytes())
        proof.append(conservation.prove(made, manifest, volume["sources"], Path(order["work"]), step))
        if "print" in volume:
            say(pages=[volume["print"], parts.print_set(made, manifest, Path(volume["print"]))])
        for label, name in volume.get("parts", {}).items():
            step(f"Writing exhibit {label}")
            say(pages=[name, parts.one_part(made, manifest, label, Path(name))])
    say(proof=proof)
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
