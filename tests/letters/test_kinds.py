"""Every kind of letter says what it is, and its draft stands on its own."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from casemgr.law.rulebook import rulebook_for
from casemgr.law.terms import Verification
from casemgr.letters import checking, richtext
from casemgr.letters.content import Content, Slot, Used, differing
from casemgr.letters.drafting import BLANKS, Setting, blank_words, draft
from casemgr.letters.kinds import PARENT, VOICES, BadKind, Kind, _kind, kinds
from casemgr.letters.naming import called

FRAME = {"letterhead": "Dana Example", "to": "Morgan Example", "salutation": "Dear Morgan Example:", "signer": "Dana"}
NAMED = {
    "student": Slot("Juniper Example", (Used("student", "Name", "Juniper Example", "student", "1"),)),
    "first": Slot("Juniper"),
    "my": Slot("my"),
    "parent": Slot("Dana Example", (Used("parent", "Parent", "Dana Example", "person", "2"),)),
    "opening": Slot("I am the parent of Juniper Example."),
    "placement_setting": Slot(""),
    "born": Slot("May 4, 2016"),
    "reply_by": Slot("June 1, 2026"),
}
EVERY = [pytest.param(kind, id=kind.kind) for kind in kinds().values()]


def settings(kind: Kind, state: str = "MA") -> list[Setting]:
    """Every way in which a letter of this kind can be begun."""
    ways: list[dict[str, str]] = [{}]
    for choice in kind.choices:
        if choice.where.fits(state, "both", "iep", {}):
            ways = [way | {choice.key: option.value} for way in ways for option in choice.options]
    voices = (PARENT,) if kind.signed_by else tuple(VOICES)
    ways = [way | {"voice": voice} for way in ways for voice in voices]
    tracks = [one for one in ("both", "section_504") if not kind.where.tracks or one in kind.where.tracks]
    return [Setting(state, track, plan, way) for way in ways for plan in ("iep", "none") for track in tracks]


def test_the_letters_that_people_really_send_are_there() -> None:
    assert set(kinds()) >= {
        "evaluation_request", "section_504_evaluation_request", "evaluation_consent", "iee_request", "records_request",
        "meeting_request", "agenda", "meeting_follow_up", "iep_response", "notice_disagreement",
        "private_placement_notice", "manifestation_request", "stay_put", "compensatory_services", "doctor_letter",
        "thank_you",
    }  # fmt: skip


@pytest.mark.parametrize("kind", EVERY)
def test_a_draft_names_its_gaps_and_is_ready_when_they_are_filled(kind: Kind) -> None:
    for state in ("MA", "TX", "VA", "CA"):
        for setting in settings(kind, state):
            made = draft(kind, setting, NAMED, FRAME).content
            plain = richtext.to_plain(made.body)
            assert made.body and "{" not in plain, plain
            assert richtext.from_html(made.html) == made.body
            gaps = set(richtext.blanks(made.text))
            known = {blank_words(kind, slot) for item in kind.items for slot in item.slots}
            assert gaps <= known | set(kind.blanks.values()) | set(BLANKS.values())
            filled = re.sub(r"\[\[.*?\]\]", "reading", made.html)
            done = replace(made, body=richtext.from_html(filled))
            look = checking.look(kind, setting, done)
            assert look.is_ready and not look.blanks, [(one.item.key, one.gap) for one in look.stops]


@pytest.mark.parametrize("kind", EVERY)
def test_what_the_law_requires_has_its_source_and_no_unverified_law_stands_in_the_words(kind: Kind) -> None:
    for item in kind.items:
        assert item.need != "required" or item.citation
    text = " ".join(one.text for one in kind.paragraphs)
    unverified = [item.citation for item in kind.items if item.verified is Verification.U]
    assert not any(citation in text for citation in unverified)
    assert not any(item.need == "required" for item in kind.items if item.verified is Verification.U)


CITED = re.compile(r"(?:34 CFR|20 U\.S\.C\.|603 CMR|Cal\. Ed\. Code|8VAC)[ -]?[\d.-]+(?:\(\w+\))*")


@pytest.mark.parametrize("kind", EVERY)
def test_what_a_letter_cites_stands_with_its_source_among_what_it_says(kind: Kind) -> None:
    for state in ("MA", "TX", "VA", "CA"):
        for setting in settings(kind, state):
            told = " ".join(item.citation for item in kind.items if setting.fits(item))
            body = richtext.to_plain(draft(kind, setting, NAMED | {"hearing": Slot("")}, FRAME).content.body)
            assert not [one for one in CITED.findall(body) if one not in told], (setting, told)


def test_the_rules_that_a_letter_serves_exist() -> None:
    known = {rule.id for state in ("MA", "IL") for rule in rulebook_for(state).rules}
    assert {rule for kind in kinds().values() for rule in kind.rules} <= known


def test_massachusetts_asks_for_two_answers() -> None:
    kind = kinds()["iep_response"]
    setting = Setting("MA", "idea", "iep", {"iep": "accept", "placement": "reject"})
    made = draft(kind, setting, NAMED, FRAME).content
    words = richtext.to_plain(made.body)
    assert "I accept the IEP as written" in words and "I reject the placement" in words
    without = richtext.from_plain(words.replace("I reject the placement.", ""))
    bare = replace(made, body=without)
    assert [one.item.key for one in checking.look(kind, setting, bare).stops if one.by_word] == ["placement"]
    confirmed = checking.look(kind, setting, bare, ["placement"])
    assert "placement" not in {one.item.key for one in confirmed.stops}
    elsewhere = draft(kind, Setting("TX", "idea", "iep", {"iep": "accept"}), NAMED, FRAME).content
    assert "placement" not in richtext.to_plain(elsewhere.body)


def body_of(kind: str, state: str, track: str, plan: str = "iep", **choices: str) -> str:
    setting = Setting(state, track, plan, {"voice": PARENT} | choices)
    return richtext.to_plain(draft(kinds()[kind], setting, NAMED, FRAME).content.body)


def test_a_letter_names_only_law_that_holds_for_the_case() -> None:
    assert "300.613" not in body_of("records_request", "TX", "section_504")
    assert "34 CFR 99.10(b)" in body_of("records_request", "TX", "section_504")
    assert "five business days (Cal. Ed. Code 56504)" in body_of("records_request", "CA", "idea")
    massachusetts = body_of("records_request", "MA", "idea")
    assert "ten days (603 CMR 23.07(2))" in massachusetts and "34 CFR 300.613(a)" in massachusetts
    assert "28.04(1)(a)" in body_of("evaluation_request", "MA", "idea", "none")
    assert "28.04(1)(a)" not in body_of("evaluation_request", "MA", "idea", "iep")  # it times an initial evaluation
    assert "300.518" not in body_of("stay_put", "MA", "idea") and "28.08(7)" in body_of("stay_put", "MA", "idea")
    assert "300.518(a)" in body_of("stay_put", "TX", "idea")
    assert "response page" not in body_of("iep_response", "TX", "idea", iep="part")
    assert "last IEP" not in body_of("iep_response", "TX", "idea", "none", iep="part")


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Juniper Example", "Juniper"),
        ("Trần Nguyễn Mai Anh", "Trần Nguyễn Mai Anh"),
        ("Đỗ Văn An", "Đỗ Văn An"),
        ("Mai Trần", "Mai"),
        ("Nguyen, Mai", "Mai"),
        ("Юлия Ковальчук", "Юлия"),
        ("عبد الله حداد", "عبد الله حداد"),
        ("陈美玲", "陈美玲"),
    ],
)
def test_nobody_is_called_by_a_family_name(name: str, short: str) -> None:
    assert called(name) == short


def test_a_letter_without_address_or_signature_is_not_ready() -> None:
    kind = kinds()["thank_you"]
    setting = Setting("MA", "idea", "iep", {})
    look = checking.look(kind, setting, Content(body=richtext.from_plain("Thank you.")))
    assert {one.item.key for one in look.stops} == {"to", "signer"}


@pytest.mark.parametrize(
    "change",
    [
        {"item": [{"key": "x", "need": "required", "label": "X"}]},
        {"sent": "no_such_fact"},
        {"odd": 1},
        {"to": ["king"]},
        {"no_fact": ""},
    ],
)
def test_a_file_of_a_kind_that_says_something_impossible_is_refused(change: dict[str, object]) -> None:
    row = {"title": "T", "group": "Support", "order": 1, "plain": "P", "when": "W", "to": [], "subject": "S",
           "paragraph": [{"text": "Hello"}], "no_fact": "It is only a test."}  # fmt: skip
    assert _kind("good", dict(row)).title == "T"
    with pytest.raises((BadKind, ValueError)):
        _kind("bad", row | change)


def test_the_day_printed_is_that_of_the_sending_unless_the_letter_has_its_own() -> None:
    from casemgr.letters.content import printed

    at = datetime(2026, 3, 2, tzinfo=UTC)
    letter = printed(Content(body=()), look="firm", on=date(2026, 3, 3), made_at=at)
    assert letter.dated == date(2026, 3, 3)
    own = printed(Content(body=(), dated_on=date(2026, 3, 1)), look="firm", on=date(2026, 3, 3), made_at=at)
    assert own.dated == date(2026, 3, 1)


def test_of_two_versions_only_what_differs_is_shown() -> None:
    theirs = Content(body=richtext.from_plain("One.\n\nTwo.\n\nThree."), subject="A", to="Ada")
    mine = Content(body=richtext.from_plain("One.\n\nTwo, changed.\n\nThree.\n\nFour."), subject="B", to="Ada")
    saved, typed = differing(theirs, mine)
    assert saved == [("Subject", "A"), ("The letter", "Two.")]
    assert typed == [("Subject", "B"), ("The letter", "Two, changed.\n\nFour.")]
    assert differing(mine, replace(mine, body=mine.body[:1]))[1] == [("The letter", "(not there)")]
    assert differing(mine, mine) == ([], [])
