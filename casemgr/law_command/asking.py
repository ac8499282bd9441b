"""What a person types after `law compute`: names of facts, dates, details, calendar files. Errors are sentences."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import get_close_matches
from pathlib import Path

from casemgr.law.answers import FILINGS
from casemgr.law.calendar_files import (
    CalendarFile,
    CalendarIncomplete,
    Problem,
    Row,
    RowKind,
    parse_day,
    read_csv,
    school_years,
)
from casemgr.law.days import SchoolYear
from casemgr.law.deadlines import Fact
from casemgr.law.facts import FACTS, birthdays
from casemgr.law.packfiles import states
from casemgr.law.rulebook import Rulebook, packed_states, rulebook_for
from casemgr.law.terms import FactKind, PartyRole, Precision

FEDERAL = "US"
FEDERAL_ONLY = "Federal rules only: name the State with --state, since it may set shorter or longer times."
BIRTH = ("born_on", "born", "birthday", "birth_date", "date_of_birth", "dob")
FILERS = {
    "lea": PartyRole.LEA,
    "district": PartyRole.LEA,
    "school": PartyRole.LEA,
    "school_district": PartyRole.LEA,
    "parent": PartyRole.PARENT,
    "parents": PartyRole.PARENT,
    "student": PartyRole.PARENT,
    "adult_student": PartyRole.PARENT,
}
LEA_FILED = ("lea_filed", "district_filed", "school_filed", "filed_by_lea", "filed_by_district")
YES = ("yes", "true", "1", "")
SHORT_NAMES = {
    "complaint_received": FactKind.DUE_PROCESS_COMPLAINT_RECEIVED,
    "complaint_filed": FactKind.DUE_PROCESS_COMPLAINT_FILED,
    "hearing_requested": FactKind.DUE_PROCESS_COMPLAINT_FILED,
    "consent_received": FactKind.EVALUATION_CONSENT_RECEIVED,
    "hearing": FactKind.HEARING_SCHEDULED,
    "hearing_date": FactKind.HEARING_SCHEDULED,
    "waiver": FactKind.RESOLUTION_MEETING_WAIVED,
    "waived": FactKind.RESOLUTION_MEETING_WAIVED,
    "impasse": FactKind.NO_AGREEMENT_POSSIBLE,
    "decision": FactKind.DECISION_ISSUED,
    "amended": FactKind.AMENDED_COMPLAINT_FILED,
}
"""What people call the facts that are asked for most; said back in the answer under the full name."""
MOST_MATCHES = 6
MONTH = re.compile(r"\d{4}-\d{2}$")


class Refused(ValueError):
    """What was typed cannot be used. `matches` are close names, where a name is unknown."""

    def __init__(self, text: str, matches: Sequence[str] = ()) -> None:
        self.matches = tuple(matches)
        super().__init__(text + (f" Did you mean: {', '.join(matches)}?" if matches else ""))


def state_code(text: str) -> str:
    """Two letters, from a code or a name in any case. "US" is federal law alone. Raises Refused."""
    plain = " ".join(text.replace("_", " ").split()).casefold()
    if plain in ("", "us", "federal"):
        return FEDERAL
    for code, state in states().items():
        if plain in (code.casefold(), state.name.casefold()):
            return code
    names = {state.name.casefold(): f"{code} ({state.name})" for code, state in states().items()}
    close = [names[name] for name in get_close_matches(plain, names, MOST_MATCHES)]
    raise Refused(f"There is no State “{text}”. Use two letters, such as MA.", close)


def book_of(code: str) -> Rulebook:
    """The rules of a State; for "US" the federal ones, with a notice that a State was not named."""
    book = rulebook_for(code)
    return replace(book, notices=(FEDERAL_ONLY,)) if code == FEDERAL else book


def rule_id(book: Rulebook, text: str) -> str:
    """The id of a rule of this rulebook. Raises Refused, with close ids, or naming the State whose rule it is."""
    wanted = text.strip().casefold().replace("_", "-")
    known = list(dict.fromkeys(rule.id for rule in book.rules))
    if wanted in known:
        return wanted
    owner = wanted.partition("-")[0].upper()
    if owner in packed_states() and owner != book.state:
        raise Refused(f"{wanted} is no rule here: rules of {packed_states()[owner]} need --state {owner}.")
    words = " ".join(text.casefold().split())
    meant = [rule.id for rule in book.rules if words and words in f"{rule.citation} {rule.title}".casefold()]
    raise Refused(f"There is no rule “{text}”.", list(dict.fromkeys([*_close(wanted, known), *meant]))[:MOST_MATCHES])


def _close(wanted: str, known: Sequence[str]) -> list[str]:
    holding = [name for name in known if wanted and (wanted in name or name in wanted)]
    return list(dict.fromkeys([*get_close_matches(wanted, known, MOST_MATCHES, 0.55), *holding]))[:MOST_MATCHES]


def day(text: str) -> date:
    try:
        return parse_day(text)
    except ValueError as problem:
        raise Refused(str(problem)) from problem


def filer(text: str) -> PartyRole:
    found = FILERS.get(_name(text))
    if found is None:
        raise Refused(f"“{text}” cannot file. Use parent or lea.")
    return found


def _name(text: str) -> str:
    return "_".join(text.casefold().replace("-", " ").replace("_", " ").split())


# -- facts ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Typed:
    """What --fact and --detail gave: facts, details for the trigger of the rule that is asked for, and who filed."""

    facts: tuple[Fact, ...]
    details: dict[str, str]
    filed_by: PartyRole | None = None


def facts_of(texts: Iterable[str], details: Iterable[str]) -> Typed:
    """Read NAME=DATE[,KEY=VALUE…] and KEY=VALUE. Raises Refused."""
    facts: list[Fact] = []
    extra: dict[str, str] = {}
    by: PartyRole | None = None
    for text in details:
        key, value = _pair(text)
        extra[key] = value
    for number, text in enumerate(texts, 1):
        name, _, rest = text.partition("=")
        plain = _name(name)
        if plain in ("filed_by", "by"):
            by = filer(rest)
        elif plain in LEA_FILED:
            by = PartyRole.LEA
            if _name(rest) not in YES:
                filed = FactKind.DUE_PROCESS_COMPLAINT_FILED
                facts.append(Fact(f"{filed.value}#{number}", filed, day(rest), filed_by=by))
        elif plain in BIRTH:
            facts += _birthdays(day(rest))
        elif plain not in SHORT_NAMES and plain not in FACTS and plain in _detail_keys():
            extra[plain] = rest.strip()
        else:
            facts.append(_fact(f"{plain}#{number}", _kind(name), rest))
    if "filed_by" in extra:
        by = filer(extra.pop("filed_by"))
    return Typed(tuple(facts), extra, by)


def _pair(text: str) -> tuple[str, str]:
    key, equals, value = text.partition("=")
    if not equals or not key.strip() or not value.strip():
        raise Refused(f"“{text}” is not KEY=VALUE.")
    return _name(key), value.strip()


def _kind(name: str) -> FactKind:
    plain = _name(name)
    if plain in FACTS:
        return FactKind(plain)
    if plain in SHORT_NAMES:
        return SHORT_NAMES[plain]
    words = set(plain.split("_"))
    holding = [kind for kind in FactKind if words <= set(kind.value.split("_"))]
    if len(holding) == 1:
        return holding[0]
    close = [kind.value for kind in holding] or _close(plain, [kind.value for kind in FactKind])
    raise Refused(f"There is no fact “{name.strip()}”; `law facts` lists them.", close[:MOST_MATCHES])


def _fact(fact_id: str, kind: FactKind, rest: str) -> Fact:
    first, *pairs = rest.split(",")
    if not first.strip():
        raise Refused(f"{kind.value} needs a date: --fact {kind.value}=2026-11-18")
    details = dict(_pair(pair) for pair in pairs)
    by = details.pop("by", None) or details.pop("filed_by", None)
    proceeding = details.pop("proceeding", None)
    check_details(kind, details)
    filed_by = filer(by) if by and kind in FILINGS else None
    month_only = MONTH.match(first.strip())
    on = day(f"{first.strip()}-01" if month_only else first)
    precision = Precision.MONTH if month_only else Precision.DAY
    return Fact(fact_id, kind, on, proceeding, filed_by, details, precision)


def check_details(kind: FactKind, details: dict[str, str]) -> None:
    """Raises Refused for a detail that this fact does not have, or a value that is not one of its answers."""
    known = {detail.key: detail for detail in FACTS[kind].details}
    for key, value in details.items():
        if key not in known and key != "born_on":
            has = ", ".join(known) or "none"
            raise Refused(f"{kind.value} has no detail “{key}” (it has: {has}).")
        choices = known[key].choices if key in known else {}
        if choices and value not in choices:
            raise Refused(f"{key} of {kind.value} is one of: {', '.join(choices)}.")


def _detail_keys() -> set[str]:
    return {detail.key for info in FACTS.values() for detail in info.details}


def _birthdays(born_on: date) -> list[Fact]:
    details = {"born_on": born_on.isoformat()}
    return [Fact(f"{kind.value}#born", kind, on, details=details) for kind, on in birthdays(born_on).items()]


# -- school calendars -------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Calendars:
    """School years from files, and what to say about the files."""

    years: tuple[SchoolYear, ...]
    notes: tuple[str, ...]


def calendars(paths: Iterable[Path], state: str, first: date | None, last: date | None) -> Calendars:
    """Read calendar files. Raises Refused when a line of a CSV cannot be read, or a first or last day is missing.

    A broken event of an .ics file is a note: those files hold much that is no school day."""
    rows: list[Row] = []
    notes: list[str] = []
    for path in paths:
        found, is_ics = _read(path, state)
        told = [f"{path.name}, line {problem.line}: {problem.text}" for problem in found.problems]
        if told and (not is_ics or not found.rows):
            raise Refused("The calendar cannot be used:\n" + "\n".join(told))
        notes += told
        rows += found.rows
    rows += [
        Row(bound, bound, kind, "", 0, "Given with the question.", stated=True)
        for bound, kind in ((first, RowKind.FIRST), (last, RowKind.LAST))
        if bound is not None
    ]
    if not rows:
        return Calendars((), tuple(notes))
    try:
        made = school_years(rows)
    except (CalendarIncomplete, ValueError) as incomplete:
        hint = " For an .ics without them use --first-day and --last-day." if "missing" in str(incomplete) else ""
        raise Refused(f"The calendar cannot be used: {incomplete}{hint}") from incomplete
    return Calendars(made.years, (*notes, *made.notes))


def _read(path: Path, state: str) -> tuple[CalendarFile, bool]:
    try:
        data = path.read_bytes()
    except OSError as problem:
        raise Refused(f"{path}: cannot be read ({problem.strerror}).") from problem
    if b"BEGIN:VCALENDAR" in data[:4000].upper():
        from casemgr.deadlines.ics_files import read_ics  # its libraries take longer to load than all of the law

        zone = {"zone": states()[state].timezone} if state in states() else {}
        return read_ics(data, **zone), True
    if path.suffix.casefold() in (".ics", ".ical", ".ifb"):
        return CalendarFile((), (Problem(1, "This is not an iCalendar (.ics) file."),)), True
    return read_csv(data), False
