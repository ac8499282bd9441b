"""The sample case: complete, alive on any day of the year, made in one piece, removed without a trace."""

from __future__ import annotations

import re
import threading
import time
from dataclasses import fields
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

import pytest
from click.testing import CliRunner
from flask import Flask
from sqlalchemy import func, select, text

from casemgr import cli
from casemgr.accounts.models import User
from casemgr.cases import services
from casemgr.cases.clock import today_in
from casemgr.cases.models import Case, Student
from casemgr.cases.sample import NoWorkspace, open_sample_case
from casemgr.cases.sample_story import cast, papers
from casemgr.cases.sample_story.days import BEGAN, Days, Session, school_years, story_days
from casemgr.deadlines import queries as deadline_queries
from casemgr.deadlines.models import Fact, SchoolCalendar, SchoolClosure
from casemgr.documents import queries as document_queries
from casemgr.documents.models import Document
from casemgr.documents.services import EVERY_VISIBILITY
from casemgr.documents.store import store
from casemgr.evidence.models import EvidenceEntry
from casemgr.evidence.verification import verify_case
from casemgr.extensions import db
from casemgr.filings.exhibits import why_not
from casemgr.filings.models import Packet, PacketExhibit
from casemgr.goals.queries import plans_with_goals
from casemgr.issues.queries import issues_of
from casemgr.law.days import DayCalendar, span
from casemgr.law.terms import Event
from casemgr.plans.queries import placements_of, stay_put_of
from casemgr.platform.tenancy import NOBODY, set_scope
from casemgr.proceedings import queries as proceeding_queries
from tests.world import Actor, World


class Sample(NamedTuple):
    """`queued`: jobs of the case right after it was opened; what a test leaves queued is cleared away."""

    actor: Actor
    case_id: UUID
    queued: int = 0


@pytest.fixture(scope="module")
def sample(app: Flask) -> Sample:
    """One sample case for the tests that only look at it."""
    world = World(app)
    actor = world.person()
    case_id = open_sample(world, actor)
    with world.scope(actor):
        jobs = text("SELECT count(*) FROM procrastinate_jobs WHERE args->>'case_id' = :case")
        return Sample(actor, case_id, db.session.scalar(jobs, {"case": str(case_id)}) or 0)


def open_sample(world: World, actor: Actor) -> UUID:
    with world.scope(actor):
        return open_sample_case(world.user(actor)).id


def every_day(first: date, count: int) -> list[date]:
    return [first + timedelta(days=number) for number in range(count)]


@pytest.mark.parametrize("today", [*every_day(date(2025, 7, 1), 366)[::11], date(2028, 2, 29), date(2027, 12, 31)])
def test_the_story_runs_forward_and_ends_before_today_on_any_day_of_the_year(today: date) -> None:
    days = story_days(today)
    told = [getattr(days, field.name) for field in fields(Days) if field.name not in ("latest_progress", "sessions")]
    assert told == sorted(told)
    assert days.today == today and today - days.evaluation_requested <= BEGAN
    assert days.response < days.sessions[0].on <= days.sessions[-1].on <= days.latest_progress < days.mediation
    assert len(days.sessions) == 12 and sum(bool(one.missed) for one in days.sessions) == 5


@pytest.mark.parametrize("today", [date(2026, 1, 15), date(2026, 7, 20), date(2026, 11, 22)])
def test_the_school_acts_on_school_days_and_misses_its_limits(today: date) -> None:
    days, calendar = story_days(today), DayCalendar(school_years=school_years(today))
    at_school = (days.consent, days.evaluated, days.meeting_notice, days.meeting, days.iep, days.iee_refused)
    assert all(calendar.is_school_day(day) for day in (*at_school, days.latest_progress))
    assert all(calendar.is_school_day(one.on) for one in days.sessions if isinstance(one, Session))

    def school_days(first: date, last: date) -> int:
        return sum(calendar.is_school_day(day) for day in span(first + timedelta(days=1), last))

    assert school_days(days.consent, days.evaluated) > 30
    assert school_days(days.consent, days.meeting) > 45
    assert school_days(days.response, days.iee_refused) > 5


def test_every_paper_says_that_it_is_a_sample() -> None:
    made = papers.papers(story_days(date(2026, 11, 22)))
    assert len(made) == len({paper.key for paper in made}) == len({paper.sheet.title for paper in made}) == 16
    assert {paper.sheet.marking for paper in made} == {cast.MARK}
    assert {paper.visibility for paper in made} == {"shared", "mediation", "privileged"}


