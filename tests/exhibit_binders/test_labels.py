"""Numbers of exhibits: they follow the order until they are served, and then never change."""

from __future__ import annotations

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from casemgr.exhibit_binders.labels import labels
from casemgr.forums.profiles import Need, profile, profile_for, profiles


@dataclass
class Row:
    label: str = ""
    is_joint: bool = False


def test_the_order_gives_the_numbers_and_joint_exhibits_have_their_own() -> None:
    rows = [Row(), Row(is_joint=True), Row(), Row(is_joint=True)]
    assert labels(rows, "P", "J") == ["P-1", "J-1", "P-2", "J-2"]


def test_a_late_exhibit_goes_on_counting_or_takes_a_letter_where_it_stands() -> None:
    served = [Row("P-1"), Row("P-2"), Row("P-3")]
    assert labels([*served, Row()], "P", "J")[-1] == "P-4"
    between = [served[0], Row(), Row(), *served[1:]]
    assert labels(between, "P", "J") == ["P-1", "P-1A", "P-1B", "P-2", "P-3"]
    again = [served[0], Row("P-1A"), Row(), *served[1:], Row()]
    assert labels(again, "P", "J") == ["P-1", "P-1A", "P-1B", "P-2", "P-3", "P-4"]


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=40))
def test_no_number_is_given_twice_and_none_that_was_served_changes(shape: list[tuple[bool, bool]]) -> None:
    first = [Row(is_joint=joint) for joint, served in shape if served]
    names = iter(labels(first, "P", "J"))
    rows = [Row(next(names) if served else "", joint) for joint, served in shape]
    found = labels(rows, "P", "J")
    assert len(set(found)) == len(found)
    assert all(label == row.label for label, row in zip(found, rows, strict=True) if row.label)


def test_a_rule_that_nobody_verified_is_advice_and_each_rule_that_stops_has_its_source() -> None:
    assert (
        next(iter(profiles())) == "federal" and profile_for("MA").key == "bsea" and profile_for("WY").key == "federal"
    )
    assert profile("a forum that went away").key == "federal"
    for office in profiles().values():
        for rule in office.rules:
            assert not (rule.is_unverified and rule.need is not Need.ADVICE), rule.key
            assert rule.citation or rule.need is Need.ADVICE, rule.key
    witness = profile("bsea").rule("witness_list")
    assert witness is not None and witness.need is Need.REQUIRED and witness.verified == "V2"
