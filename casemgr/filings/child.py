"""Puts one packet together, in a child process (`storage.own_child`): exhibits are hostile files."""

from functools import cache
from pathlib import Path

from casemgr.pdf import ExhibitUnreadable, archival, build_packet
from casemgr.pdf.model import Packet
from casemgr.storage.child import Say

MOST_RUNS = 1000  # of pages in one line
_KEPT: list[object] = []  # the end of this process lets go of it at once


@cache
def rehearse() -> None:
    """What all packets need once is done before children are forked (see `storage.template`)."""
    from casemgr.pdf import rehearsal  # a child that is not forked has no use for it

    rehearsal.rehearse()


def work(order: tuple[Packet, Path, bool], say: Say) -> None:
    """Make the packet, and its manifest beside it. The order: packet, where it goes, and whether an exhibit that cannot
    be read may be left out."""
    packet, out, may_leave_out = order

    def say_left_out(problem: ExhibitUnreadable) -> None:
        say(left_out=[problem.label, problem.reason, problem.remedy])

    try:
        built = build_packet(
            packet,
            out,
            progress=lambda done, total, now: say(done=done, total=total, now=now),
            left_out=say_left_out if may_leave_out else None,
            kept=_KEPT,
        )
    except ExhibitUnreadable as problem:
        say(label=problem.label, reason=problem.reason, remedy=problem.remedy)
        return
    except archival.NotArchival as problem:
        for label, breach in problem.found:
            runs = archival.ranges(breach.pages)
            for start in range(0, max(1, len(runs)), MOST_RUNS):
                say(breach=[label, breach.rule, breach.words, runs[start : start + MOST_RUNS]])
        return
    out.with_suffix(".json").write_bytes(built.manifest_json)
    say(built=built.sha256, pages=built.pages)
