"""Every filing of the field, as data: what the law's tables ask of each stands in it, in every State's variant."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from casemgr.filings import fees
from casemgr.filings.checklist import Checklist, Status, check
from casemgr.filings.compose import File, compose
from casemgr.filings.items import RULES
from casemgr.filings.kinds import FOLDER, KINDS, KindError, kind_in
from casemgr.filings.kinds.reading import read
from casemgr.filings.material import Material, fingerprint
from casemgr.filings.vocabulary import LISTS, TABLES, Words
from casemgr.law.contents import checklist as items_of
from casemgr.law.contents import routing
from casemgr.law.facts import FACTS
from casemgr.law.proceedings import PROCEEDING_STEPS
from casemgr.law.rulebook import rulebook_for
from casemgr.law.terms import FactKind, FilingKind, Need
from casemgr.letters.kinds import kinds as letter_kinds
from casemgr.pdf import build_packet
from tests.filings.contents_table import CONTENTS
from tests.filings.makers import texts
from tests.filings.wholes import TODAY, empty, whole

STATES = ("MA", "WY", "CA", "NC", "NJ", "NY", "TX", "VA", "IL")
BOTH = [(kind, state) for kind in KINDS for state in STATES]
R, A, O = Need.REQUIRED, Need.ASKED, Need.OPTIONAL  # noqa: E741  (the classes of the table)


@pytest.mark.parametrize("kind, state", CONTENTS, ids=" ".join)
def test_every_row_of_the_tables_stands_in_the_data_with_its_class_citation_and_mark(kind: str, state: str) -> None:
    items = {item.key: item for item in items_of(FilingKind(kind), state)}
    found = {}
    for key, (need, cite, mark) in CONTENTS[kind, state].items():
        item = items[key]
        found[key] = (item.need, cite if cite in item.citation else item.citation, item.verified.value)
        assert bool(item.citation) == bool(cite)
        assert (need, cite, mark) == found[key], key
    assert {key for of_kind, _ in CONTENTS for key in (of_kind,)} == set(KINDS)


def judged(material: Material) -> Checklist:
    items = items_of(FilingKind(material.kind), material.state)
    return check(items, material, TODAY, kind_in(material.kind, material.state).core)


NEVER_A_GAP = {
    "basis",
    "track",
    "birthdate",
    "initial_or_amended",
    "no_exhibits",
    "not_for_meetings",
    "cite",
    "fees_time",
}
"""Items that the case gives by itself, or whose gap is another one's."""


@pytest.mark.parametrize("kind, state", BOTH, ids=" ".join)
def test_a_gap_blocks_warns_or_hints_by_its_class_and_a_whole_filing_has_none(kind: str, state: str) -> None:
    full, bare = judged(whole(kind, state)), judged(empty(kind, state))
    assert {one.item.key: one.gaps for one in full.findings if one.status is Status.MISSING} == {}
    assert {one.item.key: one.gaps for one in full.findings if one.status is Status.HINT} == {}
    core = kind_in(kind, state).core
    for one in bare.findings:
        if one.status is Status.NOT_NEEDED or not one.gaps or one.item.key in NEVER_A_GAP:
            continue
        wanted = {R: Status.MISSING, A: Status.WARNING, O: Status.HINT}[one.item.need]
        wanted = Status.WARNING if wanted is Status.HINT and one.item.key in core else wanted
        assert one.status is wanted, one.item.key
    required = {one.key for one in items_of(FilingKind(kind), state) if one.need is R} - NEVER_A_GAP
    assert required == {one.item.key for one in bare.missing}


def test_nothing_that_a_file_of_a_kind_names_is_unknown() -> None:
    for kind, state in BOTH:
        own, words = kind_in(kind, state), Words(whole(kind, state), kind_in(kind, state))
        keys = {item.key for item in items_of(own.kind, state)}
        assert set(own.core) <= keys, kind
        for part in own.parts:
            if part.only_if:
                words.value(part.only_if)
            for block in part.blocks:
                if block.how == "fields":
                    [words.value(name) for _, name in block.what]
                elif block.how == "value":
                    [words.value(name) for name in block.what]
                elif block.how == "list":
                    assert block.what[0] in LISTS, block
                elif block.how == "table":
                    assert block.what[0] in TABLES or words.table(block.what[0]), block
                else:
                    [words.filled(sentence) for sentence in block.what]
        for sentence in own.opening:
            words.filled(sentence)
        for rule in (*own.rules, *(own.limit.rules if own.limit else ())):
            rulebook_for(state).rule(rule)


