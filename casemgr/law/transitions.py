"""The table of lawful moves between the stages of a case. One row a move; nothing about one State.

A stage is the forum that has the case now, or had it last. Two kinds of rows have their own stage as target:

- a row with `instead` opens a *parallel* proceeding: the stage stays where it is while its own proceeding is open,
  and once that is over the case goes to `instead`;
- a row that `closes` without a result (no agreement, withdrawn, dismissed) leaves the case where it is, marked as
  over, or takes it back to what is still open beside it.

`stages.settle` says which of the two holds for a case. docs/decisions/0005 has the reasons.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from casemgr.law.terms import Event, FactKind, ProceedingKind, ProceedingStep, Stage

NO_RULE = "No rule of law: this only keeps your own record."


@dataclass(frozen=True)
class Reason:
    text: str
    citation: str = ""


class TransitionRefused(Exception):
    """The law's table has no such step, or a guard refuses it. Carries event, stage and reasons."""

    def __init__(self, event: Event | FactKind, stage: Stage | ProceedingStep, reasons: tuple[Reason, ...]) -> None:
        self.event, self.stage, self.reasons = event, stage, reasons
        why = " ".join(reason.text for reason in reasons)
        super().__init__(f"“{event.value}” is not possible from “{stage.value}”. {why}".strip())


@dataclass(frozen=True)
class StageInfo:
    title: str
    plain: str


@dataclass(frozen=True)
class Transition:
    """One lawful move.

    Attributes:
        guards: names in guards.GUARDS, all of them asked.
        demands: facts of which one is recorded with the move; the first is the usual one.
        inputs: other answers to ask for ("reason").
        opens: kind of proceeding to open. closes: whether it ends the proceeding that the stage stands for.
        reopens: whether the proceeding goes on that an agreement had ended.
        instead: of a row that opens something beside the stage: where the case goes once the stage's own is over.
        leads_to: what it starts, in plain words.
    """

    source: Stage
    event: Event
    target: Stage
    title: str
    citation: str = ""
    guards: tuple[str, ...] = ()
    demands: tuple[FactKind, ...] = ()
    inputs: tuple[str, ...] = ()
    opens: ProceedingKind | None = None
    closes: bool = False
    reopens: bool = False
    leads_to: str = ""
    instead: Stage | None = None

    @property
    def is_parallel(self) -> bool:
        """Whether it opens something beside the stage, which stays."""
        return self.instead is not None

    @property
    def basis(self) -> str:
        """The citation, or the words that no rule of law asks for this."""
        return self.citation or NO_RULE


S, K, P = Stage, FactKind, ProceedingKind

STAGES: Mapping[Stage, StageInfo] = MappingProxyType(
    {
        S.CONCERN_RAISED: StageInfo("Concern raised", "Something is wrong, and it is written down."),
        S.TEAM_MEETING: StageInfo("Team meeting", "The IEP or 504 team is asked to meet."),
        S.MEDIATION: StageInfo("Mediation", "A neutral person helps both sides to agree."),
        S.STATE_COMPLAINT: StageInfo("State complaint", "The State education agency looks into it."),
        S.DUE_PROCESS: StageInfo("Due process", "A hearing officer decides."),
        S.OCR_COMPLAINT: StageInfo("OCR complaint", "The Office for Civil Rights looks at discrimination."),
        S.CIVIL_ACTION: StageInfo("Court", "A court decides, usually after a hearing decision."),
        S.MONITORING: StageInfo("Monitoring", "An agreement or order is being carried out."),
        S.CLOSED: StageInfo("Closed", "Done. It can be opened again with a reason."),
    }
)


@dataclass(frozen=True)
class _Opening:
    """A path that opens a proceeding. From the `moves` stages the case goes there; from `beside` it stays."""

    event: Event
    target: Stage
    opens: ProceedingKind
    title: str
    citation: str
    guards: tuple[str, ...]
    demands: tuple[FactKind, ...]
    leads_to: str
    moves: tuple[Stage, ...]
    beside: tuple[Stage, ...]


