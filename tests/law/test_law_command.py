"""`law compute`, as somebody types it who knows the rule ids and the help page. Needs no database."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from casemgr.law.rulebook import packed_states, rulebook_for
from casemgr.law_command import law
from tests.law.test_calendar_files import CALENDAR_A_CSV

# number | what is typed after `law compute --state MA --calendar a.csv --rule` | plain count | act by | late after
# A star stands for a date that the example does not state. NONE: there is no date, and the reason holds these words.
TABLE = """
1  | idea-dp-lea-response --on 2026-11-18                  | 2026-11-28 | 2026-11-27 | 2026-11-30
2  | idea-dp-sufficiency --on 2026-11-18                   | 2026-12-03 | 2026-12-03 | 2026-12-03
2  | idea-resolution-meeting --on 2026-11-18               | 2026-12-03 | 2026-12-03 | 2026-12-03
2  | idea-resolution-period --on 2026-11-18                | 2026-12-18 | 2026-12-18 | 2026-12-18
2  | idea-decision-45 --on 2026-11-18                      | 2027-02-01 | 2027-02-01 | 2027-02-01
2  | idea-decision-45 --fact resolution_period_expired=2026-12-18 | 2027-02-01 | 2027-02-01 | 2027-02-01
3  | idea-dp-sufficiency-ruling --on 2026-12-03            | 2026-12-08 | 2026-12-08 | 2026-12-08
4  | idea-resolution-adjust-waiver --on 2026-12-01         | 2026-12-02 | 2026-12-02 | 2026-12-02
4  | idea-decision-45 --on 2026-11-18 --fact resolution_meeting_waived=2026-12-01 | 2027-01-15 | 2027-01-15 | 2027-01-15
4  | idea-decision-45 --fact resolution_meeting_waived=2026-12-01 | 2027-01-15 | 2027-01-15 | 2027-01-15
5  | idea-decision-45 --on 2026-11-18 --fact no_agreement_possible=2026-12-09 | 2027-01-23 | 2027-01-22 | 2027-01-23
6  | idea-decision-45 --on 2026-11-18 --fact mediation_continues=2026-12-15 | NONE | no date until one side | Suspended
6  | idea-decision-45 --on 2026-11-18 --fact mediation_continues=2026-12-15 --fact mediation_withdrawn=2027-01-22 | 2027-03-08 | 2027-03-08 | 2027-03-08
6  | idea-decision-45 --fact mediation_withdrawn=2027-01-22 | 2027-03-08 | 2027-03-08 | 2027-03-08
6  | idea-resolution-adjust-mediation --on 2027-01-22      | 2027-01-23 | * | *
7  | idea-resolution-meeting --on 2026-11-18 --fact amended_complaint_filed=2026-12-02 | 2026-12-17 | * | *
7  | idea-resolution-period --on 2026-11-18 --fact amended_complaint_filed=2026-12-02 | 2027-01-01 | 2026-12-31 | *
7  | idea-decision-45 --on 2026-11-18 --fact amended_complaint_filed=2026-12-02 | 2027-02-15 | 2027-02-12 | 2027-02-15
7  | idea-dp-amend-reset --on 2026-12-02                   | 2026-12-17 | * | *
8  | idea-disclosure-5bd --on 2026-11-30                   | 2026-11-20 | 2026-11-20 | 2026-11-20
8  | idea-disclosure-5bd --on 2026-11-30 --state CA        | 2026-11-19 | 2026-11-19 | 2026-11-19
9  | idea-disclosure-5bd --on 2027-04-22                   | 2027-04-14 | 2027-04-14 | 2027-04-14
10 | idea-dp-amend --on 2026-11-30                         | 2026-11-25 | 2026-11-25 | 2026-11-25
11 | idea-settlement-void --on 2027-06-16                  | 2027-06-21 | 2027-06-21 | 2027-06-22
12 | idea-settlement-void --on 2026-07-02                  | 2026-07-07 | 2026-07-07 | 2026-07-08
13 | idea-unilateral-10bd --on 2026-12-07                  | 2026-11-23 | 2026-11-20 | 2026-11-23
14 | ma-evaluation --on 2026-11-02                         | 2026-12-18 | 2026-12-18 | 2026-12-18
14 | ma-team-iep --on 2026-11-02                           | 2027-01-20 | 2027-01-20 | 2027-01-20
15 | ma-iep-immediately --on 2027-01-06                    | 2027-01-13 | 2027-01-13 | 2027-01-13
15 | ma-parent-response --on 2027-01-13                    | 2027-02-12 | 2027-02-12 | 2027-02-12
15 | ma-bsea-notice-of-rejection --on 2027-02-10           | 2027-02-15 | 2027-02-12 | 2027-02-24
16 | idea-mdr --on 2026-11-20                              | 2026-12-08 | 2026-12-08 | 2026-12-08
17 | idea-iaes-45 --on 2026-11-23                          | 2027-02-05 | 2027-02-05 | *
18 | idea-expedited-resolution --on 2026-12-14             | 2026-12-21 | 2026-12-21 | 2026-12-21
18 | idea-expedited-resolution-end --on 2026-12-14         | 2026-12-29 | 2026-12-29 | 2026-12-29
18 | idea-expedited-hearing --on 2026-12-14                | 2027-01-21 | 2027-01-21 | 2027-01-21
18 | idea-disclosure-5bd --on 2027-01-20                   | 2027-01-12 | 2027-01-12 | 2027-01-12
18 | idea-expedited-decision --on 2027-01-20               | 2027-02-03 | 2027-02-03 | 2027-02-03
18 | ma-expedited --on 2026-12-14                          | 2027-01-21 | 2027-01-21 | 2027-01-21
19 | idea-expedited-hearing --on 2027-06-01                | NONE | 2027-28 school calendar | entered
20 | ocr-file-180 --on 2026-05-29                          | 2026-11-25 | 2026-11-25 | 2026-11-25
20 | ocr-file-180 --backwards --on 2026-11-22              | 2026-05-26 | 2026-05-26 | 2026-05-26
20 | ocr-file-180 --fact ocr_complaint_filed=2026-11-22    | 2026-05-26 | 2026-05-26 | 2026-05-26
21 | ocr-after-grievance-60 --on 2026-10-30                | 2026-12-29 | 2026-12-29 | 2026-12-29
21 | ocr-after-grievance-60 --on 2026-10-30 --fact discriminatory_act=2026-05-29 | 2026-12-29 | 2026-11-25 | *
22 | idea-dp-sol --on 2024-02-29                           | 2026-02-28 | 2026-02-27 | *
22 | ma-hearing-sol --on 2024-02-29                        | 2026-02-28 | 2026-02-27 | *
23 | idea-dp-sol --backwards --on 2026-11-23               | 2024-11-23 | 2024-11-23 | *
24 | idea-civil-action --on 2026-11-30                     | 2027-02-28 | 2027-02-26 | 2027-03-01
24 | ma-civil-action --on 2026-11-30                       | 2027-02-28 | 2027-02-26 | 2027-03-01
26 | idea-state-complaint-lookback --on 2026-11-18         | 2025-11-18 | 2025-11-18 | 2025-11-18
26 | idea-state-complaint-decision --on 2026-11-18         | 2027-01-17 | * | *
27 | idea-annual-review --on 2026-02-27                    | 2027-02-27 | 2027-02-26 | *
27 | idea-triennial --on 2024-02-29                        | 2027-02-28 | 2027-02-26 | *
28 | ma-records --on 2026-12-18                            | 2026-12-28 | * | *
28 | idea-records-access --on 2026-12-18                   | 2027-02-01 | * | *
28 | ferpa-access --on 2026-12-18                          | 2027-02-01 | * | *
29 | ma-iee-district-response --on 2026-12-18              | 2027-01-05 | * | *
29 | ma-iee-team --on 2027-02-10                           | 2027-03-03 | * | *
29 | ma-iee-window --on 2026-01-31                         | 2027-05-31 | 2027-05-28 | *
29 | ma-iee-window --on 2026-10-31                         | 2028-02-29 | * | *
25 | ny-state-review --on 2026-11-24 --state NY            | 2027-01-03 | 2026-12-31 | *
30 | idea-part-c-to-b --on 2027-02-28                      | 2027-02-28 | 2027-02-26 | *
30 | idea-part-c-to-b --fact born_on=2024-02-29            | 2027-02-28 | 2027-02-26 | 2027-03-01
30 | idea-part-c-conference --fact born_on=2024-02-29      | 2026-11-30 | * | *
31 | idea-fees-offer-made --on 2026-12-14                  | 2026-12-03 | 2026-12-03 | *
31 | idea-fees-offer-accept --on 2026-12-03                | 2026-12-13 | 2026-12-11 | *
33 | 801-cmr-time --on 2027-04-08 --detail days=10         | 2027-04-18 | 2027-04-16 | 2027-04-20
33 | 801-cmr-time --fact hearing_office_order_received=2027-04-08,days=10,method=mail | 2027-04-21 | 2027-04-21 | 2027-04-21
33 | 801-cmr-time --on 2027-04-08                          | NONE | number of days | order
"""  # noqa: E501


@pytest.fixture
def calendar_a(tmp_path: Path) -> Path:
    path = tmp_path / "a.csv"
    path.write_text(CALENDAR_A_CSV)
    return path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(law, arguments)


def compute(*arguments: str) -> dict[str, Any]:
    result = run("compute", "--json", *arguments)
    assert result.exit_code == 0, result.output
    answer = json.loads(result.output)
    assert isinstance(answer, dict)
    return answer


def _rows() -> list[object]:
    rows = [[cell.strip() for cell in line.split("|")] for line in TABLE.strip().splitlines()]
    return [pytest.param(typed.split(), expected, id=f"{number} {typed}") for number, typed, *expected in rows]


@pytest.mark.parametrize(("typed", "expected"), _rows())
def test_every_worked_example_can_be_typed(typed: list[str], expected: list[str], calendar_a: Path) -> None:
    answer = compute("--state", "MA", "--calendar", str(calendar_a), "--rule", *typed)
    found = [answer["nominal"], answer["act_by"], answer["late_after"]]
    assert answer["rule"] == typed[0]
    assert answer["citation"]
    if expected[0] == "NONE":
        assert found == [None, None, None]
        assert all(words in answer["reason"] for words in expected[1:])
    else:
        assert [day if want != "*" else "*" for day, want in zip(found, expected, strict=True)] == expected
        assert answer["reason"] is None
        assert answer["steps"][-1]["date"] == answer["nominal"]


CALIFORNIA_CSV = """date,kind,note
2026-08-19,first,
2026-11-11,closed,Veterans Day
2026-11-26..2026-11-27,closed,Thanksgiving
2026-12-19..2027-01-10,closed,Winter break
2027-06-10,last,
"""


def test_example_32_with_the_school_break_and_without(tmp_path: Path) -> None:
    path = tmp_path / "california.csv"
    path.write_text(CALIFORNIA_CSV)
    asked = ("--state", "CA", "--rule", "ca-evaluation", "--on", "2026-11-02", "--calendar", str(path))
    answer = compute(*asked)
    assert (answer["nominal"], answer["act_by"]) == ("2027-01-24", "2027-01-22")
    path.write_text(CALIFORNIA_CSV.replace("2026-12-19..2027-01-10,closed,Winter break\n", ""))
    assert compute(*asked)["nominal"] == "2027-01-01"
    federal = compute("--state", "CA", "--rule", "idea-initial-evaluation", "--on", "2026-11-02")
    assert (federal["nominal"], federal["state_rules"]) == ("2027-01-01", ["ca-evaluation"])


@pytest.mark.parametrize("state", ["MA", "US", *sorted(set(packed_states()) - {"MA"})])
def test_every_rule_can_be_asked_for_by_its_id(state: str, calendar_a: Path) -> None:
    book = rulebook_for(state)
    own = {rule.id for rule in book.rules if state in ("MA", "US") or rule.jurisdiction != "us"}
    for rule in sorted(own):
        answer = compute(
            "--state", state, "--rule", rule, "--on", "2026-11-18", "--detail", "days=9", "--calendar", str(calendar_a)
        )
        assert (answer["nominal"] is None) <= bool(answer["reason"]), rule
        assert {"rule", "citation", "nominal", "act_by", "late_after", "reason", "steps"} <= set(answer)


def test_a_replaced_rule_answers_and_names_what_replaces_it() -> None:
    answer = compute("--state", "MA", "--rule", "idea-initial-evaluation", "--on", "2026-11-02")
    assert (answer["nominal"], answer["replaced_by"]) == ("2027-01-01", ["ma-evaluation"])
    assert any("ma-evaluation takes this rule's place" in notice for notice in answer["notices"])


def test_a_restated_rule_has_both_citations_and_a_row_of_two_rules_both_parts() -> None:
    answer = compute("--state", "MA", "--rule", "ma-decision-45", "--on", "2026-11-18")
    assert answer["counted_as"] == "idea-decision-45"
    assert answer["citations"][:2] == ["BSEA Hearing Rule III.A.3; 34 CFR 300.515", "34 CFR 300.515(a)"]
    both = compute("--state", "MA", "--rule", "ma-annual-triennial", "--on", "2026-02-27")
    assert [part["rule"] for part in both["parts"]] == ["idea-annual-review", "idea-triennial"]
    assert (both["nominal"], both["parts"][1]["nominal"]) == ("2027-02-27", None)
    assert "evaluation_completed" in both["parts"][1]["reason"]


def test_an_amended_complaint_lists_the_clocks_that_it_starts_again() -> None:
    answer = compute("--state", "MA", "--rule", "idea-dp-amend-reset", "--on", "2026-12-02")
    assert [(part["rule"], part["nominal"]) for part in answer["parts"]] == [
        ("idea-resolution-meeting", "2026-12-17"),
        ("idea-resolution-period", "2027-01-01"),
        ("idea-decision-45", "2027-02-15"),
    ]


def test_what_the_district_filed_counts_differently() -> None:
    def ask(rule: str, *more: str) -> dict[str, Any]:
        return compute("--state", "MA", "--rule", rule, "--on", "2026-11-18", *more)

    assert ask("ma-hearing-date")["nominal"] == "2026-12-23"
    assert ask("ma-hearing-date", "--filed-by", "lea")["nominal"] == "2026-12-08"
    none = ask("idea-resolution-meeting", "--filed-by", "district")
    assert (none["nominal"], none["reason"]) == (
        None,
        "Does not apply: it runs only when the parent filed, and here the district did.",
    )
    decision = ask("idea-decision-45", "--filed-by", "lea")
    assert (decision["nominal"], decision["trigger"]["fact"]) == ("2027-01-02", "due_process_complaint_filed")
    assert decision["unverified"]
    assert "UNVERIFIED" in decision["notices"][0]
    received = ask("idea-dp-sufficiency", "--filed-by", "lea")
    assert (received["trigger"]["fact"], received["actor"]) == ("due_process_complaint_received_by_parent", "parent")
    for by_fact in ("due_process_complaint_filed=2026-11-18,by=lea", "filed_by=district", "lea_filed=yes"):
        assert ask("ma-hearing-date", "--fact", by_fact)["nominal"] == "2026-12-08"


def test_a_rule_that_was_not_in_force_says_when_it_was() -> None:
    old = compute("--state", "MA", "--rule", "ma-iep-old-rule", "--on", "2026-01-06")
    assert old["nominal"] is None
    assert "from Fri 1 Dec 2006 to Thu 12 Jun 2025" in old["reason"]


def test_without_a_rule_every_deadline_that_the_facts_start() -> None:
    answer = compute("--state", "MA", "--fact", "complaint_received=11/18/2026", "--today", "2026-11-22")
    assert [fact["fact"] for fact in answer["facts"]] == ["due_process_complaint_received"]
    by_rule = {one["rule"]: one for one in answer["deadlines"]}
    assert by_rule["idea-decision-45"]["nominal"] == "2027-02-01"
    assert by_rule["idea-dp-lea-response"]["status"] == "open"
    dates = [one["act_by"] for one in answer["deadlines"] if one["act_by"]]
    assert dates == sorted(dates)


def test_a_fact_of_which_only_the_month_is_known_gives_no_plain_count() -> None:
    answer = compute("--state", "MA", "--rule", "idea-dp-sol", "--fact", "action_known=2025-01")
    assert (answer["nominal"], answer["act_by"], answer["late_after"]) == (None, "2026-12-31", "2027-02-01")
    assert "no plain count" in answer["reason"]


def test_a_chain_says_which_day_it_counts_from() -> None:
    answer = compute("--state", "MA", "--rule", "idea-decision-45", "--on", "2026-11-18")
    assert answer["day_zero"] == "2026-12-18"
    assert any("Fri 18 Dec 2026, the last day of" in note for note in answer["notes"])


def test_an_ics_calendar_counts_too(tmp_path: Path) -> None:
    events = [
        ("20260902", "20260903", "First day of school"),
        ("20261103", "20261104", "No School - Election Day"),
        ("20261111", "20261112", "No School - Veterans Day"),
        ("20261126", "20261128", "Thanksgiving Recess"),
        ("20261224", "20270102", "Winter Recess"),
        ("20270617", "20270618", "Last day of school"),
    ]
    text = "".join(
        f"BEGIN:VEVENT\r\nDTSTART;VALUE=DATE:{first}\r\nDTEND;VALUE=DATE:{end}\r\nSUMMARY:{title}\r\nEND:VEVENT\r\n"
        for first, end, title in events
    )
    path = tmp_path / "district.ics"
    path.write_text(f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{text}END:VCALENDAR\r\n")
    answer = compute("--state", "MA", "--rule", "ma-evaluation", "--on", "2026-11-02", "--calendar", str(path))
    assert answer["nominal"] == "2026-12-18"
    skipped = {step["date"]: step["why"] for step in answer["steps"] if step["number"] is None}
    assert skipped["2026-11-26"] == "Thanksgiving Recess"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--state", "XX", "--rule", "idea-mdr", "--on", "2026-11-18"], "There is no State “XX”"),
        (["--state", "MA", "--rule", "idea-resolution", "--on", "2026-11-18"], "idea-resolution-meeting"),
        (["--state", "MA", "--rule", "idea-dp-response", "--on", "2026-11-18"], "idea-dp-lea-response"),
        (["--state", "MA", "--rule", "34 CFR 300.510(a)", "--on", "2026-11-18"], "idea-resolution-meeting"),
        (["--state", "TX", "--rule", "ma-evaluation", "--on", "2026-11-18"], "need --state MA"),
        (["--state", "MA", "--rule", "idea-mdr"], "disciplinary_placement_change_decided"),
        (["--state", "MA", "--rule", "idea-mdr", "--on", "2026-02-30"], "does not exist"),
        (["--state", "MA", "--rule", "idea-mdr", "--on", "soon"], "is not a date"),
        (["--state", "MA", "--on", "2026-11-18"], "Give --rule ID"),
        (["--state", "MA", "--fact", "complaint=2026-11-18"], "due_process_complaint_received"),
        (["--state", "MA", "--fact", "mediation_withdrawl=2026-11-18"], "mediation_withdrawn"),
        (["--state", "MA", "--fact", "hearing_scheduled"], "needs a date"),
        (["--state", "MA", "--fact", "hearing_scheduled=2026-11-30,room=4"], "has no detail “room”"),
        (["--state", "MA", "--fact", "removal_started=2026-11-30,kind=x"], "is one of"),
        (["--state", "MA", "--rule", "idea-mdr", "--on", "2026-11-18", "--filed-by", "judge"], "cannot file"),
        (
            ["--state", "MA", "--rule", "idea-disclosure-5bd", "--on", "2026-11-30", "--fact", "hearing=2026-12-01"],
            "given twice",
        ),
    ],
)
def test_what_cannot_be_answered_is_refused_with_what_to_do(arguments: list[str], says: str) -> None:
    result = run("compute", *arguments, "--json")
    assert result.exit_code == 2
    assert says in json.loads(result.stdout)["error"]
    assert says in result.stderr


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("date,kind,note\n2026-09-02,first,\n2026-11-26,shut,\n2027-06-17,last,\n", "line 3: “shut” is not a kind"),
        ("date,kind,note\n2026-11-26,closed,\n", "The first and the last day of school are missing"),
        ("date,kind,note\n2026-09-02,first,\n", "The last day of school is missing"),
    ],
)
def test_a_calendar_that_cannot_be_used_is_refused_with_its_line(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / "b.csv"
    path.write_text(text)
    result = run("compute", "--state", "MA", "--rule", "idea-mdr", "--on", "2026-11-20", "--calendar", str(path))
    assert result.exit_code == 2
    assert says in result.stderr


def test_first_and_last_day_complete_a_calendar_without_them(tmp_path: Path) -> None:
    path = tmp_path / "b.csv"
    path.write_text("date,kind,note\n2026-11-26..2026-11-27,closed,\n")
    bounds = ("--first-day", "2026-09-02", "--last-day", "2027-06-17")
    answer = compute("--state", "MA", "--rule", "idea-mdr", "--on", "2026-11-20", "--calendar", str(path), *bounds)
    assert answer["nominal"] == "2026-12-08"


def test_without_a_calendar_a_school_day_rule_says_which_year_is_missing() -> None:
    answer = compute("--state", "MA", "--rule", "ma-evaluation", "--on", "2026-11-02")
    assert answer["nominal"] is None
    assert "2026-27 school calendar" in answer["reason"]


def test_the_text_for_a_terminal_has_dates_steps_and_citation() -> None:
    result = run("compute", "--state", "MA", "--rule", "idea-dp-lea-response", "--on", "2026-11-18")
    for words in ("Sat 28 Nov 2026", "Fri 27 Nov 2026", "Mon 30 Nov 2026", "34 CFR 300.508(e)(1)", "Thanksgiving Day"):
        assert words in result.output


def test_a_rule_is_shown_as_a_lawyer_reads_it() -> None:
    result = run("show", "ma-evaluation")
    for words in ("30 school days after", "603 CMR 28.04(2)", "evaluation_consent_received", "idea-initial-evaluation"):
        assert words in result.output
    shown = json.loads(run("show", "idea-decision-45", "--state", "MA", "--json").output)
    assert shown["on_means"][0] == "due_process_complaint_received"
    assert shown["chain"] == "counted from the last day of idea-resolution-period"
    assert run("show", "idea-nothing").exit_code == 2


def test_every_rule_can_be_shown_and_says_what_on_means() -> None:
    asked = {(rule.id, state) for state in packed_states() for rule in rulebook_for(state).rules}
    for rule, state in dict(sorted(asked)).items():
        result = run("show", rule, "--state", state)
        assert result.exit_code == 0, result.output
        assert "--on" in result.output
        assert "citation" in result.output


def test_the_facts_are_listed_with_their_words_and_what_they_start() -> None:
    result = run("facts", "waived", "--state", "MA")
    assert "resolution_meeting_waived" in result.output
    assert "idea-resolution-adjust-waiver" in result.output
    rows = json.loads(run("facts", "--json").output)["facts"]
    assert {"fact", "label", "help", "details"} <= set(rows[0])


# -- docs/law-command.md is true ---------------------------------------------------------------------------------------

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "law-command.md").read_text(encoding="utf-8")


def _commands() -> list[str]:
    return [
        line.removeprefix("python -m casemgr law ")
        for line in PAGE.splitlines()
        if line.startswith("python -m casemgr")
    ]


@pytest.mark.parametrize("typed", _commands())
def test_each_command_of_the_page_works(typed: str, calendar_a: Path) -> None:
    result = run(*(str(calendar_a) if word == "district.csv" else word for word in typed.split()))
    assert result.exit_code == 0, result.output


@pytest.mark.parametrize(
    ("typed", "says"), re.findall(r"^(--rule idea-decision-45 .*?) {2,}(?:decision )?(\S+).*$", PAGE, re.MULTILINE)
)
def test_each_date_on_the_page_is_the_one_that_is_computed(typed: str, says: str) -> None:
    answer = compute("--state", "MA", *typed.split())
    if says[0].isdigit():
        assert answer["nominal"] == says
    elif says == "none:":
        assert answer["status"] == "suspended"
    else:
        assert answer["unverified"]


def test_the_page_names_every_key_of_the_json() -> None:
    answer = compute("--state", "MA", "--rule", "idea-decision-45", "--on", "2026-11-18")
    named = set(re.findall(r"`(\w+)`", PAGE.partition("### The JSON")[2].partition("## A school calendar")[0]))
    assert set(answer) <= named, set(answer) - named


def test_the_calendar_on_the_page_is_one(tmp_path: Path) -> None:
    path = tmp_path / "page.csv"
    path.write_text(PAGE.partition("## A school calendar as CSV")[2].split("```")[1].lstrip("\n"))
    answer = compute("--state", "MA", "--rule", "ma-evaluation", "--on", "2026-11-02", "--calendar", str(path))
    assert answer["nominal"]
