"""The pages of moves and proceedings, as a person meets them."""

from __future__ import annotations

from datetime import date, timedelta

from casemgr.cases.clock import today
from casemgr.cases.models import Case
from casemgr.deadlines.queries import all_facts, current_facts
from casemgr.deadlines.services import NewFact, record_fact
from casemgr.extensions import db
from casemgr.law.terms import FactKind
from casemgr.plans.queries import stay_put_of
from tests.proceedings.kit import DAY, hidden, moves, proceedings, send, stage
from tests.world import World


def test_from_team_meeting_to_mediation_by_form(world: World, client_for) -> None:
    actor = world.person(name="Dana Example")
    case_id, client = world.case(actor), client_for(actor)
    answer = send(client, f"/cases/{case_id}/move/ask_for_team_meeting", on_date="2026-01-20", how="email")
    assert answer.location == f"/cases/{case_id}"
    answer = send(
        client,
        f"/cases/{case_id}/move/request_mediation",
        on_date="2026-02-10",
        how="mail",
        filed_by="parent",
        forum="BSEA mediation",
        docket_number="M-26-17",
    )
    assert answer.location == f"/cases/{case_id}"
    assert stage(world, actor, case_id) == "mediation"
    rows = moves(world, actor, case_id)
    assert [(row.event, row.on_date, row.moved_by_name) for row in rows] == [
        ("ask_for_team_meeting", date(2026, 1, 20), "Dana Example"),
        ("request_mediation", date(2026, 2, 10), "Dana Example"),
    ]
    kinds = {row.kind: row for row in proceedings(world, actor, case_id)}
    assert (kinds["mediation"].forum, kinds["mediation"].docket_number) == ("BSEA mediation", "M-26-17")
    with world.scope(actor):
        facts = current_facts(db.session.get_one(Case, case_id))
        assert [(fact.kind, fact.how, fact.by_party) for fact in facts] == [
            ("meeting_requested", "email", "parent"),
            ("mediation_requested", "mail", "parent"),
        ]
        assert facts[1].proceeding_id == kinds["mediation"].id
    history = client.get(f"/cases/{case_id}/history").text
    assert "Team meeting → Mediation" in history and "34 CFR 300.506" in history and "M-26-17" in history


def test_a_district_can_be_the_one_who_files(world: World, client_for) -> None:
    actor = world.person()
    case_id = world.case(actor)
    send(client_for(actor), f"/cases/{case_id}/move/file_due_process_complaint", on_date=DAY, filed_by="lea")
    (row,) = proceedings(world, actor, case_id)
    assert (row.kind, row.filed_by) == ("due_process", "lea")


def test_a_warning_asks_for_a_reason_which_the_history_keeps(world: World, client_for) -> None:
    actor = world.person()
    case_id, client = world.case(actor), client_for(actor)
    with world.scope(actor):
        fact = NewFact(FactKind.ACTION_KNOWN, date(2023, 1, 10))
        record_fact(db.session.get_one(Case, case_id), fact, by=world.user(actor))
    address = f"/cases/{case_id}/move/file_due_process_complaint"
    refused = send(client, address, on_date=DAY, filed_by="parent", docket_number="Typed before")
    assert refused.status_code == 422
    assert "seems to have run out" in refused.text and "say why; the reason is kept" in refused.text
    assert "Typed before" in refused.text and stage(world, actor, case_id) == "concern_raised"
    done = client.post(
        address,
        data=hidden(refused.text) | {"on_date": DAY, "filed_by": "parent", "override_reason": "They hid the report."},
    )
    assert done.status_code == 302
    (row,) = moves(world, actor, case_id)
    assert row.override_reason == "They hid the report." and row.warnings
    history = client.get(f"/cases/{case_id}/history").text
    assert "They hid the report." in history and "seems to have run out" in history


def test_a_refused_path_shows_its_reasons_and_no_form(world: World, client_for) -> None:
    actor = world.person(state="NH")
    case_id, client = world.case(actor, state="NH", track="section_504", plan="section_504"), client_for(actor)
    address = f"/cases/{case_id}/move/file_due_process_complaint"
    page = client.get(address)
    assert "own Section 504 hearing" in page.text and "Record it" not in page.text
    sent = client.post(address, data={"on_date": DAY, "seen_newest": "0", "filed_by": "parent"})
    assert sent.status_code == 422 and not moves(world, actor, case_id)


