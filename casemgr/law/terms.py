"""The words of the law as closed vocabularies. One word each, the field's own."""

from enum import StrEnum


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


class FactKind(StrEnum):
    """Dated things that happened (or are set to happen). Plain words for each: facts.FACTS.

    "Sent" and "received" are different facts, because clocks start on one and not on the other.
    """

    # identification, evaluation, plan
    CONCERN_RAISED = "concern_raised"
    EVALUATION_REQUESTED = "evaluation_requested"
    REFERRAL_RECEIVED = "referral_received"
    CONSENT_FORM_RECEIVED = "consent_form_received"
    EVALUATION_CONSENT_RECEIVED = "evaluation_consent_received"
    EVALUATION_REFUSED = "evaluation_refused"
    EVALUATION_COMPLETED = "evaluation_completed"
    EVALUATION_SUMMARIES_RECEIVED = "evaluation_summaries_received"
    ELIGIBILITY_DETERMINED = "eligibility_determined"
    NOT_ELIGIBLE_FOUND = "not_eligible_found"
    TEAM_MEETING_SCHEDULED = "team_meeting_scheduled"
    IEP_TEAM_MET = "iep_team_met"
    IEP_DATED = "iep_dated"
    IEP_PROPOSED_RECEIVED = "iep_proposed_received"
    IEP_AGREED = "iep_agreed"
    SERVICES_STARTED = "services_started"
    IEP_PARTLY_REJECTED_RECEIVED = "iep_partly_rejected_received"
    IEP_REJECTED_RECEIVED = "iep_rejected_received"
    REJECTION_SENT_TO_HEARING_OFFICE = "rejection_sent_to_hearing_office"
    SECTION_504_PLAN_DATED = "section_504_plan_dated"
    PRIOR_WRITTEN_NOTICE_RECEIVED = "prior_written_notice_received"
    SAFEGUARDS_NOTICE_RECEIVED = "safeguards_notice_received"
    SERVICES_CONSENT_REVOKED = "services_consent_revoked"
    DISCONTINUATION_NOTICE_DATED = "discontinuation_notice_dated"
    SURROGATE_NEEDED = "surrogate_needed"
    SURROGATE_ASSIGNED = "surrogate_assigned"
    IEE_REQUESTED = "iee_requested"
    IEE_AGREED = "iee_agreed"
    IEE_REFUSED = "iee_refused"
    IEE_REPORT_RECEIVED = "iee_report_received"
    RECORDS_REQUESTED = "records_requested"
    RECORDS_PROVIDED = "records_provided"
    PRIVATE_PLACEMENT_PLANNED = "private_placement_planned"
    PRIVATE_PLACEMENT_NOTICE_GIVEN = "private_placement_notice_given"
    PLACEMENT_AGREED = "placement_agreed"
    FIRST_ADMISSION_SOUGHT = "first_admission_sought"
    SCHOOL_YEAR_STARTS = "school_year_starts"
    # ages (see facts.birthday_facts)
    THIRD_BIRTHDAY = "third_birthday"
    FOURTEENTH_BIRTHDAY = "fourteenth_birthday"
    SIXTEENTH_BIRTHDAY = "sixteenth_birthday"
    EIGHTEENTH_BIRTHDAY = "eighteenth_birthday"
    TWENTY_SECOND_BIRTHDAY = "twenty_second_birthday"
    # meeting
    MEETING_REQUESTED = "meeting_requested"
    MEETING_NOTICE_RECEIVED = "meeting_notice_received"
    MEETING_HELD = "meeting_held"
    MEETING_AGREED = "meeting_agreed"
    MEETING_PARTLY_AGREED = "meeting_partly_agreed"
    MEETING_REFUSED = "meeting_refused"
    MEETING_NOT_CONVENED = "meeting_not_convened"
    # mediation
    MEDIATION_REQUESTED = "mediation_requested"
    MEDIATION_AGREED = "mediation_agreed"
    MEDIATION_DECLINED = "mediation_declined"
    MEDIATION_SCHEDULED = "mediation_scheduled"
    MEDIATION_HELD = "mediation_held"
    MEDIATION_AGREEMENT = "mediation_agreement"
    MEDIATION_IMPASSE = "mediation_impasse"
    MEDIATION_WITHDRAWN = "mediation_withdrawn"
    # due process
    ACTION_KNOWN = "action_known"
    PROPOSAL_OR_REFUSAL_DATED = "proposal_or_refusal_dated"
    DUE_PROCESS_COMPLAINT_FILED = "due_process_complaint_filed"
    DUE_PROCESS_COMPLAINT_RECEIVED = "due_process_complaint_received"
    DUE_PROCESS_COMPLAINT_RECEIVED_BY_PARENT = "due_process_complaint_received_by_parent"
    COMPLAINT_RESPONSE_RECEIVED = "complaint_response_received"
    SUFFICIENCY_NOTICE_RECEIVED = "sufficiency_notice_received"
    SUFFICIENCY_RESPONSE_SENT = "sufficiency_response_sent"
    COMPLAINT_FOUND_SUFFICIENT = "complaint_found_sufficient"
    COMPLAINT_FOUND_INSUFFICIENT = "complaint_found_insufficient"
    AMENDED_COMPLAINT_FILED = "amended_complaint_filed"
    RESOLUTION_MEETING_HELD = "resolution_meeting_held"
    RESOLUTION_MEETING_WAIVED = "resolution_meeting_waived"
    NO_AGREEMENT_POSSIBLE = "no_agreement_possible"
    MEDIATION_CONTINUES = "mediation_continues"
    RESOLUTION_PERIOD_EXPIRED = "resolution_period_expired"
    RESOLUTION_AGREEMENT_SIGNED = "resolution_agreement_signed"
    RESOLUTION_AGREEMENT_VOIDED = "resolution_agreement_voided"
    SETTLEMENT_OFFER_RECEIVED = "settlement_offer_received"
    SETTLEMENT_OFFER_ACCEPTED = "settlement_offer_accepted"
    STAY_PUT_NOTICE_SENT = "stay_put_notice_sent"
    HEARING_SCHEDULED = "hearing_scheduled"
    DISCLOSURE_MADE = "disclosure_made"
    HEARING_HELD = "hearing_held"
    DECISION_ISSUED = "decision_issued"
    DECISION_MAILED = "decision_mailed"
    DECISION_RECEIVED = "decision_received"
    HEARING_OFFICE_ORDER_RECEIVED = "hearing_office_order_received"
    STATE_REVIEW_REQUESTED = "state_review_requested"
    STATE_REVIEW_DECIDED = "state_review_decided"
    # discipline
    REMOVAL_STARTED = "removal_started"
    REMOVAL_ENDED = "removal_ended"
    REMOVALS_REACHED_TEN_DAYS = "removals_reached_ten_days"
    SERVICES_DURING_REMOVAL_STARTED = "services_during_removal_started"
    DISCIPLINARY_PLACEMENT_CHANGE_DECIDED = "disciplinary_placement_change_decided"
    MANIFESTATION_DETERMINED = "manifestation_determined"
    IAES_STARTED = "iaes_started"
    IAES_ORDERED = "iaes_ordered"
    IAES_ENDED = "iaes_ended"
    EXPEDITED_COMPLAINT_FILED = "expedited_complaint_filed"
    EXPEDITED_COMPLAINT_RECEIVED = "expedited_complaint_received"
    EXPEDITED_HEARING_HELD = "expedited_hearing_held"
    EXPULSION_DATED = "expulsion_dated"
    FELONY_SUSPENSION_DATED = "felony_suspension_dated"
    LONG_TERM_SUSPENSION_EFFECTIVE = "long_term_suspension_effective"
    DISCIPLINE_APPEAL_FILED = "discipline_appeal_filed"
    DISCIPLINE_APPEAL_HEARD = "discipline_appeal_heard"
    DISCIPLINE_APPEAL_DECIDED = "discipline_appeal_decided"
    # state complaint
    STATE_COMPLAINT_FILED = "state_complaint_filed"
    STATE_COMPLAINT_RECEIVED = "state_complaint_received"
    STATE_COMPLAINT_SET_ASIDE_IN_PART = "state_complaint_set_aside_in_part"
    STATE_COMPLAINT_SET_ASIDE = "state_complaint_set_aside"
    STATE_COMPLAINT_RESUMED = "state_complaint_resumed"
    STATE_COMPLAINT_DECIDED = "state_complaint_decided"
    CORRECTIVE_ACTION_ORDERED = "corrective_action_ordered"
    CORRECTIVE_ACTION_COMPLETED = "corrective_action_completed"
    # section 504 and OCR
    SECTION_504_EVALUATION_REQUESTED = "section_504_evaluation_requested"
    DISCRIMINATORY_ACT = "discriminatory_act"
    SCHOOL_GRIEVANCE_FILED = "school_grievance_filed"
    SCHOOL_GRIEVANCE_COMPLETED = "school_grievance_completed"
    SECTION_504_HEARING_REQUESTED = "section_504_hearing_requested"
    SECTION_504_HEARING_SCHEDULED = "section_504_hearing_scheduled"
    SECTION_504_HEARING_HELD = "section_504_hearing_held"
    SECTION_504_DECISION_ISSUED = "section_504_decision_issued"
    OCR_COMPLAINT_FILED = "ocr_complaint_filed"
    OCR_LETTER_RECEIVED = "ocr_letter_received"
    OCR_INFORMATION_REQUESTED = "ocr_information_requested"
    OCR_INFORMATION_SENT = "ocr_information_sent"
    OCR_CONSENT_REQUESTED = "ocr_consent_requested"
    OCR_CONSENT_RETURNED = "ocr_consent_returned"
    OCR_EARLY_MEDIATION_AGREED = "ocr_early_mediation_agreed"
    OCR_INVESTIGATION_OPENED = "ocr_investigation_opened"
    OCR_RESOLUTION_AGREEMENT = "ocr_resolution_agreement"
    OCR_DETERMINATION_DATED = "ocr_determination_dated"
    OCR_DISMISSAL_DATED = "ocr_dismissal_dated"
    OCR_APPEAL_FILED = "ocr_appeal_filed"
    OCR_MONITORING_STARTED = "ocr_monitoring_started"
    # FERPA, court
    FERPA_VIOLATION_KNOWN = "ferpa_violation_known"
    FERPA_COMPLAINT_FILED = "ferpa_complaint_filed"
    CIVIL_ACTION_FILED = "civil_action_filed"
    CIVIL_ACTION_PENDING = "civil_action_pending"
    CIVIL_ACTION_DECIDED = "civil_action_decided"
    FEES_CLAIM_FILED = "fees_claim_filed"
    # ends of any proceeding, and what happened to one deadline that no other fact tells
    PROCEEDING_WITHDRAWN = "proceeding_withdrawn"
    PROCEEDING_DISMISSED = "proceeding_dismissed"
    PROCEEDING_SETTLED = "proceeding_settled"
    DEADLINE_EXTENDED = "deadline_extended"
    DEADLINE_WAIVED = "deadline_waived"
    DEADLINE_MET = "deadline_met"


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
