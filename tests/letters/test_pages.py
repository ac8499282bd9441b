"""The pages of letters, as a person goes through them."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date
from uuid import uuid4

import pytest
from flask.testing import FlaskClient

from casemgr.cases.clock import today
from casemgr.cases.models import Person
from casemgr.extensions import db
from casemgr.letters import queries, sending_views
from casemgr.letters.delivering import deliver
from casemgr.letters.gathering import COORDINATOR
from tests.documents.paper import pdf as paper_pdf
from tests.letters.conftest import Desk
from tests.letters.test_pdf import words
from tests.letters.test_sending import by_hand
from tests.mailserver import Post
from tests.world import Actor, World

Clients = Callable[[Actor | None], FlaskClient]


def fields(page: str) -> dict[str, str]:
    """The values of a form as a browser would send them back."""
    found = {}
    for tag in re.findall(r"<input[^>]*>", page):
        told = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if told.get("type") in ("hidden", "text", "date", "email") or "checked" in tag.split():
            found[told.get("name", "")] = told.get("value", "")
    for name, text in re.findall(r'<textarea[^>]*name="(\w+)"[^>]*>\s*(.*?)</textarea>', page, re.DOTALL):
        found[name] = text.replace("&#34;", '"').replace("&lt;", "<").replace("&gt;", ">").replace("&#39;", "'")
    found.pop("body_html", None)
    return found


def errors_of(page: str) -> str:
    """What the page says is wrong."""
    summary = page.partition("data-error-summary>")[2].partition("</ul>")[0]
    return " ".join(re.sub(r"<[^>]*>", " ", summary).split())


@pytest.fixture
def client(desk: Desk, client_for: Clients) -> FlaskClient:
    return client_for(desk.actor)


def test_a_parent_writes_answers_the_gaps_mails_it_and_says_when_it_arrived(
    desk: Desk, client: FlaskClient, post: Post
) -> None:
    here = f"/cases/{desk.case_id}/letters"
    first = client.get(here).text
    assert "A concern is on record" in first and "No letter yet" in first
    page = client.get(f"{here}/new/evaluation_request").text
    assert "The law asks for it" not in page and "34 CFR 300.503" in page and "Nguyễn Thị Hương" in page
    form = {"submission": str(uuid4())}
    [letter] = {client.post(f"{here}/new/evaluation_request", data=form).location for _twice in range(2)}
    draft = client.get(letter).text
    assert "[[the areas to test" in draft and "Reading has not moved for a year." in draft
    assert "The concern, as you wrote it" in draft and "A courtesy day" not in draft
    data = fields(draft)
    stale = dict(data)
    data["body"] = re.sub(r"\[\[.*?\]\]", "reading", data["body"])
    assert client.post(letter, data=data).status_code == 302
    conflict = client.post(letter, data=stale | {"subject": "Mine"})
    assert conflict.status_code == 409 and "Someone else saved this" in conflict.text and "Mine" in conflict.text
    assert client.post(letter, data=fields(client.get(letter).text) | {"body": " "}).status_code == 422
    typed = fields(client.get(letter).text) | {"body_html": "<p>Typed <b>here</b><script>x</script></p>"}
    drawn = client.post(f"{letter}/preview", data=typed).get_json()
    assert drawn["words"] == "One page." and drawn["pages"][0]["source"].startswith("data:image/png;base64,")
    assert drawn["stops"] == ["The request itself: The letter does not say it in the usual words."]
    assert client.get(f"{letter}/pdf").data.startswith(b"%PDF")
    assert client.get(f"{letter}/page/1.png").mimetype == "image/png"
    mail = client.get(f"{letter}/mail").text
    assert "huong@example.org" in mail and "You asked for an evaluation in writing" in mail
    with desk.open() as (case, _user, _organization):
        people = [str(one.id) for one in queries.db.session.query(Person).filter_by(case_id=case.id, role="team_chair")]
    bad = client.post(f"{letter}/mail", data=fields(mail) | {"typed-0": "nobody", "people": people})
    assert bad.status_code == 422 and "name@example.org" in bad.text
    sent = fields(mail) | {"people": people, "reply_to": "dana@example.org"}
    for _twice in range(2):
        assert client.post(f"{letter}/mail", data=sent).status_code == 302
    assert "On its way" in client.get(letter).text and client.get(f"{letter}/progress").get_json()["state"] == "waiting"
    with desk.open() as (case, _user, _organization):
        [one] = queries.sendings_of(desk.row(case, letter.rpartition("/")[2]))
        deliver(one.id)
    [(_to, message)] = post.letters
    assert message["To"].startswith("alex@example.org")
    page = client.get(letter).text
    assert "Taken by the mail server" in page and "when did they receive it" in page and "250 kept" in page
    assert client.get(f"{letter}/progress").get_json()["state"] == "done"
    received = client.get(f"{letter}/received").text
    with desk.open() as (case, _user, _organization):
        day = today(case).isoformat()
    upload = {"on_date": day, "how": "They stamped it.", "upload": (io.BytesIO(paper_pdf("Receipt")), "receipt.pdf")}
    assert client.post(f"{letter}/received", data=fields(received) | upload).status_code == 302
    page = client.get(letter).text
    assert "They stamped it." in page and "received the request for an evaluation" in page
    assert "Sent" in client.get(here).text


def test_what_a_law_requires_blocks_the_sending_with_words_beside_the_letter(desk: Desk, client: FlaskClient) -> None:
    letter_id = desk.begin("private_placement_notice")
    here = f"/cases/{desk.case_id}/letters/{letter_id}"
    for way in ("mail", "by-hand"):
        told = client.get(f"{here}/{way}")
        assert told.status_code == 302 and "missing=1" in told.location
    page = client.get(told.location).text
    errors = page.partition('id="body-error"')[2].partition("</div>")[0]
    assert "Your concerns about it: Still a gap" in errors and "34 CFR 300.148(d)(1)" in page
    assert "The law asks for it" in page


def test_sent_by_hand_with_its_proof_and_taken_back(
    desk: Desk, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = f"/cases/{desk.case_id}/letters/{desk.written('records_request')}"
    form = fields(client.get(f"{letter}/by-hand").text) | {"way": "certified", "number": "1"}
    with monkeypatch.context() as fontless:
        fontless.setattr(sending_views, "undrawable_in", lambda text: ("\U0001f600",))
        assert "Not all of it can be printed" in client.get(f"{letter}/by-hand").text
    wrong = client.post(f"{letter}/by-hand", data=form | {"sent_on": "2020-01-01"})
    assert wrong.status_code == 422 and "cannot have been sent before" in errors_of(wrong.text)
    proof = {"upload": (io.BytesIO(paper_pdf("Certified mail 9407")), "proof.pdf")}
    assert client.post(f"{letter}/by-hand", data=form | {"printed_on": "2026-03-03"} | proof).status_code == 302
    page = client.get(letter).text
    printed = words(client.get(f"{letter}/pdf").data)[0]
    assert "March 3, 2026" in printed and "certified" not in printed  # the very letter that was printed
    assert "By certified mail" in page and "Proof:" in page and "PDF as it was sent" in page
    assert client.post(letter, data={"body": "Other"}).status_code == 200  # the page of a sent letter takes no text
    assert client.post(f"{letter}/take-back", data={"reason": ""}).status_code == 422
    assert client.post(f"{letter}/take-back", data={"reason": "It lay in the drawer."}).status_code == 302
    assert "Draft of a letter" in client.get(letter).text
    log = client.get(f"/cases/{desk.case_id}/evidence").text
    assert "Not sent after all" in log


def test_versions_are_read_and_brought_back_and_a_draft_is_thrown_away(desk: Desk, client: FlaskClient) -> None:
    letter = f"/cases/{desk.case_id}/letters/{desk.written('thank_you')}"
    assert "Version 2" in client.get(f"{letter}/versions").text
    old = client.get(f"{letter}/versions/1").text
    assert "<mark>[[what they did" in old and client.get(f"{letter}/versions/9").status_code == 404
    seen = fields(old)["version"]
    assert client.post(f"{letter}/versions/1/restore", data={"version": "0"}).location.endswith("/versions")
    client.post(f"{letter}/versions/1/restore", data={"version": seen})
    page = client.get(letter).text
    assert "Version 3" in page and "[[what they did" in page
    client.post(f"{letter}/discard", data={"version": fields(client.get(f"{letter}/discard").text)["version"]})
    assert client.get(letter).status_code == 404


def test_without_a_mail_server_the_page_says_what_to_do(desk: Desk, client: FlaskClient) -> None:
    letter = f"/cases/{desk.case_id}/letters/{desk.written('thank_you')}"
    assert "sends no mail yet" in client.get(f"{letter}/mail").text
    with desk.open() as (case, _user, _organization):
        db.session.rollback()
        assert desk.row(case, letter.rpartition("/")[2]).state == "draft"


def begun(client: FlaskClient, case_id: object, kind: str, **choices: str) -> tuple[str, dict[str, str]]:
    """Begin a letter; return where it is and its draft."""
    made = client.post(f"/cases/{case_id}/letters/new/{kind}", data={"submission": str(uuid4()), **choices})
    assert made.status_code == 302, errors_of(made.text)
    return made.location, fields(client.get(made.location).text)


def test_a_family_writes_under_its_own_name(desk: Desk, client: FlaskClient) -> None:
    _url, draft = begun(client, desk.case_id, "iee_request", choice_income="yes")
    assert draft["letterhead"].startswith("Dana Example\n12 Larch Street") and "I am the parent of" in draft["body"]
    assert "I disagree with" in draft["body"] and "income option" in draft["body"]
    assert "Who signs it?" not in client.get(f"/cases/{desk.case_id}/letters/new/records_request").text


@pytest.mark.parametrize("kind", ["organization", "firm"])
def test_others_write_for_the_parent_and_what_only_a_parent_can_say_the_parent_signs(
    kind: str, world: World, client_for: Clients, post: Post
) -> None:
    actor = world.person("owner", kind, name="Quinn Example")
    case_id = world.case(actor, state="TX")
    with world.scope(actor):
        person = Person(org_id=actor.org_id, case_id=case_id, name="Dana Example", role="parent", phone="617-555-0101")
        db.session.add(person)
        db.session.commit()
    client = client_for(actor)
    url, draft = begun(client, case_id, "iee_request", choice_voice="for_parent")
    assert draft["letterhead"].startswith("Organization") and "I write for Dana Example" in draft["body"]
    assert draft["signer"].startswith("Quinn Example") and draft["copies"] == "Dana Example, parent"
    assert "Dana Example disagrees with" in draft["body"] and "I disagree" not in draft["body"]
    assert draft["to"] == "Special Education Director\nFernhollow Public Schools"
    assert draft["salutation"] == "Dear Special Education Director:"
    own = draft["letterhead"] + "\n9 Court Square"
    client.post(url, data=draft | {"letterhead": own, "face": "sans", "body": draft["body"] + " Thank you."})
    _next, later = begun(client, case_id, "records_request", choice_voice="for_parent")
    assert later["letterhead"].endswith("9 Court Square") and later["face"] == "sans"
    assert later["enclosures"] == "Authorization, signed by the parent"
    assert "Only the parent can say this" in client.get(f"/cases/{case_id}/letters/new/evaluation_consent").text
    consent, draft = begun(client, case_id, "evaluation_consent", choice_scope="all")
    assert draft["letterhead"].startswith("Dana Example") and draft["signer"].startswith("Dana Example")
    assert "I give my consent" in draft["body"] and draft["enclosures"] == "Consent form, signed"
    [text] = words(client.get(f"{consent}/pdf").data)
    assert "Enclosed: Consent form, signed" in text and "Organization" not in text
    client.post(consent, data=draft | {"to": "Dr. Ada Example"})
    page = client.get(f"{consent}/mail").text
    assert "The parent’s letter" in page and "This e-mail carries the letter alone" in page
    _url, draft = begun(client, case_id, "records_request", choice_voice="parent")
    assert "I am the parent of" in draft["body"] and draft["enclosures"] == ""


def test_the_home_of_the_case_leads_to_the_very_letter(desk: Desk, client: FlaskClient) -> None:
    home, here = f"/cases/{desk.case_id}", f"/cases/{desk.case_id}/letters"
    by_hand(desk, desk.written("thank_you"))
    assert "Say when they received your letter" not in client.get(home).text  # nothing starts with its receipt
    asked = desk.written("evaluation_request")
    assert f'href="{here}/{asked}">Send the letter that you began' in client.get(home).text
    by_hand(desk, asked)
    assert f'href="{here}/{asked}/received">Say when they received your letter' in client.get(home).text
    assert client.get(f"{here}/{asked}/received").status_code == 200


def test_of_a_student_of_age_the_draft_asks_who_signs(desk: Desk, client: FlaskClient) -> None:
    url, _draft = begun(client, desk.case_id, "meeting_request")
    assert "34 CFR 300.520" not in client.get(url).text
    with desk.open() as (case, _user, _organization):
        case.student.born_on = date(2000, 5, 4)
        db.session.commit()
    assert "The student is 18 or older" in client.get(url).text and "34 CFR 300.520" in client.get(url).text


def test_under_section_504_alone_a_letter_goes_to_its_coordinator(world: World, client_for: Clients) -> None:
    actor = world.person(name="Dana Example")
    case_id = world.case(actor, track="section_504", plan="section_504")
    client = client_for(actor)
    _url, draft = begun(client, case_id, "meeting_request")
    assert (draft["to"], draft["salutation"]) == ("504 Coordinator\nLarch Street School", "Dear 504 Coordinator:")
    with world.scope(actor):
        for name, role in (("Ada", "special_education_director"), ("Jo", COORDINATOR), ("Sam", "principal")):
            db.session.add(Person(org_id=actor.org_id, case_id=case_id, name=f"{name} Example", role=role))
        db.session.commit()
    assert begun(client, case_id, "compensatory_services")[1]["to"].startswith("Jo Example")
    _url, draft = begun(client, case_id, "records_request")
    assert draft["to"].startswith("Sam Example") and draft["copies"] == "Jo Example, 504 Coordinator"


def test_an_older_version_says_what_is_different_in_the_newest(desk: Desk, client: FlaskClient) -> None:
    url, draft = begun(client, desk.case_id, "thank_you")
    assert "What is different" not in client.get(f"{url}/versions/1").text
    client.post(url, data=draft | {"subject": "Thank you very much", "body": draft["body"] + "\n\nSee you soon."})
    page = " ".join(client.get(f"{url}/versions/1").text.split())
    assert "What is different in the newest version" in page and "Thank you very much" in page
    assert ">(not there)</td>" in page and ">See you soon.</td>" in page
    assert "What is different" not in client.get(f"{url}/versions/2").text
