"""Mail goes through a real SMTP server, encrypted unless that stands on this very machine."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

import config
from casemgr.platform import mail
from casemgr.platform.mail import BadMailAddress, MailAway, MailRefused, MailServer, server_of
from tests import mailserver
from tests.authority import openssl


def letter(server: MailServer) -> mail.EmailMessage:
    return mail.message(server, "rosa@example.org", "A subject", "Words – with a dash\n", message_id="id-1")


def server(port: int, **more: object) -> MailServer:
    return MailServer(**{"host": "127.0.0.1", "port": port, "is_encrypted": False, "sender": "us@example.org", **more})  # type: ignore[arg-type]


def test_a_letter_arrives_whole() -> None:
    with mailserver.serve() as post:
        mail.send(server(post.port), letter(server(post.port)))
    [(to, came)] = post.letters
    assert (to, came["From"], came["Subject"]) == ("rosa@example.org", "us@example.org", "A subject")
    assert came["Message-ID"] == "<id-1@example.org>"
    assert came.get_payload(decode=True).decode().strip() == "Words – with a dash"  # type: ignore[union-attr]


def test_encryption_is_turned_on_and_the_certificate_is_checked(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    names = ("-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1")
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", *names,
            "-keyout", str(key), "-out", str(certificate))  # fmt: skip
    trust = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trust.load_cert_chain(certificate, key)
    with mailserver.serve(trust) as post:
        known = server(post.port, ca_file=certificate)
        mail.send(known, letter(known))
        assert post.was_encrypted == [True]
        with pytest.raises(MailRefused, match="certificate is not trusted"):
            mail.send(server(post.port), letter(known))
    assert len(post.letters) == 1


def test_a_server_elsewhere_without_encryption_gets_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail, "LOOPBACK", set())
    with mailserver.serve() as post, pytest.raises(MailRefused, match="no encryption"):
        mail.send(server(post.port), letter(server(post.port)))
    assert post.letters == []


@pytest.mark.parametrize(
    ("answer", "problem"),
    [("550 no such person", MailRefused), ("450 later", MailAway)],
)
def test_what_a_server_answers_for_good_is_told_from_what_it_answers_for_now(
    answer: str, problem: type[Exception]
) -> None:
    with mailserver.serve() as post:
        post.refuse = answer
        with pytest.raises(problem):
            mail.send(server(post.port), letter(server(post.port)))
        port = post.port
    with pytest.raises(MailAway):
        mail.send(server(port), letter(server(port)))  # nobody listens there any more


def test_the_settings_say_how_mail_is_sent_and_show_no_password() -> None:
    found = server_of("smtps://a%40b:p%3Aw@mail.example.org", "us@example.org")
    assert (found.host, found.port, found.is_encrypted) == ("mail.example.org", 465, True)
    assert (found.user, found.password) == ("a@b", "p:w")
    assert "p:w" not in repr(found)
    for bad in ("http://mail.example.org", "smtp://", "smtp://host:port", "smtp://host/path?x"):
        with pytest.raises(BadMailAddress):
            server_of(bad, "us@example.org")


@pytest.mark.parametrize(
    "told",
    [
        {"CASEMGR_SMTP_URL": "smtp://localhost"},
        {"CASEMGR_SMTP_URL": "mail://secret@x", "CASEMGR_MAIL_FROM": "a@example.org"},
        {
            "CASEMGR_SMTP_URL": "smtp://localhost",
            "CASEMGR_MAIL_FROM": "a@example.org",
            "CASEMGR_SMTP_CA_FILE": "/nowhere/ca.pem",
        },
        {"CASEMGR_TSA_URL": "http://tsa.example.org"},
        {"CASEMGR_TSA_URL": "file:///etc/passwd"},
    ],
)
def test_a_setting_that_cannot_work_stops_the_start(told: dict[str, str], tmp_path: Path) -> None:
    with pytest.raises(config.UnsafeSettings) as problem:
        config.load({"CASEMGR_DATA": str(tmp_path), **told})
    assert "secret" not in str(problem.value)
