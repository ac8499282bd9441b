"""What the form components need to know about a WTForms field that a template cannot ask."""

from typing import NamedTuple

from flask import Flask, g
from wtforms import Field, Form
from wtforms.fields import (
    BooleanField,
    FieldList,
    FileField,
    FormField,
    HiddenField,
    RadioField,
    SelectField,
    SelectMultipleField,
    TextAreaField,
)
from wtforms.widgets import CheckboxInput, ListWidget

LOCK_FIELD = "version"


class Problem(NamedTuple):
    """One error of a form: the id of the input to go to (None for the form as a whole), and the words."""

    anchor: str | None
    label: str
    message: str


def field_kind(field: Field) -> str:
    """Name the component that shows `field`.

    One of hidden, checkbox, radio, checkboxes, select, textarea, file, input.
    """
    if isinstance(field, HiddenField) or getattr(field.widget, "input_type", "") == "hidden":
        return "hidden"
    if isinstance(field, RadioField):
        return "radio"
    if isinstance(field, SelectMultipleField) and isinstance(field.widget, ListWidget):
        return "checkboxes"
    if isinstance(field, SelectField):
        return "select"
    if isinstance(field, TextAreaField):
        return "textarea"
    if isinstance(field, FileField):
        return "file"
    if isinstance(field, BooleanField) or isinstance(field.widget, CheckboxInput):
        return "checkbox"
    return "input"


def form_problems(form: Form) -> list[Problem]:
    """List every error of `form` in page order, each with the input that it is about."""
    whole = [Problem(None, "", str(message)) for message in getattr(form, "form_errors", ())]
    return whole + [problem for field in form for problem in _field_problems(field)]


def _field_problems(field: Field) -> list[Problem]:
    if isinstance(field, FormField):
        return form_problems(field.form)
    if isinstance(field, FieldList) and len(field):
        inner = [problem for entry in field for problem in _field_problems(entry)]
        if inner:
            return inner
    label = str(field.label.text) if field.label else ""
    return [Problem(_anchor(field), label, str(message)) for message in field.errors if message]


def _anchor(field: Field) -> str | None:
    """The id of the first input of `field`; a group of choices has no input of its own."""
    kind = field_kind(field)
    if kind == "hidden":
        return None
    if kind in ("radio", "checkboxes"):
        return next((option.id for option in field), field.id)
    return str(field.id)


def unique_id(prefix: str) -> str:
    """Return an id that no other part of this page has: `term-1`, `term-2` …"""
    g.ids_given = g.get("ids_given", 0) + 1
    return f"{prefix}-{g.ids_given}"


def undrawable(text: object) -> str:
    """Return the letters of typed words that no font here can draw, with their numbers; mostly there are none."""
    words = str(text or "")
    if words.isascii():
        return ""
    from casemgr.pdf.fonts import named, undrawable_in  # loads fonts: only for words that need a look

    return named(undrawable_in(words))


def init_app(app: Flask) -> None:
    app.jinja_env.globals.update(
        field_kind=field_kind,
        form_problems=form_problems,
        unique_id=unique_id,
        undrawable=undrawable,
        LOCK_FIELD=LOCK_FIELD,
    )
