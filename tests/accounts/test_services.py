"""Making accounts and signing in, as services."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select, update

from casemgr.accounts import access, queries, services, throttle
from casemgr.accounts.models import Organization, SignInAttempt, User
from casemgr.accounts.services import AccountRefused, Registration, SignInRefused
from casemgr.accounts.throttle import TooManyTries
from casemgr.audit.models import AuditEvent
from casemgr.extensions import db
from casemgr.platform.tenancy import Scope, set_scope
from tests.accounts.conftest import PASSPHRASE
from tests.world import World

New = Callable[..., Registration]


@pytest.mark.parametrize("persona, kind", [("parent", "family"), ("advocate", "organization"), ("attorney", "firm")])
def test_a_new_person_owns_a_workspace_that_fits(app: Flask, registration: New, persona: str, kind: str) -> None:
    with app.app_context():
        user = services.register(registration(persona=persona, state="TX", timezone="America/Denver"))
        (membership,) = access.memberships_of(user)
        assert (membership.role, membership.organization.kind) == ("owner", kind)
        assert (membership.organization.state, membership.organization.timezone) == ("TX", "America/Denver")
        assert user.passphrase_hash.startswith("$argon2id$")
        assert PASSPHRASE not in user.passphrase_hash


def test_an_email_is_kept_in_lower_case_and_found_in_any(app: Flask, registration: New) -> None:
    new = registration()
    with app.app_context():
        user = services.register(replace(new, email=f"  {new.email.upper()} "))
        assert user.email == new.email
        assert queries.user_by_email(new.email.title()).id == user.id


@pytest.mark.parametrize(
    "field, value",
    [
        ("name", " "),
        ("email", "nobody"),
        ("email", "visitor@visitor.invalid"),
        ("email", "a\x00b@example.org"),
        ("passphrase", "short"),
        ("passphrase", "password1234"),
        ("persona", "judge"),
        ("state", "ZZ"),
    ],
)
def test_a_wrong_registration_is_refused_by_field_and_leaves_nothing(
    app: Flask, registration: New, field: str, value: str
) -> None:
    new = replace(registration(), **{field: value})
    with app.app_context():
        with pytest.raises(AccountRefused) as refused:
            services.register(new)
        assert refused.value.field == field
        assert queries.user_by_email(registration().email if field == "email" else new.email) is None


def test_two_sign_ups_with_one_email_at_the_same_moment_make_one_account(app: Flask, registration: New) -> None:
    new, ready, outcomes = registration(), threading.Barrier(4), []

    def sign_up() -> None:
        with app.app_context():
            ready.wait()
            try:
                outcomes.append(services.register(new).email)
            except AccountRefused as refused:
                outcomes.append(refused.field)

    threads = [threading.Thread(target=sign_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == sorted([new.email, "email", "email", "email"])
    with app.app_context():
        assert len(db.session.scalars(select(User).where(User.email == new.email)).all()) == 1


def test_the_same_form_sent_twice_makes_one_account_and_no_error(app: Flask, registration: New) -> None:
    new, ready, ids = registration(account_id=uuid4()), threading.Barrier(2), []

    def sign_up() -> None:
        with app.app_context():
            ready.wait()
            ids.append(services.register(new).id)

    threads = [threading.Thread(target=sign_up) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ids == [new.account_id, new.account_id]


def test_a_forms_id_alone_opens_nobodys_account(app: Flask, registration: New) -> None:
    first = registration(account_id=uuid4())
    with app.app_context():
        services.register(first)
        with pytest.raises(AccountRefused):
            services.register(replace(first, passphrase="quite another phrase here"))
        other = services.register(registration(account_id=first.account_id))
        assert other.id != first.account_id


def test_a_forms_id_opens_nothing_later_on(app: Flask, registration: New) -> None:
    first = registration(account_id=uuid4())
    with app.app_context():
        user = services.register(first)
        user.created_at -= timedelta(hours=1)
        db.session.commit()
        with pytest.raises(AccountRefused):
            services.register(first)


def test_signing_in_is_written_down_with_who_and_without_the_email(app: Flask, world: World, address: str) -> None:
    actor = world.person()
    with app.app_context():
        services.sign_in(actor.email.upper(), actor.passphrase, address=address)
        set_scope(Scope(None, actor.user_id))
        (event,) = db.session.scalars(select(AuditEvent).where(AuditEvent.subject_id == actor.user_id)).all()
        assert (event.action, event.actor_id) == ("accounts:session:begin", actor.user_id)
        assert actor.email not in str(event.detail)


def test_a_hash_with_old_parameters_is_renewed_at_sign_in(app: Flask, world: World, address: str) -> None:
    actor = world.person()
    with app.app_context():
        before = db.session.get(User, actor.user_id).passphrase_hash
        services.sign_in(actor.email, actor.passphrase, address=address)
        after = db.session.get(User, actor.user_id).passphrase_hash
        assert before != after
        services.sign_in(actor.email, actor.passphrase, address=address)
        assert db.session.get(User, actor.user_id).passphrase_hash == after


def test_unknown_email_and_wrong_passphrase_get_the_same_answer(
    app: Flask, world: World, address: str, owner_connection
) -> None:
    actor = world.person()
    with app.app_context():
        with pytest.raises(SignInRefused) as wrong:
            services.sign_in(actor.email, "not the passphrase", address=address)
        with pytest.raises(SignInRefused) as unknown:
            services.sign_in(f"nobody.{uuid4().hex}@example.org", actor.passphrase, address=address)
    assert str(wrong.value) == str(unknown.value)
    kept = owner_connection.execute(
        "SELECT actor_id, org_id FROM audit_events WHERE action = 'accounts:session:refuse' AND subject_id = %s",
        [actor.user_id],
    ).fetchall()
    assert kept == [(None, None)]


@pytest.mark.parametrize("email", ["", "x" * 5000, "a\x00b@example.org", "visitor@visitor.invalid", "'; --"])
def test_nonsense_in_place_of_an_email_is_refused_like_any_other(app: Flask, address: str, email: str) -> None:
    with app.app_context(), pytest.raises(SignInRefused):
        services.sign_in(email, "whatever it is", address=address)


def test_an_account_that_was_closed_lets_nobody_in(app: Flask, world: World, address: str) -> None:
    actor = world.person()
    with app.app_context():
        db.session.execute(update(User).where(User.id == actor.user_id).values(is_active=False))
        db.session.commit()
        with pytest.raises(SignInRefused):
            services.sign_in(actor.email, actor.passphrase, address=address)


def test_after_ten_failures_an_account_is_closed_for_a_while_even_to_the_right_passphrase(
    app: Flask, world: World, address: str
) -> None:
    actor = world.person()
    with app.app_context():
        for _ in range(throttle.PER_ACCOUNT.most):
            with pytest.raises(SignInRefused):
                services.sign_in(actor.email, "wrong", address=address)
        with pytest.raises(TooManyTries) as stopped:
            services.sign_in(actor.email, actor.passphrase, address="203.0.113.200")
        assert stopped.value.minutes in {14, 15}
        assert f"{stopped.value.minutes} minutes" in str(stopped.value)
        _let_time_pass(throttle.PER_ACCOUNT.window)
        assert services.sign_in(actor.email, actor.passphrase, address=address).id == actor.user_id


def test_tries_at_the_same_moment_do_not_slip_past_the_limit(app: Flask, world: World, address: str) -> None:
    actor, ready, outcomes = world.person(), threading.Barrier(16), []

    def attempt() -> None:
        with app.app_context():
            ready.wait()
            try:
                services.sign_in(actor.email, "wrong", address=address)
            except (SignInRefused, TooManyTries) as refused:
                outcomes.append(type(refused))

    threads = [threading.Thread(target=attempt) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count(SignInRefused) == throttle.PER_ACCOUNT.most
    assert outcomes.count(TooManyTries) == 16 - throttle.PER_ACCOUNT.most


def test_success_clears_the_accounts_failures_and_costs_the_address_nothing(
    app: Flask, world: World, address: str
) -> None:
    actor = world.person()
    with app.app_context():
        for _ in range(3):
            for _ in range(throttle.PER_ACCOUNT.most - 1):
                with pytest.raises(SignInRefused):
                    services.sign_in(actor.email, "wrong", address=address)
            services.sign_in(actor.email, actor.passphrase, address=address)
        key = throttle.Claim(throttle.PER_ADDRESS, throttle.network_of(address)).key
        kept = db.session.scalars(select(SignInAttempt).where(SignInAttempt.key_hash == key)).all()
        assert len(kept) == 3 * (throttle.PER_ACCOUNT.most - 1)


def test_an_address_that_tries_many_accounts_is_slowed_down(app: Flask, world: World, address: str) -> None:
    actor = world.person()
    with app.app_context():
        claim = throttle.Claim(throttle.PER_ADDRESS, throttle.network_of(address))
        for _ in range(throttle.PER_ADDRESS.most):
            throttle.take(claim)
        with pytest.raises(TooManyTries):
            services.sign_in(actor.email, actor.passphrase, address=address)
        assert services.sign_in(actor.email, actor.passphrase, address="203.0.113.201").id == actor.user_id


def test_an_ipv6_user_cannot_walk_through_addresses_of_their_own_network() -> None:
    assert throttle.network_of("2001:db8:1:2::1") == throttle.network_of("2001:db8:1:2:ffff::9")
    assert throttle.network_of("2001:db8:1:2::1") != throttle.network_of("2001:db8:1:3::1")
    assert throttle.network_of(None) == "unknown"


def test_emails_and_addresses_are_kept_only_as_keyed_hashes(app: Flask, address: str) -> None:
    with app.app_context():
        before = set(db.session.scalars(select(SignInAttempt.id)))
        with pytest.raises(SignInRefused):
            services.sign_in("somebody@example.org", "wrong", address=address)
        rows = db.session.scalars(select(SignInAttempt).where(SignInAttempt.id.not_in(before))).all()
        assert len(rows) == 2
        assert all(len(row.key_hash) == 64 and int(row.key_hash, 16) for row in rows)


def test_old_tries_are_forgotten_on_the_way(app: Flask, address: str) -> None:
    old = SignInAttempt(key_hash="0" * 64, at=services.now() - timedelta(days=2))
    with app.app_context():
        db.session.add(old)
        db.session.commit()
        old_id = old.id
        for _ in range(5):
            throttle.take(throttle.Claim(throttle.VISITS, address))
        assert db.session.get(SignInAttempt, old_id) is None


def test_a_visitor_can_look_around_and_nobody_can_sign_in_as_one(app: Flask, address: str) -> None:
    with app.app_context():
        visitor = services.register_visitor(timezone="America/Chicago")
        assert visitor.is_visitor
        assert access.memberships_of(visitor)[0].organization.name == "Just looking"
        for guess in ("!", "", "anything at all"):
            with pytest.raises(SignInRefused):
                services.sign_in(visitor.email, guess, address=address)


def test_a_visit_becomes_an_account_with_the_same_workspace(app: Flask, registration: New, address: str) -> None:
    new = registration(persona="attorney", state="CA")
    with app.app_context():
        visitor = services.register_visitor()
        organization = access.memberships_of(visitor)[0].organization
        services.keep_visit(visitor, organization, new)
        user = services.sign_in(new.email, new.passphrase, address=address)
        assert (user.id, user.is_visitor, user.name) == (visitor.id, False, "Ana Rivera")
        kept = db.session.get(Organization, organization.id)
        assert (kept.name, kept.kind, kept.state) == ("Law office of Ana Rivera", "firm", "CA")


def test_a_visit_cannot_take_over_somebodys_email(app: Flask, registration: New, world: World) -> None:
    actor = world.person()
    with app.app_context():
        visitor = services.register_visitor()
        organization = access.memberships_of(visitor)[0].organization
        with pytest.raises(AccountRefused) as refused:
            services.keep_visit(visitor, organization, registration(email=actor.email))
        assert refused.value.field == "email"
        assert db.session.get(User, visitor.id).is_visitor


def test_failed_proofs_of_the_present_passphrase_are_counted_too(app: Flask, world: World) -> None:
    actor = world.person()
    with world.scope(actor):
        user = world.user(actor)
        for _ in range(throttle.PER_ACCOUNT.most):
            with pytest.raises(AccountRefused):
                services.change_email(user, "new.one@example.org", present="wrong")
        with pytest.raises(TooManyTries):
            services.change_email(user, "new.one@example.org", present=actor.passphrase)


def _let_time_pass(span: timedelta) -> None:
    db.session.execute(update(SignInAttempt).values(at=SignInAttempt.at - span))
    db.session.commit()
