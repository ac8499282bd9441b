"""The object store of this installation."""

from __future__ import annotations

from flask import current_app

from casemgr.storage.objects import ObjectStore, open_store

_KEY = "casemgr.documents.store"


def store() -> ObjectStore:
    """Return the object store that `STORAGE_URL` names; opened once for each application."""
    found = current_app.extensions.get(_KEY)
    if found is None:
        found = current_app.extensions[_KEY] = open_store(current_app.config["SETTINGS"].storage_url)
    return found
