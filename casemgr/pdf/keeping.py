"""A heading stays with the beginning of what it stands over, instead of with all of it."""

from typing import Any

from reportlab.platypus import Flowable, KeepTogether, Paragraph, Table

ENOUGH = 40.0
"""So many points of a table below its heading row, at least, stay with the heading: two lines with their rows."""


class Headed(KeepTogether):  # type: ignore[misc]  # reportlab has no types
    """Headings and the paragraph or table that follows them; reportlab makes it of what has `keepWithNext`.

    Reportlab would move all of it to the next page where it does not fit, and leave half a page bare."""

    def split(self, width: float, height: float) -> list[Flowable]:
        """Return headings, the part that still fits and the rest; where too little fits, all goes to the next page."""
        *heads, last = self._content
        if heads and isinstance(last, (Paragraph, Table)):
            if getattr(self, "_wrapInfo", None) != (width, height):
                self.wrap(width, height)
            if height < self._H:
                _, whole = last.wrapOn(self.canv, width, height)
                parts = last.splitOn(self.canv, width, height - (self._H - whole) - 0.5)
                if len(parts) > 1 and _is_enough(parts[0], width):
                    return [*heads, *parts]
        moved: list[Flowable] = super().split(width, height)
        return moved


def _is_enough(part: Any, width: float) -> bool:
    """Whether the first part of what was split is worth its place below a heading."""
    if isinstance(part, Paragraph):
        return True  # no style of ours leaves a single line
    _, high = part.wrap(width, 0)
    return float(high - sum(part._rowHeights[: part.repeatRows])) >= ENOUGH
