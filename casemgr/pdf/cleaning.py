"""Keep what an exhibit shows, leave behind what it does: scripts, actions, forms, embedded files.

Only pages travel into a packet, so whatever hangs on the catalog (document JavaScript, OpenAction, XFA,
embedded files, bookmarks) stays behind by itself; what hangs on pages is removed here.
"""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name

from casemgr.pdf.commands import is_balanced
from casemgr.pdf.fields import draw_fields
from casemgr.pdf.places import Box, numbers
from casemgr.pdf.tags import marks_in

# Keys of a page that act, carry hidden data or point into structures that stay behind.
_PAGE_KEYS = frozenset(("/AA", "/Metadata", "/PieceInfo", "/Thumb", "/AF", "/B", "/StructParents", "/PresSteps"))
_ACTING = {"/FileAttachment", "/RichMedia", "/Screen", "/Movie", "/Sound", "/3D", "/Widget", "/TrapNet"}
_FRAMELESS = {"/Link", "/Popup"}  # nothing is painted where they are
_HIDDEN = 2  # of the flags of an annotation
_WORDS, _AUTHOR = ("/Contents", "/RC"), ("/T", "/Subj", "/Popup", "/NM")  # what a note says when it is pressed
UNSEEN = "Notes that only open when they are pressed, and hidden ones, were left out; what is seen on its pages stays."
MOST_NOTES = 10_000  # annotations of one page; poppler draws neither a page with more nor any page behind it
_SAFE_LINKS = ("http://", "https://", "mailto:", "tel:")
MAX_CONTENT = 200_000_000  # bytes of drawing commands on one page; more is a bomb, not a paper
MAX_CONTENTS = 20 * MAX_CONTENT  # and on all pages of a file: unpacking them takes seconds
_SCAN = 400  # bytes of drawing commands that place a scan on its page, at most
_PEEK = 8_000_000  # balance is checked up to here; rewriting more would cost too much memory
_PICTURES = {"/JBIG2Decode", "/DCTDecode", "/JPXDecode", "/CCITTFaxDecode"}  # no drawing commands are coded so
_FLATE = frozenset(("/FlateDecode", "/Fl"))


@dataclass
class Cleaned:
    """What was found: plain notes, and the pages (from 0) whose content must be drawn as a sealed form."""

    notes: list[str] = field(default_factory=list)
    sealed: dict[int, bytes] = field(default_factory=dict)
    marks: dict[int, list[tuple[int, str]]] = field(default_factory=dict)
    """Pages that have structure marks of their own (see `tags`)."""
    scans: set[int] = field(default_factory=set)
    """Pages that draw one plain JPEG and little else."""
    unpacked: int = 0
    """Bytes of drawing commands on all pages so far."""
    covered: dict[int, list[Box]] = field(default_factory=dict)
    """Where pages have annotations, which would lie on top of a stamp."""
    redrawn: bool = False
    """The pages are no longer what another reader sees in the file."""


class ContentLost(Exception):
    """A page's drawing commands cannot be read; the argument is the page number from 1. `is_empty`: there are none, in
    a file that had to be repaired."""

    def __init__(self, number: int, *, is_empty: bool = False) -> None:
        """Keep the page number."""
        super().__init__(number)
        self.is_empty = is_empty


class ContentTooLarge(Exception):
    """A page's drawing commands expand beyond all reason; the argument is the page number from 1."""


def clean_pdf(pdf: pikepdf.Pdf, *, repaired: bool) -> Cleaned:
    """Clean an open PDF in memory (its file is not touched) and say what was done.

    Args:
        repaired: the reader had to repair the file; a page without content then counts as lost.
    """
    found = Cleaned()
    pages = [page.obj for page in pdf.pages]  # each question to the document takes time
    _catalog(pdf, pages, found)
    acted = False
    for number, page in enumerate(pages):
        keys = page.keys()
        for key in _PAGE_KEYS & keys:
            acted = acted or key == "/AA"
            del page[key]
        if "/Annots" in keys:
            acted = _annotations(pdf, page, number, found) or acted
        _content(page, number, found, repaired)
    if acted:
        found.notes.append("Scripts, actions or attachments on its pages were removed.")
    return found


