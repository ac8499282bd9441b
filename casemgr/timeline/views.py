"""The timeline of a case: drawn, and as a list."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from itertools import groupby
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask_login import current_user
from markupsafe import Markup

from casemgr.accounts.access import Access
from casemgr.accounts.roles import Permission
from casemgr.cases.clock import today
from casemgr.issues import queries as issues
from casemgr.law.transitions import STAGES
from casemgr.proceedings import words
from casemgr.timeline import queries, scale, services
from casemgr.timeline.drawing import Lane, Mark, Picture, Span, draw
from casemgr.timeline.forms import Asked, asked, item_of
from casemgr.timeline.queries import KINDS, Item, Story
from casemgr.timeline.scale import DAY, ZOOMS, Window
from casemgr.web.filters import legal_date
from casemgr.web.permissions import case_access, requires

bp = Blueprint("timeline", __name__)

MOST_LISTED = 300
"""More than this is not listed one by one: the list then has the months, each with its count."""


@bp.get("/cases/<uuid:case_id>/timeline")
@requires(Permission.CASE_READ)
def index(case_id: UUID) -> Any:
    access = case_access()
    want = asked(request.args)
    told = queries.story(access, current_user.id)
    shown = scale.window(want.zoom, scale.inside(want.at or told.today, told.extent), told.extent)
    found = queries.chosen(told, want.wanted)
    listed = [item for item in found if shown.holds(item.line.on, item.last)]
    return render_template(
        "timeline/index.html",
        case=access.case,
        drawing=Markup(draw(_picture(access, told, listed, shown, want))),  # noqa: S704 (it escapes what it is given)
        months=_months(listed),
        is_long=len(listed) > MOST_LISTED,
        month_url=lambda first: url_for(".index", case_id=case_id, **want.address(zoom="month", at=first)),
        count=len(listed),
        outside=len(found) - len(listed),
        shown=shown,
        asked=want,
        told=told,
        zooms=ZOOMS,
        kinds=KINDS,
        issue_choices=issues.choices(access.case),
        go=_ways(access, told, shown, want),
        here=want.address(at=shown.first),
        organization=access.organization.name,
        printed_on=today(access.case),
    )


@bp.post("/cases/<uuid:case_id>/timeline/marks")
@requires(Permission.CASE_READ)
def mark(case_id: UUID) -> Any:
    """Mark one thing for the person who asks, or take the mark away; then show the same days again."""
    access = case_access()
    setting = next((name for name in ("mark", "unmark") if name in request.form), "")
    item = item_of(request.form.get(setting, "")) or abort(400)
    services.set_marked(access.case, *item, setting == "mark", by=current_user)
    address = asked(request.args).address()
    return redirect(url_for(".index", case_id=case_id, **address, _anchor=f"item-{item[1]}"))


def _ways(access: Access, told: Story, shown: Window, want: Asked) -> dict[str, str | None]:
    """Where the buttons of the timeline lead; None for one that would lead nowhere."""

    def to(zoom: str, at: date) -> str:
        return url_for(".index", case_id=access.case.id, **want.address(zoom=zoom, at=at), _anchor="drawn")

    middle = scale.inside(told.today, told.extent)
    if not shown.holds(middle):
        middle = shown.first
    return {
        "in": to(scale.nearer(shown.zoom), middle) if shown.zoom != "month" else None,
        "out": to(scale.farther(shown.zoom), shown.first) if shown.zoom != "all" else None,
        "earlier": to(shown.zoom, shown.first - DAY) if shown.first > told.extent[0] else None,
        "later": to(shown.zoom, shown.last + DAY) if shown.last < told.extent[1] else None,
        **{f"zoom-{zoom}": to(zoom, middle if zoom not in ("all", shown.zoom) else shown.first) for zoom in ZOOMS},
    }


def _picture(access: Access, told: Story, listed: Sequence[Item], shown: Window, want: Asked) -> Picture:
    case_id = access.case.id

    def nearer(kind: str, first: date, last: date) -> tuple[str, str]:
        if shown.zoom == "month":
            return f"#on-{first:%Y-%m-%d}", "Show them in the list"
        address = want.address(zoom=scale.nearer(shown.zoom), at=first)
        return url_for(".index", case_id=case_id, **address, _anchor="drawn"), "Zoom in"

    lanes = [
        Lane(kind, label, [_mark(case_id, item) for item in listed if item.line.kind == kind])
        for kind, label in KINDS.items()
        if kind in want.wanted.kinds and kind != "moves"
    ]
    return Picture(
        shown,
        told.today,
        queries.stages(told, {stage.value: info.title for stage, info in STAGES.items()}),
        [_bar(case_id, row) for row in told.proceedings],
        lanes,
        nearer,
    )


def _bar(case_id: UUID, row: Any) -> Span:
    title = words.PROCEEDINGS[row.kind]
    since = f"{title}, since {legal_date(row.opened_on)}"
    name = f"{since}, ended {legal_date(row.ended_on)}" if row.ended_on else f"{since}, open"
    url = url_for("proceedings.show", case_id=case_id, proceeding_id=row.id)
    return Span(row.opened_on, row.ended_on, title, name, url)


def _mark(case_id: UUID, item: Item) -> Mark:
    line = item.line
    name = f"{line.when}: {line.title}"
    if line.kind == "deadlines":
        name = f"{line.title}. Act by {legal_date(line.on)}"
        name += f", nominal {legal_date(line.nominal)}" if line.nominal else ""
        name += f", late after {legal_date(line.late_after)}" if line.late_after else ""
        name += f". {line.note}" + (f" {line.doubt}." if line.doubt else "")
    return Mark(
        line.on,
        line.title,
        f"{name} (marked)" if item.is_marked else name,
        url_for(line.endpoint, case_id=case_id, **line.arguments),
        since=line.nominal,
        until=line.late_after or line.until,
        tone=line.state,
        is_starred=item.is_marked,
    )


def _months(items: Sequence[Item]) -> list[tuple[date, list[Item]]]:
    """Return the items by month, as the list has them."""
    return [(first, list(group)) for first, group in groupby(items, key=lambda item: item.line.on.replace(day=1))]
