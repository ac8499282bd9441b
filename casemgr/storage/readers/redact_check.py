"""Look for what was removed in the file that was made, with both readers. Runs in a child of its own.

It opens the original and the new file, and believes nothing of what the child that made it said.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2 as pdfium
from pikepdf import Array, Dictionary, Name, Stream
from PIL import Image

from .pdf import MAX_WORDS, allow_cpu, open_pdf, page_of, show_forms, text_of, with_fields
from .redact import PAGE_CPU_SECONDS, REDACTED, TITLE, Box, Leaf, read_plan
from .redact_clean import KEPT, SECRET, inherited, parts_of

BLACK = 72  # of 255: JPEG draws no perfect black beside white
SIDE = 1400  # pixels of the pages as they are drawn for the proof
COVERED = 0.3  # of a word: from here it was meant
SHORTEST = 4  # letters; shorter pieces are found by chance in any file
TELLS_WHO = re.compile(r"\d{4}|\d.*\d.*\d|@")
NO_TEXT = (Name.Image, Name.Type1C, Name.CIDFontType0C, Name.OpenType)
OUR_SUBJECT = re.compile(r"Redaction [0-9a-f-]{36}")
OUR_WORDS = {"redacted", "redaction", "copy"}
OF_A_FONT = frozenset(
    ("adobe", "begin", "beginbfchar", "beginbfrange", "begincmap", "begincodespacerange", "cidinit",
     "cidsysteminfo", "cmapname", "cmaptype", "currentdict", "def", "defineresource", "dict", "dup", "end",
     "endbfchar", "endbfrange", "endcmap", "endcodespacerange", "findresource", "identity", "ordering",
     "procset", "registry", "resource", "supplement", "type", "usecmap")
)  # fmt: skip
"""Words with which the table of a font's letters (a CMap, ISO 32000-1, 9.10.3) is written: of no paper."""
OF_A_MARK = re.compile(
    rb"/(?:Art|Artifact|BlockQuote|Caption|Code|Content|Div|Document|Figure|Form|Formula|Index|Label|Layout|Link|Note"
    rb"|Page|Pagination|Paragraph|Part|Private|Quote|Reference|Sect|Span|Subtype|Table|Type)\b"
)
"""What drawing commands call marked pieces (the same, 14.8): names, not words."""
_PARTS = re.compile(r"\w+(?:[-'’.@]\w+)*")


class Leak(Exception):
    """Something that was removed is still there. Arguments: what (a word for the program), and the page."""


def prove(*, report: Callable, path: str, pdf: bool) -> None:
    """Report `proved` with what was looked at, or `leak` (what, number); `unreadable` when a file does not open."""
    plan = read_plan()
    try:
        with pikepdf.open(REDACTED) as made:
            new = pdfium.PdfDocument(REDACTED)
            old = open_pdf(report, path) if pdf else None
            if old is not None:
                show_forms(old)
            before = _words(old, plan) if old is not None else {n: leaf.words or [] for n, leaf in plan.items()}
            if old is not None and len(old) != len(new):
                raise Leak("pages", 0)
            after = _words(new, {})
            found = _text(plan, before, after)
            images = _pictures(made, new, plan)
            _metadata(made)
            _anywhere(made, found["gone"])
            if pdf:
                _no_old_pictures(path, made, plan)
    except Leak as leak:
        report("leak", what=leak.args[0], number=leak.args[1])
        return
    except (pikepdf.PdfError, pdfium.PdfiumError, ValueError, TypeError, OSError) as error:
        report("unreadable", detail=str(error)[:200])
        return
    boxes = sum(len(leaf.boxes) for leaf in plan.values())
    report(
        "proved",
        pages=len(new),
        boxes=boxes,
        words=found["covered"],
        images=images,
        elsewhere=found["elsewhere"],
    )


def _words(document: pdfium.PdfDocument, plan: dict[int, Leaf]) -> dict[int, list]:
    """All words of a file by page, where they stand on the upright page; those that a machine read, where it did."""
    found = {}
    for number in range(1, len(document) + 1):
        leaf = plan.get(number, Leaf())
        allow_cpu(PAGE_CPU_SECONDS)
        page = with_fields(document, page_of(document, number), number)
        own = text_of(page, MAX_WORDS).get("words", [])
        page.close()
        found[number] = [[word[0], *_turned(word[1:], leaf.turn)] for word in own] + (leaf.words or [])
    allow_cpu(0)
    return found


