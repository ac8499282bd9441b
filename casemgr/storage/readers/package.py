"""Look at the wrapper of an office document or a ZIP: can it be opened, is it locked, is it a bomb.

Nothing is unpacked but the small manifest of an OpenDocument file. Rendering such documents comes later.
"""

import zipfile
from collections.abc import Callable
from pathlib import Path

MAX_UNPACKED = 512 * 1024 * 1024
MAX_RATIO = 200  # plain XML packs about 20 : 1


def check_package(*, report: Callable, path: str) -> None:
    """Report `package` (encrypted, unpacked size, whether that is plausible) or `unreadable`."""
    with Path(path).open("rb") as file:
        if file.read(8) == b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1":
            report("package", encrypted=True, unpacked=0, bomb=False)
            report("done")
            return
    try:
        with zipfile.ZipFile(path) as package:
            parts = package.infolist()
            unpacked = sum(part.file_size for part in parts)
            packed = sum(part.compress_size for part in parts) or 1
            bomb = unpacked > MAX_UNPACKED or (unpacked > 16 * 1024 * 1024 and unpacked / packed > MAX_RATIO)
            locked = any(part.flag_bits & 1 for part in parts) or _manifest_says_locked(package)
            report("package", encrypted=locked, unpacked=unpacked, bomb=bomb)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
        report("unreadable", detail=str(error)[:200])
    report("done")


def _manifest_says_locked(package: zipfile.ZipFile) -> bool:
    try:
        with package.open("META-INF/manifest.xml") as manifest:
            return b"encryption-data" in manifest.read(1024 * 1024)
    except (KeyError, zipfile.BadZipFile, OSError, ValueError, RuntimeError, NotImplementedError):
        return False
