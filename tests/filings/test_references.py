"""What a filing cites follows its exhibits: other order, other label, same page; and what leads nowhere is told."""

from __future__ import annotations

import io
from collections.abc import Callable
from html import unescape
from uuid import UUID

import pikepdf
from flask.testing import FlaskClient

from casemgr.citations.wording import ref_of
from casemgr.copies.services import note_redacted
from casemgr.documents.models import Document
from casemgr.evidence import claims
from casemgr.extensions import db
from casemgr.filings import citing, queries, services
from casemgr.filings.models import Packet
from casemgr.issues.models import Issue
from casemgr.issues.services import edit_issue, told_of
from tests.documents.paper import add, pdf
from tests.filings.makers import Dispute, dispute, texts
from tests.filings.test_last_look import pretend_made
from tests.world import Actor, World

ClientFor = Callable[[Actor | None], FlaskClient]


def url_of(case: Dispute, packet_id: UUID) -> str:
    return f"/cases/{case.case_id}/filings/{packet_id}"


def words_of(page: str) -> str:
    return " ".join(unescape(page).split())


def ready(world: World) -> tuple[Dispute, UUID]:
    """A packet with the IEP (P-1, three pages) and the photo (P-2)."""
    case = dispute(world)
    case.set_paper("iep", page_count=3)
    packet_id = case.begin()
    case.choose(packet_id, "iep", "photo")
    return case, packet_id


def save(client: FlaskClient, case: Dispute, packet_id: UUID, text: str) -> str:
    packet = case.packet(packet_id)
    form = {"answer_stay_put": text, "exhibit_prefix": "P", "signer_name": "Marta Example", "version": packet.version}
    return words_of(client.post(f"{url_of(case, packet_id)}/details", data=form, follow_redirects=True).text)


def facts(case: Dispute, text: str) -> UUID:
    """Write the facts of the first issue; returns its id."""
    with case.open() as (row, user):
        issue = db.session.query(Issue).filter_by(case_id=row.id, number=1).one()
        new = told_of(issue)
        edit_issue(row, issue, type(new)(**{**vars(new), "facts": text}), version=issue.version, by=user)
        return issue.id


def turn_round(case: Dispute, packet_id: UUID) -> None:
    def turned(packet: Packet, by: object) -> None:
        rows = [row.id for row, _ in queries.exhibits_of(packet)]
        services.arrange_exhibits(packet, rows[::-1], {}, version=packet.version, by=by)  # type: ignore[arg-type]

    case.change(packet_id, turned)


def test_what_is_typed_is_kept_by_its_paper_and_shown_with_its_title(world: World, client_for: ClientFor) -> None:
    case, packet_id = ready(world)
    client, iep = client_for(case.actor), ref_of(case.papers["iep"])
    page = save(client, case, packet_id, "The placement is in {{P-1, page 3}}.")
    assert case.packet(packet_id).answers["stay_put"] == f"The placement is in {{{{exhibit:{iep}#3}}}}."
    assert "Cites: “IEP 2025-26”, now P-1, page 3." in page and "Each opens its page" in page
    assert f"{{{{IEP 2025-26 #{iep} page 3}}}}" in words_of(client.get(f"{url_of(case, packet_id)}/details").text)
    turn_round(case, packet_id)
    page = words_of(client.get(f"{url_of(case, packet_id)}/details").text)
    assert "now P-2, page 3" in page and 'value="' + iep in page and "P-1: Photo of the ramp" in page
    save(client, case, packet_id, f"{{{{any words #{iep} pages 2 to 3}}}} {{{{Secret #{iep} x}}}}")  # no words are kept
    assert case.packet(packet_id).answers["stay_put"] == f"{{{{exhibit:{iep}#2-3}}}} {{{{#{iep} x}}}}"
    with case.open() as (row, _):
        gone = next(
            one.id
            for one, paper in queries.exhibits_of(queries.packet(row, packet_id, drafts=True))
            if paper.id == case.papers["iep"]
        )
    form = {"do": f"remove:{gone}", "version": str(case.packet(packet_id).version)}
    page = words_of(client.post(f"{url_of(case, packet_id)}/exhibits/arrange", data=form, follow_redirects=True).text)
    assert "A text still cites what is not here" in page
    assert "pages 2 to 3: It is not among the exhibits" in words_of(client.get(url_of(case, packet_id)).text)


