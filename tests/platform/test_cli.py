"""The command line, run as a person runs it: in a process of its own, on the test's database."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import config
from casemgr.accounts.queries import user_by_email
from casemgr.extensions import db
from tests.patience import PATIENCE
from tests.world import World

ROOT = Path(__file__).resolve().parents[2]


def casemgr(settings: config.Settings, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "casemgr", *words],
        cwd=ROOT,
        env=os.environ
        | {
            "CASEMGR_DATA": str(settings.data_dir),
            "CASEMGR_SECRET_KEY": settings.secret_key,
            "DATABASE_URL": str(settings.database_url),
            "CASEMGR_LOG_FILE": str(settings.data_dir / "cli.log"),
        },
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


def test_an_account_is_made_and_its_passphrase_set_anew(settings: config.Settings, world: World) -> None:
    made = casemgr(
        settings, "create-user", "--name", "Ada Example", "--email", "ada@example.org", "--passphrase", "short"
    )
    assert made.returncode == 1 and "12" in made.stderr
    words = ("create-user", "--name", "Ada Example", "--email", "ada@example.org")
    made = casemgr(settings, *words, "--passphrase", "seven lanterns over water")
    assert made.returncode == 0, made.stderr
    again = casemgr(settings, *words, "--passphrase", "seven lanterns over water")
    assert again.returncode == 1
    with world.app.app_context():
        before = user_by_email("ada@example.org")
        assert before is not None
        kept = before.passphrase_hash
    changed = casemgr(settings, "set-passphrase", "ada@example.org", "--passphrase", "eight lanterns over water")
    assert changed.returncode == 0, changed.stderr
    with world.app.app_context():
        db.session.expire_all()
        after = user_by_email("ada@example.org")
        assert after is not None and after.passphrase_hash != kept and after.session_epoch == 2


def test_verify_says_intact_and_a_stranger_is_refused(settings: config.Settings, world: World) -> None:
    owner, stranger = world.person(), world.person()
    case_id = world.case(owner)
    good = casemgr(settings, "verify", str(case_id), "--email", owner.email)
    assert good.returncode == 0, good.stderr
    assert good.stdout.strip()
    refused = casemgr(settings, "verify", str(case_id), "--email", stranger.email)
    assert refused.returncode == 1
    assert "no such case" in refused.stderr
