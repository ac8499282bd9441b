"""What is asked when a paper is photographed."""

from __future__ import annotations

import unicodedata
from typing import Any

from flask_wtf import FlaskForm
from wtforms import SelectField, StringField
from wtforms.validators import DataRequired, Length

from casemgr.documents.kinds import choices_for


def _plain(value: str | None) -> str:
    """One line without control characters, which no database column takes."""
    return " ".join("".join(c if unicodedata.category(c) not in ("Cc", "Cs") else " " for c in value or "").split())


class BeginForm(FlaskForm):
    """Said once, before the first photo."""

    visibility = SelectField("Who may see it", default="shared")

    def __init__(self, *args: Any, visible: frozenset[str], **more: Any) -> None:
        super().__init__(*args, **more)
        self.visibility.choices = choices_for(visible)


class MakeForm(FlaskForm):
    """Said last: what the paper is called. Its kind and date are read from that, as from a file's name."""

    title = StringField(
        "What is this paper?",
        [DataRequired("Give the paper a title."), Length(max=200, message="Use 200 characters or fewer.")],
        filters=[_plain],
    )