def test_the_packet_names_and_opens_the_page_also_after_the_order_changed(world: World) -> None:
    case, packet_id = ready(world)
    iep, photo = ref_of(case.papers["iep"]), ref_of(case.papers["photo"])
    facts(case, f"2026-03-20: No evaluation had begun, see {{{{exhibit:{iep}#3}}}} and {{{{exhibit:{photo}}}}}.")
    found = {}
    for name in ("as chosen", "turned round"):
        case.queue(packet_id)
        made = case.build_here(packet_id)
        assert made.state == "ready", made.error
        data = case.bytes_of(made.pdf_sha256)
        pages = texts(data)
        said = next(page for page in pages if "No evaluation had begun" in page)
        with pikepdf.open(io.BytesIO(data)) as document:
            numbers = {page.obj.objgen: n for n, page in enumerate(document.pages)}
            notes = document.pages[pages.index(said)].obj.Annots
            found[name] = said, {pages[numbers[note.Dest[0].objgen]][:15] for note in notes}
        turn_round(case, packet_id)
    said, opened = found["as chosen"]
    assert "see Exhibit P-1, page 3 (Bates 000003) and Exhibit P-2." in said and "The IEP, page 3" in str(opened)
    said, opened = found["turned round"]
    assert "see Exhibit P-2, page 3 (Bates 000004) and Exhibit P-1." in said and "The IEP, page 3" in str(opened)


def test_what_leads_nowhere_is_told_beside_the_text_and_in_the_last_look(world: World, client_for: ClientFor) -> None:
    case, packet_id = ready(world)
    client, own = client_for(case.actor), url_of(case, packet_id)
    mail, iep = ref_of(case.papers["mail"]), ref_of(case.papers["iep"])
    text = (
        f"{{{{exhibit:{mail}#1}}}} {{{{exhibit:{iep}#9}}}} Ex. P-2 at 1, P-1, page 4, and P-9. {{{{x #{iep} pagex}}}}"
    )
    page = save(client, case, packet_id, text)
    assert "A reference to an exhibit needs a look" in page and "<h1" in page and "What is said on the packet" in page
    for words in (
        "“E-mail asking”, page 1: It is not among the exhibits of the packet “Due process complaint”.",
        "“IEP 2025-26”, now P-1, page 9: P-1 has 3 pages.",
        "“P-1, page 4”: P-1 has 3 pages.",
        "“P-9”: There is no exhibit P-9.",
        "It cannot be read any more. Put it in again.",
        "“Ex. P-2 at 1” is typed as plain words",
    ):
        assert words in page, words
    pretend_made(case, packet_id)
    look = words_of(client.get(f"{own}/last-look").text)
    assert (
        "References to exhibits that lead nowhere" in look and "The placement that stays put: “P-9”: There is" in look
    )
    version = case.packet(packet_id).version
    form = {"paper": str(case.papers["mail"]), "version": version, "back": "details"}
    page = words_of(client.post(f"{own}/references/add", data=form, follow_redirects=True).text)
    assert "It is an exhibit now." in page and "Cites: “E-mail asking”, now P-3, page 1." in page
    stale = client.post(f"{own}/references/add", data=form, follow_redirects=True).text
    assert "Someone changed this packet" in stale


def test_typed_citations_are_made_live_in_the_packet_and_its_issues(world: World, client_for: ClientFor) -> None:
    case, packet_id = ready(world)
    client, own = client_for(case.actor), url_of(case, packet_id)
    save(client, case, packet_id, "See Exhibit P-1, page 2, and P-7 at 1.")
    issue_id = facts(case, "2026-03-20: Nothing had begun (Ex. P-1 at 3; P-2).")
    page = words_of(client.get(own).text)
    assert "“Ex. P-1 at 3”, “P-2” are typed as plain words" in page
    form = {"version": case.packet(packet_id).version, "issue": str(issue_id)}
    page = words_of(client.post(f"{own}/references/live", data=form, follow_redirects=True).text)
    iep, photo = ref_of(case.papers["iep"]), ref_of(case.papers["photo"])
    assert case.packet(packet_id).answers["stay_put"] == f"See {{{{exhibit:{iep}#2}}}}, and P-7 at 1."
    with case.open():
        assert db.session.get_one(Issue, issue_id).facts.endswith(
            f"(({{{{exhibit:{iep}#3}}}}; {{{{exhibit:{photo}}}}}).".replace("((", "(")
        )
    assert "3 made live" in page and "Cites: “Photo of the ramp”, now P-2." in page
    assert "“IEP 2025-26”, page 3" in words_of(client.get(f"/cases/{case.case_id}/issues/{issue_id}").text)
    checklist = words_of(client.get(own).text)
    assert "{{exhibit:" not in checklist and "P-1, page 3" in checklist


