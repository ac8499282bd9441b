"""What the workers do by themselves, every night. Safe to be killed anywhere and started again."""

from __future__ import annotations

from casemgr.platform.jobs import periodic
from casemgr.watch import services, tidying


@periodic("watch.night", cron="17 * * * *")
def night() -> None:
    """Each hour: look through the organizations whose night it is, and remove what visitors left."""
    services.go_round()
    tidying.remove_old_visits()
