"""First byte of the papers list of a case with 10,000 papers, against that of a case with 50.

Both are asked for in turn by one client of one process, so a slow machine slows both. Measured: the first page of the
list, one in its middle, one narrowed by a tag and by days, and the binder order. Printed: median milliseconds of each,
and the ratio of the medians (promise: at most 2).
"""

from __future__ import annotations

import atexit
import statistics
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID, uuid4

from sqlalchemy import insert, text

import config
from casemgr import create_app, models
from casemgr.documents.kinds import DOCUMENT_KINDS
from casemgr.extensions import db
from casemgr.platform import database
from tests.world import Actor, World

ROUNDS, WARM_UP = 25, 4
SIZES = (50, 10_000)
PAGES = {
    "list": "",
    "middle": "?page={middle}",
    "by date": "?sort=date",
    "tag and days": "?tag=reading&since=2010-01-01",
    "binder": "/binder",
    "missing": "/../records/missing",
}
PROMISE = 2.0


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        settings = config.load({"CASEMGR_DATA": folder, "CASEMGR_LOG_FILE": str(Path(folder) / "log")})
        url = database.application_url(settings)
        database.migrate(database.owner_url(settings), database.role_of(url))
        app = create_app(settings, url)
        world = World(app)
        actor = world.person()
        cases = {size: world.case(actor) for size in SIZES}
        for size, case_id in cases.items():
            _fill(world, actor, case_id, size)
        client = app.test_client()
        with client.session_transaction() as session:
            session.update({"_user_id": f"{actor.user_id}.1", "_fresh": True, "org_id": str(actor.org_id)})
            session.update(actor.session_marks())
        worst = 0.0
        for name, path in PAGES.items():
            times: dict[int, list[float]] = {size: [] for size in SIZES}
            for round_number in range(ROUNDS + WARM_UP):
                for size, case_id in cases.items():
                    below = path.format(middle=max(1, size // 50))
                    address = f"/cases/{case_id}/papers{below}".replace("/papers/../", "/")
                    started = time.perf_counter()
                    answer = client.get(address)
                    spent = time.perf_counter() - started
                    assert answer.status_code == 200, (answer.status_code, address)
                    if round_number >= WARM_UP:
                        times[size].append(spent * 1000)
            few, many = (statistics.median(times[size]) for size in SIZES)
            worst = max(worst, many / few)
            print(f"{name}: 50 papers {few:.1f} ms, 10,000 papers {many:.1f} ms, ratio {many / few:.2f}", flush=True)
        server = database._embedded(settings.data_dir)
        atexit.unregister(server.leave)
        server.leave()
    print(f"worst ratio {worst:.2f} (promise: {PROMISE})")
    return int(worst > PROMISE)


def _fill(world: World, actor: Actor, case_id: UUID, size: int) -> None:
    """Papers of every kind over ten years, one in twenty with a tag; each fifth is a duplicate of another."""
    own = {"org_id": actor.org_id, "case_id": case_id}
    kinds, first = list(DOCUMENT_KINDS), date(2016, 1, 4)
    papers = [
        {
            **own,
            "id": uuid4(),
            "title": f"Paper {n}",
            "kind": kinds[n % len(kinds)],
            "visibility": "shared",
            "original_name": f"{n}.pdf",
            "sha256": f"{n - n % 5 if n % 25 == 0 else n:064d}",
            "size": 1000,
            "media_type": "application/pdf",
            "family": "pdf",
            "preview_state": "ready",
            "document_on": first + timedelta(days=n % 3650),
            "custody": [{"at": "2026-01-05T00:00:00+00:00", "act": "received", "words": "Received.", "by": "A"}] * 4,
        }
        for n in range(size)
    ]
    tags = [{**own, "document_id": one["id"], "name": "Reading", "key": "reading"} for one in papers[::20]]
    with world.scope(actor):
        db.session.execute(insert(models.Document), papers)
        db.session.execute(insert(models.DocumentTag), tags)
        db.session.commit()
        db.session.execute(text("ANALYZE documents"))
        db.session.rollback()


if __name__ == "__main__":
    sys.exit(main())
