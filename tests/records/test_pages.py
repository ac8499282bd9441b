"""Requests for records: the clock, what came, what is missing, the follow-up."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID, uuid4

from flask.testing import FlaskClient
from sqlalchemy import select

from casemgr.cases.clock import today
from casemgr.cases.models import Case
from casemgr.deadlines.models import Deadline, Fact
from casemgr.extensions import db
from casemgr.records import queries, services
from casemgr.records.models import RecordsException, RecordsRequest
from casemgr.records.services import NewRequest
from tests.documents.paper import add
from tests.world import Actor, World

ClientFor = Callable[[Actor | None], FlaskClient]
ALL = frozenset({"shared", "internal", "privileged", "mediation"})


def day_before(world: World, actor: Actor, case_id: UUID, days: int) -> date:
    with world.scope(actor):
        return today(db.session.get_one(Case, case_id)) - timedelta(days=days)


def request(world: World, actor: Actor, case_id: UUID, days_ago: int = 60, **more: object) -> UUID:
    """Record a request that the school received so many days ago."""
    on = day_before(world, actor, case_id, days_ago)
    with world.scope(actor):
        new = NewRequest("All progress reports, please.", received_on=on, how="email", **more)
        return services.add(db.session.get_one(Case, case_id), new, by=world.user(actor)).id


def test_recording_a_request_starts_the_clock_of_the_state_and_the_federal_one(
    world: World, client_for: ClientFor
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    paper = add(world, parent, case_id, b"please", "request.txt")
    client = client_for(parent)
    on = day_before(world, parent, case_id, 5)
    form = {
        "submission": str(uuid4()),
        "words": "Please send all progress reports.",
        "asked_by": "Rosalind Samplewood",
        "asked_of": "The principal",
        "kinds": ["progress_report", "iep"],
        "first_year": str(on.year - 1),
        "on_date": on.isoformat(),
        "how": "email",
        "document_id": str(paper),
    }
    assert client.post(f"/cases/{case_id}/records/new", data=form | {"on_date": ""}).status_code == 422
    for _twice in range(2):
        answer = client.post(f"/cases/{case_id}/records/new", data=form)
        assert answer.status_code == 302
    with world.scope(parent):
        row = db.session.scalars(select(RecordsRequest).where(RecordsRequest.case_id == case_id)).one()
        fact = db.session.scalars(select(Fact).where(Fact.case_id == case_id)).one()
        due = {
            one.rule_id: one.nominal for one in db.session.scalars(select(Deadline).where(Deadline.case_id == case_id))
        }
    assert (row.fact_id, fact.kind, fact.on_date, fact.document_id) == (fact.id, "records_requested", on, paper)
    assert due["ma-records"] == on + timedelta(days=10)
    assert on + timedelta(days=45) in due.values()
    page = client.get(answer.location).text
    assert "Please send all progress reports." in page and "603 CMR 23.07(2)" in page and "34 CFR 300.613" in page
    assert "The school still has time." in page and "Ways on" not in page
    assert "Record a request" in client.get(f"/cases/{case_id}/records").text


def test_when_the_time_is_over_the_page_says_so_and_names_the_ways_of_the_tables(
    world: World, client_for: ClientFor
) -> None:
    parent = world.person()
    case_id = world.case(parent)
    row = request(world, parent, case_id, 60, kinds=("progress_report",), asked_of="The records office")
    client = client_for(parent)
    page = client.get(f"/cases/{case_id}/records/{row}").text
    assert "The time is over" in page and "Follow-up letter" in page
    assert "File a State complaint" in page and "34 CFR 99.64(c)" in page
    assert "violation" not in page.replace("180 days of the violation", "")
    letter = client.get(f"/cases/{case_id}/records/{row}/letter").text
    assert "the time to give access to the records ended on" in letter and "603 CMR 23.07(2)" in letter
    assert "The records office" in letter
    assert "All progress reports, please." in letter and "I have not found these" in letter
    on = day_before(world, parent, case_id, 1).isoformat()
    done = {"on_date": on, "submission": str(uuid4())}
    assert client.post(f"/cases/{case_id}/records/{row}/answered", data={"on_date": ""}).status_code == 422
    for _twice in range(2):
        assert client.post(f"/cases/{case_id}/records/{row}/answered", data=done).status_code == 302
    page = client.get(f"/cases/{case_id}/records/{row}").text
    assert "The school gave the records." in page and "The time is over" not in page


def test_a_case_under_section_504_is_not_sent_to_the_state(world: World, client_for: ClientFor) -> None:
    parent = world.person()
    case_id = world.case(parent, track="section_504", plan="section_504")
    row = request(world, parent, case_id)
    page = client_for(parent).get(f"/cases/{case_id}/records/{row}").text
    assert "The time is over" in page and "File a State complaint" not in page


def test_papers_received_since_are_proposed_and_linked_by_a_tick(world: World, client_for: ClientFor) -> None:
    parent = world.person()
    case_id = world.case(parent)
    before, since = (day_before(world, parent, case_id, days) for days in (90, 3))
    old = add(world, parent, case_id, b"1", "1.txt", title="Old report", kind="progress_report", received_on=before)
    new = add(world, parent, case_id, b"2", "2.txt", title="New report", kind="progress_report", received_on=since)
    add(world, parent, case_id, b"3", "3.txt", title="A letter", kind="letter", received_on=since)
    row = request(world, parent, case_id, 60, kinds=("progress_report",))
    client = client_for(parent)
    page = client.get(f"/cases/{case_id}/records/{row}").text
    (proposed,) = [part.split("</label>")[0] for part in page.split('<label class="form-check-label" for="came-')[1:]]
    assert "New report" in proposed
    for _twice in range(2):
        client.post(f"/cases/{case_id}/records/{row}/arrived", data={"paper": [str(new), "nonsense"]})
    with world.scope(parent):
        case = db.session.get_one(Case, case_id)
        asked = queries.asked(case, queries.request_of(case, row), ALL)
        assert [paper.id for paper in asked.arrived] == [new]
    client.post(f"/cases/{case_id}/records/{row}/arrived/{new}/remove")
    client.post(f"/cases/{case_id}/records/{row}/arrived", data={"paper": str(old)})
    assert "Old report" in client.get(f"/cases/{case_id}/records/{row}").text, "a person may link any paper"


def test_the_table_shows_gaps_and_what_is_not_expected(world: World, client_for: ClientFor) -> None:
    lawyer = world.person("attorney", "firm")
    case_id = world.case(lawyer)
    day = day_before(world, lawyer, case_id, 0)
    start = day.year - (2 if day.month >= 7 else 3)
    add(world, lawyer, case_id, b"1", "1.txt", kind="iep", document_on=date(start, 10, 1), visibility="internal")
    add(world, lawyer, case_id, b"2", "2.txt", kind="letter")
    client, guest = client_for(lawyer), client_for(world.guest(case_id, lawyer.org_id))
    page = client.get(f"/cases/{case_id}/records/missing").text
    assert f"{start}–{(start + 1) % 100:02d}" in page and "quarter 4" in page and "1 paper without a date" in page
    assert f"since={start}-07-01" in page, "a held cell leads to its papers"
    assert (
        f'since={start}-07-01&amp;until={start + 1}-06-30">1 paper'
        not in guest.get(f"/cases/{case_id}/records/missing").text
    )
    address = f"/cases/{case_id}/records/missing/progress_report?since={start}-07-01&until={start + 1}-06-30"
    form = {"first_on": f"{start}-07-01", "last_on": f"{start + 1}-06-30", "reason": "Home-schooled that year."}
    assert client.post(address, data=form | {"reason": ""}).status_code == 422
    for _twice in range(2):
        assert client.post(address, data=form).status_code == 302
    page = client.get(f"/cases/{case_id}/records/missing").text
    assert page.count("Home-schooled that year.") == 1 and "not expected" in page
    client.post(f"/cases/{case_id}/records/terms", data={"count": "2"})
    assert "semester 2" in client.get(f"/cases/{case_id}/records/missing").text
    with world.scope(lawyer):
        one = db.session.scalars(select(RecordsException.id).where(RecordsException.case_id == case_id)).one()
    client.post(f"/cases/{case_id}/records/exceptions/{one}/remove")
    assert "Home-schooled" not in client.get(f"/cases/{case_id}/records/missing").text


def test_two_people_who_edit_a_request_do_not_overwrite_each_other(world: World, client_for: ClientFor) -> None:
    parent = world.person()
    case_id = world.case(parent)
    row = request(world, parent, case_id)
    client = client_for(parent)
    form = {"words": "Everything.", "version": "1", "kinds": ["iep"]}
    assert client.post(f"/cases/{case_id}/records/{row}/edit", data=form).status_code == 302
    stale = client.post(f"/cases/{case_id}/records/{row}/edit", data=form | {"words": "Mine."})
    assert stale.status_code == 409 and "Everything." in stale.text and "Mine." in stale.text


def test_a_request_whose_day_was_taken_back_says_so(world: World, client_for: ClientFor) -> None:
    parent = world.person()
    case_id = world.case(parent)
    row = request(world, parent, case_id)
    client = client_for(parent)
    with world.scope(parent):
        fact = db.session.scalars(select(Fact.id).where(Fact.case_id == case_id)).one()
    client.post(
        f"/cases/{case_id}/facts/{fact}/retract", data={"reason": "It was never sent.", "submission": str(uuid4())}
    )
    page = client.get(f"/cases/{case_id}/records/{row}").text
    assert "The day that starts the clock was taken back." in page


ROUTES = [
    ("GET", "", "read"),
    ("GET", "/missing", "read"),
    ("GET", "/{row}", "read"),
    ("GET", "/new", "edit"),
    ("POST", "/new", "edit"),
    ("GET", "/{row}/edit", "edit"),
    ("POST", "/{row}/edit", "edit"),
    ("GET", "/{row}/letter", "edit"),
    ("POST", "/{row}/arrived", "edit"),
    ("POST", "/{row}/arrived/{other}/remove", "edit"),
    ("POST", "/{row}/answered", "edit"),
    ("POST", "/terms", "edit"),
    ("GET", "/missing/iep", "edit"),
    ("POST", "/missing/iep", "edit"),
    ("POST", "/exceptions/{row}/remove", "edit"),
]


def test_doors(world: World, client_for: ClientFor) -> None:
    lawyer = world.person("attorney", "firm")
    case_id, other = world.case(lawyer), world.case(lawyer)
    row = request(world, lawyer, case_id)
    stranger, own = client_for(None), client_for(lawyer)
    outside = [
        client_for(one) for one in (world.guest(other, lawyer.org_id, "attorney"), world.person("owner", "firm"))
    ]
    readers = [client_for(world.guest(case_id, lawyer.org_id, role)) for role in ("viewer", "parent")]
    for method, path, permission in ROUTES:
        below = f"records{path.format(row=row, other=uuid4())}"
        address = f"/cases/{case_id}/{below}"
        answer = stranger.open(address, method=method)
        assert answer.status_code == 302 and "/sign-in" in answer.location, address
        assert {one.open(address, method=method).status_code for one in outside} == {404}, address
        expected = 200 if permission == "read" else 403
        assert {one.open(address, method=method).status_code for one in readers} == {expected}, address
        if "{row}" in path:  # a request of another case
            assert own.open(f"/cases/{other}/{below}", method=method).status_code == 404, address
