"""Forms of facts. The form for one kind of fact is made from its row in `packs/facts.toml`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from flask_wtf import FlaskForm
from wtforms import Field, HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from casemgr.deadlines.models import Fact
from casemgr.deadlines.services import FactRefused, NewFact
from casemgr.evidence.services import plain_text
from casemgr.law.facts import FACTS, Detail, FactInfo, asked_of
from casemgr.law.rulebook import rulebook_for
from casemgr.law.terms import FactKind, PartyRole
from casemgr.proceedings.forms import HOW
from casemgr.proceedings.words import PARTIES
from casemgr.web.fields import DayField
from casemgr.web.once import OnceField

LONG = Length(max=10_000, message="Keep this under 10,000 characters.")
PRECISIONS = [("day", "The exact day"), ("month", "Only the month")]
MOST_DAYS = 730
DETAIL = "detail_"
RULE, DAYS, ABSENCES = "rule", "days", "absences"
NOT_ONE_PARTY = (PartyRole.FILING_PARTY, PartyRole.RECEIVING_PARTY, PartyRole.COMPLAINANT, PartyRole.EACH_PARTY)
"""Words of the rules that stand for somebody else: a fact names the party itself."""
PERSONS = [party for party in PartyRole if party not in (*NOT_ONE_PARTY, PartyRole.NOBODY)]


def _cleaned(value: str | None) -> str:
    return plain_text(value or "")


class FactForm(FlaskForm):
    """What every fact has. `make` adds the questions that only one kind of fact asks."""

    submission = OnceField()
    on_date = DayField("On which day?", [InputRequired("Enter the day.")])
    precision = RadioField("How well is the day known?", choices=PRECISIONS, default="day")
    by_party = SelectField("Who did it?")
    how = SelectField("How was it sent or said?", choices=HOW)
    document = SelectField("Which paper shows it?")
    proceeding = SelectField("Which proceeding does it belong to?")
    note = TextAreaField("Note", [Optional(), LONG], filters=[_cleaned])
    reason = TextAreaField(
        "What was wrong?",
        [DataRequired("Say what was wrong, so that the record explains itself."), LONG],
        filters=[_cleaned],
    )

    info: FactInfo

    @property
    def details(self) -> list[Field]:
        """The questions of this kind of fact, in their order."""
        return [field for field in self if field.name.startswith(DETAIL)]

    def to_fact(self) -> NewFact:
        only_month = self.precision.data == "month"
        return NewFact(
            self.info.kind,
            self.on_date.data.replace(day=1) if only_month else self.on_date.data,
            by_party=self.by_party.data or "",
            how=self.how.data or "",
            note=self.note.data or "",
            precision=self.precision.data or "day",
            document_id=_id(self.document.data),
            entry_id=_id(self.entry.data) if "entry" in self else None,
            proceeding_id=_id(self.proceeding.data) if "proceeding" in self else None,
            details={field.name.removeprefix(DETAIL): str(field.data) for field in self.details if field.data},
            id=self.submission.uuid,
        )

    def show_refusal(self, refusal: FactRefused) -> None:
        """Put the refusal beside the field that it is about, or on top of the form."""
        if refusal.field in self:
            self[refusal.field].errors = [str(refusal)]
        else:
            self.form_errors.append(str(refusal))


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
    given: Mapping[str, Any] | None = None,
    is_correction: bool = False,
    base: type[FactForm] = FactForm,
) -> FactForm:
    """Return the form for one kind of fact.

    Args:
        papers, proceedings: (id, label) to choose from. rules: (rule id, title) of the deadlines of the case, for
            facts that change one of them. state: whose rules decide which questions are asked.
        given: values to begin with, by name of field.
        is_correction: asks also for the reason.
        base: MarkForm, when it is about one deadline.
    """
    info = FACTS[kind]
    asked = [one for one in asked_of(kind, rulebook_for(state)) if not (base is MarkForm and one.key == RULE)]
    extra = {DETAIL + detail.key: _detail_field(detail, rules) for detail in asked}
    form = type("FactFormOfKind", (base,), {**extra, "info": info})(data=_defaults(info, proceedings) | (given or {}))
    form.by_party.label.text = "Who sent it?" if info.received_by else "Who did it?"
    form.by_party.choices = [
        ("", "Not said"),
        *((p.value, PARTIES[p.value]) for p in PERSONS if p is not info.received_by),
    ]
    form.document.choices = [("", "None yet"), *papers]
    form.proceeding.choices = [("", "None of them"), *proceedings]
    if not proceedings:
        del form.proceeding
    if not is_correction:
        del form.reason
    return form


def given_by(row: Fact) -> dict[str, Any]:
    """Return a recorded fact as values of its form."""
    return {
        "on_date": row.on_date,
        "precision": row.precision,
        "by_party": row.by_party,
        "how": row.how,
        "document": str(row.document_id or ""),
        "proceeding": str(row.proceeding_id or ""),
        "note": row.note,
    } | {DETAIL + key: _stored(row.kind, key, value) for key, value in row.details.items()}


def _stored(kind: str, key: str, value: str) -> Any:
    detail = next((one for one in FACTS[FactKind(kind)].details if one.key == key), None)
    if detail is not None and detail.is_date:
        return _day(value)
    return int(value) if key in (DAYS, ABSENCES) and str(value).isdecimal() else value


def _defaults(info: FactInfo, proceedings: Sequence[tuple[str, str]]) -> dict[str, Any]:
    party = info.done_by
    if party is PartyRole.NOBODY or party is PartyRole.RECEIVING_PARTY or party is None:
        by = ""
    else:
        by = PartyRole.PARENT.value if party in NOT_ONE_PARTY else party.value
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
