"""Forms of a legal hold: why it is set, why it is lifted."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from casemgr.evidence.services import plain_text
from casemgr.web.once import OnceField

LONG = Length(max=2000, message="Keep this under 2,000 characters.")
FILTERS = [lambda text: plain_text(text or "").strip()]


class HoldForm(FlaskForm):
    submission = OnceField()
    reason = TextAreaField(
        "Why must it be kept?", [DataRequired("Say why. It is shown with the hold."), LONG], filters=FILTERS
    )


class LiftForm(FlaskForm):
    reason = TextAreaField(
        "Why may it be deleted again?", [DataRequired("Say why. It stays on record."), LONG], filters=FILTERS
    )