@pytest.mark.parametrize("state", STATES)
def test_every_item_that_only_a_person_can_answer_is_asked(state: str) -> None:
    """A row of a checklist has a rule of its own, or a question on the form; else its gap could never be closed."""
    for kind in KINDS:
        asked = {one.key for one in kind_in(kind, state).questions}
        items = {item.key for item in items_of(FilingKind(kind), state)}
        assert items <= asked | set(RULES), kind


def test_each_kind_says_who_uses_it_and_when_and_prints_a_fact_only_of_its_own_proceeding() -> None:
    for kind in KINDS.values():
        assert kind.plain.endswith(".") and kind.when.endswith(".") and kind.law, kind.kind
        assert (kind.event is None) == (kind.limit is not None), kind.kind
        assert kind.layout == "record" or kind.forum or kind.to, kind.kind
        for fact in kind.all_facts:
            belongs = FACTS[fact].proceeding
            assert kind.event is None or belongs is kind.forum, (kind.kind, fact)


def used_by_the_law() -> set[FactKind]:
    """Every fact that a rule of some State looks at, or that moves a proceeding."""
    looked_at = (
        *("starts_on", "adjusted_by", "suspended_by", "resumed_by"),
        *("met_by", "waived_by", "reset_by", "requires"),
    )
    rules = (rule for state in STATES for rule in rulebook_for(state).rules)
    steps = {move.fact for move in PROCEEDING_STEPS}
    return steps | {fact for rule in rules for name in looked_at for fact in getattr(rule, name)}


def test_every_filing_and_letter_becomes_a_fact_or_says_why_it_becomes_none() -> None:
    for kind in (*KINDS.values(), *letter_kinds().values()):
        assert bool(kind.all_facts) != bool(kind.no_fact), kind.kind
        assert not kind.no_fact or kind.no_fact.endswith("."), kind.kind


def test_a_fact_that_a_filing_or_letter_becomes_has_a_rule_or_says_that_it_starts_no_clock() -> None:
    used = used_by_the_law()
    for kind in (*KINDS.values(), *letter_kinds().values()):
        for fact in kind.all_facts:
            assert (fact in used) != bool(FACTS[fact].no_clock), fact
    assert {fact for fact in FACTS if FACTS[fact].no_clock} == {
        FactKind.SUFFICIENCY_RESPONSE_SENT,
        FactKind.STAY_PUT_NOTICE_SENT,
        FactKind.SECTION_504_EVALUATION_REQUESTED,
    }


def pdf_of(kind: str, state: str, folder: Path) -> tuple[bytes, str]:
    material = whole(kind, state)
    files = {one.label: File(None, "The words of the exhibit.") for one in material.exhibits}
    built = build_packet(compose(material, files, "1"), folder / "p.pdf")
    assert built.undrawable == ()
    data = built.path.read_bytes()
    return data, " ".join(texts(data))


@pytest.mark.parametrize("kind", KINDS)
def test_the_pdf_says_every_part_and_everything_that_was_answered(kind: str, tmp_path: Path) -> None:
    for state in ("MA", *sorted({one for part in KINDS[kind].parts for one in part.only_in} - {"MA"})):
        data, words = pdf_of(kind, state, tmp_path)
        own, material = kind_in(kind, state), whole(kind, state)
        wanted = [own.title, own.certificate, "Juniper Example", *(part.heading for part in own.parts)]
        wanted += [
            said for key, said in material.answers.items() if said.startswith("What was said") and key != "docket"
        ]
        wanted += [issue.title for issue in material.issues] if any(part.issues for part in own.parts) else []
        not_said = {said for said in wanted if " ".join(said.split()).rstrip(".") not in words}
        printed_otherwise = {"case_number", "signers"} if material.docket else set()
        assert not_said <= {f"What was said about {key.replace('_', ' ')}." for key in printed_otherwise}
        if state == "MA":
            assert pdf_of(kind, state, tmp_path)[0] == data  # same inputs, same bytes


def test_the_consent_page_has_both_choices_open_and_says_that_it_is_not_the_agencys_form(tmp_path: Path) -> None:
    words = pdf_of("ocr_complaint", "MA", tmp_path)[1]
    assert "I CONSENT." in words and "I DO NOT CONSENT." in words and "not OCR’s form" in words
    assert "Consent to reveal" not in " ".join(
        part.heading
        for part in compose(whole("ocr_complaint", answers={}), FILES, "1").filing.annexes  # type: ignore[union-attr]
    )


