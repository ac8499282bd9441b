"""The drawn map is the tables, on the page and in the docs."""

from pathlib import Path

import pytest

from casemgr.law.drawing import ROW, document, machines, proceeding_machine, stage_machine
from casemgr.law.proceedings import ENDED_EARLY, PROCEEDING_STEPS
from casemgr.law.terms import Event, ProceedingKind, Stage
from casemgr.law.transitions import TRANSITIONS

DOCS = Path(__file__).resolve().parents[2] / "docs" / "state-machine.md"


def test_the_map_in_the_docs_is_the_one_that_the_tables_give() -> None:
    assert DOCS.read_text(encoding="utf-8") == document(), "the tables have changed: run `make map`"


def test_every_stage_and_every_move_between_two_stages_is_drawn() -> None:
    machine = stage_machine()
    assert [node for node, _ in machine.nodes] == [stage.value for stage in Stage]
    moves = {
        (row.source.value, row.target.value)
        for row in TRANSITIONS
        if row.source is not row.target and row.event is not Event.CLOSE
    }
    assert {(arc.source, arc.target) for arc in machine.arcs} == moves


@pytest.mark.parametrize("kind", ProceedingKind)
def test_every_step_of_a_proceeding_is_drawn_and_every_fact_has_its_line_or_its_sentence(kind: ProceedingKind) -> None:
    machine = proceeding_machine(kind)
    moves = [move for move in PROCEEDING_STEPS if move.kind is kind]
    assert {node for node, _ in machine.nodes} == {step.value for m in moves for step in (m.source, m.target)}
    assert len(machine.ways) == sum(move.fact not in ENDED_EARLY for move in moves)
    assert set(machine.early) == {move.title for move in moves if move.fact in ENDED_EARLY}


def test_lines_run_down_on_the_right_and_up_on_the_left() -> None:
    for machine in machines():
        place = {node: number * ROW for number, (node, _) in enumerate(machine.nodes)}
        for arc in machine.arcs:
            assert arc.is_back is (place[arc.target] < place[arc.source])
            assert arc.path.startswith(f"M{-9 if arc.is_back else 9} {place[arc.source]}C")
            assert arc.path.endswith(f" {place[arc.target]}")
