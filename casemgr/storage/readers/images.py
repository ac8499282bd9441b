"""Draw a picture, or each page of a fax, upright and small enough for a screen."""

from collections.abc import Callable

from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from .drawing import READING_SIDE, in_rgb, write_page

MAX_PIXELS = 100_000_000
MAX_SIDE = 10_000
MAX_PIXELS_JPEG = 260_000_000  # JPEG can be decoded straight to an eighth of its size
_MANY_PAGES = {"TIFF", "HEIF"}


def read_image(*, report: Callable, path: str, first: int, last_drawn: int, heic: bool = False) -> None:
    """Report `opened` (count, moving), then `page` for each; `too_large` or `unreadable` instead of either."""
    if heic:
        import pillow_heif

        pillow_heif.register_heif_opener(thumbnails=False)
    Image.MAX_IMAGE_PIXELS = None  # our own limit, in `_fits`, comes with a better message
    try:
        image = Image.open(path)
        if not _fits(image, report):
            return
        frames = getattr(image, "n_frames", 1)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as error:
        _reraise_full_disk(error)
        report("unreadable", detail=str(error)[:200])
        return
    many = image.format in _MANY_PAGES
    count = frames if many else 1
    report("opened", count=count, moving=frames > 1 and not many)
    for number in range(first, min(count, last_drawn) + 1):
        report("begin", number=number)
        facts = _read_frame(image, path, number, report)
        report("page", number=number, **facts)
    report("done")


def _read_frame(image: Image.Image, path: str, number: int, report: Callable) -> dict:
    try:
        if number > 1:
            image.seek(number - 1)
            if not _fits(image, report):
                return {"problem": "too large"}
        return _written(image, number)
    except (OSError, ValueError, SyntaxError, EOFError, IndexError) as error:
        _reraise_full_disk(error)
        if number > 1 or image.format not in ("JPEG", "PNG", "GIF", "BMP", "WEBP", "TIFF"):
            return {"problem": str(error)[:200]}
    return _read_cut_off(path, number)


def _read_cut_off(path: str, number: int) -> dict:
    """A second try that fills what is missing with grey: half a photographed page is still evidence."""
    ImageFile.LOAD_TRUNCATED_IMAGES = True
    try:
        with Image.open(path) as again:
            return _written(again, number) | {"cut": True}
    except (OSError, ValueError, SyntaxError, EOFError, IndexError) as error:
        _reraise_full_disk(error)
        return {"problem": str(error)[:200]}


def _written(image: Image.Image, number: int) -> dict:
    facts = write_page(prepared(image), number)
    return facts | {"scan": not facts["blank"]}


def prepared(image: Image.Image, side: int = READING_SIDE) -> Image.Image:
    """Decoded, `side` pixels at the longest, in grey or RGB, and upright (EXIF orientation applied)."""
    image.draft(None, (side, side))
    exif = image.getexif()
    ready = in_rgb(image)
    ready = ready.copy() if ready is image else ready
    ready = _square(ready, image)
    ready.thumbnail((side, side), Image.Resampling.BILINEAR, reducing_gap=2.0)
    ready.info.pop("exif", None)
    ready.getexif()[0x0112] = exif.get(0x0112, 1)
    return ImageOps.exif_transpose(ready)


def _square(ready: Image.Image, image: Image.Image) -> Image.Image:
    """A fax in its coarse mode has half as many lines as columns: its pixels become square."""
    try:
        across, down = (float(dots) for dots in image.info.get("dpi", (1, 1)))
        stretch = across / down
    except (TypeError, ValueError, ZeroDivisionError):
        return ready
    if image.format != "TIFF" or not 1.5 < stretch < 2.5 or ready.height * stretch > MAX_SIDE:
        return ready
    return ready.resize((ready.width, round(ready.height * stretch)))


def _fits(image: Image.Image, report: Callable) -> bool:
    pixels = image.width * image.height
    if pixels <= (MAX_PIXELS_JPEG if image.format == "JPEG" else MAX_PIXELS):
        return True
    report("too_large", megapixels=pixels // 1_000_000)
    return False


def _reraise_full_disk(error: Exception) -> None:
    if isinstance(error, OSError) and error.errno in (28, 122):
        raise error
