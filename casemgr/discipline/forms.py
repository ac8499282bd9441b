"""Forms of the discipline log."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from casemgr.discipline.models import Removal
from casemgr.discipline.services import NewRemoval, RemovalRefused
from casemgr.evidence.services import plain_text
from casemgr.law.removals import KINDS
from casemgr.law.terms import RemovalKind
from casemgr.web.fields import DayField
from casemgr.web.once import OnceField

LONG = Length(max=10_000, message="Keep this under 10,000 characters.")
FILTERS = [lambda text: plain_text(text or "")]
SHARES = [
    ("1", "Whole days"),
    ("0.75", "About three quarters of each day"),
    ("0.5", "About half of each day"),
    ("0.25", "About a quarter of each day"),
]
ANSWERS = [("yes", "Yes"), ("no", "No"), ("", "I do not know")]
COUNTS = [("rule", "As the rule says"), ("yes", "Yes, it counts"), ("no", "No, it does not count")]
KIND_HINTS = {kind.value: info.help for kind, info in KINDS.items()}


class RemovalForm(FlaskForm):
    """One removal. `for_removal` and `for_new` know the papers of the case."""

    submission = OnceField()
    kind = RadioField(
        "What happened?",
        [InputRequired("Choose what happened.")],
        choices=[(kind.value, info.label) for kind, info in KINDS.items()],
    )
    first_on = DayField("First day out", [InputRequired("Enter the first day.")])
    last_on = DayField("Last day out", [Optional()])
    share = RadioField("How much of each school day was missed?", choices=SHARES, default="1")
    behavior = TextAreaField("What happened, and what did the school say?", [Optional(), LONG], filters=FILTERS)
    similar = RadioField(
        "Was the behavior much like that before the earlier removals this school year?", choices=ANSWERS, default=""
    )
    services = RadioField("Did the school give lessons and services on these days?", choices=ANSWERS, default="")
    decided_on = DayField("On which day did the school decide it?", [Optional()])
    document = SelectField("Which paper shows it?", default="")
    counts = RadioField("Does it count toward the limit?", choices=COUNTS, default="rule")
    counts_reason = TextAreaField("Why do you count it differently?", [LONG], filters=FILTERS)
    reason = TextAreaField(
        "What was wrong?",
        [DataRequired("Say what was wrong, so that the record explains itself."), LONG],
        filters=FILTERS,
    )

    def validate_counts_reason(self, field: TextAreaField) -> None:
        if self.counts.data != "rule" and not field.data:
            raise ValidationError("Say why: the rule gives another answer, and the record should explain itself.")

    @property
    def has_more(self) -> bool:
        """Whether the questions that are folded away have an answer or a mistake to show."""
        folded = (self.decided_on, self.document, self.counts, self.counts_reason, self.services)
        given = self.decided_on.data or self.document.data or self.services.data or self.counts.data != "rule"
        return bool(given or any(field.errors for field in folded))

    def to_removal(self) -> NewRemoval:
        return NewRemoval(
            kind=RemovalKind(self.kind.data),
            first_on=self.first_on.data,
            last_on=self.last_on.data,
            share=Decimal(self.share.data),
            counts=self.counts.data,
            counts_reason=self.counts_reason.data or "",
            is_similar=_answer(self.similar.data),
            services_given=_answer(self.services.data),
            decided_on=self.decided_on.data,
            behavior=self.behavior.data or "",
            document_id=UUID(self.document.data) if self.document.data else None,
            id=self.submission.uuid,
        )

    def show_refusal(self, refusal: RemovalRefused) -> None:
        self[refusal.field].errors = [str(refusal)]


def for_new(papers: Sequence[tuple[str, str]], kind: str) -> RemovalForm:
    form = _form(papers, {"kind": kind if kind in KIND_HINTS else None})
    del form.reason
    return form


def for_removal(papers: Sequence[tuple[str, str]], row: Removal) -> RemovalForm:
    """Return the form of a correction, filled with the removal as it stands. A paper that the reader may not open
    stays chosen without its name."""
    chosen = str(row.document_id or "")
    if chosen and chosen not in {value for value, _ in papers}:
        papers = [*papers, (chosen, "The paper chosen before")]
    given = {
        "kind": row.kind,
        "first_on": row.first_on,
        "last_on": row.last_on,
        "share": next((value for value, _ in SHARES if Decimal(value) == row.share), "1"),
        "behavior": row.behavior,
        "similar": _words(row.is_similar),
        "services": _words(row.services_given),
        "decided_on": row.decided_on,
        "document": chosen,
        "counts": row.counts,
        "counts_reason": row.counts_reason,
    }
    return _form(papers, given)


def _form(papers: Sequence[tuple[str, str]], given: dict[str, Any]) -> RemovalForm:
    form = RemovalForm(data=given)
    form.document.choices = [("", "None yet"), *papers]
    return form


def _answer(text: str) -> bool | None:
    return {"yes": True, "no": False}.get(text)


def _words(answer: bool | None) -> str:
    return "" if answer is None else "yes" if answer else "no"


class TakeBackForm(FlaskForm):
    """Take back a removal that never happened."""

    submission = OnceField()
    reason = TextAreaField(
        "Why do you take it back?",
        [DataRequired("Say why, so that the record explains itself."), LONG],
        filters=FILTERS,
    )
