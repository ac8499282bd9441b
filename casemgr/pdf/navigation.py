"""What a reader's side panel and title bar show: bookmarks, page labels, document information."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, OutlineItem, String

from casemgr.pdf.citing import SCHEME
from casemgr.pdf.fonts import clean
from casemgr.pdf.model import Bates

Entry = tuple[str, int, Sequence["Entry"]]
"""A bookmark: title, page from 1, and those below it."""


def set_pages(pdf: pikepdf.Pdf, pages: Sequence[Any]) -> None:
    """Make these the pages, whatever was in the document before. Nobody has asked it for its pages until now."""
    tree = pdf.Root.Pages
    for page in pages:
        page.Parent = tree
    tree.Kids, tree.Count = Array(pages), len(pages)


def add_bookmarks(pdf: pikepdf.Pdf, entries: Iterable[Entry], pages: Sequence[Any]) -> None:
    """Write nested bookmarks; the first level stands open. `pages`: all of them in order."""
    with pdf.open_outline() as outline:
        outline.root.extend(_item(entry, pages) for entry in entries)


def _item(entry: Entry, pages: Sequence[Any]) -> OutlineItem:
    title, page, below = entry
    words = " ".join(clean(title).split())
    item = OutlineItem(words if len(words) <= 180 else words[:179] + "…", Array([pages[page - 1], Name.Fit]))
    item.children.extend(_item(one, pages) for one in below)
    return item


def bates_labels(bates: Bates, first: int, count: int) -> Iterator[tuple[int, Dictionary]]:
    """Yield (offset of page, label) for a run of Bates numbers.

    A reader's counter has no leading zeros, so they belong to the prefix, and each power of ten starts anew.
    """
    number, last = bates.start + first, bates.start + first + count - 1
    while number <= last:
        zeros = "0" * max(0, bates.digits - len(str(number)))
        fixed = bates.prefix + zeros
        label = page_label(fixed, number) if number else page_label(fixed + "0")  # a counter starts at 1
        yield number - bates.start - first, label
        number = 1 if not number else 10 ** len(str(number))


def page_label(prefix: str = "", start: int | None = None) -> Dictionary:
    """Return a label: a fixed text, or a text with a counter that starts at `start`."""
    label = Dictionary(S=Name.D, St=start) if start is not None else Dictionary()
    if prefix:
        label.P = String(prefix)
    return label


def add_labels(pdf: pikepdf.Pdf, labels: Iterable[tuple[int, Dictionary]]) -> None:
    """Write page labels given as (page from 0, label) in ascending order."""
    nums = Array()
    for page, label in labels:
        nums.append(page)
        nums.append(label)
    pdf.Root.PageLabels = Dictionary(Nums=nums)


def move_targets(pages: Iterable[Dictionary], moved: Mapping[tuple[int, int], Any]) -> None:
    """Let links on these pages that lead to a page which is not there lead to another one instead."""
    for page in pages:
        for link in page.get("/Annots", ()):
            target = link.get("/Dest") if isinstance(link, Dictionary) else None
            if isinstance(target, Array) and len(target) and target[0].objgen in moved:
                target[0] = moved[target[0].objgen]


def lead_references(pages: Iterable[Dictionary], page_of: Callable[[str, int], Any]) -> None:
    """Let references in our texts lead to the page of the exhibit that they name (see `citing.SCHEME`)."""
    for page in pages:
        for link in page.get("/Annots", ()):
            action = link.get("/A") if isinstance(link, Dictionary) else None
            address = str(action.get("/URI", "")) if isinstance(action, Dictionary) else ""
            if address.startswith(f"{SCHEME}:"):
                _, label, start = address.split(":")
                del link.A
                link.Contents = String(f"Exhibit {label}")
                link.Dest = Array([page_of(label, int(start)), Name.Fit])


def pdf_date(at: datetime) -> str:
    """An instant as a PDF writes it, in UTC."""
    return f"D:{at.astimezone(UTC):%Y%m%d%H%M%S}Z"


def describe(
    pdf: pikepdf.Pdf,
    *,
    title: str,
    author: str,
    subject: str,
    language: str,
    made_at: datetime,
    producer: str,
    bookmarks: bool = True,
    archival: bool = False,
) -> None:
    """Write title, author, subject, language and fixed dates, and have readers show title and bookmarks. `archival`:
    the metadata says that this is PDF/A-2b; the caller has that checked (see `archival`)."""
    at = made_at.astimezone(UTC)
    stamp = pdf_date(made_at)
    info = pdf.docinfo
    for key in list(info.keys()):
        del info[key]
    texts = {"/Title": title, "/Author": author, "/Subject": subject, "/Producer": producer, "/Creator": producer}
    for key, words in texts.items():
        words = " ".join(clean(words).split())
        if words:
            info[key] = String(words)
            texts[key] = words
    info["/CreationDate"] = info["/ModDate"] = String(stamp)
    pdf.Root.Lang = String(language)
    pdf.Root.PageMode = Name.UseOutlines if bookmarks else Name.UseNone
    pdf.Root.ViewerPreferences = Dictionary(DisplayDocTitle=True)
    pdf.Root.Metadata = pdf.make_stream(_xmp(texts, language, at, archival), Type=Name.Metadata, Subtype=Name.XML)


def _xmp(texts: dict[str, str], language: str, at: datetime, archival: bool) -> bytes:
    """Return the same facts as XMP, which some readers look at first."""
    title, author, subject, producer = (_xml(texts[key]) for key in ("/Title", "/Author", "/Subject", "/Producer"))

    def one(name: str, kind: str, words: str) -> str:
        key = ' xml:lang="x-default"' if kind == "Alt" else ""
        return f"<dc:{name}><rdf:{kind}><rdf:li{key}>{words}</rdf:li></rdf:{kind}></dc:{name}>" if words else ""

    when = f"{at:%Y-%m-%dT%H:%M:%SZ}"
    declared = "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>B</pdfaid:conformance>" if archival else ""
    space = 'xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/" ' if archival else ""
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>\n<x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" {space}xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:pdf="http://ns.adobe.com/pdf/1.3/" xmlns:xmp="http://ns.adobe.com/xap/1.0/">'
        f"{one('title', 'Alt', title)}{one('creator', 'Seq', author)}{one('description', 'Alt', subject)}"
        f"{one('language', 'Bag', _xml(language))}<pdf:Producer>{producer}</pdf:Producer>"
        f"<xmp:CreatorTool>{producer}</xmp:CreatorTool>"
        f"<xmp:CreateDate>{when}</xmp:CreateDate><xmp:ModifyDate>{when}</xmp:ModifyDate>{declared}"
        '</rdf:Description></rdf:RDF></x:xmpmeta>\n<?xpacket end="w"?>'
    ).encode("utf-8", "ignore")


def _xml(words: str) -> str:
    """Escape mark-up and leave out what XML cannot hold."""
    kept = "".join(char for char in words if char >= " " and char not in "\ufffe\uffff")
    return kept.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