def test_what_cannot_be_is_said_beside_its_field(world: World, client_for) -> None:
    actor = world.person()
    case_id, client = world.case(actor), client_for(actor)
    address = f"/cases/{case_id}/move/ask_for_team_meeting"
    with world.scope(actor):
        tomorrow = today(db.session.get_one(Case, case_id)) + timedelta(days=1)
    for typed, says in [
        (str(tomorrow), "still to come"),
        ("2026-02-31", "Enter a date that exists"),
        ("", "Enter the day it happened"),
        ("1990-01-01", "before the student was born"),
    ]:
        answer = send(client, address, on_date=typed, forum="Kept text")
        assert answer.status_code == 422 and says in answer.text and "Kept text" in answer.text
    assert send(client, address, on_date=DAY, docket_number="9" * 81).status_code == 422
    assert client.get(f"/cases/{case_id}/move/fly_away").status_code == 404
    assert not moves(world, actor, case_id)


def test_control_characters_in_a_text_do_no_harm(world: World, client_for) -> None:
    actor = world.person()
    case_id = world.case(actor)
    answer = send(client_for(actor), f"/cases/{case_id}/move/ask_for_team_meeting", on_date=DAY, forum="A\x00B\x07C")
    assert answer.status_code == 302
    assert proceedings(world, actor, case_id)[0].forum == "ABC"


def test_the_same_form_sent_twice_moves_once(world: World, client_for) -> None:
    actor = world.person()
    case_id, client = world.case(actor), client_for(actor)
    for event in ("request_mediation", "withdraw"):
        address = f"/cases/{case_id}/move/{event}"
        data = hidden(client.get(address).text) | {"on_date": DAY, "filed_by": "parent", "reason": "Enough."}
        answers = [client.post(address, data=data) for _ in range(2)]
        assert [answer.status_code for answer in answers] == [302, 302]
        assert {answer.location for answer in answers} == {f"/cases/{case_id}"}
    assert [row.event for row in moves(world, actor, case_id)] == ["request_mediation", "withdraw"]
    assert len(proceedings(world, actor, case_id)) == 1


def test_a_page_opened_before_the_case_moved_is_told_so(world: World, client_for) -> None:
    actor = world.person()
    case_id, client = world.case(actor), client_for(actor)
    address = f"/cases/{case_id}/move/ask_for_team_meeting"
    stale = hidden(client.get(address).text)
    send(client, f"/cases/{case_id}/move/request_mediation", on_date=DAY, filed_by="parent")
    answer = client.post(address, data=stale | {"on_date": DAY, "docket_number": "Typed before"})
    assert answer.status_code == 409
    assert "The case has moved since you opened this page" in answer.text and "“Mediation”" in answer.text
    assert "Typed before" in answer.text
    assert [row.event for row in moves(world, actor, case_id)] == ["request_mediation"]
    again = client.post(address, data=hidden(answer.text) | {"on_date": DAY})
    assert again.status_code == 302
    assert moves(world, actor, case_id)[-1].to_stage == "mediation", "a meeting beside the mediation"


def test_a_step_that_is_gone_answers_409_in_plain_words(world: World, client_for) -> None:
    actor = world.person()
    case_id, client = world.case(actor), client_for(actor)
    send(client, f"/cases/{case_id}/move/request_mediation", on_date=DAY, filed_by="parent")
    address = f"/cases/{case_id}/move/withdraw"
    stale = hidden(client.get(address).text)
    send(client, f"/cases/{case_id}/move/record_agreement", on_date=DAY)
    answer = client.post(address, data=stale | {"on_date": DAY, "reason": "Enough."})
    assert answer.status_code == 409
    assert "The case has moved since this page was opened" in answer.text
    assert client.get(address).status_code == 409


