"""Forms of the reader: a note on a page, and a passage for the evidence log."""

from __future__ import annotations

import math
from datetime import date
from uuid import UUID

from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from casemgr.accounts.access import Access
from casemgr.accounts.roles import Permission
from casemgr.cases.clock import today
from casemgr.documents.kinds import choices_for, opens_it_to_more_people
from casemgr.documents.models import Document
from casemgr.evidence.forms import EARLIEST_YEAR, LONGEST, LONGEST_QUOTE
from casemgr.evidence.kinds import EVIDENCE_KINDS
from casemgr.evidence.services import NewEntry, PaperRef, plain_text
from casemgr.issues import queries as issues
from casemgr.reading.audiences import AUDIENCES, COLORS, allowed
from casemgr.reading.models import PageNote
from casemgr.reading.services import NewNote
from casemgr.web.fields import DayField
from casemgr.web.once import OnceField

ANY_PAGE = NumberRange(min=1, max=1_000_000, message="Pages count from 1.")
QUOTE = Length(max=LONGEST_QUOTE, message="Keep the passage under 5,000 characters.")
BODY = Length(max=LONGEST, message="Keep this under 20,000 characters.")
KIND_OF_PAPER = {"email": "email", "messages": "text_message"}
SMALLEST_BOX = 0.003


def _cleaned(value: str | None) -> str:
    return plain_text(value or "")


class EditForm(FlaskForm):
    """What the author of a note can say anew. Its place on the page stays."""

    version = HiddenField()
    body = TextAreaField("Your note", [BODY], filters=[_cleaned])
    color = RadioField("Color", choices=list(COLORS.items()), default="yellow")
    audience = RadioField("Who may see it?", [InputRequired("Choose who may see it.")])

    @property
    def seen_version(self) -> int:
        told = str(self.version.data)
        return int(told) if told.isascii() and told.isdigit() and len(told) < 9 else 0


class NoteForm(EditForm):
    """A new note or highlight. `place` is filled by the script: words chosen on the picture, or a box drawn on it."""

    submission = OnceField()
    page = IntegerField("Page", [InputRequired("Enter the page."), ANY_PAGE])
    place = HiddenField()
    quote = TextAreaField("Passage", [QUOTE], filters=[_cleaned])

    def to_note(self) -> NewNote:
        kind, _, told = (self.place.data or "").partition(":")
        return NewNote(
            id=self.submission.uuid,
            page=self.page.data,
            audience=self.audience.data,
            color=self.color.data,
            quote=self.quote.data,
            body=self.body.data,
            span=_span(told) if kind == "words" else None,
            box=_box(told) if kind == "box" else None,
        )


class PassageForm(FlaskForm):
    """An entry of the log that quotes a page. All but its first line is filled in already."""

    submission = OnceField()
    page = IntegerField("Page", [InputRequired("Enter the page."), ANY_PAGE])
    quote = TextAreaField("The words of the page", [QUOTE], filters=[_cleaned])
    title = StringField(
        "In one line",
        [DataRequired("Say in a few words what it is."), Length(max=300, message="Keep this under 300 characters.")],
        filters=[lambda text: " ".join(_cleaned(text).split())],
    )
    shows = TextAreaField("What does it show?", [BODY], filters=[_cleaned])
    issue = SelectField("Which issue does it support?", [Optional()])
    happened_on = DayField("When did it happen?", [InputRequired("Enter the day, or your best guess.")])
    kind = SelectField("What kind of thing is it?", choices=list(EVIDENCE_KINDS.items()))
    visibility = RadioField("Who may see this entry?", [InputRequired("Choose who may see it.")])

    def __init__(self, case_today: date, **more: object) -> None:
        super().__init__(**more)
        self._today = case_today

    def validate_happened_on(self, field: DayField) -> None:
        if field.data and field.data > self._today:
            raise ValidationError("This day is still to come. The log is for what has happened.")
        if field.data and field.data.year < EARLIEST_YEAR:
            raise ValidationError("Check the year.")

    def to_entry(self, paper: Document) -> NewEntry:
        return NewEntry(
            id=self.submission.uuid,
            kind=self.kind.data,
            happened_on=self.happened_on.data,
            title=self.title.data,
            shows=self.shows.data,
            papers=[PaperRef(paper.id, self.page.data, self.quote.data)],
            visibility=self.visibility.data,
            issue_ids=[UUID(self.issue.data)] if self.issue.data else [],
        )


def note_form(access: Access, paper: Document, page: int) -> NoteForm:
    """Return the form of a new note, for the author alone unless they choose otherwise."""
    form = NoteForm(prefix="note", data={"page": page, "audience": "private", "color": "yellow"})
    form.audience.choices = _audiences(access, paper)
    return form


def edit_form(access: Access, paper: Document, note: PageNote) -> EditForm:
    form = EditForm(prefix="note", obj=note)
    form.audience.choices = _audiences(access, paper)
    return form


def _audiences(access: Access, paper: Document) -> list[tuple[str, str]]:
    return [(key, AUDIENCES[key].label) for key in allowed(access, paper)]


def passage_form(access: Access, paper: Document, page: int) -> PassageForm:
    """Return the form with what the paper says of itself: its date, who may see it, a first line."""
    case_today = today(access.case)
    start = {
        "page": page,
        "title": f"{paper.title[:280]}, page {page}",
        "happened_on": min(paper.document_on, case_today) if paper.document_on else case_today,
        "kind": KIND_OF_PAPER.get(paper.kind, "document"),
        "visibility": paper.visibility,
    }
    form = PassageForm(case_today, prefix="log", data=start)
    form.issue.choices = [("", "None yet"), *(issues.choices(access.case) if may_link(access) else [])]
    form.visibility.choices = [
        (key, label) for key, label in choices_for(access.visible) if not opens_it_to_more_people(paper.visibility, key)
    ]
    return form


def may_link(access: Access) -> bool:
    return access.allows(Permission.ISSUE_EDIT)


def _span(told: str) -> tuple[int, int] | None:
    first, _, last = told.partition("-")
    if first.isascii() and last.isascii() and first.isdigit() and last.isdigit() and len(told) < 20:
        return int(first), int(last)
    return None


def _box(told: str) -> tuple[float, float, float, float] | None:
    """A box inside the picture that is large enough to be seen; None for anything else."""
    try:
        sides = [float(side) for side in told.split(",")]
    except ValueError:
        return None
    if len(sides) != 4 or not all(math.isfinite(side) and 0 <= side <= 1 for side in sides):
        return None
    x0, y0, x1, y1 = (round(side, 4) for side in sides)
    return (x0, y0, x1, y1) if x1 - x0 >= SMALLEST_BOX and y1 - y0 >= SMALLEST_BOX else None
