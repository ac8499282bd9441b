"""Small odd and hostile PDFs, made by code: each kind once, by name. Pages are 200 points and show words and a bar."""

from __future__ import annotations

import io
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String

Maker = Callable[[], bytes]
KINDS: dict[str, Maker] = {}
BAR = b"0.2 0.4 0.8 rg 20 60 80 40 re f 0 g\n"
SECRET = b"MZSECRET"


def kind(maker: Maker) -> Maker:
    KINDS[maker.__name__] = maker
    return maker


def resources() -> Dictionary:
    font = Dictionary(Type=Name.Font, Subtype=Name.Type1, BaseFont=Name.Helvetica, Encoding=Name.WinAnsiEncoding)
    return Dictionary(Font=Dictionary(F=font))


def words(text: str, x: int = 20, y: int = 150, size: int = 14) -> bytes:
    return f"BT /F {size} Tf {x} {y} Td ({text}) Tj ET\n".encode()


def paper(pages: int = 1, size: float = 200, text: str = "Odd") -> Pdf:
    pdf = pikepdf.new()
    for n in range(1, pages + 1):
        page = pdf.add_blank_page(page_size=(size, size)).obj
        page.Resources, page.Contents = resources(), pdf.make_stream(words(f"{text} page {n}") + BAR)
    return pdf


def saved(pdf: Pdf, **how: Any) -> bytes:
    out = io.BytesIO()
    pdf.save(out, **how)
    return out.getvalue()


def drawing(commands: bytes, *, pages: int = 1, **page: Any) -> bytes:
    """A paper whose pages have these drawing commands and these keys."""
    pdf = paper(pages)
    for one in pdf.pages:
        one.obj.Contents = pdf.make_stream(commands)
        for key, value in page.items():
            one.obj[f"/{key}"] = value
    return saved(pdf)


def look(pdf: Pdf, commands: bytes, width: int = 60, height: int = 20, **more: Any) -> pikepdf.Stream:
    box = Array([0, 0, width, height])
    return pdf.make_stream(commands, Type=Name.XObject, Subtype=Name.Form, BBox=box, Resources=resources(), **more)


def note(kind: str, rect: tuple[int, ...], **more: Any) -> Dictionary:
    return Dictionary(Type=Name.Annot, Subtype=Name(f"/{kind}"), Rect=Array(rect), **more)


def by_hand(objects: list[bytes]) -> bytes:
    """A PDF of objects as they are, with a right cross-reference table."""
    data, places = bytearray(b"%PDF-1.4\n"), []
    for number, one in enumerate(objects, 1):
        places.append(len(data))
        data += b"%d 0 obj\n%b\nendobj\n" % (number, one)
    table = len(data)
    data += b"xref\n0 %d\n0000000000 65535 f \n" % (len(places) + 1)
    data += b"".join(b"%010d 00000 n \n" % place for place in places)
    return bytes(data) + b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(places) + 1, table)


FONTS = b"<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
HEAD = [
    b"<</Type/Catalog/Pages 2 0 R>>",
    b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
    b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 200]/Contents 4 0 R/Resources " + FONTS + b">>",
]

# -- pages that are turned, cropped, large, small ------------------------------------------------------------------

SHIFTED = {"MediaBox": Array([-10, -15, 210, 195]), "CropBox": Array([30, 20, 180, 170])}
for turn in (0, 90, 180, 270, -90, 450, 45):
    KINDS[f"turned {turn}"] = partial(drawing, words("Turned", 40) + BAR, Rotate=turn, **SHIFTED)
KINDS["turned 90.0"] = partial(drawing, words("Turned", 40) + BAR, Rotate=pikepdf.Object.parse(b"90.0"), **SHIFTED)
for turn in (0, 90):
    KINDS[f"unit {turn}"] = partial(drawing, words("Unit", 40) + BAR, Rotate=turn, UserUnit=1.5, **SHIFTED)
