"""A small scanner that speaks clamd's INSTREAM on loopback, and finds the EICAR test file."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# The harmless test string of the European Institute for Computer Antivirus Research, in two halves, so that no
# scanner takes this file for one.
EICAR = (r"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + r"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*").encode()
MOST = 3_000_000


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        command = self.rfile.read(6)
        if command == b"zPING\0":
            self.wfile.write(b"PONG\0")
            return
        assert command + self.rfile.read(4) == b"zINSTREAM\0"
        seen = b""
        while size := int.from_bytes(self.rfile.read(4), "big"):
            seen += self.rfile.read(size)
            if len(seen) > MOST:
                self.wfile.write(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.server.scanned.append(seen)  # type: ignore[attr-defined]
        if b"BREAK" in seen:
            self.wfile.write(b"stream: Heuristics engine broke ERROR\0")
        elif EICAR in seen:
            self.wfile.write(b"stream: Eicar-Test-Signature FOUND\0")
        else:
            self.wfile.write(b"stream: OK\0")


@contextmanager
def serve(socket_path: Path | None = None) -> Iterator[tuple[str, list[bytes]]]:
    """Yield the address, and what was scanned so far."""
    if socket_path is None:
        server: socketserver.BaseServer = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Handler)
        address = f"127.0.0.1:{server.server_address[1]}"
    else:
        server, address = socketserver.ThreadingUnixStreamServer(str(socket_path), _Handler), str(socket_path)
    server.scanned = []  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield address, server.scanned  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        server.server_close()
