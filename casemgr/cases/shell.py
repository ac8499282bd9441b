"""What every page of a case shows around its own content: the stay-put banner and the way out of a sample."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import g, url_for

from casemgr.accounts.roles import Permission
from casemgr.law.rulebook import rulebook_for
from casemgr.plans.queries import Clock, clocks_of, stay_put_of


@dataclass(frozen=True)
class StayPutBanner:
    """`clock`: the next last day to file, in a State where stay-put is lost without a filing."""

    in_force: bool
    since: date | None
    banner: str
    citation: str
    clock: Clock | None


def around_a_case() -> dict[str, Any]:
    """Give the templates of a case route `case`, `stay_put`, `state_caution` (a sentence, where the State's own law is
    not checked) and `remove_sample_url`; nothing on other pages."""
    if "access" not in g:
        return {}
    access = g.access
    if "stay_put" not in g:
        g.stay_put = _banner(access.case)
    caution = rulebook_for(access.case.state).caution
    shown: dict[str, Any] = {"case": access.case, "stay_put": g.stay_put, "state_caution": caution}
    if access.case.is_sample and access.allows(Permission.CASE_EDIT) and not access.is_guest:
        shown["remove_sample_url"] = url_for("cases.remove_sample", case_id=access.case.id)
    return shown


def _banner(case: Any) -> StayPutBanner:
    found = stay_put_of(case)
    # The law's sentence begins with "Stay-put …:"; the page says that itself, in bold and with the date.
    words = found.banner.partition(": ")[2] or found.banner
    citation = found.reasons[0].citation if found.reasons else ""
    clocks = [] if found.in_force else [clock for clock in clocks_of(case) if clock.is_running]
    return StayPutBanner(found.in_force, found.since, words[:1].upper() + words[1:], citation, next(iter(clocks), None))