def test_the_sample_case_is_complete(world: World) -> None:
    actor = world.person()
    started = time.process_time()
    case_id = open_sample(world, actor)
    assert time.process_time() - started < 30, "a person is waiting for this"
    with world.scope(actor):
        case = db.session.get_one(Case, case_id)
        assert case.is_sample and case.student.name == cast.STUDENT and case.owner_id == actor.user_id
        assert len(document_queries.newest(case, EVERY_VISIBILITY, 50)) == 16
        entries = db.session.scalars(select(EvidenceEntry).where(EvidenceEntry.case_id == case_id)).all()
        assert 15 <= len(entries) <= 24 and len({entry.kind for entry in entries}) >= 8
        assert [entry for entry in entries if entry.supersedes_id] and verify_case(case).intact
        assert [bool(view.evidence_count) for view in issues_of(case)] == [True, True, True, True, False]
        assert all(view.issue.relief for view in issues_of(case))
        moves = [row.event for row in reversed(proceeding_queries.moves_of(case))]
        assert moves == ["opened", "ask_for_team_meeting", "request_mediation", "end_without_agreement"]
        kinds = {row.kind: (row.step, row.ended_on is not None) for row in proceeding_queries.proceedings_of(case)}
        assert kinds == {"meeting": ("partly_agreed", True), "mediation": ("impasse", True)}
        assert placements_of(case)[0].services and not stay_put_of(case).in_force
        [(goal, bearing)] = [(view.goal, view.bearing) for view in plans_with_goals(case, {"shared"})[0].goals]
        assert goal.area == "reading" and bearing.entries == 1


def test_its_deadlines_are_alive_and_the_missed_ones_are_late(world: World, sample: Sample) -> None:
    actor, case_id, _ = sample
    with world.scope(actor):
        case = db.session.get_one(Case, case_id)
        rows = deadline_queries.deadlines_of(case)
        today = story_days(today_in("America/New_York")).today
        ahead = {row.rule_id for row in rows if row.state == "open" and row.act_by and row.act_by >= today}
        assert {"ma-parent-response", "ma-iee-team", "ma-records", "idea-annual-review", "idea-dp-sol"} <= ahead
        assert not [row.rule_id for row in rows if "calendar" in row.reason], "a school year is missing"


def test_the_draft_complaint_has_exhibits_that_may_all_go_in_and_leaves_out_the_two_that_may_not(
    world: World, sample: Sample
) -> None:
    actor, case_id, _ = sample
    with world.scope(actor):
        (packet,) = db.session.scalars(select(Packet).where(Packet.case_id == case_id)).all()
        assert (packet.kind, packet.state, packet.filed_on) == ("due_process_complaint", "draft", None)
        assert packet.answers["signer"]["name"] == cast.PARENT
        assert cast.DIRECTOR in [one["name"] for one in packet.answers["recipients"]]
        assert "Sixty hours" in packet.answers["resolution"]
        chosen = db.session.scalars(
            select(Document)
            .join(PacketExhibit, PacketExhibit.document_id == Document.id)
            .where(PacketExhibit.packet_id == packet.id)
        ).all()
        assert len(chosen) == 12 and not [paper.title for paper in chosen if why_not(paper)]
        everything = db.session.scalars(select(Document).where(Document.case_id == case_id)).all()
        assert {paper.visibility for paper in everything if why_not(paper)} == {"privileged", "mediation"}


def test_nothing_in_the_story_speaks_against_itself(world: World, sample: Sample) -> None:
    actor, case_id, _ = sample
    with world.scope(actor):
        rows = db.session.scalars(select(Fact).where(Fact.case_id == case_id)).all()
        assert [row.contradictions for row in rows if row.contradictions] == []


def test_its_papers_are_stored_and_their_previews_are_queued(world: World, sample: Sample) -> None:
    actor, case_id, queued = sample
    with world.scope(actor):
        rows = db.session.scalars(select(Document).where(Document.case_id == case_id)).all()
        assert all(store().verify(row.org_id, row.sha256) for row in rows)
        assert {(row.family, row.media_type, row.preview_state) for row in rows} == {
            ("pdf", "application/pdf", "waiting")
        }
    assert queued == len(rows) > 0


def test_every_tab_of_the_sample_has_something_to_show(sample: Sample, client_for) -> None:
    client = client_for(sample.actor)
    home = f"/cases/{sample.case_id}"
    tabs = set(re.findall(rf'href="({home}[^"#?]*)"', client.get(home).text)) | {f"{home}/next", f"{home}/stay-put"}
    assert len(tabs) >= 7
    for tab in tabs:
        answer = client.get(tab)
        assert answer.status_code == 200, tab
        assert cast.STUDENT in answer.text and "Sample case" in answer.text
        for words in ("No paper yet", "Nothing yet", "No placement recorded"):
            assert words not in answer.text, (tab, words)


def test_history_and_stay_put_explain_themselves(sample: Sample, client_for) -> None:
    case_id, client = sample.case_id, client_for(sample.actor)
    history = client.get(f"/cases/{case_id}/history").text
    assert "Concern raised → Team meeting" in history and "Team meeting → Mediation" in history
    stay_put = client.get(f"/cases/{case_id}/stay-put").text
    assert "Not in force" in stay_put and "300.518(a)" in stay_put and "Speech and language, 30 minutes" in stay_put


def test_a_second_opening_gives_the_same_case(world: World, client_for) -> None:
    actor = world.person()
    first = open_sample(world, actor)
    assert open_sample(world, actor) == first
    assert client_for(actor).post("/cases/sample").location == f"/cases/{first}"
    with world.scope(actor):
        assert db.session.scalar(select(func.count()).select_from(Case).where(Case.org_id == actor.org_id)) == 1


