"""Goals of a plan: recorded, corrected, taken over by the next plan, and tied to the evidence that bears on them."""

from __future__ import annotations

import re
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from casemgr.cases.models import Case
from casemgr.evidence.models import EvidenceEntry
from casemgr.extensions import db
from casemgr.goals import queries
from casemgr.goals.models import Goal
from tests.proceedings.kit import hidden, send
from tests.world import Actor, World

READING = "Will read 90 words a minute with 95 percent accuracy."
MATH = "Will solve two-step problems in 8 of 10 tries."


@pytest.fixture
def parent(world: World) -> Actor:
    return world.person()


@pytest.fixture
def case(world: World, parent: Actor, client_for) -> str:
    case_id = world.case(parent)
    plan(client_for(parent), f"/cases/{case_id}", "2025-03-03")
    return f"/cases/{case_id}"


def plan(client, case: str, agreed_on: str) -> None:
    assert send(client, f"{case}/placement/new", agreed_on=agreed_on, school="Larch Street School").status_code == 302


def add(client, case: str, text: str = READING, **more: str):
    fields = {"area": "reading", "text": text, "baseline": "42 in May", "target": "90 in June"}
    newest = re.search(r'<option[^>]*value="([0-9a-f-]{36})"', client.get(f"{case}/goals/new").text)
    assert newest
    return send(client, f"{case}/goals/new", **{"placement": newest[1]} | fields | more)


def goals(world: World, actor: Actor, case: str) -> list[queries.PlanGoals]:
    with world.scope(actor):
        return queries.plans_with_goals(db.session.get_one(Case, UUID(case.rsplit("/", 1)[1])), {"shared"})


def test_without_a_plan_the_page_says_what_to_do_first(world: World, parent: Actor, client_for) -> None:
    client, case = client_for(parent), f"/cases/{world.case(parent)}"
    assert "Record the plan" in client.get(f"{case}/goals").text
    assert client.get(f"{case}/goals/new").location == f"{case}/placement/new"


