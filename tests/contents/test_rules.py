"""What the first page of a paper says of its kind and date. Forms are worded as schools word them."""

from __future__ import annotations

from datetime import date

import pytest

from casemgr.contents.rules import date_of, kind_of, rules
from casemgr.documents.kinds import DOCUMENT_KINDS

TODAY = date(2026, 11, 20)
HEAD = "Fernhollow Public Schools - Special Education        Student: Juniper Q. Samplewood\n\n"

KINDS = [
    ("Notice of Proposed School District Action\nDate: January 9, 2026\n", "prior_written_notice"),
    ("PRIOR WRITTEN NOTICE\n", "prior_written_notice"),
    ("Team Meeting Invitation\nDate of notice: March 25, 2026\n", "meeting_notice"),
    ("IEP Progress Report - Term 4\nReporting period May 11 to June 12\n", "progress_report"),
    ("Student Report Card\nQuarter 2\n", "report_card"),
    ("Individualized Education Program\nIEP period April 17, 2026 to April 16, 2027\n", "iep"),
    ("Section 504 Accommodation Plan\n", "plan_504"),
    ("Psychological Evaluation Report\nCONFIDENTIAL\n", "evaluation"),
    ("Independent Neuropsychological Evaluation\n", "independent_evaluation"),
    ("Notice of Suspension and Manifestation Determination Meeting\n", "discipline"),
    ("Parental Consent for Evaluation\n", "consent"),
    ("IEP Response Page (parent copy)\n", "iep_response"),
    ("Bureau of Special Education Appeals\nDecision and Order\n", "decision"),
    ("MEDIATION AGREEMENT\n", "agreement"),
    ("Due Process Complaint\n", "complaint"),
    ("Attendance Record 2025-26\n", "attendance"),
    ("Service Delivery Log\n", "service_log"),
    ("After Visit Summary\nFernhollow Pediatrics\n", "medical"),
    ("June 2, 2026\n\nDear Ms. Samplewood:\nWe decline to fund it.\n\nSincerely,\nImelda Draftwright\n", "letter"),
]
NOT_SAID = [
    "She read us the progress reports and the service log of the spring.\n",
    "Re: Request for independent educational evaluation\nWe will answer soon.\n",
    "Two ducks and a pond\n",
    "",
]


@pytest.mark.parametrize("text, kind", KINDS, ids=[kind for _, kind in KINDS])
def test_a_heading_names_the_kind_and_is_the_reason(text: str, kind: str) -> None:
    found = kind_of(HEAD + text)
    assert found is not None and found.value == kind
    assert all(word in (HEAD + text) for word in found.words.replace("” and “", " ").split())


@pytest.mark.parametrize("text", NOT_SAID)
def test_prose_about_other_papers_names_no_kind(text: str) -> None:
    assert kind_of(HEAD + text) is None


def test_every_rule_names_a_kind_that_there_is() -> None:
    assert {rule.kind for rule in rules().kinds} <= DOCUMENT_KINDS.keys()
    assert {kind for rule in rules().kinds for kind in rule.fits} <= DOCUMENT_KINDS.keys()


DATES = [
    ("Date of birth: March 3, 2014\nDate of report   February 27, 2026\n", date(2026, 2, 27), "Date of report"),
    ("Date: January 9, 2026\nOn January 8, 2026 the district\n", date(2026, 1, 9), "Date: January 9, 2026"),
    ("Date proposed 04/17/2026\n", date(2026, 4, 17), "04/17/2026"),
    ("Date of notice:\nWednesday, March 25, 2026\n", date(2026, 3, 25), "Date of notice:"),
    ("Tuesday, June 2, 2026\nDear Ms. Samplewood:\n", date(2026, 6, 2), "June 2, 2026"),
    ("Signed. Date: 5/8/2026\n", date(2026, 5, 8), "5/8/2026"),
    ("We met on March 3, 2026 and again later.\n", None, ""),
    ("Date: March 3, 2031\n", None, ""),
    ("Date\nMinutes\n03/03/2026\n30\n", None, ""),
    ("Date of birth: March 3, 2014\n", None, ""),
]


@pytest.mark.parametrize("text, on, words", DATES)
def test_a_date_is_taken_with_its_label_or_alone_on_its_line(text: str, on: date | None, words: str) -> None:
    found = date_of(HEAD + text, TODAY)
    assert (found.value if found else None) == on
    assert found is None or words in found.words
