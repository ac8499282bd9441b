"""Office documents made on the spot: only what their readers need, and what hostile ones would add."""

from __future__ import annotations

import io
import zipfile

_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_OFFICE_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_ODF = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in (
        *(("office", "office"), ("text", "text"), ("table", "table"), ("style", "style"), ("draw", "drawing")),
        *(("script", "script"), ("svg", "svg-compatible"), ("manifest", "manifest")),
    )
)


def packed(parts: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return out.getvalue()


def docx(*paragraphs: str, before: str = "", **more: str) -> bytes:
    """Paragraphs are the XML inside w:p, or plain words; `before` stands before the root element."""
    lines = (words if words.startswith("<") else f"<w:r><w:t>{words}</w:t></w:r>" for words in paragraphs)
    body = "".join(f"<w:p>{line}</w:p>" for line in lines)
    main = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    return packed(
        {
            "[Content_Types].xml": f'<Types xmlns="{_TYPES}"><Default Extension="rels" ContentType="application/'
            'vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{main}"/></Types>',
            "_rels/.rels": f'<Relationships xmlns="{_RELATIONS}"><Relationship Id="r1" '
            f'Type="{_OFFICE_RELATION}/officeDocument" Target="word/document.xml"/></Relationships>',
            "word/document.xml": f'{before}<w:document xmlns:w="{_WORD}"><w:body>{body}</w:body></w:document>',
            **more,
        }
    )


def xlsx() -> bytes:
    """A sheet with a shared string, a date, a formula that was never worked out; and a hidden sheet."""
    rows = (
        '<row><c r="A1" t="s"><v>0</v></c><c r="C1" s="1"><v>46120</v></c></row>'
        '<row><c r="A2"><f>2+3</f></c><c r="B2" t="b"><v>1</v></c></row>'
    )
    hidden = '<row><c r="A1" t="inlineStr"><is><t>Kept back</t></is></c></row>'
    return packed(
        {
            "[Content_Types].xml": f'<Types xmlns="{_TYPES}"/>',
            "xl/workbook.xml": f'<workbook xmlns="{_SHEET}" xmlns:r="{_OFFICE_RELATION}"><sheets>'
            '<sheet name="Minutes" sheetId="1" r:id="r1"/><sheet name="Notes" sheetId="2" state="hidden" r:id="r2"/>'
            "</sheets></workbook>",
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_RELATIONS}">'
            '<Relationship Id="r1" Target="worksheets/sheet1.xml"/><Relationship Id="r2" Target="/xl/two.xml"/>'
            "</Relationships>",
            "xl/styles.xml": f'<styleSheet xmlns="{_SHEET}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs>'
            "</styleSheet>",
            "xl/sharedStrings.xml": f'<sst xmlns="{_SHEET}"><si><r><t>Speech </t></r><r><t>therapy</t></r></si></sst>',
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_SHEET}"><sheetData>{rows}</sheetData></worksheet>',
            "xl/two.xml": f'<worksheet xmlns="{_SHEET}"><sheetData>{hidden}</sheetData></worksheet>',
        }
    )


def odt(body: str, scripts: str = "", **more: str) -> bytes:
    kind = "application/vnd.oasis.opendocument.text"
    names = "".join(
        f'<manifest:file-entry manifest:full-path="{name}" manifest:media-type="text/xml"/>' for name in more
    )
    return packed(
        {
            "mimetype": kind,
            "content.xml": f'<office:document-content {_ODF} xmlns:xlink="http://www.w3.org/1999/xlink" '
            f'xmlns:ooo="http://openoffice.org/2004/office" office:version="1.2">{scripts}'
            f"<office:body><office:text>{body}</office:text></office:body></office:document-content>",
            "META-INF/manifest.xml": f'<manifest:manifest {_ODF} manifest:version="1.2"><manifest:file-entry '
            f'manifest:full-path="/" manifest:media-type="{kind}"/><manifest:file-entry '
            f'manifest:full-path="content.xml" manifest:media-type="text/xml"/>{names}</manifest:manifest>',
            **more,
        }
    )


def odp(*slides: tuple[str, str]) -> bytes:
    """Slides are their words and the speaker's notes."""
    kind = "application/vnd.oasis.opendocument.presentation"
    pages = "".join(
        f"<draw:page><draw:frame><draw:text-box><text:p>{words}</text:p></draw:text-box></draw:frame>"
        f"<presentation:notes><draw:frame><draw:text-box><text:p>{notes}</text:p></draw:text-box></draw:frame>"
        "</presentation:notes></draw:page>"
        for words, notes in slides
    )
    content = (
        f'<office:document-content {_ODF} xmlns:presentation="urn:oasis:names:tc:opendocument:xmlns:presentation:1.0" '
        f'office:version="1.2"><office:body><office:presentation>{pages}</office:presentation></office:body>'
        "</office:document-content>"
    )
    manifest = (
        f'<manifest:manifest {_ODF} manifest:version="1.2"><manifest:file-entry manifest:full-path="/" '
        f'manifest:media-type="{kind}"/><manifest:file-entry manifest:full-path="content.xml" '
        'manifest:media-type="text/xml"/></manifest:manifest>'
    )
    return packed({"mimetype": kind, "content.xml": content, "META-INF/manifest.xml": manifest})


def pptx(*slides: str) -> bytes:
    drawing = "http://schemas.openxmlformats.org/drawingml/2006/main"
    made = {"[Content_Types].xml": f'<Types xmlns="{_TYPES}"/>'}
    for number, words in enumerate(slides, 1):
        made[f"ppt/slides/slide{number}.xml"] = (
            f'<p:sld xmlns:p="p" xmlns:a="{drawing}"><a:p><a:r><a:t>{words}</a:t></a:r></a:p></p:sld>'
        )
    return packed(made)


def reaching_out(secret: str) -> bytes:
    """A letter that pulls in a file of this computer and a picture from elsewhere, and runs a macro when opened."""
    library = "http://openoffice.org/2000/library"
    macro = (
        '<script:module xmlns:script="http://openoffice.org/2000/script" script:name="M" script:language="StarBasic">'
        f'Sub Main\nOpen "{secret}.ran" For Output As #1\nClose #1\nEnd Sub</script:module>'
    )
    listener = (
        '<office:scripts><office:event-listeners><script:event-listener script:language="ooo:script" '
        'script:event-name="dom:load" xlink:type="simple" xlink:href="vnd.sun.star.script:Standard.M.Main?'
        'language=Basic&amp;location=document"/></office:event-listeners></office:scripts>'
    )
    body = (
        "<text:p>Dear parents</text:p>"
        f'<text:section text:name="s"><text:section-source xlink:href="file://{secret}" text:filter-name="Text"/>'
        "<text:p>as it was sent</text:p></text:section>"
        '<text:p><draw:frame svg:width="5cm" svg:height="3cm"><draw:image xlink:type="simple" '
        f'xlink:href="file://{secret}.png" xlink:show="embed" xlink:actuate="onLoad"/></draw:frame></text:p>'
    )
    return odt(
        body,
        listener,
        **{
            "Basic/script-lc.xml": f'<library:libraries xmlns:library="{library}">'
            '<library:library library:name="Standard" library:link="false"/></library:libraries>',
            "Basic/Standard/script-lb.xml": f'<library:library xmlns:library="{library}" library:name="Standard" '
            'library:readonly="false"><library:element library:name="M"/></library:library>',
            "Basic/Standard/M.xml": macro,
        },
    )