def _catalog(pdf: pikepdf.Pdf, pages: Sequence[Any], found: Cleaned) -> None:
    """Note what stays behind with the catalog, and draw form fields onto their pages."""
    root = pdf.Root
    names = root.get("/Names")
    names = names if isinstance(names, Dictionary) else Dictionary()
    if "/JavaScript" in names or "/AA" in root or isinstance(root.get("/OpenAction"), Dictionary):
        found.notes.append("Scripts and actions that run on opening were removed.")
    if "/EmbeddedFiles" in names or "/Collection" in root:
        found.notes.append("Files attached inside this PDF were left out; offer them as exhibits of their own.")
    if "/AcroForm" in root and not isinstance(root.AcroForm, Dictionary):
        del root["/AcroForm"]
    form = root.get("/AcroForm", Dictionary())
    if "/XFA" in form:
        found.notes.append("This is an XFA form: compare its pages with what its own program shows.")
    given = form.get("/Fields")
    fields = list(given) if isinstance(given, Array) else []
    if any(_is_signature(one) for one in fields):
        found.notes.append("Assembling ends the digital signature; the original file keeps it.")
    if fields or any(_has_field(page) for page in pages if "/Annots" in page):
        if not draw_fields(pdf, everything=bool(form.get("/NeedAppearances", False))):
            found.notes.append("Some words typed into the form could not be drawn: compare it with the original.")
        if "/NeedAppearances" in form:
            del form.NeedAppearances  # while it stands, nothing would be drawn
        for page in pages:
            _only_streams(page)
        pdf.flatten_annotations("screen")
        found.redrawn = True
        found.notes.append("Form fields were drawn onto the page and can no longer be changed.")


def _only_streams(page: Dictionary) -> None:
    """Take away what is no drawing commands, where a page should have them: onto such a page no field can be drawn."""
    given = page.get("/Contents")
    if isinstance(given, Array) and not all(isinstance(one, pikepdf.Stream) for one in given):
        page.Contents = Array([one for one in given if isinstance(one, pikepdf.Stream)])
    elif "/Contents" in page and not isinstance(given, Array | pikepdf.Stream):
        del page["/Contents"]


def _has_field(page: Dictionary) -> bool:
    notes = page.get("/Annots")
    return isinstance(notes, Array) and any(
        isinstance(one, Dictionary) and one.get("/Subtype") == Name.Widget for one in notes
    )


def _is_signature(one: Any) -> bool:
    """Tell whether a form field, or a field below it, holds a signature."""
    waiting, seen = [one], 0
    while waiting and seen < 2000:
        item, seen = waiting.pop(), seen + 1
        if not isinstance(item, Dictionary):
            continue
        if item.get("/FT") == Name.Sig and "/V" in item:
            return True
        kids = item.get("/Kids")
        if isinstance(kids, Array):
            waiting.extend(kids)
    return False


def _annotations(pdf: pikepdf.Pdf, page: Dictionary, number: int, found: Cleaned) -> bool:
    """Keep links and marks, drop what acts; return whether anything was dropped."""
    annotations = page.Annots
    if not isinstance(annotations, Array):
        del page["/Annots"]
        return False
    kept, dropped, spoke = [], False, False
    one: Any
    for one in annotations:
        if not isinstance(one, Dictionary) or str(one.get("/Subtype", "")) in _ACTING:
            dropped = dropped or (isinstance(one, Dictionary) and one.get("/Subtype") != Name.Widget)
            if dropped and _has_look(one):
                kept.append(_look_alone(one))
            continue
        for key in ("/AA", "/PA", "/AF"):
            if key in one:
                del one[key]
                dropped = True
        if "/StructParent" in one:
            del one["/StructParent"]  # of a structure that stays behind
        if "/A" in one and not _harmless(one.A):
            del one["/A"]
            dropped = True
        _explicit(pdf, one)
        if one.get("/Subtype") == Name.Popup or _is_hidden(one):
            spoke = spoke or one.get("/Subtype") != Name.Popup
            continue
        for key in _behind(one):
            if key in one:
                spoke = spoke or key in _WORDS
                del one[key]
        if one.get("/Subtype") == Name.Link and "/A" not in one and "/Dest" not in one and not _has_frame(one):
            continue
        kept.append(one)
    if len(kept) > MOST_NOTES:
        kept = kept[:MOST_NOTES]
        found.notes.append(
            f"Page {number + 1:,} has more than {MOST_NOTES:,} notes and links: the others were left out."
        )
    if spoke and UNSEEN not in found.notes:
        found.notes.append(UNSEEN)
    page.Annots = Array(kept)
    if covered := [box for one in kept if (box := _covers(one)) is not None]:
        found.covered[number] = covered
    return dropped