BOXES: dict[str, dict[str, Any]] = {
    "cropped beyond": {"CropBox": Array([-100, -100, 500, 500])},
    "huge": {"MediaBox": Array([0, 0, 14400, 14400])},
    "tiny": {"MediaBox": Array([0, 0, 72, 72])},
    "below zero": {"MediaBox": Array([-50, -30, 150, 170])},
    "corners swapped": {"MediaBox": Array([200, 200, 0, 0])},
    "other boxes": {"TrimBox": Array([50, 50, 150, 150]), "ArtBox": Array([60, 60, 100, 100])},
}
for name, boxes in BOXES.items():
    large = "huge" in name
    commands = b"60 0 0 60 0 0 cm " + words("Huge", 20, 120) + BAR if large else words("Box", 10, 40) + BAR
    KINDS[name] = partial(drawing, commands, **boxes)

# -- drawing commands that leave something behind ------------------------------------------------------------------

LEFT = {
    "q open": b"q 2 0 0 2 30 30 cm q " + words("Open", 5, 50),
    "q closed": b"Q Q " + words("Closed") + b" Q",
    "q crossed": b"Q 0.5 0 0 0.5 10 10 cm q " + words("Crossed"),
    "matrix left": b"0 -1 1 0 10 190 cm 1 0 0 rg " + words("Left over") + BAR,
    "clip left": words("Clip") + b"0 0 10 10 re W n ",
    "text open": b"BT /F 14 Tf 20 150 Td (No ET) Tj ",
    "comment at the end": words("Comment") + b"% the end Q Q Q",
    "q in a string": b"BT /F 14 Tf 20 150 Td (a Q q Q b) Tj ET " + BAR,
    "picture at the end": words("Inline") + b"q 50 0 0 50 20 20 cm BI /W 2 /H 2 /CS /G /BPC 8 ID \x00\x80\xff\x40 EI Q",
    "picture that is cut short": words("Cut") + BAR + b"BI /W 100 /H 100 /CS /G /BPC 8 ID \x00\x01\x02 EI " + BAR,
    "picture that never ends": words("Never") + BAR + b"BI /W 9 ",
    "mark open": b"/P <</MCID 0>> BDC " + words("No EMC"),
    "marks closed": b"EMC EMC " + words("EMC"),
    "string open": words("String") + BAR + b"BT /F 10 Tf 20 30 Td (never ends",
    "string in a string open": words("String") + BAR + b"BT /F 10 Tf 20 30 Td (never (ends\\)) Tj ET ",
    "much": words("Much") + b" " * 9_000_000 + BAR,
    "array open": words("Array") + BAR + b" 1 2 3 /Name (x) [ 1 2",
    "dictionary open": words("Dictionary") + BAR + b" /P << /MCID 0 ",
    "path left": words("Path") + b" 0 0 m 200 200 l 0 200 l",
    "path left behind Q": words("Path") + b" q 0 0 m 200 200 l 0 200 l Q",
    "unseen text": b"BT 7 Tr ET " + words("Mode 7") + BAR,
    "deep": b"q " * 40 + words("Deep") + b"Q " * 40,
}
for name, commands in LEFT.items():
    KINDS[name] = partial(drawing, commands)


def in_parts(*parts: bytes) -> bytes:
    pdf = paper()
    pdf.pages[0].obj.Contents = Array([pdf.make_stream(part) for part in parts])
    return saved(pdf)


TEXT_PARTS = b"20 60", b"80 40 re", b"f BT /F 14 Tf 20", b"150 Td (Split) Tj ET"
KINDS["in parts"] = partial(in_parts, *TEXT_PARTS)
KINDS["in parts, within a word"] = partial(in_parts, b"20 6", b"0 80 40 re f BT /F 14 Tf 20 150 Td (Spl", b"it) Tj ET")


@kind
def shared_contents() -> bytes:
    pdf = paper(3)
    for page in pdf.pages:
        page.obj.Contents = pdf.pages[0].obj.Contents
    pdf.pages[2].obj.Rotate = 90
    return saved(pdf)


