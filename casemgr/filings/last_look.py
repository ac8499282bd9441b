"""The last look before something leaves the house: what should give a person pause, with the page where it stands.

Also for hearing binders: `look` takes exhibits, whoever chose them. Names of other children come only from the list
that people of this case typed; what other cases hold is nobody's business here.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import or_, select

from casemgr.accounts.models import User
from casemgr.audit import services as audit
from casemgr.audit.models import AuditEvent
from casemgr.cases.clock import today
from casemgr.cases.models import Case
from casemgr.copies.queries import like_closed
from casemgr.documents import marks
from casemgr.documents.models import Document, DocumentPage
from casemgr.extensions import db
from casemgr.filings import citing, fitting, queries
from casemgr.filings.models import Packet
from casemgr.filings.undrawable import WAY_OUT, Unprinted, unprinted_in
from casemgr.law.paths import LeftKind
from casemgr.pdf.model import ExhibitKind
from casemgr.redaction import patterns
from casemgr.redaction import queries as redaction
from casemgr.storage.preview import unseen_pages

ACTION = "filings:packet:last_look"
MOST_SPOTS = 40
OVER = (LeftKind.OVER, LeftKind.DOUBTFUL)
# What PostgreSQL can see fast; patterns.py then decides. Wider than the patterns, never narrower.
SUSPECT = (
    r"[0-9Xx*]{3}\s?[-–]\s?[0-9Xx*]{2}\s?[-–]\s?[0-9]{4}|[0-9]{3} [0-9]{2} [0-9]{4}"
    r"|ssn|social security|born|birth|d\.?\s?o\.?\s?b"
)


class Class(NamedTuple):
    """One kind of warning. `tick`: what a person says who goes on all the same."""

    title: str
    text: str
    tick: str


CLASSES: dict[str, Class] = {
    "closed": Class(
        "An exhibit may not go in",
        "Take it out, and make the PDF again.",
        "I will take it out before anything is sent.",
    ),
    "marked": Class(
        "Pages that say of themselves that they must not leave",
        "They are marked as legal advice, work product, or said to settle or in mediation, though the paper is kept as "
        "shared. Take it out, redact it, or change on its own page who may see it.",
        "I looked at these pages; they may leave.",
    ),
    "alike": Class(
        "Exhibits that look like a closed paper",
        "Another paper that looks the same is kept as privileged, internal or said in mediation. Compare the two on "
        "the exhibit’s own page, and say what they are.",
        "It is another paper than the closed one.",
    ),
    "entries": Class(
        "Entries of the evidence log that stand on a closed paper",
        "They are shared and are printed, but the paper that they name is privileged, internal or said in mediation. "
        "See that they do not repeat it; correct the entry, or change who may see it.",
        "These entries do not tell what the closed paper says.",
    ),
    "references": Class(
        "References to exhibits that lead nowhere",
        "The text cites a paper or a page that does not go along. Make the paper an exhibit, or change the text.",
        "It goes out with these references as they are.",
    ),
    "unsigned": Class(
        "Nobody is named who signs", "A paper without a signature can be sent back.", "It goes without a signer’s name."
    ),
    "no_recipients": Class(
        "Nobody is named who gets a copy",
        "Then there is no certificate of service, and the other side may say that it got nothing.",
        "No copy goes to anybody, or I take care of it myself.",
    ),
    "late": Class(
        "The last safe day is past", "Ask what can still be done before you send it.", "I know that the day is past."
    ),
    "printed_date": Class(
        "The date printed on it is past", "It says another day than the one on which it is sent.", "The date is meant."
    ),
    "unprinted": Class(
        "Letters that no font here can draw",
        f"They stand as numbers, such as [U+6210], in the PDF. {WAY_OUT}",
        "The numbers may stand there.",
    ),
    "uncovered": Class(
        "A paper goes in redacted and as it was",
        "Whoever gets both sees what the copy covers. Take the original out, and make the PDF again.",
        "Both are meant to be seen.",
    ),
    "unseen": Class(
        "Words that cannot be seen stand in the exhibits",
        "Under a bar, or in the color of the paper: whoever gets the file can copy them out. Redact the paper, and "
        "choose the redacted copy.",
        "These words may be read by everybody who gets a copy.",
    ),
    "other_children": Class(
        "Names to protect stand in the exhibits",
        "They are on this case’s list of names. Redact the paper, and choose the redacted copy.",
        "These names may be seen by everybody who gets a copy.",
    ),
    "identity": Class(
        "Social Security numbers or dates of birth stand in the exhibits",
        "Redact what is not needed, and choose the redacted copy.",
        "These numbers and dates may be seen by everybody who gets a copy.",
    ),
    "undated": Class(
        "Exhibits without a date", "A date helps whoever reads the index.", "These exhibits go without a date."
    ),
    "unread": Class(
        "Pages without text",
        "No program can say what stands on them. Look at each yourself.",
        "I looked at these pages myself.",
    ),
}


class Spot(NamedTuple):
    """Where it stands: an exhibit, its paper, and the page of the paper (0: the paper as a whole)."""

    label: str
    document_id: UUID
    title: str
    page: int = 0


@dataclass(frozen=True)
class Warned:
    """One class of warnings with its places. `more`: how many are not listed."""

    kind: str
    spots: tuple[Spot, ...] = ()
    more: int = 0
    lines: tuple[str, ...] = ()
    """What stands in our own texts, in words, without the title of a paper that may not leave."""
    fields: tuple[Unprinted, ...] = ()

    @property
    def words(self) -> Class:
        return CLASSES[self.kind]


class Shown(NamedTuple):
    """An exhibit as it would go out. `first`, `last`: pages of the paper, None: all. `refused`: why it may not."""

    label: str
    paper: Document
    has_date: bool
    first: int | None = None
    last: int | None = None
    refused: str = ""


def look(
    case: Case,
    exhibits: Sequence[Shown],
    *,
    signer: str | None,
    recipients: int,
    printed_on: date | None = None,
    last_safe: date | None = None,
    references: Sequence[str] = (),
    unprinted: Sequence[Unprinted] = (),
    entries: Sequence[str] = (),
) -> list[Warned]:
    """Return what should give pause, in the order of CLASSES; empty when nothing does.

    Args:
        signer: who signs; "" when nobody is named, None where nobody needs to. recipients: how many get a copy.
        printed_on: the date on the paper. last_safe: the last day on which it is on time. None: there is none.
        references: what is wrong with the references to exhibits, one thing a line.
        unprinted: what no font here can draw, field by field. entries: what is printed of the log and names a closed
            paper, one entry a line.
    """
    now = today(case)
    plain = {
        "references": bool(references),
        "entries": bool(entries),
        "unprinted": bool(unprinted),
        "unsigned": signer is not None and not signer.strip(),
        "no_recipients": recipients == 0,
        "late": last_safe is not None and last_safe < now,
        "printed_date": printed_on is not None and printed_on < now,
    }
    found: dict[str, list[Spot]] = {kind: [] for kind, holds in plain.items() if holds}
    alike = like_closed(case, {one.paper.id for one in exhibits})
    for one in exhibits:
        if one.paper.id in alike:
            found.setdefault("alike", []).append(_spot(one))
        if one.refused:
            found.setdefault("closed", []).append(_spot(one))
        if not one.has_date:
            found.setdefault("undated", []).append(_spot(one))
    for kind, spot in _in_pages(case, exhibits):
        found.setdefault(kind, []).append(spot)
    order = {one.label: place for place, one in enumerate(exhibits)}
    for spots in found.values():
        spots.sort(key=lambda spot: (order[spot.label], spot.page))
    return [
        Warned(
            kind,
            tuple(found[kind][:MOST_SPOTS]),
            max(0, len(found[kind]) - MOST_SPOTS),
            tuple({"references": references, "entries": entries}.get(kind, ())),
            tuple(unprinted) if kind == "unprinted" else (),
        )
        for kind in CLASSES
        if kind in found
    ]


def look_at(case: Case, packet: Packet) -> list[Warned]:
    """Return the warnings of a filing packet as it is now."""
    answers = packet.answers or {}
    way = fitting.way_in(case, packet.kind)
    material = queries.gather(case, packet)
    return look(
        case,
        exhibits_of(packet),
        signer=(answers.get("signer") or {}).get("name", ""),
        recipients=len(answers.get("recipients") or ()) if way.kind.verb.value == "file" else 1,
        printed_on=packet.dated_on,
        last_safe=way.time.first.act_by if way.time.first and way.time.kind in OVER else None,
        references=citing.troubles(case, packet),
        unprinted=unprinted_in(material),
        entries=queries.entries_on_closed(case, material),
    )


def exhibits_of(packet: Packet) -> list[Shown]:
    chosen = queries.exhibits_of(packet)
    refused = queries.why_not_each([paper for _row, paper in chosen])
    return [
        Shown(
            queries.label_of(packet, place),
            paper,
            paper.document_on is not None,
            refused=str(refused.get(paper.id, "")),
        )
        for place, (_row, paper) in enumerate(chosen, 1)
    ]


def not_answered(case: Case, packet: Packet) -> list[Warned]:
    """Return the warnings that nobody has ticked for this very PDF."""
    ticked = ticked_of(packet)
    return [one for one in look_at(case, packet) if one.kind not in ticked]


def ticked_of(packet: Packet) -> frozenset[str]:
    """Return the classes of warnings with which somebody went on, for the PDF as it is made now."""
    return ticked_for(packet.case_id, packet.id, packet.pdf_sha256)


def ticked_for(case_id: UUID, subject: UUID, sha256: str) -> frozenset[str]:
    """Return the same for whatever goes out under this hash."""
    rows = db.session.scalars(
        select(AuditEvent.detail).where(
            AuditEvent.case_id == case_id, AuditEvent.subject_id == subject, AuditEvent.action == ACTION
        )
    )
    kept = [row for row in rows if row.get("sha256") == sha256]
    return frozenset(kind for row in kept for kind in row.get("ticked", ()))


def go_on(case: Case, packet: Packet, ticked: Collection[str], *, by: User) -> list[Warned]:
    """Keep that a person looked, and with which warnings they go on. Returns those that are not ticked; then nothing
    is kept. What may not go in at all cannot be ticked away."""
    return keep(case, packet.id, packet.pdf_sha256, look_at(case, packet), ticked, by=by)


def keep(
    case: Case, subject: UUID, sha256: str, found: Sequence[Warned], ticked: Collection[str], *, by: User
) -> list[Warned]:
    """Keep the same for whatever goes out under this hash."""
    left = [one for one in found if one.kind not in ticked or one.kind == "closed"]
    if not left:
        counts = {one.kind: len(one.spots) + one.more + len(one.lines) + len(one.fields) for one in found}
        audit.record(case, ACTION, by=by, subject=subject, sha256=sha256, ticked=sorted(counts), counts=counts)
        db.session.commit()
    return left


def _spot(one: Shown, page: int = 0) -> Spot:
    return Spot(one.label, one.paper.id, one.paper.title, page)


def _in_pages(case: Case, exhibits: Sequence[Shown]) -> Iterable[tuple[str, Spot]]:
    """Look at the text of the pages that go out; the database leaves out those in which nothing can be."""
    names = [row.name for row in redaction.protected_names(case)]
    by_paper: dict[UUID, list[Shown]] = {}
    for one in exhibits:
        by_paper.setdefault(one.paper.id, []).append(one)
        if queries.exhibit_kind(one.paper) is ExhibitKind.NATIVE:
            yield "unread", _spot(one)
        for page in unseen_pages(one.paper.preview_note):
            if (one.first or 1) <= page <= (one.last or page):
                yield "unseen", _spot(one, page)
    if not by_paper:
        return
    for original, _copy in redaction.beside_their_copies(case.id, list(by_paper)):
        yield from (("uncovered", _spot(one)) for one in by_paper[original])
    suspect = or_(
        DocumentPage.text.op("~*")(SUSPECT),
        DocumentPage.text.op("~*")(marks.SUSPECT),
        DocumentPage.text == "",
        *(DocumentPage.text.op("~*")(_begins(name)) for name in names),
    )
    pages = select(
        DocumentPage.document_id,
        DocumentPage.number,
        DocumentPage.text,
        DocumentPage.recognition,
        DocumentPage.words,
    ).where(DocumentPage.case_id == case.id, DocumentPage.document_id.in_(by_paper), suspect)
    for paper_id, number, text, recognition, words in db.session.execute(pages.order_by("document_id", "number")):
        kinds = patterns.kinds_in(text, ("ssn", "dob", "name"), names)
        kinds |= {place.kind for place in patterns.find(words or (), ("ssn", "dob"))}
        if any(marks.marks_in(text)):
            kinds.add("marked")
        if not text.strip() and recognition != "blank":
            kinds = {"unread"}
        told = {{"ssn": "identity", "dob": "identity", "name": "other_children"}.get(kind, kind) for kind in kinds}
        for one in by_paper[paper_id]:
            if (one.first or 1) <= number <= (one.last or number):
                yield from ((kind, _spot(one, number)) for kind in sorted(told))


def _begins(name: str) -> str:
    """A pattern that every way of writing a name fits: its letters without accents, anything for the others."""
    longest = max(re.findall(r"\w+", name) or [""], key=len)
    return "".join(letter if letter.isascii() and letter.isalnum() else "." for letter in longest) or "."
