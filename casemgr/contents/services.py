"""A person decides about what the text of a paper proposes: take it, or keep what stands there."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from casemgr.accounts.models import User
from casemgr.audit import services as audit
from casemgr.cases.models import Case
from casemgr.contents.queries import DATE, Suggestion, suggestions
from casemgr.documents import custody
from casemgr.documents.models import Document
from casemgr.extensions import db
from casemgr.platform.locking import check_version


def use(document: Document, keys: Collection[str], *, version: int, by: User) -> list[Suggestion]:
    """Take the proposals of these keys, as far as the text still makes them; return those taken. Raises StaleForm."""
    check_version(document, version)
    taken = [one for one in suggestions(document) if one.key in keys]
    if taken:
        _take(document, taken, by)
        db.session.commit()
    return taken


def use_many(wanted: dict[Document, Collection[str]], *, by: User) -> int:
    """Take proposals of several papers in one transaction; return for how many papers something was taken."""
    count = 0
    for document, keys in wanted.items():
        if taken := [one for one in suggestions(document) if one.key in keys]:
            _take(document, taken, by)
            count += 1
    db.session.commit()
    return count


def keep(document: Document, keys: Collection[str], *, version: int, by: User) -> None:
    """Remember that a person does not want these proposals. Raises StaleForm."""
    check_version(document, version)
    refused = [one.key for one in suggestions(document) if one.key in keys]
    if refused:
        document.kept_own = [*document.kept_own, *refused]
        _audit(document, by, kept=refused)
        db.session.commit()


def _take(document: Document, taken: list[Suggestion], by: User) -> None:
    for one in taken:
        setattr(document, one.field, date.fromisoformat(one.value) if one.field == DATE else one.value)
        words = f"{one.name}: was “{one.present}”, now “{one.proposed}”. {one.reason}"
        custody.note(document, "proposal", words, by)
    _audit(document, by, changed=[one.field for one in taken], taken_from="text")


def _audit(document: Document, by: User, **facts: object) -> None:
    case = db.session.get_one(Case, document.case_id)
    audit.record(case, "documents:document:edit", by=by, subject=document.id, **facts)