OPENINGS = (
    _Opening(
        Event.ASK_FOR_TEAM_MEETING,
        S.TEAM_MEETING,
        P.MEETING,
        "Ask for a team meeting",
        "34 CFR 300.324(b); 34 CFR 104.35",
        (),
        (K.MEETING_REQUESTED,),
        "The school is asked to call the IEP or 504 team together. It costs nothing and closes no other path.",
        (S.CONCERN_RAISED, S.MONITORING),
        (S.TEAM_MEETING, S.MEDIATION, S.STATE_COMPLAINT, S.DUE_PROCESS, S.OCR_COMPLAINT, S.CIVIL_ACTION),
    ),
    _Opening(
        Event.REQUEST_MEDIATION,
        S.MEDIATION,
        P.MEDIATION,
        "Ask for mediation",
        "34 CFR 300.506",
        ("forum_hears_the_dispute", "part_b_applies", "no_such_proceeding_open"),
        (K.MEDIATION_REQUESTED,),
        "Voluntary, free for you, confidential. It does not delay a hearing and stops no deadline by itself.",
        (S.CONCERN_RAISED, S.TEAM_MEETING, S.MONITORING),
        (S.MEDIATION, S.STATE_COMPLAINT, S.DUE_PROCESS, S.OCR_COMPLAINT, S.CIVIL_ACTION),
    ),
    _Opening(
        Event.FILE_STATE_COMPLAINT,
        S.STATE_COMPLAINT,
        P.STATE_COMPLAINT,
        "File a State complaint",
        "34 CFR 300.151-300.153",
        (
            "forum_hears_the_dispute",
            "part_b_applies",
            "within_state_complaint_year",
            "no_such_proceeding_open",
        ),
        (K.STATE_COMPLAINT_FILED,),
        "The State looks into it and decides in writing within 60 days. It does not put stay-put in force.",
        (S.CONCERN_RAISED, S.TEAM_MEETING, S.MEDIATION, S.MONITORING),
        (S.STATE_COMPLAINT, S.DUE_PROCESS, S.OCR_COMPLAINT, S.CIVIL_ACTION),
    ),
    _Opening(
        Event.FILE_DUE_PROCESS_COMPLAINT,
        S.DUE_PROCESS,
        P.DUE_PROCESS,
        "File a due process complaint",
        "34 CFR 300.507-300.508",
        ("forum_hears_the_dispute", "part_b_applies", "within_hearing_limit", "no_such_proceeding_open"),
        (K.DUE_PROCESS_COMPLAINT_FILED,),
        "A hearing and a decision. In an IDEA dispute 30 days to settle come first, and stay-put is in force.",
        (S.CONCERN_RAISED, S.TEAM_MEETING, S.MEDIATION, S.STATE_COMPLAINT, S.OCR_COMPLAINT, S.MONITORING),
        (S.DUE_PROCESS, S.CIVIL_ACTION),
    ),
    _Opening(
        Event.FILE_EXPEDITED_COMPLAINT,
        S.DUE_PROCESS,
        P.DUE_PROCESS,
        "File an expedited complaint about discipline",
        "34 CFR 300.532",
        ("forum_hears_the_dispute", "part_b_applies", "expedited_is_for_idea", "discipline_recorded"),
        (K.EXPEDITED_COMPLAINT_FILED,),
        "A hearing within 20 school days. The student stays in the interim setting meanwhile.",
        (S.CONCERN_RAISED, S.TEAM_MEETING, S.MEDIATION, S.STATE_COMPLAINT, S.OCR_COMPLAINT, S.MONITORING),
        (S.DUE_PROCESS, S.CIVIL_ACTION),
    ),
    _Opening(
        Event.REQUEST_SECTION_504_HEARING,
        S.DUE_PROCESS,
        P.SECTION_504_HEARING,
        "Ask for a Section 504 hearing",
        "34 CFR 104.36",
        ("forum_hears_the_dispute", "no_such_proceeding_open"),
        (K.SECTION_504_HEARING_REQUESTED,),
        "An impartial hearing that the district must offer. Federal law sets no deadline for it.",
        (S.CONCERN_RAISED, S.TEAM_MEETING, S.MEDIATION, S.STATE_COMPLAINT, S.OCR_COMPLAINT, S.MONITORING),
        (S.DUE_PROCESS, S.CIVIL_ACTION),
    ),
    _Opening(
        Event.FILE_OCR_COMPLAINT,
        S.OCR_COMPLAINT,
        P.OCR_COMPLAINT,
        "File a complaint with the Office for Civil Rights (OCR)",
        "34 CFR 104.61, 100.7",
        ("forum_enforces_the_law", "within_ocr_limit", "no_such_proceeding_open"),
        (K.OCR_COMPLAINT_FILED,),
        "OCR looks at discrimination because of disability. It does not put stay-put in force.",
        (S.CONCERN_RAISED, S.TEAM_MEETING, S.MEDIATION, S.MONITORING),
        (S.STATE_COMPLAINT, S.DUE_PROCESS, S.OCR_COMPLAINT, S.CIVIL_ACTION),
    ),
    _Opening(
        Event.FILE_CIVIL_ACTION,
        S.CIVIL_ACTION,
        P.CIVIL_ACTION,
        "Go to court",
        "34 CFR 300.516",
        ("hearing_decision_first", "within_court_limit", "no_such_proceeding_open"),
        (K.CIVIL_ACTION_FILED,),
        "A lawsuit, usually after a hearing decision and within 90 days of its date. You will want a lawyer.",
        (S.DUE_PROCESS, S.MONITORING, S.CONCERN_RAISED, S.TEAM_MEETING, S.MEDIATION),
        (S.OCR_COMPLAINT, S.STATE_COMPLAINT, S.CIVIL_ACTION),
    ),
)


