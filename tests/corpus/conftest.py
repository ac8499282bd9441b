"""The case file is walked with the same server, worker and browser as the browser tests."""

from tests.browser.conftest import context, live, page, sign_in, worker

__all__ = ["context", "live", "page", "sign_in", "worker"]
