"""Pictures as Letter pages: upright, within margins, without the data that cameras write into them.

A JPEG keeps its own compressed pixels (its metadata segments are left out), a HEIC becomes a fine JPEG; all others
are stored without loss. The way up comes from the EXIF orientation.
"""

import io
import warnings
import zlib
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pikepdf
from pikepdf import Dictionary, Name
from PIL import Image, ImageOps, ImageSequence

MAX_PIXELS = 120_000_000  # a page; larger ones need more memory than a worker should spend
MARGIN, BOTTOM = 36.0, 54.0  # points; the bottom leaves room for the stamp
_ORIENTATION = 0x0112
_PRIVATE = {0x010F, 0x0110, 0x013B, 0x8769, 0x8825}  # maker, model, artist, camera data, place
_CODED_WITH_LOSS = {"HEIF", "AVIF"}  # no PDF holds them as they are, and pixel by pixel they are twenty times as large
_ALL_FRAMES = {"TIFF", "HEIF", "AVIF"}  # formats whose further images are pages, not an animation


class PictureUnreadable(Exception):
    """The picture cannot be shown; the two arguments are reason and remedy in plain words."""


def image_to_pdf(path: Path, out: Path, limit: int) -> list[str]:
    """Write the picture as a PDF of Letter pages to `out`; return notes on what was changed.

    Raises: PictureUnreadable, also when it has more than `limit` images.
    """
    notes: list[str] = []
    _know_heif()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(path) as image, pikepdf.new() as pdf:
                _write(image, path, pdf, limit, notes)
                pdf.save(out)
        except PictureUnreadable:
            raise
        except Image.DecompressionBombError as error:
            raise _too_large() from error
        except (OSError, ValueError, SyntaxError, EOFError, MemoryError, ArithmeticError, KeyError) as error:
            raise PictureUnreadable(
                "the picture is damaged or of an unknown kind.",
                "Open it in a picture program and save it again as JPEG or PNG, or remove it.",
            ) from error
    return notes


def _know_heif() -> None:
    with suppress(ImportError):  # a platform without the library: a HEIC is then refused in plain words
        import pillow_heif

        pillow_heif.register_heif_opener()


def _write(image: Image.Image, path: Path, pdf: pikepdf.Pdf, limit: int, notes: list[str]) -> None:
    """Add one page for each image of the file."""
    count = getattr(image, "n_frames", 1)
    every = image.format in _ALL_FRAMES
    if every and count > limit:
        raise PictureUnreadable(f"it has {count:,} images; the limit is {limit:,}.", "Split it into parts.")
    if not every and count > 1 and image.format != "MPO":
        notes.append("Only the first image of an animation is shown.")
    if _PRIVATE & set(image.getexif()):
        notes.append("Camera data (such as place and device) was left out; the original file keeps it.")
    for frame in ImageSequence.Iterator(image) if every else (image,):
        if frame.width * frame.height > MAX_PIXELS:
            raise _too_large()
        if image.format in {"JPEG", "MPO"} and frame.mode in {"RGB", "L"}:
            _jpeg_page(pdf, frame, path)
        elif image.format in _CODED_WITH_LOSS and frame.mode == "RGB":
            _coded_again_page(pdf, frame)
        else:
            _lossless_page(pdf, frame)


def _too_large() -> PictureUnreadable:
    return PictureUnreadable(
        f"the picture has more than {MAX_PIXELS // 1_000_000} million pixels.",
        "Save a smaller copy of it and use that one.",
    )


def _jpeg_page(pdf: pikepdf.Pdf, image: Image.Image, path: Path) -> None:
    """Add a page that shows the JPEG with its own pixels; turning is left to the page."""
    image.load()  # a cut file fails here rather than in a reader
    data = b"".join(jpeg_without_metadata(path.read_bytes()))
    space = Name.DeviceRGB if image.mode == "RGB" else Name.DeviceGray
    stream = _image(pdf, data, image.size, space, 8, Name.DCTDecode)
    orientation = image.getexif().get(_ORIENTATION, 1)
    _place(pdf, stream, _shown_size(image, orientation), orientation)


def jpeg_without_metadata(data: bytes) -> Iterator[bytes]:
    """Yield the segments that draw the picture: no EXIF, XMP, profile, comment; nothing after its end.

    Kept are JFIF (APP0) and Adobe (APP14), which say how colours are coded. Source: ITU-T T.81, annex B.
    """
    yield data[:2]
    at = 2
    while at + 4 <= len(data):
        marker = data[at + 1]
        if data[at] != 0xFF or marker == 0xFF:  # fill bytes
            at += 1
            continue
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if marker == 0xDA:  # start of scan: coded pixels follow up to the next real marker
            while end + 1 < len(data) and not (
                data[end] == 0xFF and data[end + 1] and not 0xD0 <= data[end + 1] <= 0xD7
            ):
                end = data.find(b"\xff", end + 1)
                if end < 0:
                    end = len(data)
        if marker == 0xD9:
            break
        if marker in (0xE0, 0xEE) or not (0xE0 <= marker <= 0xEF or marker == 0xFE):
            yield data[at:end]
        at = end
    yield b"\xff\xd9"


