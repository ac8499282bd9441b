"""The object store of this installation."""

from __future__ import annotations

from flask import current_app

import config
from casemgr.storage.objects import ObjectStore, open_store

_KEY = "casemgr.documents.store"


def store() -> ObjectStore:
    """Return the object store that `STORAGE_URL` names; opened once for each application."""
    found = current_app.extensions.get(_KEY)
    if found is None:
        found = current_app.extensions[_KEY] = open_from(current_app.config["SETTINGS"])
    return found


def open_from(settings: config.Settings) -> ObjectStore:
    """Open the store that the settings name, also without an application."""
    return open_store(settings.storage_url, settings.storage_options, key_file=settings.storage_key_file)
