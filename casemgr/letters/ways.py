"""How a letter goes out, and the words for what became of it."""

from __future__ import annotations

from typing import NamedTuple

from casemgr.platform import posting


class Way(NamedTuple):
    """`how`: as a fact keeps it; `proof`: what shows it."""

    label: str
    how: str
    proof: str


EMAIL = "email"
WAYS: dict[str, Way] = {
    EMAIL: Way("By e-mail, from here", "email", "The answer of the mail server, kept here"),
    "own_email": Way("By e-mail, from your own mail program", "email", "The sent message, as a file or picture"),
    "mail": Way("By mail", "mail", "A certificate of mailing, or a photo of the stamped envelope"),
    "certified": Way("By certified mail", "mail", "The receipt with its number, later the green card"),
    "hand": Way("By hand", "hand", "A copy that they stamped or signed with the date"),
    "fax": Way("By fax", "fax", "The report that the fax machine prints"),
    "portal": Way("Through a school portal", "portal", "A picture of the confirmation"),
}
BY_HAND = {key: way for key, way in WAYS.items() if key != EMAIL}

STATES: dict[str, tuple[str, str, str | None]] = {
    "draft": ("Draft", "edit", None),
    "sending": ("On its way", "clock", "accent"),
    "unknown": ("Look before you send it again", "alert", "late"),
    "sent": ("Sent", "check", "met"),
}
"""State of a letter: words, icon and tone of its badge. `unknown` is a letter that is being sent."""

SENDINGS: dict[str, tuple[str, str, str | None]] = posting.STATES | {
    "stopped": ("Stopped before it was sent", "close", None),
    "taken_back": ("Taken back: it was not sent", "history", None),
}
OVER = ("accepted", "by_hand")
"""States of a sending that went out."""
