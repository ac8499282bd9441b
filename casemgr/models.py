"""Every feature's tables, so that migrations and the drift test see one complete schema."""

from casemgr.accounts.models import Membership, Organization, SignInAttempt, User
from casemgr.audit.models import AuditEvent
from casemgr.cases.models import Case, CaseMember, Person, Student
from casemgr.copies.models import PagePrint, PaperComparison, PaperPair, PaperRelation
from casemgr.deadlines.models import (
    CalendarFeed,
    Deadline,
    DeadlineChange,
    DeadlineCheck,
    Fact,
    SchoolCalendar,
    SchoolClosure,
)
from casemgr.discipline.models import Removal
from casemgr.documents.models import Document, DocumentPage, DocumentPart, Letter, MailboxMessage
from casemgr.evidence.models import EvidenceDocument, EvidenceEntry
from casemgr.exhibit_binders.models import BinderExhibit, BinderFile, BinderVersion, ExhibitBinder
from casemgr.filings.models import Packet, PacketExhibit
from casemgr.goals.models import Goal, GoalEvidence
from casemgr.heads.models import ChainHead, NightlyHead
from casemgr.holds.models import LegalHold
from casemgr.issues.models import Issue, IssueEvidence
from casemgr.letters.models import LetterSending, LetterVersion, OutgoingLetter
from casemgr.notices.models import Notice
from casemgr.obligations.models import Delivery, Obligation
from casemgr.paper_order.models import DocumentTag, PaperChange
from casemgr.photos.models import Photo, PhotoSet
from casemgr.plans.models import Placement, StayPutPeriod
from casemgr.proceedings.models import Proceeding, StageMove
from casemgr.reading.models import PageNote
from casemgr.records.models import RecordsArrival, RecordsException, RecordsRequest, RecordsTerms
from casemgr.redaction.models import ProtectedName, Redaction, RedactionEntry, RedactionMark
from casemgr.serving.models import SentCopy, ServiceCertificate
from casemgr.timeline.models import TimelineMark
from casemgr.uploads.models import Upload
from casemgr.watch.models import Finding

__all__ = [
    "AuditEvent",
    "BinderExhibit",
    "BinderFile",
    "BinderVersion",
    "CalendarFeed",
    "Case",
    "CaseMember",
    "ChainHead",
    "Deadline",
    "DeadlineChange",
    "DeadlineCheck",
    "Delivery",
    "Document",
    "DocumentPage",
    "DocumentPart",
    "DocumentTag",
    "EvidenceDocument",
    "EvidenceEntry",
    "ExhibitBinder",
    "Fact",
    "Finding",
    "Goal",
    "GoalEvidence",
    "Issue",
    "IssueEvidence",
    "LegalHold",
    "Letter",
    "LetterSending",
    "LetterVersion",
    "MailboxMessage",
    "Membership",
    "NightlyHead",
    "Notice",
    "Obligation",
    "Organization",
    "OutgoingLetter",
    "Packet",
    "PacketExhibit",
    "PageNote",
    "PagePrint",
    "PaperChange",
    "PaperComparison",
    "PaperPair",
    "PaperRelation",
    "Person",
    "Photo",
    "PhotoSet",
    "Placement",
    "Proceeding",
    "ProtectedName",
    "RecordsArrival",
    "RecordsException",
    "RecordsRequest",
    "RecordsTerms",
    "Redaction",
    "RedactionEntry",
    "RedactionMark",
    "Removal",
    "SchoolCalendar",
    "SchoolClosure",
    "SentCopy",
    "ServiceCertificate",
    "SignInAttempt",
    "StageMove",
    "StayPutPeriod",
    "Student",
    "TimelineMark",
    "Upload",
    "User",
]
