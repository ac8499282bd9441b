"""The server in front of the application: a refused body of any size costs no memory."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import psutil
import pytest
from cheroot.wsgi import Server
from flask import Flask

import config
from casemgr.platform import launcher
from tests.patience import PATIENCE

BODY = 150 * config.MEGABYTE


def pieces(total: int) -> Iterator[bytes]:
    piece = b"x" * config.MEGABYTE
    for _ in range(total // len(piece)):
        yield piece


@pytest.mark.parametrize("path", ["/sign-in", "/cases/00000000-0000-0000-0000-000000000000/papers/upload", "/nowhere"])
def test_a_strangers_large_body_is_refused_without_filling_the_memory(
    path: str, app: Flask, settings: config.Settings
) -> None:
    server, thread = serving(app, settings)
    before = psutil.Process().memory_info().rss
    most = before
    connection = http.client.HTTPConnection("127.0.0.1", server.bind_addr[1], timeout=PATIENCE)
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
    thread.join(PATIENCE)


def test_what_is_asked_is_answered_and_the_worker_told_before_anything_is_waited_for(
    settings: config.Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, may_answer, happened = threading.Event(), threading.Event(), []

    def slow(environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        asked.set()
        assert may_answer.wait(PATIENCE)
        happened.append("answered")
        start_response("200 OK", [("Content-Length", "2")])
        return [b"ok"]

    server, thread = serving(slow, settings)
    connection = http.client.HTTPConnection("127.0.0.1", server.bind_addr[1], timeout=PATIENCE)
    connection.request("GET", "/")
    assert asked.wait(PATIENCE)
    stop_serving = server.stop

    def stop_with_a_request_under_way() -> None:
        happened.append(f"web told, {server.shutdown_timeout} s")
        may_answer.set()
        stop_serving()

    server.stop = stop_with_a_request_under_way
    monkeypatch.setattr("gc.freeze", lambda: happened.append("memory left as it is"))
    launcher.stop(server, Recorder(happened))
    assert connection.getresponse().read() == b"ok"
    thread.join(PATIENCE)
    assert happened == ["worker told", "web told, 5 s", "answered", "worker ended", "memory left as it is"]
    assert server.wsgi_app.under_way == 0


def test_a_connection_on_which_nothing_was_asked_is_hung_up_when_the_server_stops(
    app: Flask, settings: config.Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    server, thread = serving(app, settings)
    asks_nothing = socket.create_connection(("127.0.0.1", server.bind_addr[1]), timeout=PATIENCE)
    connection = http.client.HTTPConnection("127.0.0.1", server.bind_addr[1], timeout=PATIENCE)
    connection.request("GET", "/sign-in")
    assert connection.getresponse().read()
    until = time.monotonic() + PATIENCE
    while server.wsgi_app.under_way and time.monotonic() < until:  # it is counted until the server has let go of it
        time.sleep(0.01)
    monkeypatch.setattr("gc.freeze", lambda: None)
    launcher.stop(server, Recorder([]))
    thread.join(PATIENCE)
    assert server.shutdown_timeout == launcher.SECONDS_TO_NOTICE
    assert asks_nothing.recv(1) == b""


def serving(app: Any, settings: config.Settings) -> tuple[Server, threading.Thread]:
    server = launcher.web_server(app, replace(settings, port=0))
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    return server, thread


class Recorder:
    """In the place of the keeper of the worker."""

    def __init__(self, happened: list[str]) -> None:
        self.happened = happened

    def ask_to_stop(self) -> None:
        self.happened.append("worker told")

    def stop(self) -> None:
        self.happened.append("worker ended")
