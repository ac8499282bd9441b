"""Names, dates and descriptions of all exhibits at once: copied out, changed in a spreadsheet, and pasted back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import flash, render_template
from flask_login import current_user
from sqlalchemy.orm.exc import StaleDataError
from wtforms import TextAreaField
from wtforms.validators import Length

from casemgr.accounts.access import Access
from casemgr.accounts.roles import Permission
from casemgr.citations import queries as citations
from casemgr.documents.models import Document
from casemgr.exhibit_binders import queries, services
from casemgr.exhibit_binders import table as tables
from casemgr.exhibit_binders.blueprint import ONE, STALE, back, binder_or_404, bp
from casemgr.exhibit_binders.models import BinderExhibit, ExhibitBinder
from casemgr.exhibit_binders.services import Line
from casemgr.extensions import db
from casemgr.filings.forms import VersionForm
from casemgr.filings.material import long_date
from casemgr.filings.services import FilingRefused
from casemgr.platform.locking import StaleForm
from casemgr.web.permissions import case_access, requires

MOST_TOLD = 8


class TableForm(VersionForm):
    """The table as text."""

    rows = TextAreaField("Exhibits", [Length(max=400_000, message="This is too long for one table.")])


@bp.route(f"{ONE}/exhibits/table", methods=["GET", "POST"])
@requires(Permission.PACKET_EDIT)
def table(case_id: UUID, binder_id: UUID) -> Any:
    access = case_access()
    row = binder_or_404(access, binder_id)
    form = TableForm(data={"rows": _written(access, row), "version": str(row.version)})
    status = 200
    if form.validate_on_submit():
        try:
            changed = _take(access, row, form)
        except (StaleForm, StaleDataError, FilingRefused) as problem:
            db.session.rollback()
            row = binder_or_404(access, binder_id)
            status = 422 if isinstance(problem, FilingRefused) else 409
            form.form_errors.append(str(problem) if status == 422 else STALE)
            form.show_version(row.version)
        else:
            if changed is not None:
                flash(f"{changed} changed." if changed else "Nothing was changed.")
                return back(row, "exhibits", "order")
    page = render_template("exhibit_binders/table.html", case=access.case, row=row, form=form)
    return page, status if status != 200 else 422 if form.errors else 200


def _written(access: Access, row: ExhibitBinder) -> str:
    now = queries.exhibits_now(row)
    shown = citations.shown(access.case, {UUID(one.id): one.description for one in now}, access.visible)
    return tables.written((one.label, one.title, one.when, shown[UUID(one.id)]) for one in now)


def _take(access: Access, row: ExhibitBinder, form: TableForm) -> int | None:
    """Save what was pasted; returns how many exhibits it changed, None with an error at the field."""
    now, rows = queries.exhibits_now(row), queries.rows_of(row)
    said, wrong = tables.read(form.rows.data or "", [one.label for one in now])
    if wrong:
        form.rows.errors = [*wrong[:MOST_TOLD], *([f"And {len(wrong) - MOST_TOLD} more."] if wrong[MOST_TOLD:] else [])]
        return None
    shown = citations.shown(access.case, {UUID(one.id): one.description for one in now}, access.visible)
    lines = {}
    for one, (kept, paper) in zip(now, rows, strict=True):
        before = _line(kept, shown[kept.id])
        after = _said(before, said.get(one.label, tables.Row()), paper)
        if after != before:
            lines[kept.id] = after
    if lines:
        order = [kept.id for kept, _ in rows]
        services.arrange(row, order, lines, version=form.seen_version, by=current_user)
    return len(lines)


def _line(kept: BinderExhibit, shown: str) -> Line:
    own = {
        name: getattr(kept, name) for name in ("title", "dated", "first_page", "last_page", "range_reason", "is_joint")
    }
    return Line(**own, description=" ".join(shown.split()))


def _said(before: Line, said: tables.Row, paper: Document) -> Line:
    """What is called and dated like its paper follows the paper."""
    line = before
    if said.name is not None:
        line = replace(line, title="" if said.name == " ".join(paper.title.split()) else said.name)
    if said.date is not None:
        own = long_date(paper.document_on) if paper.document_on else ""
        line = replace(line, dated="" if said.date == own else said.date)
    return line if said.description is None else replace(line, description=said.description)
