"""Small files of every kind, good and hostile, made on the spot."""

import io
import struct
import zipfile
import zlib

import pikepdf
from PIL import Image, ImageDraw
from reportlab.pdfgen.canvas import Canvas

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def pdf(pages: int = 1, text: str = "Prior written notice", **encryption: str) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, invariant=1)
    for number in range(1, pages + 1):
        canvas.drawString(72, 700, f"{text}, page {number}")
        canvas.showPage()
    canvas.save()
    if not encryption:
        return out.getvalue()
    locked = io.BytesIO()
    with pikepdf.open(out) as document:
        document.save(locked, encryption=pikepdf.Encryption(owner="o", user=encryption["password"]))
    return locked.getvalue()


def pdf_with_contents(*streams: bytes, filters: str = "", resources: bytes = b"") -> bytes:
    """A PDF written by hand, one page a stream, so that it can be wrong in ways no library would write."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>"]
    kids = b" ".join(b"%d 0 R" % (3 + 2 * index) for index in range(len(streams)))
    objects.append(b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(streams), kids))
    for index, stream in enumerate(streams):
        box = b"/MediaBox[0 0 612 792]/Contents %d 0 R" % (4 + 2 * index)
        objects.append(b"<</Type/Page/Parent 2 0 R%s/Resources<<%s>>>>" % (box, resources))
        objects.append(b"<</Length %d%s>>stream\n%s\nendstream" % (len(stream), filters.encode(), stream))
    return assemble(objects)


def assemble(objects: list[bytes], trailer: bytes = b"/Root 1 0 R") -> bytes:
    out, offsets = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    end = b"xref\n0 %d\n0000000000 65535 f \n%strailer<</Size %d%s>>\nstartxref\n%d\n%%%%EOF\n"
    return out + end % (len(objects) + 1, table, len(objects) + 1, trailer, len(out))


def memory_bomb_pdf(megabytes: int) -> bytes:
    """One page whose contents are a few kilobytes here and `megabytes` when read: two layers of Flate."""
    packer, inner = zlib.compressobj(1), b""
    for _ in range(megabytes):
        inner += packer.compress(b" " * (1 << 20))
    inner += packer.flush()
    return pdf_with_contents(zlib.compress(inner), filters="/Filter[/FlateDecode/FlateDecode]")


def slow_pdf() -> bytes:
    """Nine forms that each draw the next one ten times: 10**9 drawings on one page."""
    forms = []
    for level in range(9):
        inside = b"/F Do " * 10 if level < 8 else b"0 0 1 1 re f"
        next_one = b"/Resources<</XObject<</F %d 0 R>>>>" % (6 + level) if level < 8 else b""
        head = b"<</Type/XObject/Subtype/Form/BBox[0 0 9 9]%s/Length %d>>" % (next_one, len(inside))
        forms.append(head + b"stream\n" + inside + b"\nendstream")
    page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R/Resources<</XObject<</F 5 0 R>>>>>>"
    start = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>", page]
    return assemble([*start, b"<</Length 5>>stream\n/F Do\nendstream", *forms])


def picture(kind: str = "PNG", size: tuple[int, int] = (60, 40), mode: str = "RGB", **options: object) -> bytes:
    image = Image.new(mode, size, "white" if mode != "CMYK" else (0, 0, 0, 0))
    ImageDraw.Draw(image).rectangle((5, 5, 20, 12), fill="black" if mode in ("L", "1") else "red")
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def heic() -> bytes:
    import pillow_heif

    pillow_heif.register_heif_opener()
    return picture("HEIF", (64, 64))


def fax(pages: int) -> bytes:
    sheets = [Image.new("1", (200, 260), 1) for _ in range(pages)]
    for sheet in sheets:
        ImageDraw.Draw(sheet).line((10, 10, 150, 200), fill=0, width=3)
    out = io.BytesIO()
    sheets[0].save(out, "TIFF", save_all=True, append_images=sheets[1:], compression="group4")
    return out.getvalue()


def png_that_claims(width: int, height: int) -> bytes:
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header)) + bytes(20)


def package(**parts: str | bytes) -> bytes:
    """A ZIP of the given parts; "__" stands for "/" and "_DOT_" for "."."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_DOT_", "."), content)
    return out.getvalue()


def office(folder: str, **more: str | bytes) -> bytes:
    out = io.BytesIO(package(**{f"{folder}__main_DOT_xml": "<a/>"}, **more))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
    return out.getvalue()


def open_document(media_type: str, manifest: str = "<m/>") -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", f"application/vnd.oasis.opendocument.{media_type}")
        archive.writestr("META-INF/manifest.xml", manifest)
    return out.getvalue()


def old_office(stream: str) -> bytes:
    return OLE + stream.encode("utf-16-le") + bytes(64)


MAIL = (
    b"From: Rosa Lind <rosa@example.org>\r\nTo: team@example.org\r\nSubject: =?utf-8?q?Caf=C3=A9_meeting?=\r\n"
    b"Date: Mon, 05 Jan 2026 10:00:00 -0500\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: text/html; charset=utf-8\r\n\r\n"
    b"<html><head><title>t</title><style>p{}</style></head><body><p>Please <b>evaluate</b>.</p>"
    b"<script>alert(1)</script></body></html>\r\n"
)
MAILBOX = b"From a@b Mon Jan  5 10:00:00 2026\n" + b"Subject: one\n\nFrom here on it is text.\n\n"
MAILBOX += b"From a@b Mon Jan  5 11:00:00 2026\nSubject: two\n\nbody\n"
RTF = rb"{\rtf1{\fonttbl{\f0 Arial;}}\u8220?Call\u8221? on 4 May\par caf\'e9}"
