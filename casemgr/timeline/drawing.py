"""A timeline as one SVG. Pure: frozen dataclasses in, the drawing as text out; standard library only.

Colors and fonts come from the style sheet (classes `tl-…`), so that one drawing serves light, dark and paper. Every
mark is a link with a name; marks that would touch are drawn as one, with their count, and lead nearer. The drawing is
a picture of a list that stands beside it: nothing is told here alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from casemgr.timeline.scale import Window, ticks

WIDTH = 1200
GUTTER = 136
PLOT = WIDTH - GUTTER - 18
HEAD = 46
BAND = 34
ROW = 34
PAD = 8
APART = 30
"""Marks nearer than this are one: a finger can tell the others apart (24 px) also where the drawing is made smaller."""
MOST_ROWS = 3
LETTER = 7.2
"""How wide a letter of a label is at most, on the average."""
SHAPES = {
    "deadlines": '<path class="tl-shape" d="M-9-8H9L0 9Z"/>',
    "facts": '<path class="tl-shape" d="M0-10L10 0L0 10L-10 0Z"/>',
    "log": '<circle class="tl-shape" r="8.5"/>',
    "papers": '<path class="tl-shape" d="M-7-9H3L7-5V9H-7Z"/>',
}


@dataclass(frozen=True)
class Mark:
    """One thing on its day. `name` is what its link says; `label` the words beside it, as far as there is room.

    since, until: further days that belong to it (the other dates of a deadline; a month, where only that is known).
    """

    on: date
    label: str
    name: str
    url: str
    since: date | None = None
    until: date | None = None
    tone: str = ""
    is_starred: bool = False


@dataclass(frozen=True)
class Span:
    """Something that lasts: a stage, a proceeding. `last` None: it goes on."""

    first: date
    last: date | None
    label: str
    name: str
    url: str = ""


@dataclass(frozen=True)
class Lane:
    """Marks of one kind (a key of SHAPES), in order of their days."""

    kind: str
    label: str
    marks: Sequence[Mark]


@dataclass(frozen=True)
class Picture:
    """What is drawn. `nearer(first, last, lane)` is where a cluster of these days leads to, and what that does."""

    shown: Window
    today: date
    stages: Sequence[Span]
    proceedings: Sequence[Span]
    lanes: Sequence[Lane]
    nearer: Callable[[str, date, date], tuple[str, str]]


@dataclass(frozen=True)
class _Placed:
    """One mark or a cluster, where it stands in its lane."""

    x: float
    row: int
    room: float
    marks: tuple[Mark, ...]


def draw(picture: Picture) -> str:
    """Return the <svg> element, `WIDTH` units wide and as high as it needs."""
    bars = _rows_of_bars(picture)
    lanes = [(lane, _place(lane, picture.shown)) for lane in picture.lanes]
    y, parts = float(HEAD), []
    parts.append(_stages(picture, y))
    y += BAND + PAD
    if bars:
        parts.append(_bars(picture, bars, y))
        y += _height(len(bars))
    for lane, placed in lanes:
        parts.append(_lane(picture, lane, placed, y))
        y += _height(max((one.row for one in placed), default=0) + 1)
    frame = _scale(picture, y)
    return (
        f'<svg class="tl-drawing" viewBox="0 0 {WIDTH} {_n(y + 2)}" role="group" aria-label="Timeline, drawn"'
        f' xmlns="http://www.w3.org/2000/svg">{frame}{"".join(parts)}{_today(picture, y)}</svg>'
    )


def _height(rows: int) -> float:
    return rows * ROW + PAD


def _x(shown: Window, on: date) -> float:
    """Return where the middle of a day lies."""
    return GUTTER + ((on - shown.first).days + 0.5) / shown.days * PLOT


def _edges(shown: Window, first: date, last: date | None) -> tuple[float, float]:
    """Return where a span begins and ends in the window."""
    a_day = PLOT / shown.days
    start = _x(shown, max(first, shown.first)) - a_day / 2
    end = _x(shown, min(last or shown.last, shown.last)) + a_day / 2
    return start, end


def _scale(picture: Picture, bottom: float) -> str:
    shown, lines = picture.shown, []
    for tick in ticks(shown, PLOT):
        x = _edges(shown, tick.on, tick.on)[0]
        lines.append(f'<path class="tl-line{" tl-line-strong" if tick.above else ""}" d="M{_n(x)} 24V{_n(bottom)}"/>')
        lines.append(f'<text class="tl-tick" x="{_n(x + 4)}" y="38">{escape(tick.words)}</text>')
        if tick.above:
            lines.append(f'<text class="tl-tick tl-tick-above" x="{_n(x + 4)}" y="18">{escape(tick.above)}</text>')
    return f'<g aria-hidden="true">{"".join(lines)}</g>'


def _today(picture: Picture, bottom: float) -> str:
    if not picture.shown.holds(picture.today):
        return ""
    x = _x(picture.shown, picture.today)
    at = f'x="{_n(x)}" y="{HEAD - 2}"' if x < WIDTH - 50 else f'x="{_n(x - 4)}" y="{HEAD - 2}" text-anchor="end"'
    return (
        f'<g class="tl-today" aria-hidden="true"><path d="M{_n(x)} {HEAD}V{_n(bottom)}"/>'
        f'<text {at} dx="4" dy="12">Today</text></g>'
    )


def _stages(picture: Picture, y: float) -> str:
    shown = picture.shown
    bands = []
    for place, span in enumerate(one for one in picture.stages if shown.holds(one.first, one.last or date.max)):
        start, end = _edges(shown, span.first, span.last)
        label = _cut(span.label, end - start - 12)
        bands.append(
            f'<g class="tl-stage tl-stage-{place % 2}"><title>{escape(span.name)}</title>'
            f'<rect x="{_n(start)}" y="{_n(y)}" width="{_n(max(end - start, 2))}" height="{BAND - 8}"/>'
            f'<text x="{_n(start + 6)}" y="{_n(y + 18)}">{escape(label)}</text></g>'
        )
    return _titled("Stage", y, BAND - 8) + "".join(bands)


def _rows_of_bars(picture: Picture) -> list[list[Span]]:
    """Put proceedings that run at the same time below each other."""
    rows: list[list[Span]] = []
    for span in sorted(picture.proceedings, key=lambda one: one.first):
        if not picture.shown.holds(span.first, span.last or date.max):
            continue
        row = next((row for row in rows if row[-1].last is not None and row[-1].last < span.first), None)
        if row is None:
            rows.append([span])
        else:
            row.append(span)
    return rows


def _bars(picture: Picture, rows: list[list[Span]], y: float) -> str:
    shown, bars = picture.shown, []
    for place, row in enumerate(rows):
        for span in row:
            start, end = _edges(shown, span.first, span.last)
            top, width = y + place * ROW + 2, max(end - start, 26)
            start = min(start, WIDTH - width)
            bars.append(
                f'<a class="tl-bar{"" if span.last else " tl-bar-open"}" href="{escape(span.url)}"'
                f' aria-label="{escape(span.name)}"><title>{escape(span.name)}</title>'
                f'<rect x="{_n(start)}" y="{_n(top)}" width="{_n(width)}" height="28" rx="5"/>'
                f'<text x="{_n(start + 8)}" y="{_n(top + 19)}">{escape(_cut(span.label, width - 14))}</text></a>'
            )
    return _titled("Proceedings", y, _height(len(rows)) - PAD) + "".join(bars) + _rule(y - PAD / 2)


def _place(lane: Lane, shown: Window) -> list[_Placed]:
    """Put marks that touch together, and spread the others over rows so that their words have room."""
    groups: list[tuple[float, list[Mark]]] = []
    for mark in lane.marks:
        x = _x(shown, mark.on)
        if groups and x - groups[-1][0] < APART:
            groups[-1][1].append(mark)
        else:
            groups.append((x, [mark]))
    rows: list[list[tuple[float, list[Mark]]]] = []
    for x, marks in groups:
        free = next((row for row in rows if _ends(*row[-1]) <= x), None)
        if free is None and len(rows) < MOST_ROWS:
            rows.append(free := [])
        if free is None:
            free = min(rows, key=lambda row: row[-1][0])
        free.append((x, marks))
    placed = []
    for number, row in enumerate(rows):
        for place, (x, marks) in enumerate(row):
            following = row[place + 1][0] - APART / 2 if place + 1 < len(row) else WIDTH
            placed.append(_Placed(x, number, following - x - 18, tuple(marks)))
    return sorted(placed, key=lambda one: one.x)


def _ends(x: float, marks: Sequence[Mark]) -> float:
    return x + 18 + (min(len(marks[0].label), 26) * LETTER if len(marks) == 1 else 0) + APART / 2


def _lane(picture: Picture, lane: Lane, placed: Sequence[_Placed], y: float) -> str:
    rows = max((one.row for one in placed), default=0) + 1
    drawn = []
    for one in placed:
        middle = y + one.row * ROW + ROW / 2
        drawn.append(_mark(picture, lane, one, middle) if len(one.marks) == 1 else _cluster(picture, lane, one, middle))
    title = _titled(lane.label, y, _height(rows) - PAD)
    return f'<g class="tl-{lane.kind}">{title}{"".join(drawn)}</g>{_rule(y - PAD / 2)}'


def _mark(picture: Picture, lane: Lane, one: _Placed, y: float) -> str:
    [mark] = one.marks
    tone = f" tl-{mark.tone}" if mark.tone else ""
    star = '<path class="tl-star" d="M0-15L3-9L9-9L4-5L6 1L0-3L-6 1L-4-5L-9-9L-3-9Z"/>' if mark.is_starred else ""
    room = min(one.room, WIDTH - one.x - 18)
    words = escape(_cut(mark.label, room))
    label = f'<text class="tl-label" x="16" y="5">{words}</text>' if words else ""
    return (
        f"{''.join(_whisker(picture.shown, mark, y))}"
        f'<a class="tl-mark{tone}" href="{escape(mark.url)}" aria-label="{escape(mark.name)}"'
        f' transform="translate({_n(one.x)} {_n(y)})"><title>{escape(mark.name)}</title>'
        f'<rect class="tl-hit" x="-14" y="-14" width="28" height="28"/>{SHAPES[lane.kind]}{star}{label}</a>'
    )


def _whisker(shown: Window, mark: Mark, y: float) -> Iterator[str]:
    """The days around the mark: a line below it, so that its words stay free, with an end at each."""
    others = [day for day in (mark.since, mark.until) if day is not None and day != mark.on]
    if not others:
        return
    ends = [_x(shown, min(max(day, shown.first), shown.last)) for day in (min(*others, mark.on), max(*others, mark.on))]
    low, high = _n(ends[0]), _n(ends[1])
    yield f'<path class="tl-whisker" d="M{low} {_n(y + 12)}H{high}"/>'
    for day in others:
        if shown.holds(day):
            yield f'<path class="tl-whisker" d="M{_n(_x(shown, day))} {_n(y + 8)}v7"/>'


def _cluster(picture: Picture, lane: Lane, one: _Placed, y: float) -> str:
    first, last = one.marks[0].on, one.marks[-1].on
    url, what = picture.nearer(lane.kind, first, last)
    days = _day(first) if first == last else f"{_day(first)} to {_day(last)}"
    name = escape(
        f"{lane.label}: {len(one.marks)} from {days}. {what}"
        if first != last
        else f"{lane.label}: {len(one.marks)} on {days}. {what}"
    )
    tone = " tl-late" if any(mark.tone == "late" for mark in one.marks) else ""
    inside = "; ".join(mark.label for mark in one.marks[:8]) + (" …" if len(one.marks) > 8 else "")
    return (
        f'<a class="tl-cluster{tone}" href="{escape(url)}" aria-label="{name}"'
        f' transform="translate({_n(one.x)} {_n(y)})"><title>{name} {escape(inside)}</title>'
        f'<circle class="tl-shape" r="14"/><text text-anchor="middle" y="5">{len(one.marks)}</text></a>'
    )


def _titled(label: str, y: float, height: float) -> str:
    return f'<text class="tl-lane" x="4" y="{_n(y + min(height, ROW) / 2 + 5)}">{escape(label)}</text>'


def _rule(y: float) -> str:
    return f'<path class="tl-rule" d="M0 {_n(y)}H{WIDTH}"/>'


def _cut(words: str, room: float) -> str:
    """Return as much of a label as has room; nothing rather than a letter or two."""
    most = int(room / LETTER)
    if len(words) <= most:
        return words
    return f"{words[: most - 1].rstrip()}…" if most >= 5 else ""


def _day(on: date) -> str:
    return f"{on:%B} {on.day}, {on.year}"


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
