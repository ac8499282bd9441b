"""The document that is filed: caption, numbered sections, numbered issues, signatures."""

from reportlab.platypus import Flowable, PageBreak, Spacer

from casemgr.pdf import fonts, style
from casemgr.pdf.blocks import Writer
from casemgr.pdf.fonts import pieces
from casemgr.pdf.model import Caption, Fact, Filing, Heading, Issue, Section
from casemgr.pdf.style import paragraph


def filing_bookmarks(filing: Filing) -> list[tuple[str, str]]:
    """Return key and title of each part and issue, in order; the keys are marks of `filing_story`."""
    marks = [(f"part-{n}", f"{style.roman(n)}. {s.heading}") for n, s in enumerate(filing.sections, 1)]
    after = len(filing.sections)
    if filing.issues:
        after += 1
        marks.append((f"part-{after}", f"{style.roman(after)}. The issues"))
        marks += [(f"issue-{n}", f"Issue {n}. {issue.title}") for n, issue in enumerate(filing.issues, 1)]
    for n, section in enumerate(filing.closing, after + 1):
        marks.append((f"part-{n}", f"{style.roman(n)}. {section.heading}"))
    return marks + [(f"annex-{n}", section.heading) for n, section in enumerate(filing.annexes, 1)]


def filing_story(filing: Filing, writer: Writer) -> list[Flowable]:
    """Return the whole document as flowables. Paragraph and fact numbers run through it without a gap."""
    head = filing.caption
    story = (
        caption_story(head, filing.title, filing.citation, writer)
        if isinstance(head, Caption)
        else _addressed(head, filing, writer)
    )
    story += [paragraph(writer.type.markup(words), style.BODY) for words in filing.opening]
    part = 0
    for section in filing.sections:
        part += 1
        story += _section(section, part, writer)
    if filing.issues:
        part += 1
        story.append(_heading(part, "The issues", writer))
        for number, issue in enumerate(filing.issues, 1):
            story += _issue(issue, number, writer)
    for section in filing.closing:
        part += 1
        story += _section(section, part, writer)
    story = writer.signed(story, filing.signatures, filing.closing_words)
    for number, section in enumerate(filing.annexes, 1):
        story += _annex(section, number, filing, writer)
    return story


def caption_story(caption: Caption, title: str, citation: str, writer: Writer) -> list[Flowable]:
    """Return forum, parties on the left of a vertical line, docket and title on the right of it."""
    left: list[Flowable] = []
    for n, (name, role) in enumerate(caption.parties[:12]):
        if n:
            left.append(paragraph("v.", style.CAPTION_ROLE))
        left.append(paragraph(writer.type.line(name, fonts.SERIF_BOLD, limit=220), style.CAPTION_NAME))
        left.append(paragraph(writer.type.line(role, fonts.SERIF, limit=120), style.CAPTION_ROLE))
    docket = caption.docket or "____________________"
    right = [
        paragraph("Docket no. " + writer.type.line(docket, fonts.SERIF, limit=80), style.CAPTION_ROLE),
        Spacer(1, 10),
        paragraph(writer.type.line(title, fonts.SERIF_BOLD, limit=240), style.TITLE),
    ]
    if citation:
        right.append(paragraph(writer.type.line(citation, fonts.SANS, limit=200), style.CITATION))
    lines = [
        ("LINEAFTER", (0, 0), (0, 0), 0.75, style.INK),
        ("LINEBELOW", (0, 0), (0, 0), 0.75, style.INK),
        ("LEFTPADDING", (1, 0), (1, 0), 20),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 14),
    ]
    half = style.LINE * 0.48
    return [
        paragraph(writer.type.line(caption.forum, fonts.SANS_BOLD, limit=200), style.FORUM),
        style.table([[left, right]], [half, style.LINE - half], *lines),
        Spacer(1, 18),
    ]


