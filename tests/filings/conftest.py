"""A real worker process on the test's database."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import config
from tests.patience import PATIENCE

ROOT = Path(__file__).resolve().parents[2]
StartWorker = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def start_worker(settings: config.Settings) -> StartWorker:
    environ = os.environ | {
        "CASEMGR_DATA": str(settings.data_dir),
        "CASEMGR_SECRET_KEY": settings.secret_key,
        "DATABASE_URL": str(settings.database_url),
    }

    def start(*options: str) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, "-m", "casemgr", "worker", *options], cwd=ROOT, env=environ)

    return start


@pytest.fixture
def run_jobs(start_worker: StartWorker) -> Callable[[], None]:
    def run() -> None:
        assert start_worker("--once").wait(PATIENCE) == 0

    return run
