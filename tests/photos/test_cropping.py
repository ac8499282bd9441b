"""The sheet on a photo is found, cut out and made straight; what is no sheet is left alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pikepdf
import pypdfium2
import pytest
from PIL import Image

from casemgr.storage.readers import sheet as reader
from casemgr.storage.sheets import Leaf, PhotoUnreadable, look, make_pdf
from tests.photos.shoot import corners_seen, jpeg, photo, sheet

ON_A_TABLE = corners_seen(tilt=-38, roll=6, distance=20)
WHERE = {
    "straight": corners_seen(),
    "at an angle": ON_A_TABLE,
    "from the side, held upright": corners_seen(tilt=-15, pan=30, roll=-17, distance=20),
    "on a pale table": corners_seen(tilt=25, roll=3),
}
ORIENTATION = {"from the side, held upright": 6}
TABLE = {"on a pale table": (196, 178, 150)}


@pytest.mark.parametrize("name", WHERE)
def test_the_corners_of_a_sheet_are_found_to_the_hundredth_part_of_the_photo(name: str, tmp_path: Path) -> None:
    image = photo(sheet(), WHERE[name], table=TABLE.get(name, (70, 52, 40)))
    (tmp_path / "photo.jpg").write_bytes(jpeg(image, ORIENTATION.get(name, 1)))
    upright = reader._upright(str(tmp_path / "photo.jpg"), False, 1200)
    corners = reader.sheet_corners(upright)
    assert corners is not None
    assert np.abs(np.array(corners) - np.array(WHERE[name]) / image.size).max() < 0.012
    crop = reader.cropped(upright, corners)
    assert crop.height / crop.width == pytest.approx(11 / 8.5, abs=0.02)
    grey = np.asarray(crop.convert("L"))
    assert min(np.median(edge) for edge in (grey[0], grey[-1], grey[:, 0], grey[:, -1])) > 150  # nothing of the table
    rows = np.flatnonzero((grey[:, grey.shape[1] // 10 : -grey.shape[1] // 10] < 110).any(axis=1))
    assert rows[0] / grey.shape[0] < 0.1  # the title stands at the top: it is upright


NO_SHEET = {
    "noise": Image.fromarray(np.random.default_rng(2).normal(120, 30, (900, 700, 3)).clip(0, 255).astype(np.uint8)),
    "nothing but the sheet": sheet(),
    "an even colour": Image.new("RGB", (600, 800), "teal"),
}


@pytest.mark.parametrize("name", NO_SHEET)
def test_where_no_sheet_is_clear_none_is_found(name: str) -> None:
    assert reader.sheet_corners(NO_SHEET[name]) is None


def test_what_is_shown_of_a_photo_has_nothing_of_what_the_camera_wrote_into_it(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(jpeg(photo(sheet(), ON_A_TABLE), 6))
    seen = look(tmp_path / "photo.jpg", tmp_path, is_heic=False)
    assert seen.corners is not None and seen.crop is not None
    for picture in (seen.crop, seen.whole):
        with Image.open(picture) as shown:
            assert not shown.getexif() and shown.height > shown.width


def test_photos_become_pages_in_their_order_cut_out_or_whole_and_turned(tmp_path: Path) -> None:
    first, second = tmp_path / "1.jpg", tmp_path / "2.jpg"
    first.write_bytes(jpeg(photo(sheet(), ON_A_TABLE)))
    second.write_bytes(jpeg(Image.new("RGB", (600, 300), "navy")))
    corners = [[x / 1500, y / 2000] for x, y in ON_A_TABLE]
    made = make_pdf([Leaf(second, False, None, 1), Leaf(first, False, corners), Leaf(first, False, None)], tmp_path)
    with pikepdf.open(made) as pdf:
        shapes = [float(page.mediabox[3]) / float(page.mediabox[2]) for page in pdf.pages]
    assert shapes == pytest.approx([2, 11 / 8.5, 4 / 3], abs=0.02)
    drawn = pypdfium2.PdfDocument(made)[0].render(scale=0.2).to_pil().convert("RGB")
    assert np.abs(np.array(drawn.getpixel((40, 100))) - (0, 0, 128)).max() < 12


@pytest.mark.parametrize("data", [b"\xff\xd8\xff\xe0 no picture at all", jpeg(sheet())[:900]])
def test_a_photo_that_cannot_be_opened_is_named(data: bytes, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.jpg", tmp_path / "bad.jpg"
    good.write_bytes(jpeg(sheet()))
    bad.write_bytes(data)
    with pytest.raises(PhotoUnreadable, match="cannot be opened"):
        look(bad, tmp_path, is_heic=False)
    with pytest.raises(PhotoUnreadable) as problem:
        make_pdf([Leaf(good, False, None), Leaf(bad, False, None)], tmp_path)
    assert problem.value.number == 2 and not (tmp_path / "paper.pdf").exists()
