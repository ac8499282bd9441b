"""Read the words of an office document without the program that wrote it. Runs only in a reading child.

A package is a ZIP of XML. Sizes that it states are not believed: bytes are counted while they come. The XML goes
through expat piece by piece, and a document that declares an entity is not read any further (no office program
writes one): nothing expands, nothing is fetched. Word, Excel and PowerPoint: ECMA-376; OpenDocument: ISO/IEC 26300.
"""

import re
import zipfile
from collections.abc import Callable, Iterator
from xml.parsers import expat

from .package import BROKEN, look_at
from .sheets import DateStyles, cell_text, column_of
from .text import MAX_TEXT, printable

MAX_XML = 256 * 1024 * 1024  # bytes of all parts that are read
PIECE = 64 * 1024


class Hostile(Exception):
    """The XML declares entities: it is made to expand, or to fetch files."""


class Enough(Exception):
    """There is more than anybody reads; what came before is kept."""


def read_office(*, report: Callable, path: str, kind: str) -> None:
    """Report `package` (see `package`), then `text` (text, cut, hidden) or `hostile` or `no_text`; then `done`.

    `hidden` are sentences on what a print-out of the document does not show.
    """
    wrapper = look_at(path)
    if wrapper is None:
        report("unreadable")
        return
    report("package", **wrapper)
    if wrapper["encrypted"] or wrapper["bomb"]:
        return
    words = _Words()
    try:
        with zipfile.ZipFile(path) as package:
            READERS[kind](_Parts(package), words)
    except Enough:
        words.cut = True
    except Hostile:
        report("hostile")
        return
    except (expat.ExpatError, *BROKEN) as problem:
        if isinstance(problem, OSError) and problem.errno in (28, 122):
            raise
        report("no_text", detail=str(problem)[:200])
        if not words.out:
            return
    text = re.sub(r"[ \t]+\n", "\n", printable("".join(words.out)))
    text = re.sub(r"\n{3,}", "\n\n", text).strip()
    report("text", text=text[:MAX_TEXT], cut=words.cut or len(text) > MAX_TEXT, hidden=words.hidden[:20])
    report("done")


