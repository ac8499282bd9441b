"""The account pages, as a person uses them."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from types import ModuleType, SimpleNamespace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from casemgr.accounts import access, queries, throttle
from casemgr.accounts.models import User
from casemgr.accounts.services import Registration
from casemgr.cases.models import Case
from casemgr.extensions import db
from casemgr.platform.tenancy import Scope, acting_in, set_scope
from tests.accounts.conftest import PASSPHRASE, typed
from tests.accounts.kit import is_signed_in, session_of, sign_in, token_of
from tests.world import Actor, World

Clients = Callable[[Actor | None], FlaskClient]
New = Callable[..., Registration]


def test_the_first_page_says_what_this_is_and_offers_three_ways_in(stranger: FlaskClient) -> None:
    page = stranger.get("/welcome").text
    for words in ("Make an account", "Sign in", "Open the sample case", "IEP", "504"):
        assert words in page


def test_a_person_makes_an_account_and_is_in(app: Flask, stranger: FlaskClient, registration: New) -> None:
    new = registration(persona="advocate", state="TX")
    answer = stranger.post("/sign-up", data=typed(new, timezone="America/Denver"))
    assert answer.status_code == 302
    assert is_signed_in(stranger)
    with app.app_context():
        user = queries.user_by_email(new.email)
        assert (user.persona, user.timezone) == ("advocate", "America/Denver")


def test_typed_text_survives_an_error_but_the_passphrase_does_not(
    app: Flask, stranger: FlaskClient, registration: New
) -> None:
    new = registration(email="not an address", passphrase="password1234")
    answer = stranger.post("/sign-up", data=typed(new))
    assert answer.status_code == 422
    assert 'value="Ana Rivera"' in answer.text
    assert 'value="not an address"' in answer.text
    assert "Enter an e-mail address like" in answer.text
    assert "too easy to guess" in answer.text
    assert new.passphrase not in answer.text
    assert not is_signed_in(stranger)


@pytest.mark.parametrize("missing", ["name", "email", "passphrase", "persona", "state"])
def test_what_is_missing_is_asked_for_beside_its_field(
    app: Flask, stranger: FlaskClient, registration: New, missing: str
) -> None:
    new = registration()
    answer = stranger.post("/sign-up", data=typed(new) | {missing: ""})
    assert answer.status_code == 422
    assert f'id="{missing}-error"' in answer.text
    with app.app_context():
        assert queries.user_by_email(new.email) is None


def test_an_email_that_has_an_account_is_said_so_beside_the_field(
    stranger: FlaskClient, registration: New, world: World
) -> None:
    answer = stranger.post("/sign-up", data=typed(registration(email=world.person().email)))
    assert answer.status_code == 422
    assert "There is an account with this e-mail already" in answer.text
    assert 'id="email-error"' in answer.text


def test_a_double_click_on_sign_up_makes_one_account_and_no_error(app: Flask, address: str, registration: New) -> None:
    new, clients = registration(), [app.test_client(), app.test_client()]
    form = typed(new)
    for client in clients:
        client.environ_base["REMOTE_ADDR"] = address
        assert client.post("/sign-up", data=form).status_code == 302
        assert is_signed_in(client)
    with app.app_context():
        user = queries.user_by_email(new.email)
        set_scope(Scope(None, user.id))
        assert len(access.memberships_of(user)) == 1


def test_the_strength_of_a_passphrase_is_told_while_it_is_typed(stranger: FlaskClient) -> None:
    weak = stranger.post("/sign-up/strength", data={"passphrase": "password1234"}).json
    strong = stranger.post("/sign-up/strength", data={"passphrase": PASSPHRASE}).json
    assert (weak["ok"], strong["ok"]) == (False, True)
    assert strong["score"] > weak["score"]
    assert stranger.post("/sign-up/strength", data={}).json["ok"] is False
    assert stranger.post("/sign-up/strength", data={"passphrase": "x" * 100_000}).json["ok"] is False


# Looking around


@pytest.fixture
def sample(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[None]:
    """A sample case with nothing in it: what is in the real one is tested where it is made."""

    def open_sample_case(user: User) -> Case:
        org_id = access.memberships_of(user)[0].org_id
        with acting_in(Scope(org_id, user.id)):
            case = Case(
                org_id=org_id,
                state="MA",
                track="idea",
                plan="iep",
                concern="",
                concern_on=date(2026, 1, 5),
                is_sample=True,
            )
            db.session.add(case)
            db.session.flush()
            made = SimpleNamespace(id=case.id, org_id=org_id)
            db.session.commit()
        return made  # type: ignore[return-value]

    module = ModuleType("casemgr.cases.sample")
    module.open_sample_case = open_sample_case  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "casemgr.cases.sample", module)
    import casemgr.cases

    monkeypatch.setattr(casemgr.cases, "sample", module, raising=False)
    yield


def visit(client: FlaskClient) -> None:
    answer = client.post("/look-around", data={"timezone": "America/Chicago"})
    assert answer.status_code == 302
    assert answer.location.startswith("/cases/")


def test_a_stranger_looks_around_without_typing_anything(sample: None, stranger: FlaskClient) -> None:
    visit(stranger)
    page = stranger.get("/account").text
    assert "You are only looking around" in page
    assert "visitor.invalid" not in page


def test_a_visit_turns_into_an_account(app: Flask, sample: None, stranger: FlaskClient, registration: New) -> None:
    new = registration()
    visit(stranger)
    assert stranger.get("/sign-up").location == "/account/keep"
    assert stranger.post("/account/keep", data=typed(new)).status_code == 302
    page = stranger.get("/account").text
    assert "The Rivera family" in page
    assert new.email in page
    with app.app_context():
        assert not queries.user_by_email(new.email).is_visitor


def test_a_visitor_is_warned_before_leaving_for_good(sample: None, stranger: FlaskClient) -> None:
    visit(stranger)
    assert "no way back" in stranger.post("/sign-out").text
    assert is_signed_in(stranger)
    assert stranger.post("/sign-out", data={"sure": "yes"}).status_code == 302
    assert not is_signed_in(stranger)


def test_a_visitor_starts_no_real_case_without_an_account(sample: None, stranger: FlaskClient) -> None:
    visit(stranger)
    assert stranger.get("/cases/new").location == "/account/keep"


def test_visits_from_one_address_are_slowed_down(app: Flask, sample: None, stranger: FlaskClient, address: str) -> None:
    with app.app_context():
        for _ in range(throttle.VISITS.most):
            throttle.take(throttle.Claim(throttle.VISITS, address))
    assert stranger.post("/look-around").status_code == 429


# Signing in and out


def test_a_person_signs_in_and_out(stranger: FlaskClient, world: World) -> None:
    actor = world.person()
    assert sign_in(stranger, actor).location == "/"
    assert is_signed_in(stranger)
    answer = stranger.post("/sign-out")
    assert answer.location == "/welcome"
    assert not is_signed_in(stranger)
    assert "_user_id" not in session_of(stranger)


def test_a_wrong_passphrase_is_refused_with_the_typed_email_kept(stranger: FlaskClient, world: World) -> None:
    actor = world.person()
    answer = sign_in(stranger, actor, "not it at all")
    assert answer.status_code == 422
    assert actor.email in answer.text
    assert "not it at all" not in answer.text
    assert "do not go together" in answer.text
    assert not is_signed_in(stranger)


def test_the_page_is_the_same_for_an_unknown_email(app: Flask, address: str, world: World) -> None:
    known, unknown = world.person(), "nobody.at.all@example.org"
    pages = []
    for email in (known.email, unknown):
        client = app.test_client()
        client.environ_base["REMOTE_ADDR"] = address
        answer = client.post("/sign-in", data={"email": email, "passphrase": "wrong"})
        pages.append((answer.status_code, answer.text.replace(email, "…").replace(token_of(answer.text), "…")))
    assert pages[0] == pages[1]


def test_nothing_of_a_session_before_signing_in_is_kept(stranger: FlaskClient, world: World) -> None:
    with stranger.session_transaction() as session:
        session["planted"] = "by somebody else"
    sign_in(stranger, world.person())
    assert "planted" not in session_of(stranger)


def test_after_too_many_tries_the_page_says_how_long_to_wait(stranger: FlaskClient, world: World) -> None:
    actor = world.person()
    for _ in range(throttle.PER_ACCOUNT.most):
        assert sign_in(stranger, actor, "wrong").status_code == 422
    answer = sign_in(stranger, actor)
    assert answer.status_code == 429
    assert "Please wait 15 minutes" in answer.text
    assert answer.headers["Retry-After"] == "900"


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        " //evil.example",
        "javascript:alert(1)",
        "http:evil.example",
        "evil.example",
        "/a\\..\\b",
        "//[",
        "",
    ],
)
def test_signing_in_never_leads_to_another_site(stranger: FlaskClient, world: World, wanted: str) -> None:
    assert sign_in(stranger, world.person(), query_string={"next": wanted}).location == "/"


def test_signing_in_leads_to_the_page_that_was_wanted(stranger: FlaskClient, world: World) -> None:
    asked = stranger.get("/account/details")
    assert asked.location == "/sign-in?next=/account/details"
    actor = world.person()
    answer = stranger.post(asked.location, data={"email": actor.email, "passphrase": actor.passphrase})
    assert answer.location == "/account/details"


def test_a_failed_sign_in_leaves_no_personal_data_in_the_log(
    stranger: FlaskClient, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    actor = world.person(name="Quillon Featherstone")
    caplog.set_level(logging.DEBUG)
    sign_in(stranger, actor, "a wrong and private phrase")
    sign_in(stranger, actor)
    told = " ".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    assert "/sign-in" in told
    for private in (actor.email, actor.email.split("@")[0], "wrong and private", actor.passphrase, "Featherstone"):
        assert private not in told


def test_no_page_of_accounts_sends_a_passphrase_or_email_in_an_address(
    stranger: FlaskClient, world: World, registration: New
) -> None:
    actor, new = world.person(), registration()
    answers = [sign_in(stranger, actor, "wrong"), sign_in(stranger, actor), stranger.post("/sign-out")]
    answers.append(stranger.post("/sign-up", data=typed(new)))
    assert all("@" not in (answer.location or "") and "%40" not in (answer.location or "") for answer in answers)
    assert 'method="get"' not in stranger.get("/welcome", follow_redirects=False).text


# Sessions


@pytest.fixture
def guarded(app: Flask, stranger: FlaskClient) -> Iterator[FlaskClient]:
    """A stranger on an installation as in real life: forms carry a token."""
    app.config["WTF_CSRF_ENABLED"] = True
    yield stranger
    app.config["WTF_CSRF_ENABLED"] = False


def test_a_sign_in_page_that_was_open_for_a_day_still_works(guarded: FlaskClient, world: World) -> None:
    actor, token = world.person(), token_of(guarded.get("/sign-in").text)
    yesterday = time.time() - 86_400
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("itsdangerous.timed.time.time", lambda: yesterday + 2 * 86_400)
        data = {"email": actor.email, "passphrase": actor.passphrase, "csrf_token": token}
        assert guarded.post("/sign-in", data=data).status_code == 302


def test_a_sign_in_page_from_another_session_keeps_the_email_and_works_on_the_next_try(
    guarded: FlaskClient, world: World
) -> None:
    actor = world.person()
    data = {"email": actor.email, "passphrase": actor.passphrase, "csrf_token": "from another session"}
    answer = guarded.post("/sign-in", data=data)
    assert answer.status_code == 400
    assert "open for a long time" in answer.text
    assert actor.email in answer.text
    assert guarded.post("/sign-in", data=data | {"csrf_token": token_of(answer.text)}).status_code == 302


def test_a_sign_up_page_from_another_session_keeps_what_was_typed(guarded: FlaskClient, registration: New) -> None:
    form = typed(registration(), csrf_token="from another session")
    answer = guarded.post("/sign-up", data=form)
    assert answer.status_code == 400
    assert "Ana Rivera" in answer.text
    assert PASSPHRASE not in answer.text
    assert guarded.post("/sign-up", data=form | {"csrf_token": token_of(answer.text)}).status_code == 302


def test_every_form_of_accounts_needs_a_token(guarded: FlaskClient) -> None:
    for path in ("/sign-in", "/sign-up", "/sign-up/strength", "/account/passphrase", "/organization/members/add"):
        assert guarded.post(path, data={}).status_code == 400
