"""The sentences of stay-put, each with its citation: what decides it, what would change it, what ends it."""

from casemgr.law.transitions import Reason

PENDING_RULE = Reason(
    "While a hearing or a court case about a due process complaint is pending, the student stays in the present "
    "placement, unless you and the district or State agree otherwise.",
    "34 CFR 300.518(a)",
)
OTHER_COMPLAINTS = Reason(
    "A State complaint or an OCR complaint alone does not put stay-put in force; a pending due process complaint "
    "or court case does.",
    "34 CFR 300.518(a)",
)
AGREED = Reason(
    "You and the district agreed on a placement after the filing: that placement is the one that stays put.",
    "34 CFR 300.518(a)",
)
DISCIPLINE = Reason(
    "During a discipline appeal the student stays in the interim setting until the decision, or until its time is "
    "up, whichever is first, unless you and the district agree otherwise. This is an exception to ordinary stay-put.",
    "34 CFR 300.533",
)
SPECIAL_CIRCUMSTANCES = Reason(
    "For a weapon, drugs or serious bodily injury the school may use an interim setting for up to 45 school days, "
    "also while stay-put is in force.",
    "34 CFR 300.530(g)",
)
FIRST_ADMISSION = Reason(
    "If the complaint is about the first admission to public school, the child is placed in public school with "
    "your consent until it is over.",
    "34 CFR 300.518(b)",
)
PART_C = Reason(
    "The child has turned three: early intervention services do not stay put. Once the child is eligible and you "
    "consent, the district owes the services that nobody disputes.",
    "34 CFR 300.518(c)",
)
FOR_PARENT = Reason(
    "The hearing officer of a State-run hearing, or the State review officer, agreed with you on placement: that "
    "counts as an agreement, and it is the placement that stays put if the case goes on.",
    "34 CFR 300.518(d)",
)
DISTRICT_RAN_THE_HEARING = Reason(
    "The hearing officer agreed with you, but in this State the district runs the first hearing: only the State "
    "review officer’s decision for you counts as an agreement on placement.",
    "34 CFR 300.518(d)",
)
APPEAL_GAP = Reason(
    "Whether the student still stays put between the decision and an appeal is not written in the rule. Ask a "
    "lawyer before anything changes.",
    "34 CFR 300.518(a)",
)
NOT_504 = Reason(
    "Section 504 has no federal stay-put of this kind. Before a significant change of placement the district must "
    "evaluate again.",
    "34 CFR 104.35(a), 104.36",
)
IDEA_SIDE_ONLY = Reason(
    "It protects the IDEA side of this dispute. Section 504 has no federal stay-put of this kind; before a "
    "significant change of placement the district must evaluate again.",
    "34 CFR 104.35(a), 104.36",
)

ENDS = (
    Reason("The hearing or the court case ends with a decision, and nobody takes it further.", "34 CFR 300.518(a)"),
    Reason("The filing is withdrawn, dismissed or settled.", "34 CFR 300.518(a)"),
    Reason(
        "You and the district or State agree on another placement: then that one is the placement that stays.",
        "34 CFR 300.518(a)",
    ),
)
"""What ends ordinary stay-put."""

DISCIPLINE_ENDS = (
    Reason("The hearing officer decides the discipline appeal.", "34 CFR 300.533"),
    Reason("The time of the interim setting or the removal runs out.", "34 CFR 300.533"),
    Reason("You and the district or State agree otherwise.", "34 CFR 300.533"),
)

CHANGES = (
    Reason("Another placement than the one that stays, without your agreement.", "34 CFR 300.518(a)"),
    Reason("A removal of more than 10 school days in a row.", "34 CFR 300.536(a)(1)"),
    Reason(
        "Removals of more than 10 school days in a school year that form a pattern: similar behavior, their length, "
        "their total and how close they are in time.",
        "34 CFR 300.536(a)(2)",
    ),
)
"""What counts as a change of placement."""

CHANGES_504 = Reason(
    "Under Section 504: a significant change of placement needs a new evaluation first.", "34 CFR 104.35(a)"
)
