"""A pack with an error is refused with file and line, all errors at once, and the last good one stays in use."""

from __future__ import annotations

import logging
import os
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner

from casemgr.law.answers import Question, answer
from casemgr.law.checking import check_packs
from casemgr.law.packfiles import PACKS, PackError
from casemgr.law.rulebook import Shelf, Stock
from casemgr.law_command import law
from tests.law.calendars import CALENDAR_A

PACK = '[pack]\nstate = "WY"\nname = "Wyoming"\n'
GOOD = """# A comment, so that lines do not begin at one.
[defaults]
read_on = 2026-11-22

[[rule]]
id = "wy-evaluation"
title = "The evaluation must be finished"
explanation = "E."
kind = "duty"
starts_on = "evaluation_consent_received"
count = 45
unit = "calendar_day"
direction = "after"
actor = "lea"
citation = "C"
source = "https://example.gov"
verified = "V2"
"""

TODAY = date(2026, 11, 22)


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    """A folder of packs with one of Wyoming that has nothing wrong."""
    folder = tmp_path / "packs"
    shutil.copytree(PACKS, folder)
    (folder / "us_wy").mkdir()
    (folder / "us_wy" / "pack.toml").write_text(PACK)
    (folder / "us_wy" / "evaluation.toml").write_text(GOOD)
    return folder


def _problems(packs: Path, text: str) -> list[str]:
    (packs / "us_wy" / "evaluation.toml").write_text(text)
    return [str(problem) for problem in check_packs(packs / "us_wy", TODAY).problems]


