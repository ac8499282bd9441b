"""Template filters: how dates, instants, sizes and counts read to a person."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from flask import Flask, current_app

DEFAULT_ZONE = "America/New_York"
HALVES = ("a.m.", "p.m.")


def legal_date(value: date | None) -> str:
    """`March 3, 2025`, as a filing writes it. Empty for no date."""
    return f"{value:%B} {value.day}, {value.year}" if value else ""


def short_date(value: date | str | None) -> str:
    """`Mar 3, 2025`, for tables and lists, also of a date kept as ISO text. Empty for no date."""
    if isinstance(value, str):
        value = date.fromisoformat(value) if value else None
    return f"{value:%b} {value.day}, {value.year}" if value else ""


def weekday_date(value: date | None) -> str:
    """`Monday, March 3, 2025`: the weekday helps to see a date that falls on a weekend."""
    return f"{value:%A}, {legal_date(value)}" if value else ""


def days_left(value: date | int | None, today: date | None = None) -> str:
    """Say how far a date is from `today`: `today`, `in 5 days`, `3 days ago`.

    Args:
        value: a date, or a number of days from today (negative: past). None gives no words.
        today: the local date of the case; without it, today in the zone of the installation.
    """
    if value is None:
        return ""
    days = value if isinstance(value, int) else (value - (today or local_today())).days
    match days:
        case 0:
            return "today"
        case 1:
            return "tomorrow"
        case -1:
            return "yesterday"
    return f"in {plural(days, 'day')}" if days > 0 else f"{plural(-days, 'day')} ago"


def local_today() -> date:
    """Today's date in the zone of the installation (`DEFAULT_TIMEZONE`)."""
    return datetime.now(_zone(None)).date()


def local_time(value: datetime | None, tz: str | None = None) -> str:
    """`March 3, 2025, 4:05 p.m. EST`: an instant (UTC when it names no zone) on the clock of zone `tz`."""
    if value is None:
        return ""
    instant = value.replace(tzinfo=UTC) if value.tzinfo is None else value
    local = instant.astimezone(_zone(tz))
    hour = local.hour % 12 or 12
    return f"{legal_date(local)}, {hour}:{local:%M} {HALVES[local.hour // 12]} {local.tzname()}"


def file_size(size: int | None) -> str:
    """`640 bytes`, `12 KB`, `3.4 MB`: decimal units, as file managers and court portals count."""
    if size is None:
        return ""
    if size < 1000:
        return plural(size, "byte")
    amount = float(size)
    for unit in ("KB", "MB", "GB"):
        amount /= 1000
        if amount < 999.5 or unit == "GB":
            break
    return f"{amount:.1f} {unit}" if amount < 10 and unit != "KB" else f"{amount:.0f} {unit}"


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 paper`, `3 papers`; `many` for a plural that is not made with an s."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _zone(name: str | None) -> ZoneInfo:
    default = current_app.config.get("DEFAULT_TIMEZONE", DEFAULT_ZONE) if current_app else DEFAULT_ZONE
    return ZoneInfo(name or default)


def init_app(app: Flask) -> None:
    shown = (legal_date, short_date, weekday_date, days_left, local_time, file_size, plural)
    app.jinja_env.filters.update({show.__name__: show for show in shown})
    app.jinja_env.globals["local_today"] = local_today
