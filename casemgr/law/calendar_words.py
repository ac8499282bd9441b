"""What an entry of a school calendar says: is there school that day? Plain word rules that a person can check.

The rules are read from top to bottom, the first that matches decides, and its reason is shown beside the row. Nothing
is taken for a day off because of its date. What no rule knows is left out, with the reason, for a person to correct.
"""

import re
from enum import StrEnum
from typing import NamedTuple


class RowKind(StrEnum):
    """What a row of a calendar file was taken for. The first five are the kinds of the CSV."""

    FIRST = "first"  # first day with school
    LAST = "last"  # last day with school
    CLOSED = "closed"  # no school for all students
    SNOW = "snow"  # no school, decided late: it wins over "open"
    OPEN = "open"  # a school day, also where a longer stretch is closed
    IGNORED = "ignored"  # changes nothing


class Taken(NamedTuple):
    kind: RowKind
    why: str


class _Word(NamedTuple):
    kind: RowKind
    pattern: re.Pattern[str]
    why: str


def _word(kind: RowKind, pattern: str, why: str) -> _Word:
    return _Word(kind, re.compile(pattern), why)


_SOME = r"kindergarten|pre-?k|preschool|grades?|seniors?|k-\d|elementary|middle|high|juniors?|freshm[ae]n|\d+th"
_NOT_ALL = rf"{_SOME}|teachers?|staff|faculty|semester|quarter|trimester|term|marking|summer|esy|before"
_FIRST = r"(?:first|1st|opening) day (?:of|for) (?:the )?(?:\d{4}\S* )?(?:school|class|student)"
_LAST = r"(?:last|final) day (?:of|for) (?:the )?(?:\d{4}\S* )?(?:school|class|student)"
_BREAK = (
    r"(?:winter|spring|fall|autumn|summer|mid-?winter|mid-?year|holiday|christmas|thanksgiving|february|april|year-end)"
)
_LEGAL_HOLIDAY = (
    r"labor day|columbus day|indigenous people'?s'? day|veteran'?s'? day|thanksgiving|christmas|new year'?s?|"
    r"martin luther king|mlk|president'?s'? day|washington'?s birthday|patriot'?s'? day|memorial day|juneteenth|"
    r"independence day|good friday"
)
_HAPPENING = (
    r"concert|party|fair|shop|parade|assembly|camp|lunch|luncheon|feast|breakfast|games?|tournament|practice|rehearsal|"
    r"performance|show|ceremony|fundraiser|drive|bazaar|sale|celebration|meetings?|committee|night|dance|trip|spirit|"
    r"craft|registration|orientation|open house|workshop|reminder|homework|club"
)

NO_SCHOOL = "It says that there is no school."
"""The reason of what says so in words; the other closures are taken from what a day is called."""

