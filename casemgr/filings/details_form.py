"""The form for what is said on a packet: the questions of its kind, who signs, and how exhibits are labelled."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from wtforms import Field, FieldList, Form, FormField, RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional, Regexp, ValidationError

from casemgr.cases.models import Case
from casemgr.citations.forms import CitingField
from casemgr.citations.showing import with_papers_named
from casemgr.filings import fees
from casemgr.filings.conforming import WISHES
from casemgr.filings.forms import LONG, SHORT, VersionForm, _plain
from casemgr.filings.kinds import Column, Kind, Question, kind_in
from casemgr.filings.material import TYPEFACES
from casemgr.filings.models import Packet
from casemgr.filings.services import Details
from casemgr.web.fields import DayField
from casemgr.web.filters import legal_date

FAR = timedelta(days=366)
ANSWER, PASTE = "answer_", "paste_"
SPARE = 3


class DetailsForm(VersionForm):
    """What is said on the packet itself; a field `answer_<key>` for each question of its kind."""

    kind: Kind

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

    face = RadioField("Typeface", choices=list(TYPEFACES.items()), default="")
    archival = RadioField("PDF/A-2b, for archives", choices=list(WISHES.items()), default="")

    def __init__(self, case_today: date, **more: Any) -> None:
        super().__init__(**more)
        self._today = case_today
        if not self.kind.has_exhibits:
            del self.exhibit_prefix, self.bates_prefix

    def validate_dated_on(self, field: DayField) -> None:
        if field.data and abs(field.data - self._today) > FAR:
            raise ValidationError("This is more than a year away. Check the year.")

    @property
    def questions(self) -> list[tuple[Question, Any]]:
        """Each question with its field."""
        return [(question, self[ANSWER + question.key]) for question in self.kind.questions]

    @property
    def has_tables(self) -> bool:
        return any(question.columns for question in self.kind.questions)

    def pasted(self, question: Question) -> Any:
        """Return the field that rows are pasted into, or None."""
        return self[PASTE + question.key] if question.paste else None

    def to_details(self) -> Details:
        plain = {question.key: _stored(box.data) for question, box in self.questions if not question.columns}
        return Details(
            signer_name=self.signer_name.data,
            signer_role=self.signer_role.data,
            signer_contact=self.signer_contact.data,
            dated_on=self.dated_on.data,
            bates_prefix=self.bates_prefix.data if "bates_prefix" in self else "",
            exhibit_prefix=self.exhibit_prefix.data if "exhibit_prefix" in self else "P",
            archival=self.archival.data,
            face=self.face.data,
            answers=plain,
            rows={question.key: self._rows(question, box) for question, box in self.questions if question.columns},
        )

    def _rows(self, question: Question, box: Any) -> list[list[str]]:
        typed = [
            [_cell(column, entry.form[f"c{n}"].data) for n, column in enumerate(question.columns)] for entry in box
        ]
        pasted = read_rows(self[PASTE + question.key].data, question) if question.paste else []
        return [row for row in [*typed, *pasted] if any(row)][: question.most]

    def in_words(self) -> list[tuple[str, str]]:
        return in_words(self.kind, self.to_details())


def _stored(value: Any) -> str:
    return value.isoformat() if isinstance(value, date) else value or ""


def _cell(column: Column, value: Any) -> str:
    if column.type in ("number", "money"):
        number = fees.decimal(value or "")
        return fees.plain_number(number) if number is not None else ""
    return _stored(value)


class PastedWrongly(ValueError):
    """A pasted line cannot be read; the text names the line."""


def read_rows(text: str | None, question: Question) -> list[list[str]]:
    """Read rows copied out of a spreadsheet (tabs, or commas). A first line of headings is left out.

    Raises PastedWrongly, naming the line."""
    lines = [line for line in (text or "").splitlines() if line.strip()]
    if not lines:
        return []
    rows = list(csv.reader(lines, delimiter="\t" if "\t" in lines[0] else ","))
    if [cell.strip().casefold() for cell in rows[0]] == [one.label.casefold() for one in question.columns]:
        rows = rows[1:]
    return [_pasted_row(number, row, question) for number, row in enumerate(rows, 1)]


def _pasted_row(number: int, row: Sequence[str], question: Question) -> list[str]:
    columns = question.columns
    if len(row) != len(columns):
        names = ", ".join(one.label for one in columns)
        raise PastedWrongly(f"Line {number} has {len(row)} columns. Give {len(columns)}: {names}.")
    return [_pasted_cell(number, column, _plain(cell)) for column, cell in zip(columns, row, strict=True)]


def _pasted_cell(number: int, column: Column, text: str) -> str:
    if not text or column.type == "text":
        return text
    if column.type == "date":
        for form in ("%Y-%m-%d", "%m/%d/%Y", "%m/%d/%y"):
            try:
                return datetime.strptime(text, form).date().isoformat()  # noqa: DTZ007  (a day, no instant)
            except ValueError:
                continue
        raise PastedWrongly(f"Line {number}: “{text[:40]}” is no date. Write it as 2026-03-31 or 3/31/2026.")
    value = fees.decimal(text)
    if value is None:
        raise PastedWrongly(f"Line {number}: “{text[:40]}” is no number.")
    return fees.plain_number(value)


def _is_number(form: Form, field: Field) -> None:
    if field.data and fees.decimal(field.data) is None:
        raise ValidationError("Enter a number, such as 2.5 or 350.")


def _column_field(column: Column, *, cites: bool) -> Field:
    if column.type == "date":
        return DayField(column.label, [Optional()])
    if column.type in ("number", "money"):
        return StringField(column.label, [_is_number], filters=[_plain], render_kw={"inputmode": "decimal"})
    if column.width == "short":
        return StringField(column.label, [SHORT], filters=[_plain])
    return (CitingField if cites else TextAreaField)(column.label, [Length(max=2000)], filters=[_plain])


def _field(question: Question, *, cites: bool) -> Field:
    more: dict[str, Any] = {"description": question.help}
    if question.columns:
        row = type(
            "RowForm", (Form,), {f"c{n}": _column_field(one, cites=cites) for n, one in enumerate(question.columns)}
        )
        return FieldList(FormField(row), question.label, max_entries=question.most + SPARE)
    if question.choices:
        return RadioField(question.label, [Optional()], choices=list(question.choices.items()), **more)
    if question.type == "date":
        return DayField(question.label, [Optional()], **more)
    box = CitingField if cites else TextAreaField
    most = Length(max=question.longest, message=f"Use {question.longest:,} characters or fewer.")
    return box(question.label, [most], filters=[_plain], render_kw={"rows": question.rows}, **more)


def _paste_field(question: Question) -> Field:
    def check(form: Form, field: Field) -> None:
        try:
            read_rows(field.data, question)
        except PastedWrongly as problem:
            raise ValidationError(str(problem)) from problem

    names = ", ".join(one.label.lower() for one in question.columns)
    help_ = f"Copied from a spreadsheet, one row a line: {names}. They are added below what is there."
    return TextAreaField("Paste many rows at once", [Length(max=200_000), check], description=help_)


@cache
def _details_class(kind: str, state: str) -> type[DetailsForm]:
    own = kind_in(kind, state)
    fields = dict(_fields(own.questions, cites=own.has_exhibits))
    return type("DetailsForm", (DetailsForm,), {"kind": own, **fields})


def _fields(questions: Sequence[Question], *, cites: bool) -> Iterator[tuple[str, Field]]:
    for question in questions:
        yield ANSWER + question.key, _field(question, cites=cites)
        if question.paste:
            yield PASTE + question.key, _paste_field(question)


def details_form(case: Case, packet: Packet, case_today: date) -> DetailsForm:
    """Return the form of a packet, filled with what is saved."""
    saved, shape = details_of(packet), _details_class(packet.kind, case.state)
    data = {name: getattr(saved, name) for name in vars(saved) if name not in ("answers", "rows")}
    for question in shape.kind.questions:
        said = saved.answers.get(question.key, "")
        data[ANSWER + question.key] = _typed(question, said, saved.rows.get(question.key, ()))
    return shape(case_today, data=data | {"version": str(packet.version)})


def _typed(question: Question, said: str, rows: Sequence[Sequence[str]]) -> Any:
    """What is saved, as the field wants it; a table with some rows to spare."""
    if question.columns:
        filled = [
            {
                f"c{n}": _day(cell) if column.type == "date" else cell
                for n, (column, cell) in enumerate(zip(question.columns, row, strict=False))
            }
            for row in rows
        ]
        return filled + [{}] * SPARE
    return _day(said) if question.type == "date" else said


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


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
        archival=packet.archival,
        face=packet.face,
        answers={key: said for key, said in answers.items() if isinstance(said, str)},
        rows=answers.get("rows") or {},
    )


def in_words(kind: Kind, said: Details) -> list[tuple[str, str]]:
    """Return (label, value) of everything on the form, to compare two versions."""
    rows = [(question.label, _said(question, said)) for question in kind.questions]
    return [
        *rows,
        ("Name of who signs", said.signer_name),
        ("Role", said.signer_role),
        ("Address, phone, e-mail", said.signer_contact),
        ("Date printed on the filing", legal_date(said.dated_on)),
        ("Letter before exhibit numbers", said.exhibit_prefix),
        ("Words before page numbers", said.bates_prefix),
        ("Typeface", TYPEFACES.get(said.face, said.face)),
        ("PDF/A-2b, for archives", WISHES.get(said.archival, said.archival)),
    ]


def _said(question: Question, said: Details) -> str:
    if question.columns:
        rows = said.rows.get(question.key, ())
        return with_papers_named("\n".join(", ".join(part for part in row if part) for row in rows))
    text = said.answers.get(question.key, "")
    return question.choices.get(text, with_papers_named(text))
