"""Whatever a file is called: it is kept, shown and sent back without harm."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from email.message import Message

import pytest
from flask.testing import FlaskClient

from casemgr.documents.marks import SUSPECT, marks_in, privileged_in
from casemgr.documents.proposals import propose
from casemgr.storage.names import clean_name
from casemgr.storage.sniff import sniff
from tests.documents.paper import papers_of, pdf, send
from tests.world import Actor, World

ClientFor = Callable[[Actor | None], FlaskClient]
TODAY = date(2026, 11, 20)

HOSTILE = [
    "plain.pdf", "résumé – Itém.pdf", "re\u0301sume\u0301.pdf", "成績表.pdf", "تقرير.pdf", "report\u202efdp.pdf",
    "a\u200bb\u2060c.pdf", "📄👩\u200d🏫.pdf", "x" * 300 + ".pdf", "字" * 120 + ".pdf", "CON", "aux.pdf", "NUL.pdf",
    "COM1", "name with trailing dot.", " leading and trailing space ", ".htaccess", "..", ".", "", "-rf",
    "$(touch x).pdf", "`id`.pdf", "a;b|c&d.pdf", 'a<b>c:d"e?f*g.pdf', "tab\there.pdf", "line\nbreak.pdf",
    "nul\x00byte.pdf", "esc\x1b[31m.pdf", "../up.pdf", "..\\up.pdf", "%2e%2e%2fup.pdf", "....//up.pdf",
    "dir/inner.pdf", "\uff0e\uff0e\uff0fup.pdf", "evidence.PDF", "evidence", "<img src=x onerror=alert(1)>.pdf",
    '=HYPERLINK("x").pdf', "\ud800.pdf", "%00%ff%.pdf", "'; drop table documents; --.pdf",
]  # fmt: skip


def test_a_hostile_name_is_kept_as_data_shown_harmlessly_and_sent_back(world: World, client_for: ClientFor) -> None:
    parent = world.person()
    client = client_for(parent)
    for number, name in enumerate(HOSTILE):
        case_id = world.case(parent)
        answer = send(client, case_id, name, pdf(str(number)))
        assert answer.status_code == 200, (name, answer.json)
        (paper,) = papers_of(world, parent, case_id)
        for shown in (paper.title, paper.original_name):
            assert shown.strip() and len(shown) <= 300
            assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in shown), name
            assert "\u202e" not in shown
        assert not set("/\\") & set(paper.original_name)
        page = client.get(f"/cases/{case_id}/papers/{paper.id}")
        assert page.status_code == 200 and "<img src=x" not in page.text
        download = client.get(f"/cases/{case_id}/papers/{paper.id}/download")
        assert download.data == pdf(str(number))
        header = Message()
        header["Content-Disposition"] = download.headers["Content-Disposition"]
        assert header.get_content_disposition() == "attachment"
        assert header.get_filename() and "/" not in header.get_filename()


def test_a_long_name_is_no_title_that_ends_in_the_middle_of_a_word() -> None:
    name = clean_name(" ".join(["Letter about the missed sessions of reading"] * 5) + ".pdf")
    title = proposal(name).title
    assert len(name) == 150 and name.endswith("Letter about t.pdf") and title.endswith("reading Letter about …")
    vietnamese = clean_name(" ".join(["Báo cáo tiến độ học tập của trường"] * 9) + ".pdf")
    assert vietnamese.endswith("Báo cá.pdf") and proposal(vietnamese).title.endswith("của trường Báo …")
    assert proposal(clean_name("成" * 70 + " " + "成" * 20 + ".pdf")).title == "成" * 70 + " …"
    assert proposal("Letter about reading.pdf").title == "Letter about reading"


def proposal(name: str, head: bytes = b"%PDF-1.7 1 0 obj") -> object:
    return propose(name, sniff(head, name), head, TODAY)


@pytest.mark.parametrize(
    "name, title, kind, day",
    [
        ("18_2026-04-17_IEP-1_proposed.pdf", "IEP-1 proposed", "iep", date(2026, 4, 17)),
        ("2026-01-30_progress-report-IEP-term2.pdf", "Progress report IEP term2", "progress_report", date(2026, 1, 30)),
        ("N1 prior written notice.pdf", "N1 prior written notice", "prior_written_notice", None),
        ("Consent to evaluation 20260112.pdf", "Consent to evaluation", "consent", date(2026, 1, 12)),
        (
            "Neuropsychological evaluation 8-14-2026.pdf",
            "Neuropsychological evaluation",
            "evaluation",
            date(2026, 8, 14),
        ),
        ("Letter of March 3rd, 2025.pdf", "Letter", "letter", date(2025, 3, 3)),
        ("3 Nov 2025 504 plan.pdf", "504 plan", "plan_504", date(2025, 11, 3)),
        ("suspension-and-manifestation-notice.pdf", "Suspension and manifestation notice", "discipline", None),
        ("2026-02-30 notes.pdf", "2026-02-30 notes", "meeting_notes", None),
        ("2027-01-01 meeting invitation.pdf", "2027-01-01 meeting invitation", "meeting_notice", None),
        ("service-log_2026-05_to_2026-11.pdf", "Service log 2026-05 to 2026-11", "service_log", None),
        ("12.pdf", "12", "other", None),
        ("___.pdf", "Paper", "other", None),
        ("iep.pdf", "IEP", "iep", None),
        ("recipe.pdf", "Recipe", "other", None),
    ],
)
def test_title_kind_and_date_come_from_the_name_by_plain_rules(
    name: str, title: str, kind: str, day: date | None
) -> None:
    found = proposal(name)
    assert (found.title, found.kind, found.document_on) == (title, kind, day)


def test_a_kind_or_date_that_was_read_gives_its_reason() -> None:
    found = proposal("2026-04-17 IEP.pdf")
    assert found.reasons == (
        "Kind chosen because the file name says “IEP”.",
        "Date read from “2026-04-17” in the file name.",
    )
    assert proposal("scan.pdf").reasons == ()


def test_an_email_is_an_email_whatever_its_subject() -> None:
    assert proposal("request for evaluation.eml", b"From: a@example.org\nTo: b@example.org\n\nHi").kind == "email"


@pytest.mark.parametrize(
    "text, says",
    [
        ("ATTORNEY-CLIENT PRIVILEGED", True),
        ("attorney client communication", True),
        ("Privileged and Confidential", True),
        ("Attorney Work Product", True),
        ("Your child is privileged to attend a fine school.", False),
        ("Our attorney will call the client services office.", False),
    ],
)
def test_only_the_words_of_the_privilege_mark_a_text(text: str, says: bool) -> None:
    assert any(privileged_in(text)) is says


@pytest.mark.parametrize(
    "text, kind, stands_alone",
    [
        ("ATTORNEY-CLIENT PRIVILEGED\nDear Ana,", "privileged", True),
        ("Draft\nPrivileged & Confidential - Attorney Work Product\n", "privileged", True),
        ("They gave us no attorney-client communications of that year.", "privileged", False),
        ("CONFIDENTIALITY NOTICE: THIS E-MAIL IS\nPRIVILEGED AND CONFIDENTIAL\n", "privileged", False),
        ("CONFIDENTIAL SETTLEMENT COMMUNICATION\nSUBJECT TO FRE 408", "mediation", True),
        ("For settlement purposes only", "mediation", True),
        ("The settlement agreement of May 3 was made in mediation.", "", False),
    ],
)
def test_a_mark_is_told_from_the_same_words_in_a_sentence(text: str, kind: str, stands_alone: bool) -> None:
    found = list(marks_in(text))
    assert {one.kind for one in found} == ({kind} if kind else set())
    assert any(one.stands_alone for one in found) is stands_alone
    assert not found or re.search(SUSPECT.replace("[:space:]", r"\s"), text, re.IGNORECASE), (
        "what the database looks for"
    )
