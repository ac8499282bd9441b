"""The forms of accounts: they check shape, and keep what was typed (passphrases excepted)."""

from __future__ import annotations

import unicodedata
from typing import Any

from flask_wtf import FlaskForm
from wtforms import EmailField, HiddenField, IntegerField, PasswordField, RadioField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, ValidationError
from wtforms.widgets import HiddenInput

from casemgr.accounts import passphrase as passphrases
from casemgr.accounts import places
from casemgr.accounts.emails import clean_email
from casemgr.accounts.members import NewMember
from casemgr.accounts.services import Registration
from casemgr.accounts.words import PERSONAS, ROLES
from casemgr.cases.states import STATE_CHOICES
from casemgr.web.once import OnceField

STATES_TO_CHOOSE = [("", "Choose a state or territory"), *STATE_CHOICES]
LONGEST_NAME = 200


def tidy(text: str | None) -> str:
    """Return one line of visible text: no control characters, no double spaces."""
    letters = "".join(letter if unicodedata.category(letter)[0] != "C" else " " for letter in text or "")
    return " ".join(letters.split())


def show_refusal(form: FlaskForm, refusal: Exception) -> None:
    """Put a service's refusal beside the field that it is about, or on top of the form."""
    name = getattr(refusal, "field", None)
    if name and name in form:
        form[name].errors = [*form[name].errors, str(refusal)]
    else:
        form.form_errors.append(str(refusal))


class NameField(StringField):
    """A name of a person or a workspace."""

    def __init__(self, label: str, wanted: str, **more: Any) -> None:
        limits = [DataRequired(wanted), Length(max=LONGEST_NAME, message=f"Use at most {LONGEST_NAME} characters.")]
        super().__init__(label, limits, filters=[tidy], **more)


class AddressField(EmailField):
    """An e-mail address that must look like one."""

    def __init__(self, label: str = "E-mail", **more: Any) -> None:
        super().__init__(label, [DataRequired("Enter an e-mail address.")], filters=[tidy], **more)

    def post_validate(self, form: Any, validation_stopped: bool) -> None:
        if not validation_stopped:
            try:
                clean_email(self.data)
            except ValueError as problem:
                raise ValidationError(str(problem)) from problem


class NewAccountForm(FlaskForm):
    """What turns a stranger, or a visitor, into a person with an account."""

    name = NameField("Your name", "Enter your name.", render_kw={"autocomplete": "name"})
    email = AddressField(render_kw={"autocomplete": "email"})
    passphrase = PasswordField(
        "Passphrase", [InputRequired("Choose a passphrase.")], render_kw={"autocomplete": "new-password"}
    )
    persona = RadioField("Who are you?", [DataRequired("Choose who you are.")], choices=list(PERSONAS.items()))
    state = SelectField("State or territory", [DataRequired("Choose the state.")], choices=STATES_TO_CHOOSE)
    timezone = HiddenField(render_kw={"data-device-zone": True})
    submission = OnceField()

    def validate_passphrase(self, field: PasswordField) -> None:
        problem = passphrases.strength_of(field.data, (self.name.data or "", self.email.data or "")).problem
        if problem:
            raise ValidationError(problem)

    def to_registration(self) -> Registration:
        return Registration(
            name=self.name.data,
            email=self.email.data,
            passphrase=self.passphrase.data,
            persona=self.persona.data,
            state=self.state.data,
            timezone=self.timezone.data or "",
            account_id=self.submission.uuid,
        )


class SignInForm(FlaskForm):
    email = EmailField(
        "E-mail", [DataRequired("Enter your e-mail.")], filters=[tidy], render_kw={"autocomplete": "username"}
    )
    passphrase = PasswordField(
        "Passphrase",
        [InputRequired("Enter your passphrase."), Length(max=passphrases.LONGEST, message="This is too long.")],
        render_kw={"autocomplete": "current-password"},
    )


class LockedForm(FlaskForm):
    """A form that says which version of the row the person saw."""

    version = IntegerField(widget=HiddenInput(), default=0)

    @property
    def seen(self) -> int:
        return self.version.data or 0

    def start_again_from(self, version: int) -> None:
        """After a conflict: carry the version that the person has now seen, with what they typed."""
        self.version.raw_data, self.version.data = None, version


class DetailsForm(LockedForm):
    name = NameField("Your name", "Enter your name.", render_kw={"autocomplete": "name"})
    timezone = SelectField(
        "Time zone", choices=list(places.ZONES.items()), description="The clock on which you see times."
    )
    persona = RadioField(
        "Who are you?", choices=list(PERSONAS.items()), description="Decides which words we use. Not what you may do."
    )


class EmailForm(FlaskForm):
    email = AddressField("New e-mail", render_kw={"autocomplete": "email"})
    present = PasswordField(
        "Your passphrase", [InputRequired("Enter your passphrase.")], render_kw={"autocomplete": "current-password"}
    )


class PassphraseForm(FlaskForm):
    present = PasswordField(
        "Present passphrase",
        [InputRequired("Enter the passphrase you have now.")],
        render_kw={"autocomplete": "current-password"},
    )
    new = PasswordField(
        "New passphrase", [InputRequired("Choose a new passphrase.")], render_kw={"autocomplete": "new-password"}
    )


class WorkspaceForm(LockedForm):
    name = NameField("Name of the workspace", "Enter a name for the workspace.")
    state = SelectField(
        "State or territory",
        [DataRequired("Choose the state.")],
        choices=STATES_TO_CHOOSE,
        description="New cases start with this state's law. Cases that you have already keep theirs.",
    )
    timezone = SelectField("Time zone", choices=list(places.ZONES.items()), description="For new cases.")


class NewWorkspaceForm(FlaskForm):
    submission = OnceField()
    name = NameField("Name of the workspace", "Enter a name for the workspace.")
    state = SelectField(
        "State or territory",
        [DataRequired("Choose the state.")],
        choices=STATES_TO_CHOOSE,
        description="New cases start with this state's law.",
    )


class MemberForm(FlaskForm):
    email = AddressField(render_kw={"autocomplete": "off"})
    name = StringField(
        "Name",
        [Length(max=LONGEST_NAME, message=f"Use at most {LONGEST_NAME} characters.")],
        filters=[tidy],
        description="Needed only for a person who has no account yet.",
        render_kw={"autocomplete": "off"},
    )
    role = RadioField("Role", [DataRequired("Choose a role.")], choices=list(ROLES.items()))

    def to_new_member(self) -> NewMember:
        return NewMember(email=self.email.data, name=self.name.data, role=self.role.data)


class RoleForm(FlaskForm):
    role = SelectField("Role", choices=list(ROLES.items()))
    seen = HiddenField()
