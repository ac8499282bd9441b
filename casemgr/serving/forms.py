"""Forms of service: mail the PDF, note what was sent another way, add proof, take back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, EmailField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, Email, InputRequired, Length, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from casemgr.evidence.services import plain_text
from casemgr.filings.kinds import SEND_METHODS
from casemgr.filings.material import Recipient
from casemgr.serving.services import Letter, Told
from casemgr.web.fields import DayField
from casemgr.web.once import OnceField

ADDRESS = re.compile(r"[\w.+'-]+@[\w-]+(?:\.[\w-]+)+")
AN_ADDRESS = Email("Enter an e-mail address such as name@example.org.", allow_smtputf8=False)


def _plain(value: str | None) -> str:
    return plain_text(value or "")


def addresses_of(recipients: Sequence[Recipient]) -> dict[str, tuple[str, str]]:
    """Return (name, address) by address for each recipient whose address holds an e-mail address."""
    found = {}
    for one in recipients:
        if hit := ADDRESS.search(one.address):
            found[hit[0].casefold()] = (one.name, hit[0])
    return found


class MailForm(FlaskForm):
    """To whom the PDF goes by e-mail. Each gets a message of their own."""

    submission = OnceField()
    people = SelectMultipleField("Who gets it", widget=ListWidget(prefix_label=False), option_widget=CheckboxInput())
    other = EmailField("Another address", [Optional(), Length(max=320), AN_ADDRESS], filters=[_plain])
    reply_to = EmailField(
        "Answers go to", [DataRequired("Enter your own e-mail address."), Length(max=320), AN_ADDRESS], filters=[_plain]
    )
    message = TextAreaField("Message", [DataRequired("Write a message."), Length(max=5000)], filters=[_plain])
    again = BooleanField("Send it also to those who have it already")

    def __init__(self, known: Mapping[str, tuple[str, str]], **more: Any) -> None:
        super().__init__(**more)
        self._known = known
        self.people.choices = [(key, f"{name}, {address}") for key, (name, address) in known.items()]

    def to_letter(self) -> Letter:
        return Letter(self.message.data, self.reply_to.data, self.again.data)

    def chosen(self) -> list[tuple[str, str]]:
        found = [self._known[key] for key in self.people.data or () if key in self._known]
        return [*found, ("", self.other.data)] if self.other.data else found


class _WithPaper(FlaskForm):
    """A paper of the case, or one that is added now."""

    document = SelectField("Proof, if it is among the papers", default="")
    upload = FileField("Or add it now")

    def __init__(self, papers: Sequence[tuple[str, str]], **more: Any) -> None:
        super().__init__(**more)
        self.document.choices = [("", "None yet"), *papers]

    @property
    def document_id(self) -> UUID | None:
        return UUID(self.document.data) if self.document.data else None


class NoteForm(_WithPaper):
    """What a person sent another way."""

    submission = OnceField()
    name = StringField("To whom", [DataRequired("Say who got it."), Length(max=300)], filters=[_plain])
    address = TextAreaField("Address", [Length(max=1000)], filters=[_plain], render_kw={"rows": 2})
    way = RadioField("How", [InputRequired("Choose how it was sent.")], choices=list(SEND_METHODS.items()))
    sent_on = DayField("Sent on", [InputRequired("Enter the day you sent it.")])
    note = StringField("Number of the receipt, or another note", [Length(max=1000)], filters=[_plain])

    def __init__(self, papers: Sequence[tuple[str, str]], case_today: date, **more: Any) -> None:
        super().__init__(papers, **more)
        self._today = case_today

    def validate_sent_on(self, field: DayField) -> None:
        if field.data and field.data > self._today:
            raise ValidationError("This day is still to come. Note it once you have sent it.")

    def to_told(self) -> Told:
        return Told(
            name=self.name.data,
            way=self.way.data,
            sent_on=self.sent_on.data,
            address=self.address.data,
            note=self.note.data,
            proof_document_id=self.document_id,
            id=self.submission.uuid,
        )


class ProofForm(_WithPaper):
    """The paper that shows that it was sent."""


class TakeBackForm(FlaskForm):
    reason = TextAreaField(
        "Why?",
        [DataRequired("Say why. Your reason is kept."), Length(max=1000)],
        filters=[_plain],
        render_kw={"rows": 3},
    )
