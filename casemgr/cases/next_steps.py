"""What to do next in a case: plain rules over what is there. At most four steps, the most pressing first."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from casemgr.accounts.roles import Permission
from casemgr.cases.queries import Counts, DueDate
from casemgr.law.stages import Option
from casemgr.law.terms import Event, PlanKind, Stage, VerdictKind
from casemgr.proceedings.queries import SaidAlready
from casemgr.web.filters import legal_date

MOST = 4
OFFERED = (Event.ASK_FOR_TEAM_MEETING, Event.REQUEST_MEDIATION)
"""Talking comes first. The other ways are on the page of what can be done now, side by side, for a person to choose."""
SOON = timedelta(days=14)
PLAN_PAPER = {
    PlanKind.IEP.value: ("Add the IEP", "Nearly everything in a dispute is compared with what the IEP says."),
    PlanKind.SECTION_504.value: (
        "Add the 504 plan",
        "Nearly everything in a dispute is compared with what the plan says.",
    ),
    PlanKind.EARLY_INTERVENTION.value: ("Add the IFSP", "It shows which services the child has today."),
}
FIRST_PAPER = ("Add the first paper", "A letter, an e-mail, a report: papers prove what happened, and when.")


@dataclass(frozen=True)
class NextStep:
    """One thing to do. `endpoints` are where it is done, the best page first; `permission` is what it takes.

    `arguments`: what its page needs beside the case. `press`: the event of a move that is carried out at one press, and
    `button` what the button says."""

    title: str
    why: str
    endpoints: tuple[str, ...]
    permission: Permission
    citation: str = ""
    on: date | None = None
    press: str = ""
    button: str = ""
    arguments: Mapping[str, UUID] = field(default_factory=dict)

    @property
    def is_pressing(self) -> bool:
        """Whether a date stands behind it."""
        return self.on is not None


@dataclass(frozen=True)
class Standing:
    """What the rules look at. `options` are the law's, best first; empty where it has none."""

    plan: str
    stage: str
    today: date
    counts: Counts
    has_address: bool
    roles: Collection[str]
    bare_issues: Sequence[str] = ()
    deadlines: Sequence[DueDate] = ()
    overdue_promise: str = ""
    options: Sequence[Option] = field(default=())
    said_already: SaidAlready | None = None


def next_steps(standing: Standing, allows: Callable[[Permission], bool]) -> list[NextStep]:
    """Return what to do next, leaving out what this person may not do."""
    return [step for step in _steps(standing) if allows(step.permission)][:MOST]


def _steps(now: Standing) -> Iterator[NextStep]:
    if now.stage == Stage.CLOSED.value:
        return
    yield from _to_say(now)
    yield from _pressing(now)
    yield from _first_rows(now)
    yield from _toward_a_filing(now)
    yield from _from_the_law(now)
    yield from _gaps(now)


def _to_say(now: Standing) -> Iterator[NextStep]:
    """A move that the record already tells: an agreement was signed, or taken back."""
    said = now.said_already
    if said is None:
        return
    step = said.option.transition
    title, button = "The agreement is on record: go on to monitoring", "Go on to monitoring"
    until = f"Either side may take it back until {legal_date(said.until)} (34 CFR 300.510(e)). " if said.until else ""
    why = f"{until}What was agreed becomes tasks with dates, and stays in view."
    if step.reopens:
        title, button = "The agreement was taken back: go on with the hearing case", "Go back to due process"
        why = step.leads_to
    yield NextStep(
        title,
        why,
        ("proceedings.options",),
        Permission.CASE_MOVE,
        step.citation,
        press=said.option.event.value,
        button=button,
    )


YOURS = "This date is yours to meet."
BEHIND_US = "This date is behind us. “Why this date?” says what follows, and what may still be possible."


