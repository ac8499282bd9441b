"""Find the sheet of paper on a photo, crop it upright, and make pages of photos. Runs only in a child."""

from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageOps

from .drawing import in_rgb

LOOK_SIDE = 700  # pixels of the longest side of the picture in which the sheet is looked for
SHOWN_SIDE = 1200
PAGE_SIDE = 2600  # of the longest side of a made page: about 230 dots an inch of a letter page
MAX_PIXELS = 120_000_000
_ORIENTATION = 0x0112
_SHEETS = (11 / 8.5, 297 / 210, 14 / 8.5)  # letter, A4, legal: height by width
_NEAR = 0.1  # a ratio this near to one of these is taken for it
_INSIDE = 0.98  # of the sheet, from its middle: no line of the table is left at its edges
_LEAST, _MOST = 0.15, 0.985  # of the photo that a sheet covers
_QUARTER = {1: Image.Transpose.ROTATE_270, 2: Image.Transpose.ROTATE_180, 3: Image.Transpose.ROTATE_90}
_JPEG = {"quality": 85, "optimize": False}


def find_sheet(*, report: Callable, path: str, heic: bool = False) -> None:
    """Report `photo` (width, height, corners or None), and write `whole.jpg` and, where a sheet was found, `crop.jpg`.

    The corners run clockwise from the top left, as parts of the upright photo's width and height."""
    image = _upright(path, heic, 2 * SHOWN_SIDE)
    if image is None:
        report("too_large")
        return
    corners = sheet_corners(image)
    _shown(image).save("whole.jpg", **_JPEG)
    if corners is not None:
        _shown(cropped(image, corners)).save("crop.jpg", **_JPEG)
    report("photo", width=image.width, height=image.height, corners=corners)


def make_paper(*, report: Callable, pages: list[dict]) -> None:
    """Write `paper.pdf`: one page for each of `pages` (path, heic, corners or None, turns). Reports `page` for each, or
    `unreadable` with its number."""
    made: list[str] = []
    for number, page in enumerate(pages, start=1):
        try:
            image = _upright(page["path"], page["heic"], 2 * PAGE_SIDE)
        except (OSError, ValueError, SyntaxError, EOFError) as error:
            if isinstance(error, OSError) and error.errno in (28, 122):
                raise
            image = None
        if image is None:
            report("unreadable", number=number)
            return
        if page["corners"]:
            image = cropped(image, page["corners"])
        if page["turns"] in _QUARTER:
            image = image.transpose(_QUARTER[page["turns"]])
        image.thumbnail((PAGE_SIDE, PAGE_SIDE), Image.Resampling.LANCZOS, reducing_gap=3.0)
        image.save(f"made-{number}.jpg", **_JPEG)
        made.append(f"made-{number}.jpg")
        report("page", number=number)
    _write_pdf(made)
    report("done")


def sheet_corners(image: Image.Image) -> list[list[float]] | None:
    """Return the corners of the sheet on an upright photo, or None where none is clear enough."""
    small = image.convert("RGB")
    small.thumbnail((LOOK_SIDE, LOOK_SIDE), Image.Resampling.BILINEAR)
    pixels = np.asarray(small)
    best, best_score = None, 0.0
    for mask in _masks(pixels):
        for quad, fill in _quads(mask):
            score = _score(quad, fill, pixels)
            if score > best_score:
                best, best_score = quad, score
    if best is None:
        return None
    height, width = pixels.shape[:2]
    return [[round(float(x) / width, 5), round(float(y) / height, 5)] for x, y in _clockwise(best)]


