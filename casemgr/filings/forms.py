"""Forms of packets: what is said on it, who gets a copy, and how it was filed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from typing import Any

from flask_wtf import FlaskForm
from wtforms import FieldList, Form, FormField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, Regexp, ValidationError

from casemgr.evidence.services import plain_text
from casemgr.filings.filing import Filing
from casemgr.filings.kinds import KINDS, QUESTIONS, SEND_METHODS
from casemgr.filings.material import Recipient
from casemgr.filings.models import Packet
from casemgr.filings.services import Details
from casemgr.law.facts import FACTS
from casemgr.law.terms import FactKind
from casemgr.web.fields import DayField
from casemgr.web.filters import legal_date
from casemgr.web.once import OnceField

LONG = Length(max=10_000, message="Use 10,000 characters or fewer.")
SHORT = Length(max=300, message="Use 300 characters or fewer.")
MOST_RECIPIENTS = 12
FAR = timedelta(days=366)
ANSWER = "answer_"


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


class DetailsForm(VersionForm):
    """What is said on the packet itself; a field `answer_<key>` for each question of its kind."""

    kind = ""

    signer_name = StringField("Name of who signs", [SHORT], filters=[_plain])
    signer_role = StringField("Role", [SHORT], filters=[_plain])
    signer_contact = TextAreaField("Address, phone, e-mail", [LONG], filters=[_plain])
    dated_on = DayField("Date printed on the filing", [Optional()])
    exhibit_prefix = StringField(
        "Letter before exhibit numbers",
        [
            DataRequired("Give a letter, such as P."),
            Regexp(r"[A-Za-z][A-Za-z0-9]{0,5}$", message="Use 1 to 6 letters."),
        ],
        filters=[_plain],
    )
    bates_prefix = StringField(
        "Words before page numbers (Bates)",
        [Regexp(r"[A-Za-z0-9 ._\-]{0,20}$", message="Use up to 20 plain letters, digits, dots and hyphens.")],
        filters=[lambda value: (value or "").lstrip()],
    )

    def __init__(self, case_today: date, **more: Any) -> None:
        super().__init__(**more)
        self._today = case_today

    def validate_dated_on(self, field: DayField) -> None:
        if field.data and abs(field.data - self._today) > FAR:
            raise ValidationError("This is more than a year away. Check the year.")

    @property
    def questions(self) -> list[tuple[Any, Any]]:
        """Each question with its field."""
        return [(question, self[ANSWER + question.key]) for question in QUESTIONS[self.kind]]

    def to_details(self) -> Details:
        return Details(
            signer_name=self.signer_name.data,
            signer_role=self.signer_role.data,
            signer_contact=self.signer_contact.data,
            dated_on=self.dated_on.data,
            bates_prefix=self.bates_prefix.data,
            exhibit_prefix=self.exhibit_prefix.data,
            answers={question.key: field.data for question, field in self.questions},
        )

    def in_words(self) -> list[tuple[str, str]]:
        return in_words(self.kind, self.to_details())


@cache
def _details_class(kind: str) -> type[DetailsForm]:
    fields = {
        ANSWER + question.key: TextAreaField(
            question.label,
            [LONG],
            description=question.help,
            filters=[_plain],
            render_kw={"rows": question.rows},
        )
        for question in QUESTIONS[kind]
    }
    return type("DetailsForm", (DetailsForm,), {"kind": kind, **fields})


def details_form(packet: Packet, case_today: date) -> DetailsForm:
    """Return the form of a packet, filled with what is saved."""
    saved = details_of(packet)
    data = {name: getattr(saved, name) for name in vars(saved) if name != "answers"}
    data |= {ANSWER + key: said for key, said in saved.answers.items()} | {"version": str(packet.version)}
    return _details_class(packet.kind)(case_today, data=data)


def details_of(packet: Packet) -> Details:
    answers: Mapping[str, Any] = packet.answers or {}
    signer = answers.get("signer") or {}
    return Details(
        signer_name=signer.get("name", ""),
        signer_role=signer.get("role", ""),
        signer_contact=signer.get("contact", ""),
        dated_on=packet.dated_on,
        bates_prefix=packet.bates_prefix,
        exhibit_prefix=packet.exhibit_prefix,
        answers={key: said for key, said in answers.items() if isinstance(said, str)},
    )


def in_words(kind: str, said: Details) -> list[tuple[str, str]]:
    """Return (label, value) of everything on the form, to compare two versions."""
    rows = [(question.label, said.answers.get(question.key, "")) for question in QUESTIONS[kind]]
    return [
        *rows,
        ("Name of who signs", said.signer_name),
        ("Role", said.signer_role),
        ("Address, phone, e-mail", said.signer_contact),
        ("Date printed on the filing", legal_date(said.dated_on)),
        ("Letter before exhibit numbers", said.exhibit_prefix),
        ("Words before page numbers", said.bates_prefix),
    ]


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

    def __init__(self, packet: Packet, *, warned: bool, **more: Any) -> None:
        super().__init__(**more)
        self._warned = warned
        if KINDS[packet.kind].received is None:
            del self.received_on, self.notice_sent

    def validate_override_reason(self, field: TextAreaField) -> None:
        if self._warned and not field.data:
            raise ValidationError("Say why you go on although the law warns here. Your reason is kept with the filing.")

    def to_filing(self) -> Filing:
        received = self.received_on.data if "received_on" in self else None
        return Filing(
            filed_on=self.filed_on.data,
            how=self.how.data,
            to=self.to.data,
            received_on=received,
            notice_sent=self.notice_sent.data if received else "unknown",
            docket_number=self.docket_number.data,
            override_reason=self.override_reason.data,
            move_id=self.submission.uuid,
        )


class ReceivedForm(FlaskForm):
    """The day on which the district received it."""

    on_date = _day("The day the school district received it", "Enter the day it arrived.")
    notice_sent = RadioField(_NOTICE.label, choices=list(_NOTICE.choices.items()), default="unknown")
