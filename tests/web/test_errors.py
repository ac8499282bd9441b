import errno

import pytest
from flask import abort
from sqlalchemy.exc import OperationalError

from casemgr.web.error_texts import TEXTS
from tests.web.shell import make_app


class Refused(Exception):
    sqlstate = "57P01"


class Full(Exception):
    sqlstate = "53100"


@pytest.mark.parametrize("status", [400, 403, 404, 405, 409, 413, 429, 500, 503, 507])
def test_every_error_has_its_own_page_with_a_reference_number(client, status):
    answer = client.get(f"/fail/{status}") if status != 507 else _failing(OSError(errno.ENOSPC, "full"))
    assert answer.status_code == status
    assert TEXTS[str(status)].title in answer.text
    assert answer.headers["X-Request-ID"] in answer.text
    assert "Traceback" not in answer.text


def test_an_unknown_address_has_the_page_for_404(client):
    assert "We cannot find that page" in client.get("/nowhere").text


def test_a_fault_in_the_program_does_not_show_its_words():
    answer = _failing(ValueError("Jordan Example, born 2015"))
    assert answer.status_code == 500
    assert "Jordan" not in answer.text
    assert "Something went wrong on our side" in answer.text


@pytest.mark.parametrize(
    "cause, status, title",
    [(Refused(), 503, "The database is not answering"), (Full(), 507, "There is no room left to save this")],
)
def test_a_database_that_is_away_or_full_has_its_own_page(cause, status, title):
    answer = _failing(OperationalError("SELECT", {}, cause))
    assert answer.status_code == status
    assert title in answer.text


def test_error_pages_do_not_look_up_the_signed_in_person():
    app = make_app()

    @app.context_processor
    def person():
        raise OperationalError("SELECT", {}, Refused())

    answer = app.test_client().get("/gallery")
    assert answer.status_code == 503
    assert "The database is not answering" in answer.text


def test_a_script_gets_the_words_as_json(client):
    answer = client.get("/fail/413", headers={"Accept": "application/json"})
    assert answer.status_code == 413
    assert answer.json["ok"] is False
    assert "too large" in answer.json["message"]
    assert answer.json["what_to_do"]
    assert answer.json["reference"] == answer.headers["X-Request-ID"]


def test_a_form_without_its_token_is_refused_in_plain_words(client):
    answer = client.post("/form", data={"title": "Notes"})
    assert answer.status_code == 400
    assert "This page was open too long" in answer.text


def test_a_view_may_say_exactly_what_happened():
    answer = _failing(lambda: abort(409, "The exhibit is already in a filed packet."))
    assert "The exhibit is already in a filed packet." in answer.text


def test_what_the_view_says_cannot_bring_markup():
    answer = _failing(lambda: abort(409, "<script>alert(1)</script>"))
    assert "<script>alert" not in answer.text


def test_a_refused_method_says_which_ones_work(client):
    answer = client.put("/form")
    assert "GET" in client.post("/gallery", data={}).headers.get("Allow", "GET")
    assert answer.status_code in (400, 405)


def _failing(failure):
    """The answer of an app with one page that fails as told."""
    app = make_app()

    @app.get("/failing")
    def failing():
        if callable(failure):
            failure()
        raise failure

    return app.test_client().get("/failing")
