"""What a service says when an input cannot be used: the feature's own error is a kind of this one."""

from __future__ import annotations


class FieldRefused(Exception):
    """It cannot be as given, and nothing was changed. `field` names the form's field; the text says what to do."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
