"""The sample case: one complete fictional dispute, so that a person can look around before typing anything.

Everything goes through the ordinary services and is committed once, at the end: a crash leaves no half-made case (the
bytes of its papers are then swept as orphans). The school calendars that it needs belong to the organization; they
carry the made-up district's name, and go with the sample unless another case uses that district.
"""

from __future__ import annotations

from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select, text

from casemgr.accounts.access import memberships_of
from casemgr.accounts.models import User
from casemgr.cases import queries
from casemgr.cases.clock import today_in
from casemgr.cases.models import Case
from casemgr.cases.sample_calendar import enter_school_years
from casemgr.cases.sample_story import cast, log, papers
from casemgr.cases.sample_story.days import Days, story_days
from casemgr.cases.services import start_case
from casemgr.cases.states import timezone_of
from casemgr.deadlines import services as deadlines
from casemgr.deadlines.services import NewFact
from casemgr.documents import services as documents
from casemgr.documents.models import Document
from casemgr.documents.services import PaperDetails
from casemgr.documents.store import store
from casemgr.evidence import services as evidence
from casemgr.evidence.models import EvidenceEntry
from casemgr.evidence.services import NewEntry, PaperRef, Someone
from casemgr.extensions import db
from casemgr.filings import services as filings
from casemgr.goals import services as goals
from casemgr.issues import services as issues
from casemgr.law.terms import Event, FactKind, FilingKind
from casemgr.pdf.sheets import make_sheet
from casemgr.plans import services as plans
from casemgr.plans.services import NewPlacement, Service, refresh_stay_put
from casemgr.platform.tenancy import Scope, current_scope, set_scope
from casemgr.proceedings import services as proceedings
from casemgr.proceedings.queries import proceeding
from casemgr.proceedings.services import MoveInput
from casemgr.storage.sniff import sniff


class NoWorkspace(Exception):
    """The person belongs to no organization, so there is no place for a case."""


def open_sample_case(user: User) -> Case:
    """Return the sample case of the organization that `user` acts in, making it if there is none.

    Without an acting scope, the organization is the person's first. Takes a second or two: the papers are drawn here,
    their previews by the worker. Raises NoWorkspace.
    """
    org_id = _act_in_a_workspace(user)
    # Two clicks at once make one sample; the lock ends with the transaction.
    db.session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": f"sample:{org_id}"})
    found = db.session.scalar(
        select(Case).where(Case.org_id == org_id, Case.is_sample).order_by(Case.created_at).limit(1)
    )
    case = found or _Teller(user, org_id).tell()
    db.session.commit()
    return case


def _act_in_a_workspace(user: User) -> UUID:
    scope = current_scope()
    if scope.user_id == user.id and scope.org_id is not None and scope.case_ids is None:
        return scope.org_id
    set_scope(Scope(None, user.id))
    memberships = memberships_of(user)
    if not memberships:
        raise NoWorkspace("This person has no workspace yet.")
    set_scope(Scope(memberships[0].org_id, user.id))
    return memberships[0].org_id


