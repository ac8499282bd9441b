"""Time stamps of an authority (RFC 3161) over the head of an evidence log. Needs no database, no web and no network.

What is stamped is a short text with the case's id, the number of entries and the hash of the last one (`text_of`). The
authority signs its SHA-256 together with the time: afterwards nobody, the owner of the database included, can make up
another history of those entries and have it that old. Anybody can check an answer with `openssl ts -verify`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import rfc3161_client
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder, VerificationError, VerifierBuilder

LARGEST = 64 * 1024


class StampRefused(Exception):
    """This is no sound time stamp of this text by this authority. The text says why, in plain words."""


@dataclass(frozen=True)
class Seen:
    """A time stamp that was found sound. `at` in UTC; `root` is the SHA-256 of the certificate it goes back to."""

    at: datetime
    authority: str
    root: str


def text_of(case_id: str, entries: int, head: str) -> bytes:
    """Return the text that is stamped."""
    return f"casemgr evidence log\ncase {case_id}\nentries {entries}\nhead {head}\n".encode("ascii")


def request(text: bytes) -> tuple[bytes, int]:
    """Return the request to send to the authority (DER), and its nonce."""
    made = TimestampRequestBuilder().data(text).hash_algorithm(HashAlgorithm.SHA256).nonce(nonce=True)
    built = made.cert_request(cert_request=True).build()
    if built.nonce is None:
        raise RuntimeError("a request for a time stamp was made without a nonce")
    return built.as_bytes(), built.nonce


def check(token: bytes, text: bytes, authorities: bytes, *, nonce: int | None = None) -> Seen:
    """Check a whole response of an authority (DER), also against the certificates that were valid at its time.

    Args:
        authorities: PEM certificates: roots to trust, and intermediates on the way to them.
        nonce: of the request, when the answer has just come.
    Raises StampRefused.
    """
    trusted = certificates(authorities)
    roots = [one for one in trusted if one.issuer == one.subject]
    if not roots:
        raise StampRefused("There is no root certificate of an authority to check it with.")
    builder = VerifierBuilder(roots=roots, intermediates=[one for one in trusted if one not in roots], nonce=nonce)
    try:
        if len(token) > LARGEST:
            raise ValueError
        response = rfc3161_client.decode_timestamp_response(in_order(token))
        builder.build().verify(response, sha256(text).digest())
        info = response.tst_info
        if info.message_imprint.hash_algorithm.dotted_string != "2.16.840.1.101.3.4.2.1":
            raise StampRefused("It is not over a SHA-256.")
        [signer] = response.signed_data.signer_infos
        name = _signer(response.signed_data.certificates, signer.serial_number)
    except VerificationError as problem:
        raise StampRefused(f"It does not hold: {problem}.") from None
    except (ValueError, TypeError, AssertionError, IndexError, x509.InvalidVersion, x509.DuplicateExtension):
        raise StampRefused("It is damaged, or no time stamp.") from None
    return Seen(info.gen_time, name, roots[0].fingerprint(SHA256()).hex())


def in_order(answer: bytes) -> bytes:
    """Return an authority's answer with its certificates in the order of DER, which the reading library insists on.

    They are a SET OF in the SignedData (RFC 5652, section 5.1), outside of what is signed, and some authorities, those
    that run OpenSSL among them, send them in another order. Raises ValueError or IndexError for what is no answer."""
    start, end = _inside(answer, 0)  # TimeStampResp
    start = _inside(answer, start)[1]  # past its status
    if start == end:
        return answer  # refused: there is no token
    start = _inside(answer, start)[0]  # ContentInfo
    start = _inside(answer, _inside(answer, start)[1])[0]  # past its type, into [0]
    start, end = _inside(answer, start)  # SignedData: version, algorithms and content come first
    for _ in range(3):
        start = _inside(answer, start)[1]
    if start >= end or answer[start] != 0xA0:
        return answer  # it brings no certificates
    start, end = _inside(answer, start)
    found, at = [], start
    while at < end:
        following = _inside(answer, at)[1]
        found.append(answer[at:following])
        at = following
    return answer[:start] + b"".join(sorted(found)) + answer[end:]


def _inside(data: bytes, at: int) -> tuple[int, int]:
    """Return where the content of the DER element at `at` begins, and where it ends."""
    length, begin = data[at + 1], at + 2
    if length > 127:
        begin += length - 128
        length = int.from_bytes(data[at + 2 : begin], "big")
    if not at < begin + length <= len(data):
        raise ValueError("an element ends outside of the data")
    return begin, begin + length


def certificates(pem: bytes) -> list[x509.Certificate]:
    """Return the certificates of a PEM file; none of a file that holds none."""
    try:
        return x509.load_pem_x509_certificates(pem)
    except ValueError:
        return []


def _signer(given: set[bytes], serial: int) -> str:
    """Return the name of the certificate that signed."""
    for der in given:
        one = x509.load_der_x509_certificate(der)
        if one.serial_number == serial:
            names = one.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
            return str(names[0].value) if names else one.subject.rfc4514_string()
    return "an authority without a name"