def test_a_closed_paper_is_never_named_to_who_may_not_see_it(world: World, client_for: ClientFor) -> None:
    attorney = world.person("attorney", "firm")
    case = dispute(world, attorney)
    packet_id = case.begin()
    case.choose(packet_id, "iep", "photo")
    iep = ref_of(case.papers["iep"])
    issue_id = facts(case, f"See {{{{exhibit:{iep}#2}}}} and {{{{exhibit:{ref_of(case.papers['advice'])}#1}}}}.")
    case.set_paper("iep", visibility="privileged", title="Strategy of the lawyer")
    with case.open() as (row, _):
        packet = queries.packet(row, packet_id, drafts=True)
        assert packet is not None
        told = " ".join(citing.troubles(row, packet))
        hidden = citing.looked_at(row, packet, frozenset({"shared"}))[1]
        assert queries.gather(row, packet).cited == {}
    assert "Strategy" not in told + str(hidden) and "Advice" not in told and "Take the reference out." in told
    url = f"/cases/{case.case_id}/issues/{issue_id}"
    for actor, sees in ((attorney, True), (world.guest(case.case_id, attorney.org_id, "parent"), False)):
        client = client_for(actor)
        page, found = words_of(client.get(url).text), client.get(f"/cases/{case.case_id}/issues").text
        assert ("“Strategy of the lawyer”, page 2" in page) is ("Strategy of the lawyer" in found) is sees
        assert ("a paper that you may not see, page 2" in page) is not sees and "{{exhibit:" not in page + found
    page = words_of(client_for(attorney).get(url_of(case, packet_id)).text)
    assert "“Strategy of the lawyer”, page 2: It cannot be an exhibit. It is privileged" in page


def test_the_redacted_copy_stands_for_what_is_cited_and_the_trash_for_nothing(world: World) -> None:
    case, packet_id = ready(world)
    copy = add(world, case.actor, case.case_id, pdf("Black boxes", 3), "copy.pdf", title="Advice, redacted")
    with case.open() as (row, user):
        papers = [db.session.get_one(Document, one) for one in (copy, case.papers["advice"])]
        papers[0].page_count = 3
        note_redacted(row, papers[0], papers[1], by=user)
        db.session.commit()
    case.change(packet_id, lambda packet, by: services.add_exhibits(packet, [copy], version=packet.version, by=by))
    advice, iep = ref_of(case.papers["advice"]), ref_of(case.papers["iep"])
    facts(case, f"See {{{{exhibit:{advice}#2}}}} and {{{{exhibit:{iep}#2}}}}.")
    with case.open() as (row, _):
        packet = queries.packet(row, packet_id, drafts=True)
        assert packet is not None and citing.troubles(row, packet) == []
        assert queries.gather(row, packet).cited == {advice: "P-3", iep: "P-1"}
        archived = claims.issues_of(row, [], withdrawn=True)[0]["facts"]
        assert archived == f"See [paper {advice}, page 2] and [paper {iep}, page 2]."
        ((looked),) = citing.looked_at(row, packet, frozenset({"shared"}))[1]
        assert [one.words for one in looked.said] == [
            "“Advice, redacted”, now P-3, page 2",
            "“IEP 2025-26”, now P-1, page 2",
        ]
    with case.open() as (row, _):
        db.session.get_one(Document, case.papers["iep"]).trashed_at = packet.created_at
        db.session.commit()
        packet = queries.packet(row, packet_id, drafts=True)
        assert packet is not None and "It is in the trash" in " ".join(citing.troubles(row, packet))


def test_the_form_of_an_issue_knows_each_packet_that_prints_it(world: World, client_for: ClientFor) -> None:
    case, _ = ready(world)
    client, iep = client_for(case.actor), ref_of(case.papers["iep"])
    issue_id = facts(case, f"See {{{{exhibit:{iep}#2}}}}.")
    url = f"/cases/{case.case_id}/issues/{issue_id}/edit"
    page = words_of(client.get(url).text)
    assert f"{{{{IEP 2025-26 #{iep} page 2}}}}" in page and "Cites: “IEP 2025-26”, now P-1, page 2." in page
    second = case.begin("state_complaint")
    case.choose(second, "photo")
    page = words_of(client.get(url).text)
    assert (
        "In the packet “Due process complaint”" in page
        and "not among the exhibits of the packet “State complaint (PRS)”" in page
    )
    with case.open():
        issue = db.session.get_one(Issue, issue_id)
        form = {**{name: getattr(issue, name) for name in ("area", "law", "title", "version")}}
    third = case.begin("state_complaint")
    page = words_of(client.get(url).text)
    assert page.count("In the packet “State complaint (PRS)” begun on") == 2
    case.change(third, lambda packet, by: services.discard(packet, version=packet.version, by=by))
    said = "{{P-2}} was locked, and {{P-1, page 1}} says so."
    client.post(url, data={**form, "facts": said, "relief": "Open it."})
    with case.open():
        kept = db.session.get_one(Issue, issue_id).facts
    photo = ref_of(case.papers["photo"])
    assert kept == f"{{{{exhibit:{photo}}}}} was locked, and {{{{P-1, page 1}}}} says so."  # P-1 is two papers


