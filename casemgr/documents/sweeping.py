"""Remove stored bytes that no row names: what a crash left between upload and commit."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import psycopg

import config
from casemgr.documents.store import open_from

# Every column that names stored bytes. A new one must be added here, or its objects would be swept:
# tests/documents/test_sweeping.py compares this list with the models.
NAMED_BY = (
    ("documents", "sha256"),
    ("documents", "searchable_sha256"),
    ("documents", "rendition_sha256"),
    ("document_pages", "image_sha256"),
    ("document_pages", "thumb_sha256"),
    ("photos", "crop_sha256"),
    ("photos", "whole_sha256"),
    ("packets", "pdf_sha256"),
    ("packets", "manifest_sha256"),
    ("sent_copies", "sha256"),
    ("sent_copies", "of_sha256"),
    ("outgoing_letter_sendings", "pdf_sha256"),
    ("binder_files", "sha256"),
    ("redaction_log", "original_sha256"),
    ("redaction_log", "result_sha256"),
)


class NotTheOwner(Exception):
    """A role that may not see every row would take every file for an orphan, or for missing."""


@contextmanager
def as_owner(owner_url: str) -> Iterator[psycopg.Connection]:
    """Connect past the walls between organizations. Raises NotTheOwner when the role stands inside them."""
    url = owner_url.replace("postgresql+psycopg://", "postgresql://", 1)
    with psycopg.connect(url, autocommit=True) as connection:
        blind = connection.execute("SELECT row_security_active('documents')").fetchone()
        if blind is None or blind[0]:
            raise NotTheOwner("This needs the owner of the tables: name that role in DATABASE_ADMIN_URL.")
        yield connection


def sweep(
    settings: config.Settings, owner_url: str, older_than_hours: float = 24, *, dry_run: bool = False
) -> list[str]:
    """Remove orphans older than `older_than_hours`, and return their keys; with `dry_run`, only name them.

    Reads every organization's rows, so it connects as the owner of the tables (`owner_url`). Raises NotTheOwner.
    """
    columns = " UNION ".join(f"SELECT {column} FROM {table} WHERE org_id = %(org)s" for table, column in NAMED_BY)  # noqa: S608
    with as_owner(owner_url) as connection:

        @functools.lru_cache(maxsize=4)  # the store lists one organization after another
        def named_in(org_id: str) -> frozenset[bytes]:
            rows = connection.execute(columns, {"org": org_id})
            return frozenset(bytes.fromhex(sha256) for (sha256,) in rows if sha256)

        def is_named(org_id: str, sha256: str) -> bool:
            return bytes.fromhex(sha256) in named_in(org_id)

        return open_from(settings).sweep(is_named, timedelta(hours=older_than_hours), dry_run=dry_run)