@kind
def shared_array() -> bytes:
    pdf = paper(2)
    parts = pdf.make_indirect(Array([pdf.make_stream(b"q "), pdf.make_stream(words("Shared")), pdf.make_stream(b"Q")]))
    held = pdf.make_indirect(resources())
    for page in pdf.pages:
        page.obj.Contents, page.obj.Resources = parts, held
    return saved(pdf)


@kind
def nothing_on_a_page() -> bytes:
    pdf = paper(2)
    del pdf.pages[1].obj["/Contents"], pdf.pages[1].obj["/Resources"]
    return saved(pdf)


@kind
def our_own_names() -> bytes:
    pdf = paper()
    page = pdf.pages[0].obj
    page.Resources.Font["/CasemgrStamp"] = page.Resources.Font.F
    page.Resources.XObject = Dictionary({"/CasemgrBody": look(pdf, b"1 0 0 rg 0 0 60 20 re f")})
    page.Contents = pdf.make_stream(b"Q BT /CasemgrStamp 14 Tf 20 150 Td (Ours) Tj ET /CasemgrBody Do")
    return saved(pdf)


@kind
def a_form_within_itself() -> bytes:
    pdf = paper()
    form = look(pdf, b"0 1 0 rg 0 0 60 20 re f /X Do")
    form.Resources = Dictionary(XObject=Dictionary(X=form))
    pdf.pages[0].obj.Resources.XObject = Dictionary(X=form)
    pdf.pages[0].obj.Contents = pdf.make_stream(words("Itself") + b"/X Do")
    return saved(pdf)


# -- how the file is built -----------------------------------------------------------------------------------------

for name, lock in {"RC4, 40": 2, "RC4, 128": 3, "AES, 128": 4, "AES, 256": 6}.items():
    how = {"R": lock} | ({"aes": False, "metadata": False} if lock < 4 else {})
    KINDS[name] = lambda how=how: saved(paper(), encryption=pikepdf.Encryption(user="", owner="boss", **how))
COMMANDS = words("By hand") + BAR
KINDS["length elsewhere"] = lambda: by_hand(
    [*HEAD, b"<</Length 5 0 R>>\nstream\n" + COMMANDS + b"\nendstream", b"%d" % len(COMMANDS)]
)
KINDS["length wrong"] = lambda: by_hand([*HEAD, b"<</Length 7>>\nstream\n" + COMMANDS + b"\nendstream"])
KINDS["table elsewhere"] = lambda: saved(paper(2)).partition(b"startxref")[0] + b"startxref\n99999999\n%%EOF\n"
KINDS["tree of one page"] = lambda: by_hand(
    [
        b"<</Type/Catalog/Pages 3 0 R>>",
        b"null",
        HEAD[2],
        b"<</Length %d>>\nstream\n%b\nendstream" % (len(COMMANDS), COMMANDS),
    ]
)
KINDS["words before"] = lambda: b"garbage before\n" * 7 + saved(paper(2))
KINDS["streams of objects"] = lambda: saved(paper(8, 80), object_stream_mode=pikepdf.ObjectStreamMode.generate)


@kind
def tree_into_itself() -> bytes:
    pdf = paper(2)
    first, second = pdf.Root.Pages.Kids
    pdf.Root.Pages.Kids = Array([first, pdf.Root.Pages, second])
    return saved(pdf)


@kind
def tree_too_deep() -> bytes:
    deep = 150
    nodes = [b"<</Type/Pages/Kids[%d 0 R]/Count 1>>" % number for number in range(3, deep + 3)]
    page = HEAD[2].replace(b"2 0 R", b"%d 0 R" % (deep + 1)).replace(b"4 0 R", b"%d 0 R" % (deep + 3))
    return by_hand([HEAD[0], *nodes, page, b"<</Length %d>>\nstream\n%b\nendstream" % (len(COMMANDS), COMMANDS)])


