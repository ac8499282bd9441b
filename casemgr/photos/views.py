"""Pages of papers that are photographed page by page."""

from flask import Blueprint

bp = Blueprint("photos", __name__)