class _Words:
    """What was read so far."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.length, self.cut = 0, False
        self.hidden: list[str] = []

    def add(self, text: str) -> None:
        self.out.append(text)
        self.length += len(text)
        if self.length > MAX_TEXT * 2:
            raise Enough

    def hide(self, sentence: str) -> None:
        if sentence not in self.hidden:
            self.hidden.append(sentence)


class _Parts:
    """The parts of a package; together they may unpack to `MAX_XML`."""

    def __init__(self, package: zipfile.ZipFile) -> None:
        self.package, self.left = package, MAX_XML
        self.names = package.namelist()

    def named(self, pattern: str) -> list[str]:
        """Names that fit, in the order of their numbers."""
        found = [name for name in self.names if re.fullmatch(pattern, name)]
        return sorted(set(found), key=lambda name: ([int(n) for n in re.findall(r"\d{1,9}", name)], name))

    def parse(self, name: str, start: Callable, end: Callable, text: Callable) -> None:
        """Feed a part to handlers: start(local name, attributes by local name), end(local name), text(words)."""
        if name not in self.names:
            return
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = lambda tag, attributes: start(
            _local(tag), {_local(key): value for key, value in attributes.items()}
        )
        parser.EndElementHandler = lambda tag: end(_local(tag))
        parser.CharacterDataHandler = text
        parser.EntityDeclHandler = _refuse
        parser.ExternalEntityRefHandler = _refuse
        for piece in self._pieces(name):
            parser.Parse(piece, False)
        parser.Parse(b"", True)

    def _pieces(self, name: str) -> Iterator[bytes]:
        with self.package.open(name) as part:
            while piece := part.read(PIECE):
                self.left -= len(piece)
                if self.left < 0:
                    raise Enough
                yield piece


def _refuse(*_: object) -> int:
    raise Hostile


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


def _nothing(*_: object) -> None:
    return None


def _word(parts: _Parts, words: _Words) -> None:
    order = (r"word/header\d*\.xml", r"word/document\d*\.xml", r"word/footer\d*\.xml", r"word/(foot|end)notes\.xml")
    main = parts.named(order[1])
    if not main:
        raise ValueError("no document part")
    for pattern in order:
        for name in parts.named(pattern):
            _word_part(parts, words, name)
    if any(name.startswith("word/comments") for name in parts.names):
        words.hide("This document has comments. They are not in the PDF; open the original to read them.")


def _word_part(parts: _Parts, words: _Words, name: str) -> None:
    state = {"text": 0, "skip": 0}

    def start(tag: str, _attributes: dict) -> None:
        if tag == "Fallback" or state["skip"]:  # the same words a second time, for older programs
            state["skip"] += 1
        elif tag == "t":
            state["text"] += 1
        elif tag in ("tab", "br", "cr"):
            words.add("\t" if tag == "tab" else "\n")
        elif tag in ("ins", "del", "moveFrom"):
            words.hide("This document has tracked changes. Open the original to see who changed what.")

    def end(tag: str) -> None:
        if state["skip"]:
            state["skip"] -= 1
        elif tag == "t":
            state["text"] -= 1
        elif tag == "p":
            words.add("\n")

    def text(data: str) -> None:
        if state["text"] and not state["skip"]:
            words.add(data)

    parts.parse(name, start, end, text)


def _slides(parts: _Parts, words: _Words) -> None:
    slides = parts.named(r"ppt/slides/slide\d+\.xml")
    if not slides:
        raise ValueError("no slide")
    for number, name in enumerate(slides, 1):
        words.add(f"Slide {number}\n")
        _word_part(parts, words, name)
        words.add("\n")
    notes = _Words()
    for name in parts.named(r"ppt/notesSlides/notesSlide\d+\.xml"):
        _word_part(parts, notes, name)
    _add_notes(words, notes)


def _add_notes(words: _Words, notes: _Words) -> None:
    """Put the speaker's notes behind the slides; what is only their number is none."""
    if "".join(notes.out).strip(" \n\t0123456789"):
        words.hide("The speaker’s notes are not in the PDF; open the original to read them.")
        words.add("\nSpeaker’s notes\n" + "".join(notes.out))


def _workbook(parts: _Parts, words: _Words) -> None:
    sheets, targets, shared, dates = _sheets_of(parts), _targets_of(parts), _shared_strings(parts), DateStyles()
    parts.parse("xl/styles.xml", dates.start, dates.end, _nothing)
    if not sheets:
        raise ValueError("no sheet")
    for name, state, key in sheets:
        if state != "visible":
            words.hide(f"The sheet “{name}” is hidden: it is not in the PDF. Open the original to see it.")
        words.add(f"{name}{'' if state == 'visible' else ' (hidden sheet)'}\n")
        _sheet(parts, words, targets.get(key, ""), shared, dates)
        words.add("\n")
    if any(re.match(r"xl/(comments|threadedComments)", name) for name in parts.names):
        words.hide("Cells of this workbook have comments. They are not in the PDF; open the original to read them.")


def _sheets_of(parts: _Parts) -> list[tuple[str, str, str]]:
    found: list[tuple[str, str, str]] = []

    def start(tag: str, attributes: dict) -> None:
        if tag == "sheet" and len(found) < 1000:
            found.append(
                (attributes.get("name", "")[:100], attributes.get("state", "visible"), attributes.get("id", ""))
            )

    parts.parse("xl/workbook.xml", start, _nothing, _nothing)
    return found


def _targets_of(parts: _Parts) -> dict[str, str]:
    found: dict[str, str] = {}

    def start(tag: str, attributes: dict) -> None:
        if tag == "Relationship" and attributes.get("TargetMode") != "External":
            target = attributes.get("Target", "")
            found[attributes.get("Id", "")] = target.lstrip("/") if target.startswith("/") else f"xl/{target}"

    parts.parse("xl/_rels/workbook.xml.rels", start, _nothing, _nothing)
    return found


