"""What may stand in the address of a search page. A filter that makes no sense is left out."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from werkzeug.datastructures import MultiDict

from casemgr.documents.kinds import DOCUMENT_KINDS, VISIBILITIES
from casemgr.search.queries import KINDS
from casemgr.search.words import clean


@dataclass(frozen=True)
class Asked:
    """The search box and its filters, as they are kept in the address. Empty: no limit."""

    q: str = ""
    what: str = ""
    kind: str = ""
    visibility: str = ""
    since: date | None = None
    until: date | None = None
    person: UUID | None = None
    issue: UUID | None = None
    page: int = 1

    def kept(self, **changed: object) -> dict[str, object]:
        """The arguments of the same search, some of them changed; from its first page."""
        own = {name: value for name, value in vars(self).items() if value and name != "page"}
        return {name: value for name, value in (own | changed).items() if value}


def read(args: MultiDict[str, str], visible: Collection[str] = tuple(VISIBILITIES)) -> Asked:
    return Asked(
        q=clean(args.get("q")),
        what=_one_of(args.get("what"), KINDS),
        kind=_one_of(args.get("kind"), DOCUMENT_KINDS),
        visibility=_one_of(args.get("visibility"), visible),
        since=args.get("since", type=date.fromisoformat),
        until=args.get("until", type=date.fromisoformat),
        person=args.get("person", type=UUID),
        issue=args.get("issue", type=UUID),
        page=min(max(1, args.get("page", 1, type=int)), 1000),
    )


def _one_of(value: str | None, known: Collection[str]) -> str:
    return value if value in known else ""
