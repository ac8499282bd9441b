"""What the address of the list asks for."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from uuid import UUID

from casemgr.audit.queries import NOBODY, Wanted
from casemgr.audit.words import AREAS


def wanted_of(
    args: Mapping[str, str], *, people: Collection[str], cases: Collection[str], zone: str
) -> tuple[Wanted, str]:
    """Return what is asked for, and what cannot be read of it in plain words. What names nobody known is left out."""
    problem = ""
    days: dict[str, date | None] = {}
    for name in ("since", "until"):
        try:
            days[name] = date.fromisoformat(args[name]) if args.get(name) else None
        except ValueError:
            days[name], problem = None, "A day could not be read, so it was left out. Choose it from the calendar."
    since, until = days["since"], days["until"]
    if since and until and until < since:
        problem = "The last day is before the first one, so nothing was found."
    person, case_id, page = args.get("person", ""), args.get("case", ""), args.get("page", "")
    wanted = Wanted(
        person=person if person == NOBODY or person in people else "",
        case_id=UUID(case_id) if case_id in cases else None,
        area=area if (area := args.get("area", "")) in AREAS else "",
        since=since,
        until=until,
        page=int(page) if page.isdecimal() and len(page) < 7 else 1,
        zone=zone,
    )
    return wanted, problem
