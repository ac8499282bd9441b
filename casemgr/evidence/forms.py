"""Forms of the evidence log: a new entry, its correction, and the filters of the list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from uuid import UUID

from flask_wtf import FlaskForm
from werkzeug.datastructures import MultiDict
from wtforms import (
    FieldList,
    Form,
    FormField,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from casemgr.accounts.access import Access
from casemgr.cases import queries as cases
from casemgr.cases.clock import today
from casemgr.documents import queries as documents
from casemgr.documents.kinds import choices_for
from casemgr.evidence.kinds import EVIDENCE_KINDS, LEARNED, PRECISIONS, WEIGHTS
from casemgr.evidence.models import EvidenceEntry
from casemgr.evidence.queries import NO_ISSUE, EntryFilters
from casemgr.evidence.services import NewEntry, PaperRef, Someone, plain_text
from casemgr.goals import queries as goals
from casemgr.issues import queries as issues
from casemgr.web.fields import ClockField, DayField
from casemgr.web.once import OnceField
from casemgr.web.permissions import Permission

PAPER_ROWS = 4
LONGEST = 20_000
LONGEST_QUOTE = 5_000
EARLIEST_YEAR = 1980


def _cleaned(value: str | None) -> str:
    return plain_text(value or "")


class Checklist(SelectMultipleField):
    """Several choices as check boxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class PaperRow(Form):
    """A paper and, if it matters, its page and the words that count. The form shows `quote` where there is one."""

    paper = SelectField("Paper", [Optional()])
    page = IntegerField("Page", [Optional(), NumberRange(min=1, max=99_999, message="Pages count from 1.")])
    quote = TextAreaField(
        "The words of it",
        [Optional(), Length(max=LONGEST_QUOTE, message="Keep this under 5,000 characters.")],
        filters=[_cleaned],
    )


class EntryForm(FlaskForm):
    """Something that happened. Build it with `entry_form`, which knows the case's people, papers and issues."""

    submission = OnceField()
    kind = SelectField("What kind of thing was it?", [DataRequired("Choose what kind of thing it was.")])
    happened_on = DayField("When did it happen?", [InputRequired("Enter the day it happened, or your best guess.")])
    happened_at = ClockField("What time?", [Optional()])
    precision = SelectField("How sure is the date?", choices=list(PRECISIONS.items()), default="day")
    title = StringField(
        "In one line",
        [DataRequired("Say in a few words what happened."), Length(max=300, message="Keep this under 300 characters.")],
        filters=[_cleaned],
    )
    people = Checklist("Who was part of it?")
    other_people = TextAreaField("Anyone else", [Length(max=2_000)], filters=[_cleaned])
    body = TextAreaField(
        "What happened?", [Length(max=LONGEST, message="Keep this under 20,000 characters.")], filters=[_cleaned]
    )
    shows = TextAreaField(
        "What does it show?", [Length(max=LONGEST, message="Keep this under 20,000 characters.")], filters=[_cleaned]
    )
    learned = SelectField("How do you know of it?", choices=list(LEARNED.items()), default="")
    weight = SelectField("How strong is it?", choices=list(WEIGHTS.items()), default="")
    papers = FieldList(FormField(PaperRow), "Papers", min_entries=PAPER_ROWS, max_entries=60)
    issues = Checklist("Which issues does it support?")
    goals = Checklist("Which goals of the plan does it bear on?")
    visibility = RadioField("Who may see this entry?", [InputRequired("Choose who may see it.")])

    def __init__(self, case_today: date, names: Mapping[str, str], **more: object) -> None:
        super().__init__(**more)
        self._today, self._names = case_today, names

    def validate_happened_on(self, field: DayField) -> None:
        if field.data and field.data > self._today:
            raise ValidationError("This day is still to come. The log is for what has happened.")
        if field.data and field.data.year < EARLIEST_YEAR:
            raise ValidationError("Check the year.")

    def validate_happened_at(self, field: ClockField) -> None:
        if field.data and self.precision.data in ("month", "year"):
            raise ValidationError("Leave the time empty when you do not know the day.")

    def validate_other_people(self, field: TextAreaField) -> None:
        if any(len(name) > 200 for name in _lines(field.data)):
            raise ValidationError("Write one name in each line.")

    def to_entry(self) -> NewEntry:
        return NewEntry(
            id=self.submission.uuid,
            kind=self.kind.data,
            happened_on=self.happened_on.data,
            happened_at=self.happened_at.data,
            precision=self.precision.data,
            title=self.title.data,
            body=self.body.data,
            shows=self.shows.data,
            weight=self.weight.data,
            learned=self.learned.data,
            people=self._people(),
            papers=self._papers(),
            visibility=self.visibility.data,
            issue_ids=[UUID(key) for key in self.issues.data or ()],
            goal_ids=[UUID(key) for key in self.goals.data or ()],
        )

    def _people(self) -> list[Someone]:
        """Checked people first; a typed name that is one of the case's people counts as that person, once."""
        ids = {name.casefold(): key for key, name in self._names.items()}
        chosen = list(self.people.data or ())
        typed = _lines(self.other_people.data)
        chosen += [ids[name.casefold()] for name in typed if name.casefold() in ids]
        others = dict.fromkeys(name for name in typed if name.casefold() not in ids)
        return [Someone(self._names[key], UUID(key)) for key in dict.fromkeys(chosen)] + [
            Someone(name) for name in others
        ]

    def _papers(self) -> list[PaperRef]:
        rows = (row.form for row in self.papers)
        return [PaperRef(UUID(row.paper.data), row.page.data, row.quote.data or "") for row in rows if row.paper.data]


