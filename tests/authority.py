"""A time-stamping authority on loopback (RFC 3161): `openssl ts` behind a small web server."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

SETTINGS = """
[tsa]
default_tsa = here
[here]
serial = {folder}/serial
signer_cert = {folder}/signer.pem
certs = {folder}/root.pem
signer_key = {folder}/signer.key
signer_digest = sha256
default_policy = 1.2.3.4
digests = sha256
accuracy = secs:1
[signer]
basicConstraints = critical,CA:false
keyUsage = critical,digitalSignature
extendedKeyUsage = critical,timeStamping
[root]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign,cRLSign
[req]
distinguished_name = name
[name]
"""


@dataclass(frozen=True)
class Authority:
    """Where it answers, and the certificate to trust. `asked` counts its requests.

    While `may_answer` is cleared, a request waits for its answer."""

    url: str
    root: Path
    asked: list[bytes]
    may_answer: threading.Event


def openssl(*words: str, given: bytes = b"") -> bytes:
    return subprocess.run(["openssl", *words], input=given, capture_output=True, check=True).stdout


def make_authority(folder: Path, name: str = "Clock of the tests") -> None:
    """Make the keys and certificates of an authority: a root, and a signer below it."""
    settings = folder / "openssl.cnf"
    settings.write_text(SETTINGS.format(folder=folder))
    (folder / "serial").write_text("01\n")
    new = ("req", "-config", str(settings), "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    root, key = str(folder / "root.pem"), str(folder / "root.key")
    openssl(
        *new, "-x509", "-days", "30", "-subj", f"/CN={name} (root)", "-extensions", "root", "-keyout", key, "-out", root
    )
    signer, asked = str(folder / "signer.pem"), str(folder / "signer.csr")
    openssl(*new, "-subj", f"/CN={name}", "-keyout", str(folder / "signer.key"), "-out", asked)
    below = ("-CA", root, "-CAkey", key, "-CAcreateserial", "-extfile", str(settings), "-extensions", "signer")
    openssl("x509", "-req", "-in", asked, *below, "-days", "29", "-out", signer)


@contextmanager
def serve(folder: Path) -> Iterator[Authority]:
    """Answer requests with the keys in `folder` until the block ends."""

    asked: list[bytes] = []
    may_answer = threading.Event()
    may_answer.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.rfile.read(int(self.headers["Content-Length"])))
            may_answer.wait(60)
            query = folder / "query.tsq"
            query.write_bytes(asked[-1])
            assert self.headers["Content-Type"] == "application/timestamp-query"
            answer = openssl("ts", "-reply", "-config", str(folder / "openssl.cnf"), "-queryfile", str(query))
            with suppress(OSError):  # who asked may be gone
                self.send_response(200)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.end_headers()
                self.wfile.write(answer)

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        try:
            yield Authority(f"http://127.0.0.1:{server.server_address[1]}/", folder / "root.pem", asked, may_answer)
        finally:
            server.shutdown()