def _turned(box: list[float], turn: int) -> list[float]:
    """A place on a page as it stands after the page was turned clockwise."""
    x0, y0, x1, y1 = box
    return {
        90: [1 - y1, x0, 1 - y0, x1],
        180: [1 - x1, 1 - y1, 1 - x0, 1 - y0],
        270: [y0, 1 - x1, y1, 1 - x0],
    }.get(turn, [x0, y0, x1, y1])


def _text(plan: dict[int, Leaf], before: dict[int, list], after: dict[int, list]) -> dict[str, Any]:
    """Compare the words of both files. What was covered may stand only where it also stood outside of the boxes."""
    gone: set[str] = set()
    covered_words, telling = 0, set()
    for number, leaf in plan.items():
        if not leaf.boxes:
            continue
        covered = [word for word in before.get(number, ()) if _is_covered(word, leaf.boxes)]
        stays = [word for word in before.get(number, ()) if not _is_covered(word, leaf.boxes)]
        if any(_is_covered(word, leaf.boxes) for word in after.get(number, ())):
            raise Leak("words", number)
        tokens, allowed = _tokens(after.get(number, ())), _tokens(stays)
        for token in _tokens(covered):
            if tokens[token] > allowed[token]:
                raise Leak("words", number)
        covered_words += len(covered)
        gone |= set(_tokens(covered))
        telling |= {plain(word[0]) for word in covered if _tells_who(word[0])}
    left = {number: _tokens(words) for number, words in after.items()}
    text = "\n".join(" ".join(tokens) for tokens in left.values())
    small = {piece for words in before.values() for word in words for piece in _PARTS.findall(word[0])}
    telling = {token for token in telling if token not in small}  # “The” also stands as “the”: no name
    elsewhere = {number: count for number, tokens in left.items() if (count := sum(tokens[t] for t in telling))}
    return {
        "covered": covered_words,
        "gone": {token for token in gone - OUR_WORDS if len(token) >= SHORTEST and token not in text},
        "elsewhere": elsewhere,
    }


def _tells_who(word: str) -> bool:
    return bool(TELLS_WHO.search(word)) or (word[:1].isupper() and len(word) > 2)


def _is_covered(word: list, boxes: list[Box]) -> bool:
    _text, x0, y0, x1, y1 = word
    surface = max((x1 - x0) * (y1 - y0), 1e-9)
    return any(
        max(0.0, min(x1, right) - max(x0, left)) * max(0.0, min(y1, bottom) - max(y0, top)) >= COVERED * surface
        for left, top, right, bottom in boxes
    )


def plain(word: str) -> str:
    return " ".join(_PARTS.findall(word.casefold()))


def _tokens(words: list) -> Counter:
    return Counter(token for word in words if (token := plain(word[0])))


def _pictures(made: pikepdf.Pdf, drawn: pdfium.PdfDocument, plan: dict[int, Leaf]) -> int:
    """Each page with a box is one picture, and black where the box is, both as it is kept and as it is shown."""
    looked_at = 0
    for number, leaf in plan.items():
        if not leaf.boxes:
            continue
        held = made.pages[number - 1].obj.Resources.get("/XObject", Dictionary())
        images = [one for _name, one in held.items()]
        if len(images) != 1 or images[0].get("/Subtype") != Name.Image:
            raise Leak("pictures", number)
        _check_black(pikepdf.PdfImage(images[0]).as_pil_image(), leaf.boxes, number)
        page = drawn[number - 1]
        bitmap = page.render(scale=SIDE / max(page.get_size()), rev_byteorder=True)
        _check_black(bitmap.to_pil(), leaf.boxes, number)
        bitmap.close()
        page.close()
        looked_at += 1
    return looked_at


def _check_black(picture: Image.Image, boxes: list[Box], number: int) -> None:
    grey = picture.convert("L")
    for x0, y0, x1, y1 in boxes:
        left, right = _inside(x0 * grey.width, x1 * grey.width)
        top, bottom = _inside(y0 * grey.height, y1 * grey.height)
        if grey.crop((left, top, right, bottom)).getextrema()[1] > BLACK:
            raise Leak("pictures", number)


