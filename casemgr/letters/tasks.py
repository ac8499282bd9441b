"""What the worker does with a letter that waits to be e-mailed."""

from __future__ import annotations

from uuid import UUID

from casemgr.letters import delivering
from casemgr.platform.jobs import background, enqueue


class TryAgain(Exception):
    """The mail server was away: the job runs again a minute later."""


@background("letters.deliver", attempts=delivering.MOST_TRIES + 2, wait=60)
def deliver(*, sending_id: str) -> None:
    if not delivering.deliver(UUID(sending_id)):
        raise TryAgain


def queue(sending_id: UUID) -> None:
    enqueue(deliver, lock=f"letter:{sending_id}", sending_id=str(sending_id))
