"""Make a PDF of an office document with LibreOffice, in a child process that can be lost without harm.

Each conversion has a profile of its own in its own folder: no macro runs, no link is updated, nothing is fetched. The
program gets the limits of a reading child, no network where the system can take it away, and, on a Linux with
Landlock, can open no file but its own and the document.

Measured (LibreOffice 7.4, a letter of two pages): 1.2 s of processor, 211 MB resident.
"""

import errno
import hashlib
import os
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from .sandbox import FailureKind, Limits, Outcome, clean_environment, run

LIMITS = Limits(
    cpu_seconds=120, wall_seconds=180.0, memory_bytes=4 << 30, file_bytes=256 * 1024 * 1024, open_files=1024
)
MOST_BYTES = 200 * 1024 * 1024
ROOM = 64 * 1024 * 1024  # what must be free on the disk for a failure to be the document's fault
NOT_INSTALLED = "Shown as text only, because LibreOffice is not installed on this computer."
HOW_TO_GET_IT = (
    "LibreOffice is free. On Debian or Ubuntu: apt install libreoffice-writer-nogui libreoffice-calc-nogui "
    "libreoffice-impress-nogui. On a Mac or Windows: libreoffice.org."
)
_MAC = Path("/Applications/LibreOffice.app/Contents/MacOS/soffice")
_WINDOWS = ("LibreOffice", "program", "soffice.exe")
_READABLE = (
    *("/usr/lib", "/usr/lib64", "/lib", "/lib64", "/usr/share", "/usr/local/share/fonts", "/etc/fonts"),
    *("/etc/libreoffice", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/localtime"),
    *("/var/cache/fontconfig", "/var/lib/libreoffice", "/var/spool/libreoffice", "/dev/urandom", "/dev/random"),
    *("/nix/store", "/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/sys/devices/system/cpu"),
)
_SOCKETS = "/tmp"  # noqa: S108 - where LibreOffice puts its socket, whatever TMPDIR says
_WRITABLE = ("/dev/null", "/dev/zero")


@dataclass(frozen=True)
class Office:
    """The program, and what it calls itself: "LibreOffice 7.4"."""

    program: Path
    name: str


class NotConverted(Exception):
    """There is no PDF; the message is a sentence for a person."""


def find(named: str | None = None) -> Office | None:
    """Return LibreOffice as `named` (a path; "none": do without), or as it is found on this computer."""
    if named == "none":
        return None
    for place in [Path(shutil.which(named) or named)] if named else _places():
        program = place.resolve()
        # The command is a script that starts the program as a child of its own; we want the program itself.
        binary = program.with_name("soffice.bin")
        if binary.is_file():
            program = binary
        if program.is_file() and os.access(program, os.X_OK):
            return Office(program, _name(program))
    return None


def _places() -> list[Path]:
    found = [Path(path) for name in ("soffice", "libreoffice") if (path := shutil.which(name))]
    if sys.platform == "darwin":
        found.append(_MAC)
    if os.name == "nt":
        found += [
            Path(os.environ[key], *_WINDOWS) for key in ("PROGRAMFILES", "PROGRAMFILES(X86)") if key in os.environ
        ]
    return found


def _name(program: Path) -> str:
    for place in (program.with_name("bootstraprc"), program.parent.parent / "Resources" / "bootstraprc"):
        if place.is_file() and (found := re.search(r"^ProductKey=(LibreOffice[ \w.]{1,20})$", place.read_text(), re.M)):
            return found[1]
    return "LibreOffice"


def to_pdf(office: Office, path: Path, extension: str, folder: Path) -> Path:
    """Convert a copy of `path` inside `folder`, which is empty and ours alone. Returns the PDF.

    Tried a second time when the program just stops: it may have been ended for want of memory, and it asks for a new
    start after some crashes. Raises NotConverted, and OSError when the machine is at fault (a full disk).
    """
    if path.stat().st_size > MOST_BYTES:
        raise NotConverted(f"It is larger than the {MOST_BYTES // 1024 // 1024} MB that are given to LibreOffice.")
    source = folder / f"paper.{extension}"
    shutil.copyfile(path, source)
    for attempt in ("first", "second"):
        outcome = _convert(office, source, folder / attempt)
        made = folder / attempt / "out" / "paper.pdf"
        if outcome.failure is None and made.is_file() and not made.is_symlink() and made.stat().st_size:
            return made
        if shutil.disk_usage(folder).free < ROOM:
            raise OSError(errno.ENOSPC, "No space left on device")
        if outcome.failure is None:
            raise NotConverted("LibreOffice could not open this file.")
        if outcome.failure.kind is FailureKind.TIMEOUT:
            raise NotConverted("LibreOffice took too long. Something in the file is far larger than it looks.")
        if outcome.failure.kind is FailureKind.MEMORY:
            raise NotConverted("LibreOffice needed far too much memory. Something in it is far larger than it looks.")
    raise NotConverted("LibreOffice stopped on this file, twice. It is damaged, or made to do harm.")


def _convert(office: Office, source: Path, folder: Path) -> Outcome:
    profile, out = folder / "profile", folder / "out"
    _remove_pipe(profile)  # of a run that was killed
    (profile / "user").mkdir(parents=True)
    out.mkdir()
    (profile / "user" / "registrymodifications.xcu").write_text(_settings(), encoding="utf-8")
    _as_if_started_before(office, profile / "user" / "extensions")
    arguments = [
        f"-env:UserInstallation={profile.resolve().as_uri()}",
        *("--headless", "--invisible", "--nologo", "--nodefault", "--norestore", "--nolockcheck"),
        *("--convert-to", "pdf", "--outdir", str(out.resolve()), str(source.resolve())),
    ]
    request = {
        "program": str(office.program),
        "arguments": arguments,
        "environment": _environment(folder.resolve()),
        "readable": [*_READABLE, str(office.program.parent.parent)],
        "writable": [*_WRITABLE, str(source.parent.resolve())],
        "sockets": [_SOCKETS],
    }
    try:
        return run("become", request, folder, LIMITS)
    finally:
        _remove_pipe(profile)


def _remove_pipe(profile: Path) -> None:
    """The program names a socket after its profile, outside of it, and behind its wall it cannot remove it again."""
    for pipe in Path(_SOCKETS).glob(f"OSL_PIPE_*{pipe_of(profile)}"):
        pipe.unlink(missing_ok=True)


def pipe_of(profile: Path) -> str:
    """Return how the name of the socket ends: MD5 of the profile's address, its bytes in hex without leading zeros."""
    digest = hashlib.md5(profile.resolve().as_uri().encode("utf-16-le"), usedforsecurity=False).digest()
    return "".join(f"{byte:x}" for byte in digest)


def _environment(folder: Path) -> dict[str, str]:
    return clean_environment(folder) | {
        "SAL_USE_VCLPLUGIN": "svp",  # draws without a screen
        "SAL_DISABLE_OPENCL": "1",
        "MALLOC_ARENA_MAX": "2",
    }


# Path, name, type and value of what differs from a new profile.
_SETTINGS = (
    ("/org.openoffice.Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),  # very high
    ("/org.openoffice.Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("/org.openoffice.Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("/org.openoffice.Office.Calc/Content/Update", "Link", "1"),  # never (2: ask)
    ("/org.openoffice.Office.Writer/Content/Update", "Link", "0"),  # never (2: always)
    ("/org.openoffice.Inet/Settings", "ooInetProxyType", "2"),  # a proxy that is not there: nothing is fetched
    ("/org.openoffice.Inet/Settings", "ooInetHTTPProxyName", "127.0.0.1"),
    ("/org.openoffice.Inet/Settings", "ooInetHTTPProxyPort", "9"),
    ("/org.openoffice.Inet/Settings", "ooInetHTTPSProxyName", "127.0.0.1"),
    ("/org.openoffice.Inet/Settings", "ooInetHTTPSProxyPort", "9"),
    ("/org.openoffice.Inet/Settings", "ooInetNoProxy", ""),
    ("/org.openoffice.Setup/L10N", "ooSetupSystemLocale", "en-US"),  # Letter paper
    ("/org.openoffice.Office.Java/VirtualMachine", "Enable", "false"),
)


def _settings() -> str:
    items = "".join(
        f'<item oor:path="{path}"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'
        for path, name, value in _SETTINGS
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?><oor:items xmlns:oor="http://openoffice.org/2001/registry" '
        'xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
        f"{items}</oor:items>"
    )


def _as_if_started_before(office: Office, extensions: Path) -> None:
    """Without this note of its own, a new profile makes the program look for extensions and ask for a second start."""
    versions = office.program.with_name("versionrc")
    found = re.search(r"^buildid=(.+)$", versions.read_text(), re.MULTILINE) if versions.is_file() else None
    if found:
        extensions.mkdir()
        (extensions / "buildid").write_text(found[1])
