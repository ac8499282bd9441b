"""What may stay of a page that nobody put a box on, and what must go from every object of the new file."""

from collections.abc import Iterator
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Stream

from casemgr.pdf.images import jpeg_without_metadata

KEPT = {"/Type", "/Parent", "/Contents", "/Resources", "/MediaBox", "/Rotate", "/UserUnit", "/Group"}
INHERITED = ("/Resources", "/MediaBox", "/Rotate")
SECRET = (
    "/AA", "/AF", "/Alternates", "/LastModified", "/Metadata", "/OC", "/OPI", "/PieceInfo", "/Ref", "/StructParent",
    "/StructParents", "/Thumb",
)  # fmt: skip
TELLING = (b"/ActualText", b"/Alt", b"/OC")  # in drawing commands: words and layers that are not drawn
MOST_FORMS = 200
DEEPEST = 40


def is_open_page(page: pikepdf.Page) -> bool:
    """Whether a page holds nothing but drawing commands over its whole sheet: no annotation but links, no layer, no
    crop, no words for readers alone."""
    obj = page.obj
    annotations = obj.get("/Annots", ())
    if any(not isinstance(one, Dictionary) or one.get("/Subtype") != Name.Link for one in annotations):
        return False
    media, crop = ([float(side) for side in box] for box in (page.mediabox, page.cropbox))
    if any(abs(one - other) > 1 for one, other in zip(media, crop, strict=True)):
        return False
    return _draws_openly(page)


def _draws_openly(page: pikepdf.Page) -> bool:
    try:
        contents = page.obj.get("/Contents")
        parts = list(contents) if isinstance(contents, Array) else [contents] if contents is not None else []
        if any(_tells(part) for part in parts):
            return False
        waiting, seen = [inherited(page.obj, "/Resources")], 0
        while waiting:
            resources = waiting.pop()
            if not isinstance(resources, Dictionary):
                continue
            if any("/OCGs" in one or one.get("/Type") == Name.OCG for one in _values(resources, "/Properties")):
                return False
            for form in _values(resources, "/XObject"):
                seen += 1
                if "/OC" in form or seen > MOST_FORMS:
                    return False
                if form.get("/Subtype") == Name.Form:
                    if _tells(form):
                        return False
                    waiting.append(form.get("/Resources"))
    except (pikepdf.PdfError, ValueError, TypeError, AttributeError):
        return False
    return True


def _tells(stream: Any) -> bool:
    data = bytes(stream.read_bytes())
    return any(word in data for word in TELLING)


def _values(resources: Dictionary, key: str) -> Iterator[Any]:
    held = resources.get(key)
    if isinstance(held, Dictionary):
        yield from (one for _name, one in held.items() if isinstance(one, Dictionary | Stream))


def inherited(page: Dictionary, key: str) -> Any:
    """A value of a page, or of the nearest node above it that has one."""
    node: Any = page
    for _ in range(DEEPEST):
        if not isinstance(node, Dictionary):
            return None
        if key in node:
            return node[key]
        node = node.get("/Parent")
    return None


def bare(source: pikepdf.Pdf, number: int) -> pikepdf.Page:
    """A page of an open file (which is not saved) with nothing on it but what it draws."""
    page = source.pages[number - 1]
    for key in INHERITED:
        if key not in page.obj and (value := inherited(page.obj, key)) is not None:
            page.obj[key] = value
    for key in list(page.obj.keys()):
        if key not in KEPT:
            del page.obj[key]
    return page


def scrub(pdf: pikepdf.Pdf) -> None:
    """Take what tells of the old file out of each object: metadata, thumbnails, and what cameras write into photos."""
    for one in pdf.objects:
        for part in parts_of(one):
            for key in SECRET:
                if key in part:
                    del part[key]
        if isinstance(one, Stream) and one.get("/Subtype") == Name.Image and one.get("/Filter") == Name.DCTDecode:
            data = bytes(one.read_raw_bytes())
            clean = b"".join(jpeg_without_metadata(data)) if data[:2] == b"\xff\xd8" else data
            if clean != data:
                one.write(clean, filter=Name.DCTDecode, decode_parms=one.get("/DecodeParms"))


def parts_of(one: Any, depth: int = 0) -> Iterator[Any]:
    """An object of a file and all dictionaries that lie in it, not those that it only points to."""
    if depth > DEEPEST:
        return
    if isinstance(one, Dictionary | Stream):
        yield one
        values = [value for _key, value in one.items()]
    else:
        values = list(one) if isinstance(one, Array) else []
    for value in values:
        if isinstance(value, Dictionary | Array) and not value.is_indirect:
            yield from parts_of(value, depth + 1)
