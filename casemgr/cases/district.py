"""Which school district: its name, and the State it lies in. Two States may have districts of one name."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class District:
    """A local educational agency (LEA) as a case names it. `state`: two letters. No `name`: none is named yet."""

    name: str
    state: str

    def __str__(self) -> str:
        """Return "Springfield, MA"; `parse` reads it back."""
        return f"{self.name}, {self.state}"

    def __lt__(self, other: District) -> bool:
        return (self.name.casefold(), self.name, self.state) < (other.name.casefold(), other.name, other.state)

    @classmethod
    def parse(cls, text: object) -> District:
        """Read what `str` gives, as it comes back from a form. Any other text gives a district that nobody knows."""
        name, _, state = str(text).rpartition(", ")
        return cls(name, state)
