"""What one kind of filing is, as frozen data. `reading.py` makes these from the TOML files of this folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from casemgr.law.facts import FACTS
from casemgr.law.terms import Event, FactKind, FilingKind, ProceedingKind, Track


class Purpose(StrEnum):
    """What somebody wants who looks for a filing."""

    START = "start"
    ANSWER = "answer"
    HEARING = "hearing"
    AFTER = "after"


class Layout(StrEnum):
    """The head of the drawn document."""

    CAPTION = "caption"  # forum, parties, docket: what a hearing office or agency decides on
    NOTICE = "notice"  # To, from, about: what goes to a person or office
    RECORD = "record"  # title and facts: a sheet for the own file


class Verb(StrEnum):
    """What is done with the finished PDF."""

    FILE = "file"
    SEND = "send"
    SIGN = "sign"
    KEEP = "keep"


SHORT_SHARE = 1.9


@dataclass(frozen=True)
class Column:
    """One column of a table that is typed in. `type`: text, date, number or money."""

    label: str
    type: str = "text"
    share: float = 1.0

    @property
    def width(self) -> str:
        """How much room it takes where it is typed: number, day, short or long."""
        if self.type == "text":
            return "short" if self.share <= SHORT_SHARE else "long"
        return "day" if self.type == "date" else "number"


@dataclass(frozen=True)
class Question:
    """What the case itself does not answer. `key` is that of the checklist item it answers.

    Attributes:
        type: text or date. choices: stored value → label; empty: a text. columns: for a table that is typed in.
        longest: most characters of a text. most: most rows of a table; paste: rows can be pasted in.
    """

    key: str
    label: str
    help: str = ""
    rows: int = 3
    longest: int = 10_000
    choices: Mapping[str, str] = field(default_factory=dict)
    columns: tuple[Column, ...] = ()
    most: int = 40
    paste: bool = False
    type: str = "text"
    only_in: tuple[str, ...] = ()
    """States whose forms ask it; empty: everywhere."""


@dataclass(frozen=True)
class Block:
    """One piece of a part of the document. `how`: fields, words, value, points, list, table or options.

    Attributes:
        what: for `fields` pairs of label and name; for the others one name of vocabulary.py, or fixed sentences.
        ordered: points carry letters.
    """

    how: str
    what: tuple[Any, ...]
    ordered: bool = False


@dataclass(frozen=True)
class Part:
    """A numbered part of the document. Without anything from the case in it, it is left out.

    Attributes:
        only_if: a name of vocabulary.py that must give something. only_in, not_in: States.
        issues: here stand the numbered issues of the case, instead of blocks.
        is_idea: it says what only IDEA gives.
        new_page: it stands behind the signature, on a page of its own with signature lines of its own.
    """

    heading: str = ""
    law: str = ""
    blocks: tuple[Block, ...] = ()
    only_if: str = ""
    only_in: tuple[str, ...] = ()
    not_in: tuple[str, ...] = ()
    issues: bool = False
    new_page: bool = False
    is_idea: bool = False


@dataclass(frozen=True)
class Require:
    """What must hold before a kind is offered (`is_so`, see fitting.py), and what to say when it does not."""

    is_so: str
    otherwise: str


@dataclass(frozen=True)
class Limit:
    """How long there is for it. `rules`: ids of the law's tables, the first one first; none: `no_limit` is shown."""

    rules: tuple[str, ...] = ()
    counts_from: FactKind | None = None
    ask: str = ""
    words: str = ""
    no_limit: str = "Our tables give no time limit for it."


@dataclass(frozen=True)
class Kind:
    """One filing.

    Attributes:
        name, title: in lists, and on the document. plain: what it does. when: who uses it and when.
        filer_is_signer: anybody may file it: who signs and is none of the family is the filer.
        event: the move that filing it is (it opens a proceeding). forum: the proceeding that it opens or belongs to.
        filed, received: the facts that it becomes when sent and when it arrived. Neither: only the log keeps it, and
            no_fact says why.
        filed_by_answer: key of a question whose answer decides the fact (`filed_if`).
        limit: the deadline that it answers; None: that of the path which the event is (law.paths).
        laws: only issues under these laws are heard; laws_reason says so of the others. Empty: the forum decides.
        core: checklist keys without which the paper would say nothing: a gap there is a warning, whatever its class.
        copies: roles of people who get a copy from the start. to: name of vocabulary.py of who a notice is for.
        facts, rules: kinds of fact, and rules of the law, whose dates it prints.
        states: by two letters, the words that a State changes.
        under_504: the words (title, law, opening) where every issue is under Section 504 alone.
    """

    kind: FilingKind
    order: int
    purpose: Purpose
    name: str
    title: str
    plain: str
    when: str
    law: str
    layout: Layout = Layout.CAPTION
    verb: Verb = Verb.FILE
    opening: tuple[str, ...] = ()
    filer: str = "Petitioner"
    filer_is_signer: bool = False
    other: str = "Respondent"
    parties: str = "both"
    docket_hint: str = ""
    to: str = ""
    event: Event | None = None
    forum: ProceedingKind | None = None
    filed: FactKind | None = None
    filed_by_answer: str = ""
    filed_if: Mapping[str, FactKind] = field(default_factory=dict)
    received: FactKind | None = None
    no_fact: str = ""
    received_by: str = "school district"
    filed_help: str = "The day it went out. For mail, the postmark."
    limit: Limit | None = None
    tracks: frozenset[Track] = frozenset(Track)
    laws: tuple[str, ...] = ()
    laws_reason: str = ""
    requires: tuple[Require, ...] = ()
    core: tuple[str, ...] = ()
    copies: tuple[str, ...] = ()
    has_issues: bool = True
    has_chronology: bool = True
    has_exhibits: bool = True
    certificate: str = "Certificate of Service"
    facts: tuple[FactKind, ...] = ()
    rules: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    parts: tuple[Part, ...] = ()
    states: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    under_504: Mapping[str, Any] = field(default_factory=dict)

    def for_504(self) -> Kind:
        """Return the kind as it speaks of Section 504 alone: without what only IDEA says."""
        if not self.under_504:
            return self
        kept = tuple(replace(part, law=_without_idea(part.law)) for part in self.parts if not part.is_idea)
        return replace(self, **self.under_504, parts=kept)

    def in_state(self, state: str) -> Kind:
        """Return the kind in the words of a State, with the questions and parts that belong there."""
        return replace(
            self,
            **self.states.get(state, {}),
            questions=tuple(one for one in self.questions if not one.only_in or state in one.only_in),
            parts=tuple(
                one for one in self.parts if (not one.only_in or state in one.only_in) and state not in one.not_in
            ),
        )

    def fact_for(self, answers: Mapping[str, str]) -> FactKind | None:
        """Return the fact that it becomes when it is filed, given what was answered."""
        return self.filed_if.get(answers.get(self.filed_by_answer, ""), self.filed)

    @property
    def all_facts(self) -> tuple[FactKind, ...]:
        """Every fact that it can become."""
        found = (self.filed, *self.filed_if.values(), self.received)
        return tuple(dict.fromkeys(one for one in found if one is not None))

    @property
    def no_clock(self) -> str:
        """Why no date of the law follows from it; empty where one may, and where it becomes no fact."""
        said = [FACTS[fact].no_clock for fact in self.all_facts]
        return " ".join(said) if all(said) else ""

    def question(self, key: str) -> Question | None:
        return next((one for one in self.questions if one.key == key), None)


def _without_idea(law: str) -> str:
    return "; ".join(one for one in law.split("; ") if not one.startswith(("34 CFR 300.", "20 U.S.C. 1415")))