FILES = {label: File(None, "x") for label in ("P-1", "P-2")}


def test_a_kind_like_another_one_has_its_parts_but_for_what_it_says_itself() -> None:
    model, amended, fast = (KINDS[f"{name}_complaint"] for name in ("due_process", "amended", "expedited"))
    assert (amended.event, amended.received, fast.event) == (None, None, "file_expedited_complaint")
    assert [part.heading for part in amended.parts] == ["The amendment", *(part.heading for part in model.parts)]
    assert "Stay-put" not in {part.heading for part in fast.parts}
    assert kind_in("amended_complaint", "CA").certificate == "Proof of Service"


def test_an_address_is_said_for_every_filing_that_goes_to_an_office_or_that_none_was_found() -> None:
    nowhere = {kind for kind in KINDS if routing(FilingKind(kind), "MA") is None}
    assert nowhere == {"agreement_record", "appeal_check", "fees_itemization"}
    amended = routing(FilingKind.AMENDED_COMPLAINT, "MA")
    assert amended is not None and "bseapleadings@mass.gov" in amended.goes_to


def test_fees_are_added_up_in_decimal_and_rounded_entry_by_entry() -> None:
    rows = [
        ("2026-10-02", "Ada", "0.1", "333.35", "Call"),
        ("2026-10-01", "Ada", "0.1", "333.35", "Letter"),
        ("", "Ben", "2.5", "100", "Draft"),
    ]
    found = fees.entries(rows)
    assert [one.what for one in found] == ["Letter", "Call", "Draft"]
    assert [fees.money(one.amount) for one in found] == ["$33.34", "$33.34", "$250.00"]
    assert [(one.who, fees.plain_number(one.hours), fees.money(one.amount)) for one in fees.totals(found)] == [
        ("Ada", "0.2", "$66.68"),
        ("Ben", "2.5", "$250.00"),
        ("", "2.7", "$316.68"),
    ]
    assert [fees.decimal(text) for text in ("-1", "a", "NaN", "1e9", "")] == [None] * 5
    assert str(fees.decimal("$1,250.50")) == "1250.50"


def test_hours_for_an_iep_meeting_are_asked_about() -> None:
    rows = {"entries": (("2026-10-01", "Ada", "2", "300", "Attended the IEP meeting"),)}
    found = {one.item.key: one for one in judged(whole("fees_itemization", rows=rows)).findings}
    assert found["not_for_meetings"].status is Status.WARNING


def test_what_a_packet_of_before_did_not_know_changes_no_fingerprint() -> None:
    plain = whole("due_process_complaint")
    assert fingerprint(plain) != fingerprint(whole("due_process_complaint", docket="7"))
    assert fingerprint(plain) != fingerprint(whole("due_process_complaint", rows={"x": (("1",),)}))


BROKEN = [
    ("like = 'nothing'", "like", "nothing.toml"),
    ("purpose = 'nowhere'", "purpose", "nowhere"),
    ("colour = 'red'", "colour", "Kind has no colour"),
    ("[[part]]\nheading = 'x'", "x", "either blocks or the issues"),
    ("[[part]]\nblocks = [{ drawing = 'x' }]", "drawing", "a block has one of"),
    ("[limit]\nrules = ['idea-dp-sol']", "limit", "what it counts from"),
    ("[state.MA]\nforum = 'mediation'", "MA", "cannot change forum"),
    ("[[question]]\nkey = 'a'\nlabel = 'b'\ncolumns = [{ label = 'c', type = 'color' }]", "c", "no type"),
]


@pytest.mark.parametrize("text, _, words", BROKEN, ids=[row[2] for row in BROKEN])
def test_a_file_of_a_kind_with_a_mistake_is_refused_by_name(text: str, _: Any, words: str, tmp_path: Path) -> None:
    whole_file = (FOLDER / "ocr_appeal.toml").read_text()
    if text.startswith("purpose"):
        whole_file = whole_file.replace('purpose = "answer"', "")
    top, rest = whole_file.split("\n\n", 1)
    if text.startswith("[limit]"):
        rest = rest[rest.index("[[require]]") :]
    path = tmp_path / "ocr_appeal.toml"
    path.write_text(f"{text}\n{top}\n{rest}" if not text.startswith("[") else f"{top}\n{text}\n{rest}")
    with pytest.raises(KindError, match=words) as refused:
        read(path)
    assert "ocr_appeal.toml" in str(refused.value)
