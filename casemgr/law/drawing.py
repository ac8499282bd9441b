"""The state machines as drawings, made from the tables: shapes for the page, Markdown with Mermaid for the docs.

`python -m casemgr.law.drawing` prints docs/state-machine.md; a test fails when the file no longer matches the tables.
"""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from casemgr.law.facts import FACTS
from casemgr.law.proceedings import ENDED_EARLY, OVER, PROCEEDING_STEPS, ProceedingMove, first_step
from casemgr.law.terms import Event, ProceedingKind, Stage
from casemgr.law.transitions import STAGES, TRANSITIONS, Transition

P = ProceedingKind
KIND_TITLES: Mapping[ProceedingKind, str] = MappingProxyType(
    {
        P.MEETING: "Team meeting",
        P.MEDIATION: "Mediation",
        P.STATE_COMPLAINT: "State complaint",
        P.DUE_PROCESS: "Due process hearing",
        P.SECTION_504_HEARING: "Section 504 hearing",
        P.OCR_COMPLAINT: "OCR complaint",
        P.CIVIL_ACTION: "Court case (civil action)",
    }
)


@dataclass(frozen=True)
class Way:
    """One line of a drawing: what leads from one node to another, and its citation ("" where no rule asks)."""

    source: str
    target: str
    title: str
    citation: str


@dataclass(frozen=True)
class Arc:
    """A line on the page. `path` is SVG; `is_back` lines run up on the left, the others down on the right."""

    source: str
    target: str
    path: str
    is_back: bool


@dataclass(frozen=True)
class Machine:
    """One machine. `nodes`: (value, is it an end), in the order of reading. `early`: ends possible at any open step."""

    key: str
    title: str
    nodes: tuple[tuple[str, bool], ...]
    ways: tuple[Way, ...]
    early: tuple[str, ...] = ()

    def ways_from(self, node: str) -> list[Way]:
        return [way for way in self.ways if way.source == node]

    @property
    def arcs(self) -> list[Arc]:
        """The lines of a drawing with its nodes below each other, `ROW` units apart, at x 0."""
        place = {node: number for number, (node, _) in enumerate(self.nodes)}
        pairs = dict.fromkeys((way.source, way.target) for way in self.ways if way.source != way.target)
        return [
            Arc(source, target, _curve(place[source], place[target]), place[target] < place[source])
            for source, target in pairs
        ]


ROW = 40  # units between two nodes of a drawing


def _curve(start: int, end: int) -> str:
    side = 1 if end > start else -1
    reach = side * min(24 + 15 * abs(end - start), 150)
    top, bottom = start * ROW, end * ROW
    edge = side * 9
    return f"M{edge} {top}C{reach} {top} {reach} {bottom} {edge} {bottom}"


def stage_machine() -> Machine:
    """The stages of a case. What runs beside a stage, and the ends that leave the case where it is, are no lines."""
    ways = [
        Way(row.source.value, row.target.value, row.title, row.citation)
        for row in TRANSITIONS
        if row.source is not row.target and row.event is not Event.CLOSE
    ]
    nodes = tuple((stage.value, stage is Stage.CLOSED) for stage in Stage)
    return Machine("stages", "The stages of a case", nodes, tuple(ways), ("Close the case",))


def proceeding_machine(kind: ProceedingKind) -> Machine:
    """The steps of one kind of proceeding, in the order in which they are reached."""
    moves = [move for move in PROCEEDING_STEPS if move.kind is kind]
    drawn = [move for move in moves if move.fact not in ENDED_EARLY]
    order = [first_step(kind)]
    for step in order:
        order += [move.target for move in drawn if move.source is step and move.target not in order]
    order += [step for step in dict.fromkeys(move.target for move in moves) if step not in order]
    return Machine(
        kind.value,
        KIND_TITLES[kind],
        tuple((step.value, step in OVER) for step in order),
        tuple(Way(move.source.value, move.target.value, move.title, move.citation) for move in drawn),
        tuple(dict.fromkeys(move.title for move in moves if move.fact in ENDED_EARLY)),
    )


