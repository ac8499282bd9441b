"""Server time of the case home with 2,000 entries, 500 papers and 200 deadlines, against an empty page.

Both are asked for in turn by one client of one process, so a slow machine slows both. Printed: median milliseconds of
each, and the ratio of the medians (promise: at most 3).
"""

from __future__ import annotations

import atexit
import statistics
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

from flask import render_template_string
from sqlalchemy import insert

import config
from casemgr import create_app, models
from casemgr.extensions import db
from casemgr.platform import database
from casemgr.web.permissions import Permission, case_access, requires
from tests.world import World

ROUNDS = 60
EMPTY = '{% extends "case_base.html" %}{% block title %}Empty{% endblock %}{% block main %}<h1>Empty</h1>{% endblock %}'
PROMISE = 3.0


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        settings = config.load({"CASEMGR_DATA": folder, "CASEMGR_LOG_FILE": str(Path(folder) / "log")})
        url = database.application_url(settings)
        database.migrate(database.owner_url(settings), database.role_of(url))
        app = create_app(settings, url)
        app.add_url_rule("/cases/<uuid:case_id>/empty", "bench_empty", requires(Permission.CASE_READ)(_empty))
        app.config.update(WTF_CSRF_ENABLED=False)
        world = World(app)
        actor = world.person()
        case_id = world.case(actor)
        _fill(world, actor, case_id)
        client = app.test_client()
        with client.session_transaction() as session:
            session.update({"_user_id": f"{actor.user_id}.1", "_fresh": True, "org_id": str(actor.org_id)})
            session.update(actor.session_marks())
        times: dict[str, list[float]] = {"empty": [], "home": []}
        for round_number in range(ROUNDS + 5):
            for name, path in (("empty", f"/cases/{case_id}/empty"), ("home", f"/cases/{case_id}")):
                started = time.perf_counter()
                answer = client.get(path)
                spent = time.perf_counter() - started
                assert answer.status_code == 200, answer.status_code
                if round_number >= 5:
                    times[name].append(spent * 1000)
        server = database._embedded(settings.data_dir)
        atexit.unregister(server.leave)
        server.leave()
    empty, home = (statistics.median(times[name]) for name in ("empty", "home"))
    print(f"empty page {empty:.1f} ms, case home {home:.1f} ms, ratio {home / empty:.2f} (promise: {PROMISE})")
    return int(home / empty > PROMISE)


def _empty(case_id: object) -> str:
    return render_template_string(EMPTY, case=case_access().case)


def _fill(world: World, actor: object, case_id: object) -> None:
    own = {"org_id": actor.org_id, "case_id": case_id}  # type: ignore[attr-defined]
    day = date(2025, 1, 6)
    with world.scope(actor):  # type: ignore[arg-type]
        run = db.session.execute
        run(
            insert(models.EvidenceEntry),
            [
                {
                    **own,
                    "number": n,
                    "kind": "call",
                    "happened_on": day + timedelta(days=n % 600),
                    "title": f"Call {n}",
                    "previous_hash": "0" * 64,
                    "hash": f"{n:064d}",
                }
                for n in range(1, 2001)
            ],
        )
        run(
            insert(models.Document),
            [
                {
                    **own,
                    "title": f"Paper {n}",
                    "kind": "correspondence",
                    "visibility": "shared",
                    "original_name": f"{n}.pdf",
                    "sha256": f"{n:064d}",
                    "size": 1000,
                    "media_type": "application/pdf",
                    "family": "pdf",
                    "preview_state": "ready",
                    "document_on": day + timedelta(days=n),
                }
                for n in range(500)
            ],
        )
        facts = [
            {"id": uuid4(), **own, "kind": "records_requested", "on_date": day + timedelta(days=n)} for n in range(200)
        ]
        run(insert(models.Fact), facts)
        run(
            insert(models.Deadline),
            [
                {
                    **own,
                    "key": f"ma-records:{fact['id']}",
                    "rule_id": "ma-records",
                    "title": f"Records {n}",
                    "citation": "603 CMR 23.07(2)",
                    "verification": "V",
                    "actor": "lea",
                    "fact_id": fact["id"],
                    "state": "open",
                    "nominal": fact["on_date"],
                    "act_by": fact["on_date"],
                    "late_after": fact["on_date"],
                }
                for n, fact in enumerate(facts)
            ],
        )
        db.session.commit()


if __name__ == "__main__":
    sys.exit(main())
