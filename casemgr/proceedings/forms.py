"""Forms for moving a case and for the steps of a proceeding."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from casemgr.deadlines.questioned import LONG, QuestionedForm
from casemgr.deadlines.services import NewFact
from casemgr.evidence.services import plain_text
from casemgr.law.facts import FACTS, Detail
from casemgr.law.stages import ProceedingMove, Transition
from casemgr.law.terms import FactKind, ProceedingKind
from casemgr.proceedings.services import MoveInput
from casemgr.web.fields import DayField
from casemgr.web.once import OnceField
from casemgr.web.voice import told

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
FILERS = [("parent", "The parent (your side)"), ("lea", "The school district (LEA)")]
EITHER_SIDE = frozenset({ProceedingKind.MEDIATION, ProceedingKind.DUE_PROCESS, ProceedingKind.CIVIL_ACTION})
"""What a district can ask for as well; whose filing it is decides who must answer, and when."""
FILTERS = [lambda text: plain_text(text or "")]
DETAIL = "detail_"


def _line(label: str, longest: int) -> StringField:
    too_long = Length(max=longest, message=f"Keep this under {longest} characters.")
    return StringField(label, [Optional(), too_long], filters=FILTERS)


def _text(label: str, *validators: Any) -> TextAreaField:
    return TextAreaField(label, [*validators, LONG], filters=FILTERS)


def _details(kinds: Iterable[FactKind]) -> dict[str, Detail]:
    """Return the questions with fixed answers that these facts ask, by key."""
    return {detail.key: detail for kind in kinds for detail in FACTS[kind].details if detail.choices}


class FormOfFacts(QuestionedForm):
    """What forms about one of several facts share: the day, and the questions that the chosen fact asks."""

    def __init__(self, case_today: date, **more: object) -> None:
        super().__init__(**more)
        self._today = case_today

    @property
    def detail_fields(self) -> list[SelectField]:
        return [field for field in self if field.name.startswith(DETAIL)]

    def details_of(self, kind: FactKind) -> dict[str, str]:
        asked = {detail.key for detail in FACTS[kind].details}
        given = {field.name.removeprefix(DETAIL): field.data for field in self.detail_fields if field.data}
        return {key: value for key, value in given.items() if key in asked}

    @classmethod
    def asking(cls, kinds: Iterable[FactKind]) -> type[FormOfFacts]:
        """Return this form with one more field for each question of `kinds`."""
        extra = {
            DETAIL + key: SelectField(detail.label, choices=[("", "Not said"), *detail.choices.items()], default="")
            for key, detail in _details(kinds).items()
        }
        return type(cls.__name__, (cls,), extra)


class SeesMoves:
    """A form that knows which move was the newest when its page was opened."""

    submission = OnceField()
    seen_newest = HiddenField()

    @property
    def seen_move(self) -> int:
        return int(self.seen_newest.data) if str(self.seen_newest.data).isdecimal() else -1


class PressForm(SeesMoves, FlaskForm):
    """A move of which everything is on record: one press."""


class MoveForm(SeesMoves, FormOfFacts):
    """What the law's table asks for with one move; fields that this move does not need are taken away."""

    fact = SelectField("What happened?", [InputRequired("Choose what happened.")])
    on_date = DayField("When did this happen?", [InputRequired("Enter the day it happened.")])
    filed_by = RadioField("Whose request is it?", choices=FILERS, default="parent")
    how = SelectField("How was it sent or said?", choices=HOW, default="")
    reason = _text("Why?", DataRequired("Say why, in a sentence."))
    forum = _line("Who handles it?", 200)
    docket_number = _line("Case or docket number", 80)
    override_reason = _text("Why do you go on all the same?")

    def __init__(self, step: Transition, case_today: date, *, demands: Sequence[FactKind], **more: object) -> None:
        super().__init__(case_today, **more)
        self._demands = tuple(demands)
        self.fact.choices = [("", "Choose what happened"), *((kind.value, told(FACTS[kind].label)) for kind in demands)]
        if len(self._demands) < 2:
            del self.fact
        if not self._demands:
            del self.how
        if "reason" not in step.inputs:
            del self.reason
        if step.opens is None:
            del self.forum
            del self.docket_number
        if step.opens not in EITHER_SIDE:
            del self.filed_by

    def validate_on_date(self, field: DayField) -> None:
        if field.data and field.data > self._today:
            raise ValidationError("This day is still to come. Record it once it has happened.")

    def to_input(self) -> MoveInput:
        """Return the move. Who did a fact is only said of filings: whose clock runs depends on it."""
        filed_by = self.filed_by.data if "filed_by" in self else "parent"
        facts = ()
        if self._demands:
            kind = FactKind(self.fact.data) if "fact" in self else self._demands[0]
            by_party = filed_by if "forum" in self else ""
            details = self.details_of(kind)
            how = self.how.data or ""
            facts = (NewFact(kind, self.on_date.data, by_party=by_party, how=how, details=details, **self.answer),)
        return MoveInput(
            id=self.submission.uuid,
            seen=self.seen_move,
            on_date=self.on_date.data,
            facts=facts,
            filed_by=filed_by,
            **{
                name: self[name].data
                for name in ("reason", "override_reason", "forum", "docket_number")
                if name in self
            },
        )


class UndoForm(FlaskForm):
    """Take a mistaken move back. The move stays in the history."""

    reason = _text("What was the mistake?", DataRequired("Say what was wrong, so that the history explains itself."))


class StepForm(FormOfFacts):
    """The next step of a proceeding: one of the facts that its own machine allows now."""

    submission = OnceField()
    fact = SelectField("What happened?", [InputRequired("Choose what happened.")], validate_choice=False)
    on_date = DayField("On which day?", [InputRequired("Enter the day.")])
    how = SelectField("How was it sent or said?", choices=HOW, default="")
    note = _text("Note", Optional())

    def __init__(self, moves: Sequence[ProceedingMove], case_today: date, **more: object) -> None:
        super().__init__(case_today, **more)
        self._possible = {row.fact.value for row in moves}
        self.fact.choices = [
            ("", "Choose what happened"),
            *((row.fact.value, told(FACTS[row.fact].label)) for row in moves),
        ]

    def validate_fact(self, field: SelectField) -> None:
        if field.data not in self._possible:
            raise ValidationError("This cannot come next: the proceeding has gone on since. Choose again.")

    def validate_on_date(self, field: DayField) -> None:
        if self.fact.data not in self._possible or not field.data or field.data <= self._today:
            return
        if not FACTS[FactKind(self.fact.data)].may_be_future:
            raise ValidationError("This day is still to come. Record it once it has happened.")

    def to_fact(self) -> NewFact:
        kind = FactKind(self.fact.data)
        return NewFact(
            kind,
            self.on_date.data,
            how=self.how.data or "",
            note=self.note.data,
            details=self.details_of(kind),
            id=self.submission.uuid,
            **self.answer,
        )


class ProceedingForm(FlaskForm):
    """Who handles a proceeding and under which number."""

    version = HiddenField()
    forum = _line("Who handles it?", 200)
    docket_number = _line("Case or docket number", 80)
    decider = _line("Hearing officer, mediator or investigator", 200)
    outcome = _text("Outcome, in your own words", Optional())

    @property
    def seen_version(self) -> int:
        return int(self.version.data) if str(self.version.data).isdecimal() else 0