def _pressing(now: Standing) -> Iterator[NextStep]:
    for due in now.deadlines:
        if due.is_ours and due.act_by <= now.today + SOON:
            yield NextStep(
                due.title,
                " ".join(filter(None, (YOURS if due.act_by >= now.today else BEHIND_US, due.uncertain))),
                ("deadlines.index",),
                Permission.CASE_READ,
                due.citation,
                on=due.act_by,
            )
            break
    if now.overdue_promise:
        yield NextStep(
            f"A promise is overdue: “{now.overdue_promise}”",
            "The day for it is over. Its page shows what can be done about it.",
            ("obligations.index",),
            Permission.CASE_READ,
        )
    if now.counts.letter_on_its_way:
        yield NextStep(
            "Say when they received your letter",
            "What it starts counts from the day they have it, not from the day you sent it.",
            ("letters.received",),
            Permission.PACKET_FILE,
            arguments={"letter_id": now.counts.letter_on_its_way},
        )


def _first_rows(now: Standing) -> Iterator[NextStep]:
    if not now.counts.papers:
        title, why = PLAN_PAPER.get(now.plan, FIRST_PAPER)
        yield NextStep(title, why, ("documents.index",), Permission.DOCUMENT_ADD)
    if now.counts.letters_begun:
        one = now.counts.letter_begun if now.counts.letters_begun == 1 else None
        yield NextStep(
            "Send the letter that you began",
            "A request in writing starts the clocks of the law. Its page shows what is still missing.",
            ("letters.show",) if one else ("letters.index",),
            Permission.PACKET_EDIT,
            arguments={"letter_id": one} if one else {},
        )
    elif not now.counts.facts:
        yield NextStep(
            "Ask in writing",
            "Choose a letter: it is drafted from the case, you change it and send it, and the clocks start.",
            ("letters.index",),
            Permission.PACKET_EDIT,
        )
    if not now.counts.facts:
        yield NextStep(
            "Record what you asked for, and when",
            "A written request, a consent, a notice: these dates start the clocks of the law.",
            ("deadlines.new_fact", "deadlines.index"),
            Permission.FACT_RECORD,
        )
    if not now.counts.entries:
        yield NextStep(
            "Put your concern in the evidence log",
            "Write what happened, when, and who was there, while it is fresh.",
            ("evidence.new", "evidence.index"),
            Permission.EVIDENCE_ADD,
        )


def _toward_a_filing(now: Standing) -> Iterator[NextStep]:
    if now.counts.packets_ready:
        yield NextStep(
            "Look through the packet, then file it",
            "A filing packet is ready. After you send it, mark it as filed so that the clocks start.",
            ("filings.index",),
            Permission.PACKET_FILE,
        )
    elif now.counts.packets_begun:
        yield NextStep(
            "Go on with the filing packet that you began",
            "Its checklist shows what is still missing.",
            ("filings.index",),
            Permission.PACKET_EDIT,
        )
    if now.bare_issues:
        yield NextStep(
            f"Find evidence for “{now.bare_issues[0]}”",
            "This issue has no log entry behind it yet.",
            ("issues.index",),
            Permission.ISSUE_EDIT,
        )
    if not now.counts.issues and now.counts.papers and now.counts.entries:
        yield NextStep(
            "Name what went wrong",
            "An issue says what went wrong, under which law, and what would fix it.",
            ("issues.new", "issues.index"),
            Permission.ISSUE_EDIT,
        )


def _from_the_law(now: Standing) -> Iterator[NextStep]:
    """The first of the offered steps that the law allows without a warning, once something is known about the case."""
    if not (now.counts.facts or now.counts.entries):
        return
    for option in now.options:
        allowed = option.verdict.kind is VerdictKind.ALLOWED
        if allowed and option.event in OFFERED and option.transition.target.value != now.stage:
            reasons = option.verdict.reasons
            why = option.transition.leads_to or (reasons[0].text if reasons else "The law leaves this way open now.")
            yield NextStep(
                option.transition.title,
                why,
                ("proceedings.options", "proceedings.history"),
                Permission.CASE_MOVE,
                option.transition.citation,
            )
            return


def _gaps(now: Standing) -> Iterator[NextStep]:
    if not now.has_address:
        yield NextStep(
            "Add the student’s home address",
            "A due process complaint must name it.",
            ("cases.edit",),
            Permission.CASE_EDIT,
            "34 CFR 300.508(b)(2)",
        )
    if "special_education_director" not in now.roles:
        yield NextStep(
            "Add the special education director",
            "Letters and complaints go to the district (LEA); the director is usually who receives them.",
            ("cases.add_person", "cases.people"),
            Permission.CASE_EDIT,
        )
