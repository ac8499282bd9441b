"""What the workers do by themselves: remove what nobody went on with."""

from __future__ import annotations

from casemgr.platform.jobs import periodic
from casemgr.uploads import services


@periodic("uploads.sweep", cron="41 * * * *")
def sweep() -> None:
    services.sweep()