def _is_hidden(note: Dictionary) -> bool:
    flags = note.get("/F", 0)
    return isinstance(flags, int) and bool(flags & _HIDDEN)


def _behind(note: Dictionary) -> tuple[str, ...]:
    """Return the keys of a note with what is not painted of it, and does not say where a link leads."""
    kind = str(note.get("/Subtype", ""))
    if kind == "/Link":
        return ()
    paints_words = kind == "/FreeText" or (kind == "/Line" and bool(note.get("/Cap", False)))
    return _AUTHOR if paints_words else (*_WORDS, *_AUTHOR)


def _covers(note: Dictionary) -> Box | None:
    """Return where an annotation may be painted."""
    if str(note.get("/Subtype", "")) in _FRAMELESS or _is_hidden(note):
        return None
    return numbers(note.get("/Rect"))


def _has_frame(link: Dictionary) -> bool:
    """Tell whether a frame is drawn around a link: it is, unless it says otherwise."""
    style, border = link.get("/BS"), link.get("/Border")
    if isinstance(style, Dictionary):
        return bool(style.get("/W", 1) != 0)
    return not (isinstance(border, Array) and len(border) > 2 and border[2] == 0)


def _has_look(note: Any) -> bool:
    look = note.get("/AP") if isinstance(note, Dictionary) else None
    return isinstance(look, Dictionary) and "/N" in look and note.get("/Subtype") != Name.Widget


def _look_alone(note: Dictionary) -> Dictionary:
    """Return the sign that a reader sees of an attachment, a sound or a film, without what is behind it."""
    kept = {key: note[key] for key in ("/Rect", "/F", "/AS", "/OC") if key in note}
    return Dictionary({"/Type": Name.Annot, "/Subtype": Name.Stamp, **kept, "/AP": Dictionary(N=note.AP.N)})


def _harmless(action: Any) -> bool:
    """Allow a jump inside the document and a web or mail address; cut off what would follow it."""
    if not isinstance(action, Dictionary):
        return False
    if "/Next" in action:
        del action["/Next"]
    kind = action.get("/S")
    if kind == Name.URI:
        return str(action.get("/URI", "")).strip().lower().startswith(_SAFE_LINKS)
    return bool(kind == Name.GoTo)


def _explicit(pdf: pikepdf.Pdf, link: Dictionary) -> None:
    """Replace a named target by the page it means: names stay behind with the catalog."""
    holder, key = (link, "/Dest") if "/Dest" in link else (link.get("/A"), "/D")
    if not isinstance(holder, Dictionary) or key not in holder:
        return
    target: Any = holder[key]
    if isinstance(target, pikepdf.String | Name):
        target = _named(pdf, target)
    if isinstance(target, Dictionary):
        target = target.get("/D")
    if isinstance(target, Array) and len(target) and isinstance(target[0], Dictionary):
        holder[key] = target
        return
    for gone in ("/Dest", "/A"):
        if gone in link:
            del link[gone]


def _named(pdf: pikepdf.Pdf, name: pikepdf.String | Name) -> Any:
    """Look a named destination up, in the old and in the new place; None when it leads nowhere."""
    try:
        if isinstance(name, Name):
            return pdf.Root.Dests.get(str(name))
        return pikepdf.NameTree(pdf.Root.Names.Dests).get(str(name))
    except (AttributeError, KeyError, ValueError, TypeError, pikepdf.PdfError, RecursionError):
        return None


