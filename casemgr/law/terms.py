"""The words of the law as closed vocabularies. One word each, the field's own."""

from enum import StrEnum

from casemgr.law.fact_kinds import FactKind as FactKind  # one of the vocabularies, long enough for a file of its own


class Track(StrEnum):
    """Which law the dispute stands on. It decides who may hear it."""

    IDEA = "idea"
    SECTION_504 = "section_504"
    BOTH = "both"


class PlanKind(StrEnum):
    """The student's plan today."""

    NONE = "none"
    SECTION_504 = "section_504"
    IEP = "iep"
    EARLY_INTERVENTION = "early_intervention"


class Stage(StrEnum):
    """Where the case stands: the spine that everyone sees."""

    CONCERN_RAISED = "concern_raised"
    TEAM_MEETING = "team_meeting"
    MEDIATION = "mediation"
    STATE_COMPLAINT = "state_complaint"
    DUE_PROCESS = "due_process"
    OCR_COMPLAINT = "ocr_complaint"
    CIVIL_ACTION = "civil_action"
    MONITORING = "monitoring"
    CLOSED = "closed"


class Event(StrEnum):
    """What a person does to move a case. The lawful ones from each stage are rows of stages.TRANSITIONS."""

    ASK_FOR_TEAM_MEETING = "ask_for_team_meeting"
    REQUEST_MEDIATION = "request_mediation"
    FILE_STATE_COMPLAINT = "file_state_complaint"
    FILE_DUE_PROCESS_COMPLAINT = "file_due_process_complaint"
    FILE_EXPEDITED_COMPLAINT = "file_expedited_complaint"
    REQUEST_SECTION_504_HEARING = "request_section_504_hearing"
    FILE_OCR_COMPLAINT = "file_ocr_complaint"
    FILE_CIVIL_ACTION = "file_civil_action"
    RECORD_AGREEMENT = "record_agreement"
    VOID_AGREEMENT = "void_agreement"
    RECORD_DECISION = "record_decision"
    END_WITHOUT_AGREEMENT = "end_without_agreement"
    WITHDRAW = "withdraw"
    RECORD_DISMISSAL = "record_dismissal"
    CLOSE = "close"
    REOPEN = "reopen"


class ProceedingKind(StrEnum):
    """A forum that was opened. Several can be open at once."""

    MEETING = "meeting"
    MEDIATION = "mediation"
    STATE_COMPLAINT = "state_complaint"
    DUE_PROCESS = "due_process"
    SECTION_504_HEARING = "section_504_hearing"
    OCR_COMPLAINT = "ocr_complaint"
    CIVIL_ACTION = "civil_action"


class ProceedingStep(StrEnum):
    """Steps inside a proceeding; which belong to which kind: stages.PROCEEDING_STEPS."""

    REQUESTED = "requested"
    NOTICE_RECEIVED = "notice_received"
    HELD = "held"
    AGREED = "agreed"
    PARTLY_AGREED = "partly_agreed"
    REFUSED = "refused"
    NOT_CONVENED = "not_convened"
    AGREED_TO_MEDIATE = "agreed_to_mediate"
    DECLINED = "declined"
    SCHEDULED = "scheduled"
    AGREEMENT = "agreement"
    IMPASSE = "impasse"
    DRAFTED = "drafted"
    FILED = "filed"
    SUFFICIENCY_CHALLENGED = "sufficiency_challenged"
    SUFFICIENT = "sufficient"
    INSUFFICIENT = "insufficient"
    AMENDED = "amended"
    RESOLUTION_PERIOD = "resolution_period"
    NO_RESOLUTION_PERIOD = "no_resolution_period"
    RESOLVED = "resolved"
    WAIVED = "waived"
    EXPIRED = "expired"
    HEARING_SCHEDULED = "hearing_scheduled"
    DISCLOSURES_MADE = "disclosures_made"
    HEARING_HELD = "hearing_held"
    DECISION = "decision"
    STATE_REVIEW = "state_review"
    UNDER_INVESTIGATION = "under_investigation"
    SET_ASIDE_IN_PART = "set_aside_in_part"
    SET_ASIDE = "set_aside"
    CORRECTIVE_ACTION = "corrective_action"
    CORRECTED = "corrected"
    UNDER_EVALUATION = "under_evaluation"
    EARLY_MEDIATION = "early_mediation"
    INVESTIGATION = "investigation"
    RESOLUTION_AGREEMENT = "resolution_agreement"
    LETTER_OF_FINDING = "letter_of_finding"
    MONITORING = "monitoring"
    PENDING = "pending"
    DECIDED = "decided"
    WITHDRAWN = "withdrawn"
    DISMISSED = "dismissed"
    SETTLED = "settled"


class Precision(StrEnum):
    """How well the day of a fact is known."""

    DAY = "day"
    MONTH = "month"
    UNKNOWN = "unknown"


class Unit(StrEnum):
    """What is counted. A day is a calendar day unless the rule says otherwise (34 CFR 300.11(a))."""

    CALENDAR_DAY = "calendar_day"
    BUSINESS_DAY = "business_day"
    BUSINESS_DAY_INCL_HOLIDAYS = "business_day_incl_holidays"
    SCHOOL_DAY = "school_day"
    MONTH = "month"
    YEAR = "year"

    @property
    def is_named_day(self) -> bool:
        """Whether it takes a calendar of business or school days to count in it."""
        return self in (Unit.BUSINESS_DAY, Unit.BUSINESS_DAY_INCL_HOLIDAYS, Unit.SCHOOL_DAY)


