"""A long text in which exhibits can be cited: shown with the titles of papers, kept without them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wtforms import Field, FieldList, Form, FormField, TextAreaField

from casemgr.citations.wording import to_kept, to_shown


class CitingField(TextAreaField):
    """A text area with references. `titles`: by reference, of the papers that the person may see (set by `tell`)."""

    titles: Mapping[str, str] = {}

    def __init__(self, label: str, validators: Any = None, filters: Any = (), **more: Any) -> None:
        super().__init__(label, validators, filters=[*filters, lambda text: to_kept(text or "")], **more)

    def _value(self) -> str:
        return to_shown(self.data or "", self.titles)


def tell(form: Form, titles: Mapping[str, str]) -> None:
    """Let a form show its references with these titles."""
    for field in citing_fields(form):
        field.titles = titles


def citing_fields(form: Form | Field) -> Iterator[CitingField]:
    """Yield the texts of a form in which exhibits can be cited, those of its rows as well."""
    for field in form:
        if isinstance(field, CitingField):
            yield field
        elif isinstance(field, FormField | FieldList):
            yield from citing_fields(field)
