"""E-mail addresses as we keep them: checked for shape, in lower case, never looked up on the network."""

from __future__ import annotations

from uuid import uuid4

from email_validator import EmailNotValidError, validate_email

# RFC 2606 reserves .invalid: no person can sign up with it and no mail can ever be sent there.
VISITOR_DOMAIN = "visitor.invalid"
NOT_AN_EMAIL = "Enter an e-mail address like name@example.org."


def clean_email(text: str) -> str:
    """Return the address in the one form we keep. Raises ValueError, in plain words."""
    try:
        return validate_email(text.strip(), check_deliverability=False).normalized.lower()
    except EmailNotValidError as problem:
        raise ValueError(NOT_AN_EMAIL) from problem


def visitor_email() -> str:
    """Return a fresh address that is nobody's, for a person who is only looking around."""
    return f"{uuid4().hex}@{VISITOR_DOMAIN}"