class _Teller:
    """Tells the story through the services. Nothing here commits."""

    def __init__(self, user: User, org_id: UUID) -> None:
        self.user, self.org_id = user, org_id
        self.days: Days = story_days(today_in(timezone_of("MA")))
        self.case: Case
        self.papers: dict[str, Document] = {}
        self.measured: EvidenceEntry
        self._open: UUID | None = None

    def tell(self) -> Case:
        enter_school_years(self.org_id, self.days.today)
        self.case = start_case(cast.new_case(self.days), by=self.user, org_id=self.org_id, commit=False)
        self._receive_papers()
        self._log_evidence()
        self._record_facts()
        self._agree_on_a_placement()
        self._meet()
        self._mediate()
        self._draft_a_complaint()
        deadlines.recompute(self.case, cause="The sample case was made", by_name=self.user.name)
        refresh_stay_put(self.case)
        db.session.flush()
        return self.case

    def _receive_papers(self) -> None:
        for paper in papers.papers(self.days):
            stored = store().put_bytes(self.org_id, make_sheet(paper.sheet))
            self.papers[paper.key], _ = documents.receive(
                self.case,
                stored,
                sniff(stored.head, paper.file_name, tail=stored.tail, size=stored.size),
                paper.file_name,
                PaperDetails(
                    title=paper.sheet.title,
                    kind=paper.kind,
                    document_on=paper.on,
                    received_on=None if paper.how == "own" else paper.on,
                    received_how=paper.how,
                    source=paper.source,
                    visibility=paper.visibility,
                ),
                by=self.user,
                commit=False,
            )

    def _log_evidence(self) -> None:
        """Log everything, correct one entry, and tie each to the issues that it supports."""
        people = {row.name: row.id for row in queries.people_of(self.case)}
        made = [issues.add_issue(self.case, new, by=self.user, commit=False) for new in log.issues(self.days)]
        wrong: tuple[log.Told, EvidenceEntry] | None = None
        for told in log.entries(self.days):
            entry = self._log(told, people, [made[place].id for place in told.issues])
            if told.title == log.MEASURED:
                self.measured = entry
            if told.title == log.CORRECTED:
                wrong = told, entry
        if wrong is not None:
            right, reason = log.corrected(self.days, wrong[0])
            self._log(right, people, [made[place].id for place in right.issues], wrong[1].id, reason)

    def _log(
        self,
        told: log.Told,
        people: dict[str, UUID],
        issue_ids: list[UUID],
        supersedes_id: UUID | None = None,
        reason: str = "",
    ) -> EvidenceEntry:
        new = NewEntry(
            kind=told.kind,
            happened_on=told.on,
            happened_at=told.at,
            title=told.title,
            body=told.body,
            shows=told.shows,
            learned=log.LEARNED.get(told.kind, ""),
            people=[Someone(name, people.get(name)) for name in told.people],
            papers=[PaperRef(self.papers[key].id) for key in told.papers],
            visibility=told.visibility,
            issue_ids=issue_ids,
            supersedes_id=supersedes_id,
            correction_reason=reason,
        )
        return evidence.log_entry(self.case, new, by=self.user, commit=False)

    def _record_facts(self) -> None:
        for one in log.facts(self.days):
            paper = self.papers[one.paper].id if one.paper else None
            new = NewFact(one.kind, one.on, by_party=one.by, how=one.how, document_id=paper)
            deadlines.record_fact(self.case, new, by=self.user, commit=False, follow=False)

    def _agree_on_a_placement(self) -> None:
        """The parts of the plan that were accepted are in effect, and what stay-put would freeze."""
        new = NewPlacement(
            agreed_on=self.days.response,
            school=cast.SCHOOL,
            setting="General education classroom with support (full inclusion)",
            services=(
                Service("Reading, small group of five", 30, "3 x week", "resource room"),
                Service("Reading support in class", 30, "2 x week", "general classroom"),
                Service("Speech and language", 30, "1 x week", "speech room"),
            ),
            document_id=self.papers["iep"].id,
            note="Accepted in part: these services began, and more reading is in dispute.",
        )
        plan = plans.record_placement(self.case, new, by=self.user, commit=False)
        goal = goals.add_goal(self.case, plan, papers.goal(self.days), by=self.user, commit=False)
        goals.tie(self.case, self.measured, [goal.goal_id])

    def _meet(self) -> None:
        days = self.days
        self._move(Event.ASK_FOR_TEAM_MEETING, FactKind.MEETING_REQUESTED, _Told(days.consent, "parent", "hand"))
        self._step(FactKind.MEETING_NOTICE_RECEIVED, _Told(days.meeting_notice, "lea", "mail", "meeting_notice"))
        self._step(FactKind.MEETING_HELD, _Told(days.meeting, "lea"))
        self._step(FactKind.MEETING_PARTLY_AGREED, _Told(days.response, "parent", "email", "response"))

    def _mediate(self) -> None:
        days, forum = self.days, "BSEA mediation"
        self._move(
            Event.REQUEST_MEDIATION, FactKind.MEDIATION_REQUESTED, _Told(days.mediation_asked, "parent", "email"), forum
        )
        self._step(FactKind.MEDIATION_AGREED, _Told(days.mediation_agreed, "lea", "email"))
        self._step(FactKind.MEDIATION_SCHEDULED, _Told(days.mediation, "lea", "email"))
        self._step(FactKind.MEDIATION_HELD, _Told(days.mediation, "parent"))
        self._move(Event.END_WITHOUT_AGREEMENT, FactKind.MEDIATION_IMPASSE, _Told(days.mediation, "parent"))

    def _move(self, event: Event, kind: FactKind, told: _Told, forum: str = "") -> None:
        given = MoveInput(on_date=told.on, facts=(self._fact(kind, told),), forum=forum)
        row = proceedings.move(self.case, event, given, by=self.user, commit=False)
        self._open = row.proceeding_id

    def _step(self, kind: FactKind, told: _Told) -> None:
        row = proceeding(self.case, self._open) if self._open else None
        if row is not None:
            proceedings.advance(self.case, row, self._fact(kind, told), by=self.user, commit=False)

    def _fact(self, kind: FactKind, told: _Told) -> NewFact:
        paper = self.papers[told.paper].id if told.paper else None
        return NewFact(kind, told.on, by_party=told.by, how=told.how, document_id=paper)

    def _draft_a_complaint(self) -> None:
        """Begun as anybody begins one, so the parent signs it and the district's director gets a copy."""
        packet = filings.begin(self.case, FilingKind.DUE_PROCESS_COMPLAINT.value, by=self.user, commit=False)
        signer = packet.answers["signer"]
        told = filings.Details(
            signer_name=signer["name"],
            signer_role=signer["role"],
            signer_contact=signer["contact"],
            answers={
                "representative": "None yet. I speak for my child myself.",
                "resolution": "Sixty hours of extra reading instruction, as the independent evaluation asks for.",
            },
        )
        filings.save_details(packet, told, version=packet.version, by=self.user, commit=False)
        db.session.flush()
        exhibits = [self.papers[key].id for key in log.EXHIBITS]
        filings.add_exhibits(packet, exhibits, version=packet.version, by=self.user, commit=False)
        db.session.flush()


class _Told(NamedTuple):
    """When a fact happened, who did it, how, and the key of the paper that shows it."""

    on: date
    by: str
    how: str = ""
    paper: str = ""
