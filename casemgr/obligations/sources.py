"""The agreements and decisions that promise something, and where to go when a promise is not kept.

Each way is one that the law tables name for that kind of agreement or decision; a kind that they say nothing about has
only the ways that are always there. The page informs; a person chooses.
"""

from __future__ import annotations

from dataclasses import dataclass

from casemgr.law.terms import Event, FactKind

K = FactKind

DECISIONS = (K.DECISION_ISSUED, K.STATE_REVIEW_DECIDED, K.HEARING_OFFICE_ORDER_RECEIVED)
SECTION_504 = (K.SECTION_504_DECISION_ISSUED,)
BOUND = (K.MEDIATION_AGREEMENT, K.RESOLUTION_AGREEMENT_SIGNED, K.PROCEEDING_SETTLED, K.SETTLEMENT_OFFER_ACCEPTED)
PLANS = (K.MEETING_AGREED, K.MEETING_PARTLY_AGREED, K.IEP_AGREED, K.IEE_AGREED)
FROM_THE_STATE = (K.STATE_COMPLAINT_DECIDED, K.CORRECTIVE_ACTION_ORDERED)
FROM_OCR = (K.OCR_RESOLUTION_AGREEMENT, K.OCR_DETERMINATION_DATED)
COURT = (K.CIVIL_ACTION_DECIDED,)
SOURCES = (*DECISIONS, *SECTION_504, *BOUND, *PLANS, *FROM_THE_STATE, *FROM_OCR, *COURT)
"""Facts that can promise something, in the order in which a form offers them."""


@dataclass(frozen=True)
class Way:
    """One way on. `event` names the move that it is, where it is one."""

    text: str
    citation: str = ""
    event: Event | None = None


_ENFORCE_DECISION = Way(
    "If the district does not carry out a hearing decision, you can file a State complaint about that, and the State "
    "must resolve it.",
    "34 CFR 300.152(c)(3)",
    Event.FILE_STATE_COMPLAINT,
)
_STATE_COMPLAINT = Way(
    "A State complaint, if not doing it also breaks special education law: it must say so, with the facts, and reach "
    "the State in time.",
    "34 CFR 300.153(b)-(c)",
    Event.FILE_STATE_COMPLAINT,
)
_TELL_THE_STATE = Way(
    "Write to the State agency that decided, and say what was not done. A new State complaint is possible as well.",
    "34 CFR 300.151-153",
    Event.FILE_STATE_COMPLAINT,
)
_MEDIATION_IN_COURT = Way(
    "A signed mediation agreement can be enforced in State or federal court. Ask a lawyer.", "34 CFR 300.506(b)(7)"
)
_RESOLUTION_IN_COURT = Way(
    "A signed resolution agreement can be enforced in State or federal court. Ask a lawyer.", "34 CFR 300.510(d)"
)
_LAWYER = Way("Ask a lawyer how this paper can be enforced: its own words decide.")
_OCR = Way("Write to the OCR office that made the agreement or finding: it watches how it is carried out.")
_OCR_COMPLAINT = Way(
    "An OCR complaint, in time, if it is discrimination because of disability.",
    "34 CFR 100.7(b)",
    Event.FILE_OCR_COMPLAINT,
)
_MEET = Way("Ask the team to meet about it, in writing.", "34 CFR 300.324(b)", Event.ASK_FOR_TEAM_MEETING)


def ways_on(kind: str) -> tuple[Way, ...]:
    """Return what can be done about a broken promise that was made in a fact of this kind (empty: not known)."""
    if kind in DECISIONS:
        return (_ENFORCE_DECISION, _LAWYER)
    if kind in SECTION_504:
        return (_OCR_COMPLAINT, _LAWYER)
    if kind == K.MEDIATION_AGREEMENT:
        return (_MEDIATION_IN_COURT, _STATE_COMPLAINT)
    if kind == K.RESOLUTION_AGREEMENT_SIGNED:
        return (_RESOLUTION_IN_COURT, _STATE_COMPLAINT)
    if kind in FROM_THE_STATE:
        return (_TELL_THE_STATE,)
    if kind in FROM_OCR:
        return (_OCR, _OCR_COMPLAINT)
    if kind in PLANS:
        return (_MEET, _STATE_COMPLAINT)
    return (_LAWYER, _STATE_COMPLAINT)
