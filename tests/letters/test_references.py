"""A letter names exhibits by their numbers of today, until it is sent; what leads nowhere keeps it from being sent."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from casemgr.citations.wording import ref_of
from casemgr.letters import queries, richtext, sending
from casemgr.letters.services import LetterRefused
from casemgr.pdf.letter import Points, Run, Words
from tests.exhibit_binders.makers import Binding, binding
from tests.filings.makers import texts
from tests.letters.conftest import Desk
from tests.letters.test_pages import fields
from tests.letters.test_sending import by_hand, queue, send, state
from tests.mailserver import Post
from tests.world import Actor, World

Clients = Callable[[Actor | None], FlaskClient]


class Letter:
    """A letter of a case with a binder (P-1 photo, P-2 IEP of three pages), and the browser of who writes it."""

    def __init__(self, world: World, client_for: Clients) -> None:
        self.made: Binding = binding(world, "iep", "photo")
        self.made.case.set_paper("iep", page_count=3)
        self.made.order("Photo of the ramp", "IEP 2025-26")
        self.iep, self.advice = (ref_of(self.made.case.papers[name]) for name in ("iep", "advice"))
        self.desk = Desk(world, self.made.case.actor, self.made.case.case_id)
        self.client = client_for(self.made.case.actor)
        self.id: UUID = self.desk.written("thank_you")
        self.url = f"/cases/{self.desk.case_id}/letters/{self.id}"

    def page(self, where: str = "") -> str:
        return " ".join(unescape(self.client.get(f"{self.url}{where}").text).split())

    def typed(self, html: str, **more: str) -> dict[str, str]:
        return fields(self.client.get(self.url).text) | {"body_html": html, "to": "Dr. Ada Example", **more}

    def save(self, html: str, **more: str) -> str:
        answer = self.client.post(self.url, data=self.typed(html, **more), follow_redirects=True)
        assert answer.status_code == 200
        return " ".join(unescape(answer.text).split())

    def body(self) -> str:
        with self.desk.open() as (case, _user, _organization):
            return queries.newest(self.desk.row(case, self.id)).body

    def printed(self) -> str:
        return " ".join(texts(self.client.get(f"{self.url}/pdf").data))


def test_a_letter_follows_the_order_until_it_is_sent_and_stays_as_it_was_sent(
    world: World, client_for: Clients, post: Post
) -> None:
    one = Letter(world, client_for)
    assert "type {{P-1, page 3}}" in one.page()
    page = one.save("<p>Thank you. The goals are in {{P-2, page 3}}, as exhibit {{P-2}} promised.</p>")
    kept = f"{{{{exhibit:{one.iep}#3}}}}"
    assert kept in one.body() and "Cites: “IEP 2025-26”, now P-2, page 3." in page
    assert f"{{{{IEP 2025-26 #{one.iep} page 3}}}}" in page
    assert "in Exhibit P-2, page 3, as" in one.printed() and "as exhibit P-2 promised" in one.printed()
    one.made.order("IEP 2025-26", "Photo of the ramp")
    assert "in Exhibit P-1, page 3, as" in one.printed() and "now P-1, page 3." in one.page()
    assert "It names exhibits as they are numbered now" in one.page("/mail") and "now P-1, page 3" in one.page("/mail")
    assert f"{{{{exhibit:{one.iep}" not in one.page("/versions/2")
    send(one.desk, one.id)
    [(_to, message)] = post.letters
    text, pdf = message.get_payload()
    assert "in Exhibit P-1, page 3, as" in text.get_payload(decode=True).decode()
    assert "in Exhibit P-1, page 3, as" in " ".join(texts(pdf.get_payload(decode=True)))
    one.made.order("Photo of the ramp", "IEP 2025-26")
    assert "in Exhibit P-1, page 3, as" in one.printed() and "in Exhibit P-1, page 3, as" in one.page()
    assert "in Exhibit P-1, page 3, as" in one.page(f"/versions/{state(one.desk, one.id).sent_version}")


def test_exhibits_in_plain_words_are_told_and_made_live_at_one_press(world: World, client_for: Clients) -> None:
    one = Letter(world, client_for)
    page = one.save("<p>Thank you. See P-2, page 3, then S-4 and P-2, page 9.</p>")
    assert (
        "“P-2, page 3”: now “IEP 2025-26”" in page and "“P-2, page 9”: P-2 has 3 pages." in page and "S-4”" not in page
    )
    assert "do not follow" in one.page("/mail?") or "do not follow" in one.page("/by-hand")
    page = one.save("<p>Thank you. See P-2, page 3.</p>", then="live")
    assert f"{{{{exhibit:{one.iep}#3}}}}" in one.body() and "follows the order of the exhibits now" in page
    assert "typed as plain words" not in page
    one.made.order("IEP 2025-26", "Photo of the ramp")
    assert "See Exhibit P-1, page 3." in one.printed()
    chips = one.client.get(one.url).text
    assert f"{one.iep}&#34;: [&#34;P-1&#34;, &#34;IEP 2025-26&#34;]" in chips and "Legal advice" not in chips


def test_a_letter_that_came_back_follows_again(world: World, client_for: Clients, post: Post) -> None:
    one = Letter(world, client_for)
    one.save(f"<p>Thank you, see {{{{IEP #{one.iep} page 3}}}}.</p>")
    queue(one.desk, one.id)
    with one.desk.open() as (case, user, _organization):
        assert sending.stop(case, one.desk.row(case, one.id), by=user)
    one.made.order("IEP 2025-26", "Photo of the ramp")
    assert "see Exhibit P-1, page 3" in one.printed() and "Exhibit P-2" not in one.page("")
    by_hand(one.desk, one.id)
    one.made.order("Photo of the ramp", "IEP 2025-26")
    assert "see Exhibit P-1, page 3" in one.page()


def test_what_leads_nowhere_is_named_and_keeps_the_letter_here(world: World, client_for: Clients, post: Post) -> None:
    one = Letter(world, client_for)
    one.save(
        f"<p>See {{{{IEP #{one.iep} page 9}}}} and {{{{Legal advice #{one.advice}}}}}. P-99 is nothing of ours.</p>"
    )
    assert "Legal advice" not in one.body()
    beyond = "“IEP 2025-26”, now P-2, page 9: P-2 has 3 pages."
    closed = "This paper may not go out, or it is not here any more. Take the reference out."
    page = one.page("?missing=1")
    assert (
        beyond in page
        and f"Exhibits that it cites: {closed}" in page
        and "P-99" in page
        and "“P-99”: There is no exhibit P-99. If the other side’s exhibit is meant, leave it." in page
        and "Exhibits that it cites: “P-99”" not in page
    )
    told = one.client.post(f"{one.url}/preview", data=fields(one.client.get(one.url).text)).get_json()["stops"]
    assert [stop for stop in told if beyond in stop] and [stop for stop in told if closed in stop]
    assert "advice" not in " ".join(told).lower()
    for way in (queue, by_hand):
        with pytest.raises(LetterRefused, match=r"Exhibits that it cites .*P-2 has 3 pages"):
            way(one.desk, one.id)
    assert one.client.get(f"{one.url}/mail").status_code == 302 and not post.letters
    one.save(f"<p>Thank you, see {{{{IEP #{one.iep} page 3}}}}.</p>")
    assert "“{{P-99, page 1}}”: It names no page of an exhibit" in one.save("<p>Thank you, see {{P-99, page 1}}.</p>")
    with pytest.raises(LetterRefused, match="names no page"):
        by_hand(one.desk, one.id)
    one.save(f"<p>Thank you, see {{{{IEP #{one.iep} page 3}}}}.</p>")
    one.made.case.set_paper("iep", visibility="privileged")
    with pytest.raises(LetterRefused, match="may not go out"):
        queue(one.desk, one.id)
    assert "[paper not attached]" in one.printed() and "IEP 2025-26" not in one.printed()


def test_of_two_binders_the_letter_says_whose_numbers_it_means(world: World, client_for: Clients) -> None:
    one = Letter(world, client_for)
    one.save(f"<p>Thank you, see {{{{IEP #{one.iep} page 3}}}}.</p>")
    packet_id = one.made.case.begin()
    one.made.case.choose(packet_id, "iep")
    page = one.page()
    assert "Exhibits are named as in" in page and "see Exhibit P-2, page 3" in one.printed()  # as chosen before
    assert "now P-1, page 3." in one.save(f"<p>See {{{{IEP #{one.iep} page 3}}}}.</p>", exhibits_of=str(packet_id))
    assert "See Exhibit P-1, page 3" in one.printed()
    gone = "It is not among the exhibits of the binder or packet that the letter names."
    assert gone in one.save(f"<p>See {{{{IEP #{one.iep} page 3}}}}.</p>", exhibits_of="no-such-binder")


def test_a_reference_that_is_half_bold_is_one_reference() -> None:
    html = "<p>see {{IEP <b>2025 #3f9a2c41d0b7 pa</b>ge 3}} <em>x</em></p><ul><li>{{a #3f9a2c41d0b7}}</li></ul>"
    words, points = richtext.with_kept_references(richtext.from_html(html))
    assert words == Words((Run("see {{exhibit:3f9a2c41d0b7#3}} "), Run("x", italic=True)))
    assert points == Points(((Run("{{exhibit:3f9a2c41d0b7}}"),),))
