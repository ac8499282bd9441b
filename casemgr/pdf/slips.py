"""The sheet before each exhibit, and the certificate of service at the end."""

from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, Spacer

from casemgr.pdf import fonts, style
from casemgr.pdf.blocks import Writer
from casemgr.pdf.fonts import pieces
from casemgr.pdf.front import Placed
from casemgr.pdf.model import CertificateOfService, ExhibitKind, Recipient
from casemgr.pdf.style import link, paragraph

_NATIVE = (
    "This exhibit cannot be shown on paper. The file is delivered separately, unchanged. "
    "Its name, size and SHA-256 are below; the SHA-256 proves that it is the same file."
)


def slip_story(placed: Placed, sha256: str, size: int, writer: Writer) -> list[Flowable]:
    """Return one sheet: EXHIBIT, label, title, date, then pages, Bates numbers, file and SHA-256 in small."""
    exhibit = placed.exhibit
    native = exhibit.kind is ExhibitKind.NATIVE
    story: list[Flowable] = [
        Spacer(1, 120),
        paragraph("EXHIBIT", style.SLIP_WORD),
        paragraph(exhibit.label, _label_style(exhibit.label)),
        paragraph(writer.type.line(exhibit.title, fonts.SERIF, limit=280), style.SLIP_TITLE),
    ]
    if exhibit.when:
        story.append(paragraph(writer.type.line(exhibit.when, fonts.SANS, limit=80), style.SLIP_DATE))
    if native:
        story += [Spacer(1, 26), paragraph(_NATIVE, style.CENTER)]
    rows = [
        ("Pages", "Delivered as a file" if native else f"{placed.pages:,}"),
        ("Bates numbers", placed.bates),
        ("File", writer.type.line(exhibit.file_name, fonts.SANS, limit=200)),
        ("Size", f"{size:,} bytes" if native else ""),
        ("SHA-256", sha256),
    ]
    cells = [[paragraph(name, style.SMALL), paragraph(value, style.SMALL)] for name, value in rows if value]
    cells.append(["", paragraph(link("Back to the exhibit index", "index"), style.SMALL)])
    story += [Spacer(1, 60), style.rule(after=6), style.table(cells, [80, style.LINE - 80])]
    return story


def _label_style(label: str) -> ParagraphStyle:
    size = 62 if len(label) <= 7 else 36
    return style.make_style("slip-label", fonts.SERIF_BOLD, size, size * 1.25, **style.SLIP_LABEL)


def certificate_story(certificate: CertificateOfService, pages: int, writer: Writer) -> list[Flowable]:
    """Return who was served with what, how and when. Without a date, blanks are left to fill in by hand."""
    day = style.long_date(certificate.served_on) if certificate.served_on else "_" * 26
    at = f" at {writer.type.line(certificate.served_at, limit=60)}" if certificate.served_at else ""
    document = " ".join(certificate.document.split())[:600]
    words = (
        f"I certify that on {day}{at} I sent a true and complete copy of the following document to each "
        "person named below, at the address and in the way shown."
    )
    story: list[Flowable] = [
        paragraph(writer.type.line(certificate.title, fonts.SERIF_BOLD, limit=120), style.PAGE_TITLE),
        Spacer(1, 6),
        paragraph(words, style.BODY),
        *writer.fields([("Document", document), ("Length", f"{pages:,} pages, this page included")], 90),
        _recipients(certificate.recipients, writer),
        Spacer(1, 10),
    ]
    if certificate.note:
        story.append(paragraph(writer.type.markup(certificate.note), style.BODY))
    story += [writer.signature(signer) for signer in certificate.signers]
    return story


def _recipients(recipients: tuple[Recipient, ...], writer: Writer) -> Flowable:
    markup = writer.type.markup
    head = [paragraph(name, style.CELL_HEAD) for name in ("Served on", "Address or e-mail", "Method")]
    rows: list[list[Flowable]] = []
    for one in recipients:
        name = f'<font name="{fonts.SERIF_BOLD}">{markup(pieces(one.name, 300, 6)[0], fonts.SERIF_BOLD)}</font>'
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