@kind
def page_twice() -> bytes:
    pdf = paper(2)
    first, second = pdf.Root.Pages.Kids
    pdf.Root.Pages.Kids, pdf.Root.Pages.Count = Array([first, second, first]), 3
    return saved(pdf)


@kind
def inherited() -> bytes:
    pdf = paper(2)
    pages = [page.obj for page in pdf.pages]
    boxes = {"MediaBox": Array([0, 0, 200, 260]), "CropBox": Array([10, 10, 190, 250]), "Rotate": 90}
    above = Dictionary(Type=Name.Pages, Parent=pdf.Root.Pages, Kids=Array(pages), Count=2, Resources=resources())
    node = pdf.make_indirect(above)
    for key, value in boxes.items():
        node[f"/{key}"] = value
    for page in pages:
        del page["/Resources"], page["/MediaBox"]
        page.Parent = node
    pdf.Root.Pages.Kids = Array([node])
    return saved(pdf)


# -- notes, layers, fields, actions --------------------------------------------------------------------------------


@kind
def notes() -> bytes:
    pdf = paper(2)
    icon = look(pdf, b"1 0 0 rg 0 0 20 20 re f", 20)
    popup = pdf.make_indirect(note("Popup", (120, 120, 190, 190), Open=True))
    sticky = note("Text", (100, 100, 120, 120), Contents=String("note"), Popup=popup, AP=Dictionary(N=icon))
    file = Dictionary(Type=Name.Filespec, F=String("x.exe"), EF=Dictionary(F=pdf.make_stream(SECRET)))
    green = Dictionary(N=look(pdf, b"0 1 0 rg 0 0 60 20 re f"))
    corners = Array([20, 164, 100, 164, 20, 148, 100, 148])
    pdf.pages[0].obj.Annots = Array(
        [
            sticky,
            popup,
            note("Square", (10, 10, 70, 30), F=4, AP=green),
            note("Square", (80, 10, 140, 30), F=4, C=Array([1, 0, 0])),
            note("Square", (150, 10, 190, 30), F=2, AP=green),
            note("Highlight", (20, 148, 100, 164), F=4, C=Array([1, 1, 0]), QuadPoints=corners),
            note("Link", (20, 60, 100, 100), Dest=Array([pdf.pages[1].obj, Name.Fit]), Border=Array([0, 0, 2])),
            note("FileAttachment", (150, 150, 170, 170), AP=Dictionary(N=icon), FS=file),
        ]
    )
    return saved(pdf)


@kind
def notes_of_two_pages() -> bytes:
    pdf = paper(2)
    green = Dictionary(N=look(pdf, b"0 1 0 rg 0 0 60 20 re f"))
    shared = pdf.make_indirect(Array([pdf.make_indirect(note("Square", (10, 10, 70, 30), F=4, AP=green))]))
    for page in pdf.pages:
        page.obj.Annots = shared
    return saved(pdf)


def layered(commands: bytes, config: Callable[[Any, Any], Dictionary]) -> bytes:
    """A paper with one layer that is shown and one that is not, in its drawing, in a form and in a note."""
    pdf = paper()
    on, off = (pdf.make_indirect(Dictionary(Type=Name.OCG, Name=String(name))) for name in ("On", "Off"))
    pdf.Root.OCProperties = Dictionary(OCGs=Array([on, off]), D=config(on, off))
    page = pdf.pages[0].obj
    members = pdf.make_indirect(Dictionary(Type=Name.OCMD, OCGs=Array([off]), P=Name.AllOn))
    page.Resources.Properties = Dictionary(A=on, B=off, M=members)
    page.Resources.XObject = Dictionary(X=look(pdf, b"1 0 0 rg 0 0 60 120 re f", 60, 120, OC=off))
    page.Contents = pdf.make_stream(words("Layers") + commands)
    red = Dictionary(N=look(pdf, b"1 0 0 rg 0 0 40 40 re f", 40, 40))
    page.Annots = Array([note("Square", (20, 100, 60, 140), F=4, OC=off, AP=red)])
    return saved(pdf)


