"""What is made before children are forked changes nothing of what they make."""

import tempfile
from pathlib import Path

import pytest

from casemgr.pdf import build_packet, rehearsal
from tests.pdf import samples


def test_a_packet_has_the_same_bytes_after_the_rehearsal_which_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (scratch := tmp_path / "scratch").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    packet = samples.packet(tmp_path)
    before = build_packet(packet, tmp_path / "before.pdf")
    rehearsal.rehearse()
    assert build_packet(packet, tmp_path / "after.pdf").sha256 == before.sha256
    assert not list(scratch.iterdir())