def test_our_own_packs_have_no_problem() -> None:
    result = CliRunner().invoke(law, ["check"])
    assert result.exit_code == 0, result.output
    assert "no problem found" in result.output


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ('citation = "C"\n', "", 5, "'citation' is missing"),
        ('citation = "C"', 'citation = ""', 15, "needs a citation"),
        ("evaluation_consent_received", "evaluation_consent_recieved", 10, "evaluation_consent_received"),
        ('unit = "calendar_day"', 'unit = "days"', 12, "not one of its words"),
        ("count = 45", 'count = "45"', 11, "write a whole number"),
        ("read_on = 2026-11-22", 'read_on = "2026-11-22"', 5, "a date without quotes"),
        ('verified = "V2"', 'verified = "V2"\ncolor = "red"', 18, "unknown field 'color'"),
        ('verified = "V2"', 'verified = "V2"\nreplaces = "idea-nothing"', 18, "no rule 'idea-nothing'"),
        (
            'verified = "V2"',
            'verified = "V2"\nstarts_after = "wy-evaluation"',
            18,
            "ring: wy-evaluation → wy-evaluation",
        ),
        ('verified = "V2"', 'verified = "V2"\nwhen = { color = "red" }', 18, "no fact that starts it asks for 'color'"),
        ('starts_on = "evaluation_consent_received"\n', "", 5, "nothing starts it"),
        ("https://example.gov", "a book", 16, "give the address"),
        ("[defaults]\n", "[defaults\n", 2, "not valid TOML"),
        ("[[rule]]", "[rule]", 5, "two brackets"),
        ("[defaults]", "[defalts]", 2, "unknown table 'defalts'"),
        ('citation = "C"', 'citation = " "', 15, "needs a citation"),
        ('title = "The evaluation must be finished"', 'title = ""', 7, "needs a title"),
        ('explanation = "E."', 'explanation = ""', 8, "needs an explanation"),
        ("wy-evaluation", "wy evaluation", 6, "small letters, figures and hyphens"),
        ("count = 45", "count = 450000", 11, "no law counts that far"),
        ('unit = "calendar_day"', 'unit = "calendar_day"\nschool_days_left = [45, 30]', 13, "the fewest and the most"),
        ('unit = "calendar_day"', 'unit = "calendar_day"\nschool_days_left = [45]', 13, "the fewest and the most"),
        ('verified = "V2"', 'verified = "V2"\nlate = { count = "5", unit = "month", why = "W" }', 18, "whole number"),
        ('verified = "V2"', 'verified = "V2"\nlate = { count = 5, unit = "month" }', 18, "'why' is missing"),
        ('verified = "V2"', 'verified = "V2"\npauses = [{ what = "summer", longer_than = "5" }]', 18, "whole number"),
        ('verified = "V2"', 'verified = "V2"\nwhen = "red"', 18, "the question and its answer"),
        ('verified = "V2"', 'verified = "V2"\nunless = { color = 3 }', 18, "text in quotes"),
        (
            'verified = "V2"',
            'verified = "V2"\nconfirmed_on = 2026-11-23\nconfirmed_by = "A. B."',
            18,
            "has not come yet",
        ),
        ("wy-evaluation", "idea-iee", 6, "federal ids begin with idea-: let it begin with wy-"),
        ("wy-evaluation", "mt-evaluation", 6, "Montana: its ids begin so; let it begin with wy-"),
        ('verified = "V2"', 'verified = "V2"\nmoves = "idea-mdr"', 18, "nothing moves the start of 'idea-mdr'"),
    ],
)
def test_each_mistake_is_named_with_file_and_line(packs: Path, old: str, new: str, line: int, says: str) -> None:
    assert old in GOOD
    told = _problems(packs, GOOD.replace(old, new))
    assert any(one.startswith(f"us_wy/evaluation.toml:{line}: ") and says in one for one in told), told


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("us_ma/filings.toml", 'need = "asked", text = "Signature', 'need = "must", text = "Signature', "need: 'must'"),
        (
            "order.toml",
            'first = "evaluation_requested"',
            'first = "evaluation_request"',
            "no fact 'evaluation_request'",
        ),
        ("facts.toml", '[iep_agreed]\ngroup = "Evaluation and plan"\n', "[iep_agreed]\n", "'group' is missing"),
        ("removals.toml", "[sent_home]\nlabel", "[sent_home]\nlabl", "'label' is missing"),
        ("states.toml", 'AL = { name = "Alabama"', 'AL = { nam = "Alabama"', "'name' is missing"),
    ],
)
def test_a_mistake_in_a_list_or_in_a_table_beside_the_packs_is_named_with_its_line(
    packs: Path, file: str, old: str, new: str, says: str
) -> None:
    text = (packs / file).read_text()
    assert text.count(old) == 1
    (packs / file).write_text(text.replace(old, new))
    line = text[: text.index(old)].count("\n") + 1
    told = [str(problem) for problem in check_packs(packs, TODAY).problems]
    assert len(told) == 1 and told[0].startswith(f"{file}:{line}: ") and says in told[0], told


def test_all_mistakes_are_told_at_once_and_the_exit_status_is_1(packs: Path) -> None:
    wrong = GOOD.replace("count = 45", "count = -45").replace('unit = "calendar_day"\n', "") + GOOD.partition("\n\n")[
        2
    ].replace("wy-evaluation", "wy-other").replace('actor = "lea"', 'actor = "school"\ncolour = 1')
    (packs / "us_wy" / "evaluation.toml").write_text(wrong)
    (packs / "us_wy" / "pack.toml").write_text('[pack]\nstate = "UT"\n')
    result = CliRunner().invoke(law, ["check", str(packs)])
    assert result.exit_code == 1
    told = result.stdout.splitlines()
    for words in (
        "never negative",
        "count and unit",
        "actor: 'school'",
        "'colour'",
        "does not fit the folder",
        "'name'",
    ):
        assert any(words in one for one in told), (words, told)
    assert all(re.match(r"us_wy/\w+\.toml:\d+: ", one) for one in told)


def test_two_versions_that_overlap_are_named_at_the_later_one(packs: Path) -> None:
    again = GOOD.partition("\n\n")[2]
    told = _problems(packs, f"{GOOD}\n{again}effective = 2026-01-01\n")
    assert told == [
        "us_wy/evaluation.toml:32: wy-evaluation: two versions overlap: end the earlier one before this one begins"
    ]
    ended = GOOD + "ended = 2025-12-31\n"
    assert _problems(packs, f"{ended}\n{again}effective = 2026-01-01\n") == []


