"""Hold a binder against the rules of its forum, before it is made: each breach with its rule, exhibit and page.

What cannot be done at all (a paper that may not leave, pages that a paper does not have) stops in any forum. Of the
forum's own rules one that is required stops as well, unless a person goes on with a reason, which is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, select

from casemgr.cases.models import Case
from casemgr.citations.places import Trouble
from casemgr.documents.models import Document, DocumentPage
from casemgr.documents.tasks import TOO_NARROW
from casemgr.exhibit_binders import citing, queries
from casemgr.exhibit_binders.disclosure import Countdown, countdown, missing_evaluations
from casemgr.exhibit_binders.material import ExhibitNow
from casemgr.exhibit_binders.models import ExhibitBinder
from casemgr.extensions import db
from casemgr.filings.material import SCAN_NOTE
from casemgr.forums.profiles import Need, Profile, Rule, profile
from casemgr.pdf.model import ExhibitKind
from casemgr.redaction import queries as redaction
from casemgr.storage.preview import unseen_pages
from casemgr.web.filters import plural, short_date

LETTER = 11 / 8.5
MOST_NAMED = 6


@dataclass(frozen=True)
class Finding:
    """One breach. `rule` None: no forum's rule but what can be done at all. `reason`: why a person goes on."""

    text: str
    need: Need
    lines: tuple[str, ...]
    place: str
    rule: Rule | None = None
    reason: str = ""
    said_by: str = ""

    @property
    def stops(self) -> bool:
        return self.need is Need.REQUIRED and not self.reason


class PageLook(NamedTuple):
    """What is known of one page of a paper: its picture's proportions, what reading it found, whether it has text."""

    number: int
    width: int
    height: int
    recognition: str
    has_text: bool


@dataclass(frozen=True)
class Binding:
    """What the checks look at."""

    case: Case
    row: ExhibitBinder
    chosen: Sequence[ExhibitNow]
    pages: Mapping[str, Sequence[PageLook]]
    visible: Collection[str]
    countdown: Countdown | None
    unseen: Mapping[str, Sequence[int]]
    """Pages of a paper with words that its picture does not show."""
    narrow: Collection[str]
    """Papers made of tables in which numbers show as ###."""


def preflight(case: Case, row: ExhibitBinder, visible: Collection[str]) -> list[Finding]:
    """Return what is wrong with a binder, what stops first. No file is opened: what was read of each counts."""
    chosen = [one for one in queries.exhibits_now(row) if not one.withdrawn]
    notes = _notes(case, chosen)
    unseen = {paper: unseen_pages(note) for paper, note in notes.items()}
    narrow = {paper for paper, note in notes.items() if TOO_NARROW in note}
    binding = Binding(case, row, chosen, _pages(case, chosen), visible, countdown(case), unseen, narrow)
    office = profile(row.forum)
    found = [*_cannot(binding), *_by_the_rules(binding, office)]
    return sorted(found, key=lambda one: (not one.stops, list(Need).index(one.need)))


def _pages(case: Case, chosen: Sequence[ExhibitNow]) -> dict[str, list[PageLook]]:
    found: dict[str, list[PageLook]] = {}
    has_text = func.length(DocumentPage.text) > 0
    wanted = select(
        DocumentPage.document_id,
        DocumentPage.number,
        DocumentPage.width,
        DocumentPage.height,
        DocumentPage.recognition,
        has_text,
    ).where(DocumentPage.case_id == case.id, DocumentPage.document_id.in_([UUID(one.document_id) for one in chosen]))
    for document_id, *rest in db.session.execute(wanted.order_by(DocumentPage.document_id, DocumentPage.number)):
        found.setdefault(str(document_id), []).append(PageLook(*rest))
    return found


def _notes(case: Case, chosen: Sequence[ExhibitNow]) -> dict[str, str]:
    """Return what was odd about each paper when it was drawn."""
    wanted = select(Document.id, Document.preview_note).where(
        Document.case_id == case.id, Document.id.in_([UUID(one.document_id) for one in chosen])
    )
    return {str(row.id): row.preview_note for row in db.session.execute(wanted)}


