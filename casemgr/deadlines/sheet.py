"""The deadline sheet: everything about one date on paper, with a line for the attorney's check and signature."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from casemgr.cases.models import Case
from casemgr.deadlines import doubts, why
from casemgr.deadlines.checks import is_of_this_date
from casemgr.deadlines.models import Deadline, DeadlineCheck, Fact
from casemgr.law.facts import FACTS
from casemgr.law.terms import FactKind, RuleKind, Verification
from casemgr.pdf import Sheet, make_sheet
from casemgr.pdf.model import Fields, Signature, Text
from casemgr.proceedings import words
from casemgr.web import voice
from casemgr.web.filters import legal_date, short_date, weekday_date

WEEKEND = "weekend"
HOW_SURE = {
    Verification.V: "The text of the provision was read.",
    Verification.V2: "A second-hand source states the rule.",
    Verification.V2Q: "A second-hand source quotes the provision.",
    Verification.U: "UNVERIFIED: from memory.",
}
STATEMENT = "I have compared these dates with the rule and the facts."
BOXES = ("☐ The dates are right.", "☐ I find another date: ____________________")
CHECK_LINE = "Compared with the rule and the facts:  ☐ right   ☐ I find another date: ________________"
INFORMS = "casemgr informs; it does not give legal advice."


@dataclass(frozen=True)
class Run:
    """Neighbouring days that were treated alike. `numbers` are those of counted days ("1 to 6"), else empty."""

    days: str
    numbers: str
    why: str


@dataclass(frozen=True)
class DeadlineSheet:
    """What the page and the PDF show alike. Pairs are (label, words); an empty value is left out."""

    title: str
    about: tuple[tuple[str, str], ...]
    dates: tuple[tuple[str, str, str], ...]
    trigger: str
    proof: str
    count: str
    runs: tuple[Run, ...]
    readings: tuple[str, ...]
    rule: tuple[tuple[str, str], ...]
    mark: str
    checks: tuple[str, ...]


def sheet_of(
    case: Case, row: Deadline, trigger: Fact | None, proof: str, checks: Sequence[DeadlineCheck]
) -> DeadlineSheet:
    """Put together the sheet of a deadline. `proof` names the paper behind the trigger; `checks` newest first."""
    days, told, mark = why.days_of(row), row.explanation, doubts.mark_of(row)
    meant = why.sentences_of(row)
    by_itself = told.get("kind") == RuleKind.MILESTONE.value
    return DeadlineSheet(
        title=voice.told(row.title),
        about=(("Student", case.student.name), ("State", case.state), ("Rule", row.rule_id)),
        dates=tuple(
            (heading, weekday_date(getattr(row, key)), meant[key])
            for key, heading in why.headings_of(row)
            if getattr(row, key)
        ),
        trigger=_trigger_words(row, trigger),
        proof=proof,
        count=why.count_sentence(row, days) or voice.told(row.reason),
        runs=tuple(runs_of(days)),
        readings=tuple(map(voice.told, (*told.get("readings", ()), *told.get("notes", ())))),
        rule=(
            ("What it says", told.get("text", "")),
            ("Citation", "\n".join(one for one in (", ".join(told.get("citations", ())), told.get("source")) if one)),
            ("Who must act", "Nobody: it comes by itself" if by_itself else words.PARTIES.get(row.actor, "")),
            ("If it is missed", told.get("if_missed") or "The rule itself does not say."),
            ("More time", told.get("extension") or "The rule gives no way to extend it."),
            (
                "How sure we are",
                f"{HOW_SURE[Verification(row.verification)]} {_compared(told.get('read_on', ''))}".strip(),
            ),
        ),
        mark=f"{mark.label}. {mark.text}" if mark else "",
        checks=tuple(check_words(row, check) for check in checks),
    )


def _compared(read_on: str) -> str:
    return f"Last compared with its source on {legal_date(date.fromisoformat(read_on))}." if read_on else ""


def runs_of(days: Sequence[why.Day]) -> Iterator[Run]:
    """Return the count in as few lines as it takes; weekends that do not count stand in no line of their own."""
    shown = [day for day in days if not (day.mark == "skipped" and day.why == WEEKEND)]
    for is_counted, group in groupby(shown, key=lambda day: None if day.mark == "start" else (bool(day.number), "")):
        run = list(group)
        if is_counted is None:
            yield from (Run(_day(day.on), "0", day.why) for day in run)
        elif is_counted[0]:
            first, last = run[0].number, run[-1].number
            yield Run(_from_to(run), f"{first}" if first == last else f"{first} to {last}", "counted")
        else:
            for reason, same in groupby(run, key=lambda day: day.why):
                yield Run(_from_to(list(same)), "", reason)


def _from_to(run: Sequence[why.Day]) -> str:
    first, last = run[0].on, run[-1].on
    return _day(first) if first == last else f"{_day(first)} to {_day(last)}"


def _day(on: date) -> str:
    return f"{on:%a}, {short_date(on)}"


def _trigger_words(row: Deadline, trigger: Fact | None) -> str:
    told = row.explanation["trigger"]
    label = voice.told(FACTS[FactKind(told["kind"])].label)
    when = ""
    if trigger is not None and trigger.precision != "day":
        month = f"{trigger.on_date:%B %Y} (only the month is known)"
        when = month if trigger.precision == "month" else "day not known"
    moved = row.explanation.get("moved_by")
    then = f" The start was moved by: {voice.told(FACTS[FactKind(moved)].label)}." if moved else ""
    return f"{label}, {when or weekday_date(date.fromisoformat(told['on']))}.{then}"


def check_words(row: Deadline, check: DeadlineCheck) -> str:
    """Say what a check found: who, when, and whether the dates are still those that were checked."""
    found = "found the dates right" if check.is_right else "found another date"
    of = "" if is_of_this_date(row, check) else f" This was of an older date: act by {legal_date(check.act_by)}."
    recorded = f" Recorded by {check.recorded_by_name}." if check.recorded_by_name != check.checked_by_name else ""
    note = f" “{check.note}”" if check.note else ""
    return f"{check.checked_by_name} {found} on {legal_date(check.checked_on)}.{of}{note}{recorded}"


def pdf_of(sheet: DeadlineSheet, *, letterhead: str, printed_on: date, made_at: datetime) -> bytes:
    """Return the sheet as a PDF, on one page where the count allows; the same bytes for the same sheet and day."""
    pdf = Sheet(
        title=sheet.title,
        blocks=(Fields(tuple(_pairs(sheet))), Text((CHECK_LINE,))),
        made_at=made_at,
        letterhead=(letterhead, f"Deadline sheet. {', '.join(f'{label}: {words}' for label, words in sheet.about)}"),
        signatures=(Signature("Signature of the attorney", "Name and bar number"),),
        marking=sheet.mark,
        footer=f"Printed on {legal_date(printed_on)}. {INFORMS}",
    )
    return make_sheet(pdf)


def _pairs(sheet: DeadlineSheet) -> Iterator[tuple[str, str]]:
    """Everything as label and words: headings would cost half a page."""
    if sheet.dates:
        yield "The dates", "\n".join(f"{heading}: {day}" for heading, day, _ in sheet.dates)
    yield "What started it", f"{sheet.trigger} Proof: {sheet.proof or 'no paper is tied to it yet.'}"
    lines = [f"{run.days}: {_counted_or_why(run)}" for run in sheet.runs if run.numbers != "0"]
    yield "The count", "\n".join([sheet.count, *lines])
    if sheet.readings:
        yield "Readings", "\n".join(sheet.readings)
    rule = dict(sheet.rule)
    yield "The rule", f"{rule['What it says']}\n{rule['Citation']}"
    acts = [rule["Who must act"], *(f"{name}: {rule[name]}" for name in ("If it is missed", "More time"))]
    yield "Who must act", "\n".join(acts)
    yield "How sure we are", rule["How sure we are"]
    if sheet.checks:
        yield "Checked before", "\n".join(sheet.checks)


def _counted_or_why(run: Run) -> str:
    return f"counted, no. {run.numbers}" if run.numbers else f"left out, {run.why}"
