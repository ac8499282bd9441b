"""The words with which the TOML files of kinds speak of a case: values, lists and tables. Pure: material in, text out.

A name with a dot before it takes what comes after it: `answer.resolution` is what was written under that question,
`on.decision_issued` the day of a fact, `due.idea-settlement-void` a date that the law engine works out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import TypeVar

from casemgr.filings import fees
from casemgr.filings.kinds import SEND_METHODS, Kind
from casemgr.filings.material import Material, PersonData, Recipient, long_date
from casemgr.pdf.model import Grid

BLANK = "____________________"
SCHOOL_ROLES = ("principal", "section_504_coordinator", "special_education_director")


class UnknownWord(KeyError):
    """A file of a kind uses a name that is not in the vocabulary."""


@dataclass(frozen=True)
class Words:
    """The vocabulary for one packet."""

    material: Material
    kind: Kind

    def value(self, name: str) -> str:
        """Return what a name says of this case; empty when the case does not say. `a|b`: the first that says it."""
        if "|" in name:
            return next(filter(None, map(self.value, name.split("|"))), "")
        head, _, rest = name.partition(".")
        if head in _PREFIXED and rest:
            return _PREFIXED[head](self, rest).strip()
        try:
            return VALUES[name](self.material).strip()
        except KeyError as error:
            raise UnknownWord(name) from error

    def list(self, name: str) -> tuple[str, ...]:
        return _find(LISTS, name)(self.material)

    def table(self, name: str) -> Grid | None:
        """Return a table, or None where it would have no rows."""
        if name.startswith("rows."):
            return self._typed(name.removeprefix("rows."))
        return _find(TABLES, name)(self.material)

    def filled(self, sentence: str) -> str:
        """Return a fixed sentence with its names in braces filled in; what is not known is a line to write on."""
        return re.sub(r"\{([a-z0-9_.\-|]+)\}", lambda found: self.value(found[1]) or BLANK, sentence)

    def _typed(self, key: str) -> Grid | None:
        question, rows = self.kind.question(key), self.material.rows.get(key, ())
        if question is None or not question.columns:
            raise UnknownWord(f"rows.{key}")
        if not rows:
            return None
        types = [one.type for one in question.columns]
        sums = [_total(place, rows) if one == "money" else "" for place, one in enumerate(types)]
        cells = [tuple(map(_cell, types, row)) for row in rows]
        if any(sums):
            cells.append(
                tuple(said or ("Total" if one == "text" else "") for said, one in zip(sums, types, strict=True))
            )
        return Grid(
            tuple(one.label for one in question.columns),
            tuple(cells),
            tuple(one.share for one in question.columns),
            right=tuple(place for place, one in enumerate(types) if one in ("number", "money")),
            totals=1 if any(sums) else 0,
        )


Found = TypeVar("Found")


def _find(table: Mapping[str, Found], name: str) -> Found:
    if name not in table:
        raise UnknownWord(name)
    return table[name]


def _total(place: int, rows: Sequence[Sequence[str]]) -> str:
    return fees.money(sum((fees.decimal(row[place]) or Decimal(0) for row in rows), Decimal(0)))


def _cell(kind: str, text: str) -> str:
    if kind == "date" and text:
        return long_date(date.fromisoformat(text))
    if kind == "money" and (amount := fees.decimal(text)) is not None:
        return fees.money(amount)
    return text


# -- values ---------------------------------------------------------------------------------------------------


def described(person: PersonData) -> str:
    return "\n".join((person.name, *person.contact))


def _people(material: Material, *roles: str) -> str:
    return "\n\n".join(map(described, material.with_role(*roles)))


def school_address(material: Material) -> str:
    """The address of the institution: as written, else that of somebody at the school."""
    said = material.answer("institution")
    return said or next((one.address for one in material.with_role(*SCHOOL_ROLES) if one.address.strip()), "")


def basis_of(material: Material) -> str:
    """The basis in words: disability, unless the person wrote something else."""
    said = material.answer("basis")
    if not said:
        return "Disability"
    return said if "disabilit" in said.lower() else f"Disability; {said}"


def side_of(material: Material) -> str:
    """Who asks: the student who signs, else the parents or the parent."""
    if material.signer[0].strip().casefold() == material.student.name.strip().casefold() != "":
        return "student"
    return "parents" if len(material.with_role("parent")) > 1 else "parent"


def _verb(words: Words, verb: str) -> str:
    """`verb.ask`: that verb as it goes with who asks."""
    return verb if side_of(words.material) == "parents" else f"{verb}s"


def _possessive(side: str) -> str:
    return f"{side}’" if side.endswith("s") else f"{side}’s"


def _school_and_grade(material: Material) -> str:
    student = material.student
    return ", ".join(part for part in (student.school, f"grade {student.grade}" if student.grade else "") if part)


def _special_needs(material: Material) -> str:
    said = (material.student.disability.strip(), material.answer("special_needs"))
    return ". ".join(part.rstrip(".") if not n and all(said) else part for n, part in enumerate(said) if part)


def _authority(material: Material) -> str:
    return material.answer("person_harmed") or ("Parent" if material.with_role("parent") else "")


def _filed_by(material: Material, key: str) -> str:
    return material.answer(key) or "\n".join(map(described, material.with_role("parent")[:1]))


def _placement(material: Material, name: str) -> str:
    placed = material.placement
    if placed is None:
        return ""
    return long_date(placed.agreed_on) if name == "agreed_on" else str(getattr(placed, name))


def _addressee(material: Material) -> str:
    """Who a notice is for: whoever gets it, else the district."""
    names = [", ".join(part for part in (one.name, one.role) if part) for one in material.recipients]
    return "\n".join(names) or material.student.district or material.student.school


VALUES: Mapping[str, Callable[[Material], str]] = {
    "student.name": lambda m: m.student.name,
    "student.address": lambda m: m.student.address,
    "student.school": lambda m: m.student.school,
    "student.school_and_grade": _school_and_grade,
    "student.district": lambda m: m.student.district or m.student.school,
    "student.disability": lambda m: m.student.disability,
    "student.special_needs": _special_needs,
    "student.birthdate": lambda m: long_date(m.student.born_on),
    "student.homeless_contact": lambda m: m.student.homeless_contact if m.student.is_homeless else "",
    "parents": lambda m: _people(m, "parent"),
    "parents.names": lambda m: " and ".join(one.name for one in m.with_role("parent")),
    "side": side_of,
    "side.of": lambda m: _possessive(side_of(m)),
    "representative": lambda m: m.answer("representative") or _people(m, "parent_attorney", "advocate"),
    "complainant": lambda m: _filed_by(m, "complainant"),
    "requester": lambda m: _filed_by(m, "requester"),
    "hearing_officer": lambda m: _people(m, "hearing_officer"),
    "coordinator": lambda m: _people(m, "section_504_coordinator"),
    "school.address": school_address,
    "signer.name": lambda m: m.signer[0],
    "signer.contact": lambda m: m.signer[2],
    "basis": basis_of,
    "authority": _authority,
    "addressee": _addressee,
    "forum": lambda m: m.forum,
    "state": lambda m: m.state_name,
    "docket": lambda m: m.docket or m.answer("docket"),
    "case_number": lambda m: m.docket or m.answer("case_number"),
    "dated": lambda m: long_date(m.dated_on) if m.dated_on else "",
    "placement.school": partial(_placement, name="school"),
    "placement.setting": partial(_placement, name="setting"),
    "placement.agreed_on": partial(_placement, name="agreed_on"),
    "issues.count": lambda m: "the issue above" if len(m.issues) == 1 else f"issues 1 to {len(m.issues)}",
    "recipients": lambda m: "\n".join(one.name for one in m.recipients),
    "fees.total": lambda m: fees.money(fees.totals(_entries(m))[-1].amount) if _entries(m) else "",
    "costs.total": lambda m: fees.money(_costs(m)) if _costs(m) else "",
    "fees.and_costs": lambda m: fees.money(fees.totals(_entries(m))[-1].amount + _costs(m)) if _costs(m) else "",
}


def _answer(words: Words, key: str) -> str:
    """What was written; of a choice, its label."""
    said = words.material.answer(key)
    question = words.kind.question(key)
    if question and question.choices:
        return question.choices.get(said, "")
    return long_date(date.fromisoformat(said)) if said and question and question.type == "date" else said


def _on(words: Words, fact: str) -> str:
    on = words.material.on_record.get(fact)
    return long_date(on) if on else ""


def _due(words: Words, rule: str) -> str:
    found = words.material.worked_out_by(rule)
    if found is None:
        return ""
    day = f"{found.on:%A}, {long_date(found.on)}" if found.on else ""
    return f"{day} ({found.note})" if day and found.note else day or found.note


def _is(words: Words, wanted: str) -> str:
    """`is.agreement_kind.resolution`: something where that is the answer, else nothing."""
    key, _, value = wanted.partition(".")
    return "yes" if words.material.answer(key) == value else ""


_PREFIXED: Mapping[str, Callable[[Words, str], str]] = {
    "answer": _answer,
    "on": _on,
    "due": _due,
    "is": _is,
    "verb": _verb,
}

# -- lists ----------------------------------------------------------------------------------------------------


def _relief(material: Material) -> tuple[str, ...]:
    said = [line.strip().rstrip(".;") for line in material.answer("resolution").splitlines() if line.strip()]
    more = [f"order as well: {line}" for line in said]
    asked = [
        f"decide for the student on {VALUES['issues.count'](material)}",
        "order the resolution proposed under each issue",
        *more,
    ]
    return (
        *(f"{point};" for point in asked[:-1]),
        f"{asked[-1]}; and",
        "grant any other relief that is appropriate.",
    )


def sent_to(one: Recipient) -> str:
    name = f"{one.name} ({one.role})" if one.role else one.name
    how = SEND_METHODS.get(one.method, one.method or "________")
    address = " ".join(one.address.split())
    return f"{name}: {how}, {address}" if address else f"{name}: {how}"


def _exhibits(material: Material) -> tuple[str, ...]:
    return tuple(f"Exhibit {one.label}: {one.title}{f', {one.when}' if one.when else ''}" for one in material.exhibits)


LISTS: Mapping[str, Callable[[Material], tuple[str, ...]]] = {
    "relief": _relief,
    "sent_to": lambda m: tuple(map(sent_to, m.recipients)),
    "exhibits": _exhibits,
    "remedies": lambda m: tuple(dict.fromkeys(remedy for issue in m.issues for remedy in issue.remedies)),
    "issue_titles": lambda m: tuple(issue.title for issue in m.issues),
}

# -- tables ---------------------------------------------------------------------------------------------------


def _known_dates(material: Material) -> Grid | None:
    issues = enumerate(material.issues, 1)
    rows = tuple((f"Issue {place}", long_date(issue.known_on)) for place, issue in issues if issue.known_on)
    return Grid(("Issue", f"The {side_of(material)} learned of it on"), rows, (1, 3)) if rows else None


def _services(material: Material) -> Grid | None:
    services = material.placement.services if material.placement else ()
    return Grid(("Service", "How much", "Where"), services, (2, 2, 2)) if services else None


def _other_forums(material: Material) -> Grid | None:
    rows = tuple((one.name, long_date(one.opened_on), one.docket, one.outcome) for one in material.other_forums)
    return Grid(("Where", "Since", "Number", "State"), rows, (3, 3, 2, 1.4)) if rows else None


def _sufficiency(material: Material) -> Grid:
    """What 34 CFR 300.508(b) asks for, beside what the complaint says. A gap says so: nobody is helped by hiding it."""
    student, issues = material.student, material.issues
    titles = "; ".join(f"{place}. {issue.title}" for place, issue in enumerate(issues, 1))
    facts = sum(len(issue.lines) for issue in issues)
    remedies = "; ".join(remedy for issue in issues for remedy in issue.remedies)
    rows = [
        ("(b)(1)", "Name of the child", student.name),
        ("(b)(2)", "Address of residence", " ".join(student.address.split())),
        ("(b)(3)", "School the child attends", student.school),
        ("(b)(4)", "Contact, if homeless", student.homeless_contact if student.is_homeless else "Does not apply"),
        ("(b)(5)", "The problem, with facts", f"{titles} ({facts} facts)" if titles else ""),
        ("(b)(6)", "Proposed resolution", remedies),
    ]
    return Grid(
        ("34 CFR 300.508", "What must be there", "What the complaint says"),
        tuple((law, what, said or BLANK) for law, what, said in rows),
        (1.2, 1.8, 4),
    )


def _day(on: date | None) -> str:
    return long_date(on) if on else ""


def _entries(material: Material) -> tuple[fees.Entry, ...]:
    return fees.entries(material.rows.get("entries", ()))


def _costs(material: Material) -> Decimal:
    return sum((fees.decimal(row[-1]) or Decimal(0) for row in material.rows.get("costs", ())), Decimal(0))


def _fees(material: Material) -> Grid | None:
    found = _entries(material)
    if not found:
        return None
    rows = [
        (
            f"{one.on:%m/%d/%Y}" if one.on else "",
            one.who,
            one.what,
            fees.plain_number(one.hours),
            fees.money(one.rate),
            fees.money(one.amount),
        )
        for one in found
    ]
    whole = fees.totals(found)[-1]
    rows.append(("", "", "Total", fees.plain_number(whole.hours), "", fees.money(whole.amount)))
    head = ("Day", "Who", "What was done", "Hours", "Rate", "Amount")
    return Grid(head, tuple(rows), (1.5, 1.6, 3.9, 0.9, 1.25, 1.5), right=(3, 4, 5), totals=1)


def _costs_grid(material: Material) -> Grid | None:
    """Costs, with their days as in the table of the work."""
    typed = material.rows.get("costs", ())
    rows = [(_short_day(day), what, fees.money(fees.decimal(amount) or Decimal(0))) for day, what, amount in typed]
    if not rows:
        return None
    rows.append(("", "Total", fees.money(_costs(material))))
    return Grid(("Day", "What", "Amount"), tuple(rows), (1.5, 7.65, 1.5), right=(2,), totals=1)


def _short_day(said: str) -> str:
    return f"{date.fromisoformat(said):%m/%d/%Y}" if said else ""


def _fees_by_person(material: Material) -> Grid | None:
    found = _entries(material)
    if not found:
        return None
    *each, whole = fees.totals(found)
    named = [(one.who or "Not said", one) for one in each] + [("All", whole)]
    rows = tuple((name, fees.plain_number(one.hours), fees.money(one.amount)) for name, one in named)
    return Grid(("Who", "Hours", "Amount"), rows, (4, 1, 1.5), right=(1, 2), totals=1)


def _worked_out(material: Material) -> Grid | None:
    """The mark of an uncertain rule stands wherever its date stands."""
    rows = tuple(
        (one.title, "\n".join(part for part in (_day(one.on), one.note) if part) or "No date known", one.citation)
        for one in material.worked_out
    )
    return Grid(("What", "Safe day", "Law"), rows, (3, 2, 2.4)) if rows else None


TABLES: Mapping[str, Callable[[Material], Grid | None]] = {
    "known_dates": _known_dates,
    "placement.services": _services,
    "other_forums": _other_forums,
    "sufficiency": _sufficiency,
    "fees": _fees,
    "costs": _costs_grid,
    "fees.by_person": _fees_by_person,
    "worked_out": _worked_out,
}