class PauseKind(StrEnum):
    """Days that a calendar-day count leaves out under some State rules."""

    SUMMER = "summer"  # between the last day of one school year and the first of the next
    SCHOOL_BREAK = "school_break"  # a stretch without school inside a school year, weekends at its ends included
    PUBLIC_HOLIDAY = "public_holiday"  # Federal and State holidays


class Direction(StrEnum):
    """AFTER: a last day after the trigger. BEFORE: a last day before it. NONE: a duty without a number."""

    AFTER = "after"
    BEFORE = "before"
    NONE = "none"


class RuleKind(StrEnum):
    """What the date of a rule means to the person who reads it."""

    DUTY = "duty"  # somebody must act by then
    RIGHT = "right"  # a right that runs out then
    CAP = "cap"  # something may last until then at most
    MILESTONE = "milestone"  # something begins or ends then, by itself
    LOOK_BACK = "look_back"  # the earliest act that is still inside
    INFORMATION = "information"  # a state or a flag: no date


class PartyRole(StrEnum):
    PARENT = "parent"
    STUDENT = "student"
    LEA = "lea"
    SEA = "sea"
    HEARING_OFFICE = "hearing_office"
    OCR = "ocr"
    COURT = "court"
    COMPLAINANT = "complainant"
    PART_C_AGENCY = "part_c_agency"
    EACH_PARTY = "each_party"
    BOTH_PARTIES = "both_parties"
    FILING_PARTY = "filing_party"
    RECEIVING_PARTY = "receiving_party"
    NOBODY = "nobody"


class Verification(StrEnum):
    """How sure we are of a rule's text."""

    V = "V"  # the text of the provision, or the agency's own page, was read
    V2 = "V2"  # a secondary source states the rule
    V2Q = "V2q"  # a secondary source quotes the provision word for word
    U = "U"  # UNVERIFIED: from memory


class Doubt(StrEnum):
    """A mark that stands wherever the date stands."""

    NONE = ""
    UNVERIFIED = "unverified"  # the row is from memory
    NOT_CONFIRMED = "state_rule_not_confirmed"  # a State row is known, and no person has re-checked it
    NOT_KNOWN = "state_rule_not_known"  # the State may have its own rule; nothing was found
    OTHER_LAW = "idea_rule_504_not_known"  # IDEA's rule, in a case under Section 504 alone


class DeadlineState(StrEnum):
    OPEN = "open"
    MET = "met"
    LATE = "late"
    WAIVED = "waived"
    SUSPENDED = "suspended"
    SUPERSEDED = "superseded"
    PASSED = "passed"  # a milestone or look-back date that needed nobody's act and is behind us


class VerdictKind(StrEnum):
    ALLOWED = "allowed"
    WARNING = "warning"  # may be overridden by a person, with a reason that is kept
    REFUSED = "refused"


class StayPutKind(StrEnum):
    """Which sentence of the law decides the answer."""

    NONE = "none"  # nothing pending that puts it in force
    PENDING = "pending"  # 34 CFR 300.518(a)
    AGREED_CHANGE = "agreed_change"  # 300.518(a), "agree otherwise"
    INITIAL_ADMISSION = "initial_admission"  # 300.518(b)
    PART_C_TO_B = "part_c_to_b"  # 300.518(c)
    DECISION_FOR_PARENT = "decision_for_parent"  # 300.518(d)
    DISCIPLINE = "discipline"  # 300.533
    ENDED = "ended"
    NOT_UNDER_504 = "not_under_504"


class RemovalKind(StrEnum):
    """How the school took the student out of the classroom. Whether it counts: packs/removals.toml."""

    OUT_OF_SCHOOL = "out_of_school"
    IN_SCHOOL_WITHOUT_SERVICES = "in_school_without_services"
    IN_SCHOOL_WITH_SERVICES = "in_school_with_services"
    SENT_HOME = "sent_home"
    EMERGENCY = "emergency"
    INTERIM_SETTING = "interim_setting"
    INTERIM_SETTING_ORDERED = "interim_setting_ordered"
    EXPULSION = "expulsion"


class PatternAnswer(StrEnum):
    """Whether removals form a pattern: 34 CFR 300.536(a)(2). The program counts; a person judges the behavior."""

    NOT_REACHED = "not_reached"  # not more than the limit
    OPEN = "open"  # the days are there; whether the behavior was similar is not answered
    YES = "yes"
    NO = "no"


class FilingKind(StrEnum):
    DUE_PROCESS_COMPLAINT = "due_process_complaint"
    OCR_COMPLAINT = "ocr_complaint"
    STATE_COMPLAINT = "state_complaint"
    MEDIATION_REQUEST = "mediation_request"
    CERTIFICATE_OF_SERVICE = "certificate_of_service"
    HEARING_EXHIBITS = "hearing_exhibits"
    STAY_PUT_NOTICE = "stay_put_notice"
    EXPEDITED_COMPLAINT = "expedited_complaint"
    AMENDED_COMPLAINT = "amended_complaint"
    COMPLAINT_ANSWER = "complaint_answer"
    SUFFICIENCY_RESPONSE = "sufficiency_response"
    OCR_APPEAL = "ocr_appeal"
    SECTION_504_GRIEVANCE = "section_504_grievance"
    RECORDS_REQUEST = "records_request"
    AGREEMENT_RECORD = "agreement_record"
    APPEAL_CHECK = "appeal_check"
    FEES_ITEMIZATION = "fees_itemization"


class Need(StrEnum):
    """How strongly a filing needs an item: R, A and O of the tables."""

    REQUIRED = "required"  # a law requires it: without it the filing is not ready
    ASKED = "asked"  # the agency's form or page asks for it: a gap is a warning
    OPTIONAL = "optional"  # good practice: a gap is a hint
