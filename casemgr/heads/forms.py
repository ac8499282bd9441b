"""Forms of the fingerprint of a log: where to send it."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import BooleanField, EmailField
from wtforms.validators import DataRequired, Email, Length

from casemgr.web.once import OnceField


class MailForm(FlaskForm):
    """An address of one's own, and whether each night too."""

    submission = OnceField()
    address = EmailField(
        "Send it to",
        [
            DataRequired("Enter an e-mail address of your own."),
            Length(max=320),
            Email("Enter an e-mail address such as name@example.org.", allow_smtputf8=False),
        ],
        filters=[lambda value: (value or "").strip()],
    )
    nightly = BooleanField("Also each night after something was logged")