def test_an_undone_move_stays_in_the_history_beside_its_correction(world: World, client_for) -> None:
    actor = world.person()
    case_id, client = world.case(actor), client_for(actor)
    send(client, f"/cases/{case_id}/move/ask_for_team_meeting", on_date=DAY)
    (row,) = moves(world, actor, case_id)
    address = f"/cases/{case_id}/history/{row.id}/undo"
    assert "Undo this move" in client.get(f"/cases/{case_id}/history").text
    empty = client.post(address, data={"reason": " "})
    assert empty.status_code == 422 and "Say what was wrong" in empty.text
    assert client.post(address, data={"reason": "Wrong child."}).location == f"/cases/{case_id}/history"
    assert client.post(address, data={"reason": "Wrong child."}).location == f"/cases/{case_id}/history"
    assert stage(world, actor, case_id) == "concern_raised"
    assert [row.event for row in moves(world, actor, case_id)] == ["ask_for_team_meeting", "correction"]
    history = client.get(f"/cases/{case_id}/history").text
    assert "Correction: back to Concern raised" in history and "Wrong child." in history
    assert "Replaced by a correction" in history and "Undo this move" not in history


def test_undoing_a_mistaken_withdrawal_puts_stay_put_back_in_force(world: World, client_for) -> None:
    actor = world.person()
    case_id, client = world.case(actor), client_for(actor)
    send(client, f"/cases/{case_id}/move/file_due_process_complaint", on_date=DAY, filed_by="parent")
    (row,) = proceedings(world, actor, case_id)
    page = f"/cases/{case_id}/proceedings/{row.id}"
    send(client, page, fact="due_process_complaint_received", on_date="2026-03-04")
    send(client, f"/cases/{case_id}/move/withdraw", on_date="2026-04-01", reason="Enough.")
    assert "Stay-put is in force" not in client.get(f"/cases/{case_id}").text
    client.post(
        f"/cases/{case_id}/history/{moves(world, actor, case_id)[-1].id}/undo", data={"reason": "Another family’s."}
    )
    (row,) = proceedings(world, actor, case_id)
    assert (row.step, row.ended_on, row.outcome) == ("resolution_period", None, "")
    assert stage(world, actor, case_id) == "due_process"
    assert "Stay-put is in force since March 2, 2026" in client.get(f"/cases/{case_id}").text
    with world.scope(actor):
        case = db.session.get_one(Case, case_id)
        assert "proceeding_withdrawn" not in [fact.kind for fact in current_facts(case)]
        assert "proceeding_withdrawn" in [fact.kind for fact in all_facts(case)], "kept, with its retraction"


def test_only_the_newest_move_can_be_undone(world: World, client_for) -> None:
    actor = world.person()
    case_id, client = world.case(actor), client_for(actor)
    send(client, f"/cases/{case_id}/move/ask_for_team_meeting", on_date=DAY)
    send(client, f"/cases/{case_id}/move/request_mediation", on_date=DAY, filed_by="parent")
    first = moves(world, actor, case_id)[0]
    answer = client.post(f"/cases/{case_id}/history/{first.id}/undo", data={"reason": "Wrong."})
    assert answer.status_code == 422 and "Only the newest move can be undone" in answer.text


def test_a_proceeding_page_records_its_next_step(world: World, client_for) -> None:
    actor = world.person()
    case_id, client = world.case(actor), client_for(actor)
    send(client, f"/cases/{case_id}/move/request_mediation", on_date=DAY, filed_by="parent")
    (row,) = proceedings(world, actor, case_id)
    address = f"/cases/{case_id}/proceedings/{row.id}"
    fields = {"fact": "mediation_agreed", "on_date": "2026-03-09", "how": "email", "note": "By the chair’s e-mail."}
    page = client.get(address).text
    data = hidden(page) | fields
    assert client.post(address, data=data).location == address
    assert client.post(address, data=data).location == address, "the same form twice"
    shown = client.get(address).text
    assert "Agreed to mediate" in shown and "By the chair’s e-mail." in shown
    with world.scope(actor):
        facts = [fact.kind for fact in all_facts(db.session.get_one(Case, case_id))]
        assert facts == ["mediation_agreed", "mediation_requested"]


def test_a_step_that_cannot_come_next_is_refused_in_plain_words(world: World, client_for) -> None:
    actor = world.person()
    case_id, client = world.case(actor), client_for(actor)
    send(client, f"/cases/{case_id}/move/request_mediation", on_date=DAY, filed_by="parent")
    (row,) = proceedings(world, actor, case_id)
    address = f"/cases/{case_id}/proceedings/{row.id}"
    for fact, says in [
        ("mediation_agreement", "This cannot come next"),
        ("nonsense", "This cannot come next"),
        ("", "Choose what happened"),
    ]:
        answer = send(client, address, fact=fact, on_date=DAY)
        assert answer.status_code == 422 and says in answer.text
    late = send(client, address, fact="mediation_agreed", on_date="2999-01-01", note="Kept text")
    assert late.status_code == 422 and "still to come" in late.text and "Kept text" in late.text


