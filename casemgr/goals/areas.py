"""The areas that goals are written in, in the field's words."""

from __future__ import annotations

GOAL_AREAS: dict[str, str] = {
    "reading": "Reading",
    "writing": "Writing",
    "math": "Math",
    "communication": "Speech and language",
    "social": "Social and emotional",
    "behavior": "Behavior",
    "executive": "Attention and organization",
    "motor": "Motor skills",
    "daily_living": "Daily living",
    "transition": "After school (transition)",
    "other": "Something else",
}
"""Kind: label. The order is that of every list of areas."""

SHORT = 90


def goal_label(area: str, text: str) -> str:
    """Name a goal in one line: `Reading: Will read 90 words a minute`."""
    line = " ".join(text.split())
    line = line if len(line) <= SHORT else line[: SHORT - 1].rsplit(" ", 1)[0] + "…"
    return f"{GOAL_AREAS.get(area, area)}: {line}"
