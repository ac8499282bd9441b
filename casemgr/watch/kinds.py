"""The reasons why a case may be stuck, in plain words, and where each is mended."""

from __future__ import annotations

from typing import NamedTuple


class Kind(NamedTuple):
    """`endpoint` is the page of the case where it is mended; `mend` says what to do there."""

    title: str
    mend: str
    endpoint: str


KINDS: dict[str, Kind] = {
    "no_owner": Kind("Nobody looks after it", "Choose who looks after it", "cases.edit"),
    "no_clock": Kind("No date is running", "Record what happened", "deadlines.new_fact"),
    "no_next_step": Kind("There is no next step", "Choose what can be done now", "proceedings.options"),
    "dead_end": Kind("It stands where nothing leads on", "Say how it goes on", "proceedings.options"),
    "packet_waits": Kind("A filing packet was never finished", "Look at the packet", "filings.index"),
    "disclosure_passed": Kind(
        "The last safe day for exhibits passed, and none were served", "Look at the binder", "exhibit_binders.index"
    ),
    "came_after_serving": Kind(
        "Papers came after the exhibits were served", "Serve them as a supplement", "exhibit_binders.index"
    ),
    "no_person": Kind("Dates that nobody of us sees to", "Choose who sees to them", "deadlines.index"),
}