def test_a_step_dated_before_what_it_follows_is_asked_about_and_kept_with_a_reason(world: World, client_for) -> None:
    actor = world.person()
    case_id, client = world.case(actor), client_for(actor)
    send(client, f"/cases/{case_id}/move/request_mediation", on_date=DAY, filed_by="parent")
    (row,) = proceedings(world, actor, case_id)
    address = f"/cases/{case_id}/proceedings/{row.id}"
    told = {"fact": "mediation_agreed", "on_date": "2026-01-09", "note": "Kept text"}
    asked = send(client, address, **told)
    assert asked.status_code == 422 and "which is later" in asked.text and "Kept text" in asked.text
    done = client.post(address, data=hidden(asked.text) | told | {"kept_because": "They had offered it before."})
    assert done.status_code == 302
    with world.scope(actor):
        (fact,) = [one for one in all_facts(db.session.get_one(Case, case_id)) if one.kind == "mediation_agreed"]
        assert fact.kept_because == "They had offered it before." and fact.contradictions


def test_a_session_may_be_set_for_a_later_day(world: World, client_for) -> None:
    actor = world.person()
    case_id, client = world.case(actor), client_for(actor)
    send(client, f"/cases/{case_id}/move/request_mediation", on_date=DAY, filed_by="parent")
    (row,) = proceedings(world, actor, case_id)
    address = f"/cases/{case_id}/proceedings/{row.id}"
    send(client, address, fact="mediation_agreed", on_date=DAY)
    with world.scope(actor):
        ahead = today(db.session.get_one(Case, case_id)) + timedelta(days=30)
    assert send(client, address, fact="mediation_scheduled", on_date=str(ahead)).status_code == 302


def test_an_end_recorded_on_the_proceedings_page_is_not_asked_again_when_the_case_goes_on(
    world: World, client_for
) -> None:
    actor = world.person()
    case_id, client = world.case(actor), client_for(actor)
    send(client, f"/cases/{case_id}/move/request_mediation", on_date=DAY, filed_by="parent")
    send(client, f"/cases/{case_id}/move/file_state_complaint", on_date=DAY)
    by_kind = {row.kind: row for row in proceedings(world, actor, case_id)}
    assert stage(world, actor, case_id) == "state_complaint" and set(by_kind) == {"mediation", "state_complaint"}
    address = f"/cases/{case_id}/proceedings/{by_kind['state_complaint'].id}"
    send(client, address, fact="state_complaint_received", on_date="2026-03-04")
    send(client, address, fact="state_complaint_decided", on_date="2026-04-30")
    assert "This proceeding is over, and the case still stands here" in client.get(address).text
    page = client.get(f"/cases/{case_id}/move/record_decision")
    assert "On record already" in page.text and "April 30, 2026" in page.text and 'value="2026-04-30"' in page.text
    send(client, f"/cases/{case_id}/move/record_decision", on_date="2026-04-30")
    assert stage(world, actor, case_id) == "monitoring"
    with world.scope(actor):
        kinds = [fact.kind for fact in current_facts(db.session.get_one(Case, case_id))]
        assert kinds.count("state_complaint_decided") == 1
    still_open = {row.kind for row in proceedings(world, actor, case_id) if row.ended_on is None}
    assert still_open == {"mediation"}, "what ran beside it was not touched"


def test_ending_a_stage_never_ends_what_runs_beside_it_and_the_case_goes_on_there(world: World, client_for) -> None:
    actor = world.person()
    case_id, client = world.case(actor, track="both", plan="none"), client_for(actor)
    send(client, f"/cases/{case_id}/move/file_due_process_complaint", on_date=DAY, filed_by="parent")
    send(client, f"/cases/{case_id}/move/file_ocr_complaint", on_date=DAY)
    assert stage(world, actor, case_id) == "due_process"
    send(client, f"/cases/{case_id}/move/withdraw", on_date="2026-04-01", reason="Enough.")
    ended = {row.kind: (row.step, row.ended_on, row.is_parallel) for row in proceedings(world, actor, case_id)}
    assert ended["due_process"] == ("withdrawn", date(2026, 4, 1), False)
    assert ended["ocr_complaint"] == ("filed", None, False), "it is what the case stands at now"
    assert stage(world, actor, case_id) == "ocr_complaint"