def _own_kinds() -> Mapping[Stage, frozenset[ProceedingKind]]:
    found: dict[Stage, frozenset[ProceedingKind]] = {}
    for path in OPENINGS:
        found[path.target] = found.get(path.target, frozenset()) | {path.opens}
    return MappingProxyType(found)


OWN_KINDS = _own_kinds()
"""The kinds of proceeding that a stage stands for."""
MOST_FORMAL_FIRST = (
    S.CIVIL_ACTION,
    S.DUE_PROCESS,
    S.STATE_COMPLAINT,
    S.OCR_COMPLAINT,
    S.MEDIATION,
    S.TEAM_MEETING,
)
"""Where a case goes on when the proceeding of its stage is over and several others are open."""

FORUMS = (S.MEDIATION, S.STATE_COMPLAINT, S.DUE_PROCESS, S.OCR_COMPLAINT, S.CIVIL_ACTION)

AGREEMENT_FACTS: Mapping[Stage, tuple[FactKind, ...]] = {
    S.TEAM_MEETING: (K.MEETING_AGREED, K.MEETING_PARTLY_AGREED, K.IEP_AGREED),
    S.MEDIATION: (K.MEDIATION_AGREEMENT,),
    S.STATE_COMPLAINT: (K.PROCEEDING_SETTLED,),
    S.DUE_PROCESS: (K.PROCEEDING_SETTLED, K.RESOLUTION_AGREEMENT_SIGNED, K.MEDIATION_AGREEMENT),
    S.OCR_COMPLAINT: (K.OCR_RESOLUTION_AGREEMENT,),
    S.CIVIL_ACTION: (K.PROCEEDING_SETTLED,),
}
AGREEMENT_LAW: Mapping[Stage, str] = {
    S.MEDIATION: "34 CFR 300.506(b)(6)-(7)",
    S.STATE_COMPLAINT: "34 CFR 300.152(b)(1)",
    S.DUE_PROCESS: "34 CFR 300.510(d); 34 CFR 300.506(b)(6)-(7)",
    S.OCR_COMPLAINT: "OCR Case Processing Manual",
}
DECISION_FACTS: Mapping[Stage, tuple[tuple[FactKind, ...], str]] = {
    S.STATE_COMPLAINT: ((K.STATE_COMPLAINT_DECIDED,), "34 CFR 300.152(a)"),
    S.DUE_PROCESS: ((K.DECISION_ISSUED, K.SECTION_504_DECISION_ISSUED), "34 CFR 300.515(a)"),
    S.OCR_COMPLAINT: ((K.OCR_DETERMINATION_DATED,), "OCR Case Processing Manual"),
    S.CIVIL_ACTION: ((K.CIVIL_ACTION_DECIDED,), "34 CFR 300.516(c)"),
}
NO_AGREEMENT_FACTS: Mapping[Stage, tuple[FactKind, ...]] = {
    S.TEAM_MEETING: (K.MEETING_REFUSED, K.MEETING_NOT_CONVENED),
    S.MEDIATION: (K.MEDIATION_IMPASSE, K.MEDIATION_DECLINED),
}


