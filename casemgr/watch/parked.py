"""Background work that failed as often as it may: it lies parked until a person has it done again.

The table of jobs belongs to the queue and has no walls of its own, so each query here names the organization.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import text

from casemgr.accounts.roles import Permission, role_allows
from casemgr.cases.lists import Workplace
from casemgr.extensions import db
from casemgr.platform.tenancy import acting_in

MOST_SHOWN = 50
TASKS: dict[str, str] = {
    "copies.compare": "Compare two papers",
    "copies.look": "Look for papers that are alike",
    "deadlines.recompute_cases": "Count dates anew after a school calendar changed",
    "documents.preview": "Draw the pages of a paper",
    "documents.read_again": "Read what is typed or noted on a paper",
    "documents.recognise": "Read the text of a scan",
    "documents.scan": "Look for viruses in a paper",
    "documents.unpack": "Take out what lies inside an e-mail, a mailbox or a ZIP",
    "exhibit_binders.build": "Make an exhibit binder",
    "filings.build_packet": "Make a filing packet",
    "filings.deliver": "Send copies of a packet by e-mail",
    "heads.deliver": "Send or stamp the fingerprint of an evidence log",
    "letters.deliver": "Send a letter by e-mail",
    "photos.look": "Look for the sheet on a photo",
    "photos.make": "Make a paper of photos",
    "redaction.make": "Make a redacted copy",
    "serving.deliver": "Send copies of a packet or binder by e-mail",
}
"""Each task in plain words."""

_FAILED = text(
    "SELECT job.id, job.task_name, job.args->>'case_id' AS case_id,"
    " (SELECT max(event.at) FROM procrastinate_events event WHERE event.job_id = job.id) AS at"
    " FROM procrastinate_jobs job WHERE job.status = 'failed' AND job.args->>'org_id' = :org"
    " ORDER BY job.id LIMIT :most"
)
_AGAIN = text(
    "UPDATE procrastinate_jobs SET status = 'todo', attempts = 0, scheduled_at = NULL, args = args - 'rescued'"
    " WHERE id = :job AND status = 'failed' AND args->>'org_id' = :org"
)


@dataclass(frozen=True)
class Parked:
    """A piece of work that failed. `case_id` is None where it is about several cases."""

    job_id: int
    what: str
    at: datetime
    case_id: UUID | None
    organization: str


def parked(places: Sequence[Workplace]) -> list[Parked]:
    """Return what lies parked in the organizations that this person runs."""
    found = []
    for place in _run_by(places):
        with acting_in(place.scope):
            rows = db.session.execute(_FAILED, {"org": str(place.org_id), "most": MOST_SHOWN})
            found += [
                Parked(row.id, TASKS.get(row.task_name, row.task_name), row.at, _id(row.case_id), place.name)
                for row in rows
            ]
    return found


def do_again(places: Sequence[Workplace], job_id: int) -> bool:
    """Put a piece of work back into the queue; False when it is none of theirs, or runs again already."""
    for place in _run_by(places):
        with acting_in(place.scope):
            done = db.session.execute(_AGAIN, {"job": job_id, "org": str(place.org_id)})
            db.session.commit()
            if done.rowcount:
                return True
    return False


def _run_by(places: Sequence[Workplace]) -> list[Workplace]:
    return [
        place
        for place in places
        if place.role is not None and role_allows(place.role, place.kind, Permission.ORG_MANAGE)
    ]


def _id(value: str | None) -> UUID | None:
    return UUID(value) if value else None
