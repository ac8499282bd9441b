"""The address of a timeline: which days, how near, and what is left out. Ids and days only; no name is in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from werkzeug.datastructures import MultiDict

from casemgr.timeline.queries import KINDS, Wanted
from casemgr.timeline.scale import ZOOMS


@dataclass(frozen=True)
class Asked:
    """What the address says. `at`: a day of the window; None: today."""

    zoom: str = "all"
    at: date | None = None
    wanted: Wanted = field(default_factory=Wanted)

    def address(self, **other: Any) -> dict[str, Any]:
        """Return the arguments of the same page, with some of zoom and at replaced."""
        zoom, at = other.get("zoom", self.zoom), other.get("at", self.at)
        wanted = self.wanted
        told = {
            "zoom": zoom if zoom != "all" else None,
            "at": f"{at:%Y-%m-%d}" if at and zoom != "all" else None,
            "show": sorted(wanted.kinds) if wanted.kinds != frozenset(KINDS) else None,
            "person": wanted.person,
            "issue": str(wanted.issue) if wanted.issue else None,
            "marked": "1" if wanted.only_marked else None,
        }
        return {name: value for name, value in told.items() if value}


def asked(args: MultiDict[str, str]) -> Asked:
    """Read the address; what makes no sense in it is not asked for."""
    zoom = args.get("zoom", "")
    kinds = frozenset(args.getlist("show")) & frozenset(KINDS)
    person = args.get("person", "")
    return Asked(
        zoom if zoom in ZOOMS else "all",
        args.get("at", type=date.fromisoformat),
        Wanted(
            kinds or frozenset(KINDS),
            person if len(person) <= 36 else "",
            args.get("issue", type=UUID),
            args.get("marked") == "1",
        ),
    )


def item_of(text: str) -> tuple[str, UUID] | None:
    """Read "log:UUID"; None for anything else."""
    kind, _colon, item_id = text.partition(":")
    try:
        return (kind, UUID(item_id)) if kind in KINDS else None
    except ValueError:
        return None