def cropped(image: Image.Image, corners: list[list[float]]) -> Image.Image:
    """The sheet alone, as seen from straight above, at about the size that it has on the photo."""
    points = np.array([[x * image.width, y * image.height] for x, y in corners], dtype=np.float32)
    points = points.mean(axis=0) + (points - points.mean(axis=0)) * _INSIDE
    top, right, bottom, left = (float(np.linalg.norm(points[i] - points[(i + 1) % 4])) for i in range(4))
    width, height = max(top, bottom), max(left, right)
    ratio = _as_a_sheet(_seen_at_an_angle(points, image.width, image.height))
    size = max(round((width * height * ratio) ** 0.5), 16), max(round((width * height / ratio) ** 0.5), 16)
    target = np.array([[0, 0], [size[0], 0], [size[0], size[1]], [0, size[1]]], dtype=np.float32)
    matrix = cv2.getPerspectiveTransform(points, target)
    pixels = cv2.warpPerspective(np.asarray(image), matrix, size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
    return Image.fromarray(pixels)


def _as_a_sheet(guess: float) -> float:
    """Width by height: that of a usual sheet, where the guess comes near to one."""
    usual = [1 / ratio for ratio in _SHEETS] + list(_SHEETS)
    off, nearest = min((abs(guess / ratio - 1), ratio) for ratio in usual)
    return nearest if off < _NEAR else guess


def _seen_at_an_angle(points: np.ndarray, width: int, height: int) -> float:
    """Width by height of a rectangle that a camera sees with these corners.

    Source: Z. Zhang and L. He, "Whiteboard scanning and image enhancement", 2007, section 3.2."""
    moved = [np.array([x - width / 2, y - height / 2, 1.0]) for x, y in points]
    one, two, four, three = moved  # theirs: top left, top right, bottom left, bottom right
    k2 = np.dot(np.cross(one, four), three) / np.dot(np.cross(two, four), three)
    k3 = np.dot(np.cross(one, four), two) / np.dot(np.cross(three, four), two)
    across, down = k2 * two - one, k3 * three - one
    usual = (0.9 * max(width, height)) ** 2
    focal = usual  # squared, in pixels; where the sheet is tilted one way only, its corners do not tell
    if min(abs(across[2]), abs(down[2])) > 0.06:
        focal = -(across[0] * down[0] + across[1] * down[1]) / (across[2] * down[2])
    if not 0.5 < focal / usual < 2:  # no lens of a phone: the corners are not seen that well
        focal = usual
    lengths = [(v[0] ** 2 + v[1] ** 2) / focal + v[2] ** 2 for v in (across, down)]
    return float((lengths[0] / lengths[1]) ** 0.5)


def _masks(pixels: np.ndarray) -> Iterator[np.ndarray]:
    """Several guesses of what belongs to the sheet: bright, without colour, or between edges."""
    grey = cv2.GaussianBlur(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), (7, 7), 0)
    saturation = cv2.GaussianBlur(cv2.cvtColor(pixels, cv2.COLOR_RGB2HSV)[:, :, 1], (7, 7), 0)
    threshold, bright = cv2.threshold(grey, 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)
    closing = np.ones((15, 15), np.uint8)
    yield cv2.morphologyEx(bright, cv2.MORPH_CLOSE, closing)
    _, brighter = cv2.threshold(grey, min(250, threshold + 25), 255, cv2.THRESH_BINARY)
    yield cv2.morphologyEx(brighter, cv2.MORPH_CLOSE, closing)
    _, pale = cv2.threshold(saturation, 0, 255, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)
    yield cv2.morphologyEx(cv2.bitwise_and(pale, bright), cv2.MORPH_CLOSE, closing)
    for low, high in ((30, 90), (60, 160)):
        edges = cv2.dilate(cv2.Canny(grey, low, high), np.ones((5, 5), np.uint8))
        yield cv2.morphologyEx(edges, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8))


