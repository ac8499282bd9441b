"""The sheet before each exhibit, and the certificate of service at the end."""

from typing import Any

from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, Spacer

from casemgr.pdf import fonts, style
from casemgr.pdf.blocks import Writer
from casemgr.pdf.fonts import clean, pieces
from casemgr.pdf.front import Placed
from casemgr.pdf.later import LateNumber, Number
from casemgr.pdf.model import CertificateOfService, ExhibitKind, Recipient
from casemgr.pdf.style import paragraph, small_line
from casemgr.pdf.tags import ARTIFACT, marked

_NATIVE = (
    "This exhibit cannot be shown on paper. The file is delivered separately, unchanged. "
    "Its name, size and SHA-256 are below; the SHA-256 proves that it is the same file."
)
_BACK = "Back to the exhibit index"


class SlipSheet(Flowable):  # type: ignore[misc]  # reportlab has no types
    """One sheet: EXHIBIT, label, title, date, then pages, Bates numbers, file and SHA-256 in small.

    Drawn directly: a packet may have hundreds of them.
    """

    def __init__(self, placed: Placed, sha256: str, size: int, writer: Writer) -> None:
        """Keep what is shown; `size` of the file in bytes."""
        super().__init__()
        self.placed, self.sha256, self.size, self.writer = placed, sha256, size, writer

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        """Fill the frame."""
        self.width, self.height = width, height
        return width, height

    def draw(self) -> None:
        """Draw the upper part from its top line down, the small lines up from the foot."""
        exhibit, line = self.placed.exhibit, self.writer.type.line
        middle = self.width / 2
        y = self.height - 110
        size = 62 if len(exhibit.label) <= 7 else 36
        with marked(self.canv, "H1"):
            _centred(self.canv, "EXHIBIT", style.SLIP_WORD, middle, y)
            y -= size * 1.05
            self.canv.setFont(fonts.use(fonts.SERIF_BOLD), size)
            self.canv.setFillColor(style.ACCENT)
            self.canv.drawCentredString(middle, y, exhibit.label)
        y = self._below(line(exhibit.title, fonts.SERIF, limit=200), style.SLIP_TITLE, y - 34)
        y = self._below(line(exhibit.when, fonts.SANS, limit=80), style.SLIP_DATE, y - 8)
        if exhibit.kind is ExhibitKind.NATIVE:
            self._below(_NATIVE, style.CENTER, y - 24)
        self._foot()

    def _below(self, markup: str, look: ParagraphStyle, y: float) -> float:
        """Draw a paragraph under `y` and return where it ends."""
        if not markup:
            return y
        words = paragraph(markup, look)
        _, height = words.wrap(self.width, self.height)
        words.drawOn(self.canv, 0, y - height)
        return y - float(height)

    def _foot(self) -> None:
        placed, native = self.placed, self.placed.exhibit.kind is ExhibitKind.NATIVE
        rows = [
            ("Pages", "Delivered as a file" if native else f"{placed.pages:,}"),
            ("Bates numbers", placed.bates),
            ("File", " ".join(clean(placed.exhibit.file_name).split())),
            ("Shown as", placed.exhibit.shown_as if placed.exhibit.rendition else ""),
            ("Size", f"{self.size:,} bytes" if native else ""),
            ("SHA-256", self.sha256),
        ]
        rows = [row for row in rows if row[1]]
        y = 16.0 * (len(rows) + 1)
        with marked(self.canv, ARTIFACT):
            self.canv.setStrokeColor(style.HAIR)
            self.canv.setLineWidth(0.75)
            self.canv.line(0, y + 18, self.width, y + 18)
        with marked(self.canv, "P"):
            for name, value in rows:
                small_line(self.canv, self.writer.type, name, 0, y, width=76)
                small_line(self.canv, self.writer.type, value, 80, y, width=self.width - 80)
                y -= 16
        with marked(self.canv, "P", is_link=True, words=_BACK):
            small_line(self.canv, self.writer.type, _BACK, 80, y, width=200)
            self.canv.linkRect("", "index", (78, y - 3, 190, y + 9), relative=1, thickness=0)


def _centred(canvas: Any, words: str, look: ParagraphStyle, x: float, y: float) -> None:
    canvas.setFont(look.fontName, look.fontSize)
    canvas.setFillColor(look.textColor)
    canvas.drawCentredString(x, y, words)


def certificate_story(certificate: CertificateOfService, writer: Writer) -> list[Flowable]:
    """Return who was served with what, how and when. Without a date, blanks are left to fill in by hand."""
    day = style.long_date(certificate.served_on) if certificate.served_on else f"{'_' * 22} at {'_' * 10}"
    at = f" at {writer.type.line(certificate.served_at, limit=60)}" if certificate.served_at else ""
    document = " ".join(certificate.document.split())[:600]
    length = LateNumber(writer.later, Number("total", "{} pages, this page included", style.VALUE, right=False))
    words = (
        f"I certify that on {day}{at} I sent a true and complete copy of the following document to each "
        "person named below, at the address and in the way shown."
    )
    story: list[Flowable] = [
        paragraph(writer.type.line(certificate.title, fonts.SERIF_BOLD, limit=120), style.PAGE_TITLE),
        Spacer(1, 6),
        paragraph(words, style.BODY),
        *writer.fields([("Document", document)], 90, after=0),
        style.table([[paragraph("Length", style.FIELD), length]], [90, style.LINE - 90], told_as=style.FIELDS),
        Spacer(1, 8),
        _recipients(certificate.recipients, writer),
        Spacer(1, 10),
    ]
    if certificate.note:
        story.append(paragraph(writer.type.markup(certificate.note), style.BODY))
    return writer.signed(story, certificate.signers)


def _recipients(recipients: tuple[Recipient, ...], writer: Writer) -> Flowable:
    markup = writer.type.markup
    head = [paragraph(name, style.CELL_HEAD) for name in ("Served on", "Address or e-mail", "Method")]
    rows: list[list[Flowable]] = []
    for one in recipients:
        name = markup(pieces(one.name, 300, 6)[0], fonts.SERIF_BOLD)
        name = f'<font name="{fonts.use(fonts.SERIF_BOLD)}">{name}</font>'
        if one.role:
            name += f"<br/>{writer.type.line(one.role, limit=200)}"
        address, method = pieces(one.address, 600, 12)[0], pieces(one.method, 200, 6)[0]
        rows.append(
            [
                paragraph(name, style.CELL),
                paragraph(markup(address), style.CELL),
                paragraph(markup(method) if method else "_" * 18, style.CELL),
            ]
        )
    widths = [style.LINE * 0.36, style.LINE * 0.40, style.LINE * 0.24]
    lines = [("LINEBELOW", (0, 1), (-1, -1), 0.4, style.HAIR)] if rows else []
    return style.table([head, *rows], widths, *lines, head=True)
