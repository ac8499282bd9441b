"""`python -m casemgr law …`: ask the law from a terminal. Needs no database, no data folder and no settings."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, NoReturn

import click

HELP_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
AROUND = 6
"""Holidays are known this many years before the earliest and after the latest date: longer than any limit."""


@click.group()
def law() -> None:
    """Ask the law: compute a date, show a rule, list the facts, check the packs of rules."""


def _refuse(text: str, as_json: bool, matches: Sequence[str] = ()) -> NoReturn:
    """Say what is wrong and stop with status 2; with --json on standard output as well."""
    if as_json:
        click.echo(json.dumps({"error": text, "close_matches": list(matches)}, ensure_ascii=False, indent=2))
    click.echo(f"Error: {text}", err=True)
    sys.exit(2)


@law.command()
@click.option("--state", default="", metavar="MA", help="Two letters. Without it: federal law alone.")
@click.option("--rule", "rule_id", metavar="ID", help="Id of a rule. Without it: every deadline that the facts start.")
@click.option("--on", "on_text", metavar="DATE", help="Date of the fact that starts the rule (`law show` names it).")
@click.option(
    "--fact", "facts", multiple=True, metavar="NAME=DATE", help="What else happened; `law facts` lists names."
)
@click.option("--detail", "details", multiple=True, metavar="KEY=VALUE", help="Answer of the starting fact: days=10.")
@click.option("--filed-by", "filed_by", metavar="parent|lea", help="Who filed the proceeding. Without it: the parent.")
@click.option("--calendar", "paths", multiple=True, type=HELP_FILE, help="School calendar: FILE.csv or FILE.ics.")
@click.option("--first-day", metavar="DATE", help="First day of school, for a calendar file without it.")
@click.option("--last-day", metavar="DATE", help="Last day of school, for a calendar file without it.")
@click.option("--backwards", "--look-back", is_flag=True, help="--on is a filing: the earliest act that it reaches.")
@click.option("--today", "today_text", metavar="DATE", help="Day on which to say what is open or late.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object (docs/law-command.md describes it).")
def compute(
    state: str,
    rule_id: str | None,
    on_text: str | None,
    facts: tuple[str, ...],
    details: tuple[str, ...],
    filed_by: str | None,
    paths: tuple[Path, ...],
    first_day: str | None,
    last_day: str | None,
    backwards: bool,
    today_text: str | None,
    as_json: bool,
) -> None:
    """Count a deadline: plain count, act by, late after, with every step and the citation.

    \b
    law compute --state MA --rule idea-resolution-meeting --on 2026-11-18
    law compute --state MA --rule ma-evaluation --on 2026-11-02 --calendar district.csv
    law compute --state MA --rule idea-decision-45 --on 2026-11-18 --fact resolution_meeting_waived=2026-12-01
    law compute --state MA --rule ma-hearing-date --on 2026-11-18 --filed-by lea
    law compute --state MA --rule 801-cmr-time --on 2027-04-08 --detail days=10 --detail method=mail
    law compute --state MA --fact due_process_complaint_received=2026-11-18 --json
    """
    from casemgr.law.answers import Question, Unclear, answer
    from casemgr.law.deadlines import deadlines
    from casemgr.law.rulebook import PackError
    from casemgr.law_command import asking, telling

    try:
        code = asking.state_code(state)
        book = asking.book_of(code)
        on = asking.day(on_text) if on_text else None
        today = asking.day(today_text) if today_text else datetime.now().astimezone().date()
        typed = asking.facts_of(facts, details)
        filer = asking.filer(filed_by) if filed_by else typed.filed_by
        bounds = [asking.day(text) if text else None for text in (first_day, last_day)]
        calendars = asking.calendars(paths, code, *bounds)
        days = _calendar(code, calendars.years, [on, *(fact.on for fact in typed.facts), today])
        if rule_id:
            asked = Question(asking.rule_id(book, rule_id), on, typed.facts, typed.details, filer, backwards)
            found = answer(book, asked, days, today)
            told: Any = telling.as_json(book, found, calendars.notes)
            lines = list(telling.answer_lines(book, found, calendars.notes))
        else:
            if on is not None or not typed.facts:
                raise asking.Refused("Give --rule ID with --on DATE, or what happened with --fact NAME=DATE.")
            given = [replace(fact, filed_by=fact.filed_by or filer) for fact in typed.facts]
            answers = [telling.of_deadline(one) for one in deadlines(book, given, days, today)]
            told = telling.all_json(book, given, answers, calendars.notes)
            lines = list(telling.all_lines(book, answers, calendars.notes))
    except (asking.Refused, Unclear, PackError) as refusal:
        _refuse(str(refusal), as_json, getattr(refusal, "matches", ()))
    click.echo(json.dumps(told, ensure_ascii=False, indent=2) if as_json else "\n".join(lines))


def _calendar(state: str, years: Sequence[Any], days: Sequence[date | None]) -> Any:
    from casemgr.deadlines.holidays import day_calendar

    known = [day.year for day in days if day is not None]
    known += [year for one in years for year in (one.first.year, one.last.year)]
    return day_calendar(state, years, range(min(known) - AROUND, max(known) + AROUND + 1))


@law.command()
@click.argument("rule_id", metavar="RULE")
@click.option("--state", default="", metavar="MA", help="Two letters. Without it: federal law alone.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def show(rule_id: str, state: str, as_json: bool) -> None:
    """Print a rule as a lawyer reads it: what it says, how it counts, what --on means, citation and check."""
    from casemgr.law.rulebook import PackError
    from casemgr.law_command import asking, showing

    try:
        book = asking.book_of(asking.state_code(state or _state_of(rule_id)))
        wanted = asking.rule_id(book, rule_id)
    except (asking.Refused, PackError) as refusal:
        _refuse(str(refusal), as_json, getattr(refusal, "matches", ()))
    versions = sorted(
        (rule for rule in book.rules if rule.id == wanted), key=lambda rule: rule.effective or date.min, reverse=True
    )
    if as_json:
        click.echo(json.dumps(showing.rule_json(book, versions), ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(showing.rule_lines(book, versions)))


def _state_of(rule_id: str) -> str:
    """The State that a rule id names (`ma-evaluation`), so that --state need not be said twice."""
    from casemgr.law.rulebook import packed_states

    owner = rule_id.partition("-")[0].upper()
    return owner if owner in packed_states() else ""


@law.command("facts")
@click.argument("search", required=False)
@click.option("--state", default="", metavar="MA", help="Show which rules each fact starts in this State.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def list_facts(search: str | None, state: str, as_json: bool) -> None:
    """List the names of facts with their plain words; SEARCH leaves only those that hold it."""
    from casemgr.law_command import asking, showing

    try:
        book = asking.book_of(asking.state_code(state)) if state else None
    except asking.Refused as refusal:
        _refuse(str(refusal), as_json, refusal.matches)
    rows = showing.fact_rows(book, search or "")
    if as_json:
        click.echo(json.dumps({"facts": rows}, ensure_ascii=False, indent=2))
    else:
        click.echo("\n".join(showing.fact_lines(rows)))


@law.command()
@click.argument("folder", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
def check(folder: Path | None) -> None:
    """Check all packs of rules, or those in FOLDER, or one pack: every problem with file and line.

    Exit status 1 when there is any. What the program runs on is never changed by this.
    """
    from casemgr.law.packfiles import PackError

    try:
        from casemgr.law.checking import check_packs
        from casemgr.law.rulebook import PACKS
    except PackError as refusal:  # the program's own table of facts: without it nothing else can be read
        click.echo(str(refusal))
        sys.exit(1)
    result = check_packs(folder or PACKS, datetime.now().astimezone().date())
    for problem in result.problems:
        click.echo(str(problem))
    if result.problems:
        click.echo(f"{len(result.problems)} problem(s) in {result.packs} pack(s).", err=True)
        sys.exit(1)
    click.echo(f"{result.packs} pack(s), {result.rules} rules: no problem found.")