KINDS["layer off"] = lambda: layered(
    b"/OC /A BDC 0 1 0 rg 20 20 50 50 re f EMC /OC /B BDC 1 0 0 rg 100 20 50 150 re f EMC /X Do ",
    lambda on, off: Dictionary(OFF=Array([off])),
)
KINDS["layers off but one"] = lambda: layered(
    b"/OC /A BDC 0 1 0 rg 20 20 50 50 re f EMC /OC /M BDC 1 0 0 rg 100 20 50 150 re f EMC /X Do ",
    lambda on, off: Dictionary(BaseState=Name.OFF, ON=Array([on])),
)


KINDS["layers off and on"] = lambda: layered(
    b"/OC /A BDC 0 1 0 rg 20 20 50 50 re f EMC /OC /B BDC 1 0 0 rg 100 20 50 150 re f EMC /X Do ",
    lambda on, off: Dictionary(BaseState=Name.OFF, ON=Array([on, off]), OFF=Array([off])),
)
for name, wrong in {"nothing": b"[null 5 (x)]", "a name": b"/X", "words": b"(abc)"}.items():
    KINDS[f"layers off: {name}"] = partial(
        layered,
        b"/OC /A BDC 0 1 0 rg 20 20 50 50 re f EMC ",
        lambda on, off, wrong=wrong: Dictionary(ON=pikepdf.Object.parse(wrong), OFF=pikepdf.Object.parse(wrong)),
    )


def with_root(**keys: bytes) -> bytes:
    pdf = paper()
    for key, value in keys.items():
        pdf.Root[f"/{key}"] = pikepdf.Object.parse(value)
    return saved(pdf)


KINDS["layers that are none"] = partial(with_root, OCProperties=b"<</OCGs[null 5]/D 7>>")
for name, wrong in {"a list": b"[1]", "a number": b"5", "words": b"(x)"}.items():
    KINDS[f"form that is {name}"] = partial(with_root, AcroForm=wrong)


@kind
def frames_of_links() -> bytes:
    """What a link did may go, but not the frame that is drawn around it."""
    pdf = paper()
    look = {"C": Array([1, 0, 0])}
    script = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
    pdf.pages[0].obj.Annots = Array(
        [
            note("Link", (10, 20, 60, 50), A=script, Border=Array([0, 0, 3]), **look),
            note("Link", (70, 20, 120, 50), A=script, **look),
            note("Link", (130, 20, 190, 50), A=script, BS=Dictionary(W=2), **look),
            note("Link", (10, 110, 60, 140), A=script, Border=Array([0, 0, 0]), **look),
            note("Link", (70, 110, 120, 140), Dest=String("nowhere"), **look),
        ]
    )
    return saved(pdf)


@kind
def fields() -> bytes:
    """A hidden field, one that is not for the screen, one that is shown, and one that lies on its side."""
    pdf = paper()
    red = Dictionary(N=look(pdf, b"1 0 0 rg 0 0 100 20 re f", 100))

    def field(name: str, rect: tuple[int, ...], **more: Any) -> pikepdf.Object:
        text = {"FT": Name.Tx, "T": String(name), "V": String(name.upper()), "DA": String("/Helv 12 Tf 0 g")}
        return pdf.make_indirect(note("Widget", rect, **text, **more))

    every = [
        field("hidden", (20, 20, 120, 40), F=2, AP=red),
        field("unseen", (20, 100, 120, 120), F=36, AP=red),
        field("seen", (20, 120, 120, 140), F=4, AP=Dictionary(N=look(pdf, words("SEEN", 2, 4, 12), 100))),
        field("sideways", (140, 60, 160, 160), F=4, MK=Dictionary(R=90)),
    ]
    pdf.pages[0].obj.Annots = Array(every)
    fonts = Dictionary(Font=Dictionary(Helv=resources().Font.F))
    pdf.Root.AcroForm = Dictionary(Fields=Array(every), DR=fonts)
    return saved(pdf)


