"""The disk is full while the program runs: it says so, keeps nothing half, and goes on when there is room again.

Two ways to be full: a small file system of its own, where this machine lets us mount one, and everywhere a limit on
the size of a file, which the operating system answers in the same place.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import pytest

from casemgr.platform.launcher import NEEDED_BYTES
from tests.faults.installation import Installation, Parent
from tests.patience import until
from tests.platform.up import data_folder, kill, processes_of

pytestmark = [pytest.mark.fault, pytest.mark.xdist_group("faults")]
MEGABYTE = 1024 * 1024
SIZE = 40 * MEGABYTE
LEFT = 20 * MEGABYTE


class Disk(NamedTuple):
    """Where the program keeps its data, how to leave it only so many bytes, and how to give back the room."""

    folder: Path
    fill: Callable[[int], None]
    make_room: Callable[[], None]


@contextmanager
def small_file_system() -> Iterator[Disk]:
    with data_folder() as place:
        size = NEEDED_BYTES + 100 * MEGABYTE
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size},mode=755", "tmpfs", str(place)], check=True)
        ballast = place / "ballast"

        def fill(left: int) -> None:
            with ballast.open("wb") as file:
                for _ in range(100):  # what is free changes while it is taken: the program writes too
                    with suppress(OSError):
                        os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(place).free - left)
                        return
            raise AssertionError("The disk could not be filled")

        folder = place / "data"
        try:
            yield Disk(folder, fill, ballast.unlink)
        finally:
            kill(*processes_of(folder))
            subprocess.run(["umount", "--lazy", str(place)], check=True)


@contextmanager
def limited_files() -> Iterator[Disk]:
    with data_folder() as folder:

        def limit(most: int) -> None:
            # The database server may run as a user of its own, whose limits are not ours to change.
            for process in (one for one in processes_of(folder) if "casemgr" in one.cmdline()):
                process.rlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))

        yield Disk(folder, limit, lambda: limit(resource.RLIM_INFINITY))


def _may_mount() -> bool:
    with tempfile.TemporaryDirectory() as place:
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", place], capture_output=True, check=False
        )
        if mounted.returncode == 0:
            subprocess.run(["umount", place], check=True)
        return mounted.returncode == 0


WAYS = [limited_files, *([small_file_system] if hasattr(os, "geteuid") and os.geteuid() == 0 and _may_mount() else [])]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_an_upload_that_does_not_fit_is_refused_in_words_and_works_when_there_is_room(
    way: Callable[[], Iterator[Disk]],
) -> None:
    with way() as disk:
        installation = Installation(disk.folder)
        try:
            installation.start()
            parent, other = installation.newcomer(), installation.newcomer()
            installation.wait_until_quiet()
            process, before = installation.process.pid, set(installation.objects())
            data = b"RIFF\x00\x00\x00\x03WAVEfmt " + os.urandom(SIZE - 16)

            url = other.browser.begin_upload(other.case, "longer call.wav", len(data))

            disk.fill(LEFT)
            piece = other.browser.add_piece(other.case, url, 0, data)
            assert piece.status == 507 and piece.json()["message"].startswith("There is no room left")
            assert other.browser.arrived(other.case, url) == 0  # nothing that would keep the disk full
            answer = parent.browser.upload(parent.case, "long call.wav", data)
            assert answer.status == 507
            told = answer.json()
            assert not told["ok"] and told["message"] == "There is no room left to keep this file."
            assert "Keep your copy" in told["what_to_do"] and "the disk is full" in told["what_to_do"]
            assert installation.rows("SELECT id FROM documents WHERE original_name = 'long call.wav'") == []
            assert set(installation.objects()) == before and installation.arriving() == []
            for person in (parent, other):
                for page in ("", "/papers", "/evidence"):
                    assert person.browser.get(f"{person.case}{page}").status == 200
            small = other.browser.upload(other.case, "note.txt", b"It still fits.\n")
            assert small.status == 200 and small.json()["ok"]

            disk.fill(0)
            saved = [_log(parent, f"Nothing left, call {number}") for number in range(8)]

            disk.make_room()
            until(lambda: parent.browser.get(parent.case).status == 200, "the pages to be back")
            log = parent.browser.get(f"{parent.case}/evidence?text=Nothing+left").text
            assert [f"Nothing left, call {number}" in log for number in range(8)] == saved
            answer = parent.browser.upload(parent.case, "long call.wav", data)
            assert answer.status == 200 and answer.json()["ok"], answer.text
            assert other.browser.add_piece(other.case, url, 0, data).status == 204
            assert other.browser.get(url, "application/json").json()["ok"]
            assert (installation.process.pid, installation.process.poll()) == (process, None)
            assert "intact" in installation.run("verify", parent.case_id, "--email", parent.email).lower()
        finally:
            installation.stop()


def _log(parent: Parent, title: str) -> bool:
    """Try to log something; with no room at all it is saved, or refused in words, and never anything else."""
    new = f"{parent.case}/evidence/new"
    page = parent.browser.get(new)
    if page.status == 200:
        page = parent.browser.post(new, page.form("/evidence/new") | {"kind": "call", "title": title})
    if page.status != 200:
        assert page.status in (503, 507)
        assert "There is no room left" in page.text or "The database is not answering" in page.text
    return page.status == 200
