"""Write one page as a picture for the screen and a thumbnail, both as JPEG.

Measured on a letter page of 1600 pixels: JPEG in colour takes 6 ms, in grey 3 (letters 190 to 330 KB, a scan 300 KB).
PNG with a palette of greys takes 7 for letters (a third smaller, and at three times the size nobody sees a difference)
and 25 for a scan (three times larger), WebP 57 to 118. No metadata of the original is copied, so the place where a
photo was taken does not travel with its picture.
"""

import io
from pathlib import Path

from PIL import Image, ImageChops

READING_SIDE = 1600  # pixels of the longest side
THUMB_SIDE = 320
Image.preinit()  # here, so that a template has it and each of its children need not
_COLOUR_FROM = 24  # difference between channels, of 255, from which a pixel counts as coloured


def write_page(image: Image.Image, number: int) -> dict:
    """Write both pictures of a page (in grey, RGB or RGBX) into the current folder, under the names that `preview`
    looks for; returns width, height and whether the page is blank."""
    image.thumbnail((READING_SIDE, READING_SIDE), Image.Resampling.BILINEAR, reducing_gap=2.0)
    image = _one_channel(image)
    half = image.reduce(2)
    if image.mode != "L" and not _has_colour(half):
        image, half = image.convert("L"), half.convert("L")
    larger = half if max(half.size) >= THUMB_SIDE else image
    thumb = larger.resize(_within(image.size, THUMB_SIDE), Image.Resampling.BILINEAR, reducing_gap=1.0)
    _write(thumb, f"page-{number:05d}.thumb.jpg", quality=80)
    _write(image, f"page-{number:05d}.jpg", quality=85)
    darkest, lightest = (thumb if thumb.mode == "L" else thumb.convert("L")).getextrema()
    return {
        "width": image.width,
        "height": image.height,
        "blank": lightest - darkest < 4 and _is_even(image),
    }


def _write(image: Image.Image, name: str, *, quality: int) -> None:
    """By way of memory: when the disk is full, Pillow alone would only say that it could not write."""
    made = io.BytesIO()
    image.save(made, "JPEG", quality=quality)
    Path(name).write_bytes(made.getbuffer())


def _one_channel(image: Image.Image) -> Image.Image:
    """The picture in grey where its channels are the same in every pixel, as of most pages; else the picture itself.

    Takes a third of the time of looking for colour."""
    if image.mode == "L":
        return image
    green = image.getchannel("G")
    is_grey = all(ImageChops.difference(image.getchannel(other), green).getbbox() is None for other in "RB")
    return green if is_grey else image


def has_colour(image: Image.Image) -> bool:
    return _has_colour(image.reduce(2))


def _has_colour(half: Image.Image) -> bool:
    """Of a picture of half its size, in which the grain of a scan is gone."""
    red, green, blue, *_ = half.split()
    pairs = ((red, green), (green, blue))
    return any(ImageChops.difference(one, other).getextrema()[1] >= _COLOUR_FROM for one, other in pairs)


def _within(size: tuple[int, int], side: int) -> tuple[int, int]:
    """The size of a picture made no longer than `side`."""
    scale = min(1.0, side / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _is_even(image: Image.Image) -> bool:
    """True when the whole page is of one colour; a single thin line is enough to say no."""
    extrema = image.getextrema()
    bands = [extrema] if image.mode == "L" else extrema[:3]
    return all(highest - lowest < 8 for lowest, highest in bands)


def in_rgb(image: Image.Image) -> Image.Image:
    """Any picture as RGB or grey: transparency on white, 16-bit and floating values brought into range."""
    if image.mode in ("RGB", "L"):
        return image
    if image.mode == "1":
        return image.convert("L")
    if image.mode.startswith("I") or image.mode == "F":
        return _scaled_to_grey(image)
    if image.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in image.info:
        rgba = image.convert("RGBA")
        white = Image.new("RGBA", rgba.size, "white")
        return Image.alpha_composite(white, rgba).convert("RGB")
    return image.convert("RGB")


def _scaled_to_grey(image: Image.Image) -> Image.Image:
    """A plain convert("L") would cut 16-bit values off at 255 and show a white page."""
    values = image.convert("F")
    lowest, highest = values.getextrema()
    if image.mode.startswith("I;16"):
        lowest, highest = 0.0, 65535.0 if highest > 4095 else max(highest, 255.0)
    span = (highest - lowest) or 1.0
    return values.point(lambda value: value * (255.0 / span) + (-lowest * 255.0 / span)).convert("L")
