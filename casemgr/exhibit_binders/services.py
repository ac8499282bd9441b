"""Make a hearing binder: begin it, choose and order its exhibits, say what goes with it, have it made."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.orm.attributes import flag_modified

from casemgr.accounts.models import User
from casemgr.audit import services as audit
from casemgr.cases.clock import today
from casemgr.cases.models import Case
from casemgr.cases.queries import people_of
from casemgr.cases.roles import PERSON_ROLES
from casemgr.citations.places import Numbering, braces_live, made_live, plain_in
from casemgr.documents.models import Document
from casemgr.exhibit_binders import queries, tasks
from casemgr.exhibit_binders.labels import in_supplement
from casemgr.exhibit_binders.material import Witness
from casemgr.exhibit_binders.models import BinderExhibit, BinderVersion, ExhibitBinder
from casemgr.exhibit_binders.preflight import preflight, stops
from casemgr.extensions import db
from casemgr.filings.exhibits import why_not
from casemgr.filings.material import Recipient
from casemgr.filings.queries import proposed_place
from casemgr.filings.services import ExhibitRefused, FilingRefused, described
from casemgr.forums.profiles import profile, profile_for
from casemgr.holds.guard import refuse_if_held
from casemgr.platform.jobs import enqueue
from casemgr.platform.locking import StaleForm, check_version
from casemgr.serving import queries as sent
from casemgr.web.filters import plural

MOST_EXHIBITS = 500
WENT_OUT = (
    "A copy of this PDF went out. Mark it as served first: then it stays as it is, and what you change becomes a "
    "supplement."
)
NUMBERS_STAY = "It was served: numbers that others have in their hands stay as they are. Begin a new binder for others."


@dataclass(frozen=True)
class Settings:
    """How a binder is named, numbered and delivered."""

    title: str
    forum: str
    party: str = "parent"
    exhibit_prefix: str = "P"
    bates_prefix: str = ""
    bates_digits: int = 6
    bates_start: int = 1
    shape: str = "one"
    slip_sheets: bool = True
    print_set: bool = False
    archival: str = ""
    face: str = ""
    most_mb: int | None = None
    most_pages: int | None = None
    delivery: str = ""
    copies_made: int = 0


NOT_PRINTED = {"party", "delivery", "copies_made"}
"""What is said beside the binder: a PDF that was made stays good."""
NUMBERING = ("exhibit_prefix", "bates_prefix", "bates_digits", "bates_start", "forum")


@dataclass(frozen=True)
class Line:
    """What a person says of one exhibit."""

    title: str = ""
    dated: str = ""
    description: str = ""
    first_page: int | None = None
    last_page: int | None = None
    range_reason: str = ""
    is_joint: bool = False


def first_settings(case: Case) -> Settings:
    """Return how a new binder of this case is proposed to be."""
    office = profile_for(case.state)
    return Settings("Parent’s exhibits", office.key, exhibit_prefix=office.prefixes["parent"])


def begin(case: Case, settings: Settings, *, by: User, binder_id: UUID | None = None) -> ExhibitBinder:
    """Begin a binder. Who signs and who gets a copy is proposed from the people of the case."""
    row = ExhibitBinder(
        id=binder_id or uuid4(), org_id=case.org_id, case_id=case.id, created_by=by.id, **asdict(settings)
    )
    people = people_of(case)
    signer = next((one for one in people if one.role == "parent"), None)
    if signer is not None:
        contact = "\n".join(part for part in (signer.address, signer.phone, signer.email) if part.strip())
        row.signer = {"name": signer.name, "role": f"Parent of {case.student.name}", "contact": contact}
    row.recipients = [
        asdict(Recipient(one.name, _role_at(one), one.email or one.address, "email" if one.email else ""))
        for one in people
        if one.role in ("lea_attorney", "special_education_director", "hearing_officer")
    ]
    db.session.add(row)
    db.session.flush()
    audit.record(case, "exhibit_binders:binder:begin", by=by, subject=row.id, forum=row.forum)
    db.session.commit()
    return row


def _role_at(one: Any) -> str:
    name = PERSON_ROLES.get(one.role, one.role)
    return f"{name}, {one.organization}" if one.organization else name


def save_settings(row: ExhibitBinder, settings: Settings, *, version: int, by: User) -> None:
    """Save how the binder is. Raises StaleForm, FilingRefused where numbers would change that were served."""
    _open(row, version)
    if _is_served(row) and any(getattr(row, name) != getattr(settings, name) for name in NUMBERING):
        raise FilingRefused(NUMBERS_STAY)
    changed = {name for name, value in asdict(settings).items() if getattr(row, name) != value}
    for name, value in asdict(settings).items():
        setattr(row, name, value)
    if changed <= NOT_PRINTED:
        _noted(row, "settings", by)
    else:
        _changed(row, "settings", by)


def save_people(
    row: ExhibitBinder,
    witnesses: Sequence[Witness],
    recipients: Sequence[Recipient],
    signer: Mapping[str, str],
    *,
    version: int,
    by: User,
) -> None:
    """Save who speaks, who gets a copy and who signs. Raises StaleForm."""
    _open(row, version)
    row.witnesses = _with_references(row, witnesses)
    row.recipients = [asdict(one) for one in recipients]
    row.signer = dict(signer)
    _changed(row, "people", by)


def _with_references(row: ExhibitBinder, witnesses: Sequence[Witness]) -> list[dict[str, str]]:
    """What was typed as {{P-7, page 3}} becomes a live reference."""
    rows = [asdict(one) for one in witnesses]
    if any("{{" in one["about"] for one in rows):
        numbering = queries.numbering_of(row)
        rows = [one | {"about": braces_live(one["about"], [numbering])} for one in rows]
    return rows


def make_live(row: ExhibitBinder, *, version: int, by: User) -> int:
    """Make the typed citations in the list of witnesses, and in what exhibits show, live; returns how many. Raises
    StaleForm, FilingRefused."""
    _open(row, version)
    numbering, chosen = queries.numbering_of(row), queries.rows_of(row)
    texts = [*(one.get("about", "") for one in row.witnesses), *(one.description for one, _ in chosen)]
    made = sum(len(plain_in(text, numbering)) for text in texts)
    if made:
        row.witnesses = [one | {"about": made_live(one.get("about", ""), numbering)} for one in row.witnesses]
        for one, paper in chosen:
            one.description = described(one.title or paper.title, made_live(one.description, numbering), numbering)
        _changed(row, "references", by)
    return made


def add_exhibits(row: ExhibitBinder, paper_ids: Collection[UUID], *, version: int, by: User) -> int:
    """Put papers at the end, in the order proposed for them; returns how many are new.

    Raises ExhibitRefused for any paper that may not leave the house, and then adds none; StaleForm."""
    _open(row, version)
    chosen = {one.document_id for one, _ in queries.rows_of(row)}
    papers = _papers(row, paper_ids)
    new = sorted((paper for paper in papers if paper.id not in chosen), key=proposed_place)
    if len(chosen) + len(new) > MOST_EXHIBITS:
        raise FilingRefused(f"A binder holds at most {MOST_EXHIBITS} exhibits. Join papers, or leave some out.")
    own = {"org_id": row.org_id, "case_id": row.case_id, "binder_id": row.id}
    for place, paper in enumerate(new, len(queries.rows_of(row)) + 1):
        db.session.add(BinderExhibit(**own, document_id=paper.id, position=place))
    if new:
        _changed(row, "exhibits", by, count=len(chosen) + len(new))
    return len(new)


def _papers(row: ExhibitBinder, paper_ids: Collection[UUID]) -> Sequence[Document]:
    wanted = select(Document).where(Document.case_id == row.case_id, Document.id.in_(paper_ids))
    papers = db.session.scalars(
        wanted.order_by(Document.id).with_for_update(read=True).execution_options(populate_existing=True)
    ).all()
    if len(papers) != len(set(paper_ids)):
        raise FilingRefused("One of the papers is not in this case. Choose again.")
    for paper in papers:
        if why := why_not(paper):
            raise ExhibitRefused(paper.title, why)
    return papers


def arrange(row: ExhibitBinder, order: Sequence[UUID], said: Mapping[UUID, Line], *, version: int, by: User) -> None:
    """Keep the exhibits named in `order`, in that order, take out the others, and save what is said of them.

    An exhibit that was served keeps its place among those that were, and is withdrawn, never taken out. What is typed
    as {{P-7, page 3}} is read by the order as it was. Raises StaleForm, FilingRefused."""
    _open(row, version)
    numbering = queries.numbering_of(row)
    rows = {one.id: (one, paper) for one, paper in queries.rows_of(row)}
    kept = [rows[one][0] for one in order if one in rows]
    gone = [one for one, _ in rows.values() if one not in kept]
    if any(one.label for one in gone):
        raise FilingRefused("It was served, so it is not taken out. Withdraw it: its number stays, with your reason.")
    served = [one.id for one, _ in rows.values() if one.label]
    if served != [one.id for one in kept if one.label]:
        raise FilingRefused("What was served keeps its order. Move only what is new.")
    for one_id, line in said.items():
        if one_id in rows:
            _say(*rows[one_id], line, numbering)
    if gone:
        db.session.execute(delete(BinderExhibit).where(BinderExhibit.id.in_([one.id for one in gone])))
    for place, one in enumerate(kept, 1):
        one.position = place
    _changed(row, "exhibits", by, count=len(kept))


def _say(one: BinderExhibit, paper: Document, line: Line, numbering: Numbering) -> None:
    if (line.first_page is None) != (line.last_page is None):
        missing = "last" if line.last_page is None else "first"
        raise FilingRefused(
            f"“{paper.title}”: give the first and the last page, or neither.", field=f"{missing}-{one.id}"
        )
    if line.first_page is not None and line.last_page is not None:
        if line.first_page < 1:
            raise FilingRefused(f"“{paper.title}”: pages are counted from 1.", field=f"first-{one.id}")
        if line.first_page > line.last_page:
            raise FilingRefused(f"“{paper.title}”: the first page comes before the last one.", field=f"last-{one.id}")
        if not paper.page_count:
            words = f"“{paper.title}” has no pages to choose from: it goes in as a whole."
            raise FilingRefused(words, field=f"first-{one.id}")
        if line.last_page > paper.page_count:
            words = f"“{paper.title}” has {plural(paper.page_count, 'page')}. Choose pages that it has."
            raise FilingRefused(words, field=f"last-{one.id}")
    if one.label and line.is_joint != one.is_joint:
        raise FilingRefused(f"{one.label} was served under this number, and keeps it.")
    line = replace(line, description=described(line.title or paper.title, line.description, numbering))
    for name, value in asdict(line).items():
        setattr(one, name, value)


def replace_paper(row: ExhibitBinder, one_id: UUID, paper_id: UUID, *, version: int, by: User) -> None:
    """Put another paper in the place of an exhibit, which keeps its number. Raises as `add_exhibits`."""
    _open(row, version)
    one = _exhibit(row, one_id)
    (paper,) = _papers(row, [paper_id])
    one.document_id, one.first_page, one.last_page, one.range_reason = paper.id, None, None, ""
    one.title, one.dated, one.withdrawn = "", "", ""
    _changed(row, "replace", by)


def withdraw(row: ExhibitBinder, one_id: UUID, reason: str, *, version: int, by: User) -> None:
    """Withdraw an exhibit that was served: its number stays and is told. An empty reason takes that back."""
    _open(row, version)
    one = _exhibit(row, one_id)
    if not one.label:
        raise FilingRefused("It was not served, so it can simply be taken out.")
    one.withdrawn = reason
    _changed(row, "withdraw", by)


def _exhibit(row: ExhibitBinder, one_id: UUID) -> BinderExhibit:
    found = next((one for one, _ in queries.rows_of(row) if one.id == one_id), None)
    if found is None:
        raise FilingRefused("This exhibit is no longer in the binder.")
    return found


def proposed_order(row: ExhibitBinder) -> list[UUID]:
    """Return the exhibits by the date of their papers, then by kind; what was served stays where it is."""
    rows = queries.rows_of(row)
    if any(one.label for one, _ in rows):
        fixed = [one.id for one, _ in rows if one.label]
        return fixed + [one.id for one, _ in sorted(((o, p) for o, p in rows if not o.label), key=_by_paper)]
    return [one.id for one, _ in sorted(rows, key=_by_paper)]


def _by_paper(pair: tuple[BinderExhibit, Document]) -> Any:
    return proposed_place(pair[1])


def override(row: ExhibitBinder, rule: str, reason: str, *, version: int, by: User) -> None:
    """Go on although a rule of the forum is not kept, with a reason; an empty one takes that back. Raises StaleForm."""
    _open(row, version)
    if profile(row.forum).rule(rule) is None:
        raise FilingRefused("This forum has no such rule.")
    kept = {key: value for key, value in row.overrides.items() if key != rule}
    case = db.session.get_one(Case, row.case_id)
    if reason:
        kept[rule] = {"reason": reason, "by": by.name, "on": today(case).isoformat()}
    row.overrides = kept
    _changed(row, "override", by, rule=rule)


def queue(row: ExhibitBinder, visible: Collection[str], *, by: User) -> None:
    """Have the binder made: the job exists if and only if this commits. Twice is the same as once.

    Raises FilingRefused when a rule stops it or there is nothing to make."""
    case = db.session.get_one(Case, row.case_id)
    locked = tasks.lock_binder(row.case_id, row.id)
    if locked is None or locked.state in ("queued", "building"):
        return
    _refuse_sent(locked)
    if stopping := stops(preflight(case, locked, visible)):
        raise FilingRefused("It cannot be made yet: " + "; ".join(one.text for one in stopping) + ".")
    if _is_served(locked) and not in_supplement(queries.changes_of(locked)):
        raise FilingRefused(
            "There is no new page to serve. Tell the other side in a letter what was withdrawn or is called otherwise."
        )
    locked.state, locked.progress, locked.progress_note, locked.error = "queued", 0, "", ""
    enqueue(tasks.build_binder, lock=f"binder:{locked.id}", case_id=str(case.id), binder_id=str(locked.id))
    audit.record(case, "exhibit_binders:binder:queue", by=by, subject=locked.id)
    db.session.commit()


def cancel(row: ExhibitBinder, *, by: User) -> None:
    """Stop the making. A job that runs ends at its next step, and leaves nothing."""
    locked = tasks.lock_binder(row.case_id, row.id)
    if locked is not None and locked.state in ("queued", "building"):
        _changed(locked, "cancel", by)


def discard(row: ExhibitBinder, *, version: int, by: User) -> None:
    """Throw a binder away that was never served. The papers stay. Raises StaleForm, FilingRefused, OnHold."""
    _open(row, version)
    if _is_served(row):
        raise FilingRefused("It was served, so it stays. What you do not send again can simply be left as it is.")
    if sent.is_on_record(binder_id=row.id):
        raise FilingRefused("A copy of this binder was sent. What was sent, to whom and when must stay on record.")
    case = db.session.get_one(Case, row.case_id)
    refuse_if_held(case)
    tasks.drop_unserved(row)
    db.session.execute(delete(BinderExhibit).where(BinderExhibit.binder_id == row.id))
    db.session.execute(delete(ExhibitBinder).where(ExhibitBinder.id == row.id))
    audit.record(case, "exhibit_binders:binder:discard", by=by, subject=row.id)
    db.session.commit()


def _is_served(row: ExhibitBinder) -> bool:
    served = select(BinderVersion.id).where(BinderVersion.binder_id == row.id, BinderVersion.served_on.is_not(None))
    return db.session.scalar(served.limit(1)) is not None


def _refuse_sent(row: ExhibitBinder) -> None:
    """What others have in their hands, or are about to, does not change under them."""
    unserved = select(BinderVersion.id).where(BinderVersion.binder_id == row.id, BinderVersion.served_on.is_(None))
    if any(sent.went_out(one) for one in db.session.scalars(unserved)):
        raise FilingRefused(WENT_OUT)


def _open(row: ExhibitBinder, version: int) -> None:
    """Lock the binder, and see that it is the version that the person saw."""
    locked = tasks.lock_binder(row.case_id, row.id)
    if locked is None:
        raise StaleForm(row)
    check_version(locked, version)


def _changed(row: ExhibitBinder, what: str, by: User, **detail: object) -> None:
    """A binder that was changed has no PDF until it is made again: an old one could hold a paper taken out since."""
    _refuse_sent(row)
    row.state, row.progress, row.progress_note, row.error = "draft", 0, "", ""
    tasks.drop_unserved(row)
    _noted(row, what, by, **detail)


def _noted(row: ExhibitBinder, what: str, by: User, **detail: object) -> None:
    flag_modified(row, "state")  # raises the version, also where only its exhibits changed
    case = db.session.get_one(Case, row.case_id)
    audit.record(case, f"exhibit_binders:binder:{what}", by=by, subject=row.id, **detail)
    db.session.commit()