def _content(page: Dictionary, number: int, found: Cleaned, repaired: bool) -> None:
    """Check a page's drawing commands: readable, of sane size, and leaving the page as they found it."""
    contents = page.get("/Contents")
    given = list(contents) if isinstance(contents, Array) else [contents]
    streams = list(_streams(given))
    if not streams:
        if repaired:
            raise ContentLost(number + 1, is_empty=True)
        return
    if isinstance(contents, Array) and len(given) != len(streams):
        page.Contents = Array([stream for stream, _ in streams])
    parts: list[bytes] = []
    size = 0
    for stream, filters in streams:
        try:
            part, length = _decoded(stream, filters)
        except (zlib.error, pikepdf.PdfError) as error:
            raise ContentLost(number + 1) from error
        parts.append(part)
        size += length
        found.unpacked += length
        if size > MAX_CONTENT or found.unpacked > MAX_CONTENTS:  # one stream may stand there a thousand times
            raise ContentTooLarge(number + 1)
    data = b"\n".join(parts)
    if size < _SCAN and _shows_one_jpeg(page):
        found.scans.add(number)
    if repaired and not data.strip(b" \r\n\t\0"):
        raise ContentLost(number + 1)
    if size <= _PEEK and not is_balanced(data):
        found.sealed[number] = data
    elif marks := marks_in(data):
        found.marks[number] = marks


def _streams(given: Sequence[Any]) -> Iterator[tuple[pikepdf.Stream, list[str]]]:
    """Yield the streams that can be drawing commands, with how they are packed."""
    for one in given:
        if isinstance(one, pikepdf.Stream) and not _PICTURES.intersection(filters := _filters(one)):
            yield one, filters


def _shows_one_jpeg(page: Dictionary) -> bool:
    """Tell whether the only thing that a page can draw is a JPEG whose pixels are shown as they are."""
    resources = page.get("/Resources")
    held = resources.get("/XObject") if isinstance(resources, Dictionary) else None
    if not isinstance(held, Dictionary) or len(held) != 1:
        return False
    (one,) = held.values()
    return (
        isinstance(one, pikepdf.Stream)
        and one.get("/Subtype") == Name.Image
        and one.get("/Filter") == Name.DCTDecode
        and not any(key in one for key in ("/SMask", "/Mask", "/ImageMask", "/Decode", "/DecodeParms"))
    )


def _filters(stream: pikepdf.Stream) -> list[str]:
    how = stream.get("/Filter")
    return [str(one) for one in how] if isinstance(how, Array) else [str(how)] if how is not None else []


def _decoded(stream: pikepdf.Stream, filters: Sequence[str]) -> tuple[bytes, int]:
    """Return the first `_PEEK` bytes of a stream and its whole length; never more memory than that."""
    data = bytes(stream.read_raw_bytes())
    if "/DecodeParms" in stream or not _FLATE.issuperset(filters):
        data = bytes(stream.read_bytes())
        return data[:_PEEK], len(data)
    length = len(data)
    for _ in filters:
        data, length = _inflate(data)
    return data, length


def _inflate(data: bytes) -> tuple[bytes, int]:
    """Return the start of inflated data and its length, counted up to just past the limit.

    The two bytes of header and the checksum at the end are passed over: they are often wrong and harmless.
    Data that is broken or does not come to its end raises zlib.error: something of the page is missing.
    """
    if not data.strip():
        return b"", 0
    engine = zlib.decompressobj(-zlib.MAX_WBITS)
    out = engine.decompress(data[2:], _PEEK)
    length = len(out)
    while engine.unconsumed_tail and not engine.eof and length <= MAX_CONTENT:
        length += len(engine.decompress(engine.unconsumed_tail, _PEEK))
    if not engine.eof and length <= MAX_CONTENT:
        raise zlib.error("the data ends before its end")
    return out, length
