"""`make picture`: the screenshot of the README, made from the sample case in a real browser."""

from __future__ import annotations

import atexit
import sys
import tempfile
import threading
from pathlib import Path

from cheroot.wsgi import Server
from flask import Flask
from playwright.sync_api import sync_playwright

import config
from casemgr import create_app
from casemgr.accounts import services as accounts
from casemgr.cases import sample
from casemgr.platform import database, jobs
from tests.browser import kit

EMAIL, PASSPHRASE = "robin@example.org", "a quiet harbour at noon"


def main(target: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        settings = config.load({"CASEMGR_DATA": folder, "CASEMGR_LOG_FILE": str(Path(folder) / "log")})
        url = database.application_url(settings)
        database.migrate(database.owner_url(settings), database.role_of(url))
        app = create_app(settings, url)
        with app.app_context():
            user = accounts.register(
                accounts.Registration(
                    name="Robin Rivera", email=EMAIL, passphrase=PASSPHRASE, persona="parent", state="MA"
                )
            )
            case_id = sample.open_sample_case(user).id
        jobs.work_off(app)
        _take(app, f"/cases/{case_id}", target)
        server = database._embedded(settings.data_dir)
        atexit.unregister(server.leave)
        server.leave()


def _take(app: Flask, path: str, target: Path) -> None:
    server = Server(("127.0.0.1", 0), app)
    server.prepare()
    threading.Thread(target=server.serve, daemon=True).start()
    base = f"http://127.0.0.1:{server.bind_addr[1]}"
    with sync_playwright() as playwright:
        browser = kit.launch(playwright)
        page = browser.new_page(viewport={"width": 1280, "height": 1180})
        page.goto(f"{base}/sign-in")
        page.get_by_label("E-mail").fill(EMAIL)
        page.get_by_label("Passphrase", exact=True).fill(PASSPHRASE)
        kit.go(page.get_by_role("button", name="Sign in"))
        page.goto(base + path)
        target.parent.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=target)
        browser.close()
    server.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
