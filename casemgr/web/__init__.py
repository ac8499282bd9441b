"""The web shell around every page: headers, logs, error pages, filters, navigation, components."""

from flask import Flask
from flask_bootstrap import Bootstrap5

from casemgr.web import errors, filters, forms, headers, logging, navigation, voice


def init_app(app: Flask) -> None:
    """Give `app` the shell. Call it once, after the extensions and before the first request.

    Bootstrap's files are served from its wheel, never from a CDN.
    """
    app.config.setdefault("BOOTSTRAP_SERVE_LOCAL", True)
    if "bootstrap" not in app.extensions:
        Bootstrap5(app)
    for part in (logging, headers, errors, filters, forms, navigation, voice):
        part.init_app(app)
