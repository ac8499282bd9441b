"""The home page of a case: where it stands, what is next, and nothing that the reader may not see."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

import pytest

from casemgr.cases.clock import today_in
from casemgr.deadlines.models import Deadline, Fact
from casemgr.documents.models import Document
from casemgr.evidence.models import EvidenceEntry
from casemgr.extensions import db
from casemgr.issues.models import Issue
from casemgr.plans.models import Placement
from casemgr.proceedings.models import Proceeding, StageMove
from tests.world import Actor, World

HASH = "0" * 64
TODAY = today_in("America/New_York")


def paper(actor: Actor, case_id: UUID, title: str, visibility: str = "shared", number: int = 0) -> Document:
    return Document(
        org_id=actor.org_id,
        case_id=case_id,
        title=title,
        kind="letter",
        visibility=visibility,
        original_name="a.pdf",
        sha256=f"{number:064x}",
        size=1,
        media_type="application/pdf",
        family="pdf",
    )


def entry(actor: Actor, case_id: UUID, title: str, number: int, on: date, **more: object) -> EvidenceEntry:
    return EvidenceEntry(
        org_id=actor.org_id,
        case_id=case_id,
        number=number,
        kind="call",
        happened_on=on,
        title=title,
        previous_hash=HASH,
        hash=HASH,
        **more,
    )


def deadline(owner: Actor, case_id: UUID, fact: Fact, title: str, on: date | None, **more: object) -> Deadline:
    values = {"actor": "parent", "state": "open", "verification": "V"} | more
    return Deadline(
        org_id=owner.org_id,
        case_id=case_id,
        key=f"{title}:{fact.id}",
        rule_id="some-rule",
        title=title,
        citation="34 CFR 300.512(a)(3)",
        fact_id=fact.id,
        nominal=on,
        act_by=on,
        late_after=on,
        **values,
    )


def fact(
    actor: Actor, case_id: UUID, kind: str = "evaluation_requested", on: date = date(2026, 1, 8), **more: object
) -> Fact:
    row = Fact(org_id=actor.org_id, case_id=case_id, kind=kind, on_date=on, **more)
    db.session.add(row)
    db.session.flush()
    return row


def test_a_new_case_says_where_it_stands_and_what_to_do_first(world: World, client_for):
    actor = world.person()
    case_id = world.case(actor)
    page = client_for(actor).get(f"/cases/{case_id}").text
    for words in (
        "<strong>Concern raised</strong>: something is wrong and it is written down",
        "What to do next",
        "Add the IEP",
        "Record what you asked for, and when",
        "Put your concern in the evidence log",
        "Juniper Example",
        "Larch Street School",
        "Reading has not moved for a year.",
        "No date within a year.",
        "No paper yet.",
    ):
        assert words in page


@pytest.mark.parametrize(
    ("plan", "words"), [("section_504", "Add the 504 plan"), ("none", "Add the first paper"), ("iep", "Add the IEP")]
)
def test_the_first_paper_to_add_follows_the_plan(world, client_for, plan, words):
    actor = world.person()
    assert words in client_for(actor).get(f"/cases/{world.case(actor, plan=plan)}").text


def test_the_next_dates_are_the_five_soonest_with_their_law_and_who_must_act(world, client_for):
    actor = world.person()
    case_id = world.case(actor)
    with world.scope(actor):
        started = fact(actor, case_id)
        for days in range(7, 0, -1):
            on = TODAY + timedelta(days=days * 3)
            db.session.add(deadline(actor, case_id, started, f"Duty {days}", on, actor="lea"))
        db.session.add(deadline(actor, case_id, started, "Met long ago", TODAY, state="met"))
        db.session.add(deadline(actor, case_id, started, "Cannot be counted", None))
        db.session.commit()
    page = client_for(actor).get(f"/cases/{case_id}").text
    assert [f"Duty {days}" in page for days in range(1, 8)] == [True] * 5 + [False] * 2
    assert "in 3 days" in page
    assert "The school district (LEA) acts" in page
    assert "34 CFR 300.512(a)(3)" in page
    assert "Met long ago" not in page
    assert "Cannot be counted" not in page


def test_a_date_of_ours_that_is_near_is_the_first_thing_to_do(world, client_for):
    actor = world.person()
    case_id = world.case(actor)
    with world.scope(actor):
        started = fact(actor, case_id)
        db.session.add(deadline(actor, case_id, started, "Answer the notice", TODAY + timedelta(days=2)))
        db.session.commit()
    page = client_for(actor).get(f"/cases/{case_id}").text
    steps = page[page.index('class="next-steps"') : page.index("</ol>", page.index('class="next-steps"'))]
    assert steps.index("Answer the notice") < steps.index("Add the IEP")
    assert "in 2 days" in steps


def test_an_issue_without_evidence_is_pointed_out(world, client_for):
    actor = world.person()
    case_id = world.case(actor)
    with world.scope(actor):
        db.session.add(paper(actor, case_id, "IEP"))
        db.session.add(entry(actor, case_id, "A call", 1, date(2026, 2, 1)))
        fact(actor, case_id)
        db.session.add(Issue(org_id=actor.org_id, case_id=case_id, number=1, title="Late evaluation", law="idea"))
        db.session.commit()
    assert "Find evidence for “Late evaluation”" in client_for(actor).get(f"/cases/{case_id}").text


def test_a_client_of_a_firm_is_told_only_what_they_may_do(world, client_for):
    owner = world.person("owner", "firm")
    case_id = world.case(owner)
    client = world.person("parent", "firm", owner.org_id)
    page = client_for(client).get(f"/cases/{case_id}").text
    assert "Add the IEP" in page
    assert "Record what you asked for" not in page
    assert f"/cases/{case_id}/edit" not in page


def test_the_newest_papers_and_entries_leave_out_what_the_reader_may_not_see(world, client_for):
    owner = world.person("owner", "firm")
    case_id = world.case(owner)
    with world.scope(owner):
        for number, visibility in enumerate(("shared", "internal", "privileged", "mediation")):
            db.session.add(paper(owner, case_id, f"Paper {visibility}", visibility, number))
            db.session.add(
                entry(owner, case_id, f"Entry {visibility}", number + 1, date(2026, 2, 1), visibility=visibility)
            )
        trashed = paper(owner, case_id, "Paper in the bin", number=9)
        trashed.trashed_at = trashed.uploaded_at
        db.session.commit()
    seen = {"owner": {"shared", "internal", "privileged", "mediation"}, "parent": {"shared", "mediation"}}
    seen |= {"viewer": {"shared"}}
    for role, visible in seen.items():
        actor = owner if role == "owner" else world.person(role, "firm", owner.org_id)
        for path in (f"/cases/{case_id}", "/"):
            page = client_for(actor).get(path).text
            for visibility in ("shared", "internal", "privileged", "mediation"):
                assert (f"Paper {visibility}" in page) is (visibility in visible), (role, path, visibility)
                assert (f"Entry {visibility}" in page) is (visibility in visible), (role, path, visibility)


def test_what_was_corrected_or_undone_is_not_among_the_newest_events(world, client_for):
    actor = world.person()
    case_id = world.case(actor)
    own = {"org_id": actor.org_id, "case_id": case_id}
    with world.scope(actor):
        first = entry(actor, case_id, "Call with a wrong date", 1, date(2026, 3, 1))
        db.session.add(first)
        db.session.flush()
        db.session.add(entry(actor, case_id, "Call on the right date", 2, date(2026, 3, 2), supersedes_id=first.id))
        wrong = fact(actor, case_id, "hearing_held")
        db.session.add(
            Fact(**own, kind="hearing_held", on_date=wrong.on_date, corrects_id=wrong.id, is_retraction=True)
        )
        move = StageMove(**own, event="x", from_stage="concern_raised", to_stage="closed", on_date=date(2026, 3, 3))
        db.session.add(move)
        db.session.flush()
        db.session.add(
            StageMove(
                **own,
                event="correction",
                from_stage="closed",
                to_stage="concern_raised",
                on_date=date(2026, 3, 3),
                corrects_id=move.id,
            )
        )
        db.session.commit()
    page = client_for(actor).get(f"/cases/{case_id}").text
    assert "Call on the right date" in page
    assert "Call with a wrong date" not in page
    assert "Stage: Closed" not in page


def test_the_map_marks_what_the_law_opens_and_not_what_it_warns_about(world, client_for):
    actor = world.person()
    page = client_for(actor).get(f"/cases/{world.case(actor)}").text
    stages = page[page.index('class="stage-list"') :].split("</ol>")[0].split("<li")
    said = {
        name: next(one for one in stages if f">{name}<" in one) for name in ("Team meeting", "Civil action", "Closed")
    }
    assert "Possible next step" in said["Team meeting"]
    assert "Not yet" in said["Civil action"]
    assert "Not yet" in said["Closed"]


def test_stay_put_shows_on_every_page_of_the_case(world, client_for):
    actor = world.person()
    case_id = world.case(actor, stage="due_process")
    own = {"org_id": actor.org_id, "case_id": case_id}
    with world.scope(actor):
        forum = Proceeding(**own, kind="due_process", step="filed", opened_on=date(2026, 10, 1))
        db.session.add(forum)
        db.session.add(Placement(**own, agreed_on=date(2026, 1, 5), school="Larch Street School"))
        db.session.flush()
        db.session.add(
            Fact(
                **own,
                kind="due_process_complaint_filed",
                on_date=date(2026, 10, 1),
                by_party="parent",
                proceeding_id=forum.id,
            )
        )
        db.session.commit()
    client = client_for(actor)
    for path in ("", "/people", "/edit"):
        page = client.get(f"/cases/{case_id}{path}").text
        assert "Stay-put is in force" in page, path
        assert "34 CFR 300.518" in page
        assert page.count("in force since") == 1
    other = world.case(actor, student="Other Student")
    assert "Stay-put is in force" not in client.get(f"/cases/{other}").text


def test_a_closed_case_asks_for_nothing(world, client_for):
    actor = world.person()
    page = client_for(actor).get(f"/cases/{world.case(actor, stage='closed')}").text
    assert "This case is closed." in page
    assert "Add the IEP" not in page


def test_the_sample_says_so_and_is_removed_with_everything_in_it(world, client_for):
    actor = world.person()
    sample, own = world.case(actor, is_sample=True, student="Sam Sample"), world.case(actor)
    with world.scope(actor):
        db.session.add(paper(actor, sample, "IEP"))
        db.session.commit()
    client = client_for(actor)
    page = client.get(f"/cases/{sample}").text
    assert "Remove the sample case" in page
    assert f'action="/cases/{sample}/remove-sample"' in page  # one click
    assert "Remove it now" not in client.get(f"/cases/{own}").text
    assert "Remove the sample case?" in client.get(f"/cases/{sample}/remove-sample").text
    assert client.post(f"/cases/{sample}/remove-sample").location == "/"
    page = client.get("/").text
    assert "Sam Sample" not in page
    assert "The sample case is gone." in page
    assert client.get(f"/cases/{sample}").status_code == 404
    assert client.get(f"/cases/{own}").status_code == 200


def test_a_real_case_is_never_removed_as_a_sample(world, client_for):
    actor = world.person()
    case_id = world.case(actor)
    assert client_for(actor).post(f"/cases/{case_id}/remove-sample").status_code == 404
    assert client_for(actor).get(f"/cases/{case_id}").status_code == 200


def test_what_the_district_is_late_with_does_not_crowd_out_our_own_date(world: World, client_for):
    actor = world.person()
    case_id = world.case(actor)
    with world.scope(actor):
        began = fact(actor, case_id, "records_requested", TODAY - timedelta(days=90))
        for number in range(6):
            row = deadline(actor, case_id, began, f"Late duty {number}", TODAY - timedelta(days=60 - number))
            row.actor = "lea"
            db.session.add(row)
        ours = deadline(actor, case_id, began, "Answer the proposed IEP", TODAY + timedelta(days=18))
        ours.actor = "parent"
        db.session.add(ours)
        db.session.commit()
    page = client_for(actor).get(f"/cases/{case_id}").text
    assert "Answer the proposed IEP" in page
    assert "Late duty 0" in page
    assert page.index("Answer the proposed IEP") < page.index("Late duty 0")
