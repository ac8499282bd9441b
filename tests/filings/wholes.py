"""The material of every filing without any gap, and with nothing at all: pure data, no database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from casemgr.filings import material as m
from casemgr.filings.kinds import KINDS, Kind, Layout, kind_in
from casemgr.law.rulebook import rulebook_for
from casemgr.law.terms import Track
from casemgr.pdf.model import ExhibitKind

TODAY = date(2026, 11, 20)
STUDENT = m.StudentData(
    "Juniper Example", date(2016, 5, 4), "5", "Larch Street School", "Fernhollow Public Schools",
    "12 Larch Street\nFernhollow", False, "", "Dyslexia",
)  # fmt: skip
ROLES = {
    "parent": "Marta Example",
    "principal": "Pia Principal",
    "special_education_director": "Dana Director",
    "section_504_coordinator": "Cory Coordinator",
    "lea_attorney": "Lee Lawyer",
    "hearing_officer": "Hollis Officer",
}
PEOPLE = tuple(
    m.PersonData(name, role, role, "", f"{role}@example.org", "(555) 010-0100", "1 School Road\nFernhollow")
    for role, name in ROLES.items()
)
ENTRY = m.EntryData(
    1, date(2026, 9, 5), "September 5, 2026", "E-mail", "Asked in writing", "The school was asked", "P-1"
)
ISSUES = tuple(
    m.IssueData(
        str(n), n, title, law, law, cite, None, date(2026, 3, 1), "2026-03-20: Nothing was done.", remedy, (ENTRY,)
    )
    for n, (title, law, cite, remedy) in enumerate(
        [
            ("The evaluation is late", "idea", "34 CFR 300.301(c)(1)", "Evaluate now\nMake up reading"),
            ("The ramp was locked", "section_504", "34 CFR 104.35", "Keep the ramp open"),
        ],
        1,
    )
)
EXHIBITS = tuple(
    m.ExhibitData(
        str(n), str(n), f"P-{n}", title, kind, "October 6, 2025", "", ExhibitKind.TEXT, "", 9, "a.txt", "text/plain"
    )
    for n, (title, kind) in enumerate([("IEP 2025-26", "IEP"), ("Reading evaluation", "Evaluation report")], 1)
)
SAID = {
    "agreement_kind": "resolution", "signed_on": "2026-11-13", "in_writing": "yes", "reply_by": "2026-12-18",
    "inspection_date": "2026-12-01", "consent_page": "yes",
}  # fmt: skip
CELLS = {"date": "2026-10-0{n}", "number": "2.5", "money": "350"}


def whole(kind: str, state: str = "MA", **changes: Any) -> m.Material:
    """The material of a filing without any gap."""
    own = kind_in(kind, state)
    forum = rulebook_for(state).forums[own.forum].name if own.forum else ""
    return replace(
        m.Material(
            kind=kind, state=state, state_name="Massachusetts" if state == "MA" else state, forum=forum,
            forum_citation="", student=STUDENT, people=PEOPLE, issues=_heard(own), left_out=(),
            chronology=(ENTRY,) if own.has_chronology else (), exhibits=EXHIBITS if own.has_exhibits else (),
            placement=m.PlacementData(
                date(2025, 10, 6), "Larch Street School", "General education",
                (("Reading", "30 minutes, 5 x week", "Resource room"), ("Speech", "20 minutes, 1 x week", "Class")),
            ),
            other_forums=(m.OtherForum("State complaint", date(2026, 8, 3), "PRS-7", "open"),),
            last_act_on=date(2026, 9, 5), grievance_ended_on=None, has_discipline=False, answers=_answers(own),
            signer=("Marta Example", "Parent of Juniper Example", "12 Larch Street\nmarta@example.org"),
            recipients=tuple(m.Recipient(ROLES[role], role, f"{role}@example.org", "email") for role in _copies(own)),
            bates_prefix="EX-", dated_on=TODAY, made_at="2026-11-20T10:00:00+00:00",
            docket="BSEA 27-00001" if own.event is None else "",
            on_record={one.value: date(2026, 10, 5) for one in own.facts},
            worked_out=tuple(
                m.WorkedOut(rule, rulebook_for(state).current(rule).title, date(2026, 11, 18), "34 CFR 300.510(e)")
                for rule in own.rules
            ),
            rows={
                one.key: tuple(
                    tuple(CELLS.get(column.type, f"{column.label} {n}").format(n=n) for column in one.columns)
                    for n in (1, 2, 3)
                )
                for one in own.questions
                if one.columns
            },
        ),
        **changes,
    )  # fmt: skip


def _heard(kind: Kind) -> tuple[m.IssueData, ...]:
    return tuple(one for one in ISSUES if kind.has_issues and (not kind.laws or one.law in kind.laws))


def _answers(kind: Kind) -> dict[str, str]:
    return {
        one.key: SAID.get(one.key, f"What was said about {one.key.replace('_', ' ')}.")
        for one in kind.questions
        if not one.columns
    }


def _copies(kind: Kind) -> tuple[str, ...]:
    return kind.copies or ("special_education_director",)


def empty(kind: str, state: str = "MA", **changes: Any) -> m.Material:
    """The material of a filing about which the case says nothing."""
    nobody = m.StudentData("", date(2016, 5, 4), "", "", "", "", True, "", "")
    nothing = {
        "student": nobody, "people": (), "issues": (), "chronology": (), "exhibits": (), "placement": None,
        "other_forums": (), "last_act_on": date(2025, 1, 1), "has_discipline": True, "recipients": (), "docket": "",
        "answers": {"agreement_kind": "resolution"}, "signer": ("", "", ""), "worked_out": (), "rows": {},
        "on_record": {one.value: date(2025, 1, 1) for one in KINDS[kind].facts if one.value.startswith("ocr_")},
    }  # fmt: skip
    return whole(kind, state, **nothing, **changes)


def tracks_of(kind: Kind) -> tuple[Track, ...]:
    return tuple(sorted(kind.tracks))


__all__ = ["ENTRY", "EXHIBITS", "ISSUES", "PEOPLE", "STUDENT", "TODAY", "Layout", "empty", "tracks_of", "whole"]
