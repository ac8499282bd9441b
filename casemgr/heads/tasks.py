"""What the worker does with a head that was queued."""

from __future__ import annotations

from uuid import UUID

from casemgr.heads import delivering
from casemgr.platform.jobs import background, enqueue


class TryAgain(Exception):
    """The other side was away: the job runs again a minute later."""


@background("heads.deliver", attempts=delivering.MOST_TRIES, wait=60)
def deliver(*, head_id: str) -> None:
    if not delivering.deliver(UUID(head_id)):
        raise TryAgain


def queue(head_id: UUID) -> None:
    enqueue(deliver, head_id=str(head_id))
