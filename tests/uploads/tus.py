"""A tus client for the tests."""

from __future__ import annotations

import base64
from uuid import UUID

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

TUS = {"Tus-Resumable": "1.0.0", "Accept": "application/json"}


def metadata(**told: str) -> str:
    """Write Upload-Metadata; underscores of a name stand for hyphens, but not after `field_`."""
    names = {
        key: f"field-{key.removeprefix('field_')}" if key.startswith("field_") else key.replace("_", "-")
        for key in told
    }
    return ",".join(f"{names[key]} {base64.b64encode(value.encode()).decode()}" for key, value in told.items())


def begin(client: FlaskClient, case_id: UUID, name: str, size: int, **told: str) -> TestResponse:
    told.setdefault("field_visibility", "shared")
    headers = TUS | {"Upload-Length": str(size), "Upload-Metadata": metadata(filename=name, **told)}
    return client.post(f"/cases/{case_id}/papers/uploads", headers=headers)


def patch(client: FlaskClient, url: str, offset: int, data: bytes, **headers: str) -> TestResponse:
    sent = TUS | {"Upload-Offset": str(offset)} | {key.replace("_", "-"): value for key, value in headers.items()}
    return client.patch(url, data=data, headers=sent, content_type="application/offset+octet-stream")


def offset(client: FlaskClient, url: str) -> int:
    answer = client.head(url, headers=TUS)
    assert answer.status_code == 200 and answer.data == b"" and answer.headers["Cache-Control"] == "no-store"
    return int(answer.headers["Upload-Offset"])


def send(client: FlaskClient, case_id: UUID, name: str, data: bytes, **told: str) -> str:
    """Send a file whole, and return its address."""
    url = begin(client, case_id, name, len(data), **told).location
    assert patch(client, url, 0, data).status_code == 204
    return url
