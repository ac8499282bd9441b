"""Rules for papers around a hearing and after it: exhibits, notices, agreements, appeals, fees."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from casemgr.filings import fees
from casemgr.filings.items import finding as f
from casemgr.filings.items.civil_rights import remedy
from casemgr.filings.items.finding import Fix, Found, Rule
from casemgr.filings.material import Material, long_date

EVALUATIONS = ("Evaluation report", "Independent evaluation (IEE)")
NOT_PAID = re.compile(r"\b(iep|team|resolution) (meeting|session)", re.IGNORECASE)


def _evaluations(key: str, material: Material, today: date) -> Found:
    """All finished evaluations: those among the exhibits, or what a person says of them."""
    chosen = tuple(f"{one.label} {one.title}" for one in material.exhibits if one.kind_name in EVALUATIONS)
    said = material.answer(key)
    if chosen or said:
        return Found((*chosen, *((said,) if said else ())))
    words = "No evaluation is among the exhibits. Choose them all, or write that none is finished."
    return Found(gaps=(words,), fixes=(f.EXHIBITS, f.answer_fix(key)))


def _party_prefix(key: str, material: Material, today: date) -> Found:
    first = next((one.label for one in material.exhibits), "")
    if not first:
        return Found(gaps=("No paper is chosen yet.",), fixes=(f.EXHIBITS,))
    if first.startswith("P-"):
        return Found((f"{first} and on",))
    words = f"The first exhibit is labelled {first}. Parents use P-1, P-2 and so on here."
    return Found((first,), (words,), fixes=(Fix("details", "Change the letter before exhibit numbers"),))


def _if_exhibits(words: str) -> Rule:
    """The rule of what the packet does by itself once there are exhibits."""

    def rule(key: str, material: Material, today: date) -> Found:
        if material.exhibits:
            return Found((words,))
        return Found(gaps=("No paper is chosen yet.",), fixes=(f.EXHIBITS,))

    return rule


def _request(key: str, material: Material, today: date) -> Found:
    if not material.student.name.strip():
        return Found(gaps=("The student has no name.",), fixes=(f.STUDENT,))
    return Found((f"The request to see the records of {material.student.name} is printed.",))


def _in_writing(key: str, material: Material, today: date) -> Found:
    if material.answer(key) == "yes":
        return Found(("It is in writing, and both sides signed it.",))
    words = "Without it a court may not enforce it. Say that both sides signed a written agreement."
    return Found(gaps=(words,), fixes=(f.answer_fix(key, "Say whether both sides signed"),))


def _day(key: str, material: Material, today: date) -> Found:
    said = material.answer(key)
    return Found((long_date(date.fromisoformat(said)),)) if said else f.from_answer(key, material, today)


def _worked_out(rule: str) -> Rule:
    """The rule of a date that the law engine gives."""

    def find(key: str, material: Material, today: date) -> Found:
        found = [one for one in material.worked_out if one.on is not None and one.rule == rule]
        taken = tuple(f"{one.title}: {long_date(one.on)}" for one in found if one.on)
        if taken:
            return Found(taken, doubts=tuple(dict.fromkeys(one.note for one in found if one.note)))
        words = "No date known: the day that it counts from is not on record."
        return Found(gaps=(words,), fixes=(Fix("facts", "Record it"),))

    return find


def _void_date(key: str, material: Material, today: date) -> Found:
    found = material.worked_out_by("idea-settlement-void")
    if found is None or found.on is None:
        words = "It cannot be worked out before the day of the last signature is given."
        return Found(gaps=(words,), fixes=(f.answer_fix("signed_on", "Give the day of the last signature"),))
    return Found((f"{found.on:%A}, {long_date(found.on)}",), doubts=(found.note,) if found.note else ())


def _counted(entries: int) -> str:
    return "1 entry" if entries == 1 else f"{entries} entries"


def _entries(key: str, material: Material, today: date) -> Found:
    rows = material.rows.get(key, ())
    if not rows:
        return Found(gaps=("No entry is there yet.",), fixes=(f.answer_fix(key, "Enter the work"),))
    found = fees.entries(rows)
    whole = fees.totals(found)[-1]
    hours = f"{fees.plain_number(whole.hours)} {'hour' if whole.hours == 1 else 'hours'}"
    words = f"{_counted(len(rows))}, {hours}, {fees.money(whole.amount)}"
    bare = sum(not (one.on and one.who and one.hours and one.what) for one in found)
    lacks = "lacks" if bare == 1 else "lack"
    doubts = (f"{_counted(bare)} {lacks} the day, the person, the hours or the work.",) if bare else ()
    return Found((words,), doubts=doubts, fixes=(f.answer_fix(key, "Edit the entries"),) if doubts else ())


def _not_for_meetings(key: str, material: Material, today: date) -> Found:
    found = [one for one in fees.entries(material.rows.get("entries", ())) if NOT_PAID.search(one.what)]
    if not found:
        return Found(("No entry speaks of such a meeting.",))
    doubts = tuple(f"Look at the entry of {long_date(one.on) if one.on else 'no day'}: {one.what}" for one in found)
    return Found(doubts=doubts, fixes=(f.answer_fix("entries", "Edit the entries"),))


def _filed_in_time(key: str, material: Material, today: date) -> Found:
    open_now = [one for one in material.other_forums if one.name == "Due process complaint" and one.outcome == "open"]
    if open_now:
        return Found(tuple(f"{one.name}, {long_date(one.opened_on)}" for one in open_now))
    return f.from_answer(key, material, today)


RULES: Mapping[str, Rule] = {
    "parties": f.filer,
    "outcome_wanted": remedy,
    "no_waiver": f.printed("The sentence that keeps your hearing rights is printed."),
    "all_evidence": f.papers,
    "evaluations": _evaluations,
    "party_prefix": _party_prefix,
    "exhibit_index": _if_exhibits("The packet has an index with links."),
    "page_numbers": _if_exhibits("Every exhibit page has a number of its own (Bates)."),
    "complete_documents": _if_exhibits(
        "The papers go in whole and without notes. Privileged, internal and mediation papers cannot be chosen."
    ),
    "service_certificate": f.sent,
    "request": _request,
    "current_placement": f.stay_put,
    "dispute": f.any_of(f.docket, f.pending, gap="No pending dispute is on record. Name it, if there is one."),
    "cite": f.printed("The law is printed."),
    "filed_in_time": _filed_in_time,
    "in_writing": _in_writing,
    "signed_on": _day,
    "void_date": _void_date,
    "decision_date": f.on_record("decision_issued", "state_review_decided"),
    "last_day": _worked_out("idea-civil-action"),
    "fees_time": f.printed("What is known of the time is printed."),
    "entries": _entries,
    "not_for_meetings": _not_for_meetings,
    "offers": f.on_record("settlement_offer_received"),
    "received_on": f.on_record("due_process_complaint_received_by_parent"),
    "notice_date": f.on_record("sufficiency_notice_received"),
}