def _cannot(binding: Binding) -> Iterable[Finding]:
    refused = [f"{one.label} “{one.title}”: {one.refused}" for one in binding.chosen if one.refused]
    if refused:
        yield Finding("A paper may not leave the house", Need.REQUIRED, tuple(refused), "exhibits")
    beyond = [
        f"{one.label}: pages {one.only_pages[0]} to {one.only_pages[1]} were asked for, and it has {one.pages}."
        for one in binding.chosen
        if one.only_pages and one.pages and one.only_pages[1] > one.pages
    ]
    if beyond:
        yield Finding("Pages that are not there", Need.REQUIRED, tuple(beyond), "exhibits")
    unseen = [
        f"{one.label}, {runs(pages)}: words under a bar, or in the color of the paper. Redact it, and choose the copy."
        for one in binding.chosen
        if (pages := [page for page in binding.unseen.get(one.document_id, ()) if _goes_in(one, page)])
    ]
    if unseen:
        yield Finding("Words that cannot be seen, and can be copied out", Need.ASKED, tuple(unseen), "exhibits")
    by_paper = {one.document_id: one.label for one in binding.chosen}
    pairs = redaction.beside_their_copies(binding.case.id, [UUID(paper) for paper in by_paper])
    both = [f"{by_paper[str(one)]} shows what {by_paper[str(copy)]} covers. Take it out." for one, copy in pairs]
    if both:
        yield Finding("A paper goes in redacted and as it was", Need.ASKED, tuple(both), "exhibits")
    narrow = [
        f"{one.label}: some numbers or dates show as ###. Widen the columns in a copy of the file, and add that."
        for one in binding.chosen
        if one.document_id in binding.narrow
    ]
    if narrow:
        yield Finding("Columns that are too narrow", Need.ASKED, tuple(narrow), "exhibits")
    yield from _references(binding)


def _goes_in(one: ExhibitNow, page: int) -> bool:
    return one.only_pages is None or one.only_pages[0] <= page <= one.only_pages[1]


def _references(binding: Binding) -> Iterable[Finding]:
    """A live reference must lead somewhere in what is printed; words that look like a citation are only pointed out."""
    found: dict[tuple[Need, str], list[str]] = {}
    for one in citing.troubles(binding.case, binding.row, binding.chosen):
        need = Need.REQUIRED if one.is_printed and one.trouble is not Trouble.PLAIN else Need.ASKED
        found.setdefault((need, one.page), []).append(one.words)
    for (need, page), lines in found.items():
        yield Finding("References to exhibits (citations) that lead nowhere", need, tuple(lines), page)


def _by_the_rules(binding: Binding, office: Profile) -> Iterable[Finding]:
    for rule in office.rules:
        check = CHECKS.get(rule.key)
        found = check(binding, rule) if check else ("", [rule.help])
        if found is None:
            continue
        place, lines = found
        override = binding.row.overrides.get(rule.key) or {}
        shown = tuple(lines[:MOST_NAMED]) + (
            (f"and {len(lines) - MOST_NAMED} more.",) if len(lines) > MOST_NAMED else ()
        )
        yield Finding(rule.text, rule.need, shown, place, rule, override.get("reason", ""), override.get("by", ""))


Found = tuple[str, list[str]] | None
"""The page where it is mended, and what is wrong, one thing a line; None: nothing is."""


def _all_evidence(binding: Binding, rule: Rule) -> Found:
    return None if binding.chosen else ("exhibits", ["Nothing is chosen yet."])


def _evaluations(binding: Binding, rule: Rule) -> Found:
    missing = missing_evaluations(binding.case, binding.chosen, binding.visible)
    lines = [
        f"“{paper.title}” is not in the binder."
        + ("" if paper.visibility == "shared" else " It is not marked as shared: change that first, or leave it out.")
        for paper in missing
    ]
    return ("exhibits", lines) if lines else None


def _in_time(binding: Binding, rule: Rule) -> Found:
    found = binding.countdown
    if found is None:
        return "hearing", ["The day of the hearing is not recorded, so the last safe day is not known."]
    if found.last_day is None:
        return "hearing", [found.reason or "The last safe day cannot be counted."]
    if found.is_late and not found.is_over:
        words = f"The last safe day was {short_date(found.last_day)}. What is served now can be kept out."
        return "serve", [words]
    return None


def _complete(binding: Binding, rule: Rule) -> Found:
    lines = [
        f"{one.label}: only pages {one.only_pages[0]} to {one.only_pages[1]}"
        + (f" of {one.pages}, and no reason is given." if one.pages else ", and no reason is given.")
        for one in binding.chosen
        if one.only_pages and not one.range_reason and one.only_pages != (1, one.pages)
    ]
    return ("exhibits", lines) if lines else None


