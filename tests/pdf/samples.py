"""Fictional papers and packets for the tests of the PDF maker. No family, school or town here is real."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from PIL import Image, ImageDraw
from reportlab.pdfgen.canvas import Canvas

from casemgr.pdf import model as m

MADE_AT = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)


def pdf_file(path: Path, pages: int = 2, size: tuple[float, float] = (612, 792), words: str = "Source") -> Path:
    """Write a plain PDF whose pages say "<words> page N"."""
    canvas = Canvas(str(path), pagesize=size, invariant=1)
    for n in range(1, pages + 1):
        canvas.setFont("Helvetica", 14)
        canvas.drawString(size[0] * 0.12, size[1] * 0.85, f"{words} page {n}")
        canvas.showPage()
    canvas.save()
    return path


def picture_file(path: Path, size: tuple[int, int] = (1600, 1200), **save: object) -> Path:
    """Write a picture: white paper, a red square in the corner that must end up at the top left."""
    image = Image.new("RGB", size, "white")
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, size[0] // 4, size[1] // 4), fill="red")
    draw.rectangle((0, 0, size[0] - 1, size[1] - 1), outline="black", width=6)
    image.save(path, **save)
    return path


def fax_file(path: Path, pages: int = 2) -> Path:
    """Write a black and white TIFF of several pages."""
    frames = [Image.new("1", (850, 1100), 1) for _ in range(pages)]
    for n, frame in enumerate(frames, 1):
        ImageDraw.Draw(frame).text((80, 80), f"fax page {n}", fill=0)
    frames[0].save(path, save_all=True, append_images=frames[1:], compression="group4")
    return path


def phone_file(path: Path) -> Path:
    """Write a JPEG held sideways by a phone: EXIF orientation 6, with a place and a comment in it."""
    upright = Image.open(io.BytesIO(picture_file(path, (900, 1200)).read_bytes())).convert("RGB")
    exif = Image.Exif()
    exif[0x0112] = 6
    exif.get_ifd(0x8825)[2] = (42.0, 18.0, 30.0)
    exif[0x010F] = "SECRETPHONE"
    upright.transpose(Image.Transpose.ROTATE_90).save(path, exif=exif, comment=b"SECRETCOMMENT", quality=90)
    return path


def filing() -> m.Filing:
    """Return a due process complaint with two issues."""
    parent = m.Signature(
        "Rosalind Samplewood",
        "Parent of J.S.",
        ("14 Placeholder Lane", "Fernhollow, MA 01999", "rosalind@example.org", "(555) 010-0142"),
    )
    return m.Filing(
        title="Due Process Complaint and Request for a Hearing",
        citation="20 U.S.C. § 1415(b)(7); 34 CFR §§ 300.507–300.508",
        caption=m.Caption(
            "Bureau of Special Education Appeals",
            (
                ("Rosalind Samplewood, on behalf of her child J.S.", "Petitioner"),
                ("Fernhollow Public Schools", "Respondent"),
            ),
        ),
        opening=(
            "The parent asks for an impartial due process hearing because the district has not offered her "
            "child a free appropriate public education. This notice is confidential.",
        ),
        sections=(
            m.Section(
                "The student",
                (
                    m.Fields(
                        (
                            ("Name of the child", "Juniper Q. Samplewood"),
                            ("Address of residence", "14 Placeholder Lane\nFernhollow, MA 01999"),
                            ("School the child attends", "Mossbank Elementary School, grade 4"),
                            ("Parent", "Rosalind Samplewood"),
                        )
                    ),
                ),
                "34 CFR § 300.508(b)(1)–(3)",
            ),
            m.Section(
                "Nature of the problem",
                (
                    m.Text(
                        (
                            "Juniper is nine years old and has dyslexia and ADHD. On January 8, 2026 the parent "
                            "asked in writing for an evaluation in all suspected areas.",
                            "The district’s own psychologist recommended structured literacy five times a week "
                            "for 45 minutes. The district offered three sessions of 30 minutes “because of the "
                            "schedule of the reading specialist”.",
                        ),
                        numbered=True,
                    ),
                ),
                "34 CFR § 300.508(b)(5)",
            ),
        ),
        issues=(
            m.Issue(
                "The evaluation and the Team meeting were late",
                ("603 CMR 28.05(1): Team meeting within 45 school working days of consent", "34 CFR § 300.301(c)"),
                (
                    m.Fact("January 12, 2026", "The district received the signed consent.", "P-1"),
                    m.Fact(
                        "March 27, 2026",
                        "The 45th school working day passed without a Team meeting and without any notice that "
                        "the meeting would be late.",
                    ),
                    m.Fact("April 8, 2026", "The Team met on school working day 53.", "P-2"),
                ),
                (
                    "A finding that the district did not meet the timeline.",
                    "Compensatory reading instruction: 12 hours.",
                ),
                "The district had 45 school working days from consent to hold the Team meeting. It took 53.",
            ),
            m.Issue(
                "The IEP does not offer enough reading instruction",
                ("34 CFR § 300.320(a)(4)", "34 CFR § 300.17: free appropriate public education"),
                (
                    m.Fact(
                        "February 27, 2026",
                        "The district’s psychologist recommended structured literacy five times a week.",
                        "P-2",
                    ),
                    m.Fact("April 17, 2026", "The proposed IEP offered 90 minutes a week instead of 225.", "P-3"),
                ),
                (
                    "An IEP with structured literacy five times a week for 45 minutes, by a trained teacher.",
                    "120 hours of compensatory instruction, as the independent evaluator advises.",
                ),
            ),
        ),
        closing=(
            m.Section(
                "Proposed resolution",
                (
                    m.Items(
                        (
                            "The relief named under each issue.",
                            "Reimbursement of the independent evaluation of August 14, 2026.",
                        ),
                        ordered=True,
                    ),
                ),
                "34 CFR § 300.508(b)(6)",
            ),
            m.Section(
                "Stay-put",
                (
                    m.Text(
                        (
                            "While this proceeding is pending the child remains in the current educational "
                            "placement: the IEP accepted in part on May 8, 2026 (34 CFR § 300.518(a)).",
                        )
                    ),
                ),
            ),
        ),
        signatures=(parent,),
    )


CHRONOLOGY = (
    m.ChronologyRow("January 8, 2026", "The parent asked in writing for an evaluation.", "E-mail to the director"),
    m.ChronologyRow("January 12, 2026", "The district received the signed consent.", "Consent form", "P-1"),
    m.ChronologyRow(
        "April 8, 2026",
        "Team meeting. The draft handed out said five times 45 minutes; after the meeting it said three times 30.",
        "Parent’s notes",
        "P-2",
    ),
    m.ChronologyRow("June 2026", "The reading group did not meet for three weeks.", "Text messages", "P-4"),
)

CERTIFICATE = m.CertificateOfService(
    "Due Process Complaint and Request for a Hearing, with Exhibits P-1 to P-6",
    (
        m.Recipient("Imelda Draftwright", "Director of Special Education", "draftwright@example.org", "E-mail"),
        m.Recipient("Bureau of Special Education Appeals", "", "14 Summer St., 4th Floor\nMalden, MA 02148", "E-mail"),
    ),
    signers=(m.Signature("Rosalind Samplewood", "Parent of J.S."),),
)


def exhibits(folder: Path) -> tuple[m.Exhibit, ...]:
    """Write six files of all kinds into `folder` and return them as exhibits P-1 to P-6."""
    sound = folder / "voicemail.wav"
    sound.write_bytes(b"RIFF" + bytes(2000))
    kind = m.ExhibitKind
    return (
        m.Exhibit("P-1", "Signed consent for evaluation", kind.PDF, pdf_file(folder / "consent.pdf", 2),
                  "January 12, 2026", "Consent form with the district’s received stamp", "consent.pdf"),
        m.Exhibit("P-2", "Psychological evaluation", kind.PDF,
                  pdf_file(folder / "wide.pdf", 3, (792, 612), "Wide"), "February 27, 2026", "", "wide.pdf"),
        m.Exhibit("P-3", "Response to the IEP, by fax", kind.IMAGE, fax_file(folder / "fax.tif"), "May 8, 2026",
                  "", "fax.tif"),
        m.Exhibit("P-4", "Text messages with the reading teacher", kind.IMAGE, phone_file(folder / "phone.jpg"),
                  "June 15, 2026", "Photo of the screen", "phone.jpg"),
        m.Exhibit("P-5", "E-mail: ten school days have passed", kind.TEXT, None, "September 17, 2026", "",
                  "message.eml", text="From: rosalind@example.org\nTo: draftwright@example.org\n\n" + "A line. " * 60),
        m.Exhibit("P-6", "Voicemail of the Team chair", kind.NATIVE, sound, "October 7, 2026", "", "voicemail.wav"),
    )  # fmt: skip


def packet(folder: Path, **changes: object) -> m.Packet:
    """Return a whole packet over freshly written files; `changes` replace its fields."""
    whole = m.Packet(
        title="Due Process Complaint with Exhibits",
        student="Juniper Q. Samplewood",
        forum="Bureau of Special Education Appeals",
        made_at=MADE_AT,
        program_version="0.1",
        parties=(
            ("Rosalind Samplewood, on behalf of her child J.S.", "Petitioner"),
            ("Fernhollow Public Schools", "Respondent"),
        ),
        filer="Rosalind Samplewood",
        filer_contact=("14 Placeholder Lane, Fernhollow, MA 01999", "rosalind@example.org"),
        dated=date(2026, 11, 20),
        filing=filing(),
        chronology=CHRONOLOGY,
        exhibits=() if "exhibits" in changes else exhibits(folder),
        certificate=CERTIFICATE,
        bates=m.Bates("SAMPLE-", 1, 6),
    )
    return replace(whole, **changes)  # type: ignore[arg-type]