def _coded_again_page(pdf: pikepdf.Pdf, frame: Image.Image) -> None:
    """Add a page with a phone's photo as a fine JPEG."""
    upright, data = ImageOps.exif_transpose(frame), io.BytesIO()
    upright.save(data, "JPEG", quality=92, exif=b"", icc_profile=None)
    stream = _image(pdf, data.getvalue(), upright.size, Name.DeviceRGB, 8, Name.DCTDecode)
    _place(pdf, stream, _shown_size(upright, 1), 1)


def _lossless_page(pdf: pikepdf.Pdf, frame: Image.Image) -> None:
    """Add a page with the pixels turned upright, flattened on white, compressed without loss."""
    size = _shown_size(frame, 1)
    upright = ImageOps.exif_transpose(frame)
    if upright.size != frame.size:
        size = size[::-1]
    image = _printable(upright)
    bits = 1 if image.mode == "1" else 8
    space = Name.DeviceRGB if image.mode == "RGB" else Name.DeviceGray
    data = zlib.compress(image.tobytes(), 6)
    _place(pdf, _image(pdf, data, image.size, space, bits, Name.FlateDecode), size, 1)


def _printable(image: Image.Image) -> Image.Image:
    """Return the picture as black and white, grey or RGB; transparent parts become white paper."""
    if image.mode in {"1", "L", "RGB"} and "transparency" not in image.info:
        return image
    if image.mode.startswith(("I", "F")):  # 16 bits and more: scale, or all but the darkest turns white
        numbers = image.convert("F")
        brightest = float(str(numbers.getextrema()[1]))
        top = 65535.0 if image.mode != "F" and 255 < brightest <= 65535 else max(brightest, 1.0)
        return numbers.point(lambda value: value * (255.0 / top) + 0).convert("L")
    if image.mode in {"RGBA", "LA", "PA", "P", "RGBa", "La"} or "transparency" in image.info:
        clear = image.convert("RGBA")
        paper = Image.new("RGBA", clear.size, "white")
        paper.alpha_composite(clear)
        return paper.convert("RGB")
    return image.convert("RGB")


def _shown_size(image: Image.Image, orientation: int) -> tuple[float, float]:
    """Return width and height as shown, in pixels of equal sides; a fax has pixels that are not square."""
    width, height = float(image.width), float(image.height)
    with suppress(TypeError, ValueError, ZeroDivisionError):
        across, down = (float(dots) for dots in image.info["dpi"]) if "dpi" in image.info else (1.0, 1.0)
        if across > 1 and down > 1 and 1.2 < max(across, down) / min(across, down) < 4:
            height *= across / down
    return (height, width) if orientation >= 5 else (width, height)


def _image(pdf: pikepdf.Pdf, data: bytes, size: tuple[int, int], space: Name, bits: int, how: Name) -> pikepdf.Stream:
    return pdf.make_stream(
        data,
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=size[0],
        Height=size[1],
        ColorSpace=space,
        BitsPerComponent=bits,
        Filter=how,
    )


def _place(pdf: pikepdf.Pdf, image: pikepdf.Stream, size: tuple[float, float], orientation: int) -> None:
    """Add a Letter page, on its side for a wide picture, with the picture centred in the margins."""
    wide = size[0] > 1.15 * size[1]
    width, height = (792.0, 612.0) if wide else (612.0, 792.0)
    room = (width - 2 * MARGIN, height - MARGIN - BOTTOM)
    scale = min(room[0] / size[0], room[1] / size[1], 0.75)  # never coarser than 96 dots an inch
    w, h = size[0] * scale, size[1] * scale
    x, y = (width - w) / 2, BOTTOM + (room[1] - h) / 2
    matrix = {
        2: (-w, 0, 0, h, x + w, y),
        3: (-w, 0, 0, -h, x + w, y + h),
        4: (w, 0, 0, -h, x, y + h),
        5: (0, -h, -w, 0, x + w, y + h),
        6: (0, -h, w, 0, x, y + h),
        7: (0, h, w, 0, x, y),
        8: (0, h, -w, 0, x + w, y),
    }.get(orientation, (w, 0, 0, h, x, y))
    numbers = " ".join(f"{number:.3f}" for number in matrix)
    page = pdf.add_blank_page(page_size=(width, height))
    page.obj.Resources = Dictionary(XObject=Dictionary(Picture=image))
    page.obj.Contents = pdf.make_stream(f"q {numbers} cm /Picture Do Q".encode())
