"""What a virus scanner says is understood, and silence is never taken for clean."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from casemgr.storage.clamav import ScannerDown, TooLargeToScan, scan
from tests import clamd


@pytest.fixture(params=["tcp", "unix"])
def scanner(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, list[bytes]]]:
    with clamd.serve(tmp_path / "clamd.sock" if request.param == "unix" else None) as found:
        yield found


def test_clean_bytes_are_clean_and_arrive_as_they_are(scanner: tuple[str, list[bytes]]) -> None:
    address, scanned = scanner
    data = os.urandom(1_500_000)
    assert scan(address, [data[:1_000_001], b"", data[1_000_001:]]) == ""
    assert scanned == [data]


def test_the_name_of_what_was_found_is_told(scanner: tuple[str, list[bytes]]) -> None:
    assert scan(scanner[0], [b"before " * 20_000, clamd.EICAR]) == "Eicar-Test-Signature"


def test_a_file_over_the_scanners_limit_has_no_verdict(scanner: tuple[str, list[bytes]]) -> None:
    with pytest.raises(TooLargeToScan, match="larger"):
        scan(scanner[0], [bytes(1_000_000)] * 8)


def test_an_error_of_the_scanner_is_not_a_verdict(scanner: tuple[str, list[bytes]]) -> None:
    with pytest.raises(ScannerDown, match="no verdict"):
        scan(scanner[0], [b"BREAK"])


def test_a_scanner_that_is_away_or_hangs_up_is_down(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"127.0.0.1:{listener.getsockname()[1]}"
        threading.Thread(target=lambda: [listener.accept()[0].close() for _ in range(2)], daemon=True).start()
        with pytest.raises(ScannerDown):
            scan(address, [b"x" * 100])
    for nowhere in (address, str(tmp_path / "no.sock")):
        with pytest.raises(ScannerDown, match="does not answer"):
            scan(nowhere, [b"x"])
