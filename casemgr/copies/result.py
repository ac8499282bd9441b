"""What a comparison found, as it is kept and as it is shown. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from casemgr.copies.wording import Difference

SAME, DIFFERS, UNLIKE, NOT_COMPARED = "same", "differs", "unlike", "not_compared"
ONLY_FIRST, ONLY_SECOND = "only_first", "only_second"
_TURNED = {ONLY_FIRST: ONLY_SECOND, ONLY_SECOND: ONLY_FIRST}


@dataclass(frozen=True)
class PageResult:
    """A page of one paper beside a page of the other. A number is None where the other paper has no such page.

    Attributes:
        state: same, differs, unlike (other content), not_compared (`note` says why), only_first, only_second.
        many: there are more differences than are listed.
    """

    first: int | None
    second: int | None
    state: str
    moved: bool = False
    note: str = ""
    differences: Sequence[Difference] = ()
    many: bool = False

    @property
    def marks(self) -> list[Difference]:
        """The small marks that may be dust."""
        return [one for one in self.differences if one.is_mark]

    @property
    def needs_a_look(self) -> bool:
        return self.state != SAME or self.moved

    @property
    def is_shown(self) -> bool:
        return self.needs_a_look or bool(self.differences)


@dataclass(frozen=True)
class Result:
    """All pages of two papers. `pages_left_out`: they have more pages than are compared."""

    pages: Sequence[PageResult] = field(default_factory=list)
    pages_left_out: bool = False

    @property
    def places(self) -> int:
        """How many places differ on pages that both papers have; small marks left out."""
        return sum(len(page.differences) - len(page.marks) for page in self.pages)

    @property
    def marks(self) -> int:
        return sum(len(page.marks) for page in self.pages)

    @property
    def shown(self) -> list[PageResult]:
        """The pages with something to see; those where it is only a mark that may be dust come last."""
        return sorted((page for page in self.pages if page.is_shown), key=lambda page: not page.needs_a_look)

    @property
    def is_same(self) -> bool:
        return bool(self.pages) and not self.pages_left_out and not any(page.needs_a_look for page in self.pages)

    @property
    def share_alike(self) -> float:
        """The share of pages that have their like in the other paper, different places or not; 0 to 1."""
        alike = sum(page.state in (SAME, DIFFERS) for page in self.pages)
        return alike / len(self.pages) if self.pages else 0.0

    def turned(self) -> Result:
        """The same seen from the other paper."""
        return Result([_turned(page) for page in self.pages], self.pages_left_out)

    def as_json(self) -> dict[str, Any]:
        return {"pages": [asdict(page) for page in self.pages], "pages_left_out": self.pages_left_out}


def from_json(kept: Mapping[str, Any]) -> Result:
    """Return a result as it was kept."""
    pages = [
        PageResult(**{**page, "differences": [Difference(**one) for one in page["differences"]]})
        for page in kept.get("pages", [])
    ]
    return Result(pages, bool(kept.get("pages_left_out")))


def _turned(page: PageResult) -> PageResult:
    differences = [
        replace(one, first=one.second, second=one.first, was=one.became, became=one.was) for one in page.differences
    ]
    state = _TURNED.get(page.state, page.state)
    return PageResult(page.second, page.first, state, page.moved, page.note, differences, page.many)
