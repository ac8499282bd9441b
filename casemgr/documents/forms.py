"""What people say about papers: beside the drop zone, and on the page of one paper."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from urllib.parse import unquote

from flask_wtf import FlaskForm
from werkzeug.datastructures import Headers, MultiDict
from wtforms import (
    BooleanField,
    DateField,
    HiddenField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, Length, Optional

from casemgr.documents.kinds import DOCUMENT_KINDS, RECEIVED_HOW, VISIBILITIES, choices_for
from casemgr.documents.mailbox import MessageFilter
from casemgr.documents.models import Document
from casemgr.documents.queries import SORTS, PaperFilter
from casemgr.documents.services import PaperDetails
from casemgr.paper_order import tagging
from casemgr.web.filters import legal_date

HEADER = "X-Field-"
KINDS = list(DOCUMENT_KINDS.items())


def _plain(value: str | None) -> str:
    """Text without control characters, which no database column takes; line breaks stay."""
    kept = (c for c in value or "" if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs"))
    return "".join(kept).strip()


def _not_later_than_today(form: Any, field: DateField) -> None:
    if field.data and field.data > form.today:
        raise ValidationError("This day is in the future. Check the date.")


class _AboutForm(FlaskForm):
    """What both forms ask: where the papers came from, and who may see them."""

    source = StringField(
        "Who they came from", [Length(max=200, message="Use 200 characters or fewer.")], filters=[_plain]
    )
    received_on = DateField("Received on", [Optional(), _not_later_than_today])
    received_how = SelectField("How they came", choices=list(RECEIVED_HOW.items()), default="")

    def __init__(self, *args: Any, visible: frozenset[str], today: date, **more: Any) -> None:
        super().__init__(*args, **more)
        self.today = today
        self.visibility.choices = choices_for(visible)


class DropForm(_AboutForm):
    """What is true of every file of one drop."""

    visibility = SelectField("Who may see them", default="shared")

    def to_details(self) -> PaperDetails:
        return PaperDetails(
            received_on=self.received_on.data,
            received_how=self.received_how.data or "",
            source=self.source.data or "",
            visibility=self.visibility.data,
        )


def fields_in(headers: Headers) -> MultiDict[str, str]:
    """Return the form fields that upload.js sends along with each file, as percent-encoded headers.

    A header has hyphens where the field has underscores: web servers drop headers with underscores."""
    prefix = HEADER.lower()
    return MultiDict(
        (name[len(prefix) :].lower().replace("-", "_"), unquote(value, errors="replace"))
        for name, value in headers
        if name.lower().startswith(prefix)
    )


class PaperForm(_AboutForm):
    """Everything a person can say about one paper."""

    title = StringField(
        "Title",
        [DataRequired("Give the paper a title."), Length(max=300, message="Use 300 characters or fewer.")],
        filters=[_plain],
    )
    kind = SelectField("Kind of paper", choices=KINDS)
    document_on = DateField("Date on the paper", [Optional(), _not_later_than_today])
    visibility = RadioField("Who may see it")
    author = StringField(
        "Who wrote or signed it", [Length(max=200, message="Use 200 characters or fewer.")], filters=[_plain]
    )
    tags = StringField("Tags", [Length(max=2000, message="Use fewer tags.")], filters=[_plain])
    note = TextAreaField("Note", [Length(max=5000, message="Use 5,000 characters or fewer.")], filters=[_plain])
    confirmed = BooleanField("Yes, let more people see it")
    opened_because = StringField(
        "Why may more people see it?", [Length(max=500, message="Use 500 characters or fewer.")], filters=[_plain]
    )
    version = HiddenField()

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.source.label.text, self.received_how.label.text = "Who it came from", "How it came"

    def validate_tags(self, field: StringField) -> None:
        try:
            tagging.words_of(field.data or "")
        except tagging.TooManyTags as problem:
            raise ValidationError(str(problem)) from problem

    @property
    def seen_version(self) -> int:
        return int(self.version.data) if str(self.version.data or "").isdigit() else 0

    def to_details(self) -> PaperDetails:
        return PaperDetails(
            title=self.title.data or "",
            kind=self.kind.data,
            document_on=self.document_on.data,
            received_on=self.received_on.data,
            received_how=self.received_how.data or "",
            source=self.source.data or "",
            author=self.author.data or "",
            visibility=self.visibility.data,
            note=self.note.data or "",
            tags=tagging.words_of(self.tags.data or ""),
        )

    def in_words(self) -> list[tuple[str, str]]:
        """Return (label, value) of what was typed, for comparison with what was saved."""
        return _in_words(self.to_details(), tagging.words_of(self.tags.data or ""))


def saved_in_words(paper: Document, tags: Sequence[str]) -> list[tuple[str, str]]:
    """Return (label, value) of a paper as it is saved, in the order of `PaperForm.in_words`."""
    return _in_words(paper, tags)


def _in_words(said: PaperDetails | Document, tags: Sequence[str]) -> list[tuple[str, str]]:
    words = [
        ("Title", said.title),
        ("Kind of paper", DOCUMENT_KINDS.get(said.kind, said.kind)),
        ("Date on the paper", legal_date(said.document_on)),
        ("Received on", legal_date(said.received_on)),
        ("How it came", RECEIVED_HOW.get(said.received_how, said.received_how)),
        ("Who it came from", said.source),
        ("Who wrote or signed it", said.author),
        ("Tags", ", ".join(tags)),
        ("Who may see it", VISIBILITIES[said.visibility].label),
        ("Note", said.note),
    ]
    return [(label, value or "Nothing") for label, value in words]


def to_message_filter(args: Mapping[str, str]) -> MessageFilter:
    """Read the filter of a mailbox's messages from an address or a form; what makes no sense is left out."""
    page = args.get("page", "1")
    return MessageFilter(
        who=_plain(args.get("who", ""))[:200],
        first=_day(args.get("first", "")),
        last=_day(args.get("last", "")),
        page=int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1,
    )


def _day(typed: str) -> date | None:
    try:
        day = date.fromisoformat(typed)
    except ValueError:
        return None
    return day if 1980 <= day.year <= 2200 else None


def to_filter(args: Mapping[str, str], *, may_open_trash: bool) -> PaperFilter:
    """Read the list's filter from an address; what makes no sense is left out."""
    page = args.get("page", "1")
    return PaperFilter(
        kind=args.get("kind", "") if args.get("kind") in DOCUMENT_KINDS else "",
        visibility=args.get("visibility", "") if args.get("visibility") in VISIBILITIES else "",
        text=_plain(args.get("text", ""))[:200],
        tag=tagging.key_of(_plain(args.get("tag", "")))[: tagging.LONGEST],
        since=_day(args.get("since", "")),
        until=_day(args.get("until", "")),
        undated=args.get("undated") == "1",
        sort=args.get("sort", "") if args.get("sort") in SORTS else "arrival",
        in_trash=may_open_trash and args.get("show") == "trash",
        page=int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1,
    )