def _inside(first: float, last: float) -> tuple[int, int]:
    """The pixels inside a side of a box, without those at its edge; at least one."""
    edge = min(3.0, (last - first) / 3)
    start = round(first + edge)
    return start, max(start + 1, round(last - edge))


def _metadata(made: pikepdf.Pdf) -> None:
    if set(made.docinfo.keys()) != {"/Title", "/Subject"} or str(made.docinfo["/Title"]) != TITLE:
        raise Leak("metadata", 0)
    if not OUR_SUBJECT.fullmatch(str(made.docinfo["/Subject"])):
        raise Leak("metadata", 0)
    if set(made.Root.keys()) - {"/Type", "/Pages"}:
        raise Leak("metadata", 0)
    for number, page in enumerate(made.pages, start=1):
        if set(page.obj.keys()) - (KEPT | {"/Trans"}):
            raise Leak("metadata", number)
    for one in made.objects:
        if any(key in part for part in parts_of(one) for key in SECRET):
            raise Leak("metadata", 0)
    data = Path(REDACTED).read_bytes()
    if data.count(b"startxref") != 1 or data.count(b"%%EOF") != 1:
        raise Leak("history", 0)


def _anywhere(made: pikepdf.Pdf, gone: set[str]) -> None:
    """No text of the file, in whatever object, holds a word that stands nowhere any more."""
    if not gone:
        return
    for held in _texts(made):
        known = OF_A_FONT if b"begincmap" in held else frozenset()
        data = OF_A_MARK.sub(b"", held)
        for text in (data.decode("utf-8", "ignore"), data.decode("utf-16-be", "ignore")):
            words = set(_PARTS.findall(text.casefold()))
            if (words & gone) - known:
                raise Leak("words", 0)


def _texts(made: pikepdf.Pdf) -> Iterator[bytes]:
    """Strings of all objects, and the drawing commands of all pages and forms. Fonts and colour profiles say who made
    them, and nothing of the paper."""
    for one in [*made.objects, made.trailer]:
        if isinstance(one, Stream) and not (one.get("/Subtype") in NO_TEXT or {"/Length1", "/N"} & set(one.keys())):
            yield bytes(one.read_bytes())
        for part in parts_of(one):
            yield from _strings(part)


def _strings(one: Any) -> Iterator[bytes]:
    for _key, value in one.items():
        for item in value if isinstance(value, Array) else (value,):
            if isinstance(item, pikepdf.String):
                yield bytes(item)


def _no_old_pictures(path: str, made: pikepdf.Pdf, plan: dict[int, Leaf]) -> None:
    """No picture of a page with a box is in the new file, unless a page that kept its content shows it as well."""
    with pikepdf.open("repaired.pdf" if Path("repaired.pdf").exists() else path) as original:
        original.remove_unreferenced_resources()
        boxed = {number for number, leaf in plan.items() if leaf.boxes}
        shared = {
            digest
            for number in range(1, len(original.pages) + 1)
            if number not in boxed
            for digest in _digests(inherited(original.pages[number - 1].obj, "/Resources"))
        }
        removed = {
            digest: number
            for number in boxed
            for digest in _digests(inherited(original.pages[number - 1].obj, "/Resources"))
            if digest not in shared
        }
    for one in made.objects:
        if isinstance(one, Stream) and one.get("/Subtype") == Name.Image:
            number = removed.get(_digest(one))
            if number:
                raise Leak("pictures", number)


def _digests(resources: Any, depth: int = 0) -> Iterator[str]:
    held = resources.get("/XObject") if isinstance(resources, Dictionary) else None
    if not isinstance(held, Dictionary) or depth > 4:
        return
    for _name, one in held.items():
        if isinstance(one, Stream) and one.get("/Subtype") == Name.Image:
            yield _digest(one)
        elif isinstance(one, Stream):
            yield from _digests(one.get("/Resources"), depth + 1)


def _digest(image: Stream) -> str:
    return hashlib.sha256(image.read_raw_bytes()).hexdigest()