@kind
def xfa() -> bytes:
    pdf = paper()
    template = pdf.make_stream(b"<template/>")
    pdf.Root.AcroForm = Dictionary(XFA=Array([String("template"), template]), Fields=Array(), NeedAppearances=True)
    return saved(pdf)


@kind
def actions() -> bytes:
    pdf = paper()
    script = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
    file = Dictionary(Type=Name.Filespec, F=String("e.exe"), EF=Dictionary(F=pdf.make_stream(SECRET)))
    trees = {"JavaScript": Array([String("x"), script]), "EmbeddedFiles": Array([String("x"), file])}
    pdf.Root.Names = Dictionary({f"/{key}": Dictionary(Names=names) for key, names in trees.items()})
    pdf.Root.OpenAction, pdf.Root.AA = script, Dictionary(WC=script)
    doing = [
        script,
        Dictionary(S=Name.Launch, F=String("cmd.exe")),
        Dictionary(S=Name.GoToR, F=String("x.pdf"), D=Array([0, Name.Fit])),
        Dictionary(S=Name.GoToE),
        Dictionary(S=Name.SubmitForm, F=String("http://x")),
        Dictionary(S=Name.URI, URI=String("javascript:alert(1)")),
        Dictionary(S=Name.Named, N=Name.Print),
        Dictionary(S=Name.URI, URI=String("https://example.org"), Next=script),
    ]
    at, bare = (20, 60, 100, 100), {"Border": Array([0, 0, 0])}
    square = note("Square", at, F=4, AP=Dictionary(N=look(pdf, b"0 1 0 RG 0 0 60 20 re S")), A=script)
    page = pdf.pages[0].obj
    page.AA, page.Annots = Dictionary(O=script), Array([*(note("Link", at, A=one, **bare) for one in doing), square])
    return saved(pdf)


def named(target: int) -> bytes:
    """A paper of three pages in which the same names lead to the page `target` (from 0)."""
    pdf = paper(3, text=f"Named {target}")
    there = pdf.pages[target].obj
    tree = Dictionary(Names=Array([String("chapter"), Array([there, Name.Fit])]))
    pdf.Root.Names, pdf.Root.Dests = Dictionary(Dests=tree), Dictionary(old=Array([there, Name.Fit]))
    at, bare = (20, 60, 100, 100), {"Border": Array([0, 0, 0])}
    go = Dictionary(S=Name.GoTo, D=String("chapter"))
    pdf.pages[0].obj.Annots = Array(
        [
            note("Link", at, Dest=String("chapter"), **bare),
            note("Link", at, A=go, **bare),
            note("Link", at, Dest=Name("/old"), **bare),
            note("Link", at, Dest=String("nowhere"), **bare),
        ]
    )
    return saved(pdf)


KINDS["named 1"], KINDS["named 2"] = partial(named, 1), partial(named, 2)


@kind
def tagged() -> bytes:
    pdf = paper(2)
    for number, page in enumerate(pdf.pages):
        marks = b"/H1 <</MCID 0>> BDC " + words("Heading") + b"EMC /P <</MCID 1 /Lang (en)>> BDC " + BAR + b"EMC"
        page.obj.Contents, page.obj.StructParents = pdf.make_stream(marks), number
    pdf.Root.StructTreeRoot, pdf.Root.MarkInfo = Dictionary(Type=Name.StructTreeRoot), Dictionary(Marked=True)
    return saved(pdf)


def write_all(folder: Path) -> dict[str, Path]:
    """Write one file of each kind; return them by the name of their kind."""
    made = {}
    for number, (name, maker) in enumerate(KINDS.items(), 1):
        made[name] = folder / f"{number}.pdf"
        made[name].write_bytes(maker())
    return made
