"""A client that goes away in the middle of a file, over a real connection to a real server."""

from __future__ import annotations

import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from cheroot.wsgi import Server
from flask import Flask
from flask.testing import FlaskClient

import config
from casemgr.documents import intake
from tests.documents.paper import papers_of, pdf, send, stored_objects
from tests.world import Actor, World

ClientFor = Callable[[Actor | None], FlaskClient]


@pytest.fixture
def port(app: Flask) -> Iterator[int]:
    server = Server(("127.0.0.1", 0), app, numthreads=4)
    server.prepare()
    threading.Thread(target=server.serve, daemon=True).start()
    yield server.bind_addr[1]
    server.stop()


def open_upload(client: FlaskClient, case_id: UUID, port: int, name: str, size: int) -> socket.socket:
    """Send the head of an upload, signed in as the client is; the body is the caller's to send."""
    cookie = client.get_cookie("casemgr_session")
    head = (
        f"POST /cases/{case_id}/papers/upload HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nAccept: application/json\r\n"
        f"Content-Type: application/octet-stream\r\nX-File-Name: {name}\r\nContent-Length: {size}\r\n"
        f"Cookie: {cookie.key}={cookie.value}\r\n\r\n"
    )
    line = socket.create_connection(("127.0.0.1", port), timeout=20)
    line.sendall(head.encode())
    return line


def incoming(settings: config.Settings) -> list[Path]:
    folder = Path(settings.storage_url) / "incoming"
    return list(folder.iterdir()) if folder.exists() else []


@pytest.mark.fault
def test_a_connection_that_breaks_in_the_middle_leaves_no_row_and_no_object(
    world: World, client_for: ClientFor, port: int, settings: config.Settings
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    data = pdf("half") + b"\n%" + b"x" * 4_000_000
    line = open_upload(client_for(parent), case_id, port, "half.pdf", len(data))
    line.sendall(data[: len(data) // 2])
    time.sleep(0.5)
    line.close()
    deadline = time.monotonic() + 20
    while (incoming(settings) or intake._running) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert incoming(settings) == [] and not intake._running
    assert papers_of(world, parent, case_id) == []
    assert stored_objects(world, parent) == set()


@pytest.mark.fault
def test_while_a_slow_upload_runs_no_transaction_is_held_open(
    world: World, client_for: ClientFor, port: int, owner_connection: object
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    data = pdf("slow")
    line = open_upload(client_for(parent), case_id, port, "slow.pdf", len(data))
    line.sendall(data[:100])
    deadline = time.monotonic() + 10
    while not intake._running and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.2)
    busy = owner_connection.execute(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'casemgr_app'"
        " AND state LIKE 'idle in transaction%'"
    ).fetchone()
    line.sendall(data[100:])
    answer = line.recv(65536)
    line.close()
    assert busy == (0,)
    assert b" 200 " in answer.split(b"\r\n")[0]
    assert len(papers_of(world, parent, case_id)) == 1


def test_one_person_cannot_fill_the_server_with_uploads(world: World, client_for: ClientFor) -> None:
    parent, other = world.person(), world.person()
    case_id, others_case = world.case(parent), world.case(other)
    for _ in range(intake.AT_ONCE_PER_PERSON):
        intake._running[parent.user_id] += 1
    try:
        answer = send(client_for(parent), case_id, "a.pdf", pdf())
        assert answer.status_code == 429 and "Wait" in answer.json["what_to_do"]
        assert send(client_for(other), others_case, "a.pdf", pdf()).status_code == 200
    finally:
        del intake._running[parent.user_id]
    assert send(client_for(parent), case_id, "a.pdf", pdf()).status_code == 200


def test_two_uploads_of_the_same_file_at_the_same_moment_make_one_paper(
    world: World, client_for: ClientFor, port: int
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    client = client_for(parent)
    data = pdf("twin")
    lines = [open_upload(client, case_id, port, f"{number}.pdf", len(data)) for number in range(4)]
    for line in lines:
        line.sendall(data[:-1])
    time.sleep(0.3)
    for line in lines:
        line.sendall(data[-1:])
    answers = [line.recv(65536).decode() for line in lines]
    assert all(re.match(r"HTTP/1.1 200 ", answer) for answer in answers)
    assert len(papers_of(world, parent, case_id)) == 1
    for line in lines:
        line.close()
