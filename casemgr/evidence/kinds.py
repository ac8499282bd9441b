"""What an entry of the evidence log can be, in the field's words, and how its date reads."""

from __future__ import annotations

from datetime import date, time

VIOLATION = "stay_put_violation"
"""What looks like a change of the placement that stays put: the page of stay-put lists these entries."""

EVIDENCE_KINDS: dict[str, str] = {
    "call": "Phone or video call",
    "email": "E-mail",
    "text_message": "Text message",
    "letter_sent": "Letter sent",
    "document": "Paper received",
    "conversation": "Talk in person",
    "meeting": "Meeting",
    "incident": "Incident",
    "observation": "Observation",
    "missed_service": "Missed service",
    VIOLATION: "Suspected break of stay-put",
    "other": "Something else",
}
"""Kind: label. The order is the order of every list of kinds."""

KIND_HINTS: dict[str, str] = {
    "call": "Who called whom, what was said, and what was promised by when. Write the words used if you remember them.",
    "email": "Who wrote to whom, and the sentence that matters. Add the e-mail itself under Papers.",
    "text_message": "Who wrote to whom, and the words. A screenshot under Papers is good proof.",
    "letter_sent": "What you asked for, and how it was sent: certified mail, by hand. Add the letter and the receipt.",
    "document": "What it says that matters, on which page, and how and when you got it.",
    "conversation": "Who was there, what was said, and where it was.",
    "meeting": "Who was there, what was decided, what was refused and why, and what happens next.",
    "incident": "What happened before, during and after; who saw it; who was told.",
    "observation": "Only what you saw or heard: where, how long, how often. What you make of it goes below.",
    "missed_service": "Which service of the plan, how many minutes, the reason given, and if it was made up later.",
    VIOLATION: "What changed (school, setting, services, a removal), since when, who told you, and what the plan says.",
    "other": "Who, what, where and when. Facts first.",
}

KIND_ICONS: dict[str, str] = {
    "call": "talk",
    "email": "paper",
    "text_message": "talk",
    "letter_sent": "packet",
    "document": "paper",
    "conversation": "person",
    "meeting": "people",
    "incident": "alert",
    "observation": "eye",
    "missed_service": "clock",
    VIOLATION: "shield",
    "other": "flag",
}

QUICK_KINDS = ("call", "email", "meeting", "missed_service", "incident")
"""The kinds that the log offers with one press; the others are one press further."""

PRECISIONS: dict[str, str] = {
    "day": "I know the day",
    "month": "I only know the month",
    "year": "I only know the year",
}


WEIGHTS: dict[str, str] = {
    "": "Not said",
    "strong": "Strong: it proves the point by itself",
    "helps": "It helps: together with other evidence",
    "weak": "Weak: it needs support",
}
"""How much an entry weighs for the case, as the person who logs it judges."""

LEARNED: dict[str, str] = {
    "": "Not said",
    "saw": "I saw or heard it myself",
    "told": "Somebody told me",
    "paper": "I read it in a paper",
}
"""How the person who logs an entry knows of it: a hearing officer asks first who saw it."""


def known_day(on: date, precision: str) -> date:
    """Return the first day of what is known: a month is kept as its first day, a year as January 1."""
    if precision == "year":
        return on.replace(month=1, day=1)
    return on.replace(day=1) if precision == "month" else on


def when_words(on: date, precision: str = "day", at: time | None = None) -> str:
    """Say when it happened, no more exactly than it is known: `March 3, 2025, 4:05 p.m.`, `March 2025`, `2025`."""
    if precision == "year":
        return f"{on.year}"
    if precision == "month":
        return f"{on:%B} {on.year}"
    day = f"{on:%B} {on.day}, {on.year}"
    return f"{day}, {at.hour % 12 or 12}:{at:%M} {'a.m.' if at.hour < 12 else 'p.m.'}" if at else day