RULES: tuple[_Word, ...] = (
    _word(RowKind.IGNORED, r"\bif needed\b|\bif necessary\b", "It says “if needed”: decide whether there is school."),
    _word(
        RowKind.IGNORED,
        rf"\bno (?:school|class(?:es)?)\b.{{0,12}}\b(?:{_SOME})\b|\bno (?:{_SOME})\b",
        "Only some students are off, so it is still a school day.",
    ),
    _word(
        RowKind.OPEN,
        r"\bno (?:school )?(?:p\.?m\.?|a\.?m\.?|afternoon|morning)\b",
        "Part of the day has school, so it is a school day (34 CFR 300.11(c)).",
    ),
    _word(RowKind.OPEN, r"\bmake-? ?up (?:snow )?day\b|\bsnow make-? ?up\b", "A make-up day is a school day."),
    _word(
        RowKind.SNOW,
        r"\bsnow day\b|\b(?:weather|emergency|storm|snow) (?:day|clos)|\bschools? (?:is |are )?cancell?ed\b|"
        r"\b(?:closed|closing|closure|cancell?ed)\b.*\b(?:snow|weather|storm|ice|emergency)\b",
        "It says that school was closed for the weather or an emergency.",
    ),
    _word(
        RowKind.CLOSED,
        r"\bno (?:school|class(?:es)?|students?)\b|\bstudents? (?:off|holiday)\b|"
        r"\b(?:schools?|district|buildings?)(?:,? (?:and|&) offices| offices)? (?:is |are |will be )?closed\b|"
        r"\bnon-?(?: )?(?:student|instructional|attendance|school)\b|\bstudent-free\b|\bpupil-free\b",
        NO_SCHOOL,
    ),
    _word(
        RowKind.IGNORED,
        rf"(?:{_FIRST}|{_LAST}).*\b(?:{_NOT_ALL})\b|\b(?:{_NOT_ALL}) (?:{_FIRST}|{_LAST})|"
        r"\b(?:summer school|esy|extended school year|summer program)\b",
        "It speaks of some students only, or of a term or the summer program; those bounds do not count.",
    ),
    _word(
        RowKind.FIRST,
        rf"\b{_FIRST}|\b(?:school|school year|classes) (?:begins?|starts?|opens)\b|"
        r"\bstart of (?:the )?school(?: year)?\b|\bstudents' first day\b",
        "It says that school begins.",
    ),
    _word(
        RowKind.LAST,
        rf"\b{_LAST}|\b(?:school year|classes|school) ends?\b|\bend of (?:the )?school year\b|"
        r"\bschool closes for (?:the )?(?:year|summer)\b|\bstudents' last day\b",
        "It says that school ends.",
    ),
    _word(
        RowKind.OPEN,
        r"\bearly (?:release|dismissal|out)\b|\bhalf[- ]days?\b|\bminimum day\b|\bshortened\b|\bnoon dismissal\b|"
        r"\bdelayed (?:opening|start)\b|\blate (?:start|arrival|opening)\b|\bhour delay\b|\bdismissal at\b|\b1/2 day\b",
        "Part of the day has school, so it is a school day (34 CFR 300.11(c)).",
    ),
    _word(
        RowKind.OPEN,
        r"\b(?:schools?|classes|instruction) (?:re-?opens?|resumes?|in session|is in session|are in session)\b|"
        r"\bstudents return\b|\breturns? (?:to school|from)\b|\bback to school(?! night)",
        "It says that there is school.",
    ),
    _word(RowKind.IGNORED, r"\b(?:last|final) (?:school )?day before\b", "The day before a stretch without school."),
    _word(RowKind.IGNORED, rf"\b(?:{_HAPPENING})\b", "It is something that takes place, not a day without school."),
    _word(
        RowKind.IGNORED,
        r"\b(?:begins?|starts?|ends?|at (?:noon|close|the end)|close of)\b",
        "It says when something begins or ends, not which days have no school: enter the days.",
    ),
    _word(RowKind.CLOSED, r"\bholidays?\b", "It says “holiday”."),
    _word(RowKind.CLOSED, r"\bvacation\b", "It says “vacation”."),
    _word(RowKind.CLOSED, r"\brecess\b", "It says “recess”."),
    _word(RowKind.CLOSED, rf"\b{_BREAK} (?:vacation )?break\b|^break$|\bschool break\b", "It says “break”."),
    _word(
        RowKind.CLOSED,
        r"\bprofessional (?:development|learning|day|growth)\b|\bteachers?'?s? (?:work|in-?service|planning|prep)|"
        r"\bworkday\b|\bin-?service\b|\bstaff (?:development|work|pd|planning)\b|\binstitute day\b|"
        r"\bconference day\b|\bpd day\b|\bconvention\b|\brecord day\b",
        "A day for teachers, usually without students: check it.",
    ),
    _word(
        RowKind.CLOSED,
        rf"\b(?:{_LEGAL_HOLIDAY})\b",
        "The name of a legal holiday; districts usually have no school: check it.",
    ),
)
UNKNOWN = Taken(RowKind.IGNORED, "Nothing in it says whether there is school.")


def taken_for(text: str) -> Taken:
    """What an entry with this title means for school, and why."""
    plain = _plain(text)
    for rule in RULES:
        if rule.pattern.search(plain):
            return Taken(rule.kind, rule.why)
    return UNKNOWN


def _plain(text: str) -> str:
    """Lower case, straight quotes and hyphens, single spaces: what the rules are written for."""
    for typographic, typed in (("’", "'"), ("‘", "'"), ("–", "-"), ("—", "-"), ("‑", "-")):
        text = text.replace(typographic, typed)
    return " ".join(text.casefold().split())
