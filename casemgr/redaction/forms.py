"""Forms of redaction: why a place is covered, what to look for, and what becomes of the copy."""

from __future__ import annotations

import math
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from wtforms import BooleanField, HiddenField, RadioField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length
from wtforms.widgets import CheckboxInput, ListWidget

from casemgr.documents.kinds import VISIBILITIES
from casemgr.documents.models import Document
from casemgr.evidence.services import plain_text
from casemgr.redaction.models import Redaction
from casemgr.redaction.patterns import PATTERNS, REASON_OF
from casemgr.redaction.reasons import REASONS, visibilities_for
from casemgr.redaction.services import WHOLE_PAGE, Box, NewMark

SMALLEST = 0.002
MOST_TICKED = 5000
OWN_WORDS = Length(max=300, message="Use 300 characters or fewer.")
NOT_REPEATED = "Printed in the log: do not repeat what is under the box."


def _one_line(value: str | None) -> str:
    return " ".join(plain_text(value or "").split())


def _lines(value: str | None) -> str:
    return plain_text(value or "")


class ReasonForm(FlaskForm):
    """Why something is covered. `place` is filled by the script: a box drawn on the page."""

    place = HiddenField()
    reason = SelectField("Why is it covered?", choices=list(REASONS.items()), default="other_child")
    words = StringField("In your own words", [OWN_WORDS], filters=[_one_line], description=NOT_REPEATED)

    def marks(self, page: int) -> list[NewMark]:
        """Return what was covered: a drawn or typed box, the whole page, or words and lines that were ticked."""
        told = {"page": page, "reason": self.reason.data, "words": self.words.data or ""}
        if request.form.get("whole"):
            return [NewMark(**told, boxes=(WHOLE_PAGE,), found_by="page")]
        if box := _box((self.place.data or "").removeprefix("box:")) or _typed_box():
            return [NewMark(**told, boxes=(box,), found_by="drawn")]
        if chosen := _ticked_words():
            return [NewMark(**told, chosen=chosen, found_by="words")]
        return []


class FindForm(FlaskForm):
    """What to look for on all pages."""

    kinds = SelectMultipleField(
        "Look for",
        [InputRequired("Choose what to look for.")],
        choices=list(PATTERNS.items()),
        default=[kind for kind in PATTERNS if kind != "name"],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    names = TextAreaField(
        "Names to cover",
        [Length(max=5000, message="Use 5,000 characters or fewer.")],
        filters=[_lines],
        description="One on each line, as they stand in the paper: “Dana Lee”, and “Dana” on a line of its own.",
        render_kw={"rows": 4},
    )


class MakeForm(FlaskForm):
    """What becomes of the copy."""

    version = HiddenField()
    title = StringField(
        "Title of the copy",
        [DataRequired("Give the copy a title."), Length(max=300, message="Use 300 characters or fewer.")],
        filters=[_one_line],
    )
    visibility = RadioField("Who may see the copy?", [InputRequired("Choose who may see it.")])
    reason = TextAreaField(
        "Why may they see it?",
        [DataRequired("Say why. Your reason is kept in the log of redactions."), Length(max=2000)],
        filters=[_lines],
        description="Kept in the log of redactions, with your name. Do not repeat what is covered.",
        render_kw={"rows": 3},
    )
    all_pages = BooleanField("Turn every page into a picture: the safest way, and a larger file")
    confirmed = BooleanField("I looked at every page. Nothing that must stay closed is left uncovered.")

    @property
    def seen_version(self) -> int:
        told = str(self.version.data)
        return int(told) if told.isascii() and told.isdigit() and len(told) < 9 else 0


class NamesForm(FlaskForm):
    """Names for the list of those that must not leave with this case."""

    names = TextAreaField(
        "Names, one on each line",
        [DataRequired("Type a name."), Length(max=5000, message="Use 5,000 characters or fewer.")],
        filters=[_lines],
        render_kw={"rows": 4},
    )


def make_form(paper: Document, redaction: Redaction, visible: frozenset[str]) -> MakeForm:
    """Return the form with what was said before, or a careful beginning."""
    allowed = visibilities_for(paper, visible)
    data: dict[str, Any] = {
        "title": redaction.title or f"{paper.title[:280]} (redacted)",
        "visibility": redaction.visibility or paper.visibility,
        "reason": redaction.reason,
        "all_pages": redaction.all_pages or (not redaction.title and paper.visibility != "shared"),
        "version": str(redaction.version),
    }
    form = MakeForm(data=data)
    form.visibility.choices = [(key, VISIBILITIES[key].label) for key in allowed]
    return form


def ticked_places() -> list[NewMark]:
    """Return the places of the list that was found and ticked: `page:first-last:kind` each."""
    own = _one_line(request.form.get("words", ""))[:300]
    found = []
    for told in request.form.getlist("found")[:MOST_TICKED]:
        page, _, rest = told.partition(":")
        span, _, kind = rest.partition(":")
        first, _, last = span.partition("-")
        if not all(part.isascii() and part.isdigit() and len(part) < 8 for part in (page, first, last)):
            continue
        chosen = frozenset(range(int(first), min(int(last), int(first) + 200) + 1))
        if kind in REASON_OF:
            found.append(NewMark(int(page), REASON_OF[kind], own, chosen=chosen, found_by="pattern"))
    return found


def _ticked_words() -> frozenset[int]:
    chosen: set[int] = set()
    for told in request.form.getlist("word")[:MOST_TICKED]:
        first, _, last = told.partition("-")
        last = last or first
        if all(part.isascii() and part.isdigit() and len(part) < 8 for part in (first, last)):
            chosen.update(range(int(first), min(int(last), int(first) + MOST_TICKED) + 1))
    return frozenset(chosen)


def _typed_box() -> Box | None:
    """A box in per cent of the page: from the left, from the top, wide, high."""
    told = [request.form.get(name, "").strip() for name in ("left", "top", "wide", "high")]
    try:
        left, top, wide, high = (float(side) / 100 for side in told)
    except ValueError:
        return None
    return _checked(left, top, left + wide, top + high)


def _box(told: str) -> Box | None:
    try:
        sides = [float(side) for side in told.split(",")]
    except ValueError:
        return None
    return _checked(*sides) if len(sides) == 4 else None


def _checked(x0: float, y0: float, x1: float, y1: float) -> Box | None:
    """A box inside the page that is large enough to be meant; None for anything else."""
    sides = (x0, y0, x1, y1)
    if not all(math.isfinite(side) for side in sides):
        return None
    x0, y0, x1, y1 = (round(min(1.0, max(0.0, side)), 4) for side in sides)
    return (x0, y0, x1, y1) if x1 - x0 >= SMALLEST and y1 - y0 >= SMALLEST else None
