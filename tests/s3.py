"""A real S3-speaking server on loopback, for the tests of the object store."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

from moto.server import ThreadedMotoServer

from casemgr.storage.objects import ObjectStore, open_store

NAME = "papers"
KEYS = {"region": "us-east-1", "access_key_id": "test", "secret_access_key": "test"}


@dataclass(frozen=True)
class Bucket:
    """`options` are those of `open_store`; the bucket can be stopped and never comes back."""

    options: dict[str, str]
    server: ThreadedMotoServer

    def a_folder(self) -> str:
        """An address in the bucket that nobody else uses."""
        return f"s3://{NAME}/{uuid4().hex}/of-one-test"

    def open(self) -> ObjectStore:
        return open_store(self.a_folder(), self.options)


@contextmanager
def serve() -> Iterator[Bucket]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    urllib.request.urlopen(urllib.request.Request(f"{endpoint}/{NAME}", method="PUT")).close()
    try:
        yield Bucket({"endpoint": endpoint, **KEYS}, server)
    finally:
        server.stop()