def test_a_mediation_without_agreement_says_so_and_the_next_path_moves_the_case(world: World, client_for) -> None:
    actor = world.person()
    case_id, client = world.case(actor), client_for(actor)
    send(client, f"/cases/{case_id}/move/request_mediation", on_date=DAY, filed_by="parent")
    send(client, f"/cases/{case_id}/move/end_without_agreement", fact="mediation_declined", on_date="2026-04-01")
    assert stage(world, actor, case_id) == "mediation"
    home = client.get(f"/cases/{case_id}").text
    assert "<strong>Mediation</strong>: one side declined; the next path is open" in home
    assert "Concern raised</strong>" not in home
    page = client.get(f"/cases/{case_id}/next").text
    assert 'id="end_without_agreement"' not in page and 'id="withdraw"' not in page
    send(client, f"/cases/{case_id}/move/ask_for_team_meeting", on_date="2026-04-02")
    assert stage(world, actor, case_id) == "team_meeting"
    assert "one side declined" not in client.get(f"/cases/{case_id}").text


def test_the_decision_asks_whom_it_agrees_with_because_stay_put_hangs_on_it(world: World, client_for) -> None:
    actor = world.person()
    case_id, client = world.case(actor), client_for(actor)
    send(client, f"/cases/{case_id}/move/file_due_process_complaint", on_date=DAY, filed_by="parent")
    page = client.get(f"/cases/{case_id}/move/record_decision").text
    assert "agree with the parent" in page
    send(
        client,
        f"/cases/{case_id}/move/record_decision",
        fact="decision_issued",
        on_date="2026-06-01",
        detail_agrees_with_parent="yes",
    )
    with world.scope(actor):
        assert stay_put_of(db.session.get_one(Case, case_id)).kind.value == "decision_for_parent"


def test_two_people_edit_a_proceeding_and_the_slower_one_sees_both(world: World, client_for) -> None:
    actor = world.person()
    case_id, client = world.case(actor), client_for(actor)
    send(client, f"/cases/{case_id}/move/request_mediation", on_date=DAY, filed_by="parent")
    (row,) = proceedings(world, actor, case_id)
    address = f"/cases/{case_id}/proceedings/{row.id}/edit"
    slow = hidden(client.get(address).text)
    assert send(client, address, decider="The faster name").status_code == 302
    answer = client.post(address, data=slow | {"decider": "The slower name"})
    assert answer.status_code == 409
    assert "The faster name" in answer.text and "The slower name" in answer.text
    assert proceedings(world, actor, case_id)[0].decider == "The faster name"
    assert client.post(address, data=hidden(answer.text) | {"decider": "The slower name"}).status_code == 302
    assert proceedings(world, actor, case_id)[0].decider == "The slower name"


def test_closing_asks_for_a_reason_and_the_case_can_be_opened_again(world: World, client_for) -> None:
    actor = world.person()
    case_id, client = world.case(actor), client_for(actor)
    refused = send(client, f"/cases/{case_id}/move/close", on_date=DAY, reason="")
    assert refused.status_code == 422 and "Say why" in refused.text
    assert send(client, f"/cases/{case_id}/move/close", on_date=DAY, reason="We moved away.").status_code == 302
    assert stage(world, actor, case_id) == "closed"
    options = client.get(f"/cases/{case_id}/next").text
    assert "Open the case again" in options and 'id="close"' not in options
    assert send(client, f"/cases/{case_id}/move/reopen", on_date=DAY, reason="We moved back.").status_code == 302
    assert stage(world, actor, case_id) == "concern_raised"
    history = client.get(f"/cases/{case_id}/history").text
    assert "We moved away." in history and "We moved back." in history


def test_closing_while_something_is_open_warns(world: World, client_for) -> None:
    actor = world.person()
    case_id, client = world.case(actor), client_for(actor)
    send(client, f"/cases/{case_id}/move/request_mediation", on_date=DAY, filed_by="parent")
    answer = send(client, f"/cases/{case_id}/move/close", on_date=DAY, reason="Enough.")
    assert answer.status_code == 422 and "Something is still open in this case" in answer.text