def test_the_table_of_witnesses_cites_as_well(world: World, client_for: ClientFor) -> None:
    case = dispute(world)
    case.set_paper("iep", page_count=3)
    with case.open() as (row, user):  # as if a hearing were coming
        made = Packet(org_id=row.org_id, case_id=row.id, kind="hearing_exhibits", answers={}, created_by=user.id)
        db.session.add(made)
        db.session.commit()
        packet_id = made.id
    case.choose(packet_id, "iep", "photo")
    client, own = client_for(case.actor), url_of(case, packet_id)
    form = {"exhibit_prefix": "P", "version": str(case.packet(packet_id).version)}
    rows = {"answer_witness_list-0-c0": "Ms. Larch", "answer_witness_list-0-c2": "{{P-1, page 3}}, P-2 and P-3."}
    page = words_of(client.post(f"{own}/details", data={**form, **rows}, follow_redirects=True).text)
    iep, photo = ref_of(case.papers["iep"]), ref_of(case.papers["photo"])
    assert f"{{{{IEP 2025-26 #{iep} page 3}}}}, P-2 and P-3." in page and "There is no exhibit P-3." in page
    form = {"version": str(case.packet(packet_id).version), "back": "details"}
    page = words_of(client.post(f"{own}/references/live", data=form, follow_redirects=True).text)
    kept = f"{{{{exhibit:{iep}#3}}}}, {{{{exhibit:{photo}}}}} and P-3."
    assert case.packet(packet_id).answers["rows"]["witness_list"][0][2] == kept and "now P-2." in page
    with case.open() as (row, _):
        packet = queries.packet(row, packet_id, drafts=True)
        assert packet is not None and queries.gather(row, packet).cited == {iep: "P-1", photo: "P-2"}
        assert citing.troubles(row, packet) == ["Witnesses, row 1: “P-3”: There is no exhibit P-3."]


def test_what_an_exhibit_of_a_packet_shows_cites_another_exhibit(world: World, client_for: ClientFor) -> None:
    case, packet_id = ready(world)
    client, iep = client_for(case.actor), ref_of(case.papers["iep"])
    with case.open() as (row, _):
        found = queries.exhibits_of(queries.packet(row, packet_id, drafts=True))
        photo = next(one.id for one, paper in found if paper.id == case.papers["photo"])

    def save(text: str) -> str:
        form = {f"description-{photo}": text, "version": str(case.packet(packet_id).version)}
        url = f"{url_of(case, packet_id)}/exhibits/arrange"
        return words_of(client.post(url, data=form, follow_redirects=True).text)

    page = save("What {{P-1, page 3}} promises; also P-1, page 2")
    assert f"What {{{{IEP 2025-26 #{iep} page 3}}}} promises" in page and "now P-1, page 3." in page
    turn_round(case, packet_id)
    page = words_of(client.get(url_of(case, packet_id)).text)
    assert "What Exhibit P-2, page 3 promises" in page and "P-1, what it shows" in page
    save("What {{P-2, page 3}} promises; also P-2, page 2")
    live = {"version": str(case.packet(packet_id).version), "back": "exhibits"}
    page = words_of(client.post(f"{url_of(case, packet_id)}/references/live", data=live, follow_redirects=True).text)
    assert "1 made live" in page and f"also {{{{IEP 2025-26 #{iep} page 2}}}}" in page
    case.queue(packet_id)
    made = case.build_here(packet_id)
    index = next(
        page for page in texts(case.bytes_of(made.pdf_sha256)) if "Exhibit index" in page and "promises" in page
    )
    assert "What Exhibit P-2, page 3 (Bates" in " ".join(index.split())
    page = save(f"{{{{IEP #{iep} page 4}}}}")
    assert "P-2 has 3 pages." in page and "A text still cites what is not here" in page
    with case.open() as (row, _):
        packet = queries.packet(row, packet_id, drafts=True)
        assert packet is not None
        (told,) = citing.troubles(row, packet)
    assert told.startswith("P-1, what it shows: “IEP 2025-26”, now P-2, page 4: P-2 has 3 pages.")
