import re

import pytest

PAGES = ["/gallery", "/form", "/case", "/files", "/nowhere", "/static/js/app.js"]


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_forbids_inline_scripts_framing_and_sniffing(client, path):
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "camera=(self)" in headers["Permissions-Policy"]
    assert "X-Request-ID" in headers


@pytest.mark.parametrize("path", ["/gallery?flash=1", "/form", "/form?conflict=1", "/case", "/files?job=1", "/nowhere"])
def test_no_page_has_inline_style_or_script_or_loads_from_elsewhere(client, path):
    page = client.get(path).text
    assert not re.search(r"\sstyle=", page)
    assert not re.search(r"\son[a-z]+=", page)
    assert "<style" not in page
    assert not re.search(r"<script(?![^>]*\ssrc=)", page)
    assert not re.search(r"(src|href)=\"(https?:)?//(?!www\.law\.cornell\.edu)", page)


def test_pages_of_a_signed_in_person_are_not_kept_by_the_browser(client):
    assert client.get("/gallery").headers["Cache-Control"] == "private, no-cache"
    with client.session_transaction() as session:
        session["_user_id"] = "u-1"
    assert client.get("/gallery").headers["Cache-Control"] == "no-store"


def test_static_files_may_be_kept(client):
    assert "no-store" not in client.get("/static/js/app.js").headers["Cache-Control"]


def test_a_view_may_set_a_stricter_policy(shell):
    @shell.get("/download")
    def download():
        return "x", {"Content-Security-Policy": "sandbox"}

    assert shell.test_client().get("/download").headers["Content-Security-Policy"] == "sandbox"


def test_https_is_promised_only_where_the_installation_uses_it(shell):
    assert "Strict-Transport-Security" not in shell.test_client().get("/gallery").headers
    shell.config["SESSION_COOKIE_SECURE"] = True
    assert "max-age=" in shell.test_client().get("/gallery").headers["Strict-Transport-Security"]


def test_bootstrap_comes_from_this_server(client):
    page = client.get("/gallery").text
    assert '<link rel="stylesheet" href="/bootstrap/static/css/bootstrap.min.css">' in page
    assert client.get("/bootstrap/static/css/bootstrap.min.css").status_code == 200
