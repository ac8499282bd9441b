"""The packs: every rule has its source, and a pack that is wrong refuses to load, naming file and rule."""

import re
import shutil
from datetime import date
from pathlib import Path

import pytest

from casemgr.law.contents import checklist, routing
from casemgr.law.facts import FACTS, birthdays
from casemgr.law.numbering import bates, exhibit_label
from casemgr.law.rulebook import PACKS, PackError, Rulebook, load, packed_states, rulebook_for
from casemgr.law.terms import Direction, FactKind, FilingKind, Need, Verification

MA = rulebook_for("MA")


@pytest.mark.parametrize("rule", MA.rules, ids=lambda rule: rule.id)
def test_every_rule_has_words_a_citation_a_source_and_the_day_it_was_read(rule: object) -> None:
    assert rule.title  # type: ignore[attr-defined]
    assert rule.explanation.endswith((".", "?"))  # type: ignore[attr-defined]
    assert rule.citation  # type: ignore[attr-defined]
    assert rule.source.startswith("https://")  # type: ignore[attr-defined]
    assert rule.seen  # type: ignore[attr-defined]
    assert rule.read_on >= date(2026, 11, 22)  # type: ignore[attr-defined]


def test_no_state_is_named_in_the_code_of_the_law() -> None:
    names = [*packed_states().values(), *(f'"{code}"' for code in packed_states()), "BSEA", "DESE"]
    examples = {'by its two letters ("MA")'}
    for path in PACKS.parent.glob("*.py"):
        text = path.read_text()
        for example in examples:
            text = text.replace(example, "")
        assert not [name for name in names if name in text], path.name


def test_a_state_without_a_pack_gets_federal_law_and_a_visible_notice() -> None:
    book = rulebook_for("wy")
    assert {rule.jurisdiction for rule in book.rules} == {"us"}
    assert "no checked rules for Wyoming" in book.notices[0] == book.caution
    assert rulebook_for("MA").caution == ""
    assert packed_states()["MA"] == "Massachusetts"
    assert "WY" not in packed_states()


@pytest.mark.parametrize("state", ["", "../us_ma", "a/b", "zz", "Q"])
def test_an_odd_state_code_never_leaves_the_packs_folder(state: str) -> None:
    assert {rule.jurisdiction for rule in load(PACKS, state).rules} == {"us"}


def test_the_state_rule_stands_in_for_the_one_it_replaces() -> None:
    assert MA.current("idea-initial-evaluation").id == "ma-evaluation"
    assert rulebook_for("WY").current("idea-initial-evaluation").id == "idea-initial-evaluation"
    assert MA.version("ma-iep-old-rule", date(2020, 1, 1)).ended == date(2025, 6, 12)
    with pytest.raises(KeyError):
        MA.version("ma-iep-old-rule", date(2026, 1, 1))
    with pytest.raises(KeyError):
        MA.rule("no-such-rule")


RULE = """
[[rule]]
id = "{id}"
title = "T"
explanation = "E."
kind = "duty"
direction = "after"
count = 5
unit = "calendar_day"
actor = "lea"
citation = "C"
verified = "V"
read_on = 2026-11-22
{more}
"""