class CorrectionForm(EntryForm):
    """An entry that takes the place of another one, and why."""

    correction_reason = TextAreaField(
        "Why is it corrected?",
        [DataRequired("Say why the entry is corrected."), Length(max=2_000)],
        filters=[_cleaned],
    )

    def to_entry(self) -> NewEntry:
        return replace(super().to_entry(), correction_reason=self.correction_reason.data)


def entry_form(access: Access, args: Mapping[str, str]) -> EntryForm:
    """Return the form of a new entry; `args` of the address may name `kind`, `paper`, `page`, `issue` and `goal`."""
    start = {
        "kind": args.get("kind", ""),
        "happened_on": today(access.case),
        "visibility": "shared",
        "papers": [{"paper": args.get("paper", ""), "page": _number(args.get("page", ""))}],
        "issues": [args["issue"]] if "issue" in args else [],
        "goals": [args["goal"]] if "goal" in args else [],
    }
    return _for_case(EntryForm, access, start)


def correction_form(access: Access, entry: EvidenceEntry) -> CorrectionForm:
    """Return the form of a correction, filled with the entry as it stands."""
    start = {
        name: getattr(entry, name)
        for name in (
            "kind",
            "happened_on",
            "happened_at",
            "precision",
            "title",
            "body",
            "shows",
            "visibility",
            "weight",
            "learned",
        )
    }
    start["people"] = [one["id"] for one in entry.people if one.get("id")]
    start["other_people"] = "\n".join(one["name"] for one in entry.people if not one.get("id"))
    start["papers"] = [
        {"paper": paper["id"], "page": paper.get("page"), "quote": paper.get("quote", "")} for paper in entry.documents
    ]
    supported = issues.issues_by_entry(access.case, [entry.id])[entry.id]
    start["issues"] = [str(issue.id) for issue in supported]
    tied = goals.goals_by_entry(access.case, [entry.id])[entry.id]
    start["goals"] = [str(ref.goal_id) for ref in tied]
    return _for_case(CorrectionForm, access, start, {str(ref.goal_id): ref.label for ref in tied})


def _for_case(
    form_type: type[EntryForm], access: Access, start: dict[str, object], tied: Mapping[str, str] = MappingProxyType({})
) -> EntryForm:
    """Build the form with the choices of this case; what is not among them is not offered to start with.

    `tied` are goals that are chosen already: one that no plan has any more can be kept."""
    names = {str(person.id): person.name for person in cases.people_of(access.case)}
    papers = documents.choices(access.case, access.visible)
    known = {key for key, _label in papers}
    rows = [row for row in start["papers"] if row["paper"] in known]
    start["papers"] = [*rows, {}]  # always an empty row to add one more
    gone = [one for one in start.get("people", []) if one not in names]
    form = form_type(today(access.case), names, data=start)
    form.kind.choices = [("", "Choose the kind"), *EVIDENCE_KINDS.items()]
    form.people.choices = cases.person_choices(access.case)
    if not names:
        form.other_people.label.text = "Who was part of it?"
    form.people.data = [one for one in form.people.data or () if one not in gone]
    form.issues.choices = issues.choices(access.case) if access.allows(Permission.ISSUE_EDIT) else []
    form.goals.choices = list((dict(tied) | dict(goals.choices(access.case))).items())
    form.visibility.choices = choices_for(access.visible)
    for row in form.papers:
        row.form.paper.choices = [("", "No paper"), *papers]
    return form


def filters_from(args: MultiDict[str, str]) -> tuple[EntryFilters, list[str]]:
    """Read the filters of the list from the address, and say in plain words what could not be read."""
    problems: list[str] = []
    issue, goal = args.get("issue", ""), args.get("goal", "")
    kind = args.get("kind", "")
    return (
        EntryFilters(
            kind=kind if kind in EVIDENCE_KINDS else "",
            person=plain_text(args.get("person", "")),
            since=_day(args.get("since", ""), "From", problems),
            until=_day(args.get("until", ""), "To", problems),
            text=plain_text(args.get("text", ""))[:200],
            issue=issue if issue == NO_ISSUE or _uuid(issue) else "",
            goal=goal if _uuid(goal) else "",
            with_superseded=args.get("superseded") == "1",
            page=_number(args.get("page", "")) or 1,
        ),
        problems,
    )


def address_of(filters: EntryFilters) -> dict[str, str]:
    """Return the filters as arguments of an address, without those that are empty and without the page."""
    told = {
        "kind": filters.kind,
        "person": filters.person,
        "since": filters.since.isoformat() if filters.since else "",
        "until": filters.until.isoformat() if filters.until else "",
        "text": filters.text,
        "issue": filters.issue,
        "goal": filters.goal,
        "superseded": "1" if filters.with_superseded else "",
    }
    return {name: value for name, value in told.items() if value}


def _lines(text: str | None) -> list[str]:
    return [name for line in (text or "").splitlines() if (name := " ".join(line.split()))]


def _day(text: str, label: str, problems: list[str]) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        problems.append(f"“{label}” is not a date, so it was left out.")
        return None


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else None


def _uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