def _openings() -> Iterator[Transition]:
    for path in OPENINGS:
        for source in (*path.moves, *path.beside):
            yield Transition(
                source=source,
                event=path.event,
                target=path.target if source in path.moves else source,
                title=path.title,
                citation=path.citation,
                guards=path.guards,
                demands=path.demands,
                opens=path.opens,
                leads_to=path.leads_to,
                instead=path.target if source in path.beside else None,
            )


def _endings() -> Iterator[Transition]:
    for source, facts in AGREEMENT_FACTS.items():
        yield Transition(
            source,
            Event.RECORD_AGREEMENT,
            S.MONITORING,
            "Record an agreement",
            AGREEMENT_LAW.get(source, ""),
            demands=facts,
            closes=True,
            leads_to="What was agreed is written down as tasks with dates, and watched.",
        )
    yield Transition(
        S.MONITORING,
        Event.VOID_AGREEMENT,
        S.DUE_PROCESS,
        "Take the resolution agreement back",
        "34 CFR 300.510(e)",
        guards=("agreement_can_be_taken_back",),
        demands=(K.RESOLUTION_AGREEMENT_VOIDED,),
        reopens=True,
        leads_to="Either side may do so within three business days of signing. The due process complaint goes on.",
    )
    for source, (facts, citation) in DECISION_FACTS.items():
        yield Transition(
            source,
            Event.RECORD_DECISION,
            S.MONITORING,
            "Record the decision",
            citation,
            demands=facts,
            closes=True,
            leads_to="What was decided is written down as tasks with dates. The time to appeal starts.",
        )
    yield from _endings_without_a_result()


STILL_OPEN = ("something_to_end",)
GOES_ON = "If something else is open, the case goes on there. If not, the next path is yours to choose."


def _endings_without_a_result() -> Iterator[Transition]:
    for source, facts in NO_AGREEMENT_FACTS.items():
        yield Transition(
            source,
            Event.END_WITHOUT_AGREEMENT,
            source,
            "It ended without agreement",
            "34 CFR 300.506" if source is S.MEDIATION else "34 CFR 300.503(a)",
            guards=STILL_OPEN,
            demands=facts,
            closes=True,
            leads_to=GOES_ON,
        )
    for source in (S.TEAM_MEETING, *FORUMS):
        withdrawn = K.MEDIATION_WITHDRAWN if source is S.MEDIATION else K.PROCEEDING_WITHDRAWN
        ends_stay_put = " Stay-put ends with it." if source in (S.DUE_PROCESS, S.CIVIL_ACTION) else ""
        yield Transition(
            source,
            Event.WITHDRAW,
            source,
            "Withdraw",
            "34 CFR 300.506(b)(1)" if source is S.MEDIATION else "",
            guards=STILL_OPEN,
            demands=(withdrawn,),
            inputs=("reason",),
            closes=True,
            leads_to=f"The request ends.{ends_stay_put} Time limits go on running. {GOES_ON}",
        )
    for source in FORUMS[1:]:
        is_ocr = source is S.OCR_COMPLAINT
        yield Transition(
            source,
            Event.RECORD_DISMISSAL,
            source,
            "Record that it was dismissed",
            "OCR Case Processing Manual" if is_ocr else "",
            guards=STILL_OPEN,
            demands=(K.OCR_DISMISSAL_DATED if is_ocr else K.PROCEEDING_DISMISSED,),
            closes=True,
            leads_to=f"The filing ends. There may be an appeal: see the letter or order. {GOES_ON}",
        )


def _closing() -> Iterator[Transition]:
    for source in Stage:
        if source is not S.CLOSED:
            yield Transition(
                source,
                Event.CLOSE,
                S.CLOSED,
                "Close the case",
                guards=("nothing_left_open",),
                inputs=("reason",),
                leads_to="The case is put away. Everything is kept, and it can be opened again.",
            )
    yield Transition(
        S.CLOSED,
        Event.REOPEN,
        S.CONCERN_RAISED,
        "Open the case again",
        inputs=("reason",),
        leads_to="The case goes on from “concern raised”.",
    )


TRANSITIONS: tuple[Transition, ...] = (*_openings(), *_endings(), *_closing())
