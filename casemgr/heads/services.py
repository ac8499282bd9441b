"""Send the head of a log where the owner of the database cannot reach it: to a person's mail, to an authority."""

from __future__ import annotations

from uuid import UUID, uuid4

from sqlalchemy import delete, or_, select
from sqlalchemy.dialects.postgresql import insert

from casemgr.accounts.models import Membership, User
from casemgr.audit import services as audit
from casemgr.cases.models import Case, CaseMember
from casemgr.extensions import db
from casemgr.heads import queries, tasks
from casemgr.heads.delivering import settings
from casemgr.heads.models import ChainHead, NightlyHead
from casemgr.heads.queries import Head

MOST_MAILS_A_DAY = 20


class HeadRefused(Exception):
    """Nothing was sent. The text says what to do."""


def mail_head(case: Case, address: str, *, by: User, row_id: UUID | None = None) -> ChainHead:
    """Queue the head of a log as a mail to `address`. `row_id`: the form's one-time id. Raises HeadRefused."""
    head = queries.head_of(case)
    if settings().mail_server is None:
        raise HeadRefused("This installation sends no mail. Whoever looks after it can turn that on.")
    if head is None:
        raise HeadRefused("The log is empty: there is nothing to send yet.")
    if queries.mails_today(case) >= MOST_MAILS_A_DAY:
        raise HeadRefused("Enough messages were sent for this case today. Try again tomorrow.")
    row = _queue(case, "mail", address, head, by, row_id)
    audit.record(case, "evidence:head:mail", by=by, subject=row.id, entries=head.entries, head=head.sha256)
    db.session.commit()
    return row


def stamp_head(case: Case, *, by: User | None) -> ChainHead:
    """Queue the head of a log for a time stamp. Raises HeadRefused."""
    head = queries.head_of(case)
    if settings().tsa_url is None:
        raise HeadRefused("This installation asks no time-stamping authority. Whoever looks after it can turn that on.")
    if head is None:
        raise HeadRefused("The log is empty: there is nothing to stamp yet.")
    if queries.went_to(case, "stamp", settings().tsa_host, head.sha256):
        raise HeadRefused("These entries have a time stamp already, or it is on its way.")
    row = _queue(case, "stamp", settings().tsa_host, head, by)
    audit.record(case, "evidence:head:stamp", by=by, subject=row.id, entries=head.entries, head=head.sha256)
    db.session.commit()
    return row


def set_nightly(case: Case, address: str, *, by: User) -> None:
    """Send the head to this person each night after the log grew; an empty address ends that."""
    db.session.execute(delete(NightlyHead).where(NightlyHead.case_id == case.id, NightlyHead.user_id == by.id))
    if address:
        db.session.execute(
            insert(NightlyHead)
            .values(org_id=case.org_id, case_id=case.id, user_id=by.id, address=address)
            .on_conflict_do_nothing(constraint="uq_nightly_heads_once")
        )
    audit.record(case, "evidence:head:nightly", by=by, is_on=bool(address))
    db.session.commit()


def tonight(case: Case) -> int:
    """Queue what the night owes a case: mails to those who asked and may still see it, and a stamp. Does not commit.

    A head that went there already does not go again. Returns how many were queued."""
    head = queries.head_of(case)
    if head is None:
        return 0
    queued = 0
    if settings().mail_server is not None:
        for wish in queries.nightly_of(case):
            if not queries.went_to(case, "mail", wish.address, head.sha256) and _may_see(case, wish.user_id):
                _queue(case, "mail", wish.address, head, None)
                queued += 1
    if settings().tsa_url and not queries.went_to(case, "stamp", settings().tsa_host, head.sha256):
        _queue(case, "stamp", settings().tsa_host, head, None)
        queued += 1
    return queued


def _queue(case: Case, way: str, address: str, head: Head, by: User | None, row_id: UUID | None = None) -> ChainHead:
    row = ChainHead(
        id=row_id or uuid4(),
        org_id=case.org_id,
        case_id=case.id,
        way=way,
        entries=head.entries,
        head=head.sha256,
        address=address,
        asked_by=by.id if by else None,
        asked_by_name=by.name if by else "",
    )
    db.session.add(row)
    db.session.flush()
    tasks.queue(row.id)
    return row


def _may_see(case: Case, user_id: UUID) -> bool:
    """Whether a person who once asked for mail is still on the case."""
    member = select(Membership.id).where(Membership.org_id == case.org_id, Membership.user_id == user_id)
    guest = select(CaseMember.id).where(CaseMember.case_id == case.id, CaseMember.user_id == user_id)
    found = select(User.id).where(User.id == user_id, User.is_active, or_(member.exists(), guest.exists()))
    return db.session.scalar(found) is not None
