"""Forms of letters: the draft, who gets it, that it was sent by hand, that it arrived."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    EmailField,
    FieldList,
    FileField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, Email, InputRequired, Length, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from casemgr.deadlines.questioned import QuestionedForm
from casemgr.deadlines.services import FactQuestioned
from casemgr.evidence.services import plain_text
from casemgr.letters import richtext
from casemgr.letters.content import FACES, PARTS, Content
from casemgr.letters.kinds import FOR_PARENT, VOICES, Choice
from casemgr.letters.sending import Answered, ByHand, Recipient
from casemgr.letters.ways import BY_HAND
from casemgr.platform.refused import FieldRefused
from casemgr.web.fields import DayField
from casemgr.web.once import OnceField

FILTERS = [lambda text: plain_text(text or "").strip()]
SHORT = Length(max=300, message="Use 300 characters or fewer.")
BLOCK = Length(max=1_500, message="Use 1,500 characters or fewer.")
LONG = Length(max=richtext.MOST_CHARACTERS, message="This letter is too long. Keep it under 40,000 characters.")
NOTE = Length(max=2_000, message="Use 2,000 characters or fewer.")
FAR = timedelta(days=366)
TYPED = 3
ADDRESS = Email("Enter an e-mail address such as name@example.org.", allow_smtputf8=False)


def _line(label: str, *validators: Any, **more: Any) -> StringField:
    return StringField(label, [*validators, SHORT], filters=FILTERS, **more)


def _block(label: str, rows: int, **more: Any) -> TextAreaField:
    return TextAreaField(label, [BLOCK], filters=FILTERS, render_kw={"rows": rows}, **more)


def show_refusal(form: Any, refusal: FieldRefused) -> None:
    """Put the reason beside its field, or above the form; what speaks against a day can be answered."""
    if isinstance(refusal, FactQuestioned):
        shown = " ".join(one.key for one in refusal.found)
        form.seen.data, form.seen.raw_data = shown, [shown]
    field = "sent_on" if refusal.field == "on_date" and "on_date" not in form else refusal.field
    if field and field in form:
        form[field].errors = [*form[field].errors, str(refusal)]
    else:
        form.form_errors.append(str(refusal))


class VersionForm(FlaskForm):
    """A form that knows which version of the letter the person saw."""

    version = HiddenField()

    @property
    def seen_version(self) -> int:
        """The version the form was opened with; a damaged one is never the present one."""
        return int(self.version.data) if str(self.version.data or "").isdigit() else 0

    def show_version(self, version: int) -> None:
        """Carry the version saved meanwhile, so that saving again is a decision."""
        self.version.data, self.version.raw_data = str(version), None

    def show_refusal(self, refusal: FieldRefused) -> None:
        show_refusal(self, refusal)


class DraftForm(VersionForm):
    """The letter itself. With a script `body_html` carries the text, without one `body` does, as plain text."""

    letterhead = _block("Letterhead: your name, address, phone, e-mail", 4)
    dated_on = DayField("Date on the letter", [Optional()])
    to = _block("To: name, office and address", 4)
    subject = _line("Subject")
    salutation = _line("Greeting")
    body = TextAreaField("The letter", [LONG], render_kw={"rows": 22})
    body_html = TextAreaField("The letter", [Length(max=4 * richtext.MOST_CHARACTERS)])
    closing = _line("Closing words")
    signer = _block("Signed by: name, and who you are", 2)
    enclosures = _block("Enclosed: what goes with it, one a line", 2)
    copies = _block("Copies to, one a line", 3)
    exhibits_of = SelectField("Exhibits are named as in", validate_choice=False)
    face = RadioField("Typeface", choices=list(FACES.items()), default="serif")
    said_otherwise = SelectMultipleField(
        "The letter says this in words of its own",
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )

    def __init__(
        self, today: date, items: Sequence[tuple[str, str]], numberings: Sequence[tuple[str, str]], **more: Any
    ) -> None:
        super().__init__(**more)
        self._today = today
        self.said_otherwise.choices = list(items)
        self.exhibits_of.choices = list(numberings)

    def validate_dated_on(self, field: DayField) -> None:
        if field.data and abs(field.data - self._today) > FAR:
            raise ValidationError("This is more than a year away. Check the year.")

    def validate_body(self, field: TextAreaField) -> None:
        if not self.to_content().body:
            raise ValidationError("The letter is empty.")

    @property
    def blocks(self) -> tuple[Any, ...]:
        """The text as it was typed, its references as they are kept."""
        if self.body_html.data:
            return richtext.with_kept_references(richtext.from_html(self.body_html.data))
        return richtext.with_kept_references(richtext.from_plain(self.body.data or ""))

    def to_content(self) -> Content:
        parts = {name: self[name].data or "" for name in PARTS if name != "dated_on"}
        return Content(
            body=self.blocks, dated_on=self.dated_on.data, exhibits_of=(self.exhibits_of.data or "")[:40], **parts
        )


def draft_form(
    today: date, content: Content, said: Sequence[str], items: Any, numberings: Sequence[tuple[str, str]], version: int
) -> DraftForm:
    """Return the form of a letter, filled with what is saved. `numberings`: id and name of what has exhibits."""
    data = {name: getattr(content, name) for name in (*PARTS, "exhibits_of")}
    data |= {"body": richtext.to_plain(content.body), "said_otherwise": list(said), "version": str(version)}
    return DraftForm(today, items, numberings, data=data)


class BeginForm(FlaskForm):
    """The questions that are asked before a letter is drafted: one field `choice_<key>` each."""

    submission = OnceField()

    @property
    def asked(self) -> list[Any]:
        return [field for field in self if field.name.startswith("choice_")]

    @property
    def chosen(self) -> dict[str, str]:
        return {field.name.removeprefix("choice_"): field.data for field in self.asked}


def begin_form(choices: Sequence[Choice], *, asks_voice: bool) -> BeginForm:
    """Return the form. `asks_voice`: whose letter it is, which a family need not say."""
    fields: dict[str, RadioField] = {}
    if asks_voice:
        fields["choice_voice"] = RadioField(
            "Who signs it?", [InputRequired("Choose one.")], choices=list(VOICES.items()), default=FOR_PARENT
        )
    fields |= {
        f"choice_{choice.key}": RadioField(
            choice.label,
            [InputRequired("Choose one.")],
            choices=[(one.value, one.label) for one in choice.options],
            description=choice.help,
        )
        for choice in choices
    }
    return type("BeginForm", (BeginForm,), fields)()


class MailForm(VersionForm, QuestionedForm):
    """Who gets the letter by e-mail."""

    submission = OnceField()
    people = SelectMultipleField(
        "People of the case", widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    typed = FieldList(
        EmailField("Another e-mail address", [Optional(), Length(max=320), ADDRESS], filters=FILTERS), min_entries=TYPED
    )
    reply_to = EmailField(
        "Answers go to",
        [DataRequired("Enter the address at which you read your mail."), Length(max=320), ADDRESS],
        filters=FILTERS,
    )
    copy_to_me = BooleanField("Send a copy to that address too")
    with_blanks = BooleanField("The gaps may stay as they are")
    signed = BooleanField("Sign it with my typed name")

    def __init__(self, people: Mapping[str, Recipient], **more: Any) -> None:
        super().__init__(**more)
        self._people = people
        self.people.choices = [(key, f"{one.name}, {one.address}") for key, one in people.items()]

    def to_recipients(self) -> list[Recipient]:
        """Return everyone who was chosen or typed, each address once."""
        found = [self._people[key] for key in self.people.data or () if key in self._people]
        found += [Recipient(entry.data, entry.data) for entry in self.typed if entry.data]
        if self.copy_to_me.data:
            found.append(Recipient(self.reply_to.data, self.reply_to.data))
        return list({one.address.casefold(): one for one in reversed(found)}.values())[::-1]

    @property
    def answered(self) -> Answered:
        return Answered(**self.answer)


class HandForm(VersionForm, QuestionedForm):
    """How and when the letter was sent by hand."""

    submission = OnceField()
    number = SelectField("Which version did you send?")
    sent_on = DayField("Sent on", [InputRequired("Enter the day you sent it.")])
    printed_on = DayField("The date printed on it", [Optional()])
    way = RadioField(
        "How", [InputRequired("Choose how it was sent.")], choices=[(key, way.label) for key, way in BY_HAND.items()]
    )
    people = SelectMultipleField("To whom", widget=ListWidget(prefix_label=False), option_widget=CheckboxInput())
    note = TextAreaField("Number of the receipt, or another note", [NOTE], filters=FILTERS, render_kw={"rows": 2})
    document = SelectField("Proof of mailing, if it is among the papers", default="")
    upload = FileField("Or add the proof now")

    def __init__(
        self,
        versions: Sequence[tuple[str, str]],
        people: Mapping[str, Recipient],
        papers: Sequence[tuple[str, str]],
        **more: Any,
    ) -> None:
        super().__init__(**more)
        self._people = people
        self.number.choices = list(versions)
        self.people.choices = [(key, one.name) for key, one in people.items()]
        self.document.choices = [("", "None yet"), *papers]

    def to_told(self) -> ByHand:
        return ByHand(
            way=self.way.data,
            sent_on=self.sent_on.data,
            number=int(self.number.data),
            printed_on=self.printed_on.data if "printed_on" in self else None,
            recipients=tuple(self._people[key] for key in self.people.data or () if key in self._people),
            note=self.note.data or "",
            proof_document_id=UUID(self.document.data) if self.document.data else None,
            id=self.submission.uuid,
        )

    @property
    def answered(self) -> Answered:
        return Answered(**self.answer)


class ReceivedForm(QuestionedForm):
    """When it was received, and how that is known."""

    on_date = DayField("They received it on", [InputRequired("Enter the day it arrived.")])
    how = TextAreaField(
        "How do you know?",
        [DataRequired("Say how you know: a reply, a signed copy, the receipt, a call."), NOTE],
        filters=FILTERS,
        render_kw={"rows": 2},
    )
    document = SelectField("The paper that shows it, if there is one", default="")
    upload = FileField("Or add that paper now")

    def __init__(self, papers: Sequence[tuple[str, str]], **more: Any) -> None:
        super().__init__(**more)
        self.document.choices = [("", "None yet"), *papers]

    show_refusal = show_refusal

    @property
    def document_id(self) -> UUID | None:
        return UUID(self.document.data) if self.document.data else None

    @property
    def answered(self) -> Answered:
        return Answered(**self.answer)


class SettleForm(FlaskForm):
    """What became of a letter of which nobody knew."""

    went = RadioField(
        "Did it go out?",
        [InputRequired("Choose one.")],
        choices=[("yes", "Yes: somebody has it"), ("no", "No: nobody has it")],
    )
    sent_on = DayField("The day it went out", [Optional()])
    note = TextAreaField("How do you know?", [DataRequired("Say how you know."), NOTE], filters=FILTERS)

    def validate_sent_on(self, field: DayField) -> None:
        if self.went.data == "yes" and not field.data:
            raise ValidationError("Enter the day.")

    show_refusal = show_refusal


class ReasonForm(FlaskForm):
    """Why it is taken back."""

    reason = TextAreaField("Why?", [DataRequired("Say why: it is kept."), NOTE], filters=FILTERS, render_kw={"rows": 3})
    show_refusal = show_refusal


class ProofForm(FlaskForm):
    """The paper that shows that the letter was mailed."""

    document = SelectField("A paper of the case", default="")
    upload = FileField("Or add it now")

    def __init__(self, papers: Sequence[tuple[str, str]], **more: Any) -> None:
        super().__init__(**more)
        self.document.choices = [("", "Choose"), *papers]

    show_refusal = show_refusal
