"""`make bench`: every measurement, one after the other; each prints ratios taken side by side in one run."""

from __future__ import annotations

import subprocess
import sys

MEASUREMENTS = (
    "bench.packet",
    "bench.case_home",
    "bench.papers_list",
    "bench.upload",
    "bench.deadlines",
    "bench.snow_day",
    "bench.ingest",
    "bench.search",
)


def main() -> int:
    wanted = [name for name in MEASUREMENTS if not sys.argv[1:] or name.removeprefix("bench.") in sys.argv[1:]]
    failed = 0
    for name in wanted:
        print(f"== {name}", flush=True)
        failed += subprocess.run([sys.executable, "-m", name]).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main())
