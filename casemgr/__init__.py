"""casemgr: case management for special-education disputes (IDEA and Section 504)."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    import config

__version__ = "0.1.0"

FEATURES = (
    "accounts",
    "cases",
    "proceedings",
    "deadlines",
    "documents",
    "paper_order",
    "holds",
    "renditions",
    "uploads",
    "photos",
    "records",
    "recognition",
    "contents",
    "copies",
    "evidence",
    "issues",
    "citations",
    "discipline",
    "plans",
    "goals",
    "filings",
    "letters",
    "exhibit_binders",
    "serving",
    "notices",
    "obligations",
    "watch",
    "reading",
    "search",
    "timeline",
    "heads",
    "redaction",
    "audit",
)


def create_app(settings: config.Settings, database_url: str) -> Flask:
    """Build the web application.

    Imports happen here and not at the top: `casemgr.law` and `casemgr.pdf` also run in small processes of their
    own, which should not pay for a web framework.

    Args:
        settings: from `config.load()`.
        database_url: SQLAlchemy URL of the application role, which owns no table and cannot pass
            row-level security.
    Raises: storage.errors.KeyFileRefused.
    """
    from flask import Flask
    from werkzeug.middleware.proxy_fix import ProxyFix

    import config
    from casemgr import extensions, web
    from casemgr.accounts import sessions
    from casemgr.storage.keys import KeyRing
    from casemgr.web import permissions

    if settings.storage_key_file:
        KeyRing(settings.storage_key_file)  # now, and not when the first file comes
    app = Flask(__name__, template_folder=str(Path(__file__).resolve().parent.parent / "templates"))
    app.config.from_mapping(settings.for_flask())
    app.config["SQLALCHEMY_DATABASE_URI"] = database_url
    if hops := settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]

    extensions.db.init_app(app)
    extensions.migrate.init_app(app, extensions.db, directory=str(config.ROOT / "migrations"))
    extensions.login_manager.init_app(app)
    extensions.csrf.init_app(app)
    extensions.bootstrap.init_app(app)

    import_module("casemgr.models")
    import_module("casemgr.platform.tenancy")
    for feature in FEATURES:
        views = import_module(f"casemgr.{feature}.views")
        app.register_blueprint(views.bp)
    web.init_app(app)
    sessions.init_app(app)
    permissions.init_app(app)
    return app