def test_two_clicks_at_once_make_one_sample(world: World) -> None:
    actor, made = world.person(), []
    threads = [threading.Thread(target=lambda: made.append(open_sample(world, actor))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 2 and made[0] == made[1]


def test_a_crash_halfway_leaves_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    actor = world.person()

    def crash(*_: object, **__: object) -> None:
        raise RuntimeError("the power went out")

    monkeypatch.setattr("casemgr.cases.sample.refresh_stay_put", crash)
    with pytest.raises(RuntimeError):
        open_sample(world, actor)
    with world.scope(actor):
        for table in (Case, Document, EvidenceEntry, SchoolCalendar):
            assert db.session.scalar(select(func.count()).select_from(table)) == 0


def test_without_a_scope_the_first_workspace_of_the_person_is_used(world: World, app) -> None:
    actor = world.person()
    with app.app_context():
        set_scope(NOBODY)
        user = db.session.get_one(User, actor.user_id)
        case = open_sample_case(user)
        assert case.org_id == actor.org_id


def test_a_person_without_a_workspace_is_told_so(world: World, app) -> None:
    with app.app_context():
        user = User(
            name="Nobody Yet", email=f"nobody.{time.time_ns()}@example.org", passphrase_hash="x", persona="parent"
        )
        db.session.add(user)
        db.session.commit()
        with pytest.raises(NoWorkspace):
            open_sample_case(user)


def test_the_command_line_opens_it_too(world: World, app, monkeypatch: pytest.MonkeyPatch) -> None:
    actor = world.person()
    monkeypatch.setattr(cli, "_app", lambda: app)
    answer = CliRunner().invoke(cli.main, ["sample-case", actor.email])
    assert answer.exit_code == 0, answer.output
    assert "Sample case: " in answer.output
    with world.scope(actor):
        (case,) = db.session.scalars(select(Case).where(Case.org_id == actor.org_id)).all()
        assert str(case.id) in answer.output
    unknown = CliRunner().invoke(cli.main, ["sample-case", "nobody@example.org"])
    assert unknown.exit_code == 1 and "no account" in unknown.output


def test_removing_it_leaves_nothing_in_any_table(world: World) -> None:
    actor = world.person()
    case_id = open_sample(world, actor)
    with world.scope(actor):
        services.remove_sample(db.session.get_one(Case, case_id), by=world.user(actor))
    with world.scope(actor):
        left = {
            table.name: db.session.scalar(select(func.count()).select_from(table).where(table.c.case_id == case_id))
            for table in db.metadata.sorted_tables
            if "case_id" in table.c
        }
        assert len(left) > 15 and not {name: rows for name, rows in left.items() if rows}
        for model in (Case, SchoolCalendar, SchoolClosure):
            assert db.session.scalar(select(func.count()).select_from(model)) == 0


def test_calendars_stay_where_another_case_uses_the_district(world: World) -> None:
    actor = world.person()
    case_id = open_sample(world, actor)
    other = world.case(actor, student="Somebody Else")
    with world.scope(actor):
        db.session.execute(Student.__table__.update().where(Student.case_id == other).values(district=cast.DISTRICT))
        db.session.commit()
        services.remove_sample(db.session.get_one(Case, case_id), by=world.user(actor))
        assert db.session.scalar(select(func.count()).select_from(SchoolCalendar)) > 0
        assert db.session.get(Case, other) is not None


def test_a_sample_moved_to_a_real_district_leaves_that_districts_calendar_alone(world: World) -> None:
    actor = world.person()
    case_id = open_sample(world, actor)
    with world.scope(actor):
        db.session.add(
            SchoolCalendar(
                org_id=actor.org_id,
                state="MA",
                district="A Real District",
                first_day=date(2026, 9, 1),
                last_day=date(2027, 6, 15),
            )
        )
        case = db.session.get_one(Case, case_id)
        case.student.district = "A Real District"
        db.session.commit()
        services.remove_sample(case, by=world.user(actor))
        assert db.session.scalars(select(SchoolCalendar.district)).all() == ["A Real District"]


def test_a_real_case_cannot_be_removed_that_way(world: World, client_for) -> None:
    actor = world.person()
    case_id = world.case(actor)
    with world.scope(actor), pytest.raises(ValueError, match="Only a sample"):
        services.remove_sample(db.session.get_one(Case, case_id), by=world.user(actor))
    assert client_for(actor).post(f"/cases/{case_id}/remove-sample").status_code == 404
    with world.scope(actor), pytest.raises(Exception, match="Only a sample case"):
        db.session.execute(select(func.remove_sample_case(case_id)))
    with world.scope(actor):
        assert db.session.get(Case, case_id) is not None


def test_the_moves_of_the_sample_are_lawful_events(world: World, sample: Sample) -> None:
    actor, case_id, _ = sample
    with world.scope(actor):
        rows = proceeding_queries.standing_moves(db.session.get_one(Case, case_id))
        assert all(row.event == "opened" or (Event(row.event) and row.citation) for row in rows)