def _shared_strings(parts: _Parts) -> list[str]:
    strings: list[str] = []
    state = {"text": False, "sound": 0, "words": []}

    def start(tag: str, _attributes: dict) -> None:
        if tag == "si":
            state["words"] = []
        elif tag == "rPh":
            state["sound"] += 1  # how Japanese words are pronounced
        state["text"] = tag == "t" and not state["sound"]

    def end(tag: str) -> None:
        state["text"] = False
        if tag == "rPh":
            state["sound"] -= 1
        elif tag == "si":
            strings.append("".join(state["words"])[:32_767])

    def text(data: str) -> None:
        if state["text"]:
            state["words"].append(data)

    parts.parse("xl/sharedStrings.xml", start, end, text)
    return strings


def _sheet(parts: _Parts, words: _Words, name: str, shared: list[str], dates: DateStyles) -> None:
    cell: dict = {}
    state = {"inside": "", "last": 0}

    def start(tag: str, attributes: dict) -> None:
        if tag == "c":
            cell.clear()
            cell.update(
                kind=attributes.get("t", "n"), style=attributes.get("s", "0"), column=column_of(attributes.get("r"))
            )
        state["inside"] = tag if tag in ("v", "f", "t") else ""

    def end(tag: str) -> None:
        state["inside"] = ""
        if tag == "row":
            words.add("\n")
            state["last"] = 0
        elif tag == "c" and (value := cell_text(cell, shared, dates)):
            column = cell["column"] or state["last"] + 1
            words.add("\t" * max(0, min(column - max(state["last"], 1), 20)) + value)
            state["last"] = column

    def text(data: str) -> None:
        if state["inside"]:
            cell[state["inside"]] = cell.get(state["inside"], "") + data

    parts.parse(name, start, end, text)


def _open_document(parts: _Parts, words: _Words) -> None:
    silent = {"annotation", "tracked-changes", "deletion"}
    state: dict = {"skip": 0, "text": 0, "cells": 0, "style": "", "hidden": set(), "slides": 0, "notes": 0}
    notes = _Words()

    def add(said: str) -> None:
        (notes if state["notes"] else words).add(said)

    def start(tag: str, attributes: dict) -> None:
        if tag in silent or state["skip"]:
            state["skip"] += 1
            if tag == "annotation":
                words.hide("This document has comments. They are not in the PDF; open the original to read them.")
            elif tag == "tracked-changes":
                words.hide("This document has tracked changes. Open the original to see who changed what.")
        elif tag in ("p", "h"):
            state["text"] += 1
        elif tag == "table-cell":
            state["cells"] += 1
        elif tag in ("tab", "line-break", "s"):
            count = attributes.get("c", "1")
            add({"tab": "\t", "line-break": "\n"}.get(tag, " " * min(int(count) if count.isdigit() else 1, 100)))
        elif tag == "page":
            state["slides"] += 1
            words.add(f"\nSlide {state['slides']}\n")
        elif tag == "notes":
            state["notes"] += 1
        elif tag == "style":
            state["style"] = attributes.get("name", "")
        elif tag == "table-properties" and attributes.get("display") == "false":
            state["hidden"].add(state["style"])
        elif tag == "table" and attributes.get("style-name") in state["hidden"]:
            name = attributes.get("name", "")[:100]
            words.hide(f"The sheet “{name}” is hidden: it is not in the PDF. Open the original to see it.")

    def end(tag: str) -> None:
        if state["skip"]:
            state["skip"] -= 1
        elif tag in ("p", "h"):
            state["text"] -= 1
            add(" " if state["cells"] else "\n")
        elif tag == "table-cell":
            state["cells"] -= 1
            add("\t")
        elif tag == "table-row":
            add("\n")
        elif tag == "notes":
            state["notes"] -= 1

    def text(data: str) -> None:
        if state["text"] and not state["skip"]:
            add(data)

    if "content.xml" not in parts.names:
        raise ValueError("no content part")
    parts.parse("content.xml", start, end, text)
    _add_notes(words, notes)


READERS: dict[str, Callable[[_Parts, _Words], None]] = {
    "docx": _word,
    "xlsx": _workbook,
    "pptx": _slides,
    "odt": _open_document,
    "ods": _open_document,
    "odp": _open_document,
}
