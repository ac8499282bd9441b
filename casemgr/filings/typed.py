"""The document of a packet as it is typed now, saved or not: what its preview draws. Nothing of it is kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from casemgr import __version__
from casemgr.cases.models import Case
from casemgr.citations.places import Numbering
from casemgr.extensions import db
from casemgr.filings import citing, queries, services
from casemgr.filings.compose import File, compose
from casemgr.filings.kinds import kind_in
from casemgr.filings.material import ExhibitData, Material
from casemgr.filings.models import Packet
from casemgr.filings.services import Details
from casemgr.pdf.citing import references_in
from casemgr.pdf.document import Document
from casemgr.pdf.model import ExhibitKind

CANNOT_GO_IN = "This paper cannot go in"
UNREAD = File(Path("unread"), text="")


def as_typed(case: Case, packet: Packet, details: Details) -> Document:
    """Return what would be drawn of a packet with `details` in the place of what is saved.

    The row leaves the session first: it is not written, whatever happens afterwards."""
    db.session.expunge(packet)
    services.put_details(packet, details)
    material = queries.gather(case, packet)
    material = replace(material, exhibits=tuple(map(_unnamed_if_refused, material.exhibits)))
    files = {one.label: UNREAD for one in material.exhibits}
    pages = _pages_of(queries.numbering_of(case, packet), material)
    return Document(compose(material, files, __version__), pages)


def _unnamed_if_refused(one: ExhibitData) -> ExhibitData:
    """A paper that may not go out keeps its label, but nothing of it is told."""
    return replace(one, title=CANNOT_GO_IN, when="", description="", file_name="") if one.refused else one


def _pages_of(numbering: Numbering, material: Material) -> dict[str, int]:
    """By label, how many pages an exhibit has. Those of a text are counted when it is printed; until then it has as
    many as are cited."""
    pages = {one.label: one.last or 1 for one in numbering.places}
    with_pages = {one.label for one in material.exhibits if one.kind is not ExhibitKind.NATIVE}
    unknown = {one.label for one in numbering.places if one.last is None} & with_pages
    for passage in citing.passages(kind_in(material.kind, material.state), material):
        for reference in references_in(passage.text):
            label = material.cited.get(reference.ref, "")
            if label in unknown and reference.pages:
                pages[label] = max(pages[label], reference.pages[1])
    return pages
