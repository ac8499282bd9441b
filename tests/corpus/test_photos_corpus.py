"""The sheet on a real phone photo is found; a picture that is made to do harm is left alone with a reason."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from casemgr.storage.sheets import PhotoUnreadable, look

__test__ = "CASEMGR_CORPUS" in os.environ
pytestmark = pytest.mark.corpus
CORPUS = Path(os.environ.get("CASEMGR_CORPUS", "."))


def test_the_notes_on_a_phone_photo_are_cut_out(tmp_path: Path) -> None:
    photo = CORPUS / "case-file" / "16_2026-04-08_handwritten-meeting-notes_iphone.heic"
    seen = look(photo, tmp_path, is_heic=True)
    assert seen.crop is not None and seen.corners is not None
    expected = [(0.01, 0.04), (0.93, 0.01), (0.98, 0.96), (0.06, 0.99)]
    for found, (x, y) in zip(seen.corners, expected, strict=True):
        assert found == pytest.approx([x, y], abs=0.02)


@pytest.mark.parametrize("name", ["200MP.heic", "made-png-bomb-60000px-1bit.png", "reallybig.bmp", "corrupted.heic"])
def test_a_picture_made_to_do_harm_is_no_photo(name: str, tmp_path: Path) -> None:
    with pytest.raises(PhotoUnreadable, match="kept as it came"):
        look(CORPUS / "image" / name, tmp_path, is_heic=name.endswith("heic"))
