"""The references of a letter to exhibits: which numbers they have now, what is wrong, and how it was sent.

A letter is a PDF of its own, so a reference in it is words only.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from casemgr.cases.models import Case
from casemgr.citations import places
from casemgr.citations import queries as citations
from casemgr.citations.places import Numbering, Said, Trouble, braces_live, look, plain_in
from casemgr.citations.wording import Typed, to_shown, unreadable, with_labels
from casemgr.exhibit_binders import queries as binders
from casemgr.filings import citing as packets
from casemgr.letters import richtext
from casemgr.letters.content import Content
from casemgr.letters.models import OutgoingLetter
from casemgr.letters.richtext import BRACES
from casemgr.pdf.citing import BEGIN, REFERENCE

OPEN_TO_ALL = frozenset({"shared"})
GONE = Numbering("binder or packet that the letter names", (), ())
AS_SENT = "exhibit:"
"""How rows of `OutgoingLetter.used` begin that say what an exhibit was called when the letter went out."""


def numberings(case: Case) -> list[Numbering]:
    """Return what exhibits of a case are called: in each hearing binder, the newest first, then in each packet."""
    found = [binders.numbering_of(row) for row in binders.binders_of(case)]
    return [one for one in (*found, *packets.numberings(case)) if one.places]


def chosen(content: Content, found: Sequence[Numbering]) -> Numbering:
    """Return the numbering by which a letter names exhibits; the first one as long as nobody chose."""
    if not content.exhibits_of:
        return found[0] if found else GONE
    return next((one for one in found if one.id == content.exhibits_of), GONE)


def with_references(case: Case, content: Content) -> Content:
    """What was typed as {{P-7, page 3}} becomes a live reference; what is cited fixes whose numbers are meant."""
    text = richtext.to_plain(content.body, emphasis=False)
    if "{{" not in text:
        return replace(content, exhibits_of="")
    numbering = chosen(content, numberings(case))
    body = richtext.changed(content.body, lambda words: braces_live(words, [numbering]))
    return replace(content, body=body, exhibits_of=content.exhibits_of or numbering.id)


def shown(case: Case, content: Content, visible: Collection[str]) -> Content:
    """Return a letter as people edit it, with the titles of papers that these marks show."""
    if BEGIN not in content.text:
        return content
    titles = citations.titles(case, citations.refs_in([content.text]), visible)
    return replace(content, body=richtext.changed(content.body, lambda words: to_shown(words, titles)))


def looked_at(case: Case, content: Content, visible: Collection[str]) -> list[Said]:
    """Return each reference of a letter and what is wrong with it. `visible`: the marks of papers whose titles may be
    shown."""
    text = richtext.to_plain(content.body, emphasis=False)
    if "{{" not in text:
        return []
    names = citations.named(case, citations.refs_in([text]), visible)
    numbering = chosen(content, numberings(case))
    found = look(text, numbering, names)
    kept = [one for one in found if one.trouble is not Trouble.PLAIN]  # the other side has exhibits as well
    return kept + [_in_braces(words, numbering) for words in _left(text)]


def _left(text: str) -> list[str]:
    """Return what stands in double braces and is no reference: it would be printed with them."""
    known = unreadable(text)
    return [one for one in BRACES.findall(REFERENCE.sub("", text)) if one[:60] not in known]


def _in_braces(words: str, numbering: Numbering) -> Said:
    text = f"It names no page of an exhibit of the {numbering.name}. Change it, or take the braces out."
    return Said("", "", f"“{words[:60]}”", trouble=Trouble.UNREADABLE, text=text)


@dataclass(frozen=True)
class PlainWords:
    """Citations that were typed as plain words, as a person reads them: they do not follow the order. `live`: those
    that match an exhibit of today; `wrong`: those that match none, which may be of the other side."""

    live: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()


def typed(content: Content, found: Sequence[Numbering]) -> PlainWords:
    """Return what a letter cites in plain words, by the numbering of these that it names exhibits by."""
    if not found:
        return PlainWords()
    text, numbering = BRACES.sub("", richtext.to_plain(content.body, emphasis=False)), chosen(content, found)
    wrong = (f"{one.label}: {one.text}" for one in look(text, numbering, {}) if one.trouble is Trouble.PLAIN)
    live = (f"“{one.words}”: now “{_title(one, numbering)}”" for one in plain_in(text, numbering))
    return PlainWords(tuple(dict.fromkeys(live)), tuple(dict.fromkeys(wrong)))


def _title(one: Typed, numbering: Numbering) -> str:
    place = numbering.labelled(one.label)
    return place.title if place is not None else ""


def made_live(case: Case, content: Content) -> Content:
    """Return a letter with the plain citations that match an exhibit of today as live references."""
    numbering = chosen(content, numberings(case))
    body = richtext.changed(content.body, lambda words: places.made_live(words, numbering))
    return replace(content, body=body, exhibits_of=content.exhibits_of or numbering.id)


def chips(case: Case, content: Content, found: Sequence[Numbering], visible: Collection[str]) -> dict[str, list[str]]:
    """Return, by reference, label and title of what the letter cites and can cite, for the page that edits it."""
    numbering = chosen(content, found)
    titles = {one.refs[0]: one.title for one in numbering.places if not one.refused}
    titles |= citations.titles(case, citations.refs_in([content.text]), visible)
    labels = numbering.labels
    return {ref: [labels.get(ref, ""), title] for ref, title in titles.items()}


def troubles(case: Case, content: Content) -> list[str]:
    """Return what is wrong, in words that anybody may read who sends the letter."""
    return [one.in_one_line for one in looked_at(case, content, OPEN_TO_ALL) if not one.is_fine]


def labels(case: Case, content: Content) -> dict[str, str]:
    """Return, by reference, what each cited exhibit is called now; not of a paper that may not leave the house."""
    refs = citations.refs_in([content.text])
    if not refs:
        return {}
    known = chosen(content, numberings(case)).labels
    return {ref: known[ref] for ref in refs if ref in known}


def worded(content: Content, known: Mapping[str, str]) -> Content:
    """Return a letter as it is printed and mailed, with these labels."""
    return replace(content, body=richtext.changed(content.body, lambda words: with_labels(words, known)))


def fix(row: OutgoingLetter, known: Mapping[str, str]) -> None:
    """Keep with a letter that is sent what its exhibits are called in it: that does not follow any more."""
    others = [one for one in row.used if not one["slot"].startswith(AS_SENT)]
    row.used = others + [
        {"slot": AS_SENT + ref, "label": f"Exhibit {label}", "value": label, "place": "", "id": ref}
        for ref, label in known.items()
    ]


def as_sent(row: OutgoingLetter, content: Content) -> Content:
    """Return a letter that was sent, or is being sent, in its words."""
    rows = (one for one in row.used if one["slot"].startswith(AS_SENT))
    return worded(content, {one["id"]: one["value"] for one in rows})


def without_sent(used: Sequence[dict[str, str]]) -> list[dict[str, str]]:
    """Return what a draft was made from, without what an earlier sending left."""
    return [one for one in used if not one["slot"].startswith(AS_SENT)]
