"""A child that makes something tells what it does, and is gone when nobody listens any more."""

from pathlib import Path

import pytest

from casemgr.filings import building
from casemgr.pdf import build_packet
from casemgr.storage import forking
from casemgr.storage.own_child import OwnChild
from tests.pdf import samples


@pytest.fixture(params=["forked", "afresh"], autouse=True)
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forking, "_failures", 0 if request.param == "forked" else 1000)


def child(folder: Path, order: object, seconds: float = 60) -> OwnChild:
    (folder / "work").mkdir()
    return OwnChild(building.CHILD, order, folder / "work", building.LIMITS, seconds)


def test_it_says_what_it_does_and_makes_what_anybody_else_makes(tmp_path: Path) -> None:
    steps: list[tuple[int, int, str]] = []
    packet = samples.packet(tmp_path)
    made = building.build(packet, tmp_path, lambda *step: steps.append(step))
    assert made.sha256 == build_packet(packet, tmp_path / "here.pdf").sha256
    numbers, totals, words = zip(*steps, strict=True)
    assert words[0].startswith("Reading exhibit") and words[-1] == "Writing the packet"
    assert list(numbers) == list(range(len(steps))) and set(totals) == {len(steps)}


def test_what_goes_wrong_in_it_is_a_number(tmp_path: Path) -> None:
    with child(tmp_path, "no packet") as one:
        assert list(one.news()) == []
    assert one.code == 1 and not one.is_out_of_time and not one.is_out_of_memory


def test_it_is_ended_at_once_when_nobody_wants_the_result(tmp_path: Path) -> None:
    order = samples.packet(tmp_path), tmp_path / "out.pdf", False
    with pytest.raises(InterruptedError), child(tmp_path, order) as one:
        next(one.news())
        raise InterruptedError
    assert one.code == -9 and not one.is_out_of_time and not (tmp_path / "out.pdf").exists()


def test_it_is_ended_when_it_takes_too_long(tmp_path: Path) -> None:
    order = samples.packet(tmp_path), tmp_path / "out.pdf", False
    with child(tmp_path, order, seconds=0.01) as one:
        list(one.news())
    assert one.code == -9 and one.is_out_of_time