def _recipients(binding: Binding, rule: Rule) -> Found:
    return None if binding.row.recipients else ("people", ["Nobody is named who gets a copy."])


def _witnesses(binding: Binding, rule: Rule) -> Found:
    if not binding.row.witnesses:
        return "people", ["Nobody is listed."]
    bare = [one["name"] for one in binding.row.witnesses if not one.get("about")]
    return (
        ("people", [f"{name}: not said what the testimony is about." for name in bare]) if rule.value and bare else None
    )


def _hard_copy(binding: Binding, rule: Rule) -> Found:
    said = binding.row.delivery
    return None if said else ("settings", ["Not said how the set goes to the hearing officer."])


def _copies(binding: Binding, rule: Rule) -> Found:
    made, wanted = binding.row.copies_made, rule.value or 1
    return None if made >= wanted else ("settings", [f"{plural(made, 'set')} ready; {wanted} are usual."])


def _prefix(binding: Binding, rule: Rule) -> Found:
    usual = profile(binding.row.forum).prefixes.get(binding.row.party, "")
    used = binding.row.exhibit_prefix
    return None if used == usual else ("settings", [f"The exhibits are called {used}-1; {usual}-1 is usual here."])


def _index(binding: Binding, rule: Rule) -> Found:
    undated = [one.label for one in binding.chosen if not one.when]
    bare = [one.label for one in binding.chosen if not one.description]
    lines = [f"Without a date: {', '.join(undated)}."] if undated else []
    lines += [f"Without a line on what it shows: {', '.join(bare)}."] if bare else []
    return ("exhibits", lines) if lines else None


def _page_size(binding: Binding, rule: Rule) -> Found:
    def is_odd(one: ExhibitNow, page: PageLook) -> bool:
        long, short = max(page.width, page.height), max(1, min(page.width, page.height))
        return abs(long / short - LETTER) > 0.02

    return _pages_that(binding, is_odd, "not of Letter proportions")


def _searchable(binding: Binding, rule: Rule) -> Found:
    """What a machine read can be searched here; it goes along only with a scan that is a PDF."""

    def is_picture(one: ExhibitNow, page: PageLook) -> bool:
        if page.recognition == "read":
            return one.rendition_note != SCAN_NOTE
        return not page.has_text and page.recognition not in ("blank", "nothing", "waiting")

    def is_waiting(one: ExhibitNow, page: PageLook) -> bool:
        return page.recognition == "waiting"

    waiting = _pages_that(binding, is_waiting, "still being read; wait a little, and make the binder then")
    pictures = _pages_that(binding, is_picture, "without text that can be searched")
    lines = [line for found in (waiting, pictures) if found for line in found[1]]
    return ("exhibits", lines) if lines else None


def _pages_that(binding: Binding, is_so: Callable[[ExhibitNow, PageLook], bool], words: str) -> Found:
    lines = []
    for one in binding.chosen:
        if one.kind is ExhibitKind.NATIVE:
            continue
        first, last = one.only_pages or (1, one.pages or 0)
        numbers = [
            page.number
            for page in binding.pages.get(one.document_id, ())
            if first <= page.number <= last and is_so(one, page)
        ]
        if numbers:
            lines.append(f"{one.label}, {runs(numbers)}: {words}.")
    return ("exhibits", lines) if lines else None


def runs(numbers: Sequence[int]) -> str:
    """Return page numbers in words: “page 3”, “pages 1 to 4, 9”."""
    parts = []
    for _, group in groupby(enumerate(numbers), key=lambda pair: pair[1] - pair[0]):
        run = [number for _, number in group]
        parts.append(str(run[0]) if len(run) == 1 else f"{run[0]} to {run[-1]}")
    return f"page{'s' if len(numbers) > 1 else ''} {', '.join(parts)}"


CHECKS: dict[str, Callable[[Binding, Rule], Found]] = {
    "all_evidence": _all_evidence,
    "evaluations": _evaluations,
    "in_time": _in_time,
    "complete_documents": _complete,
    "recipients": _recipients,
    "witness_list": _witnesses,
    "hard_copy": _hard_copy,
    "copies": _copies,
    "party_prefix": _prefix,
    "index": _index,
    "page_size": _page_size,
    "searchable": _searchable,
}


def stops(findings: Iterable[Finding]) -> list[Finding]:
    return [one for one in findings if one.stops]
