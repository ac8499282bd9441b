"""The canonical form and the hash: fixed for ever, whatever the machine."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from hashlib import sha256
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casemgr.evidence import chain

CASE = UUID("00000000-0000-4000-8000-00000000000c")
ENTRY = UUID("00000000-0000-4000-8000-00000000000e")


@dataclass(frozen=True)
class Row:
    id: UUID = ENTRY
    case_id: UUID = CASE
    number: int = 1
    kind: str = "call"
    happened_on: date = date(2026, 3, 2)
    happened_at: time | None = time(14, 5)
    precision: str = "day"
    title: str = "Call with Zoë"
    body: str = "She said: “no aide”."
    shows: str = ""
    weight: str = ""
    learned: str = ""
    people: tuple[dict[str, Any], ...] = ({"name": "Zoë", "id": None},)
    documents: tuple[dict[str, Any], ...] = (
        {"sha256": "a" * 64, "id": "00000000-0000-4000-8000-00000000000D", "page": 2},
    )
    visibility: str = "shared"
    supersedes_id: UUID | None = None
    correction_reason: str = ""
    recorded_by: UUID | None = None
    recorded_by_name: str = "Dana Example"
    recorded_at: datetime = datetime(2026, 3, 3, 9, 0, 0, 120, tzinfo=UTC)


WRITTEN = (
    '{"body":"She said: “no aide”.","case":"00000000-0000-4000-8000-00000000000c","correction_reason":"",'
    '"documents":[{"id":"00000000-0000-4000-8000-00000000000d","page":2,"sha256":"' + "a" * 64 + '"}],'
    '"entry":"00000000-0000-4000-8000-00000000000e","form":1,"happened_at":"14:05:00","happened_on":"2026-03-02",'
    '"kind":"call","number":1,"people":[{"id":null,"name":"Zoë"}],"precision":"day",'
    '"recorded_at":"2026-03-03T09:00:00.000120Z","recorded_by":null,"recorded_by_name":"Dana Example",'
    '"shows":"","supersedes":null,"title":"Call with Zoë","visibility":"shared"}'
)


def test_the_canonical_form_is_this_text_byte_for_byte() -> None:
    assert chain.canonical(Row()) == WRITTEN.encode()


def test_an_entry_that_says_how_it_is_known_is_written_in_the_second_form() -> None:
    second = (
        WRITTEN.replace('"form":1', '"form":2')
        .replace('"number":1,', '"learned":"saw","number":1,')
        .replace('"visibility":"shared"}', '"visibility":"shared","weight":""}')
    )
    assert chain.canonical(dataclasses.replace(Row(), learned="saw")) == second.encode()


def test_an_entry_that_quotes_a_page_is_written_in_the_third_form() -> None:
    quoting = ({**Row().documents[0], "quote": "no aide"},)
    third = (
        WRITTEN.replace('"form":1', '"form":3')
        .replace('"page":2,"sha256"', '"page":2,"quote":"no aide","sha256"')
        .replace('"number":1,', '"learned":"","number":1,')
        .replace('"visibility":"shared"}', '"visibility":"shared","weight":""}')
    )
    assert chain.canonical(dataclasses.replace(Row(), documents=quoting)) == third.encode()
    unquoting = ({**Row().documents[0], "quote": ""},)
    assert chain.canonical(dataclasses.replace(Row(), documents=unquoting)) == WRITTEN.encode()


def test_the_hash_can_be_recomputed_with_nothing_but_sha256() -> None:
    start = sha256(b"casemgr evidence log of case 00000000-0000-4000-8000-00000000000c").hexdigest()
    assert chain.genesis(CASE) == start
    assert chain.entry_hash(start, WRITTEN.encode()) == sha256(start.encode() + b"\n" + WRITTEN.encode()).hexdigest()


def test_the_same_instant_in_another_zone_gives_the_same_form() -> None:
    there = Row().recorded_at.astimezone(timezone(timedelta(hours=-5)))
    assert chain.canonical(dataclasses.replace(Row(), recorded_at=there)) == chain.canonical(Row())


def test_letters_composed_in_another_way_give_the_same_form() -> None:
    decomposed = dataclasses.replace(Row(), title="Call with Zoe\u0308")
    assert chain.canonical(decomposed) == chain.canonical(Row())


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        chain.canonical(dataclasses.replace(Row(), recorded_at=datetime(2026, 3, 3)))


CHANGES = {
    "id": CASE,
    "case_id": UUID(int=5),
    "number": 2,
    "kind": "email",
    "happened_on": date(2026, 3, 3),
    "happened_at": None,
    "precision": "month",
    "title": "Call with Zoe",
    "body": "",
    "shows": "x",
    "weight": "strong",
    "learned": "saw",
    "people": (),
    "documents": ({"sha256": "b" * 64, "id": "00000000-0000-4000-8000-00000000000d", "page": 2},),
    "visibility": "internal",
    "supersedes_id": CASE,
    "correction_reason": "x",
    "recorded_by": CASE,
    "recorded_by_name": "Lee Example",
    "recorded_at": datetime(2026, 3, 3, 9, 0, 0, 121, tzinfo=UTC),
}


def test_the_list_of_changes_below_names_every_part_of_an_entry() -> None:
    assert set(CHANGES) == {part.name for part in dataclasses.fields(Row)}


@pytest.mark.parametrize("part", CHANGES)
def test_a_change_of_any_part_changes_the_hash(part: str) -> None:
    changed = dataclasses.replace(Row(), **{part: CHANGES[part]})
    assert chain.entry_hash("0" * 64, chain.canonical(changed)) != chain.entry_hash("0" * 64, chain.canonical(Row()))


@given(title=st.text(), body=st.text(), name=st.text())
def test_any_text_has_one_form_that_reads_back_as_json(title: str, body: str, name: str) -> None:
    row = dataclasses.replace(Row(), title=title, body=body, people=({"name": name, "id": None},))
    form = chain.canonical(row)
    assert json.loads(form)["form"] == 1
    assert b"\n" not in form
