"""Lay two pictures of one page over each other and report where they differ.

Two scans of one paper never agree in their pixels: they are turned, shifted, stretched, blurred, grey in other
places, and full of specks. So the second is brought onto the first in two steps (a homography from matched
features, then a smooth field of small shifts), both are reduced to ink on white paper, and a place counts as different
only where no shift of a pixel or two explains it, measured against what the noise of these two pictures explains
everywhere else on the page.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass

import cv2
import numpy as np

SIDE = 1600  # pixels of the longest side, as pages are drawn
FEATURE_SIDE = 1100
MOST_FEATURES = 3000
LEAST_INLIERS = 25
LEAST_SHARE = 0.6  # of what is written that must be found again on the other page; with less it is another page
MOST_BOXES = 60
_BLOCK = 64  # pixels of one cell of the field of small shifts
_REACH = 6  # pixels that a cell may shift
_WINDOW = 13  # pixels of the square in which two pages are compared; a letter of 10 points is 8 × 14

_SHIFTS = (-1.0, -0.5, 0.0, 0.5, 1.0)  # pixels that are still the same place
_WRITTEN = 4.0  # squares of ink in a window with something in it
_LEAST = 1.5  # squares of ink that must be unexplained
_MOST = 3.5  # and what always stands out, however noisy: a page of other words is no noise
_SHARE = 0.03  # of the ink there: bold letters leave more over than thin ones
_TIMES = 7.0  # and how many times what noise leaves unexplained elsewhere on the page
_BLURS = (0.5, 0.8, 1.1, 1.5)
_FAINT = 0.2  # ink that is more than noise
_DARK = 0.3  # ink that counts as ink
_DUSTY = 2  # specks that stand alone from which a page counts as dusty
_SPECK = 8  # pixels across; what is larger is no dust

Grey = np.ndarray
_Pixels = tuple[int, int, int, int]


def compare_pages(*, report: Callable, pairs: Sequence[Sequence[str]]) -> None:
    """Report for each pair of pictures `begin`, then `laid` (boxes, found again) or `apart` (they do not fit)."""
    cv2.setNumThreads(1)
    cv2.setRNGSeed(0)  # the same two pages always give the same answer
    for index, (first, second) in enumerate(pairs):
        report("begin", index=index)
        one, other = _read(first), _read(second)
        if one is None or other is None:
            report("apart", index=index, why="unreadable")
            continue
        seen = compare(one, other)
        if seen is None:
            report("apart", index=index, why="unlike")
        else:
            report("laid", index=index, **asdict(seen))
    report("done")


@dataclass(frozen=True)
class Seen:
    """What two pictures have in common. `boxes` and `marks` (small ones that may be dust): pairs of boxes (x0, y0, x1,
    y1), in fractions of each picture."""

    found_again: float
    boxes: list[tuple[list[float], list[float]]]
    marks: list[tuple[list[float], list[float]]]
    many: bool


def _read(path: str) -> Grey | None:
    image = cv2.imread(path, cv2.IMREAD_GRAYSCALE)
    if image is None or min(image.shape) < 32 or max(image.shape) > 4 * SIDE:
        return None
    return image


def compare(one: Grey, other: Grey) -> Seen | None:
    """Return where `other` differs from `one`; None when they do not show the same page."""
    ink, other_ink = _ink(one), _ink(other)
    across = _lay_over(ink, other_ink)
    if across is None:
        return None
    field = _field(ink, other_ink, across)
    laid = cv2.remap(other_ink, field[..., 0], field[..., 1], cv2.INTER_LINEAR, borderValue=0)
    covered = cv2.remap(np.ones_like(other_ink), field[..., 0], field[..., 1], cv2.INTER_NEAREST, borderValue=0)
    ink, laid = _alike_in_kind(ink * covered, laid * covered)
    energy, left = _unexplained(ink, laid)
    stands_out, again = _standing_out(energy, _in_window(ink**2 + laid**2))
    if again < LEAST_SHARE:
        return None
    found = _places(stands_out, left, (ink > _DARK) & (laid > _DARK))
    boxes: dict[bool, list] = {False: [], True: []}
    for box, is_mark in found[:MOST_BOXES]:
        boxes[is_mark].append((_fraction(box, one.shape), _fraction(_carried(box, field), other.shape)))
    return Seen(again, boxes[False], boxes[True], len(found) > MOST_BOXES)


def _in_window(squares: np.ndarray) -> np.ndarray:
    return cv2.boxFilter(squares, -1, (_WINDOW, _WINDOW), normalize=False)


def _standing_out(energy: np.ndarray, whole: np.ndarray) -> tuple[np.ndarray, float]:
    """Return what stands out from the noise of these two pages, and the share of what is written that does not."""
    written = whole > _WRITTEN
    usual = float(np.percentile(energy[written], 90)) if written.any() else 0.0
    stands_out = (energy > np.maximum(min(max(_LEAST, _TIMES * usual), _MOST), _SHARE * whole)).astype(np.uint8)
    return stands_out, 1 - float(stands_out[written].mean()) if written.any() else 1.0


def _ink(grey: Grey) -> Grey:
    """How dark each spot is against the paper around it, 0 to about 1: shadows go, what is written stays."""
    grey = cv2.GaussianBlur(grey, (0, 0), 0.6)
    small = cv2.resize(grey, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    paper = cv2.dilate(small, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (17, 17)))
    paper = cv2.GaussianBlur(paper, (0, 0), 7)
    paper = cv2.resize(paper, (grey.shape[1], grey.shape[0]), interpolation=cv2.INTER_LINEAR).astype(np.float32)
    ink = np.clip(1 - grey / np.maximum(paper, 1), 0, 1)
    dark = ink[ink > 0.25]
    return np.clip(ink / (np.percentile(dark, 90) if dark.size > 200 else 1.0), 0, 1).astype(np.float32)


def _lay_over(ink: Grey, other: Grey) -> np.ndarray | None:
    """Return the homography that carries a point of `ink` to `other`; None when there is none to trust."""
    points, marks, scale = _features(ink)
    other_points, other_marks, other_scale = _features(other)
    if marks is None or other_marks is None or min(len(points), len(other_points)) < LEAST_INLIERS:
        return None
    pairs = cv2.BFMatcher(cv2.NORM_L2).knnMatch(marks, other_marks, k=2)
    good = [pair[0] for pair in pairs if len(pair) == 2 and pair[0].distance < 0.8 * pair[1].distance]
    if len(good) < LEAST_INLIERS:
        return None
    source = np.float32([points[match.queryIdx].pt for match in good]) / scale
    target = np.float32([other_points[match.trainIdx].pt for match in good]) / other_scale
    across, inliers = cv2.findHomography(source, target, cv2.USAC_MAGSAC, 4.0, maxIters=5000, confidence=0.999)
    if across is None or inliers is None or int(inliers.sum()) < LEAST_INLIERS or not _is_sane(across, ink.shape):
        return None
    return across


def _features(ink: Grey) -> tuple[Sequence[cv2.KeyPoint], np.ndarray | None, float]:
    scale = min(1.0, FEATURE_SIDE / max(ink.shape))
    small = cv2.resize(ink, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    picture = (255 - cv2.GaussianBlur(small, (0, 0), 1.0) * 255).astype(np.uint8)
    points, marks = cv2.SIFT_create(nfeatures=MOST_FEATURES).detectAndCompute(picture, None)
    return points, marks, scale


def _is_sane(across: np.ndarray, shape: tuple[int, ...]) -> bool:
    """A sheet of paper seen again: not mirrored, not folded, a third to three times as large."""
    height, width = shape
    corners = np.float32([[0, 0], [width, 0], [width, height], [0, height]]).reshape(-1, 1, 2)
    seen = cv2.perspectiveTransform(corners, across).reshape(-1, 2)
    area = cv2.contourArea(seen, oriented=True) / (width * height)
    return bool(np.isfinite(seen).all() and cv2.isContourConvex(seen.astype(np.float32)) and 0.1 < area < 10)


def _field(ink: Grey, other: Grey, across: np.ndarray) -> np.ndarray:
    """Return for each pixel of `ink` its place in `other`: the homography, and the small shifts that it leaves."""
    height, width = ink.shape
    xs, ys = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    shift_x = shift_y = np.zeros((height, width), np.float32)
    for _ in range(2):
        field = _carry(across, xs + shift_x, ys + shift_y)
        laid = cv2.remap(other, field[..., 0], field[..., 1], cv2.INTER_LINEAR, borderValue=0)
        more_x, more_y = _small_shifts(ink, laid)
        shift_x, shift_y = shift_x + more_x, shift_y + more_y
    return _carry(across, xs + shift_x, ys + shift_y)


def _carry(across: np.ndarray, xs: np.ndarray, ys: np.ndarray) -> np.ndarray:
    h = across.astype(np.float32)
    depth = h[2, 0] * xs + h[2, 1] * ys + h[2, 2]
    return np.dstack([(h[0, 0] * xs + h[0, 1] * ys + h[0, 2]) / depth, (h[1, 0] * xs + h[1, 1] * ys + h[1, 2]) / depth])


def _small_shifts(ink: Grey, laid: Grey) -> tuple[np.ndarray, np.ndarray]:
    """How far each block of `laid` lies off, smoothed over its neighbours: paper bends, it does not tear."""
    height, width = ink.shape
    rows, columns = max(1, height // _BLOCK), max(1, width // _BLOCK)
    found = np.zeros((rows, columns, 2), np.float32)
    weight = np.zeros((rows, columns), np.float32)
    for row in range(rows):
        for column in range(columns):
            top, left = row * _BLOCK, column * _BLOCK
            if top < _REACH or left < _REACH or top + _BLOCK + _REACH > height or left + _BLOCK + _REACH > width:
                continue
            block = ink[top : top + _BLOCK, left : left + _BLOCK]
            if block.std() < 0.05:
                continue
            around = laid[top - _REACH : top + _BLOCK + _REACH, left - _REACH : left + _BLOCK + _REACH]
            shift = _best_shift(block, around)
            if shift is not None:
                found[row, column], weight[row, column] = shift[:2], shift[2]
    return _smoothed(found[..., 0], weight, ink.shape), _smoothed(found[..., 1], weight, ink.shape)


def _best_shift(block: Grey, around: Grey) -> tuple[float, float, float] | None:
    """Return x, y and how sure; None when no shift fits, or only one at the edge of the search."""
    fits = cv2.matchTemplate(around, block, cv2.TM_CCOEFF_NORMED)
    _, best, _, (x, y) = cv2.minMaxLoc(fits)
    if best < 0.5 or not (0 < x < 2 * _REACH and 0 < y < 2 * _REACH):
        return None
    return (
        x - _REACH + _peak(fits[y, x - 1], best, fits[y, x + 1]),
        y - _REACH + _peak(fits[y - 1, x], best, fits[y + 1, x]),
        float(best),
    )


def _peak(before: float, here: float, after: float) -> float:
    """The top of a parabola through three values one pixel apart."""
    bend = before - 2 * here + after
    return float(np.clip(0.5 * (before - after) / bend, -0.5, 0.5)) if bend < -1e-6 else 0.0


def _smoothed(shifts: np.ndarray, weight: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    known = weight > 0
    if known.sum() < 4:
        return np.zeros(shape, np.float32)
    usual = float(np.median(shifts[known]))
    near = cv2.medianBlur(np.where(known, shifts, usual).astype(np.float32), 3)
    trusted = np.where(known & (np.abs(shifts - near) < 1.5), weight, 0).astype(np.float32)
    total = cv2.GaussianBlur(trusted, (0, 0), 1.0) + 1e-3
    smooth = (cv2.GaussianBlur(trusted * shifts, (0, 0), 1.0) + 1e-3 * usual) / total
    return cv2.resize(smooth.astype(np.float32), (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR)


def _unexplained(ink: Grey, laid: Grey) -> tuple[np.ndarray, np.ndarray]:
    """Return how much ink around each pixel no small shift explains, and the ink itself (with the sign of whose)."""
    least = left = None
    for x in _SHIFTS:
        for y in _SHIFTS:
            moved = cv2.warpAffine(laid, np.float32([[1, 0, x], [0, 1, y]]), laid.shape[::-1], flags=cv2.INTER_LINEAR)
            apart = ink - moved
            energy = _in_window(apart**2)
            if least is None:
                least, left = energy, apart
            else:
                better = energy < least
                least[better], left[better] = energy[better], apart[better]
    return least, left


def _alike_in_kind(ink: Grey, laid: Grey) -> tuple[Grey, Grey]:
    """Blur the sharper of the two and strengthen the paler, until both are alike: neither says anything of a paper."""
    best, found = math.inf, (ink, laid)
    for mine, theirs in [(0.0, 0.0), *((width, 0.0) for width in _BLURS), *((0.0, width) for width in _BLURS)]:
        one, other = _blurred(ink, mine), _blurred(laid, theirs)
        gain = float((one * other).sum() / max((other * other).sum(), 1e-6))
        apart = float(((one - gain * other) ** 2).sum() / max((one * one).sum(), 1e-6))
        if apart < best:
            best, found = apart, (one, np.clip(gain * other, 0, 1))
    return found


def _blurred(picture: Grey, width: float) -> Grey:
    return cv2.GaussianBlur(picture, (0, 0), width) if width else picture


def _places(stands_out: np.ndarray, left: np.ndarray, shared: np.ndarray) -> list[tuple[_Pixels, bool]]:
    """Return boxes around what stands out, top to bottom, and whether each is but a small mark on a dusty page."""
    marks = _without_dust(stands_out, _spots(left, shared))
    edge = round(0.012 * max(left.shape))  # the shadow of the lid
    stands_out[:edge], stands_out[-edge:], stands_out[:, :edge], stands_out[:, -edge:] = 0, 0, 0, 0
    joined = cv2.morphologyEx(stands_out, cv2.MORPH_CLOSE, np.ones((9, 21), np.uint8))
    _, _, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    boxes = [(_pixels(box), False) for box in stats[1:]] + [(box, True) for box in marks]
    return sorted(boxes, key=lambda place: (place[1], place[0][1] // 12, place[0][0]))


@dataclass(frozen=True)
class _Spots:
    """The spots of ink that no small shift explains, by their label. Whose each is: 1 the first picture's, -1 the
    second's, 0 of both, as where ink was moved."""

    left: np.ndarray
    labels: np.ndarray
    is_speck: np.ndarray
    touches: np.ndarray
    whose: np.ndarray

    def are_dusty(self, whose: int) -> bool:
        """Whether specks lie about on the white of that page."""
        return int((self.is_speck & ~self.touches & (self.whose == whose)).sum()) >= _DUSTY


