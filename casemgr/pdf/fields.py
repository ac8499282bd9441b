"""Draws the words of form fields that have no look of their own, so that they are still there when the form is not."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, Name, String

from casemgr.pdf.looks import Look, draw_looks, frame, size_and_color
from casemgr.pdf.places import numbers

_TURNS = {90: (0, 1, -1, 0, 0, 0), 180: (-1, 0, 0, -1, 0, 0), 270: (0, -1, 1, 0, 0, 0)}  # counterclockwise
_LINES, _PASSWORD, _COMB = 1 << 12, 1 << 13, 1 << 24  # of the flags of a text field
_COMBO = 1 << 17  # of a choice
_FONT_OF = re.compile(rb"/([^\s/]+)\s+[\d.]+\s+Tf")
_PLAIN, _SIGNS = "Helvetica", ("Symbol", "ZapfDingbats")


def draw_fields(pdf: pikepdf.Pdf, *, everything: bool) -> bool:
    """Give a look to the fields that have none, or to all (`everything`: the form says that its looks are out of
    date). Returns whether all words could be drawn."""
    from pikepdf.form import ExtendedAppearanceStreamGenerator  # few papers are forms

    form = pdf.acroform  # each time it is asked for, all fields are read again
    maker = ExtendedAppearanceStreamGenerator(pdf, form)
    whole, ours, fresh = True, list[Look](), list[Any]()
    for one in form.fields:
        notes = [note.obj for note in form.get_annotations_for_field(one)]
        if one.is_text or one.is_choice:
            looks = [note.get("/AP") for note in notes]
            if not everything and all(map(_is_drawn, notes)):
                continue
            for note in notes:
                note.AP = Dictionary()  # into a look that is there, the new one would be written as well
            words = one.value_as_string
            try:
                if own := _own_looks(one, notes, _shown(one, words)):
                    ours += own
                else:
                    _give_font(pdf, one)
                    with _lying_flat(notes), _as_shown(one, words):
                        maker.generate_text(one) if one.is_text else maker.generate_choice(one)
                fresh += notes
            except (RuntimeError, ValueError, TypeError, AttributeError, LookupError, ArithmeticError):
                whole = whole and not words
                for note, look in zip(notes, looks, strict=True):
                    if look is not None:
                        note.AP = look
        elif one.is_checkbox or one.is_radio_button or one.is_pushbutton:
            bare = [note for note in notes if not _is_drawn(note)]
            _tick(pdf, one, bare)
            with suppress(ValueError, TypeError, AttributeError):
                ours += [said for note in bare if one.is_pushbutton and (said := _caption(one, note))]
            fresh += bare
    whole = draw_looks(pdf, ours) and whole
    for note in fresh:
        frame(pdf, note)
    return whole


def _is_drawn(note: Any) -> bool:
    look = note.get("/AP")
    return isinstance(look, Dictionary) and "/N" in look


def _own_looks(one: Any, notes: Sequence[Any], shown: str) -> list[Look]:
    """Return how a field is drawn by ourselves; nothing where the library does it well."""
    size, color = size_and_color(bytes(one.default_appearance))
    given: Any = one.get_inheritable_field_value("/Q")
    align = int(given) if given in (1, 2) else 0
    is_list = one.is_choice and not one.flags & _COMBO
    in_lines = one.is_text and bool(one.flags & _LINES)
    is_plain = not align and not is_list and not (in_lines and not size)
    try:
        shown.encode("cp1252")  # the fonts of forms have no other letters
    except UnicodeEncodeError:
        is_plain = False
    if is_plain or (one.is_text and one.flags & _COMB) or not (shown or is_list):
        return []
    chosen = None
    if is_list:
        shown, chosen = _listed(one)
    return [
        Look(note, width, height, shown, size, align, in_lines or is_list, color, chosen, _TURNS.get(turn))
        for note in notes
        for turn, width, height in (_flat(note),)
    ]


def _flat(note: Any) -> tuple[int, float, float]:
    """How far a field is turned on its page, and the width and height that it has lying flat."""
    held, box = note.get("/MK"), numbers(note.get("/Rect")) or (0.0, 0.0, 1.0, 1.0)
    turn: Any = held.get("/R") if isinstance(held, Dictionary) else None
    turn = turn if turn in _TURNS else 0
    width, height = box[2] - box[0], box[3] - box[1]
    return (turn, height, width) if turn in (90, 270) else (turn, width, height)


def _listed(one: Any) -> tuple[str, frozenset[int]]:
    """The lines of a list from the first that is shown, and which of them are chosen."""
    value: Any = one.get_inheritable_field_value("/V")
    wanted = {str(part) for part in value} if isinstance(value, Array) else {str(value)} if value is not None else set()
    pairs = [(str(pair[0]), str(pair[1])) for pair in _options(one)]
    first: Any = one.get_inheritable_field_value("/TI")
    first = first if isinstance(first, int) and 0 <= first < len(pairs) else 0
    shown = pairs[first:]
    return "\n".join(words for _, words in shown), frozenset(n for n, pair in enumerate(shown) if wanted & set(pair))


def _options(one: Any) -> list[tuple[Any, Any]]:
    """The choices of a field: code and words of each."""
    given: Any = one.get_inheritable_field_value("/Opt")
    every = list(given) if isinstance(given, Array) else []
    return [(one[0], one[1]) if isinstance(one, Array) and len(one) == 2 else (one, one) for one in every]


def _caption(one: Any, note: Any) -> Look | None:
    """What a button says."""
    held = note.get("/MK")
    words = str(held.get("/CA", "")) if isinstance(held, Dictionary) else ""
    size, color = size_and_color(bytes(one.default_appearance))
    turn, width, height = _flat(note)
    return Look(note, width, height, words, size, 1, color=color, matrix=_TURNS.get(turn)) if words.strip() else None


def _tick(pdf: pikepdf.Pdf, one: Any, notes: Sequence[Any]) -> None:
    """Draw the tick of each box that has one; these have no look that could show it."""
    for note in notes:
        state = note.get("/AS", one.value if one.is_checkbox else None)
        box = numbers(note.get("/Rect"))
        if box is None or not isinstance(state, Name) or state == Name.Off:
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


def _shown(one: Any, words: str) -> str:
    """What readers show of what a field holds: stars for a password, of a choice the words and not its code."""
    if one.is_text and one.flags & _PASSWORD:
        return "*" * len(words)
    if one.is_choice:
        return next((str(shown) for code, shown in _options(one) if str(code) == words), words)
    return words


@contextmanager
def _as_shown(one: Any, words: str) -> Iterator[None]:
    """Let a field hold what readers show of it meanwhile."""
    shown = _shown(one, words)
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
