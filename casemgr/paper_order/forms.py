"""Forms over many papers: what to change on all of them, and what a tag is called."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, SelectField, SelectMultipleField, StringField, ValidationError
from wtforms.validators import DataRequired, Length, Optional
from wtforms.widgets import CheckboxInput, ListWidget

from casemgr.documents.kinds import DOCUMENT_KINDS, RECEIVED_HOW, choices_for
from casemgr.documents.models import Document
from casemgr.evidence.services import plain_text
from casemgr.paper_order import tagging
from casemgr.paper_order.services import Change
from casemgr.web.fields import DayField
from casemgr.web.once import OnceField

LEAVE = ("", "Leave as it is")
AS_IT_IS = "leave"
ACTS = {"change": None, "trash": True, "restore": False}
FILTERS = [lambda text: " ".join(plain_text(text or "").split())]
SHORT = Length(max=200, message="Use 200 characters or fewer.")


class ChangeForm(FlaskForm):
    """What to change on every paper that was chosen. What is left empty stays as it is."""

    submission = OnceField()
    papers = HiddenField()
    kind = SelectField("Kind of paper", choices=[LEAVE, *DOCUMENT_KINDS.items()], default="")
    document_on = DayField("Date on the paper", [Optional()])
    no_date = BooleanField("Take the date away")
    author = StringField("Who wrote or signed them", [SHORT], filters=FILTERS)
    source = StringField("Who they came from", [SHORT], filters=FILTERS)
    received_on = DayField("Received on", [Optional()])
    received_how = SelectField("How they came", choices=[(AS_IT_IS, LEAVE[1]), *RECEIVED_HOW.items()], default=AS_IT_IS)
    add_tags = StringField("Add tags", [Length(max=1000, message="Use fewer tags.")])
    remove_tags = SelectMultipleField(
        "Take tags off", choices=[], widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    visibility = SelectField("Who may see them", default="")
    confirmed = BooleanField("Yes, let more people see them")
    opened_because = StringField(
        "Why may more people see them?",
        [Length(max=500, message="Use 500 characters or fewer.")],
        filters=FILTERS,
    )

    def __init__(self, *, visible: frozenset[str], today: date, tags: Sequence[str], **more: Any) -> None:
        super().__init__(**more)
        self._today = today
        self.visibility.choices = [LEAVE, *choices_for(visible)]
        self.remove_tags.choices = [(name, name) for name in tags]

    def validate_document_on(self, field: DayField) -> None:
        if field.data and field.data > self._today:
            raise ValidationError("This day is in the future. Check the date.")
        if field.data and self.no_date.data:
            raise ValidationError("Enter a date, or take the date away: not both.")

    def validate_received_on(self, field: DayField) -> None:
        if field.data and field.data > self._today:
            raise ValidationError("This day is in the future. Check the date.")

    def validate_add_tags(self, field: StringField) -> None:
        try:
            tagging.words_of(field.data or "")
        except tagging.TooManyTags as problem:
            raise ValidationError(str(problem)) from problem

    @property
    def seen(self) -> dict[UUID, int]:
        """Return id → version of the papers that the page showed; nothing for a damaged field."""
        found = {}
        for one in (self.papers.data or "").split():
            key, _, version = one.partition(":")
            try:
                found[UUID(key)] = int(version)
            except ValueError:
                return {}
        return found

    def show(self, papers: Sequence[Document]) -> None:
        """Let the form carry these papers, as they are now."""
        self.papers.raw_data = None
        self.papers.data = " ".join(f"{paper.id}:{paper.version}" for paper in papers)

    def to_change(self, act: str) -> Change:
        if ACTS.get(act) is not None:
            return Change(is_trashed=ACTS[act])
        typed = {
            name: self[name].data for name in ("kind", "document_on", "author", "source", "received_on", "visibility")
        }
        values = {name: value for name, value in typed.items() if value}
        if self.no_date.data:
            values["document_on"] = None
        if self.received_how.data != AS_IT_IS:
            values["received_how"] = self.received_how.data
        return Change(values, tagging.words_of(self.add_tags.data or ""), tuple(self.remove_tags.data or ()))


class TagForm(FlaskForm):
    """Another name for a tag."""

    name = StringField(
        "New name",
        [DataRequired("Enter the new name."), Length(max=tagging.LONGEST, message="Use 60 characters or fewer.")],
        filters=FILTERS,
    )

    def validate_name(self, field: StringField) -> None:
        if "," in (field.data or ""):
            raise ValidationError("Leave out the comma: it parts two tags.")


def ids_in(given: Collection[str]) -> list[UUID]:
    """Read ids from an address or a form; what is none is left out."""
    found = []
    for one in given:
        try:
            found.append(UUID(one))
        except ValueError:
            continue
    return found
