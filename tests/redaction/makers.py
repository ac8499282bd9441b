"""Small papers with a secret in each place where one can hide, made on the spot."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2 as pdfium
from pikepdf import Array, Dictionary, Name
from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from casemgr.storage.preview import preview
from casemgr.storage.redaction import Box, Leaf, Proof, redact
from casemgr.storage.sniff import sniff

IDENT = "0f0f0f0f-1111-4222-8333-444444444444"
SECRET = "Quillfeather"
LINES = [
    "Notes of the meeting in September",
    f"The student {SECRET} was present",
    "Reading goals were agreed by all",
    "Call (555) 010-0199 or write to q@example.org",
]


def sheet(lines: list[str] = LINES, size: tuple[float, float] = (612, 792), font: int = 18, pages: int = 1) -> bytes:
    """A PDF that says `lines` on each page."""
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=size)
    for _ in range(pages):
        _write(canvas, lines, size, font)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def _write(canvas: Canvas, lines: list[str], size: tuple[float, float], font: int) -> None:
    canvas.setFont("Helvetica", font)
    for at, line in enumerate(lines):
        canvas.drawString(0.1 * size[0], size[1] - 0.15 * size[1] - at * 2 * font, line)


def changed(data: bytes, change: Any) -> bytes:
    """The same PDF after `change(pdf)`."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(data)) as pdf:
        change(pdf)
        pdf.save(out)
    return out.getvalue()


def scan(lines: list[str] = LINES, under: list[str] | None = None) -> bytes:
    """A page that is a picture; `under`: words that somebody laid under it, unseen, at another place."""
    with pdfium.PdfDocument(sheet(lines)) as document:
        picture = document[0].render(scale=1.6).to_pil().convert("L")
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(612, 792))
    canvas.drawImage(ImageReader(picture), 0, 0, 612, 792)
    if under:
        text = canvas.beginText(61, 500)
        text.setTextRenderMode(3)
        text.setFont("Helvetica", 18)
        for line in under:
            text.textLine(line)
        canvas.drawText(text)
    canvas.showPage()
    canvas.save()
    return out.getvalue()


def hostile(secret: str = SECRET) -> bytes:
    """Two pages. The first is to be redacted; the second shows nothing of what it holds of the secret."""

    def hide(pdf: pikepdf.Pdf) -> None:
        pdf.docinfo["/Author"] = secret
        with pdf.open_metadata() as told:
            told["dc:creator"] = [secret]
        pdf.attachments["notes.txt"] = secret.encode()
        pdf.Root.Lang = pikepdf.String(secret)
        second = pdf.pages[1]
        layer = pdf.make_indirect(Dictionary(Type=Name.OCG, Name=pikepdf.String(secret)))
        pdf.Root.OCProperties = Dictionary(OCGs=Array([layer]), D=Dictionary(OFF=Array([layer]), Order=Array([layer])))
        second.Resources.Properties = Dictionary(Hidden=layer)
        second.contents_add(f"/OC /Hidden BDC BT /F1 12 Tf 72 100 Td ({secret} hidden) Tj ET EMC".encode())
        second.contents_add(f"BT 1 1 1 rg /F1 12 Tf 72 80 Td ({secret} white) Tj ET".encode())
        second.obj.PieceInfo = Dictionary(App=Dictionary(Private=pikepdf.String(secret)))
        second.obj.Thumb = pdf.make_stream(b"\0" * 3, Width=1, Height=1, ColorSpace=Name.DeviceRGB, BitsPerComponent=8)
        note = Dictionary(
            Type=Name.Annot,
            Subtype=Name.Text,
            Rect=Array([10, 10, 30, 30]),
            Contents=pikepdf.String(f"Ask {secret}"),
        )
        second.obj.Annots = Array([pdf.make_indirect(note)])

    words = [line.replace(SECRET, secret) for line in LINES]
    both = io.BytesIO()
    canvas = Canvas(both, pagesize=(612, 792))
    for lines in (words, ["Nothing to see on this page"]):
        _write(canvas, lines, (612, 792), 18)
        canvas.showPage()
    canvas.save()
    return changed(both.getvalue(), hide)


def joined(*papers: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        for paper in papers:
            pdf.pages.extend(pikepdf.open(io.BytesIO(paper)).pages)
        pdf.save(out)
    return out.getvalue()


def all_words(data: bytes, folder: Path) -> dict[int, list[Any]]:
    """The words of each page and their places, as the reader of papers keeps them."""
    path = folder / "seen.pdf"
    path.write_bytes(data)
    kind = sniff(data[:65536], "seen.pdf", tail=data[-65536:], size=len(data))
    seen = preview(path, kind, folder / "seen")
    return {page.number: page.words or [] for page in seen.pages}


def words_on(data: bytes, folder: Path, number: int = 1) -> list[Any]:
    return all_words(data, folder)[number]


def around(words: list[Any], *sought: str) -> tuple[Box, ...]:
    """The boxes of these words."""
    found = tuple((word[1], word[2], word[3], word[4]) for word in words if any(one in word[0] for one in sought))
    assert len(found) >= len(sought), (sought, words)
    return found


def rebuilt(
    data: bytes, leaves: dict[int, Leaf], folder: Path, *, is_pdf: bool = True, all_pages: bool = False
) -> tuple[bytes, Proof]:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "original"
    path.write_bytes(data)
    made, proof = redact(path, leaves, folder / "child", is_pdf=is_pdf, is_heic=False, ident=IDENT, all_pages=all_pages)
    return made.read_bytes(), proof


def everything_in(data: bytes) -> str:
    """All that can be read in a PDF: words of both kinds of text, and each string and stream of each object."""
    with pdfium.PdfDocument(data) as document:
        told = [page.get_textpage().get_text_range() for page in document]
    told.append(data.decode("latin-1"))
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for one in pdf.objects:
            told.append(repr(one))
            if isinstance(one, pikepdf.Stream) and one.get("/Subtype") != Name.Image:
                raw = bytes(one.read_bytes())
                told += [raw.decode("latin-1"), raw.decode("utf-16-be", "ignore")]
    return "\n".join(told)


def text_of(data: bytes, number: int = 1) -> str:
    with pdfium.PdfDocument(data) as document:
        return " ".join(document[number - 1].get_textpage().get_text_range().split())


def shades(data: bytes, box: Box, number: int = 1) -> tuple[int, int]:
    """The darkest and the lightest point inside a box of a page, as it is shown."""
    with pdfium.PdfDocument(data) as document:
        picture = document[number - 1].render(scale=2).to_pil().convert("L")
    x0, y0, x1, y1 = box
    inside = (
        round(x0 * picture.width) + 3,
        round(y0 * picture.height) + 3,
        round(x1 * picture.width) - 3,
        round(y1 * picture.height) - 3,
    )
    found = picture.crop(inside).getextrema()
    return int(found[0]), int(found[1])  # type: ignore[arg-type]


def fax(pages: int = 2) -> bytes:
    out = io.BytesIO()
    with pdfium.PdfDocument(sheet(pages=pages)) as document:
        pictures = [page.render(scale=1).to_pil().convert("L") for page in document]
    first, *others = pictures
    first.save(out, "TIFF", save_all=True, append_images=others)
    return out.getvalue()


def photo() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (900, 700), "white").save(out, "JPEG")
    return out.getvalue()
