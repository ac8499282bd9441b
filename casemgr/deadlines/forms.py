"""Forms of facts. The form for one kind of fact is made from its row in `packs/facts.toml`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from flask_wtf import FlaskForm
from wtforms import (
    Field,
    FileField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from casemgr.deadlines.models import Fact
from casemgr.deadlines.questioned import LONG, QuestionedForm
from casemgr.deadlines.services import NewFact
from casemgr.evidence.services import plain_text
from casemgr.law.facts import EITHER_SIDE, FACTS, Detail, FactInfo, asked_of
from casemgr.law.rulebook import rulebook_for
from casemgr.law.terms import FactKind, PartyRole, Precision
from casemgr.proceedings.forms import HOW
from casemgr.proceedings.words import PARTIES
from casemgr.web.fields import DayField
from casemgr.web.once import OnceField

PRECISIONS = [("day", "The exact day"), ("month", "Only the month"), ("unknown", "Not even the month")]
MOST_DAYS = 730
DETAIL = "detail_"
RULE, DAYS, ABSENCES = "rule", "days", "absences"
ENDS = (FactKind.PROCEEDING_WITHDRAWN, FactKind.PROCEEDING_DISMISSED, FactKind.PROCEEDING_SETTLED)
PERSONS = [party for party in PartyRole if party not in (*EITHER_SIDE, PartyRole.NOBODY)]


def _cleaned(value: str | None) -> str:
    return plain_text(value or "")


class FactForm(QuestionedForm):
    """What every fact has. `make` adds the questions that only one kind of fact asks."""

    submission = OnceField()
    on_date = DayField("On which day?", [Optional()])
    precision = RadioField("How well is the day known?", choices=PRECISIONS, default="day")
    by_party = SelectField("Who did it?")
    how = SelectField("How was it sent or said?", choices=HOW)
    document = SelectField("Which paper shows it?")
    upload = FileField("Or add that paper now")
    proceeding = SelectField("Which proceeding does it belong to?")
    note = TextAreaField("Note", [Optional(), LONG], filters=[_cleaned])
    reason = TextAreaField(
        "What was wrong?",
        [DataRequired("Say what was wrong, so that the record explains itself."), LONG],
        filters=[_cleaned],
    )

    info: FactInfo
    case_today: date

    @property
    def details(self) -> list[Field]:
        """The questions of this kind of fact, in their order."""
        return [field for field in self if field.name.startswith(DETAIL)]

    def validate_precision(self, field: RadioField) -> None:
        if field.data == Precision.UNKNOWN and self.info.may_be_future:
            raise ValidationError("This is about a planned date. Record it once you know at least the month.")

    def validate(self, *more: Any, **named: Any) -> bool:
        """An exact day, or any day of the month, is only needed for those two."""
        good = super().validate(*more, **named)
        if self.precision.data == Precision.UNKNOWN or self.on_date.data or self.on_date.errors:
            return good
        month = self.precision.data == Precision.MONTH
        self.on_date.errors = ["Choose any day of that month." if month else "Enter the day."]
        return False

    def to_fact(self) -> NewFact:
        return NewFact(
            self.info.kind,
            self._day(),
            by_party=self._who(),
            how=self.how.data or "" if "how" in self else "",
            note=self.note.data or "",
            precision=self.precision.data or "day",
            document_id=_id(self.document.data),
            entry_id=_id(self.entry.data) if "entry" in self else None,
            proceeding_id=_id(self.proceeding.data) if "proceeding" in self else None,
            details={field.name.removeprefix(DETAIL): str(field.data) for field in self.details if field.data},
            id=self.submission.uuid,
            **self.answer,
        )

    def _day(self) -> date:
        """Of a month its first day; of an unknown day today, when somebody knew of it."""
        if self.precision.data == Precision.UNKNOWN:
            return self.case_today
        return self.on_date.data.replace(day=1) if self.precision.data == Precision.MONTH else self.on_date.data

    def _who(self) -> str:
        if "by_party" in self:
            return self.by_party.data or ""
        done_by = self.info.done_by
        return "" if done_by in (None, PartyRole.NOBODY) else done_by.value


class MarkForm(FactForm):
    """A fact that ends or moves one deadline. It asks for proof; the deadline is known, so it is not asked."""

    precision = HiddenField(default="day")
    entry = SelectField("Which entry of the log shows it?", default="")

    def validate(self, extra_validators: Any = None) -> bool:
        is_good = bool(super().validate(extra_validators))
        if is_good and not (self.document.data or self.entry.data or self.note.data):
            self.document.errors = ["Choose the paper or the log entry that shows it, or say in the note how you know."]
            return False
        return is_good


def make(
    kind: FactKind,
    *,
    papers: Sequence[tuple[str, str]],
    proceedings: Sequence[tuple[str, str]],
    rules: Sequence[tuple[str, str]] = (),
    state: str = "",
    case_today: date,
    given: Mapping[str, Any] | None = None,
    is_correction: bool = False,
    base: type[FactForm] = FactForm,
) -> FactForm:
    """Return the form for one kind of fact.

    Args:
        papers, proceedings: (id, label) to choose from. rules: (rule id, title) of the deadlines of the case, for
            facts that change one of them. state: whose rules decide which questions are asked.
        case_today: local date; a fact of unknown day happened by then.
        given: values to begin with, by name of field.
        is_correction: asks also for the reason.
        base: MarkForm, when it is about one deadline.
    """
    info = FACTS[kind]
    asked = [one for one in asked_of(kind, rulebook_for(state)) if not (base is MarkForm and one.key == RULE)]
    extra = {DETAIL + detail.key: _detail_field(detail, rules) for detail in asked}
    form = type("FactFormOfKind", (base,), {**extra, "info": info})(data=_defaults(info, proceedings) | (given or {}))
    form.case_today = case_today
    form.by_party.label.text = "Who sent it?" if info.received_by else "Who did it?"
    form.by_party.choices = [
        ("", "Not said"),
        *((p.value, PARTIES[p.value]) for p in PERSONS if p is not info.received_by),
    ]
    if not info.asks_who:
        del form.by_party
    if not info.is_sent:
        del form.how
    if info.may_be_future:
        form.precision.choices = PRECISIONS[:2]
    form.document.choices = [("", "None yet"), *papers]
    form.proceeding.choices = [("", "None of them"), *proceedings]
    if kind in ENDS:  # one that is not named would end the clocks of all of them
        form.proceeding.choices[0] = ("", "Choose one")
        form.proceeding.validators = [InputRequired("Choose what it ended.")]
        form.proceeding.flags.required = True
    if not proceedings:
        del form.proceeding
    if not is_correction:
        del form.reason
    return form


def given_by(row: Fact) -> dict[str, Any]:
    """Return a recorded fact as values of its form."""
    return {
        "on_date": None if row.precision == Precision.UNKNOWN else row.on_date,
        "precision": row.precision,
        "by_party": row.by_party,
        "how": row.how,
        "document": str(row.document_id or ""),
        "proceeding": str(row.proceeding_id or ""),
        "note": row.note,
        "kept_because": row.kept_because,
    } | {DETAIL + key: _stored(row.kind, key, value) for key, value in row.details.items()}


def _stored(kind: str, key: str, value: str) -> Any:
    detail = next((one for one in FACTS[FactKind(kind)].details if one.key == key), None)
    if detail is not None and detail.is_date:
        return _day(value)
    return int(value) if key in (DAYS, ABSENCES) and str(value).isdecimal() else value


def _defaults(info: FactInfo, proceedings: Sequence[tuple[str, str]]) -> dict[str, Any]:
    party = info.done_by
    by = "" if party in (None, PartyRole.RECEIVING_PARTY) else PartyRole.PARENT.value
    only = proceedings[0][0] if info.proceeding and len(proceedings) == 1 else ""
    return {"by_party": by, "proceeding": only, "how": "", "document": ""}


def _detail_field(detail: Detail, rules: Sequence[tuple[str, str]]) -> Field:
    if detail.is_date:
        return DayField(detail.label, [InputRequired("Enter the day.")])
    if detail.key == RULE:
        return SelectField(detail.label, [InputRequired("Choose the deadline.")], choices=[("", "Choose one"), *rules])
    if detail.key == DAYS:
        between = NumberRange(1, MOST_DAYS, message=f"Enter a number of days from 1 to {MOST_DAYS}.")
        return IntegerField(detail.label, [InputRequired("Enter the number of days."), between])
    if detail.key == ABSENCES:
        between = NumberRange(0, MOST_DAYS, message=f"Enter a number of days from 0 to {MOST_DAYS}.")
        return IntegerField(detail.label, [Optional(), between])
    if detail.choices:
        return RadioField(detail.label, [InputRequired("Choose one.")], choices=list(detail.choices.items()))
    return StringField(detail.label, [Optional(), Length(max=500)], filters=[_cleaned])


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _id(text: str | None) -> UUID | None:
    return UUID(text) if text else None


class RetractForm(FlaskForm):
    """Take back a fact that never happened."""

    submission = OnceField()
    reason = TextAreaField(
        "Why do you take it back?",
        [DataRequired("Say why, so that the record explains itself."), LONG],
        filters=[_cleaned],
    )
