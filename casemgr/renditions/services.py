"""Make the PDF of a paper beside its original, and keep it under a hash of its own."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from flask import current_app

from casemgr.documents.models import Document
from casemgr.storage import renditions, soffice
from casemgr.storage.objects import ObjectMissing, ObjectStore
from casemgr.storage.renditions import About, How
from casemgr.storage.types import FileType, Preview

PIECE = 1024 * 1024


@dataclass(frozen=True)
class Made:
    """A PDF on disk, not kept yet; see `storage.renditions.Rendition`."""

    path: Path
    how: How
    how_made: str
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Kept:
    """The columns of a paper that tell of its rendition; `sha256` is empty where it has none."""

    sha256: str = ""
    size: int = 0
    how: str = ""
    note: str = ""


NONE = Kept()


def office() -> soffice.Office | None:
    """Return LibreOffice as the settings name it, or as it is found on this computer; None where there is none."""
    return soffice.find(current_app.config["SETTINGS"].soffice)


def make(
    objects: ObjectStore, document: Document, path: Path, file_type: FileType, seen: Preview, folder: Path
) -> Made | None:
    """Make the PDF of a paper from the file at `path`, in `folder`. None: it has none (see `storage.renditions.make`).

    What LibreOffice made once is taken again: another run would give other bytes. Raises OSError on a full disk.
    """
    if document.rendition_how == How.OFFICE and document.rendition_sha256:
        with suppress(ObjectMissing):
            folder.mkdir(mode=0o700, parents=True)
            again = folder / "again.pdf"
            with again.open("xb") as out:
                for piece in objects.open_stream(document.org_id, document.rendition_sha256):
                    out.write(piece)
            return Made(again, How.OFFICE, document.rendition_note, ())
    about = About(document.title, document.original_name, document.sha256, document.size)
    made = renditions.make(path, file_type, seen, folder / "made", about, office())
    return Made(made.path, made.how, made.how_made, made.texts) if made else None


def keep(objects: ObjectStore, document: Document, made: Made) -> Kept:
    """Put the PDF into the store. The caller writes the columns."""
    size = made.path.stat().st_size
    with made.path.open("rb") as file:
        stored = objects.put_stream(document.org_id, iter(lambda: file.read(PIECE), b""), max_bytes=size)
    return Kept(stored.sha256, stored.size, made.how.value, made.how_made)


def can_be_better(document: Document) -> bool:
    """Say whether LibreOffice, which is there now, could give this paper the PDF that it could not have before."""
    waits = document.family == "office" and document.rendition_how in ("", How.TEXT_ONLY)
    return waits and document.preview_state in ("ready", "none") and office() is not None
