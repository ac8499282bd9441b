"""Read binders and their versions, and gather what one would be made of now. Only shared papers ever go in."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, date
from uuid import UUID

from sqlalchemy import select

from casemgr.cases.models import Case
from casemgr.cases.queries import people_of
from casemgr.citations import queries as citations
from casemgr.citations.places import Numbering, Place
from casemgr.deadlines.models import Fact
from casemgr.deadlines.queries import current_facts
from casemgr.documents.kinds import DOCUMENT_KINDS
from casemgr.documents.models import Document, DocumentPage
from casemgr.evidence.models import EvidenceDocument
from casemgr.exhibit_binders import material as m
from casemgr.exhibit_binders.labels import Change, Placed, Served, changes, in_supplement, labels
from casemgr.exhibit_binders.models import BinderExhibit, BinderFile, BinderVersion, ExhibitBinder
from casemgr.extensions import db
from casemgr.filings.exhibits import exhibit_kind, rendition_note_of, rendition_of, why_not_each
from casemgr.filings.material import Recipient, long_date
from casemgr.filings.queries import papers_to_choose
from casemgr.forums.profiles import profile
from casemgr.law.terms import FactKind
from casemgr.pdf.model import ExhibitKind
from casemgr.proceedings import queries as proceedings
from casemgr.storage.types import Family

__all__ = ["papers_to_choose"]
MB = 1_000_000
PARTIES = {"parent": "Parent", "school": "School district", "other": "Another party"}
EVIDENCE = "evidence"
"""The choice of papers that stand in the evidence log, beside the kinds of papers."""


def binders_of(case: Case) -> Sequence[ExhibitBinder]:
    """Return the binders of a case, newest first."""
    wanted = select(ExhibitBinder).where(ExhibitBinder.case_id == case.id)
    return db.session.scalars(wanted.order_by(ExhibitBinder.created_at.desc(), ExhibitBinder.id)).all()


def binder(case: Case, binder_id: UUID) -> ExhibitBinder | None:
    return db.session.scalar(
        select(ExhibitBinder).where(ExhibitBinder.case_id == case.id, ExhibitBinder.id == binder_id)
    )


def versions_of(row: ExhibitBinder) -> Sequence[BinderVersion]:
    """Return each version, the first one first; at most the last one is not served yet."""
    wanted = select(BinderVersion).where(BinderVersion.case_id == row.case_id, BinderVersion.binder_id == row.id)
    return db.session.scalars(wanted.order_by(BinderVersion.number)).all()


def served_of(case: Case) -> list[tuple[ExhibitBinder, BinderVersion]]:
    """Return what was served in a case, newest first."""
    wanted = (
        select(ExhibitBinder, BinderVersion)
        .join(BinderVersion, BinderVersion.binder_id == ExhibitBinder.id)
        .where(ExhibitBinder.case_id == case.id, BinderVersion.served_on.is_not(None))
    )
    rows = db.session.execute(wanted.order_by(BinderVersion.served_on.desc(), BinderVersion.number.desc()))
    return [(row.ExhibitBinder, row.BinderVersion) for row in rows]


def version(case: Case, binder_id: UUID, version_id: UUID) -> BinderVersion | None:
    return db.session.scalar(
        select(BinderVersion).where(
            BinderVersion.case_id == case.id, BinderVersion.binder_id == binder_id, BinderVersion.id == version_id
        )
    )


def name_of(row: ExhibitBinder, made: BinderVersion) -> str:
    """Return the title of a version: that of the binder, and which supplement it is."""
    return f"{row.title}, supplement {made.number - 1}" if made.number > 1 else row.title


def files_of(row: BinderVersion) -> Sequence[BinderFile]:
    wanted = select(BinderFile).where(BinderFile.case_id == row.case_id, BinderFile.version_id == row.id)
    return db.session.scalars(wanted.order_by(BinderFile.position)).all()


def file(row: BinderVersion, file_id: UUID) -> BinderFile | None:
    return db.session.scalar(select(BinderFile).where(BinderFile.version_id == row.id, BinderFile.id == file_id))


def rows_of(row: ExhibitBinder) -> list[tuple[BinderExhibit, Document]]:
    """Return the chosen papers in their order, whoever may see them: what became of each is for `why_not_each`."""
    found = db.session.execute(
        select(BinderExhibit, Document)
        .join(Document, Document.id == BinderExhibit.document_id)
        .where(BinderExhibit.case_id == row.case_id, BinderExhibit.binder_id == row.id)
        .order_by(BinderExhibit.position)
    )
    return [(one.BinderExhibit, one.Document) for one in found]


def papers_in(row: BinderVersion) -> Sequence[Document]:
    """Return the papers that stand in a version."""
    ids = [UUID(one["document_id"]) for one in row.exhibits]
    return db.session.scalars(select(Document).where(Document.case_id == row.case_id, Document.id.in_(ids))).all()


def paper_choices(case: Case, visible: Collection[str], kind: str, words: str = "") -> Sequence[Document]:
    """Return the papers that may be chosen: of one kind, or those that stand in the evidence log, or all. `words`: each
    stands in the title."""
    found = papers_to_choose(case, visible, kind if kind in DOCUMENT_KINDS else "")
    parts = words.casefold().split()
    found = [paper for paper in found if not paper.is_source and all(one in paper.title.casefold() for one in parts)]
    if kind != EVIDENCE:
        return found
    logged = set(
        db.session.scalars(select(EvidenceDocument.document_id).where(EvidenceDocument.case_id == case.id)).all()
    )
    return [paper for paper in found if paper.id in logged]


def closed_papers(case: Case, visible: Collection[str]) -> list[tuple[Document, str]]:
    """Return the papers that may not go in and that this person may see, each with the reason and the way out."""
    wanted = select(Document).where(
        Document.case_id == case.id,
        Document.visibility.in_(visible),
        Document.visibility != "shared",
        Document.trashed_at.is_(None),
        Document.is_source.is_(False),
    )
    papers = db.session.scalars(wanted.order_by(Document.title)).all()
    refused = why_not_each(papers)
    return [(paper, str(refused[paper.id])) for paper in papers]


def exhibits_now(row: ExhibitBinder) -> tuple[m.ExhibitNow, ...]:
    """Return the exhibits in their order, each with its label and with why it cannot go in."""
    rows = rows_of(row)
    prefixes = profile(row.forum).prefixes
    names = labels([one for one, _ in rows], row.exhibit_prefix, prefixes["joint"])
    refused = why_not_each([paper for one, paper in rows if not one.withdrawn])
    turns = _turns([paper for _, paper in rows if paper.family == Family.PDF and rendition_of(paper)])
    return tuple(
        _exhibit(one, paper, label, str(refused.get(paper.id, "")), tuple(turns.get(paper.id, ())))
        for (one, paper), label in zip(rows, names, strict=True)
    )


def _turns(papers: Sequence[Document]) -> dict[UUID, list[tuple[int, int]]]:
    """Return, of scans, the pages that do not lie upright in the file, each with its turn."""
    found: dict[UUID, list[tuple[int, int]]] = {}
    if papers:
        wanted = select(DocumentPage.document_id, DocumentPage.number, DocumentPage.turn).where(
            DocumentPage.case_id == papers[0].case_id,
            DocumentPage.document_id.in_([paper.id for paper in papers]),
            DocumentPage.turn != 0,
            DocumentPage.recognition == "read",
        )
        for document_id, number, turn in db.session.execute(wanted.order_by(DocumentPage.number)):
            found.setdefault(document_id, []).append((number, turn))
    return found


def _exhibit(
    row: BinderExhibit, paper: Document, label: str, refused: str, turns: tuple[tuple[int, int], ...]
) -> m.ExhibitNow:
    rendition = rendition_of(paper)
    return m.ExhibitNow(
        id=str(row.id),
        document_id=str(paper.id),
        label=label,
        title=row.title or paper.title,
        when=row.dated or (long_date(paper.document_on) if paper.document_on else ""),
        description=row.description,
        kind=exhibit_kind(paper),
        paper_kind=paper.kind,
        sha256=paper.sha256,
        size=paper.size,
        file_name=paper.original_name,
        pages=paper.page_count,
        only_pages=(row.first_page, row.last_page or row.first_page) if row.first_page else None,
        range_reason=row.range_reason,
        is_joint=row.is_joint,
        withdrawn=row.withdrawn,
        refused="" if row.withdrawn else refused,
        rendition_sha256=rendition,
        rendition_size=paper.rendition_size,
        rendition_note=rendition_note_of(paper),
        turns=turns,
    )


def numbering_of(row: ExhibitBinder, now: Sequence[m.ExhibitNow] | None = None) -> Numbering:
    """Return the exhibits as references find them: each with its label of today and the pages that go in."""
    case = db.session.get_one(Case, row.case_id)
    rows = {str(one.id): paper for one, paper in rows_of(row)}
    originals = citations.originals(case, [paper.id for paper in rows.values()])
    places = [
        Place(
            one.label,
            rows[one.id].id,
            one.title,
            citations.refs_of(rows[one.id], originals),
            one.only_pages[0] if one.only_pages else 1,
            None if one.kind is ExhibitKind.NATIVE else one.only_pages[1] if one.only_pages else one.pages,
            one.refused,
        )
        for one in (exhibits_now(row) if now is None else now)
        if not one.withdrawn
    ]
    prefixes = (row.exhibit_prefix, profile(row.forum).prefixes["joint"])
    return Numbering(f"binder “{row.title}”", tuple(dict.fromkeys(prefixes)), tuple(places), str(row.id))


def _cited(row: ExhibitBinder, now: Sequence[m.ExhibitNow]) -> tuple[tuple[str, str], ...]:
    refs = citations.refs_in([*(one.get("about", "") for one in row.witnesses), *(one.description for one in now)])
    labels = numbering_of(row, now).labels if refs else {}
    return tuple((ref, labels[ref]) for ref in refs if ref in labels)


def last_served(versions: Sequence[BinderVersion]) -> dict[str, Served]:
    """Return each exhibit as it was served last, by the id of its row."""
    found: dict[str, Served] = {}
    for one in versions:
        if one.served_on is not None:
            for data in one.exhibits:
                placed = Placed.of(data)
                found[placed.row_id] = Served(placed, f"on {long_date(one.served_on)}")
    return found


def changes_of(
    row: ExhibitBinder, versions: Sequence[BinderVersion] | None = None, now: Sequence[m.ExhibitNow] | None = None
) -> list[Change]:
    """Return what changed since the binder was served, but for what a later supplement has told already."""
    versions = versions_of(row) if versions is None else versions
    served = [one for one in versions if one.served_on is not None]
    if not served:
        return []
    since = f"on {long_date(served[-1].served_on)}" if served[-1].served_on else ""
    found = changes(last_served(versions), exhibits_now(row) if now is None else now, since)
    told = {words for one in served for words in one.changes}
    return [one for one in found if one.words not in told]


def gather(case: Case, row: ExhibitBinder) -> m.Material:
    """Return everything that this binder, or its next supplement, would be made of now."""
    versions = [one for one in versions_of(row) if one.served_on is not None]
    now = exhibits_now(row)
    found = changes_of(row, versions, now)
    inside = in_supplement(found)
    going = [one for one in now if not one.withdrawn and (not versions or one.id in inside)]
    served = last_served(versions)
    elsewhere = [
        replace(served[one.id], placed=_as_now(served[one.id].placed, one))
        for one in now
        if one.id in served and one.id not in inside
    ]
    hearing = hearing_of(case)
    own = proceedings.proceeding(case, hearing.proceeding_id) if hearing and hearing.proceeding_id else None
    started = versions[-1].recorded_at or versions[-1].created_at if versions else row.created_at
    office = profile(row.forum)
    return m.Material(
        title=row.title,
        number=len(versions) + 1,
        forum=(own.forum if own else "") or _office(office.name),
        file_name=office.file_name,
        student=case.student.name,
        docket=own.docket_number if own else "",
        parties=_parties(case),
        signer=tuple(row.signer.get(key, "") for key in ("name", "role", "contact")),  # type: ignore[arg-type]
        exhibits=tuple(going),
        order=tuple(one.label for one in now if one.label),
        elsewhere=tuple(elsewhere),
        changes=tuple(found),
        since=f"on {long_date(versions[-1].served_on)}" if versions and versions[-1].served_on else "",
        witnesses=tuple(m.Witness(one["name"], one.get("about", "")) for one in row.witnesses),
        recipients=tuple(Recipient(**one) for one in row.recipients),
        bates_prefix=row.bates_prefix,
        bates_digits=row.bates_digits,
        bates_start=versions[-1].bates_next if versions else row.bates_start,
        first_volume=1 + sum(one.volumes for one in versions),
        shape=row.shape,
        slip_sheets=row.slip_sheets,
        print_set=row.print_set,
        archival=row.archival,
        face=row.face,
        most_bytes=row.most_mb * MB if row.most_mb else None,
        most_pages=row.most_pages,
        cited=_cited(row, now),
        overrides=tuple(sorted((key, one["reason"]) for key, one in row.overrides.items())),
        made_at=started.astimezone(UTC).replace(microsecond=0).isoformat(),
    )


def _as_now(placed: Placed, one: m.ExhibitNow) -> Placed:
    """What was served before, as the index of a supplement names it now, also when it was withdrawn.

    A paper that was closed since keeps the words under which it was served: its present title may tell what is in
    it."""
    if one.withdrawn:
        return replace(placed, title=f"Withdrawn: {placed.title}")
    return placed if one.refused else replace(placed, title=one.title, when=one.when)


def _office(name: str) -> str:
    """The forum as a cover names it; without a known one the cover names none."""
    return "" if "federal rules" in name else name.partition(": ")[2] or name


def _parties(case: Case) -> tuple[tuple[str, str], ...]:
    parents = " and ".join(one.name for one in people_of(case) if one.role == "parent")
    ours = f"{parents}, on behalf of {case.student.name}" if parents else case.student.name
    other = case.student.district or case.student.school
    return ((ours, "Parent"), *(((other, "School district"),) if other else ()))


def hearing_of(case: Case) -> Fact | None:
    """Return the fact that sets the hearing date, as it was recorded last."""
    kinds = (FactKind.HEARING_SCHEDULED.value, FactKind.SECTION_504_HEARING_SCHEDULED.value)
    found = [row for row in current_facts(case) if row.kind in kinds]
    return max(found, key=lambda row: row.number, default=None)


def hearing_on(case: Case) -> date | None:
    found = hearing_of(case)
    return found.on_date if found else None
