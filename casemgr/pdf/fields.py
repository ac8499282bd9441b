"""Draws the words of form fields that have no look of their own, so that they are still there when the form is not."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from casemgr.pdf.places import numbers

_TURNS = {90: (0, 1, -1, 0, 0, 0), 180: (-1, 0, 0, -1, 0, 0), 270: (0, -1, 1, 0, 0, 0)}  # counterclockwise
_PASSWORD = 1 << 13  # of the flags of a text field
_FONT_OF = re.compile(rb"/([^\s/]+)\s+[\d.]+\s+Tf")
_PLAIN, _SIGNS = "Helvetica", ("Symbol", "ZapfDingbats")


def draw_fields(pdf: pikepdf.Pdf, *, everything: bool) -> bool:
    """Give a look to the fields that have none, or to all (`everything`: the form says that its looks are out of
    date). Returns whether all words could be drawn."""
    from pikepdf.form import ExtendedAppearanceStreamGenerator  # few papers are forms

    form = pdf.acroform  # each time it is asked for, all fields are read again
    maker = ExtendedAppearanceStreamGenerator(pdf, form)
    whole = True
    for one in form.fields:
        notes = [note.obj for note in form.get_annotations_for_field(one)]
        if one.is_checkbox or one.is_radio_button:
            _tick(pdf, one, notes)
        if not (one.is_text or one.is_choice):
            continue
        looks = [note.get("/AP") for note in notes]
        if not everything and all(isinstance(look, Dictionary) and "/N" in look for look in looks):
            continue
        for note in notes:
            note.AP = Dictionary()  # into a look that is there, the new one would be written as well
        words = one.value_as_string
        try:
            words.encode("cp1252")  # the fonts of forms have no other letters
            _give_font(pdf, one)
            with _lying_flat(notes), _as_shown(one, words):
                maker.generate_text(one) if one.is_text else maker.generate_choice(one)
        except (
            UnicodeEncodeError, RuntimeError, ValueError, TypeError, AttributeError, LookupError, ArithmeticError,
        ):  # fmt: skip
            whole = whole and not words
            for note, look in zip(notes, looks, strict=True):
                if look is not None:
                    note.AP = look
    return whole


def _tick(pdf: pikepdf.Pdf, one: Any, notes: Sequence[Any]) -> None:
    """Draw the tick of each box that has one, and no look that could show it."""
    for note in notes:
        state = note.get("/AS", one.value if one.is_checkbox else None)
        look, box = note.get("/AP"), numbers(note.get("/Rect"))
        is_drawn = isinstance(look, Dictionary) and "/N" in look
        if is_drawn or box is None or not isinstance(state, Name) or state == Name.Off:
            continue
        width, height = box[2] - box[0], box[3] - box[1]
        side = min(width, height)
        points = ((0.2, 0.5), (0.42, 0.25), (0.8, 0.8))
        places = [((width - side) / 2 + x * side, (height - side) / 2 + y * side) for x, y in points]
        lines = " ".join(f"{x:.2f} {y:.2f} {'l' if n else 'm'}" for n, (x, y) in enumerate(places))
        note.AP = Dictionary(
            N=pdf.make_stream(
                f"q 0 G {0.12 * side:.2f} w {lines} S Q".encode(),
                Type=Name.XObject,
                Subtype=Name.Form,
                BBox=Array([0, 0, round(width, 2), round(height, 2)]),
            )
        )


def _give_font(pdf: pikepdf.Pdf, one: Any) -> None:
    """Let the font that a field asks for be there with its measures: forms seldom say those of the standard fonts, and
    sometimes name a font that they do not have."""
    form = pdf.Root.AcroForm
    found = _FONT_OF.search(bytes(one.default_appearance))
    if found is None:
        return
    if not isinstance(form.get("/DR"), Dictionary):
        form.DR = Dictionary()
    if not isinstance(form.DR.get("/Font"), Dictionary):
        form.DR.Font = Dictionary()
    name = "/" + found[1].decode("latin-1")
    font: Any = form.DR.Font.get(name)
    if not isinstance(font, Dictionary) or "/FontDescriptor" not in font:
        named = str(font.get("/BaseFont", "")).removeprefix("/") if isinstance(font, Dictionary) else ""
        form.DR.Font[name] = pdf.make_indirect(_measured(named))


def _measured(named: str) -> Dictionary:
    """A standard font with its measures; Helvetica for any other."""
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase._fontdata import standardFonts

    known = pdfmetrics.getFont(named if named in standardFonts and named not in _SIGNS else _PLAIN)
    return Dictionary(
        Type=Name.Font,
        Subtype=Name.Type1,
        BaseFont=Name(f"/{known.fontName}"),
        Encoding=Name.WinAnsiEncoding,
        FirstChar=0,
        LastChar=255,
        Widths=Array([round(width) for width in known.widths]),
        FontDescriptor=Dictionary(
            Type=Name.FontDescriptor,
            FontName=Name(f"/{known.fontName}"),
            Flags=32,
            Ascent=known.face.ascent,
            Descent=known.face.descent,
        ),
    )


@contextmanager
def _as_shown(one: Any, words: str) -> Iterator[None]:
    """Let a field hold what readers show of it meanwhile: stars for a password, of a choice the words and not its
    code."""
    shown = words
    if one.is_text and one.flags & _PASSWORD:
        shown = "*" * len(words)
    elif one.is_choice:
        given = one.get_inheritable_field_value("/Opt")
        pairs = [pair for pair in given if isinstance(pair, Array) and len(pair) == 2] if given is not None else []
        shown = next((str(pair[1]) for pair in pairs if str(pair[0]) == words), words)
    if shown == words:
        yield
        return
    own = one.obj.get("/V")
    one.obj.V = String(shown)
    try:
        yield
    finally:
        if own is None:
            del one.obj["/V"]
        else:
            one.obj.V = own


@contextmanager
def _lying_flat(notes: Sequence[Any]) -> Iterator[None]:
    """Let fields that are turned on their page have the shape that their words are set in, and turn them afterwards."""
    turned = []
    for note in notes:
        look, box = note.get("/MK"), numbers(note.get("/Rect"))
        turn: Any = look.get("/R") if isinstance(look, Dictionary) else None
        if turn in _TURNS and box is not None:
            turned.append((note, note.Rect, _TURNS[turn]))
            left, bottom, right, top = box
            if turn != 180:
                note.Rect = Array([left, bottom, left + top - bottom, bottom + right - left])
    yield
    for note, rect, matrix in turned:
        note.Rect = rect
        if isinstance(note.AP.get("/N"), pikepdf.Stream):
            note.AP.N.Matrix = Array(matrix)