def _with(tmp_path: Path, text: str) -> Rulebook:
    packs = tmp_path / "packs"
    shutil.copytree(PACKS, packs)
    (packs / "us_ma" / "zz.toml").write_text(text, encoding="utf-8")
    return load(packs, "MA")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (RULE.format(id="x-rule", more='starts_on = "no_such_fact"'), "starts_on"),
        (RULE.format(id="x-rule", more='colour = "red"'), "unknown field 'colour'"),
        (RULE.format(id="x-rule", more='starts_after = "nowhere"'), "no rule 'nowhere'"),
        (RULE.format(id="x-rule", more='starts_after = "x-rule"'), "ring"),
        (RULE.format(id="x-rule", more="").replace("count = 5\n", ""), "count and unit go together"),
        (RULE.format(id="x-rule", more="").replace('"after"', '"none"'), "direction"),
        (RULE.format(id="x-rule", more="").replace("count = 5", "count = -5"), "never negative"),
        (RULE.format(id="x-rule", more="").replace('citation = "C"\n', ""), "'citation' is missing"),
        (RULE.format(id="x-rule", more="").replace('"C"', '""'), "needs a citation"),
        (RULE.format(id="x-rule", more="") * 2, "two versions overlap"),
    ],
)
def test_a_wrong_rule_refuses_to_load_and_names_file_and_rule(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(PackError) as refusal:
        _with(tmp_path, text)
    assert re.search(r"us_ma/zz\.toml:\d+: x-rule: ", str(refusal.value))
    assert words in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [("[[rule]\n", "us_ma/zz.toml:1: not valid TOML"), ('[surprise]\na = "b"\n', "unknown table 'surprise'")],
)
def test_a_file_that_cannot_be_read_as_a_pack_is_named(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(PackError, match=words):
        _with(tmp_path, text)


def test_two_versions_that_do_not_overlap_live_side_by_side(tmp_path: Path) -> None:
    old = RULE.format(id="x-rule", more="ended = 2020-01-01")
    new = RULE.format(id="x-rule", more="effective = 2020-01-02").replace("count = 5", "count = 7")
    book = _with(tmp_path, old + new)
    assert book.version("x-rule", date(2019, 5, 5)).count == 5
    assert book.version("x-rule", date(2021, 5, 5)).count == 7
    assert book.rule("x-rule").count == 7


def test_a_state_rule_of_the_same_id_takes_the_place_of_the_federal_one(tmp_path: Path) -> None:
    book = _with(tmp_path, RULE.format(id="idea-dp-lea-response", more=""))
    assert book.rule("idea-dp-lea-response").jurisdiction == "us_ma"
    assert book.rule("idea-dp-lea-response").count == 5


# -- facts ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FactKind)
def test_every_fact_has_a_sentence_and_help(kind: FactKind) -> None:
    info = FACTS[kind]
    assert info.label[0].isupper() or info.label[0].isdigit()
    assert info.help.endswith(".")
    assert info.group


def test_a_fact_that_a_rule_asks_details_of_offers_them_in_its_form() -> None:
    for rule in MA.rules:
        asked = {*rule.unless, *filter(None, (rule.count_detail, rule.adds and rule.adds.detail))}
        offered = [{detail.key for detail in FACTS[kind].details} for kind in rule.starts_on]
        assert all(asked <= keys for keys in offered), rule.id
        assert not offered or {*rule.when} <= set.union(*offered), rule.id


def test_the_birthdays_that_rules_hang_on() -> None:
    found = birthdays(date(2012, 5, 9))
    assert found[FactKind.SIXTEENTH_BIRTHDAY] == date(2028, 5, 9)
    assert birthdays(date(2024, 2, 29))[FactKind.THIRD_BIRTHDAY] == date(2027, 2, 28)


# -- filings --------------------------------------------------------------------------------------------------


def test_a_due_process_complaint_has_the_six_required_items_of_the_regulation() -> None:
    items = checklist(FilingKind.DUE_PROCESS_COMPLAINT, "TX")
    required = [item.key for item in items if item.need is Need.REQUIRED]
    assert required == [
        "child_name",
        "child_residence",
        "school",
        "homeless_contact",
        "problem_facts",
        "resolution",
    ]
    assert all(item.citation.startswith("34 CFR 300.508(b)") for item in items if item.need is Need.REQUIRED)


def test_massachusetts_adds_the_statement_of_sending_and_asks_for_more() -> None:
    items = {item.key: item for item in checklist(FilingKind.DUE_PROCESS_COMPLAINT, "MA")}
    assert items["sent_to_other_party"].need is Need.REQUIRED
    assert items["representative"].need is Need.ASKED
    assert items["child_name"].need is Need.REQUIRED


def test_an_ocr_complaint_asks_for_a_waiver_only_when_late() -> None:
    items = {item.key: item for item in checklist(FilingKind.OCR_COMPLAINT, "MA")}
    assert items["waiver"].condition == "over_180_days"
    assert {item.key for item in items.values() if item.need is Need.REQUIRED} == {
        *("complainant", "person_harmed", "institution", "basis", "acts", "waiver", "signature")
    }


@pytest.mark.parametrize("kind", FilingKind)
def test_every_filing_has_a_checklist_and_required_items_have_a_citation(kind: FilingKind) -> None:
    for state in ("MA", "TX"):
        items = checklist(kind, state)
        assert items
        assert all(item.citation for item in items if item.need is not Need.OPTIONAL)
        assert all(item.verified is not Verification.U for item in items if item.need is not Need.OPTIONAL)


def test_who_gets_it_is_the_states_own_where_it_has_one_and_says_as_of_when() -> None:
    route = routing(FilingKind.DUE_PROCESS_COMPLAINT, "MA")
    assert route is not None
    assert "bseapleadings@mass.gov" in route.goes_to
    assert "2026" in route.as_of
    federal = routing(FilingKind.DUE_PROCESS_COMPLAINT, "WY")
    assert federal is not None
    assert federal.copy_to.startswith("The State education agency")
    assert routing(FilingKind.CERTIFICATE_OF_SERVICE, "TX") is None


def test_a_duty_without_a_number_has_direction_none() -> None:
    for rule in MA.rules:
        assert (rule.count is None and not rule.count_detail) == (rule.direction is Direction.NONE)


def test_exhibit_labels_and_bates_numbers() -> None:
    assert exhibit_label("p", 3) == "P-3"
    assert bates("SMITH", 12) == "SMITH000012"
    with pytest.raises(ValueError, match="more than 2 digits"):
        bates("A", 100, width=2)
    with pytest.raises(ValueError, match="start at 1"):
        exhibit_label("P", 0)
    with pytest.raises(ValueError, match="letters only"):
        exhibit_label("P-", 1)
    with pytest.raises(ValueError, match="start at 1"):
        bates("A", 0)


# -- nothing is lost ------------------------------------------------------------------------------------------


def _ids_that_should_ship() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in (Path(__file__).parent / "rule_ids.txt").read_text().splitlines():
        if line.startswith("["):
            own = found.setdefault(line.strip("[]"), [])
        elif line and not line.startswith("#"):
            own.append(line)
    return found


SHIPPED = _ids_that_should_ship()


def test_every_jurisdiction_of_the_tables_has_its_pack() -> None:
    assert set(SHIPPED) == {"us", *(f"us_{state.lower()}" for state in packed_states())}


@pytest.mark.parametrize("jurisdiction", SHIPPED)
def test_every_row_of_the_law_tables_ships_and_no_other(jurisdiction: str) -> None:
    state = jurisdiction.partition("_")[2]
    rules = {rule.id for rule in rulebook_for(state or "wy").rules if rule.jurisdiction == jurisdiction}
    assert sorted(rules) == SHIPPED[jurisdiction]
