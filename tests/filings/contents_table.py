"""What the tables of the law's research ask of each filing: key, class, a piece of the citation, verification mark.

Written down apart from the packs, so that a row that is lost or changed there is noticed.
"""

from __future__ import annotations

from casemgr.law.terms import Need

Row = tuple[Need, str, str]
R, A, O = Need.REQUIRED, Need.ASKED, Need.OPTIONAL  # noqa: E741  (the classes of the table)


def same(need: Need, cite: str, mark: str, *keys: str) -> dict[str, Row]:
    """Several items of one class, source and mark."""
    return dict.fromkeys(keys, (need, cite, mark))


DUE_PROCESS = {
    "child_name": (R, "300.508(b)(1)", "V"), "child_residence": (R, "(b)(2)", "V"), "school": (R, "(b)(3)", "V"),
    "homeless_contact": (R, "(b)(4)", "V"), "problem_facts": (R, "(b)(5)", "V"), "resolution": (R, "(b)(6)", "V"),
    "known_date": (O, "300.511(e)-(f)", "V"), "issues_numbered": (O, "300.511(d)", "V"),
    "stay_put": (O, "300.518", "V"), "interpreter": (O, "", "U"), "accommodations": (O, "", "U"),
}  # fmt: skip
BSEA = {
    "sent_to_other_party": (R, "BSEA", "V"), "requester": (A, "BSEA", "V"), "parents": (A, "BSEA", "V"),
    "responsible_party": (A, "BSEA", "V"), "representative": (A, "BSEA", "V"), "signature_date": (A, "BSEA", "V"),
    "initial_or_amended": (A, "BSEA", "V2"), "special_needs": (A, "BSEA", "V2"), "track": (O, "II.C", "V2"),
}  # fmt: skip
MEDIATION = same(O, "", "U", "parties", "child", "contact", "dates_tried", "outcome_wanted")
PRS = same(A, "PRS", "V2", "student", "district", "attachments", "copy_to_district")
OCR = "OCR complaint"
CONTENTS: dict[tuple[str, str], dict[str, Row]] = {
    ("due_process_complaint", "WY"): DUE_PROCESS | {"expedited_basis": (O, "300.532(a)", "V2"),
                                                    "representative": (O, "", "U")},
    ("due_process_complaint", "MA"): DUE_PROCESS | BSEA,
    ("due_process_complaint", "CA"): {"sent_to_other_party": (R, "56502(c)(1)", "V2q")},
    ("due_process_complaint", "NY"): {"sent_to_other_party": (A, "New York", "V2q")},
    ("due_process_complaint", "TX"): {"sent_to_other_party": (A, "TEA", "V2q"), "servicemember": (O, "89.1151", "V")},
    ("due_process_complaint", "NC"): same(
        A, "H-06E", "V2q", "county", "respondent_board", "birthdate", "dispute_kind", "requester",
        "signed_original", "sent_to_other_party",
    ),
    ("due_process_complaint", "NJ"): {"no_exhibits": (A, "New Jersey", "V2q")},
    ("due_process_complaint", "VA"): {"sent_to_other_party": (A, "Virginia", "V2q")},
    ("expedited_complaint", "MA"): DUE_PROCESS | BSEA | {"expedited_basis": (O, "300.532(a)", "V2")},
    ("amended_complaint", "MA"): DUE_PROCESS | BSEA | {"consent_or_leave": (R, "300.508(d)(3)", "V")},
    ("complaint_answer", "WY"): {"issues_answered": (R, "300.508(f)", "V")},
    ("sufficiency_response", "WY"): {"notice_date": (O, "300.508(d)(2)", "V"), "in_time": (O, "300.508(d)(1)", "V")},
    ("mediation_request", "WY"): MEDIATION | {"no_waiver": (O, "1415(e)(2)(A)", "V")},
    ("mediation_request", "MA"): same(A, "BSEA", "V", "parties", "child", "contact", "topic"),
    ("state_complaint", "WY"): {
        "violation": (R, "300.153(b)(1)", "V"), "facts": (R, "(b)(2)", "V"), "signature": (R, "(b)(3)", "V"),
        "contact": (R, "(b)(3)", "V"), "child_name": (R, "(b)(4)", "V"), "child_address": (R, "(b)(4)", "V"),
        "school": (R, "(b)(4)", "V"), "homeless_contact": (R, "(b)(4)", "V"), "problem_facts": (R, "(b)(4)", "V"),
        "resolution": (R, "(b)(4)", "V"), "within_1_year": (R, "300.153(c)", "V"), "copy_to_lea": (R, "(d)", "V"),
        "systemic": (O, "", "U"), "pending_hearing": (O, "300.152(c)", "V2"), "evidence_list": (O, "", "U"),
    },
    ("state_complaint", "MA"): PRS | {
        "concern": (R, "PRS", "V2"), "steps_tried": (O, "PRS", "V2"), "wanted_action": (O, "PRS", "V2"),
        "mediation_or_hearing_pending": (A, "PRS", "V2"), "third_party_confidentiality": (A, "PRS", "V2"),
    },
    ("ocr_complaint", "WY"): {
        "complainant": (R, OCR, "V"), "backup_contact": (A, OCR, "V"), "person_harmed": (R, OCR, "V"),
        "institution": (R, OCR, "V"), "other_forums": (A, OCR, "V"), "basis": (R, OCR, "V"), "acts": (R, OCR, "V"),
        "waiver": (R, "OCR Complaint", "V"), "remedy": (O, "", "U"), "papers": (A, OCR, "V"),
        "signature": (R, OCR, "V2"), "consent_form": (A, "OCR consent form", "V"),
    },
    ("ocr_appeal", "WY"): same(
        A, "OCR appeal form", "V2", "case_number", "institution", "complainant", "determination_date",
        "late_reason", "allegation", "why_wrong", "changes_result", "evidence_list",
    ),
    ("section_504_grievance", "WY"): {"own_procedure": (R, "104.7(b)", "V2")} | same(
        O, "", "U", "grievant", "acts_and_dates", "breached", "remedy", "evidence_list", "reply_by",
    ),
    ("hearing_exhibits", "WY"): {
        "all_evidence": (R, "300.512(a)(3)", "V"), "evaluations": (R, "300.512(b)", "V"),
        "exhibit_index": (O, "", "U"), "page_numbers": (O, "", "U"), "binder": (O, "", "U"),
        "complete_documents": (O, "300.506(b)(8)", "V"), "service_certificate": (O, "", "U"),
    },
    ("hearing_exhibits", "MA"): {"witness_list": (R, "BSEA", "V2"), "hard_copy": (R, "23-1R", "V"),
                                 "party_prefix": (A, "BSEA", "V")},
    ("hearing_exhibits", "CA"): {"witness_list": (A, "California", "V2")},
    ("stay_put_notice", "WY"): same(O, "300.518(a)", "V", "child", "current_placement", "dispute", "cite", "request"),
    ("stay_put_notice", "MA"): {"cite": (O, "603 CMR 28.08(7)", "V2q")},
    ("stay_put_notice", "IL"): {"filed_in_time": (A, "Illinois", "V2")},
    ("records_request", "WY"): {"request": (R, "300.613(a)", "V2")},
    ("records_request", "MA"): {"request": (R, "603 CMR 23.07(2)", "V")},
    ("agreement_record", "WY"): {"in_writing": (R, "300.510(d)", "V"), "void_date": (O, "300.510(e)", "V")},
    ("appeal_check", "WY"): {"decision_date": (O, "300.516(b)", "V"), "last_day": (O, "300.516(b)", "V")},
    ("fees_itemization", "WY"): {"not_for_meetings": (O, "300.517(c)", "V")},
}  # fmt: skip
