"""Read letters: the list, one with its versions and sendings, and which ones are worth writing now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on

from casemgr.accounts.models import Organization, User
from casemgr.cases.clock import today
from casemgr.cases.models import Case
from casemgr.cases.queries import DueDate, due_date
from casemgr.deadlines.queries import current_facts, deadlines_of
from casemgr.evidence import queries as evidence
from casemgr.extensions import db
from casemgr.letters import content as contents
from casemgr.letters.content import Content
from casemgr.letters.kinds import FOR_PARENT, Kind, Suggest, kinds
from casemgr.letters.models import LetterSending, LetterVersion, OutgoingLetter
from casemgr.platform.columns import now

MOST_SUGGESTED = 4
MOST_LOOKED_BACK = 40
NOT_OUT = ("queued", "handing_over", "unknown")
"""States of a sending that is under way; there is at most one for each letter."""


@dataclass(frozen=True)
class Listed:
    """A letter in the list. `state` as the badge says it; `subject` of its newest version."""

    letter: OutgoingLetter
    kind: Kind
    state: str
    subject: str
    to: str
    saved_at: object
    problem: str


@dataclass(frozen=True)
class Suggested:
    """A kind that is worth writing now, and why in a few words. `on`: the day of what it follows."""

    kind: Kind
    because: str
    on: date | None


def letter(case: Case, letter_id: UUID, *, drafts: bool) -> OutgoingLetter | None:
    """Return a letter of the case. `drafts`: whether the reader may see what was not sent."""
    row = db.session.scalar(
        select(OutgoingLetter).where(OutgoingLetter.case_id == case.id, OutgoingLetter.id == letter_id)
    )
    return row if row is not None and row.state != "discarded" and (drafts or row.state == "sent") else None


def letters_of(case: Case, *, drafts: bool) -> list[Listed]:
    """Return the letters of a case, what is not sent yet first, then by the day they were sent. Three queries."""
    states = ("draft", "sending", "sent") if drafts else ("sent",)
    rows = db.session.scalars(
        select(OutgoingLetter)
        .where(OutgoingLetter.case_id == case.id, OutgoingLetter.state.in_(states))
        .order_by(OutgoingLetter.sent_on.desc().nulls_first(), OutgoingLetter.created_at.desc())
    ).all()
    ids = [row.id for row in rows]
    newest = _newest_versions(ids)
    sendings = {one.letter_id: one for one in _sendings(ids)}  # the latest of each
    return [_listed(row, newest[row.id], sendings.get(row.id)) for row in rows]


def _listed(row: OutgoingLetter, version: LetterVersion, sending: LetterSending | None) -> Listed:
    is_unknown = row.state == "sending" and sending is not None and sending.state == "unknown"
    to = str(version.content.get("to", "")).partition("\n")[0]
    problem = sending.problem if sending is not None and row.state != "sent" else ""
    state = "unknown" if is_unknown else row.state
    return Listed(row, kinds()[row.kind], state, version.content.get("subject", ""), to, version.saved_at, problem)


def _newest_versions(ids: Sequence[UUID]) -> dict[UUID, LetterVersion]:
    if not ids:
        return {}
    newest = (
        select(LetterVersion)
        .where(LetterVersion.letter_id.in_(ids))
        .ext(distinct_on(LetterVersion.letter_id))
        .order_by(LetterVersion.letter_id, LetterVersion.number.desc())
    )
    return {row.letter_id: row for row in db.session.scalars(newest)}


def _sendings(ids: Sequence[UUID]) -> Sequence[LetterSending]:
    if not ids:
        return []
    return db.session.scalars(
        select(LetterSending).where(LetterSending.letter_id.in_(ids)).order_by(LetterSending.created_at)
    ).all()


def version(row: OutgoingLetter, number: int | None = None) -> LetterVersion | None:
    """Return a saved version; without a number the newest one."""
    query = select(LetterVersion).where(LetterVersion.case_id == row.case_id, LetterVersion.letter_id == row.id)
    if number is not None:
        query = query.where(LetterVersion.number == number)
    return db.session.scalar(query.order_by(LetterVersion.number.desc()).limit(1))


def newest(row: OutgoingLetter) -> LetterVersion:
    """Return the newest version: every letter has one. Of a sent letter it is the one that was sent."""
    found = version(row, row.sent_version)
    assert found is not None, "a letter is begun with its first version"
    return found


def content_of(saved: LetterVersion) -> Content:
    return contents.from_json(saved.content, saved.body)


def versions_of(row: OutgoingLetter) -> Sequence[LetterVersion]:
    """Return every saved version, newest first."""
    return db.session.scalars(
        select(LetterVersion)
        .where(LetterVersion.case_id == row.case_id, LetterVersion.letter_id == row.id)
        .order_by(LetterVersion.number.desc())
    ).all()


def sendings_of(row: OutgoingLetter) -> Sequence[LetterSending]:
    """Return every sending of a letter, newest first."""
    return db.session.scalars(
        select(LetterSending)
        .where(LetterSending.case_id == row.case_id, LetterSending.letter_id == row.id)
        .order_by(LetterSending.created_at.desc())
    ).all()


def own_head(case: Case, voice: str, organization: Organization, user: User) -> dict[str, str]:
    """Return the typeface that somebody last chose, and the letterhead that they last gave their own letters: a firm's
    address stands nowhere else. An older name of the organization is not taken over."""
    rows = db.session.execute(
        select(LetterVersion.content, OutgoingLetter.choices["voice"].astext.label("voice"))
        .join(OutgoingLetter, OutgoingLetter.id == LetterVersion.letter_id)
        .where(OutgoingLetter.org_id == case.org_id, LetterVersion.saved_by == user.id)
        .order_by(LetterVersion.saved_at.desc())
        .limit(MOST_LOOKED_BACK)
    ).all()
    found = {"face": str(rows[0].content["face"])} if rows and rows[0].content.get("face") else {}
    heads = (str(row.content.get("letterhead", "")) for row in rows if row.voice == voice == FOR_PARENT)
    head = next((head for head in heads if head.partition("\n")[0] == organization.name), "")
    return found | ({"letterhead": head} if head else {})


def under_way(row: OutgoingLetter) -> LetterSending | None:
    """Return the sending that is not over, or of which nobody knows whether it went out."""
    return db.session.scalar(
        select(LetterSending).where(
            LetterSending.case_id == row.case_id, LetterSending.letter_id == row.id, LetterSending.state.in_(NOT_OUT)
        )
    )


def sent_today(case: Case) -> int:
    """Return how many e-mails of this case were asked for in the last day."""
    since = now() - timedelta(days=1)
    rows = select(func.count()).where(
        LetterSending.case_id == case.id, LetterSending.way == "email", LetterSending.created_at > since
    )
    return db.session.scalar(rows) or 0


def dates_for(case: Case, kind: Kind) -> list[DueDate]:
    """Return the open dates of the rules that a letter of this kind serves, soonest first."""
    day = today(case)
    rows = [row for row in deadlines_of(case) if row.rule_id in kind.rules and row.act_by is not None]
    found = [due_date(row, day) for row in rows]
    return [due for due in found if due.state in ("open", "late")]


def kinds_for(case: Case) -> list[Kind]:
    """Return the kinds that fit the law of this case, in the order of the list."""
    return [kind for kind in kinds().values() if kind.where.fits(case.state, case.track, case.plan, {})]


def suggested(case: Case) -> list[Suggested]:
    """Return what is worth writing now: what follows something that happened first, the newest before the others."""
    day = today(case)
    facts: dict[str, date] = {}
    for fact in current_facts(case):
        if fact.precision != "unknown":
            facts[fact.kind] = fact.on_date  # by date: the newest stands
    logged = {row.kind: row.happened_on for row in evidence.chronology(case, frozenset({"shared"}))}
    begun = _begun(case)
    found = [
        one
        for kind in kinds_for(case)
        if (one := _why(kind, case, facts, logged, day)) is not None and not _is_done(one, begun.get(kind.kind))
    ]
    found.sort(key=lambda one: (one.on is None, -(one.on.toordinal() if one.on else 0), one.kind.order))
    return found[:MOST_SUGGESTED]


def _begun(case: Case) -> dict[str, date]:
    rows = db.session.execute(
        select(OutgoingLetter.kind, func.max(OutgoingLetter.created_at))
        .where(OutgoingLetter.case_id == case.id, OutgoingLetter.state != "discarded")
        .group_by(OutgoingLetter.kind)
    )
    return {kind: at.date() for kind, at in rows}


def _is_done(one: Suggested, begun_on: date | None) -> bool:
    """A letter that was begun since is not proposed again."""
    return begun_on is not None and (one.on is None or begun_on >= one.on)


def _why(kind: Kind, case: Case, facts: dict[str, date], logged: dict[str, date], day: date) -> Suggested | None:
    reasons = [
        Suggested(kind, one.because, on)
        for one in kind.suggest
        if one.where.fits(case.state, case.track, case.plan, {})
        for on in _days(one, case.stage, facts, logged, day)
    ]
    return max(reasons, key=lambda one: one.on or date.min, default=None)


def _days(one: Suggest, stage: str, facts: dict[str, date], logged: dict[str, date], day: date) -> list[date | None]:
    """Return the day of what the letter follows, or None in a list where the stage is reason enough; else nothing."""
    if (one.stages and stage not in one.stages) or any(kind in facts for kind in one.unless):
        return []
    if not one.after and not one.logged:
        return [None] if one.stages else []
    days = [facts[kind] for kind in one.after if kind in facts] + [
        logged[kind] for kind in one.logged if kind in logged
    ]
    first = day - timedelta(days=one.within)
    days = [on for on in days if on >= first]
    if not days:
        return []
    on = max(days)
    return [] if any(facts.get(kind, date.min) >= on for kind in one.unless_later) else [on]
