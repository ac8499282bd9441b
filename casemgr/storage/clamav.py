"""Ask a ClamAV scanner (clamd) whether bytes are clean: its INSTREAM command, over TCP or a socket in the file system.

Source: the manual page clamd(8), "COMMANDS".
"""

import re
import socket
from collections.abc import Iterable

CONNECT_SECONDS, ANSWER_SECONDS = 5, 300  # a large archive is unpacked before the answer comes
_PIECE = 64 * 1024


class ScannerDown(Exception):
    """The scanner does not answer, or not with a verdict. Nothing is known of the file."""


class TooLargeToScan(Exception):
    """The scanner does not take this file: it is over its limit (the setting StreamMaxLength)."""


def scan(address: str, pieces: Iterable[bytes]) -> str:
    """Send the bytes, and return the name of the virus, or "" when they are clean.

    Raises ScannerDown or TooLargeToScan; whatever `pieces` raises passes through."""
    try:
        with _connect(address) as line:
            answer = _ask(line, pieces)
    except (BrokenPipeError, ConnectionResetError) as problem:
        answer = _hung_up(address, problem)
    except OSError as problem:
        raise _down(problem) from problem
    if answer == "stream: OK":
        return ""
    if found := re.fullmatch(r"stream: (.+) FOUND", answer):
        return found[1]
    if "size limit exceeded" in answer:
        raise TooLargeToScan("The virus scanner does not take this file: it is larger than its limit.")
    raise ScannerDown(f"The virus scanner gave no verdict: “{answer[:100]}”.")


def _ask(line: socket.socket, pieces: Iterable[bytes]) -> str:
    line.sendall(b"zINSTREAM\0")
    for piece in pieces:
        for at in range(0, len(piece), _PIECE):
            part = piece[at : at + _PIECE]
            line.sendall(len(part).to_bytes(4, "big") + part)
    line.sendall(bytes(4))
    return _read(line)


def _hung_up(address: str, problem: OSError) -> str:
    """A scanner hangs up in the middle of a file over its limit, and its words are lost with the connection.

    If it is alive otherwise, it was the file: asking again and again would not help."""
    try:
        with _connect(address) as line:
            line.settimeout(CONNECT_SECONDS)
            line.sendall(b"zPING\0")
            if _read(line) == "PONG":
                return "size limit exceeded"
    except OSError:
        pass
    raise _down(problem) from problem


def _down(problem: OSError) -> ScannerDown:
    return ScannerDown(f"The virus scanner does not answer ({type(problem).__name__}).")


def _read(line: socket.socket) -> str:
    answer = b""
    while len(answer) < 4096 and (part := line.recv(4096)):
        answer += part
    return answer.rstrip(b"\0\n").decode("utf-8", "replace")


def _connect(address: str) -> socket.socket:
    if address.startswith("/"):
        line = socket.socket(socket.AF_UNIX)
        line.settimeout(CONNECT_SECONDS)
        line.connect(address)
    else:
        host, _, port = address.rpartition(":")
        line = socket.create_connection((host.strip("[]"), int(port)), timeout=CONNECT_SECONDS)
    line.settimeout(ANSWER_SECONDS)
    return line
