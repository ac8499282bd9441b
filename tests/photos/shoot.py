"""Photos of sheets of paper, made on the spot: a page with text on a table, seen at an angle."""

from __future__ import annotations

import io

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

LETTER = (850, 1100)


def sheet(words: str = "Individualized Education Program", size: tuple[int, int] = LETTER) -> Image.Image:
    """A white page with lines of text; the first line stands at the top left."""
    page = Image.new("RGB", size, (246, 245, 240))
    draw = ImageDraw.Draw(page)
    font = ImageFont.load_default(34)
    draw.text((70, 70), words, fill=(20, 20, 30), font=font)
    small = ImageFont.load_default(20)
    for line in range(18):
        draw.text(
            (70, 170 + 48 * line), f"{line + 1}. The student reads 40 words a minute. " * 2, (40, 40, 50), font=small
        )
    return page


def corners_seen(
    tilt: float = 0, pan: float = 0, roll: float = 0, distance: float = 21, across: float = 8.5, down: float = 11
) -> list[tuple[int, int]]:
    """Where a phone's camera sees the corners of a sheet (inches), tilted, panned and rolled by degrees, in a photo of
    1500 × 2000 pixels; clockwise from the sheet's own top left."""
    points = np.array(
        [(-across / 2, -down / 2), (across / 2, -down / 2), (across / 2, down / 2), (-across / 2, down / 2)]
    )
    space = np.column_stack([points, np.zeros(4)])
    x, y, z = np.radians((tilt, pan, roll))
    about_x = np.array([[1, 0, 0], [0, np.cos(x), -np.sin(x)], [0, np.sin(x), np.cos(x)]])
    about_y = np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]])
    about_z = np.array([[np.cos(z), -np.sin(z), 0], [np.sin(z), np.cos(z), 0], [0, 0, 1]])
    seen = space @ (about_x @ about_y @ about_z).T + (0, 0, distance)
    focal = 1900  # pixels, of a lens that sees about as much as a phone's
    return [(round(750 + focal * px / pz), round(1000 + focal * py / pz)) for px, py, pz in seen]


def photo(
    page: Image.Image,
    corners: list[tuple[int, int]],
    size: tuple[int, int] = (1500, 2000),
    table: tuple[int, int, int] = (70, 52, 40),
    seed: int = 1,
) -> Image.Image:
    """The page lying on a table, its corners (clockwise from its top left) at these pixels of the photo."""
    random = np.random.default_rng(seed)
    grain = random.normal(0, 6, (size[1], size[0], 3))
    ground = np.clip(np.array(table)[None, None] + grain, 0, 255).astype(np.uint8)
    source = np.array([(0, 0), (page.width, 0), page.size, (0, page.height)], np.float32)
    matrix = cv2.getPerspectiveTransform(source, np.array(corners, np.float32))
    warped = cv2.warpPerspective(np.asarray(page), matrix, size, flags=cv2.INTER_AREA)
    mask = cv2.warpPerspective(np.full((page.height, page.width), 255, np.uint8), matrix, size)
    light = np.linspace(1.05, 0.8, size[0])[None, :, None]  # a lamp on the left
    lit = np.where(mask[:, :, None] > 127, warped, ground) * light
    return Image.fromarray(np.clip(lit, 0, 255).astype(np.uint8))


def jpeg(image: Image.Image, orientation: int = 1) -> bytes:
    """As a camera writes it. `orientation` is EXIF's: 6 is a phone held upright, its sensor lying on its side."""
    turned = {6: Image.Transpose.ROTATE_90, 3: Image.Transpose.ROTATE_180, 8: Image.Transpose.ROTATE_270}
    exif = Image.Exif()
    exif[0x0112] = orientation
    out = io.BytesIO()
    (image.transpose(turned[orientation]) if orientation in turned else image).save(out, "JPEG", quality=88, exif=exif)
    return out.getvalue()
