"""What a person reads on the pages of hearing binders: the days, the rules, what is refused and why."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID, uuid4

from flask.testing import FlaskClient

from casemgr.cases.models import Case
from casemgr.documents.models import DocumentPage
from casemgr.exhibit_binders import services
from casemgr.exhibit_binders.models import BinderExhibit
from casemgr.exhibit_binders.preflight import Finding, preflight
from casemgr.extensions import db
from casemgr.watch.looking import look
from tests.documents.paper import pdf
from tests.exhibit_binders.makers import EVERYTHING, Binding, binding, more
from tests.filings.makers import dispute, texts
from tests.world import Actor, World

ClientFor = Callable[[Actor | None], FlaskClient]


def findings(made: Binding) -> dict[str, Finding]:
    found = made.change(lambda row, by: preflight(db.session.get_one(Case, row.case_id), row, EVERYTHING))
    return {one.rule.key if one.rule else one.text: one for one in found}


def alarms(made: Binding) -> dict[str, str]:
    """What the nightly look finds in the case, once it is no longer fresh."""
    with made.case.open() as (case, _):
        case.created_at -= timedelta(days=9)
        found = {one.kind: one.detail for one in look(case)}
        db.session.rollback()
    return found


def test_a_binder_is_begun_chosen_ordered_and_taken_along(world: World, client_for: ClientFor) -> None:
    case = dispute(world)
    client, url = client_for(case.actor), f"/cases/{case.case_id}/exhibit-binders"
    assert "No binder yet" in client.get(url).text and url in client.get(f"/cases/{case.case_id}/filings").text
    page = client.get(f"{url}/new").text
    assert "Bureau of Special Education Appeals" in page
    form = {"title": "Our exhibits", "forum": "bsea", "party": "parent", "exhibit_prefix": "p", "bates_start": "1",
            "bates_digits": "4", "shape": "one", "delivery": "paper", "submission": str(uuid4())}  # fmt: skip
    first, second = client.post(f"{url}/new", data=form), client.post(f"{url}/new", data=form)
    assert first.status_code == 302 and first.location == second.location
    made = Binding(case, UUID(first.location.split("/")[-2]))
    assert made.row().exhibit_prefix == "P"
    assert client.post(f"{url}/new", data=form | {"submission": str(uuid4()), "bates_start": "-1"}).status_code == 422

    page = client.get(f"{made.url}/exhibits").text
    assert str(case.papers["iep"]) in page and f'value="{case.papers["advice"]}"' not in page
    assert "Papers that cannot go in (3)" in page and "34 CFR 300.506(b)(8)" in page
    chosen = {"paper": [str(case.papers["iep"]), str(case.papers["advice"])], "version": made.row().version}
    answer = client.post(f"{made.url}/exhibits/add", data=chosen)
    assert answer.status_code == 422 and "privileged" in answer.text and made.labels() == []
    chosen["paper"] = [str(case.papers["iep"]), str(case.papers["mail"])]
    assert client.post(f"{made.url}/exhibits/add", data=chosen).status_code == 302
    assert client.post(f"{made.url}/exhibits/add", data=chosen).status_code == 409  # the page is an old one now
    iep, mail = made.now()
    drop = {"order": [mail.id, iep.id], "version": made.row().version, f"title-{iep.id}": "The IEP"}
    assert client.post(f"{made.url}/exhibits/arrange", data=drop).status_code == 302
    assert made.labels() == [("P-1", "E-mail asking"), ("P-2", "The IEP")]
    up = {"do": f"up:{iep.id}", "order": [mail.id, iep.id], "version": made.row().version}
    client.post(f"{made.url}/exhibits/arrange", data=up)
    assert made.labels()[0] == ("P-1", "The IEP")
    bad = {"version": made.row().version, f"title-{iep.id}": "", f"first-{iep.id}": "five"}
    answer = client.post(f"{made.url}/exhibits/arrange", data=bad)
    assert answer.status_code == 422 and "“five” is no page" in answer.text and 'value="five"' in answer.text

    assert f'aria-describedby="first-{iep.id}-error"' in answer.text and f'href="#first-{iep.id}"' in answer.text

    assert "Witness list" in client.get(made.url).text or "A witness list" in client.get(made.url).text
    answer = client.post(f"{made.url}/build", follow_redirects=True)
    assert "It cannot be made yet: A witness list" in answer.text
    reason = {"reason": "The order of November 3 excuses it.", "version": made.row().version}
    client.post(f"{made.url}/override/witness_list", data=reason)
    assert "excuses it" in client.get(made.url).text
    assert client.post(f"{made.url}/build").status_code == 302 and made.row().state == "queued"
    assert client.get(f"{made.url}/progress").json["state"] == "waiting"
    assert made.work().state == "ready"
    page = client.get(made.url).text
    assert "compared with the papers" in page and "Mark as served" in page
    version = made.versions()[-1]
    manifest = made.manifest(version)
    assert version.proof["rules_not_kept"] == {"witness_list": "The order of November 3 excuses it."}
    everything = json.dumps(manifest) + " ".join(texts(made.bytes_of(version, "volume")))
    assert "excuses it" not in everything  # work product stays in the house
    for one in made.files(version).values():
        answer = client.get(f"{made.url}/versions/{version.id}/files/{one.id}")
        assert (
            answer.status_code == 200
            and len(answer.data) == one.size
            and "attachment" in answer.headers["Content-Disposition"]
        )
    case.set_paper("mail", visibility="internal")
    volume = next(one for one in made.files(version).values() if one.kind == "volume")
    assert client.get(f"{made.url}/versions/{version.id}/files/{volume.id}").status_code == 302
    case.set_paper("mail", visibility="shared")

    with case.open() as (row, _):  # a page that nobody could read
        blank = {"width": 1, "height": 1, "image_sha256": "0" * 64, "thumb_sha256": "0" * 64}
        db.session.add(
            DocumentPage(org_id=row.org_id, case_id=row.id, document_id=case.papers["iep"], number=1, text="", **blank)
        )
        db.session.commit()
    page = client.get(f"{made.url}/serve").text
    assert "A last look" in page and "Pages without text" in page
    tomorrow = {"served_on": "2999-01-01", "how": "email", "to": "The district", "version": made.row().version}
    tomorrow["tick"] = ["unread"]
    assert "still to come" in client.post(f"{made.url}/serve", data=tomorrow).text
    with case.open() as (row, _):
        day = services.today(row).isoformat()
    answer = client.post(f"{made.url}/serve", data=tomorrow | {"served_on": day, "tick": []})
    assert answer.status_code == 422 and "tick each with which you go on" in answer.text and made.row().state == "ready"
    assert client.post(f"{made.url}/serve", data=tomorrow | {"served_on": day}).status_code == 302
    page = client.get(f"{made.url}/versions/{version.id}").text
    assert "Served on" in page and "What was proved of its pages" in page
    assert "There is nothing new to serve." in client.get(made.url).text


def test_the_last_safe_day_counts_down_and_what_comes_later_is_told(world: World, client_for: ClientFor) -> None:
    made = binding(world, "iep")
    client = client_for(made.case.actor)
    assert "The day of the hearing is not recorded" in client.get(made.url).text
    made.hearing_in(60)
    page = client.get(made.url).text
    assert "Last safe day:" in page and "in time" not in findings(made)
    made.settings(slip_sheets=False)
    made.made()
    made.serve()
    more(made, "new", pdf("Report"), "Reading evaluation", kind="evaluation")
    page = client.get(made.url).text
    assert "1 paper came after the binder was served" in page and "Reading evaluation" in page
    made.hearing_in(3)
    page = client.get(made.url).text
    assert "The last safe day was" in page and "can be kept out" in page
    assert "The last safe day was" in findings(made)["in_time"].lines[0]
    late = alarms(made)
    assert late["came_after_serving"] == "1 paper, 1 evaluation among them." and "disclosure_passed" not in late
    other = binding(world, "iep")
    other.hearing_in(3)
    assert "the last safe day was" in alarms(other)["disclosure_passed"]


def test_each_breach_is_named_with_its_rule_exhibit_and_page(world: World) -> None:
    made = binding(world, "iep", forum="bsea", exhibit_prefix="X")
    more(made, "eval", pdf("Evaluation"), "Reading evaluation", kind="evaluation")
    more(made, "own", pdf("Own"), "Own evaluation", kind="independent_evaluation", visibility="privileged")
    made.case.set_paper("iep", page_count=3)
    own = {"org_id": made.case.actor.org_id, "case_id": made.case.case_id, "document_id": made.case.papers["iep"]}
    with made.case.open():
        pictures = {"image_sha256": "0" * 64, "thumb_sha256": "0" * 64}
        for number, (height, words) in enumerate(((1100, "Goals"), (1400, "Services"), (1100, "")), 1):
            db.session.add(DocumentPage(**own, number=number, width=850, height=height, text=words, **pictures))
        db.session.commit()
    found = findings(made)
    assert found["page_size"].lines == ("X-1, page 2: not of Letter proportions.",)
    assert found["searchable"].lines == ("X-1, page 3: without text that can be searched.",)
    assert found["searchable"].need.value == "O" and found["searchable"].rule.is_unverified
    assert "P-1 is usual here" in found["party_prefix"].lines[0] and found["party_prefix"].need.value == "A"
    assert [one.split("”")[0] for one in found["evaluations"].lines] == ["“Own evaluation", "“Reading evaluation"]
    assert "not marked as shared" in found["evaluations"].lines[0]
    assert {key for key, one in found.items() if one.stops} == {"evaluations", "witness_list", "hard_copy"}


def test_sixty_exhibits_are_moved_without_losing_the_place(world: World, client_for: ClientFor) -> None:
    made = binding(world, "iep", "mail", "photo", "sound")
    client = client_for(made.case.actor)
    iep, mail, photo, sound = (one.id for one in made.now())

    def press(do: str, **typed: object) -> str:
        answer = client.post(f"{made.url}/exhibits/arrange", data={"do": do, "version": made.row().version} | typed)
        return answer.location.partition("#")[2] if answer.status_code == 302 else answer.text

    def order() -> list[str]:
        return [one.id for one in made.now()]

    assert press(f"down:{iep}") == f"down-{iep}" and order() == [mail, iep, photo, sound]
    assert press(f"up:{iep}") == f"down-{iep}" and order() == [iep, mail, photo, sound]  # there is no further up
    assert press("save", **{f"place-{sound}": "2"}) == "order" and order() == [iep, sound, mail, photo]
    places = {f"place-{one}": str(n) for one, n in ((iep, 4), (sound, 2), (mail, 3), (photo, 1))}
    press("save", **places)
    assert order() == [photo, sound, mail, iep]
    press("save", **{f"place-{photo}": "999"})
    assert order() == [sound, mail, iep, photo]
    dragged = {"order": [photo, sound, mail, iep], f"place-{iep}": "first"}
    page = press("save", **dragged)
    assert "“first” is no place" in page and order() == [sound, mail, iep, photo]
    assert page.index(f'id="exhibit-{photo}"') < page.index(f'id="exhibit-{sound}"')  # as it was dragged
    assert press(f"remove:{mail}") == f"exhibit-{iep}" and order() == [sound, iep, photo]
    assert "E-mail asking" in client.get(f"{made.url}/exhibits?words=ASKING e-mail").text.partition('id="add"')[2]
    assert "no paper to add" in client.get(f"{made.url}/exhibits?words=nowhere").text


def test_names_dates_and_descriptions_are_pasted_as_a_table(world: World, client_for: ClientFor) -> None:
    made = binding(world, "iep", "mail", "photo")
    client, url = client_for(made.case.actor), f"{made.url}/exhibits/table"
    iep, mail, _photo = made.now()
    made.order(said={"IEP 2025-26": services.Line(description="Goals", is_joint=True)})
    page = client.get(url).text
    assert "P-1\tE-mail asking\t" in page and "J-1\tIEP 2025-26\t" in page and "\tGoals" in page

    def paste(*lines: str) -> tuple[int, str]:
        answer = client.post(url, data={"version": made.row().version, "rows": "\n".join(lines)})
        return answer.status_code, answer.text

    assert paste(*made_lines(page))[0] == 302 and made.labels()[0] == ("J-1", "IEP 2025-26")
    status, page = paste(
        "Exhibit\tName", "J-1\tThe IEP\tspring 2026\tGoals, and {{P-1}}", "p-1\t\t", 'P-2\t"Two\nlines"'
    )
    assert status == 302
    now = {one.label: one for one in made.now()}
    assert (now["J-1"].title, now["J-1"].when, now["J-1"].is_joint) == ("The IEP", "spring 2026", True)
    assert "{{exhibit:" in now["J-1"].description and now["P-1"].title == mail.title and now["P-2"].title == "Two lines"
    assert "The IEP" in client.get(url).text and paste("J-1\tIEP 2025-26\t")[0] == 302
    with made.case.open():
        row = db.session.get_one(BinderExhibit, UUID(iep.id))
        assert (row.title, row.dated) == ("", "")  # it follows its paper again
    status, page = paste("P-9\tNo such", "P-1\tOne", "P-1\tTwice", "P-2\ta\tb\tc\td", "P-2\t" + "x" * 201)
    assert status == 422 and all(words in page for words in ("no exhibit “P-9”", "stands there twice", "5 columns"))
    assert (
        "more than 200 characters" in page and "P-9\tNo such" in page and made.labels()[1] == ("P-1", "E-mail asking")
    )
    assert client.post(url, data={"version": 0, "rows": "P-1\tOld page"}).status_code == 409


def made_lines(page: str) -> list[str]:
    """The lines of the table as the page has them."""
    return page.partition("<textarea")[2].partition(">")[2].partition("</textarea>")[0].strip().splitlines()
