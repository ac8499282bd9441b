import json
import logging
import sys

import pytest
from flask import Flask

from casemgr.web.logging import REFERENCE_LETTERS, JsonFormatter, request_id


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture):
    """Every log line so far, as the formatter writes it."""
    caplog.set_level(logging.INFO)
    caplog.handler.setFormatter(JsonFormatter())
    return lambda: [json.loads(line) for line in caplog.text.splitlines()]


def test_a_request_is_one_line_with_the_route_and_without_the_address(client, lines):
    answer = client.get("/cases/show/11111111?q=Jordan")
    (line,) = [line for line in lines() if line["message"] == "request"]
    assert line["method"] == "GET"
    assert line["route"] == "/cases/show/<case_id>"
    assert line["status"] == 200
    assert line["ms"] > 0
    assert line["level"] == "info"
    assert line["time"].endswith("+00:00")
    assert line["request_id"] == answer.headers["X-Request-ID"]
    assert "Jordan" not in json.dumps(line)
    assert "11111111" not in json.dumps(line)


def test_an_unknown_address_is_not_written_down(client, lines):
    client.get("/cases/Jordan-Example")
    assert "Jordan" not in json.dumps(lines())
    assert lines()[-1]["route"] == "(none)"


def test_a_fault_is_logged_with_its_place_and_without_its_message(shell: Flask, lines):
    @shell.get("/students/<name>")
    def fails(name: str):
        try:
            raise KeyError(name)
        except KeyError as error:
            raise ValueError(f"no such student {name}") from error

    answer = shell.test_client().get("/students/Jordan")
    (line,) = [line for line in lines() if line["message"] == "unhandled error"]
    assert line["error"] == "builtins.ValueError"
    assert line["cause"] == "builtins.KeyError"
    assert any("test_logging.py" in place for place in line["where"])
    assert line["request_id"] == answer.headers["X-Request-ID"]
    assert "Jordan" not in json.dumps(lines())


def test_a_record_outside_a_request_has_no_reference():
    try:
        raise OSError("secret")
    except OSError:
        record = logging.LogRecord("casemgr", logging.ERROR, __file__, 1, "sweep failed", (), sys.exc_info())
    line = json.loads(JsonFormatter().format(record))
    assert line["message"] == "sweep failed"
    assert "request_id" not in line
    assert "secret" not in json.dumps(line)


def test_a_reference_can_be_read_out_and_stays_the_same_within_a_request(shell: Flask):
    with shell.test_request_context("/"):
        first = request_id()
        assert request_id() == first
    with shell.test_request_context("/"):
        assert request_id() != first
    assert [len(part) for part in first.split("-")] == [4, 4, 4]
    assert set(first) <= set(REFERENCE_LETTERS) | {"-"}
