"""A PDF of every paper, to read and to file: the original stays what it is, and the rendition is a file of its own.

An office document is converted by LibreOffice; where that cannot be, a slip says so and shows the words that could be
read. Text, tables and e-mails we draw ourselves from what `preview` read in them; a picture becomes a page. A PDF is
its own rendition.
"""

import shutil
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from . import soffice
from .preview import preview
from .readers.paper import RENDITION
from .sandbox import Limits, Outcome, run
from .types import Family, FileType, Preview, PreviewState

PDF = FileType("application/pdf", Family.PDF, "pdf")
NO_WORDS = "No words could be read in this document without the program that wrote it."
_TEXT_LIMITS = Limits(cpu_seconds=60, wall_seconds=90, memory_bytes=1024 << 20)
_PICTURE_LIMITS = Limits(cpu_seconds=90, wall_seconds=120, memory_bytes=1536 << 20)
_FORMS = {"csv": "table", "eml": "letter", "msg": "letter"}
_SMALL = 5000  # bytes
_ORIGINAL = "The original was not touched."


class How(StrEnum):
    """How a rendition came about; `TEXT_ONLY` stands in for the file and is not the whole of it."""

    OFFICE = "office"
    DRAWN = "drawn"
    PICTURE = "picture"
    TEXT_ONLY = "text_only"


@dataclass(frozen=True)
class About:
    """What a slip says of the file that it stands in for. `size` is in bytes."""

    title: str
    name: str
    sha256: str
    size: int


@dataclass(frozen=True)
class Rendition:
    """A PDF in the folder that was given. `how_made` is a sentence for a person; `texts` are those of its pages where
    we know them better than a reader of the PDF would."""

    path: Path
    how: How
    how_made: str
    texts: tuple[str, ...] = ()


def make(
    path: Path, file_type: FileType, seen: Preview, folder: Path, about: About, office: soffice.Office | None
) -> Rendition | None:
    """Make the rendition of a file that `preview` has `seen`, in `folder`, which is made here.

    Returns None for a file that is its own (PDF), has no pages (sound, a mailbox, a ZIP), is locked, or cannot be read.
    Raises OSError when the machine is at fault (a full disk).
    """
    if seen.state not in (PreviewState.READY, PreviewState.NONE) or file_type.damaged:
        return None
    folder.mkdir(mode=0o700, parents=True)
    if file_type.family is Family.OFFICE:
        return _office(path, file_type, seen, folder, about, office)
    if seen.state is not PreviewState.READY:
        return None
    if file_type.family is Family.IMAGE:
        return _pictures(path, folder)
    if file_type.family is Family.TEXT or file_type.extension in _FORMS:
        return _words(seen, folder, about, _FORMS.get(file_type.extension, "text"))
    return None


def _office(
    path: Path, file_type: FileType, seen: Preview, folder: Path, about: About, office: soffice.Office | None
) -> Rendition | None:
    why = soffice.NOT_INSTALLED
    if office is not None:
        work = folder / "office"
        work.mkdir(mode=0o700)
        try:
            made = soffice.to_pdf(office, path, file_type.extension, work)
            if not (seen.text.strip() and _is_empty(made, work / "seen")):
                return Rendition(made, How.OFFICE, f"Made into PDF by {office.name} from the original. {_ORIGINAL}")
            why = "Shown as text only. LibreOffice showed an empty page for it: the file may be damaged."
        except soffice.NotConverted as problem:
            why = f"Shown as text only. {problem}"
        shutil.rmtree(work, ignore_errors=True)
    return _slip(seen, folder, about, why)


def _is_empty(made: Path, folder: Path) -> bool:
    """Tell whether a PDF shows nothing on any page. Only a small one is looked at: letters bring their font along."""
    if made.stat().st_size > _SMALL:
        return False
    pages = preview(made, PDF, folder).pages
    return bool(pages) and all(page.is_blank for page in pages)


def _slip(seen: Preview, folder: Path, about: About, why: str) -> Rendition | None:
    facts = [("File", about.name), ("Size", f"{about.size:,} bytes"), ("SHA-256", about.sha256)]
    text = seen.text.strip()
    on_slip = f"{why} The file itself is kept exactly as it came." + ("" if text else f" {NO_WORDS}")
    slip = {"title": about.title, "facts": facts, "why": on_slip}
    request = {"form": "slip", "text": text, "name": about.title, "slip": slip}
    return _drawn(run("draw_text", request, folder, _TEXT_LIMITS), folder, How.TEXT_ONLY, why)


def _words(seen: Preview, folder: Path, about: About, form: str) -> Rendition | None:
    request = {"form": form, "text": seen.text, "name": about.title}
    outcome = run("draw_text", request, folder, _TEXT_LIMITS)
    made = _drawn(outcome, folder, How.DRAWN, f"Made into PDF by casemgr from the original. {_ORIGINAL}")
    cut = any(event.get("event") == "drawn" and event.get("cut") for event in outcome.events)
    if made and (cut or seen.cut):
        why = f"The PDF shows only the beginning: this text is very long. {_ORIGINAL}"
        return Rendition(made.path, How.TEXT_ONLY, why, made.texts)
    return made


def _pictures(path: Path, folder: Path) -> Rendition | None:
    outcome = run("draw_pictures", {"path": str(path.resolve())}, folder, _PICTURE_LIMITS)
    return _drawn(outcome, folder, How.PICTURE, f"Made into PDF by casemgr, upright, from the original. {_ORIGINAL}")


def _drawn(outcome: Outcome, folder: Path, how: How, how_made: str) -> Rendition | None:
    """What a child of ours drew, if it did. What it reports is believed as little as the file itself."""
    event = next((event for event in outcome.events if event.get("event") == "drawn"), None)
    made = folder / RENDITION
    if outcome.failure or event is None or made.is_symlink() or not made.is_file():
        return None
    texts, undrawable, notes = (_strings(event.get(name)) for name in ("texts", "undrawable", "notes"))
    how_made = " ".join([how_made, *(note[:300] for note in notes[:5])])
    if undrawable:
        how_made += " Letters that no font here has stand in it by number; the text has them."
    return Rendition(made, how, how_made, texts)


def _strings(value: object) -> tuple[str, ...]:
    sound = isinstance(value, list) and all(isinstance(one, str) for one in value)
    return tuple(value) if sound else ()
