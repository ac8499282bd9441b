"""Forms for moving a case and for the steps of a proceeding."""

from __future__ import annotations

from datetime import date

from flask_wtf import FlaskForm
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from casemgr.deadlines.services import NewFact
from casemgr.law.facts import FACTS
from casemgr.law.stages import ProceedingMove, Transition
from casemgr.law.terms import FactKind
from casemgr.proceedings.services import MoveInput
from casemgr.web.fields import DayField
from casemgr.web.once import OnceField

HOW = [
    ("", "Not said"),
    ("email", "E-mail"),
    ("mail", "Mail"),
    ("hand", "By hand"),
    ("fax", "Fax"),
    ("portal", "Online portal"),
    ("phone", "Phone"),
    ("meeting", "At a meeting"),
]
LONG = Length(max=10_000, message="Keep this under 10,000 characters.")


def _label(kind: FactKind) -> str:
    return FACTS[kind].label


class MoveForm(FlaskForm):
    """What the law's table asks for with one move; fields that this move does not need are taken away."""

    submission = OnceField()
    on_date = DayField("When did this happen?", [InputRequired("Enter the day it happened.")])
    fact = SelectField("What happened?", [InputRequired("Choose what happened.")])
    how = SelectField("How was it sent or said?", choices=HOW)
    reason = TextAreaField("Why?", [DataRequired("Say why, in a sentence."), LONG])
    forum = StringField("Who handles it?", [Optional(), Length(max=200)])
    docket_number = StringField("Case or docket number", [Optional(), Length(max=80)])
    override_reason = TextAreaField("Why do you go on all the same?", [LONG])

    def __init__(self, step: Transition, case_today: date, **more: object) -> None:
        super().__init__(**more)
        self._step, self._today = step, case_today
        self.fact.choices = [(kind.value, _label(kind)) for kind in step.demands]
        if len(step.demands) < 2:
            del self.fact
        if not step.demands:
            del self.how
        if "reason" not in step.inputs:
            del self.reason
        if step.opens is None:
            del self.forum
            del self.docket_number

    def validate_on_date(self, field: DayField) -> None:
        if field.data > self._today:
            raise ValidationError("This day is still to come. Record it once it has happened.")

    def to_input(self) -> MoveInput:
        facts = ()
        if self._step.demands:
            kind = FactKind(self.fact.data) if "fact" in self else self._step.demands[0]
            facts = (NewFact(kind, self.on_date.data, by_party="parent", how=self.how.data or ""),)
        return MoveInput(
            id=self.submission.uuid,
            on_date=self.on_date.data,
            facts=facts,
            reason=self._text("reason"),
            override_reason=self._text("override_reason"),
            forum=self._text("forum"),
            docket_number=self._text("docket_number"),
        )

    def _text(self, name: str) -> str:
        return (self[name].data or "").strip() if name in self else ""


class UndoForm(FlaskForm):
    """Take a mistaken move back. The move stays in the history."""

    reason = TextAreaField(
        "What was the mistake?", [DataRequired("Say what was wrong, so that the history explains itself."), LONG]
    )


class StepForm(FlaskForm):
    """The next step of a proceeding: one of the facts that its own machine allows now."""

    submission = OnceField()
    fact = SelectField("What happened?", [InputRequired("Choose what happened.")])
    on_date = DayField("On which day?", [InputRequired("Enter the day.")])
    how = SelectField("How was it sent or said?", choices=HOW)
    note = TextAreaField("Note", [Optional(), LONG])

    def __init__(self, moves: list[ProceedingMove], case_today: date, **more: object) -> None:
        super().__init__(**more)
        self._today = case_today
        self.fact.choices = [("", "Choose what happened"), *((row.fact.value, _label(row.fact)) for row in moves)]

    def validate_on_date(self, field: DayField) -> None:
        if self.fact.data and field.data > self._today and not FACTS[FactKind(self.fact.data)].may_be_future:
            raise ValidationError("This day is still to come. Record it once it has happened.")

    def to_fact(self) -> NewFact:
        return NewFact(
            FactKind(self.fact.data),
            self.on_date.data,
            how=self.how.data or "",
            note=self.note.data or "",
            id=self.submission.uuid,
        )


class ProceedingForm(FlaskForm):
    """Who handles a proceeding and under which number."""

    version = HiddenField()
    forum = StringField("Who handles it?", [Optional(), Length(max=200)])
    docket_number = StringField("Case or docket number", [Optional(), Length(max=80)])
    decider = StringField("Hearing officer, mediator or investigator", [Optional(), Length(max=200)])
    outcome = TextAreaField("Outcome, in your own words", [Optional(), LONG])

    @property
    def seen_version(self) -> int:
        return int(self.version.data) if str(self.version.data).isdigit() else 0
