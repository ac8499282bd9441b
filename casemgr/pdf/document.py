"""The document of a packet with its index and certificate, but without the papers behind it: what somebody sees while
it is written. No exhibit is opened; how many pages each has is what the case knows of it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from casemgr.pdf.assemble import Plan, plan_pages
from casemgr.pdf.letter import Drawn
from casemgr.pdf.model import Packet
from casemgr.pdf.sources import Source


@dataclass(frozen=True)
class Document:
    """A packet whose exhibits are not read. `pages_of`: by label, how many pages an exhibit has (1 where it is not
    said); the printed numbers of its pages follow from them."""

    packet: Packet
    pages_of: Mapping[str, int] = field(default_factory=dict)


def make_document(document: Document) -> Drawn:
    """Return our own pages of a packet; `shown` are document, index and certificate, as their pages will be."""
    packet = document.packet
    sources = [Source(one, "", 0, document.pages_of.get(one.label, 1)) for one in packet.exhibits]
    plan = plan_pages(packet, sources)
    return Drawn(plan.drawn.data, plan.drawn.pages, plan.undrawable, tuple(_shown(packet, plan)))


def _shown(packet: Packet, plan: Plan) -> Iterator[tuple[int, str]]:
    """Page of the drawn PDF and name of each page that is to be seen."""
    drawn = plan.drawn
    parts: list[tuple[str, int, int]] = []
    for key, title in (("filing", packet.filing.title if packet.filing else ""), ("index", "Exhibit index")):
        if key in plan.sections:
            parts.append((title, *plan.sections[key]))
    if packet.certificate and drawn.certificate:
        parts.append((packet.certificate.title, drawn.front + 1, drawn.front + drawn.certificate))
    for title, first, last in parts:
        for number in range(first, last + 1):
            many = f", page {number - first + 1} of {last - first + 1}" if last > first else ""
            yield number, f"{title}{many}"
