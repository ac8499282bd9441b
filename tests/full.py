"""One row of everything, for the tests of the walls."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID, uuid4

from casemgr import models
from casemgr.extensions import db
from casemgr.platform.columns import now
from tests.world import Actor

DAY = date(2026, 3, 2)
HASH = "0" * 64


def fill(actor: Actor, case_id: UUID) -> None:
    """Add one row to each case-owned and organization-owned table; the caller commits."""

    def add(row: Any) -> Any:
        db.session.add(row)
        db.session.flush()
        return row

    own = {"org_id": actor.org_id, "case_id": case_id}
    document = add(
        models.Document(
            **own,
            title="IEP",
            kind="iep",
            visibility="shared",
            original_name="iep.pdf",
            sha256=HASH,
            size=1,
            media_type="application/pdf",
            family="pdf",
        )
    )
    add(
        models.DocumentPage(
            **own, document_id=document.id, number=1, width=1, height=1, image_sha256=HASH, thumb_sha256=HASH
        )
    )
    add(
        models.PageNote(
            **own,
            document_id=document.id,
            page=1,
            audience="shared",
            color="yellow",
            body="Ask.",
            author_id=actor.user_id,
        )
    )
    add(models.DocumentPart(**own, parent_id=document.id, position=1, name="page.exe", refused="A program."))
    add(
        models.Letter(
            **own,
            document_id=document.id,
            sender="Rowan Example",
            recipients="",
            subject="A call",
            ids=["a@example.org"],
            conversation_id=uuid4(),
            fingerprint=HASH,
        )
    )
    add(
        models.MailboxMessage(
            **own,
            document_id=document.id,
            position=1,
            start=0,
            length=1,
            sender="Rowan Example",
            recipients="",
            subject="A call",
            attachments=0,
            fingerprint=HASH,
        )
    )
    add(models.Upload(**own, user_id=actor.user_id, name="call.wav", size=9, told="", expires_at=now()))
    photos = add(models.PhotoSet(**own, user_id=actor.user_id, visibility="shared", document_id=document.id))
    add(models.Photo(**own, set_id=photos.id, document_id=document.id, position=1))
    other = add(
        models.Document(
            **own,
            title="IEP again",
            kind="iep",
            visibility="shared",
            original_name="again.pdf",
            sha256="1" * 64,
            size=1,
            media_type="application/pdf",
            family="pdf",
        )
    )
    first, second = sorted((document.id, other.id))
    add(models.PagePrint(**own, document_id=document.id, number=1, picture="01" * 128, words=-1))
    add(models.PaperPair(**own, first_id=first, second_id=second, kind="picture"))
    add(models.PaperRelation(**own, kind="copy", document_id=other.id, of_id=document.id))
    add(models.PaperComparison(**own, first_id=first, second_id=second))
    redaction = add(models.Redaction(**own, document_id=document.id, state="made", result_id=other.id))
    add(
        models.RedactionMark(
            **own, redaction_id=redaction.id, page=1, boxes=[[0, 0, 1, 1]], reason="contact", found_by="page"
        )
    )
    add(
        models.RedactionEntry(
            **own,
            redaction_id=redaction.id,
            document_id=document.id,
            result_id=other.id,
            original_sha256=HASH,
            result_sha256="1" * 64,
            visibility_was="shared",
            visibility="shared",
            reason="Sent to the school.",
            marks=[],
            proof={},
        )
    )
    add(models.ProtectedName(**own, name="Robin Sample", key="robin sample"))
    entry = add(
        models.EvidenceEntry(
            **own, number=1, kind="call", happened_on=DAY, title="A call", previous_hash=HASH, hash=HASH
        )
    )
    add(models.EvidenceDocument(**own, entry_id=entry.id, document_id=document.id))
    issue = add(models.Issue(**own, number=1, title="Late evaluation", law="idea"))
    add(models.IssueEvidence(**own, issue_id=issue.id, entry_id=entry.id))
    proceeding = add(models.Proceeding(**own, kind="meeting", step="requested", opened_on=DAY))
    add(
        models.StageMove(
            **own,
            event="ask_for_team_meeting",
            from_stage="concern_raised",
            to_stage="team_meeting",
            on_date=DAY,
            proceeding_id=proceeding.id,
        )
    )
    fact = add(models.Fact(**own, kind="evaluation_consent_received", on_date=DAY, entry_id=entry.id))
    deadline = add(
        models.Deadline(
            **own,
            key=f"ma-evaluation:{fact.id}",
            rule_id="ma-evaluation",
            title="Assessments done",
            citation="603 CMR 28.05(1)",
            verification="V",
            actor="lea",
            fact_id=fact.id,
            state="open",
        )
    )
    add(models.DeadlineChange(**own, deadline_id=deadline.id, was={}, became={}, cause="test"))
    add(
        models.DeadlineCheck(
            **own, deadline_id=deadline.id, act_by=DAY, is_right=True, checked_by_name="Rowan Example", checked_on=DAY
        )
    )
    placement = add(models.Placement(**own, agreed_on=DAY, school="Larch Street School"))
    add(models.StayPutPeriod(**own, since_on=DAY, citation="34 CFR 300.518(a)", placement_id=placement.id))
    removal = uuid4()
    add(models.Removal(**own, id=removal, removal_id=removal, kind="out_of_school", first_on=DAY, last_on=DAY))
    goal = uuid4()
    goals = {"placement_id": placement.id, "goal_id": goal}
    add(models.Goal(**own, **goals, id=goal, area="reading", text="Will read 90 words a minute."))
    add(models.GoalEvidence(**own, goal_id=goal, entry_id=entry.id))
    packet = add(models.Packet(**own, kind="due_process_complaint", state="filed", filed_on=DAY))
    add(models.PacketExhibit(**own, packet_id=packet.id, document_id=document.id, position=1))
    copy = {
        "name": "Dana Director",
        "way": "mail",
        "state": "by_hand",
        "sent_on": DAY,
        "sha256": HASH,
        "size": 1,
        "of_sha256": HASH,
        "sending_id": uuid4(),
    }
    add(models.SentCopy(**own, packet_id=packet.id, **copy))
    certificate = {"number": 1, "document_id": document.id, "lists": []}
    add(models.ServiceCertificate(**own, packet_id=packet.id, **certificate))
    binder = add(models.ExhibitBinder(**own, title="Parent exhibits", forum="federal"))
    add(models.BinderExhibit(**own, binder_id=binder.id, document_id=document.id, position=1))
    made = {"built_from": HASH, "page_count": 3, "volumes": 1, "bates_next": 2, "exhibits": []}
    version = add(models.BinderVersion(**own, binder_id=binder.id, number=1, **made))
    add(models.BinderFile(**own, version_id=version.id, position=1, kind="volume", name="a.pdf", sha256=HASH, size=1))
    add(models.Person(**own, name="Tobias Example", role="teacher"))
    add(models.Notice(**own, user_id=actor.user_id, change_id=uuid4(), kind="dates_moved", text="A date moved."))
    add(models.CaseMember(**own, user_id=actor.user_id, role="viewer"))
    add(models.AuditEvent(**own, actor_id=actor.user_id, action="test:row:add"))
    calendar = add(
        models.SchoolCalendar(
            org_id=actor.org_id, state="MA", district=f"District {uuid4()}", first_day=DAY, last_day=date(2026, 6, 1)
        )
    )
    add(models.SchoolClosure(org_id=actor.org_id, calendar_id=calendar.id, first_on=DAY, last_on=DAY))
    obligation = add(
        models.Obligation(
            **own, title="Send the plan", actor="lea", timing="no_day", fact_id=fact.id, issue_id=issue.id
        )
    )
    add(models.Delivery(**own, obligation_id=obligation.id, on_date=DAY, document_id=document.id, entry_id=entry.id))
    add(models.Finding(**own, kind="no_clock"))
    add(models.DocumentTag(**own, document_id=document.id, name="Reading", key="reading"))
    add(models.PaperChange(**own, words="kind", papers=[]))
    add(
        models.LegalHold(
            **own,
            document_id=document.id,
            reason="A hearing.",
            set_by_name="Rowan",
            lifted_at=now(),
            lifted_reason="Over.",
        )
    )
    asked = add(models.RecordsRequest(**own, words="All of it.", kinds=[], fact_id=fact.id))
    add(models.RecordsArrival(**own, request_id=asked.id, document_id=document.id))
    add(models.RecordsException(**own, kind="iep", first_on=DAY, last_on=DAY, reason="No plan yet."))
    add(models.RecordsTerms(**own, count=4))
    add(models.ChainHead(**own, way="mail", entries=1, head=HASH, address="a@example.org"))
    add(models.NightlyHead(**own, user_id=actor.user_id, address="a@example.org"))
    letter = add(models.OutgoingLetter(**own, kind="thank_you"))
    add(
        models.LetterVersion(
            **own, letter_id=letter.id, number=1, content={"subject": "Thank you"}, body="<p>Thanks.</p>"
        )
    )
    add(
        models.LetterSending(
            **own, letter_id=letter.id, letter_version=1, way="email", state="queued", pdf_sha256=HASH, pdf_size=1
        )
    )
    add(models.TimelineMark(**own, user_id=actor.user_id, kind="log", item_id=entry.id))
