"""What a person says of two papers, and which other paper they choose."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import RadioField, SelectField
from wtforms.validators import DataRequired, InputRequired

from casemgr.copies.kinds import SAYINGS
from casemgr.documents.models import Document
from casemgr.web.once import OnceField


class SayingForm(FlaskForm):
    """What two papers are to each other."""

    submission = OnceField()
    saying = RadioField("What are they to each other?", [InputRequired("Choose what they are.")])


class OtherForm(FlaskForm):
    """The paper to set beside this one. A GET form: nothing is changed."""

    class Meta:
        csrf = False

    other = SelectField("Which other paper?", [DataRequired("Choose a paper.")])


def saying_form(older: Document, newer: Document) -> SayingForm:
    """Return the form for two papers; the newer one is “this”. What is likely stands first."""
    form = SayingForm()
    form.saying.choices = [(key, words.format(this=newer.title, other=older.title)) for key, words in SAYINGS.items()]
    return form


def other_form(choices: list[tuple[str, str]], given: object) -> OtherForm:
    form = OtherForm(given)
    form.other.choices = [("", "Choose a paper"), *choices]
    return form
