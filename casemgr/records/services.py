"""Record a request for records, what came of it, and what is not expected."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from uuid import UUID, uuid4

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from casemgr.accounts.models import User
from casemgr.audit import services as audit
from casemgr.cases.models import Case
from casemgr.deadlines import services as facts
from casemgr.deadlines.models import Fact
from casemgr.deadlines.services import NewFact
from casemgr.documents import queries as documents
from casemgr.documents.models import Document
from casemgr.extensions import db
from casemgr.law.terms import FactKind, PartyRole
from casemgr.platform.locking import check_version
from casemgr.records.models import RecordsArrival, RecordsException, RecordsRequest, RecordsTerms


@dataclass(frozen=True)
class NewRequest:
    """What was asked, in the columns of models.RecordsRequest.

    Either `fact_id` names the recorded day on which the school received it, or `received_on` and `how` make that fact.
    """

    words: str
    asked_by: str = ""
    asked_of: str = ""
    sent_on: date | None = None
    kinds: tuple[str, ...] = ()
    first_year: int | None = None
    last_year: int | None = None
    document_id: UUID | None = None
    fact_id: UUID | None = None
    received_on: date | None = None
    how: str = ""
    id: UUID = field(default_factory=uuid4)


FACT_FIELDS = {"id", "fact_id", "received_on", "how"}
COLUMNS = tuple(one.name for one in fields(NewRequest) if one.name not in FACT_FIELDS)


def add(case: Case, new: NewRequest, *, by: User) -> RecordsRequest:
    """Record a request, with the fact that starts its clocks, in one transaction.

    Raises FactRefused, or FactQuestioned when something speaks against the day; then nothing is changed."""
    if new.fact_id is None:
        assert new.received_on is not None, "the form asks for a day or a recorded one"
        fact = NewFact(
            FactKind.RECORDS_REQUESTED,
            new.received_on,
            by_party=PartyRole.PARENT.value,
            how=new.how,
            document_id=new.document_id,
        )
        facts.ask_about(case, fact)
        fact_id = facts.record_fact(case, fact, by=by, commit=False).id
    else:
        fact_id = new.fact_id
    row = RecordsRequest(
        id=new.id,
        org_id=case.org_id,
        case_id=case.id,
        fact_id=fact_id,
        recorded_by=by.id,
        recorded_by_name=by.name,
        **_columns(new),
    )
    db.session.add(row)
    db.session.flush()
    audit.record(case, "records:request:add", by=by, subject=row.id)
    db.session.commit()
    return row


def edit(case: Case, row: RecordsRequest, new: NewRequest, *, version: int, by: User) -> None:
    """Change what was written down; the day that starts the clock is corrected as a fact. Raises StaleForm."""
    check_version(row, version)
    for name, value in _columns(new).items():
        setattr(row, name, value)
    audit.record(case, "records:request:edit", by=by, subject=row.id)
    db.session.commit()


def _columns(new: NewRequest) -> dict[str, object]:
    return {name: list(new.kinds) if name == "kinds" else getattr(new, name) for name in COLUMNS}


def link(case: Case, row: RecordsRequest, papers: Collection[UUID], *, visible: Collection[str], by: User) -> int:
    """Say that papers came in answer to a request, and return how many are new. Twice is once."""
    found = documents.all_papers(case, visible).where(Document.id.in_(papers)).with_only_columns(Document.id)
    ids = list(db.session.scalars(found)) if papers else []
    if not ids:
        return 0
    rows = [
        {"id": uuid4(), "org_id": case.org_id, "case_id": case.id, "request_id": row.id, "document_id": one}
        | {"added_by_name": by.name}
        for one in ids
    ]
    made = db.session.scalars(
        insert(RecordsArrival).values(rows).on_conflict_do_nothing().returning(RecordsArrival.id)
    ).all()
    audit.record(case, "records:request:link", by=by, subject=row.id, papers=len(made))
    db.session.commit()
    return len(made)


def unlink(case: Case, row: RecordsRequest, document_id: UUID, *, by: User) -> None:
    """Say that a paper did not come in answer to a request. The paper stays."""
    mine = (RecordsArrival.case_id == case.id, RecordsArrival.request_id == row.id)
    db.session.execute(delete(RecordsArrival).where(*mine, RecordsArrival.document_id == document_id))
    audit.record(case, "records:request:unlink", by=by, subject=row.id, paper=str(document_id))
    db.session.commit()


def answered(case: Case, on: date, *, fact_id: UUID, document_id: UUID | None, by: User) -> Fact:
    """Record that the school gave the records; the engine ends the clocks. Raises FactRefused, FactQuestioned."""
    fact = NewFact(FactKind.RECORDS_PROVIDED, on, by_party=PartyRole.LEA.value, document_id=document_id, id=fact_id)
    facts.ask_about(case, fact)
    return facts.record_fact(case, fact, by=by)


def except_(case: Case, kind: str, first: date, last: date, reason: str, *, by: User) -> None:
    """Say why a kind of paper is not expected in these days. Said again, the newer reason stands."""
    values = {"org_id": case.org_id, "case_id": case.id, "kind": kind, "first_on": first, "last_on": last}
    statement = insert(RecordsException).values(id=uuid4(), **values, reason=reason, made_by_name=by.name)
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["case_id", "kind", "first_on", "last_on"], set_={"reason": reason, "made_by_name": by.name}
        )
    )
    audit.record(case, "records:exception:add", by=by, kind=kind)
    db.session.commit()


def expect_again(case: Case, row: RecordsException, *, by: User) -> None:
    """Take back that a kind of paper is not expected."""
    audit.record(case, "records:exception:remove", by=by, kind=row.kind)
    db.session.delete(row)
    db.session.commit()


def set_terms(case: Case, count: int, *, by: User) -> None:
    """Say how many times a year the school reports on progress."""
    row = db.session.scalar(select(RecordsTerms).where(RecordsTerms.case_id == case.id).with_for_update())
    if row is None:
        statement = insert(RecordsTerms).values(id=uuid4(), org_id=case.org_id, case_id=case.id, count=count)
        db.session.execute(statement.on_conflict_do_update(index_elements=["case_id"], set_={"count": count}))
    else:
        row.count = count
    audit.record(case, "records:terms:set", by=by, count=count)
    db.session.commit()


def in_order(years: Sequence[int | None]) -> bool:
    """Say whether the first year is not after the last one, where both are given."""
    first, last = years
    return first is None or last is None or first <= last
