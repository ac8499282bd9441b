"""What the worker does with a letter that waits to be e-mailed."""

from __future__ import annotations

from uuid import UUID

from casemgr.letters import delivering
from casemgr.platform.jobs import background, enqueue
from casemgr.platform.posting import ATTEMPTS, WAIT


@background("letters.deliver", attempts=ATTEMPTS, wait=WAIT)
def deliver(*, sending_id: str) -> None:
    delivering.deliver(UUID(sending_id))


def queue(sending_id: UUID) -> None:
    enqueue(deliver, lock=f"letter:{sending_id}", sending_id=str(sending_id))
