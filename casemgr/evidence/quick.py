"""Quick forms: a call, a meeting, a missed service and every other kind, logged on a phone while it is fresh."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from flask_wtf import FlaskForm
from sqlalchemy import select
from wtforms import BooleanField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from casemgr.accounts.access import Access
from casemgr.cases import queries as cases
from casemgr.cases.models import Case
from casemgr.documents import queries as documents
from casemgr.documents.kinds import choices_for
from casemgr.evidence.forms import EARLIEST_YEAR, LONGEST, Checklist
from casemgr.evidence.kinds import PRECISIONS, VIOLATION, WEIGHTS
from casemgr.evidence.models import EvidenceEntry
from casemgr.evidence.services import NewEntry, PaperRef, Someone, plain_text
from casemgr.extensions import db
from casemgr.goals import queries as goals
from casemgr.platform.columns import now
from casemgr.web.fields import ClockField, DayField
from casemgr.web.once import OnceField

LONGEST_TITLE = 100
RECENT = 60


@dataclass(frozen=True)
class Quick:
    """How one kind asks. `more` is what else to write, `more_says` how that begins in the entry."""

    title: str
    who: str
    said: str
    example: str
    more: str
    more_says: str
    first_hand: str
    was_there: bool = True
    """Whether that box is ticked to start with: who logs a call was in it, as a rule."""
    is_now: bool = True
    """Whether it is logged as it happens, so that the time of now stands in the form."""
    paper: str = ""
    """How the paper that shows it is asked for; empty: it is not."""


QUICK: dict[str, Quick] = {
    "call": Quick(
        "Log a call",
        "Who was on the call?",
        "What was said?",
        "Their words, if you remember them.",
        "What was promised, and by when?",
        "Promised",
        "I was on the call myself",
    ),
    "meeting": Quick(
        "Log a meeting",
        "Who was there?",
        "What was said and decided?",
        "Also what was refused, and the reason given.",
        "What happens next, and by when?",
        "Next",
        "I was there myself",
    ),
    "missed_service": Quick(
        "Log a missed service",
        "Who was to give it, or told you?",
        "What was missed?",
        "Such as: reading instruction, 30 minutes, the third time this month.",
        "What reason was given?",
        "Reason given",
        "I saw it myself",
        was_there=False,
    ),
    "incident": Quick(
        "Log an incident",
        "Who was part of it, or saw it?",
        "What happened?",
        "Before, during and after; where.",
        "Who was told, and what was done?",
        "Told and done",
        "I saw it myself",
        was_there=False,
    ),
    "email": Quick(
        "Log an e-mail",
        "Who wrote, and to whom?",
        "What does it say?",
        "The sentence that matters, in its own words.",
        "What was promised, and by when?",
        "Promised",
        "I wrote it, or it came to me",
        is_now=False,
        paper="Is the e-mail among the papers?",
    ),
    "text_message": Quick(
        "Log a text message",
        "Who wrote, and to whom?",
        "What does it say?",
        "The words as they stand there.",
        "What was promised, and by when?",
        "Promised",
        "I wrote it, or it came to me",
        paper="Is a picture of it among the papers?",
    ),
    "letter_sent": Quick(
        "Log a letter you sent",
        "Who got it?",
        "What did you ask for?",
        "In one sentence, as the letter says it.",
        "How was it sent, and how can that be shown?",
        "Sent",
        "I sent it myself",
        is_now=False,
        paper="Is the letter among the papers?",
    ),
    "document": Quick(
        "Log a paper you received",
        "Who gave or sent it?",
        "What does it say that matters?",
        "In its own words, and on which page.",
        "How and when did it come?",
        "How it came",
        "It came to me",
        is_now=False,
        paper="Which paper is it?",
    ),
    "conversation": Quick(
        "Log a talk in person",
        "Who was there?",
        "What was said?",
        "Their words, if you remember them, and where it was.",
        "What was promised, and by when?",
        "Promised",
        "I was there myself",
    ),
    "observation": Quick(
        "Log an observation",
        "Who was there?",
        "What did you see or hear?",
        "Only what you saw or heard: where, how long, how often.",
        "What else was going on?",
        "Also",
        "I saw or heard it myself",
    ),
    VIOLATION: Quick(
        "Log a suspected break of stay-put",
        "Who told you, or decided it?",
        "What changed?",
        "School, setting, services, a removal; and what the plan says.",
        "Since when, and what reason was given?",
        "Since when, and why",
        "I saw it myself",
        was_there=False,
        is_now=False,
        paper="Which paper shows it?",
    ),
    "other": Quick(
        "Log something else",
        "Who was part of it?",
        "What happened?",
        "Who, what, where and when. Facts first.",
        "What happens next?",
        "Next",
        "I saw or heard it myself",
        was_there=False,
    ),
}


def _cleaned(value: str | None) -> str:
    return plain_text(value or "")


class QuickForm(FlaskForm):
    """What happened just now. Build it with `quick_form`."""

    submission = OnceField()
    started = HiddenField()
    people = Checklist()
    somebody = StringField("Somebody else", [Length(max=200)], filters=[_cleaned])
    said = TextAreaField(
        validators=[DataRequired("Say in a few words what happened."), Length(max=LONGEST)], filters=[_cleaned]
    )
    minutes = IntegerField(
        "How many minutes?", [Optional(), NumberRange(min=1, max=10_000, message="Minutes count from 1.")]
    )
    more = TextAreaField(validators=[Length(max=LONGEST)], filters=[_cleaned])
    first_hand = BooleanField()
    paper = SelectField(validators=[Optional()])
    happened_on = DayField("Day", [InputRequired("Enter the day it happened, or your best guess.")])
    happened_at = ClockField("Time", [Optional()])
    precision = SelectField("How sure is the date?", choices=list(PRECISIONS.items()), default="day")
    weight = SelectField("How strong is it?", choices=list(WEIGHTS.items()), default="")
    goals = Checklist("Which goals of the plan does it bear on?")
    visibility = SelectField("Who may see it?")

    def __init__(self, kind: str, local_now: datetime, names: Mapping[str, str], **more: object) -> None:
        super().__init__(**more)
        self.kind, self._now, self._names = kind, local_now, names
        words = QUICK[kind]
        self.people.label.text, self.said.label.text = words.who, words.said
        self.more.label.text, self.first_hand.label.text = words.more, words.first_hand
        self.paper.label.text = words.paper
        if kind != "missed_service":
            del self.minutes

    def validate_happened_on(self, field: DayField) -> None:
        if field.data and field.data > self._now.date():
            raise ValidationError("This day is still to come. The log is for what has happened.")
        if field.data and field.data.year < EARLIEST_YEAR:
            raise ValidationError("Check the year.")

    def to_entry(self) -> NewEntry:
        return NewEntry(
            id=self.submission.uuid,
            kind=self.kind,
            happened_on=self.happened_on.data,
            happened_at=self._time(),
            precision=self.precision.data,
            title=self._title(),
            body=self._body(),
            weight=self.weight.data,
            learned="saw" if self.first_hand.data else "paper" if self._paper else "",
            people=self._people(),
            papers=[PaperRef(UUID(self._paper))] if self._paper else [],
            visibility=self.visibility.data,
            goal_ids=[UUID(key) for key in self.goals.data or ()],
        )

    @property
    def _paper(self) -> str:
        return self.paper.data or "" if "paper" in self else ""

    def _time(self) -> time | None:
        """The time that the form opened with is that of today: on another day it is not known."""
        told: time | None = self.happened_at.data
        was_typed = told is not None and f"{told:%H:%M}" != self.started.data
        return told if was_typed or self.happened_on.data == self._now.date() else None

    def _title(self) -> str:
        """The first sentence, cut at a word; of a missed service, with its minutes."""
        first = re.split(r"(?<=[.!?]) ", " ".join(self.said.data.split()), maxsplit=1)[0].rstrip(".")
        if len(first) > LONGEST_TITLE:
            first = first[: LONGEST_TITLE - 1].rsplit(" ", 1)[0] + "…"
        minutes = self.minutes.data if "minutes" in self else None
        return f"{first} ({minutes} minutes missed)" if minutes else first

    def _body(self) -> str:
        minutes = self.minutes.data if "minutes" in self else None
        parts = [self.said.data]
        if minutes:
            parts.append(f"Minutes missed: {minutes}")
        if self.more.data:
            parts.append(f"{QUICK[self.kind].more_says}: {self.more.data}")
        return "\n\n".join(parts)

    def _people(self) -> list[Someone]:
        chosen = [Someone(self._names[key], UUID(key)) for key in self.people.data or ()]
        typed = " ".join((self.somebody.data or "").split())
        known = {name.casefold(): key for key, name in self._names.items()}
        if typed.casefold() in known:
            typed_as = Someone(self._names[known[typed.casefold()]], UUID(known[typed.casefold()]))
            return chosen if typed_as in chosen else [*chosen, typed_as]
        return [*chosen, Someone(typed)] if typed else chosen


def quick_form(access: Access, kind: str) -> QuickForm:
    """Return the form of one kind of QUICK; the time is now, where the case is."""
    local = now().astimezone(ZoneInfo(access.case.timezone))
    names = {str(person.id): person.name for person in cases.people_of(access.case)}
    start = {
        "happened_on": local.date(),
        "happened_at": local.time().replace(second=0, microsecond=0) if QUICK[kind].is_now else None,
        "started": f"{local:%H:%M}" if QUICK[kind].is_now else "",
        "first_hand": QUICK[kind].was_there,
        "visibility": "shared",
    }
    form = QuickForm(kind, local, names, data=start)
    form.people.choices = [(key, names[key]) for key in _newest_first(access.case, access.visible, names)]
    papers = documents.choices(access.case, access.visible) if QUICK[kind].paper else []
    form.paper.choices = [("", "No paper yet"), *papers]
    if not papers:
        del form.paper
    form.goals.choices = goals.choices(access.case)
    form.visibility.choices = choices_for(access.visible)
    return form


def _newest_first(case: Case, visible: Collection[str], names: Mapping[str, str]) -> list[str]:
    """Return the ids of the case's people, those that the newest entries name first."""
    rows = db.session.scalars(
        select(EvidenceEntry.people)
        .where(EvidenceEntry.case_id == case.id, EvidenceEntry.visibility.in_(visible))
        .order_by(EvidenceEntry.number.desc())
        .limit(RECENT)
    )
    used = [one["id"] for row in rows for one in row if one.get("id") in names]
    return list(dict.fromkeys([*used, *names]))
