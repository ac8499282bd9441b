"""A letter that is mailed can be signed by whom it names, and by nobody else."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from casemgr.letters import queries, services
from casemgr.letters.delivering import deliver
from casemgr.letters.sending import Recipient
from casemgr.letters.services import LetterRefused
from tests.letters.conftest import Desk
from tests.letters.test_pdf import words
from tests.letters.test_sending import queue
from tests.mailserver import Post
from tests.world import Actor


def test_who_sends_signs_under_the_own_name_alone_and_copies_are_copies(desk: Desk, post: Post) -> None:
    letter_id = desk.written("records_request")
    director, principal = (
        Recipient("Nguyễn Thị Hương", "huong@example.org"),
        Recipient("Sam Example", "sam@example.org"),
    )
    with desk.open() as (case, user, _organization):
        row = desk.row(case, letter_id)
        content = replace(queries.content_of(queries.newest(row)), signer="Alex Example")
        services.save(case, row, content, [], version=row.version, by=user)
    with pytest.raises(LetterRefused, match="Only Alex Example can sign it"):
        queue(desk, letter_id, principal, signed=True)
    with desk.open() as (case, user, _organization):
        row = desk.row(case, letter_id)
        content = replace(queries.content_of(queries.newest(row)), signer=f"{user.name}\nParent")
        services.save(case, row, content, [], version=row.version, by=user)
    sending_id = queue(desk, letter_id, principal, director, signed=True)
    with desk.open():
        deliver(sending_id)
    [(_to, message)] = post.letters
    assert (message["To"], message["Cc"]) == ("sam@example.org", "huong@example.org")
    _text, pdf = message.get_payload()
    assert f"/s/ {desk.actor.name}" in words(pdf.get_payload(decode=True))[0]


def test_the_last_look_offers_a_signature_to_the_signer_alone(
    desk: Desk, client_for: Callable[[Actor | None], FlaskClient], post: Post
) -> None:
    client = client_for(desk.actor)
    letter_id = desk.written("thank_you")
    page = client.get(f"/cases/{desk.case_id}/letters/{letter_id}/mail").text
    assert "“/s/ Dana Example” then stands where the signature goes" in page
    with desk.open() as (case, user, _organization):
        row = desk.row(case, letter_id)
        content = replace(queries.content_of(queries.newest(row)), signer="Alex Example")
        services.save(case, row, content, [], version=row.version, by=user)
    page = client.get(f"/cases/{desk.case_id}/letters/{letter_id}/mail").text
    assert "/s/" not in page and "goes out without a signature" in page
