"""Write letters: begin one from the case, save versions, bring an older one back, throw a draft away."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm.attributes import flag_modified

from casemgr.accounts.models import Organization, User
from casemgr.audit import services as audit
from casemgr.cases.models import Case
from casemgr.extensions import db
from casemgr.letters import checking, citing, gathering, queries
from casemgr.letters.checking import Look
from casemgr.letters.content import Content
from casemgr.letters.drafting import Setting, draft
from casemgr.letters.kinds import Kind, kinds
from casemgr.letters.models import LetterVersion, OutgoingLetter
from casemgr.platform.locking import check_version
from casemgr.platform.refused import FieldRefused


class LetterRefused(FieldRefused):
    """Nothing was done. `field` names what to change; the text says how."""


def kind_of(row: OutgoingLetter) -> Kind:
    return kinds()[row.kind]


def setting_of(case: Case, choices: Mapping[str, str]) -> Setting:
    return Setting(case.state, case.track, case.plan, choices)


def begin(
    case: Case,
    kind: Kind,
    choices: Mapping[str, str],
    *,
    organization: Organization,
    by: User,
    letter_id: UUID | None = None,
) -> OutgoingLetter:
    """Draft a letter from the facts of the case, and keep it as version 1."""
    voice = gathering.voice_of(kind, organization, choices.get("voice", ""))
    choices = {**choices, "voice": voice}
    frame = gathering.frame_of(case, kind, organization, by, voice) | queries.own_head(case, voice, organization, by)
    drafted = draft(kind, setting_of(case, choices), gathering.slots_of(case, voice), frame)
    row = OutgoingLetter(
        id=letter_id or uuid4(),
        org_id=case.org_id,
        case_id=case.id,
        kind=kind.kind,
        choices=dict(choices),
        used=[asdict(one) for one in drafted.used],
        created_by=by.id,
        created_by_name=by.name,
    )
    db.session.add(row)
    db.session.flush()
    _add_version(row, 1, drafted.content, by=by)
    audit.record(case, "letters:letter:begin", by=by, subject=row.id, kind=kind.kind)
    db.session.commit()
    return row


def save(
    case: Case, row: OutgoingLetter, content: Content, said_otherwise: Collection[str], *, version: int, by: User
) -> None:
    """Keep what was written as a new version; what is as before makes none. Raises StaleForm, LetterRefused."""
    locked = lock(row)
    check_version(locked, version)
    must_be_draft(locked)
    latest = queries.newest(locked)
    said = sorted(said_otherwise)
    if queries.content_of(latest) == content and sorted(locked.said_otherwise) == said:
        db.session.rollback()
        return
    locked.said_otherwise = said
    flag_modified(locked, "said_otherwise")  # the version of the row moves on, also when only the text changed
    if queries.content_of(latest) != content:
        _add_version(locked, latest.number + 1, content, by=by)
    audit.record(case, "letters:letter:save", by=by, subject=row.id)
    db.session.commit()


def restore(case: Case, row: OutgoingLetter, number: int, *, version: int, by: User) -> None:
    """Bring an older version back as the newest one; nothing in between is lost. Raises StaleForm, LetterRefused."""
    locked = lock(row)
    check_version(locked, version)
    must_be_draft(locked)
    older, latest = queries.version(locked, number), queries.newest(locked)
    if older is None:
        raise LetterRefused("version", "There is no such version.")
    if older.number == latest.number:
        db.session.rollback()
        return
    flag_modified(locked, "said_otherwise")
    _add_version(locked, latest.number + 1, queries.content_of(older), by=by, restored_from=older.number)
    audit.record(case, "letters:letter:restore", by=by, subject=row.id, number=number)
    db.session.commit()


def discard(case: Case, row: OutgoingLetter, *, version: int, by: User) -> None:
    """Take a draft out of the lists. Raises StaleForm, LetterRefused."""
    locked = lock(row)
    check_version(locked, version)
    must_be_draft(locked)
    locked.state = "discarded"
    audit.record(case, "letters:letter:discard", by=by, subject=row.id)
    db.session.commit()


def look(case: Case, row: OutgoingLetter, content: Content, said_otherwise: Collection[str] | None = None) -> Look:
    """Return what is missing from this text of a letter."""
    said = row.said_otherwise if said_otherwise is None else said_otherwise
    return checking.look(kind_of(row), setting_of(case, row.choices), content, said, citing.troubles(case, content))


def lock(row: OutgoingLetter) -> OutgoingLetter:
    """Return the letter as it is now, and keep it so until the transaction ends."""
    return db.session.scalars(
        select(OutgoingLetter)
        .where(OutgoingLetter.case_id == row.case_id, OutgoingLetter.id == row.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def must_be_draft(row: OutgoingLetter) -> None:
    if row.state == "sent":
        raise LetterRefused("body", "This letter was sent. What was sent stays as it is; write a new one.")
    if row.state != "draft":
        raise LetterRefused("body", "This letter is on its way. It cannot be changed now.")


def _add_version(
    row: OutgoingLetter, number: int, content: Content, *, by: User, restored_from: int | None = None
) -> None:
    db.session.add(
        LetterVersion(
            org_id=row.org_id,
            case_id=row.case_id,
            letter_id=row.id,
            number=number,
            content=content.as_json(),
            body=content.html,
            restored_from=restored_from,
            saved_by=by.id,
            saved_by_name=by.name,
        )
    )
    db.session.flush()
