"""Forms of packets: who gets a copy, and how it was filed. What is said on it: details_form.py."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import FieldList, Form, FormField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, ValidationError

from casemgr.evidence.services import plain_text
from casemgr.filings.filing import Filing
from casemgr.filings.kinds import SEND_METHODS, Kind, Verb
from casemgr.filings.material import Recipient
from casemgr.filings.models import Packet
from casemgr.law.facts import FACTS
from casemgr.law.terms import FactKind
from casemgr.web.fields import DayField
from casemgr.web.once import OnceField

LONG = Length(max=10_000, message="Use 10,000 characters or fewer.")
SHORT = Length(max=300, message="Use 300 characters or fewer.")
MOST_RECIPIENTS = 12


def _plain(value: str | None) -> str:
    return plain_text(value or "")


class VersionForm(FlaskForm):
    """A form whose only field is the version that the person saw."""

    version = HiddenField()

    @property
    def seen_version(self) -> int:
        """The version that the form was opened with; a damaged one is never the present one."""
        return int(self.version.data) if str(self.version.data or "").isdigit() else 0

    def show_version(self, version: int) -> None:
        """Carry the version saved meanwhile, so that saving again is a decision."""
        self.version.data, self.version.raw_data = str(version), None


class RecipientForm(Form):
    """One person who gets a copy. A row left empty is no row."""

    name = StringField("Name", [SHORT], filters=[_plain])
    role = StringField("Role or office", [SHORT], filters=[_plain])
    address = TextAreaField("E-mail, or postal address", [Length(max=1000)], filters=[_plain])
    method = SelectField("How it goes there", choices=[("", "Choose"), *SEND_METHODS.items()])

    @property
    def is_empty(self) -> bool:
        return not any((self.name.data, self.role.data, self.address.data, self.method.data))

    def validate_name(self, field: StringField) -> None:
        if not field.data and not self.is_empty:
            raise ValidationError("Give the name of the person or office, or clear this row.")


class RecipientsForm(VersionForm):
    """Who gets a copy: the rows of the certificate of service."""

    recipients = FieldList(FormField(RecipientForm), max_entries=MOST_RECIPIENTS)

    def to_recipients(self) -> list[Recipient]:
        rows = [entry.form for entry in self.recipients if not entry.form.is_empty]
        return [Recipient(row.name.data, row.role.data, row.address.data, row.method.data) for row in rows]

    def in_words(self) -> list[tuple[str, str]]:
        return recipients_in_words(self.to_recipients())


def recipients_form(packet: Packet) -> RecipientsForm:
    """Return the form with the saved rows and an empty one."""
    saved = recipients_of(packet)
    rows = [vars(one) for one in saved] + [{}] * (len(saved) < MOST_RECIPIENTS)
    return RecipientsForm(data={"recipients": rows, "version": str(packet.version)})


def recipients_of(packet: Packet) -> list[Recipient]:
    return [Recipient(**row) for row in (packet.answers or {}).get("recipients") or ()]


def recipients_in_words(rows: list[Recipient]) -> list[tuple[str, str]]:
    """Return (label, value) by row, all of them, so that two versions can stand side by side."""
    said = [", ".join((one.name, one.role, one.address, SEND_METHODS.get(one.method, ""))) for one in rows]
    return [(f"Copy {n}", said[n - 1] if n <= len(said) else "") for n in range(1, MOST_RECIPIENTS + 1)]


_NOTICE = FACTS[FactKind.DUE_PROCESS_COMPLAINT_RECEIVED].details[0]


def _day(label: str, message: str) -> DayField:
    return DayField(label, [InputRequired(message)])


THE_DAY = {
    Verb.FILE: "The day you filed it",
    Verb.SEND: "The day you sent it",
    Verb.SIGN: "The day the last side signed",
    Verb.KEEP: "The day you put it on file",
}


class FileForm(VersionForm):
    """How the packet was filed. What the law warns of needs a reason, which is kept."""

    submission = OnceField()
    filed_on = _day("The day you filed it", "Enter the day you sent it.")
    how = RadioField("How", [InputRequired("Choose how it was sent.")], choices=list(SEND_METHODS.items()))
    to = TextAreaField(
        "To whom",
        [DataRequired("Say where it went."), Length(max=2000, message="Use 2,000 characters or fewer.")],
        filters=[_plain],
    )
    received_on = DayField("The day the school district received it", [Optional()])
    notice_sent = RadioField(_NOTICE.label, choices=list(_NOTICE.choices.items()), default="unknown")
    docket_number = StringField(
        "Docket number, if you have one", [Length(max=80, message="Use 80 characters or fewer.")], filters=[_plain]
    )
    override_reason = TextAreaField("Why you go on", [LONG], filters=[_plain])

    def __init__(self, kind: Kind, *, warned: bool, **more: Any) -> None:
        super().__init__(**more)
        self._warned = warned
        self.filed_on.label.text = THE_DAY[kind.verb]
        self.received_on.label.text = f"The day the {kind.received_by} received it"
        if kind.verb in (Verb.SIGN, Verb.KEEP):
            del self.how, self.to
        if not asks_of_notice(kind):
            del self.notice_sent
        if kind.received is None:
            del self.received_on
        if kind.event is None:
            del self.docket_number

    def validate_override_reason(self, field: TextAreaField) -> None:
        if self._warned and not field.data:
            raise ValidationError("Say why you go on although the law warns here. Your reason is kept with the filing.")

    def to_filing(self) -> Filing:
        received = self._said("received_on")
        return Filing(
            filed_on=self.filed_on.data,
            how=self._said("how") or "",
            to=self._said("to") or "",
            received_on=received,
            notice_sent=(self._said("notice_sent") or "unknown") if received else "unknown",
            docket_number=self._said("docket_number") or "",
            override_reason=self.override_reason.data,
            move_id=self.submission.uuid,
        )

    def _said(self, name: str) -> Any:
        return self[name].data if name in self else None


def asks_of_notice(kind: Kind) -> bool:
    """Whether the day of receipt comes with the question about prior written notice."""
    return kind.received is not None and _NOTICE in FACTS[kind.received].details


class ReceivedForm(FlaskForm):
    """The day on which it was received."""

    on_date = _day("The day the school district received it", "Enter the day it arrived.")
    notice_sent = RadioField(_NOTICE.label, choices=list(_NOTICE.choices.items()), default="unknown")

    def __init__(self, kind: Kind, **more: Any) -> None:
        super().__init__(**more)
        self.on_date.label.text = f"The day the {kind.received_by} received it"
        if not asks_of_notice(kind):
            del self.notice_sent

    @property
    def notice(self) -> str:
        return self.notice_sent.data if "notice_sent" in self else "unknown"


class TakeBackForm(FlaskForm):
    """Why it was not filed after all."""

    reason = TextAreaField(
        "Why?",
        [DataRequired("Say why. Your reason is kept."), Length(max=1000, message="Use 1,000 characters or fewer.")],
        filters=[_plain],
        render_kw={"rows": 3},
    )