def machines() -> tuple[Machine, ...]:
    """The stages first, then each kind of proceeding."""
    return (stage_machine(), *(proceeding_machine(kind) for kind in ProceedingKind))


# -- the page of the docs -------------------------------------------------------------------------------------

INTRO = """\
# The state machine

Made from the tables in `casemgr/law/transitions.py` and `casemgr/law/proceedings.py` by `make map`; do not edit it by
hand. A stage is the forum that has the case now, or had it last. Each proceeding has a small machine of its own, moved
by the facts that are recorded in it; several can be open at once.
"""


def document() -> str:
    """The text of docs/state-machine.md."""
    return "\n".join([INTRO, *_stage_part(), *(line for kind in ProceedingKind for line in _steps_part(kind))])


def _stage_part() -> Iterator[str]:
    yield "## Stages\n"
    yield from _mermaid(stage_machine(), {stage.value: STAGES[stage].title for stage in Stage})
    yield "Closing is possible from every stage and is not drawn.\n"
    yield "**to …**: the case goes to that stage. **beside**: something opens beside the stage, which stays; once the"
    yield "stage's own proceeding is over, the case moves instead. **stays**: it ends without a result, and the case"
    yield "stays or goes on at what is still open.\n"
    yield from _table(("Event", *(STAGES[stage].title for stage in Stage)), map(_event_row, Event))
    yield "### What each event asks for and starts\n"
    rows = (next(row for row in TRANSITIONS if row.event is event) for event in Event)
    yield from _table(("Event", "Guards", "Demands one of", "Opens", "What it starts", "Basis"), map(_about_row, rows))


def _event_row(event: Event) -> list[str]:
    by_stage = {row.source: row for row in TRANSITIONS if row.event is event}
    return [_title(event), *(_how(by_stage.get(stage)) for stage in Stage)]


def _title(event: Event) -> str:
    return next(row.title for row in TRANSITIONS if row.event is event)


def _how(row: Transition | None) -> str:
    if row is None:
        return "–"
    if row.is_parallel:
        return "beside"
    return "stays" if row.source is row.target else f"to {STAGES[row.target].title}"


def _about_row(row: Transition) -> list[str]:
    demands = [
        FACTS[fact].label for fact in dict.fromkeys(f for r in TRANSITIONS if r.event is row.event for f in r.demands)
    ]
    return [
        row.title,
        ", ".join(name.replace("_", " ") for name in row.guards) or "–",
        "; ".join([*demands, *row.inputs]) or "–",
        KIND_TITLES[row.opens] if row.opens else "–",
        row.leads_to,
        row.basis,
    ]


def _steps_part(kind: ProceedingKind) -> Iterator[str]:
    machine = proceeding_machine(kind)
    yield f"## {machine.title}\n"
    yield from _mermaid(machine, {node: node.replace("_", " ") for node, _ in machine.nodes})
    if machine.early:
        yield f"From any open step: {'; '.join(title.lower() for title in machine.early)}.\n"
    moves = [move for move in PROCEEDING_STEPS if move.kind is kind and move.fact not in ENDED_EARLY]
    yield from _table(("From", "What happened", "To", "Basis"), map(_step_row, moves))


def _step_row(move: ProceedingMove) -> list[str]:
    return [move.source.value.replace("_", " "), move.title, move.target.value.replace("_", " "), move.basis]


def _mermaid(machine: Machine, names: Mapping[str, str]) -> Iterator[str]:
    yield "```mermaid\nstateDiagram-v2"
    yield from (f'    state "{names[node]}" as {node}' for node, _ in machine.nodes)
    yield f"    [*] --> {machine.nodes[0][0]}"
    pairs = dict.fromkeys((way.source, way.target) for way in machine.ways)
    yield from (f"    {source} --> {target}" for source, target in pairs)
    leaving = {way.source for way in machine.ways}
    yield from (f"    {node} --> [*]" for node, is_end in machine.nodes if is_end and node not in leaving)
    yield "```\n"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield f"|{'---|' * len(head)}"
    yield from (f"| {' | '.join(cell.replace('|', '/') for cell in row)} |" for row in rows)
    yield ""


if __name__ == "__main__":
    sys.stdout.write(document())
