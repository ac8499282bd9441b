"""Look at the wrapper of an office document or a ZIP: can it be opened, is it locked, is it a bomb.

Nothing is unpacked but the small manifest of an OpenDocument file.
"""

import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

MAX_UNPACKED = 512 * 1024 * 1024
MAX_RATIO = 200  # plain XML packs about 20 : 1
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError, KeyError, OSError)
"""What `zipfile` raises for a wrapper that is damaged, locked, or packed in a way that it does not know."""


def check_package(*, report: Callable, path: str) -> None:
    """Report `package` (encrypted, unpacked size, whether that is implausible) or `unreadable`."""
    found = look_at(path)
    if found is None:
        report("unreadable")
    else:
        report("package", **found)
    report("done")


def look_at(path: str) -> dict | None:
    """What `check_package` reports; None for a wrapper that cannot be opened."""
    with Path(path).open("rb") as file:
        if file.read(8) == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
            return {"encrypted": True, "unpacked": 0, "bomb": False}
    try:
        with zipfile.ZipFile(path) as package:
            parts = package.infolist()
            unpacked = sum(part.file_size for part in parts)
            packed = sum(part.compress_size for part in parts) or 1
            bomb = unpacked > MAX_UNPACKED or (unpacked > 16 * 1024 * 1024 and unpacked / packed > MAX_RATIO)
            locked = any(part.flag_bits & 1 for part in parts) or _manifest_says_locked(package)
            return {"encrypted": locked, "unpacked": unpacked, "bomb": bomb}
    except BROKEN:
        return None


def _manifest_says_locked(package: zipfile.ZipFile) -> bool:
    try:
        with package.open("META-INF/manifest.xml") as manifest:
            return b"encryption-data" in manifest.read(1024 * 1024)
    except BROKEN:
        return False
