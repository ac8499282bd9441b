"""Draw up the document of a kind: the parts of its file, filled in from the case. Pure: material in, blocks out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from casemgr.filings.kinds import Block, Layout, Part, Verb
from casemgr.filings.material import IssueData
from casemgr.filings.vocabulary import Words
from casemgr.pdf import model as pdf

FORMAL_LAW = {
    "idea": "Individuals with Disabilities Education Act (IDEA)",
    "section_504": "Section 504 of the Rehabilitation Act",
}
FIXED = ("words", "points", "options")
"""Blocks that say the same in every case: alone they carry a part only when nothing else was meant to."""


def draft(words: Words, head: pdf.Caption | pdf.Heading, signer: pdf.Signature) -> pdf.Filing:
    """Return the document. Parts before the issues are its sections, those after them its closing."""
    kind = words.kind
    parts = [part for part in kind.parts if not part.only_if or words.value(part.only_if)]
    at = next((place for place, part in enumerate(parts) if part.issues), len(parts))
    before = [part for part in parts[:at] if not part.new_page]
    return pdf.Filing(
        title=kind.title,
        caption=head,
        citation=kind.law,
        opening=tuple(words.filled(one) for one in kind.opening),
        sections=tuple(_sections(before, words)),
        issues=tuple(map(issue, words.material.issues)) if at < len(parts) else (),
        closing=tuple(_sections([part for part in parts[at + 1 :] if not part.new_page], words)),
        signatures=() if kind.verb is Verb.KEEP else (signer,),
        closing_words="Respectfully submitted," if kind.layout is Layout.CAPTION else "",
        annexes=tuple(_sections([part for part in parts if part.new_page], words)),
    )


def _sections(parts: Sequence[Part], words: Words) -> Iterator[pdf.Section]:
    for part in parts:
        made = [(block.how, found) for block in part.blocks if (found := _block(block, words)) is not None]
        is_fixed = all(block.how in FIXED for block in part.blocks)
        if made and (is_fixed or part.only_if or any(how not in FIXED for how, _ in made)):
            yield pdf.Section(part.heading, tuple(found for _, found in made), part.law)


def _block(block: Block, words: Words) -> pdf.Block | None:
    """Return one block, or None where the case has nothing for it."""
    match block.how:
        case "fields":
            pairs = tuple((label, said) for label, name in block.what if (said := words.value(name)))
            return pdf.Fields(pairs) if pairs else None
        case "words":
            return pdf.Text(tuple(words.filled(one) for one in block.what))
        case "points" | "options":
            filled = tuple(words.filled(one) for one in block.what)
            return pdf.Items(filled, block.ordered, boxes=block.how == "options")
        case "value":
            return _paragraphs("\n\n".join(said for name in block.what if (said := words.value(name))))
        case "list":
            points = words.list(block.what[0])
            return pdf.Items(points, block.ordered) if points else None
        case _:
            return words.table(block.what[0])


def _paragraphs(text: str) -> pdf.Text | None:
    found = tuple(part.strip() for part in text.split("\n\n") if part.strip())
    return pdf.Text(found) if found else None


def issue(one: IssueData) -> pdf.Issue:
    """Return an issue with its law, dated facts and remedies."""
    name = FORMAL_LAW.get(one.law, one.law_name)
    law = f"{name}: {one.citation}" if one.citation else name
    facts = tuple(pdf.Fact(line.when, line.text, line.exhibit) for line in one.lines)
    return pdf.Issue(one.title, (law,), facts, one.remedies)
