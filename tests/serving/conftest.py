"""The mail server that the application uses while a test runs."""

from __future__ import annotations

from tests.heads.conftest import post

__all__ = ["post"]
