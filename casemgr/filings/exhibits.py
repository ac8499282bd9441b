"""Which papers may be exhibits, and how each gets onto paper. One rule, asked at every door.

A redacted copy is a paper of its own: it goes in when it is shared, whatever its original is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from casemgr.documents import quarantine
from casemgr.documents.kin import closed_twins, holding_closed, holding_unknown
from casemgr.documents.models import Document
from casemgr.filings.material import SCAN_NOTE
from casemgr.pdf.model import ExhibitKind
from casemgr.redaction.queries import closed_since_redacted
from casemgr.storage.renditions import How
from casemgr.storage.types import Family

_PRINTED_AS_TEXT = ("text/plain", "text/csv", "text/markdown", "message/rfc822")


@dataclass(frozen=True)
class NotAnExhibit:
    """Why a paper cannot go into a filing, under which law, and the way out."""

    reason: str
    way_out: str
    citation: str = ""

    def __str__(self) -> str:
        cited = f" ({self.citation})" if self.citation else ""
        return f"{self.reason}{cited}. {self.way_out}"


_WHY_NOT = {
    "privileged": NotAnExhibit(
        "It is privileged: advice between attorney and client, and showing it to others can give up the privilege",
        "Leave it out, or make a redacted copy on the paper’s own page and choose that. If it is not such advice, "
        "change who may see it there, then choose it again.",
    ),
    "mediation": NotAnExhibit(
        "It is about what was said in mediation, and that may not be used in a hearing or in court",
        "Leave it out. A signed mediation agreement is another matter: if this is one, change who may see it first.",
        "34 CFR 300.506(b)(8)",
    ),
    "internal": NotAnExhibit(
        "It is internal: a draft or a working note of your own side",
        "Leave it out, make a redacted copy on the paper’s own page and choose that, or change it there to “Shared "
        "with the family” and choose it again.",
    ),
}
_COPY_OF = {
    "privileged": NotAnExhibit(
        "The same paper is here a second time, and there it is privileged",
        "Leave it out, or make a redacted copy and choose that. If only the mark is wrong, give both papers the same "
        "mark.",
    ),
    "mediation": NotAnExhibit(
        "The same paper is here a second time, and there it is marked as said in mediation",
        "Leave it out. If only the mark is wrong, give both papers the same mark.",
        "34 CFR 300.506(b)(8)",
    ),
    "internal": NotAnExhibit(
        "The same file is here a second time, and there it is internal",
        "Leave it out, or give both papers the same mark.",
    ),
}
_HOLDS_CLOSED = NotAnExhibit(
    "It is delivered as the file that it is, and a paper inside it is not marked as shared",
    "Choose the papers that were taken out of it instead, each by itself.",
)
_HOLDS_UNKNOWN = NotAnExhibit(
    "It is delivered as the file that it is, and not everything inside it became a paper whose mark could be asked",
    "Choose the papers that were taken out of it instead, each by itself.",
)
_DECIDE_AGAIN = (
    "Leave it out, or make a new redacted copy and choose that: then it is decided for the paper as it is marked now."
)
_CLOSED_SINCE = {
    "privileged": NotAnExhibit(
        "It is a redacted copy of a paper that was marked privileged after the copy was made",
        _DECIDE_AGAIN,
    ),
    "mediation": NotAnExhibit(
        "It is a redacted copy of a paper that was marked, after the copy was made, as said in mediation",
        "Leave it out.",
        "34 CFR 300.506(b)(8)",
    ),
    "internal": NotAnExhibit(
        "It is a redacted copy of a paper that was marked internal after the copy was made",
        _DECIDE_AGAIN,
    ),
}
_TRASHED = NotAnExhibit("It is in the trash", "Take it out of the trash on the paper’s own page, or leave it out.")


def why_not(paper: Document) -> NotAnExhibit | None:
    """Return why a paper cannot be an exhibit, or None when it can. What is not plainly shared is refused."""
    return why_not_each([paper]).get(paper.id)


def why_not_each(papers: Sequence[Document]) -> dict[UUID, NotAnExhibit]:
    """Return, by id, why papers of one case cannot be exhibits; those that can are left out. As many queries for a
    hundred papers as for one."""
    found = {paper.id: why for paper in papers if (why := _own_reason(paper))}
    open_ones = [paper for paper in papers if paper.id not in found]
    found |= {paper_id: _COPY_OF[mark] for paper_id, mark in closed_twins(open_ones).items()}
    for paper_id, mark in closed_since_redacted(open_ones).items():
        found.setdefault(paper_id, _CLOSED_SINCE[mark])
    left = [one for one in open_ones if one.id not in found]
    # A text that turns out not to be printed whole is delivered as the file that it is, too.
    files = [one for one in left if exhibit_kind(one) in (ExhibitKind.NATIVE, ExhibitKind.TEXT)]
    natives = [one for one in files if exhibit_kind(one) is ExhibitKind.NATIVE]
    return (
        found
        | dict.fromkeys(holding_unknown(natives), _HOLDS_UNKNOWN)
        | dict.fromkeys(holding_closed(files), _HOLDS_CLOSED)
    )


def _own_reason(paper: Document) -> NotAnExhibit | None:
    if paper.visibility != "shared":
        return _WHY_NOT.get(paper.visibility, _WHY_NOT["internal"])
    if paper.trashed_at is not None:
        return _TRASHED
    closed = quarantine.why_closed(paper)
    return NotAnExhibit(closed.rstrip("."), "Leave it out until then.") if closed else None


def rendition_of(paper: Document) -> str:
    """Return the hash of the PDF that is printed in the place of the original, or "".

    A scan that was read goes in upright and with its words, so that it can be searched. A slip with the words of a
    file is not the file: then the file itself is delivered beside the packet."""
    if paper.family == Family.PDF:
        return paper.searchable_sha256
    return "" if paper.rendition_how == How.TEXT_ONLY else paper.rendition_sha256


def rendition_note_of(paper: Document) -> str:
    """Return how that PDF came about, in words for the manifest; "" without one."""
    if not rendition_of(paper):
        return ""
    return SCAN_NOTE if paper.family == Family.PDF else paper.rendition_note


def shown_as(rendition_note: str) -> str:
    """Return what the sheet before an exhibit says of its rendition."""
    if rendition_note.startswith(SCAN_NOTE):
        return "This scan, upright, with the words that a machine read laid under it"
    return "A PDF made from this file"


def exhibit_kind(paper: Document) -> ExhibitKind:
    """Say how a paper gets onto paper; what cannot be drawn is delivered as a file beside the packet."""
    if paper.family == Family.PDF or rendition_of(paper):
        return ExhibitKind.PDF
    if paper.family == Family.IMAGE:
        return ExhibitKind.IMAGE
    return ExhibitKind.TEXT if paper.media_type in _PRINTED_AS_TEXT else ExhibitKind.NATIVE
