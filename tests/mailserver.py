"""A small mail server on loopback that speaks SMTP, with or without encryption, and keeps what it was given."""

from __future__ import annotations

import email
import socketserver
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import Message


@dataclass
class Post:
    """What came in. `refuse`: an answer to each recipient instead of taking it. `port` to reach it.

    While `may_answer` is cleared, a letter that came in whole waits for its answer."""

    port: int = 0
    letters: list[tuple[str, Message]] = field(default_factory=list)
    was_encrypted: list[bool] = field(default_factory=list)
    refuse: str = ""
    may_answer: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.may_answer.set()


class _Handler(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        post: Post = self.server.post  # type: ignore[attr-defined]
        trust: ssl.SSLContext | None = self.server.trust  # type: ignore[attr-defined]
        self.say("220 localhost ready")
        to = ""
        while line := self.rfile.readline():
            command = line.decode("ascii", "replace").strip()
            verb = command[:4].upper()
            if verb == "EHLO":
                offers = trust is not None and not isinstance(self.connection, ssl.SSLSocket)
                self.say(*(["250-localhost", "250 STARTTLS"] if offers else ["250 localhost"]))
            elif verb == "STAR" and trust is not None:
                self.say("220 go ahead")
                self.connection = trust.wrap_socket(self.connection, server_side=True)
                self.rfile = self.connection.makefile("rb")
                self.wfile = self.connection.makefile("wb", 0)
            elif verb == "RCPT" and post.refuse:
                self.say(post.refuse)
            elif verb == "RCPT":
                to = command.partition("<")[2].rstrip(">")
                self.say("250 ok")
            elif verb == "DATA":
                self.say("354 go on")
                lines = iter(self.rfile.readline, b".\r\n")
                post.letters.append((to, email.message_from_bytes(b"".join(lines))))
                post.was_encrypted.append(isinstance(self.connection, ssl.SSLSocket))
                post.may_answer.wait(60)
                self.say("250 kept")
            elif verb == "QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 ok")

    def say(self, *lines: str) -> None:
        with suppress(OSError):  # who asked may be gone
            self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = daemon_threads = True


@contextmanager
def serve(trust: ssl.SSLContext | None = None) -> Iterator[Post]:
    """Take mail until the block ends; with `trust`, the server offers STARTTLS with that certificate."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        post = Post(server.server_address[1])
        server.post, server.trust = post, trust  # type: ignore[attr-defined]
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield post
        finally:
            server.shutdown()
