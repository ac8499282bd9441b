"""What templates need of references; the pages themselves are those of packets, binders and issues."""

from __future__ import annotations

from flask import Blueprint

from casemgr.citations.showing import with_papers_named
from casemgr.citations.wording import with_labels

bp = Blueprint("citations", __name__)
bp.add_app_template_filter(with_papers_named)
bp.add_app_template_filter(with_labels)
