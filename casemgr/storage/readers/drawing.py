"""Write one page as a picture for the screen and a thumbnail.

Clean grey pages become PNG (sharp text, about 200 KB), scans and pages with colour JPEG. Measured on a letter page of
1600 pixels: PNG in colour takes 46 ms, WebP 57 to 118, PNG in grey 19, PNG with a palette of greys 10 (Pillow then
tries no filters on its lines), JPEG 5; a grey scan has 1.5 MB as PNG and 0.5 MB as JPEG. No metadata of the original is
copied, so the place where a photo was taken does not travel with its picture.
"""

from PIL import Image, ImageChops

READING_SIDE = 1600  # pixels of the longest side
THUMB_SIDE = 320
Image.preinit()  # here, so that a template has it and each of its children need not
_GREYS = [value for value in range(256) for _ in range(3)]
_COLOUR_FROM = 24  # difference between channels, of 255, from which a pixel counts as coloured


def page_file(number: int, kind: str) -> str:
    """The name of a page's file in the output folder; `preview` computes the same names."""
    return f"page-{number:05d}.{kind}"


def write_page(image: Image.Image, number: int) -> dict:
    """Write both pictures of a page (in grey, RGB or RGBX) into the current folder; returns width, height, kind and
    whether the page is blank."""
    image.thumbnail((READING_SIDE, READING_SIDE), Image.Resampling.BILINEAR, reducing_gap=2.0)
    image = _one_channel(image)
    half = image.reduce(2)
    if image.mode != "L" and not _has_colour(half):
        image, half = image.convert("L"), half.convert("L")
    larger = half if max(half.size) >= THUMB_SIDE else image
    thumb = larger.resize(_within(image.size, THUMB_SIDE), Image.Resampling.BILINEAR, reducing_gap=1.0)
    thumb.save(page_file(number, "thumb.jpg"), quality=80)
    darkest, lightest = (thumb if thumb.mode == "L" else thumb.convert("L")).getextrema()
    facts = {
        "width": image.width,
        "height": image.height,
        "kind": "png" if image.mode == "L" and _is_clean(half) else "jpg",
        "blank": lightest - darkest < 4 and _is_even(image),
    }
    if facts["kind"] == "png":
        image.putpalette(_GREYS)
        image.save(page_file(number, "png"), compress_level=1)
    else:
        image.save(page_file(number, "jpg"), quality=85)
    return facts


def _is_clean(grey: Image.Image) -> bool:
    """True for letters on paper of one shade, seen at half its size. What was scanned or photographed has grain, and
    PNG keeps all of it."""
    return 2 * max(grey.histogram()) >= grey.width * grey.height


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
