"""docs/law-packs.md is followed to the letter: its files are written, checked, loaded, counted with and confirmed."""

import re
import shutil
from datetime import date
from pathlib import Path
from textwrap import dedent

import pytest

from casemgr.deadlines.holidays import day_calendar
from casemgr.law.checking import check_packs
from casemgr.law.counting import compute
from casemgr.law.days import SchoolYear
from casemgr.law.deadlines import Deadline, Fact, deadlines
from casemgr.law.packfiles import PACKS
from casemgr.law.rulebook import Rulebook, load
from casemgr.law.stages import CaseView, check
from casemgr.law.terms import Doubt, Event, FactKind, Stage, Track
from tests.law.calendars import YEARS, days

PAGE = (Path(__file__).parents[2] / "docs" / "law-packs.md").read_text(encoding="utf-8")
BLOCKS = [dedent(block) for block in re.findall(r"^ *```toml\n(.*?)^ *```", PAGE, re.M | re.S)]
CALENDAR = day_calendar("ZZ", [SchoolYear(date(2026, 9, 2), date(2027, 6, 17), days("2026-12-21..2027-01-08"))], YEARS)
CONSENT = Fact("c", FactKind.EVALUATION_CONSENT_RECEIVED, date(2026, 11, 2))


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    """The folder that a reader of the page has after step 6."""
    folder = tmp_path / "packs"
    shutil.copytree(PACKS, folder)
    (folder / "us_zz").mkdir()
    for block in BLOCKS:
        if written := re.match(r"# (us_zz/\w+\.toml)\n", block):
            (folder / written[1]).write_text(block, encoding="utf-8")
    return folder


def confirmed(packs: Path) -> Rulebook:
    lines = next(block for block in BLOCKS if ", in the row zz-evaluation" in block).partition("\n")[2]
    path = packs / "us_zz" / "rules.toml"
    path.write_text(path.read_text().replace('id = "zz-evaluation"\n', f'id = "zz-evaluation"\n{lines}'))
    return load(packs, "ZZ")


def run(book: Rulebook) -> dict[str, Deadline]:
    return {row.rule.id: row for row in deadlines(book, [CONSENT], CALENDAR, date(2026, 11, 22))}


def test_the_page_writes_three_files_and_the_check_finds_no_mistake(packs: Path) -> None:
    assert sorted(path.name for path in (packs / "us_zz").iterdir()) == ["forums.toml", "pack.toml", "rules.toml"]
    assert not check_packs(packs / "us_zz", date(2026, 12, 1)).problems
    assert not check_packs(packs, date(2026, 12, 1)).problems


def test_the_date_of_the_page_comes_out(packs: Path) -> None:
    told = re.search(r"\| (\S+) \| (\S+) \| (\S+) \|\n\n   Without the break it would be (\S+):", PAGE)
    assert told
    book = load(packs, "ZZ")
    dates = compute(book.rule("zz-evaluation"), CONSENT.on, CALENDAR)
    assert [str(day) for day in (dates.nominal, dates.act_by, dates.late_after)] == [told[1], told[2], told[3]]
    plain = day_calendar("ZZ", [SchoolYear(date(2026, 9, 2), date(2027, 6, 17))], YEARS)
    assert str(compute(book.rule("zz-evaluation"), CONSENT.on, plain).nominal) == told[4]


def test_both_dates_run_until_somebody_confirms_the_row_as_the_page_says(packs: Path) -> None:
    before = run(load(packs, "ZZ"))
    assert set(before) == {"idea-initial-evaluation", "zz-evaluation"}
    assert {row.doubt for row in before.values()} == {Doubt.NOT_CONFIRMED}
    after = run(confirmed(packs))
    assert set(after) == {"zz-evaluation"}
    assert after["zz-evaluation"].doubt is Doubt.NONE


def test_what_the_page_says_is_unknown_and_who_hears_what_reach_a_case(packs: Path) -> None:
    book = load(packs, "ZZ")
    assert "was not found" in book.unknown["idea-civil-action"]
    assert "Example State" in book.caution and len(book.notices) == 2
    view = CaseView(track=Track.SECTION_504, state="ZZ", stage=Stage.TEAM_MEETING, today=date(2026, 11, 22))
    assert "own Section 504 hearing" in check(view, Event.FILE_DUE_PROCESS_COMPLAINT, book).reasons[0].text
