"""A form about a fact: when something speaks against it, the form says so and asks why it is right."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, TextAreaField
from wtforms.validators import Length, Optional

from casemgr.deadlines.services import FactQuestioned, FactRefused
from casemgr.evidence.services import plain_text
from casemgr.web.voice import told

LONG = Length(max=10_000, message="Keep this under 10,000 characters.")


class QuestionedForm(FlaskForm):
    """What every such form has."""

    kept_because = TextAreaField(
        "If it is right all the same: why?", [Optional(), LONG], filters=[lambda text: plain_text(text or "")]
    )
    seen = HiddenField()

    @property
    def is_questioned(self) -> bool:
        """Whether something was said against the fact: then the form asks why it is right."""
        return bool(self.seen.data or self.kept_because.data)

    @property
    def answer(self) -> dict[str, Any]:
        """What the person said to it, as `NewFact` takes it."""
        return {"kept_because": self.kept_because.data or "", "seen": frozenset((self.seen.data or "").split())}

    def show_refusal(self, refusal: FactRefused) -> None:
        """Put the refusal beside the field that it is about, or on top of the form; a question can be answered."""
        if isinstance(refusal, FactQuestioned):
            shown = " ".join(one.key for one in refusal.found)
            self.seen.data, self.seen.raw_data = shown, [shown]
        if refusal.field in self:
            self[refusal.field].errors = [told(str(refusal))]
        else:
            self.form_errors.append(told(str(refusal)))
