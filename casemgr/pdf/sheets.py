"""Simple papers of one to three pages: a letter, a report, a meeting note, an e-mail print-out."""

from dataclasses import dataclass
from datetime import datetime

from casemgr.pdf.model import Block, Signature


@dataclass(frozen=True)
class Sheet:
    """One paper. `letterhead` stands at the top, `meta` are lines such as ("To", "…") and ("Subject", "…").

    `marking` is a line above everything, such as "Fictional sample". `made_at` (UTC) fixes the bytes.
    """

    title: str
    blocks: tuple[Block | str, ...]
    """A `str` is a small heading between blocks."""
    made_at: datetime
    letterhead: tuple[str, ...] = ()
    meta: tuple[tuple[str, str], ...] = ()
    signatures: tuple[Signature, ...] = ()
    marking: str = ""
    footer: str = ""
    language: str = "en-US"


def make_sheet(sheet: Sheet) -> bytes:
    """Return the PDF of a sheet: Letter pages, embedded fonts, the same bytes for the same sheet."""
    raise NotImplementedError
