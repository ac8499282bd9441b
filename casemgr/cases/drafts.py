"""The answers of a case that is being started, kept in the signed session until the last step saves them.

No half-made case is in the database. The token names the draft: it becomes the id of the case, so that a step that is
sent twice, or from a second tab with another student, cannot make a second or a mixed-up case.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from uuid import UUID, uuid4

from flask import current_app, session
from werkzeug.datastructures import MultiDict
from wtforms import Form

KEY = "new_case"
NOT_TYPED = ("csrf_token", "draft")
COOKIE_BYTES = 3800
"""Browsers drop a cookie of more than 4,096 bytes, name and attributes included."""


class DraftTooLarge(Exception):
    """What was typed does not fit between two steps. Nothing was kept."""


@dataclass
class Draft:
    """Answers as they were typed: field name to text."""

    token: str = field(default_factory=lambda: str(uuid4()))
    student: dict[str, str] = field(default_factory=dict)
    people: list[dict[str, str]] = field(default_factory=list)
    concern: dict[str, str] = field(default_factory=dict)

    @property
    def case_id(self) -> UUID:
        return UUID(self.token)


def current() -> Draft | None:
    kept = session.get(KEY)
    return Draft(**kept) if kept else None


def keep(draft: Draft) -> None:
    """Keep the draft in the session. Raises DraftTooLarge when the browser would not hold it."""
    before = session.get(KEY)
    session[KEY] = asdict(draft)
    signer = current_app.session_interface.get_signing_serializer(current_app)  # type: ignore[attr-defined]
    if len(signer.dumps(dict(session))) > COOKIE_BYTES:
        if before is None:
            session.pop(KEY)
        else:
            session[KEY] = before
        raise DraftTooLarge


def forget() -> None:
    session.pop(KEY, None)


def typed(form: Form) -> dict[str, str]:
    """Return what was typed in a form, right or wrong; empty answers and what is not the person's are left out."""
    raw = {field.name: (field.raw_data or [""])[0] for field in form if field.name not in NOT_TYPED}
    return {name: str(text) for name, text in raw.items() if text}


def as_sent(answers: dict[str, str]) -> MultiDict[str, str]:
    """Return kept answers in the shape in which a form reads them from a request."""
    return MultiDict(answers)