def test_the_date_of_the_trigger_picks_the_version(packs: Path) -> None:
    old = GOOD.replace("count = 45", "count = 90") + "ended = 2025-12-31\n"
    new = GOOD.partition("\n\n")[2] + "effective = 2026-01-01\n"
    assert _problems(packs, f"{old}\n{new}") == []
    book = Stock.read(packs).book("WY")
    for on, count, last in ((date(2025, 6, 2), 90, date(2025, 8, 31)), (date(2026, 6, 1), 45, date(2026, 7, 16))):
        found = answer(book, Question("wy-evaluation", on), CALENDAR_A, on)
        assert (found.rule.count, found.counted.count, found.dates.nominal) == (count, count, last)


def test_one_pack_alone_can_be_checked_against_our_federal_law(packs: Path) -> None:
    assert check_packs(packs / "us_wy", TODAY).problems == ()
    shutil.copytree(packs / "us_wy", packs / "wyoming")
    assert "does not fit the folder wyoming" in str(check_packs(packs / "wyoming", TODAY).problems)
    assert "does not fit the folder wyoming" in str(check_packs(packs, TODAY).problems)
    shutil.rmtree(packs / "wyoming")
    (packs / "us_wy" / "pack.toml").unlink()
    assert [problem.file for problem in check_packs(packs, TODAY).problems] == ["us_wy/pack.toml"]


def test_a_running_program_takes_up_good_packs_and_keeps_the_last_good_ones(
    packs: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    shelf = Shelf(packs)
    assert shelf.stock().book("WY").rule("wy-evaluation").count == 45
    monkeypatch.setattr("casemgr.law.rulebook.LOOK_AGAIN", -1.0)
    file = packs / "us_wy" / "evaluation.toml"

    file.write_text(GOOD.replace("count = 45", "count = 450"))
    assert shelf.stock().book("WY").rule("wy-evaluation").count == 450

    file.write_text(GOOD.replace("count = 45", "count = forty-five"))
    with caplog.at_level(logging.ERROR):
        assert shelf.stock().book("WY").rule("wy-evaluation").count == 450
        assert shelf.stock().book("UT").rule("idea-mdr").count == 10, "of a State not asked for before as well"
    assert "us_wy/evaluation.toml:11" in caplog.text
    assert len(caplog.records) == 1, "told once, not with every question"
    with pytest.raises(PackError, match=r"evaluation\.toml:11"):
        shelf.reload()

    file.write_text(GOOD.replace("count = 45", "count = 4500"))
    assert shelf.stock().book("WY").rule("wy-evaluation").count == 4500


def test_the_program_does_not_start_on_a_pack_with_a_mistake(packs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from casemgr.platform import launcher

    monkeypatch.setattr("casemgr.law.rulebook.PACKS", packs)
    launcher._check_law()
    (packs / "us_wy" / "evaluation.toml").write_text(GOOD.replace("count = 45", "count = -45"))
    with pytest.raises(
        launcher.CannotStart, match=r"us_wy/evaluation\.toml:11: wy-evaluation: count is never negative"
    ):
        launcher._check_law()


def test_the_command_needs_no_settings_no_database_and_no_web_framework() -> None:
    code = (
        "import sys\n"
        "from casemgr.cli import main\n"
        "main(['law', 'compute', '--state', 'MA', '--rule', 'idea-mdr', '--on', '2026-11-20'], standalone_mode=False)\n"
        "print(sorted({'flask', 'sqlalchemy', 'config', 'icalendar'} & set(sys.modules)))\n"
    )
    bare = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, env=bare, capture_output=True, text=True, check=True)
    assert done.stdout.endswith("[]\n"), done.stdout
    assert "2026-27 school calendar" in done.stdout