def _addressed(head: Heading, filing: Filing, writer: Writer) -> list[Flowable]:
    """Return title and law, then who it is for and from, between two lines."""
    story: list[Flowable] = [paragraph(writer.type.line(filing.title, fonts.SERIF_BOLD, limit=240), style.PAGE_TITLE)]
    if filing.citation:
        story.append(paragraph(writer.type.line(filing.citation, fonts.SANS, limit=200), style.CITATION))
    story += [Spacer(1, 4), style.rule(thickness=1.25, color=style.ACCENT, after=6)]
    return [*story, *writer.fields(head.lines, 84), style.rule(after=12)]


def _heading(part: int, words: str, writer: Writer) -> Flowable:
    anchor = f'<onDraw name="mark" label="part-{part}"/>'
    return paragraph(f"{anchor}{style.roman(part)}.&nbsp;&nbsp;" + writer.type.line(words, fonts.SANS_BOLD), style.H1)


def _section(section: Section, part: int, writer: Writer) -> list[Flowable]:
    return [_heading(part, section.heading, writer), *_blocks(section, writer)]


def _blocks(section: Section, writer: Writer) -> list[Flowable]:
    story = [_citation(section.citation, writer)] if section.citation else []
    for block in section.blocks:
        story += writer.block(block)
    return story


def _annex(section: Section, number: int, filing: Filing, writer: Writer) -> list[Flowable]:
    """Return a page of its own with its own signature lines; its heading has no number."""
    anchor = f'<onDraw name="mark" label="annex-{number}"/>'
    title = paragraph(anchor + writer.type.line(section.heading, fonts.SERIF_BOLD, limit=240), style.PAGE_TITLE)
    return [PageBreak(), *writer.signed([title, Spacer(1, 6), *_blocks(section, writer)], filing.signatures)]


def _citation(words: str, writer: Writer) -> Flowable:
    return paragraph(writer.type.line(words, fonts.SANS), style.CITATION_KEPT)


def _issue(issue: Issue, number: int, writer: Writer) -> list[Flowable]:
    title = writer.type.line(issue.title, fonts.SANS_BOLD)
    anchor = f'<onDraw name="mark" label="issue-{number}"/>'
    story = [paragraph(f"{anchor}Issue {number}.&nbsp; {title}", style.H2)]
    if issue.summary:
        story.append(paragraph(writer.type.markup(issue.summary), style.BODY))
    if issue.law:
        story.append(paragraph("LAW", style.LABEL))
        laws = [paragraph(writer.type.markup(law), style.ITEM_LEAD, bulletText="•") for law in issue.law]
        style.listed([law] for law in laws)
        story += laws
    if issue.facts:
        story.append(paragraph("FACTS", style.LABEL))
        story.append(_facts(issue.facts, writer))
    if issue.relief:
        story.append(paragraph("PROPOSED RESOLUTION", style.LABEL))
        remedies = [
            paragraph(writer.type.markup(remedy), style.ITEM, bulletText=f"({chr(97 + n)})" if n < 26 else "•")
            for n, remedy in enumerate(issue.relief)
        ]
        style.listed([remedy] for remedy in remedies)
        story += remedies
    return story


def _facts(facts: tuple[Fact, ...], writer: Writer) -> Flowable:
    """Return the facts as number, date and text; a very long one runs on over several rows."""
    rows: list[list[Flowable | str]] = []
    for fact in facts:
        parts = [writer.type.markup(part) for part in pieces(fact.text)]
        if fact.exhibit:
            parts[-1] += f" (Exhibit&nbsp;{writer.exhibit(fact.exhibit)})"
        number = paragraph(f"{writer.count()}.", style.BODY_TIGHT)
        when = paragraph(style.when(writer.type.line(fact.when, fonts.SANS_BOLD, limit=60)), style.FACT_DATE)
        for n, part in enumerate(parts):
            text = paragraph(part, style.BODY_TIGHT)
            rows.append([number, when, text] if n == 0 else ["", "", text])
    return style.table(rows, [28, 92, style.LINE - 120], told_as=style.LIST)