def _quads(mask: np.ndarray) -> Iterator[tuple[np.ndarray, float]]:
    """Four-cornered outlines in a mask, each with the part of it that the outline's own area fills."""
    area = mask.shape[0] * mask.shape[1]
    contours, _ = cv2.findContours(mask, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    for contour in sorted(contours, key=cv2.contourArea, reverse=True)[:3]:
        hull = cv2.convexHull(contour)
        if cv2.contourArea(hull) < _LEAST * area:
            continue
        around = cv2.arcLength(hull, True)
        for closeness in (0.015, 0.02, 0.03, 0.045, 0.06):
            quad = cv2.approxPolyDP(hull, closeness * around, True)
            if len(quad) == 4:
                quad = quad.reshape(4, 2).astype(np.float32)
                fill = cv2.contourArea(hull) / max(cv2.contourArea(quad), 1.0)
                yield quad, min(fill, 1 / fill if fill else 0.0)
                break


def _score(quad: np.ndarray, fill: float, pixels: np.ndarray) -> float:
    """How much four corners look like a sheet: large, nearly rectangular, unlike what is around it. 0: it is none."""
    height, width = pixels.shape[:2]
    part = cv2.contourArea(quad) / (height * width)
    if not _LEAST <= part <= _MOST or fill < 0.9:
        return 0.0
    points = _clockwise(quad)
    sides = [np.linalg.norm(points[i] - points[(i + 1) % 4]) for i in range(4)]
    if min(sides) < 0.2 * max(height, width) or max(sides) > 4 * min(sides):
        return 0.0
    skew = 0.0
    for i in range(4):
        one, two = points[i - 1] - points[i], points[(i + 1) % 4] - points[i]
        cosine = abs(float(np.dot(one, two)) / (np.linalg.norm(one) * np.linalg.norm(two)))
        if cosine > 0.5:  # a corner under 60 or over 120 degrees
            return 0.0
        skew += cosine
    contrast = _contrast(points, pixels)
    return 0.0 if contrast < 12 else part**0.5 * fill * (1 - skew / 4) * min(contrast, 60) / 60


def _contrast(points: np.ndarray, pixels: np.ndarray) -> float:
    """The difference between a strip just inside the outline and one just outside, of the side where it is least but
    one: a finger or a shadow may lie on one side. In levels of 255."""
    centre = points.mean(axis=0)
    inner, outer = centre + (points - centre) * 0.94, centre + (points - centre) * 1.06
    height, width = pixels.shape[:2]
    grey = pixels.astype(np.float32)
    found = []
    for i in range(4):
        along = np.linspace(0.1, 0.9, 40)[:, None]
        means = []
        for ring in (inner, outer):
            line = ring[i] + (ring[(i + 1) % 4] - ring[i]) * along
            x, y = line[:, 0].round().astype(int), line[:, 1].round().astype(int)
            inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
            if inside.sum() < 10:
                break
            means.append(np.median(grey[y[inside], x[inside]], axis=0))
        if len(means) == 2:
            found.append(float(np.abs(means[0] - means[1]).max()))
    return sorted(found)[1] if len(found) > 2 else 0.0


def _clockwise(quad: np.ndarray) -> np.ndarray:
    """The corners from the top left on, as they lie on the photo."""
    centre = quad.mean(axis=0)
    angles = np.arctan2(quad[:, 1] - centre[1], quad[:, 0] - centre[0])
    ordered = quad[np.argsort(angles)]
    first = int(np.argmin(ordered.sum(axis=1)))
    return np.roll(ordered, -first, axis=0)


def _upright(path: str, heic: bool, side: int) -> Image.Image | None:
    """The photo in RGB, upright, at least `side` pixels where it has them; None when it is too large to open."""
    if heic:
        import pillow_heif

        pillow_heif.register_heif_opener(thumbnails=False)
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(path) as image:
        if image.width * image.height > MAX_PIXELS:
            return None
        orientation = image.getexif().get(_ORIENTATION, 1)  # of a PNG this decodes all of it
        image.draft("RGB", (side, side))
        ready = in_rgb(image).convert("RGB")
    ready.thumbnail((side, side), Image.Resampling.BILINEAR, reducing_gap=2.0)
    ready.info.pop("exif", None)
    ready.getexif()[_ORIENTATION] = orientation
    return ImageOps.exif_transpose(ready)


def _shown(image: Image.Image) -> Image.Image:
    small = image.copy()
    small.thumbnail((SHOWN_SIDE, SHOWN_SIDE), Image.Resampling.BILINEAR, reducing_gap=2.0)
    return small


def _write_pdf(pictures: list[str]) -> None:
    """A page for each JPEG, with its pixels as they are; letter-sized where the picture is near to it."""
    import pikepdf
    from pikepdf import Dictionary, Name

    with pikepdf.new() as pdf:
        for name in pictures:
            with Image.open(name) as image:
                width, height = image.size
            stream = pdf.make_stream(
                Path(name).read_bytes(),
                Type=Name.XObject,
                Subtype=Name.Image,
                Width=width,
                Height=height,
                ColorSpace=Name.DeviceRGB,
                BitsPerComponent=8,
                Filter=Name.DCTDecode,
            )
            points = (612.0, 612.0 * height / width) if height >= width else (792.0, 792.0 * height / width)
            pdf.add_blank_page(page_size=points)
            page = pdf.pages[-1]
            page.Resources = Dictionary(XObject=Dictionary(Photo=stream))
            page.Contents = pdf.make_stream(f"q {points[0]:.2f} 0 0 {points[1]:.2f} 0 0 cm /Photo Do Q".encode())
        pdf.save("paper.pdf", deterministic_id=True)
