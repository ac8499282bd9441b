"""Pages of filings."""

from __future__ import annotations

from flask import Blueprint

bp = Blueprint("filings", __name__)
