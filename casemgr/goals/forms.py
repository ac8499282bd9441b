"""The form of a goal, and of its correction."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from casemgr.evidence.services import plain_text
from casemgr.goals.areas import GOAL_AREAS
from casemgr.goals.models import Goal
from casemgr.goals.services import GoalRefused, NewGoal
from casemgr.plans.models import Placement
from casemgr.web.fields import DayField
from casemgr.web.filters import legal_date
from casemgr.web.once import OnceField

LONG = Length(max=5_000, message="Keep this under 5,000 characters.")
FILTERS = [lambda text: plain_text(text or "")]


class GoalForm(FlaskForm):
    """A goal as the plan says it."""

    submission = OnceField()
    placement = SelectField("Which plan is it in?")
    area = SelectField("Area", [DataRequired("Choose the area.")], choices=[("", "Choose"), *GOAL_AREAS.items()])
    text = TextAreaField("The goal", [DataRequired("Enter the goal as the plan says it."), LONG], filters=FILTERS)
    baseline = TextAreaField("Where it starts (baseline)", [Optional(), LONG], filters=FILTERS)
    target = TextAreaField("When it is met (target)", [Optional(), LONG], filters=FILTERS)
    begins_on = DayField("From", [Optional()])
    ends_on = DayField("To be met by", [Optional()])
    again = BooleanField("Then add another goal of this plan")

    def validate_ends_on(self, field: DayField) -> None:
        if field.data and self.begins_on.data and field.data < self.begins_on.data:
            raise ValidationError("This day is before the first. Check both.")

    def to_goal(self) -> NewGoal:
        return NewGoal(
            id=self.submission.uuid,
            area=self.area.data,
            text=self.text.data,
            baseline=self.baseline.data,
            target=self.target.data,
            begins_on=self.begins_on.data,
            ends_on=self.ends_on.data,
        )

    def show_refusal(self, refusal: GoalRefused) -> None:
        self[refusal.field].errors = [str(refusal)]


class CorrectionForm(GoalForm):
    """A goal that is put right, and why."""

    is_gone = BooleanField("It is not in this plan at all: take it out of the list")
    reason = TextAreaField(
        "What was wrong?",
        [DataRequired("Say what was wrong, so that the record explains itself."), LONG],
        filters=FILTERS,
    )


def new_form(placements: Sequence[Placement], chosen: str, *, again: bool) -> GoalForm:
    """Return the form of a new goal; `chosen` is the id of the plan to start with, the newest one where it is none."""
    form = GoalForm(data={"placement": chosen, "again": again})
    form.placement.choices = [(str(row.id), f"Plan of {legal_date(row.agreed_on)}, {row.school}") for row in placements]
    return form


def correction_form(row: Goal) -> CorrectionForm:
    names = ("area", "text", "baseline", "target", "begins_on", "ends_on")
    form = CorrectionForm(data={name: getattr(row, name) for name in names})
    del form.placement, form.again
    return form


def placement_id(form: GoalForm) -> UUID:
    return UUID(form.placement.data)
