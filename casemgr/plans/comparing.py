"""What differs between two placements: school, setting, and each service with its minutes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from casemgr.plans.models import Placement


@dataclass(frozen=True)
class Difference:
    """One line of a comparison. `change`: same, changed, added or dropped; an empty text means there was none."""

    label: str
    before: str
    after: str
    change: str


def compare(before: Placement, after: Placement) -> list[Difference]:
    """Compare two placements line by line; services are matched by name, in the order of the older placement."""
    lines = [_line("School", before.school, after.school), _line("Setting", before.setting, after.setting)]
    return [*lines, *_services(before.services, after.services)]


def in_words(service: dict[str, Any]) -> str:
    """Return how long, how often and where: `45 minutes, 5 x week, resource room`."""
    minutes = service.get("minutes")
    time = f"{minutes} minutes" if minutes is not None else ""
    return ", ".join(part for part in (time, service.get("per", ""), service.get("where", "")) if part) or "no details"


def _services(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> Iterator[Difference]:
    """The nth service of a name is compared with the nth of that name."""
    left = list(after)
    for service in before:
        same = next((one for one in left if one["name"].casefold() == service["name"].casefold()), None)
        if same is not None:
            left.remove(same)
        yield _line(service["name"], in_words(service), in_words(same) if same else "")
    for service in left:
        yield _line(service["name"], "", in_words(service))


def _line(label: str, before: str, after: str) -> Difference:
    if before == after:
        return Difference(label, before, after, "same")
    return Difference(label, before, after, "added" if not before else "dropped" if not after else "changed")