def _spots(left: np.ndarray, shared: np.ndarray) -> _Spots:
    count, labels, stats, _ = cv2.connectedComponentsWithStats((np.abs(left) > _DARK).astype(np.uint8), connectivity=8)
    area = stats[:, cv2.CC_STAT_AREA]
    mine = np.bincount(labels.ravel(), weights=(left > 0).ravel(), minlength=count)
    whose = np.where(mine == area, 1, np.where(mine == 0, -1, 0))
    near = cv2.dilate(shared.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
    touches = np.bincount(labels[near], minlength=count) > 0
    across = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT])
    labels[(area < 4)[labels]] = 0  # single pixels at the rim of a letter say nothing
    is_speck = (across <= _SPECK) & (whose != 0) & (area >= 4)
    is_speck[0] = False
    return _Spots(left, labels, is_speck, touches, whose)


def _without_dust(stands_out: np.ndarray, spots: _Spots) -> list[_Pixels]:
    """Take dust out of `stands_out`, in place. Return the boxes of small marks on what is written that may be dust.

    A speck that stands alone on white paper is dust. One that touches a letter looks just like a stroke that was
    added to it, as from a 5 to a 6: those that stand alone tell whether that page is dusty. Where it is not, a mark on
    a letter is no dust, and stays.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats(stands_out, connectivity=8)
    marks = []
    for number in range(1, count):
        x, y, w, h, _ = stats[number]
        if max(w, h) > 3 * _WINDOW:
            continue
        part = np.s_[max(0, y - 3) : y + h + 3, max(0, x - 3) : x + w + 3]
        here = labels[part] == number
        around = cv2.dilate(here.astype(np.uint8), np.ones((7, 7), np.uint8)) > 0
        found = np.setdiff1d(spots.labels[part][around], [0])
        if not found.size or not spots.is_speck[found].all():
            continue
        touching = found[spots.touches[found]]
        if touching.size > 1 or (touching.size and not spots.are_dusty(spots.whose[touching[0]])):
            continue
        if touching.size and (spots.left[part][around] * -spots.whose[touching[0]] > _FAINT).sum() >= 3:
            continue  # ink went as well as came: dust takes none away
        stands_out[part][here] = 0
        if touching.size:
            marks.append(_pixels(stats[number]))
    return marks


def _pixels(stats: np.ndarray) -> _Pixels:
    x, y, w, h = (int(value) for value in stats[:4])
    return x, y, x + w, y + h


def _carried(box: tuple[int, int, int, int], field: np.ndarray) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = box
    part = field[y0:y1, x0:x1].reshape(-1, 2)
    (left, top), (right, bottom) = part.min(axis=0), part.max(axis=0)
    return float(left), float(top), float(right), float(bottom)


def _fraction(box: Sequence[float], shape: tuple[int, ...]) -> list[float]:
    height, width = shape[:2]
    sides = (box[0] / width, box[1] / height, box[2] / width, box[3] / height)
    return [round(float(min(max(side, 0.0), 1.0)), 4) for side in sides]
