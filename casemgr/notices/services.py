"""Tell the people on a case what changed, in the transaction that changed it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert

from casemgr.extensions import db
from casemgr.notices.models import Notice
from casemgr.notices.queries import people_on, unread_of
from casemgr.platform.columns import now
from casemgr.platform.tenancy import current_scope

KINDS = {
    "dates_moved": "Dates moved",
    "needs_attention": "Needs attention",
    "discipline": "Discipline",
    "obligation": "Obligation",
}
"""What notices are about, in the words of their heading."""


@dataclass(frozen=True)
class News:
    """What happened in one case.

    Args:
        kind: a key of KINDS. text: one or two plain sentences; the student's name stands beside it, so name nobody.
        lines: more, one thing a line. page, arguments: where to look (an endpoint; `case_id` is added).
        to: who is told; without it, everybody on the case (notices.queries.people_on).
    """

    case_id: UUID
    kind: str
    text: str
    lines: tuple[str, ...] = ()
    page: str = "cases.show"
    arguments: Mapping[str, str] = field(default_factory=dict)
    to: Collection[UUID] | None = None


def tell(news: Iterable[News], *, change_id: UUID | None = None, but: UUID | None = None) -> int:
    """Tell the people on the cases; return how many notices were written. Does not commit. Three queries at most.

    Args:
        news: of cases of the acting organization, at most one a case.
        change_id: what belongs together: a person sees it as one notice. The same one is told to nobody twice, so a
            job that may run again gives its own (`uuid5` of what it found).
        but: who made the change and knows it already; without it, the person who acts.
    """
    news = [one for one in news if one.to is None or one.to]
    if not news:
        return 0
    scope = current_scope()
    knows, change_id, at = but or scope.user_id, change_id or uuid4(), now()
    everyone = people_on([one.case_id for one in news if one.to is None])
    rows = [
        {
            "id": uuid4(),
            "org_id": scope.org_id,
            "case_id": one.case_id,
            "user_id": user_id,
            "change_id": change_id,
            "kind": one.kind,
            "text": one.text,
            "lines": list(one.lines),
            "page": one.page,
            "arguments": dict(one.arguments),
            "created_at": at,
        }
        for one in news
        for user_id in (everyone[one.case_id] if one.to is None else one.to)
        if user_id != knows
    ]
    if not rows:
        return 0
    db.session.execute(insert(Notice).values(rows).on_conflict_do_nothing(constraint="uq_notices_told_once"))
    return len(rows)


def mark_read(user_id: UUID, change_id: UUID | None = None) -> None:
    """Mark what a person was told in the acting organization as read: one change, or everything. Does not commit."""
    db.session.execute(
        update(Notice).where(unread_of(user_id, change_id)).values(read_at=now()),
        execution_options={"synchronize_session": False},
    )
