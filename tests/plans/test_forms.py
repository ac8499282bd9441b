"""How a line about a service is read, and what the form of a placement refuses."""

from __future__ import annotations

import pytest

from casemgr.plans.forms import service_of
from casemgr.plans.services import Service


@pytest.mark.parametrize(
    ("line", "read"),
    [
        (
            "Structured literacy, 45 minutes, 5 x week, resource room",
            Service("Structured literacy", 45, "5 x week", "resource room"),
        ),
        ("Speech", Service("Speech")),
        ("Speech, 30 min, room 12, 1 x week", Service("Speech", 30, "1 x week", "room 12")),
        ("Speech, room 12, once a week, 30 min.", Service("Speech", 30, "once a week", "room 12")),
        ("OT, 1 hour, monthly", Service("OT", 60, "monthly")),
        ("Counseling, 1.5 hours per week, day program", Service("Counseling", 90, "per week", "day program")),
        ("ESY, 2,5 hours, 4 days a week, summer school", Service("ESY", 150, "4 days a week", "summer school")),
        ("Reading, 5 x 45 minutes, resource room", Service("Reading", 45, "5 x", "resource room")),
        ("PT, 60 min/week", Service("PT", 60, "week")),
        ("Reading; 30 min; 3x/week", Service("Reading", 30, "3x/week")),
        ("Weekly consultation, 30 min", Service("Weekly consultation", 30)),
        ("45 minutes, reading", Service("reading", 45)),
        ("Bus, door to door, 2 x day", Service("Bus", None, "2 x day", "door to door")),
        ("Aide, all day, classroom, lunch", Service("Aide", None, "", "all day, classroom, lunch")),
        ("  Speech ,, 30 min ,  ", Service("Speech", 30)),
        ("Lengua y habla – señas, 30 min", Service("Lengua y habla – señas", 30)),
        ("0 minutes, reading", Service("reading", 0)),
        (", ;", Service("")),
    ],
)
def test_a_line_is_read_as_name_time_frequency_and_place(line: str, read: Service) -> None:
    assert service_of(line) == read


@pytest.mark.parametrize("line", ["x" * 5000, "9" * 5000, ", ".join("a1" * 10 for _ in range(500)), "45 " * 2000])
def test_a_hostile_line_is_read_quickly_and_keeps_its_text(line: str) -> None:
    service = service_of(line)
    assert len(service.name) + len(service.per) + len(service.where) > 0
