"""Where school calendars are looked at: in the organization, or from one of its cases; and who may change them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from flask import abort, url_for
from flask_login import current_user

from casemgr.accounts.access import Access, active_membership
from casemgr.accounts.roles import Permission
from casemgr.cases.clock import today_in
from casemgr.cases.district import District
from casemgr.cases.models import Case
from casemgr.deadlines import districts as district_names
from casemgr.deadlines import queries
from casemgr.deadlines.blueprint import bp
from casemgr.deadlines.models import SchoolCalendar
from casemgr.web.permissions import case_access


@dataclass(frozen=True)
class Place:
    """From a case only its district's calendars. `why_not`: the reason for a person who may look and not change;
    empty when they may change. `zone`: the time zone of a file that names none."""

    org_id: UUID
    zone: str
    case: Case | None = None
    why_not: str = ""

    @property
    def may_edit(self) -> bool:
        return not self.why_not

    def url(self, page: str, **values: Any) -> str:
        """Return the address of `page` here: calendars, new_calendar, edit_calendar, import_calendar, snow_day …"""
        if self.case is None:
            return url_for(f"deadlines.{page}", **values)
        return url_for(f"deadlines.case_{page}", case_id=self.case.id, **values)

    def back_url(self, wanted: str) -> str:
        """Return where a day without school was added: the case's deadlines, or its calendar."""
        if wanted == "deadlines" and self.case is not None:
            return url_for("deadlines.index", case_id=self.case.id)
        return self.url("calendars")

    @property
    def today(self) -> date:
        return today_in(self.zone)

    @property
    def district(self) -> District | None:
        return self.case.lea if self.case is not None else None

    @property
    def districts(self) -> Sequence[District]:
        """Whose calendar can be entered here; none where no district is named yet."""
        if self.district is None:
            return district_names.districts()
        return [self.district] if self.district.name else []

    def calendar(self, calendar_id: UUID) -> SchoolCalendar:
        row = queries.school_calendar(calendar_id)
        if row is None or (self.case is not None and row.lea != self.district):
            abort(404)
        return row


def in_the_organization() -> Place:
    membership = active_membership(current_user) or abort(403)
    return Place(membership.org_id, membership.organization.timezone)


def from_case(*, to_edit: bool = True) -> Place:
    access = case_access()
    why_not = why_not_edit(access)
    if to_edit and why_not:
        abort(403)
    return Place(access.case.org_id, access.case.timezone, access.case, why_not)


def why_not_edit(access: Access) -> str:
    """Return why this person cannot change the calendar; empty when they can.

    The calendar belongs to the organization and all its cases of the district count with it: who works there with
    the right role changes it. A guest of one case would change dates in cases that they may not even see."""
    owner = access.organization.name
    if access.is_guest:
        return (
            f"You are a guest on this case. The calendar belongs to {owner}, and its other cases of the district count "
            f"with it too, so people of {owner} keep it. Tell them when a day is missing."
        )
    if not access.allows(Permission.CALENDAR_EDIT):
        return f"Your role can look at the calendar. Advocates, attorneys and owners of {owner} change it."
    return ""


@bp.app_template_global()
def may_edit_calendar() -> bool:
    """Say whether the reader of a case's page may change its district's calendar."""
    return not why_not_edit(case_access())


@bp.app_template_global()
def district_name(district: District) -> str:
    """Return the district's name, with its State where the organization's districts lie in more than one."""
    return district_names.named([district])[0][1]
