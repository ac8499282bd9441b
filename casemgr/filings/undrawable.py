"""Which letters of a packet or binder no font here can draw, field by field: told before it is made, and before it
leaves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from casemgr.filings.kinds import kind_in
from casemgr.filings.material import Material
from casemgr.pdf.fonts import named, undrawable_in

WAY_OUT = (
    "Install a font that has them, such as Noto, on the computer that runs this program, and start it again: what "
    "“make run” prints then names the scripts that it can draw. Or write the words in Latin letters as well."
)


class Printed(NamedTuple):
    """Words that are printed: what a person calls their field, the words, and the page on which they are changed."""

    where: str
    words: str
    place: str


@dataclass(frozen=True)
class Unprinted:
    """A field with letters that no font here has. `place`: the page on which it is changed."""

    where: str
    letters: tuple[str, ...]
    place: str

    @property
    def words(self) -> str:
        return named(self.letters)


def unprinted_of(texts: Iterable[Printed]) -> list[Unprinted]:
    """Return the fields in which a letter cannot be drawn, in their order."""
    odd = [one for one in texts if not one.words.isascii()]
    found = ((one, undrawable_in(one.words)) for one in odd)
    return [Unprinted(one.where, letters, one.place) for one, letters in found if letters]


def unprinted_in(material: Material) -> list[Unprinted]:
    """Return the same for a packet."""
    return unprinted_of(_texts(material))


def _texts(material: Material) -> Iterator[Printed]:
    student = material.student
    yield Printed("Name of the student", student.name, "student")
    yield Printed("School, district and address", f"{student.school} {student.district} {student.address}", "student")
    yield from (Printed(f"Name of {one.name}", f"{one.name} {one.role_name}", "people") for one in material.people)
    yield Printed("Who signs", " ".join(material.signer), "details")
    labels = {question.key: question.label for question in kind_in(material.kind, material.state).questions}
    for key, said in material.answers.items():
        yield Printed(labels.get(key, key), said, "details")
    for key, rows in material.rows.items():
        yield Printed(labels.get(key, key), " ".join(cell for row in rows for cell in row), "details")
    for issue in material.issues:
        yield Printed(f"Issue {issue.number}", f"{issue.title} {issue.facts} {issue.relief}", "issues")
    for entry in material.chronology:
        yield Printed(f"Entry {entry.number} of the evidence log", f"{entry.title} {entry.shows}", "evidence")
    for one in material.exhibits:
        if not one.refused:
            yield Printed(f"Exhibit {one.label}: title", one.title, "exhibits")
            yield Printed(f"Exhibit {one.label}: what it shows", one.description, "exhibits")
    for n, copy in enumerate(material.recipients, 1):
        yield Printed(f"Copy {n}: name and address", f"{copy.name} {copy.role} {copy.address}", "service")