def test_a_goal_stands_with_its_plan_and_is_corrected_without_losing_what_it_said(
    world: World, parent: Actor, case: str, client_for
) -> None:
    client = client_for(parent)
    add(client, case, MATH, area="math")
    again = add(client, case, begins_on="2025-03-03", ends_on="2026-03-02", again="y")
    assert again.location.startswith(f"{case}/goals/new?") and "checked" in client.get(again.location).text
    [found] = goals(world, parent, case)
    assert [view.goal.text for view in found.goals] == [READING, MATH], "in the order of the areas"
    page = client.get(f"{case}/goals").text
    for words in (READING, "42 in May", "90 in June", "Mar 3, 2025", "Mar 2, 2026", "No evidence yet"):
        assert words in page
    address = f"{case}/goals/{found.goals[0].goal.id}/correct"
    form = hidden(client.get(address).text)
    changed = form | {"area": "reading", "text": READING.replace("90", "100"), "reason": "Read it wrong."}
    assert [client.post(address, data=changed).status_code for _ in range(2)] == [302, 302]
    [found] = goals(world, parent, case)
    assert "100 words" in found.goals[0].goal.text and [row.text for row in found.goals[0].before] == [READING]
    assert client.get(address).location == f"{case}/goals", "what was replaced cannot be corrected again"
    late = client.post(address, data=changed | {"submission": str(uuid4())})
    assert late.status_code == 422 and "was corrected meanwhile" in late.text and "Read it wrong." in late.text
    address = f"{case}/goals/{found.goals[1].goal.id}/correct"
    send(client, address, area="math", text=MATH, is_gone="y", reason="It is of another plan.")
    assert [len(one.goals) for one in goals(world, parent, case)] == [1]


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"text": " "}, "Enter the goal"),
        ({"area": ""}, "Choose the area"),
        ({"area": "magic"}, "Not a valid choice"),
        ({"begins_on": "2026-03-02", "ends_on": "2025-03-02"}, "before the first"),
        ({"ends_on": "soon"}, "Enter a date that exists"),
        ({"text": "x" * 5_001}, "under 5,000 characters"),
        ({"placement": "00000000-0000-0000-0000-000000000000"}, "Not a valid choice"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_kept(
    world: World, parent: Actor, case: str, client_for, typed: dict[str, str], says: str
) -> None:
    answer = add(client_for(parent), case, **typed | {"baseline": "Kept text"})
    assert answer.status_code == 422 and says in answer.text and "Kept text" in answer.text
    assert [one.goals for one in goals(world, parent, case)] == [[]]


def test_the_next_plan_takes_goals_over_once_with_their_evidence(
    world: World, parent: Actor, case: str, client_for
) -> None:
    client = client_for(parent)
    add(client, case)
    add(client, case, MATH, area="math")
    goal = goals(world, parent, case)[0].goals[0].goal.goal_id
    send(
        client,
        f"{case}/evidence/quick/call",
        said="She said the reading groups stopped.",
        happened_on="2025-05-05",
        goals=str(goal),
    )
    plan(client, case, "2025-11-03")
    assert "Take them over" in client.get(f"{case}/goals").text
    newest = goals(world, parent, case)[0].placement.id
    for _ in range(2):
        assert client.post(f"{case}/goals/take-over", data={"plan": str(newest)}).status_code == 302
    after, before = goals(world, parent, case)
    assert [view.goal.goal_id for view in after.goals] == [view.goal.goal_id for view in before.goals]
    assert [view.bearing.entries for view in after.goals] == [1, 0]
    assert client.post(f"{case}/goals/take-over", data={"plan": "x"}).status_code == 400


def test_an_entry_names_its_goals_keeps_them_through_a_correction_and_the_log_is_narrowed_by_one(
    world: World, parent: Actor, case: str, client_for
) -> None:
    client = client_for(parent)
    add(client, case)
    goal = goals(world, parent, case)[0].goals[0].goal
    told = {"kind": "call", "happened_on": "2025-05-05", "visibility": "shared", "goals": str(goal.goal_id)}
    assert re.search(
        rf'checked[^>]*value="{goal.goal_id}"', client.get(f"{case}/evidence/new?goal={goal.goal_id}").text
    )
    send(client, f"{case}/evidence/new", title="No reading group this week", **told)
    send(client, f"{case}/evidence/new", title="Quite another matter", **told | {"goals": ""})
    log = client.get(f"{case}/evidence?goal={goal.goal_id}").text
    assert "No reading group this week" in log and "Quite another matter" not in log and "Reading: Will read 90" in log
    with world.scope(parent):
        entry = db.session.scalar(select(EvidenceEntry.id).where(EvidenceEntry.title == "No reading group this week"))
    page = client.get(f"{case}/evidence/{entry}/correct").text
    send(
        client, f"{case}/goals/{goal.id}/correct", area="reading", text="Of another plan", is_gone="y", reason="A slip"
    )
    page = client.get(f"{case}/evidence/{entry}/correct").text
    assert "Of another plan" in page, "a goal that no plan has any more can be kept"
    new = send(client, f"{case}/evidence/{entry}/correct", title="None", correction_reason="Spelling", **told)
    shown = client.get(new.location).text
    assert "Goals it bears on" in shown and "Of another plan" in shown


def test_nobody_ties_an_entry_to_a_goal_of_another_case(world: World, parent: Actor, case: str, client_for) -> None:
    other = world.person()
    client, elsewhere = client_for(other), f"/cases/{world.case(other)}"
    plan(client, elsewhere, "2025-03-03")
    add(client, elsewhere)
    with world.scope(other):
        goal = db.session.scalar(select(Goal.goal_id))
    told = {"said": "A call", "happened_on": "2025-05-05", "goals": str(goal)}
    assert send(client_for(parent), f"{case}/evidence/quick/call", **told).status_code == 422
