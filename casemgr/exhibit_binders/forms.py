"""Forms of hearing binders: how it is numbered, who speaks and gets a copy, how it was served."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, Regexp, ValidationError

from casemgr.citations.forms import CitingField
from casemgr.evidence.services import plain_text
from casemgr.exhibit_binders.material import Witness
from casemgr.exhibit_binders.models import ExhibitBinder
from casemgr.exhibit_binders.queries import PARTIES
from casemgr.exhibit_binders.services import Settings
from casemgr.exhibit_binders.serving import Serving
from casemgr.filings.conforming import WISHES
from casemgr.filings.forms import RecipientForm, VersionForm
from casemgr.filings.kinds import SEND_METHODS
from casemgr.filings.material import TYPEFACES, Recipient
from casemgr.forums.profiles import profiles
from casemgr.serving.models import SentCopy
from casemgr.web.fields import DayField
from casemgr.web.once import OnceField

MOST_ROWS = 30
DELIVERY = {
    "": "Not decided yet",
    "paper": "On paper",
    "allowed": "As a file: the hearing officer has allowed it",
}
SHAPES = {
    "one": "One PDF with bookmarks (in volumes, where it is too large)",
    "files": "Also one file for each exhibit, in a ZIP",
}
SHORT = Length(max=300, message="Use 300 characters or fewer.")
LONG = Length(max=2000, message="Use 2,000 characters or fewer.")


def _plain(value: str | None) -> str:
    return plain_text(value or "")


def _whole(label: str, least: int, most: int, **more: Any) -> IntegerField:
    message = f"Give a whole number from {least:,} to {most:,}."
    return IntegerField(label, [Optional(), NumberRange(least, most, message)], **more)


class SettingsForm(VersionForm):
    """How a binder is named, numbered and delivered."""

    submission = OnceField()
    title = StringField(
        "Title on the cover",
        [DataRequired("Give the binder a title."), Length(max=150, message="Use 150 characters or fewer.")],
        filters=[_plain],
    )
    forum = SelectField("Hearing office")
    party = SelectField("Whose exhibits", choices=list(PARTIES.items()))
    exhibit_prefix = StringField(
        "Letter before exhibit numbers",
        [
            DataRequired("Give a letter, such as P."),
            Regexp(r"[A-Za-z][A-Za-z0-9]{0,5}$", message="Use 1 to 6 letters, such as P."),
        ],
        filters=[_plain],
    )
    bates_prefix = StringField(
        "Words before page numbers",
        [Regexp(r"[A-Za-z0-9 ._\-]{0,20}$", message="Use up to 20 plain letters, digits, dots and hyphens.")],
        filters=[lambda value: (value or "").lstrip()],
    )
    bates_digits = _whole("Digits of a page number", 1, 12)
    bates_start = _whole("First page number", 0, 9_999_999)
    shape = RadioField("What is made", choices=list(SHAPES.items()), default="one")
    slip_sheets = BooleanField("A sheet before each exhibit. Without it, the stamp of its first page says EXHIBIT")
    print_set = BooleanField("Also a PDF to print on both sides: each exhibit begins on the front of a sheet")
    face = RadioField("Typeface", choices=list(TYPEFACES.items()), default="")
    archival = RadioField("PDF/A-2b, for archives", choices=list(WISHES.items()), default="")
    most_mb = _whole("Largest file, in MB", 1, 5_000)
    most_pages = _whole("Most pages of one volume", 10, 20_000)
    delivery = RadioField("The hearing officer’s set", choices=list(DELIVERY.items()), default="")
    copies_made = _whole("Sets that lie ready", 0, 99)

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        self.forum.choices = [(one.key, one.name) for one in profiles().values()]

    def to_settings(self) -> Settings:
        return Settings(
            title=self.title.data,
            forum=self.forum.data,
            party=self.party.data,
            exhibit_prefix=self.exhibit_prefix.data.upper(),
            bates_prefix=self.bates_prefix.data,
            bates_digits=self.bates_digits.data or 6,
            bates_start=1 if self.bates_start.data is None else self.bates_start.data,
            shape=self.shape.data,
            slip_sheets=self.slip_sheets.data,
            print_set=self.print_set.data,
            archival=self.archival.data,
            face=self.face.data,
            most_mb=self.most_mb.data,
            most_pages=self.most_pages.data,
            delivery=self.delivery.data,
            copies_made=self.copies_made.data or 0,
        )


def settings_form(row: ExhibitBinder | None, first: Settings) -> SettingsForm:
    """Return the form filled with what is saved, or with what is proposed for a new binder."""
    data = {name: getattr(row or first, name) for name in vars(first)}
    return SettingsForm(data=data | ({"version": str(row.version)} if row else {}))


class WitnessForm(Form):
    """One person who speaks. A row left empty is no row."""

    name = StringField("Name", [SHORT], filters=[_plain])
    about = CitingField("What the testimony is about", [LONG], filters=[_plain])

    def validate_name(self, field: StringField) -> None:
        if not field.data and self.about.data:
            raise ValidationError("Give the name of the witness, or clear this row.")


class PeopleForm(VersionForm):
    """Who speaks, who gets a copy, who signs."""

    witnesses = FieldList(FormField(WitnessForm), max_entries=MOST_ROWS)
    recipients = FieldList(FormField(RecipientForm), max_entries=MOST_ROWS)
    signer_name = StringField("Name of who signs", [SHORT], filters=[_plain])
    signer_role = StringField("Role", [SHORT], filters=[_plain])
    signer_contact = TextAreaField("Address, phone, e-mail", [LONG], filters=[_plain])

    def to_witnesses(self) -> list[Witness]:
        rows = [entry.form for entry in self.witnesses]
        return [Witness(row.name.data, row.about.data) for row in rows if row.name.data]

    def to_recipients(self) -> list[Recipient]:
        rows = [entry.form for entry in self.recipients if not entry.form.is_empty]
        return [Recipient(row.name.data, row.role.data, row.address.data, row.method.data) for row in rows]

    def to_signer(self) -> dict[str, str]:
        return {"name": self.signer_name.data, "role": self.signer_role.data, "contact": self.signer_contact.data}


def people_form(row: ExhibitBinder) -> PeopleForm:
    """Return the form with the saved rows and two empty ones of each kind."""
    return PeopleForm(
        data={
            "witnesses": [*row.witnesses, *[{}] * min(2, MOST_ROWS - len(row.witnesses))],
            "recipients": [*row.recipients, *[{}] * min(1, MOST_ROWS - len(row.recipients))],
            "version": str(row.version),
            **{f"signer_{key}": row.signer.get(key, "") for key in ("name", "role", "contact")},
        }
    )


class ServeForm(VersionForm):
    """How the binder was served."""

    served_on = DayField("The day you sent it", [InputRequired("Enter the day you sent it.")])
    at = StringField("Time of day", [Length(max=40, message="Use 40 characters or fewer.")], filters=[_plain])
    how = RadioField("How", [InputRequired("Choose how it was sent.")], choices=list(SEND_METHODS.items()))
    to = TextAreaField("To whom", [DataRequired("Say who got it."), LONG], filters=[_plain])
    received_on = DayField("The day the other side had it", [Optional()])

    def to_serving(self) -> Serving:
        return Serving(self.served_on.data, self.at.data, self.how.data, self.to.data, self.received_on.data)


def serve_form(row: ExhibitBinder, day: date, copies: Sequence[SentCopy] = ()) -> ServeForm:
    """Return the form, filled in from the copies that are on record, else with who is to get one."""
    out = [one for one in copies if one.sent_on is not None]
    to = "\n".join(", ".join(part for part in (one["name"], one.get("role", "")) if part) for one in row.recipients)
    data = {"served_on": day, "to": to, "version": str(row.version)}
    if out:
        names = dict.fromkeys(", ".join(dict.fromkeys((one.name, one.address))).rstrip(", ") for one in out)
        data |= {
            "served_on": max(one.sent_on for one in out if one.sent_on),
            "how": out[-1].way,
            "to": "\n".join(names),
        }
    return ServeForm(data=data)


class ReasonForm(VersionForm):
    """A reason that is kept, for going on or for withdrawing."""

    reason = StringField("Reason", [SHORT], filters=[_plain])
