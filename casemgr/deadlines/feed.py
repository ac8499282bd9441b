"""A person's dates as an iCalendar feed (RFC 5545), for Google Calendar, Outlook and others that fetch an address.

The address holds a secret token and is the only credential. What is fetched can lie about in other people's systems,
so an event names the student by initials unless the person chose otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

from icalendar import Calendar, Event

from casemgr.accounts.models import User
from casemgr.cases.lists import workplaces_of
from casemgr.deadlines.models import CalendarFeed, Deadline
from casemgr.deadlines.over_cases import Dated, Span, dated
from casemgr.law.terms import DeadlineState, RuleKind
from casemgr.web.filters import legal_date, local_today

AHEAD = timedelta(days=3 * 366)
MOST_EVENTS = 2000
FETCH_EVERY = timedelta(hours=1)
INFORMS = "casemgr informs; it does not give legal advice. Open the page to see how the date was counted."

A_PROMISE = "A promise of an agreement or decision comes due"
"""Its own title is typed by a person and may name somebody."""

Address = Callable[[Dated], str]
"""The address of the page about a date."""


def make_feed(feed: CalendarFeed, person: User, address: Address) -> bytes:
    """Return the calendar of everything that this person may see, over all organizations and guest cases.

    The same rows give the same bytes, so that an unchanged feed need not be sent again."""
    calendar = Calendar()
    calendar.add("prodid", "-//casemgr//due dates//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("x-wr-calname", "casemgr: due dates")
    calendar.add("refresh-interval", FETCH_EVERY, {"VALUE": "DURATION"})
    calendar.add("x-published-ttl", "PT1H")
    span = Span(until=local_today() + AHEAD)
    for one in dated(workplaces_of(person), span, feed.who, MOST_EVENTS)[:MOST_EVENTS]:
        if one.due.state != DeadlineState.PASSED:
            calendar.add_component(_event(one, address(one), shows_names=feed.shows_names))
    return calendar.to_ical()


def initials(name: str) -> str:
    """Return the first letters of a name: "J.E."; the parts of a hyphened name count as one."""
    return "".join(f"{word[0].upper()}." for word in re.findall(r"\w[\w'’-]*", name)[:3]) or "?"


def _event(one: Dated, page: str, *, shows_names: bool) -> Event:
    row, due = one.row, one.due
    name = one.student if shows_names else initials(one.student)
    title = due.title if shows_names or due.kind == "deadline" else A_PROMISE
    mark = f" [{due.mark}]" if due.mark else ""
    changed = (row.computed_at if isinstance(row, Deadline) else row.created_at).replace(microsecond=0)
    event = Event()
    event.add("uid", f"{row.id}@casemgr")
    event.add("sequence", row.version - 1)
    event.add("dtstamp", changed)  # without METHOD: when the event was last revised (RFC 5545, 3.8.7.2)
    event.add("last-modified", changed)
    event.add("dtstart", due.act_by)
    event.add("dtend", due.act_by + timedelta(days=1))
    event.add("transp", "TRANSPARENT")
    event.add("class", "PRIVATE")
    event.add("summary", f"{name} {_heading(one)}: {title}{mark}")
    event.add("description", "\n".join(_lines(one)))
    event.add("url", page)
    return event


def _heading(one: Dated) -> str:
    if isinstance(one.row, Deadline) and one.row.explanation.get("kind") == RuleKind.MILESTONE.value:
        return "Comes by itself"
    return "Act by" if one.due.is_ours else "Expect by"


def _lines(one: Dated) -> Iterator[str]:
    row, due = one.row, one.due
    yield f"{_heading(one)} {legal_date(due.act_by)}."
    if row.nominal and row.late_after:
        yield f"Plain count: {legal_date(row.nominal)}. Not late before {legal_date(row.late_after)} is over."
    yield from (words for words in (due.who and f"{due.who}.", due.citation, due.uncertain) if words)
    yield INFORMS
