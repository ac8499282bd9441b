"""The server in front of the application: a refused body of any size costs no memory."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Iterator
from dataclasses import replace

import psutil
import pytest
from flask import Flask

import config
from casemgr.platform import launcher

BODY = 150 * config.MEGABYTE


def pieces(total: int) -> Iterator[bytes]:
    piece = b"x" * config.MEGABYTE
    for _ in range(total // len(piece)):
        yield piece


@pytest.mark.parametrize("path", ["/sign-in", "/cases/00000000-0000-0000-0000-000000000000/papers/upload", "/nowhere"])
def test_a_strangers_large_body_is_refused_without_filling_the_memory(
    path: str, app: Flask, settings: config.Settings
) -> None:
    server = launcher.web_server(app, replace(settings, port=0))
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    before = psutil.Process().memory_info().rss
    most = before
    connection = http.client.HTTPConnection("127.0.0.1", server.bind_addr[1], timeout=60)
    connection.putrequest("POST", path)
    connection.putheader("Content-Length", str(BODY))
    connection.putheader("Content-Type", "application/octet-stream")
    connection.endheaders()
    for piece in pieces(BODY):
        connection.send(piece)
        most = max(most, psutil.Process().memory_info().rss)
    answer = connection.getresponse()
    answer.read()
    assert answer.status in {302, 400, 403, 404, 415, 422}
    assert most - before < 40 * config.MEGABYTE
    connection.request("GET", "/sign-in")  # the connection is still good
    assert connection.getresponse().status == 200
    connection.close()
    server.stop()
    thread.join(5)
