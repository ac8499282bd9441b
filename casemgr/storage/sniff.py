"""Decide by content what a file is, and refuse what a case file has no use for."""

from .types import FileType


def sniff(head: bytes, name: str, *, tail: bytes = b"", size: int | None = None) -> FileType:
    """Say what the file is, from its first (and last) 64 KiB and the name the client gave.

    Raises Refused with a reason and a way out."""
    raise NotImplementedError
