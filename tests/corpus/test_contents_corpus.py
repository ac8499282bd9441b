"""What the first pages of the case file say of themselves, read without their names, beside its index of the truth.

Two scans are read by tesseract as well. A proposal may be missing; none may be wrong.
"""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path

import pytest

from casemgr.contents.rules import date_of, kind_of
from casemgr.storage.preview import preview
from casemgr.storage.recognition import find_program, recognise
from casemgr.storage.sniff import sniff
from casemgr.storage.types import FileType
from tests.corpus import test_storage_corpus as storage

__test__ = storage.__test__
pytestmark = pytest.mark.corpus

CASE_FILE = Path(os.environ.get("CASEMGR_CORPUS", "")) / "case-file"
TODAY = date(2026, 11, 21)
KIND_OF = {  # the beginning of the index's own words for a type
    "504 plan": "plan_504",
    "Notice of proposed": "prior_written_notice",
    "Prior written notice": "prior_written_notice",
    "Meeting notice": "meeting_notice",
    "Progress report": "progress_report",
    "Evaluation report": "evaluation",
    "IEP": "iep",
    "Discipline notice": "discipline",
    "Signed consent": "consent",
    "Letter": "letter",
    "Call log": "call_log",
}
SCANS = ("05_", "22_")


def kind_in_truth(words: str) -> str:
    return next(kind for start, kind in KIND_OF.items() if words.startswith(start))


def file_type(path: Path) -> FileType:
    data = path.read_bytes()
    return sniff(data[:4096], path.name, tail=data[-4096:], size=len(data))


def first_page(path: Path, folder: Path) -> str:
    if path.name.startswith(SCANS):
        return recognise(path, file_type(path), 1, folder, find_program("tesseract") or "").text
    seen = preview(path, file_type(path), folder)
    return seen.pages[0].text if seen.pages else seen.text


def test_no_first_page_of_the_case_file_proposes_a_wrong_kind_or_date(tmp_path: Path) -> None:
    truth = json.loads((CASE_FILE / "truth.json").read_text())["documents"]
    rows = [row for row in truth if row["path"].endswith((".pdf", ".rtf"))]
    kinds, dates, wrong = 0, 0, []
    for row in rows:
        text = first_page(CASE_FILE / row["path"], tmp_path / str(row["no"]))
        kind, on = kind_of(text), date_of(text, TODAY)
        kinds += kind is not None
        dates += on is not None
        if kind and kind.value != kind_in_truth(row["type"]):
            wrong.append((row["path"], kind))
        if on and on.value.isoformat() != row["date"]:
            wrong.append((row["path"], on))
    assert wrong == []
    assert (kinds, dates, len(rows)) == (18, 12, 18), "a rule was lost, or one was won: count again"
