"""What numpy sees in a scanned page before it is read: skew, specks, table lines, ink."""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from caicach.reading.grid import Rule, joined

Gray: TypeAlias = npt.NDArray[np.uint8]
"""a page, height × width, 0 black to 255 white"""
Ink: TypeAlias = npt.NDArray[np.bool_]

_MAX_SKEW = 6.0
_SURE_MM = 40.0
"""a horizontal line longer than this is no bar of letters"""


def unit(width: float, height: float) -> float:
    """Pixels in a millimetre, taking the longer side for that of an A4 page."""
    return max(width, height) / 297.0


def tolerance(width: float, height: float) -> float:
    """Pixels within which two table lines are one: 0.9 mm."""
    return 0.9 * unit(width, height)


def ink_of(page: Gray) -> Ink:
    """Dark pixels, against the paper around them: shadows and yellow paper are no ink."""
    level = _paper(page)
    dark: Ink = page.astype(np.int16) < level - np.maximum(40, level * 3 // 10)
    return dark


# ---- skew


def skew_of(page: Gray) -> float:
    """Degrees by which the lines of the page fall to the right, to 0.05; found where their profile is sharpest."""
    return _sharpest(_shrunk(ink_of(page)))[0]


def lies_on_its_side(page: Gray) -> bool:
    """Whether the lines of text run up and down: lines leave gaps in the profile along them, and in no other."""
    ink = ink_of(page)
    text = _shrunk(np.logical_and(ink, ~(_long_runs(ink) | _long_runs(ink.T).T)))
    upright, aside = _sharpest(text)[1], _sharpest(text.T)[1]
    return aside > upright


def _shrunk(ink: Ink) -> Ink:
    """At most 1,200 pixels long: enough for profiles."""
    factor = max(1, round(max(ink.shape) / 1200))
    height, width = (size // factor * factor for size in ink.shape)
    blocks = ink[:height, :width].reshape(height // factor, factor, width // factor, factor)
    return np.asarray(blocks.any(axis=(1, 3)), dtype=np.bool_)


def _sharpest(ink: Ink) -> tuple[float, float]:
    """The angle at which the row profile is sharpest, and how sharp it is there."""
    ys, xs = np.nonzero(ink)
    if len(ys) < 200:
        return 0.0, 0.0
    if len(ys) > 60_000:
        chosen = np.random.default_rng(7).choice(len(ys), 60_000, replace=False)
        ys, xs = ys[chosen], xs[chosen]

    def sharpness(degrees: float) -> float:
        rows = ys - xs * math.tan(math.radians(degrees))
        profile = np.bincount((rows - rows.min()).astype(np.int64))
        return float(np.square(np.diff(profile.astype(np.float64))).sum())

    best = max(np.arange(-_MAX_SKEW, _MAX_SKEW + 0.1, 0.5), key=sharpness)
    best = max(np.arange(best - 0.5, best + 0.51, 0.1), key=sharpness)
    best = max(np.arange(best - 0.1, best + 0.11, 0.05), key=sharpness)
    return float(best), sharpness(best) / ink.shape[1]


def _long_runs(ink: Ink) -> Ink:
    """Pixels of horizontal lines of 120 pixels and more."""
    window = 120
    if ink.shape[1] <= window:
        return np.zeros_like(ink)
    sums = np.zeros((ink.shape[0], ink.shape[1] + 1), dtype=np.int32)
    np.cumsum(ink, axis=1, out=sums[:, 1:])
    dense = (sums[:, window:] - sums[:, :-window]) >= int(0.85 * window)
    lines = np.zeros_like(ink)
    for shift in range(0, window, 8):
        lines[:, shift : shift + dense.shape[1]] |= dense
    return lines


def straightened(page: Gray) -> Gray:
    """The page with its lines level."""
    skew = skew_of(page)
    if abs(skew) < 0.08:
        return page
    turned = Image.fromarray(page).rotate(skew, Image.Resampling.BICUBIC, fillcolor=255)
    return np.asarray(turned, dtype=np.uint8)


# ---- specks


def cleaned(page: Gray) -> Gray:
    """The page on white paper: shades of the paper gone, and dark specks smaller than any dot of a letter."""
    paper = _paper(page)
    white = np.clip(page.astype(np.float32) * (255.0 / np.maximum(paper, 1)), 0, 255)
    # What is nearly paper becomes paper; the rest keeps its greys, which the recogniser needs.
    white = np.where(white > 190, 255, white)
    dark = white < 170
    crowd = _box_sums(dark, 3)
    around = _box_sums(white < 255, 3)
    white[(white < 255) & (crowd <= _SPECK) & (around <= 3 * _SPECK)] = 255
    clean: Gray = white.astype(np.uint8)
    return clean


_SPECK = 6
"""dark pixels in 7 × 7 that are no dot yet: at 200 dpi a full stop has about 12"""


def _paper(page: Gray) -> npt.NDArray[np.int16]:
    """The brightness of the paper around each pixel."""
    small = Image.fromarray(page).resize(
        (max(1, page.shape[1] // 16), max(1, page.shape[0] // 16)), Image.Resampling.BOX
    )
    smooth = small.filter(ImageFilter.MaxFilter(3)).filter(ImageFilter.GaussianBlur(3))
    return np.asarray(
        smooth.resize((page.shape[1], page.shape[0]), Image.Resampling.BILINEAR), dtype=np.int16
    )


def _box_sums(marks: Ink, reach: int) -> npt.NDArray[np.int32]:
    """How many marks lie in the square of 2 × reach + 1 around each pixel."""
    padded = np.pad(marks, ((reach + 1, reach), (reach + 1, reach)))
    sums = padded.cumsum(axis=0, dtype=np.int32).cumsum(axis=1, dtype=np.int32)
    size = 2 * reach + 1
    inside: npt.NDArray[np.int32] = (
        sums[size:, size:] - sums[:-size, size:] - sums[size:, :-size] + sums[:-size, :-size]
    )
    return inside


# ---- table lines


def rulings(page: Gray) -> tuple[list[Rule], list[Rule]]:
    """Horizontal and vertical lines: long dark runs, small breaks and noise allowed."""
    ink = ink_of(page)
    height, width = ink.shape
    mm = unit(width, height)
    reach = tolerance(width, height)
    across = joined(_runs(ink, window=int(8 * mm), least=int(9 * mm), reach=reach), reach)
    down = joined(
        _runs(np.ascontiguousarray(ink.T), window=int(4.2 * mm), least=int(4.8 * mm), reach=reach), reach
    )
    long_across = [rule for rule in across if rule.end - rule.start > _SURE_MM * mm]
    down = _hung(down, long_across, reach)
    short_across = [rule for rule in across if rule.end - rule.start <= _SURE_MM * mm]
    return long_across + _hung(short_across, down, reach), down


def _hung(rules: list[Rule], others: list[Rule], reach: float) -> list[Rule]:
    """The lines that end at two of the other direction: stems and bars of letters do not.

    A line that runs on into the stem of a letter above or below the table is cut back to the table.
    """
    hung = []
    for rule in rules:
        crossed = sorted(
            other.at
            for other in others
            if other.start - 2 * reach <= rule.at <= other.end + 2 * reach
            and rule.start - 1.3 * reach <= other.at <= rule.end + 1.3 * reach
        )
        if len(crossed) < 2 or crossed[-1] - crossed[0] < 4 * reach:
            continue
        start = rule.start if abs(crossed[0] - rule.start) <= 1.3 * reach else crossed[0]
        end = rule.end if abs(crossed[-1] - rule.end) <= 1.3 * reach else crossed[-1]
        hung.append(Rule(rule.at, start, end))
    return hung


def _runs(ink: Ink, *, window: int, least: int, reach: float) -> list[Rule]:
    """Lines along axis 1 of `ink`, as rules (at = index along axis 0)."""
    thick = ink.copy()
    thick[1:] |= ink[:-1]
    sums = np.zeros((ink.shape[0], ink.shape[1] + 1), dtype=np.int32)
    np.cumsum(thick, axis=1, out=sums[:, 1:])
    if ink.shape[1] <= window:
        return []
    dense = (sums[:, window:] - sums[:, :-window]) >= int(0.88 * window)
    found: list[tuple[int, int, int]] = []
    for row in np.nonzero(dense.any(axis=1))[0]:
        steps = np.diff(np.concatenate(([0], dense[row].view(np.int8), [0])))
        for start, end in zip(np.nonzero(steps == 1)[0], np.nonzero(steps == -1)[0], strict=True):
            if end - start + window >= least:
                found.append((int(row), int(start), int(end) + window - 1))
    return _gathered(found, reach)


def _gathered(found: list[tuple[int, int, int]], reach: float) -> list[Rule]:
    """Runs of neighbouring rows that overlap are one line, as thick as they are many; a thick block is none."""
    groups: list[list[tuple[int, int, int]]] = []
    open_groups: list[list[tuple[int, int, int]]] = []
    for run in found:
        row, start, end = run
        open_groups = [group for group in open_groups if row - group[-1][0] <= 2]
        for group in open_groups:
            if any(row - r <= 2 and start < e and s < end for r, s, e in group[-6:]):
                group.append(run)
                break
        else:
            group = [run]
            groups.append(group)
            open_groups.append(group)
    rules = []
    for group in groups:
        first, last = group[0][0], group[-1][0]
        if last - first <= 2.5 * reach:
            rules.append(Rule((first + last) / 2, min(s for _, s, _ in group), max(e for _, _, e in group)))
    return rules


def wiped(page: Gray, across: list[Rule], down: list[Rule]) -> Gray:
    """The page with its table lines painted over."""
    clean = page.copy()
    half = max(2, round(0.35 * unit(page.shape[1], page.shape[0])))
    for rule in across:
        clean[
            max(0, int(rule.at) - half) : int(rule.at) + half + 1,
            max(0, int(rule.start) - half) : int(rule.end) + half,
        ] = 255
    for rule in down:
        clean[
            max(0, int(rule.start) - half) : int(rule.end) + half,
            max(0, int(rule.at) - half) : int(rule.at) + half + 1,
        ] = 255
    return clean


# ---- ink in cells


def has_ink(page: Gray) -> bool:
    return int((page < 128).sum()) > 60


def ink_box(cell: Gray) -> tuple[int, int, int, int] | None:
    """(left, top, right, bottom) of what is written in a cell with a margin of some pixels; None for nothing."""
    if min(cell.shape, default=0) < 8:
        return None
    dark = cell < 150
    columns, rows = np.nonzero(dark.sum(axis=0) >= 2)[0], np.nonzero(dark.sum(axis=1) >= 2)[0]
    if len(columns) == 0 or len(rows) == 0 or int(dark.sum()) < 20:
        return None
    margin = 5
    height, width = cell.shape
    left, right = max(0, int(columns[0]) - margin), min(width, int(columns[-1]) + margin + 1)
    top, bottom = max(0, int(rows[0]) - margin), min(height, int(rows[-1]) + margin + 1)
    return left, top, right, bottom


def strokes(word: Gray, share: float) -> int:
    """How many upright strokes as high as the word begin in the left share of it: the ones of a Roman numeral."""
    if min(word.shape, default=0) < 6:
        return 0
    dark = word < 140
    rows = np.nonzero(dark.any(axis=1))[0]
    if len(rows) == 0:
        return 0
    high = dark[rows[0] : rows[-1] + 1]
    full = high.sum(axis=0) > 0.7 * high.shape[0]
    starts = np.nonzero(np.diff(np.concatenate(([0], full.view(np.int8)))) == 1)[0]
    return int((starts < share * word.shape[1]).sum())


def enlarged(picture: Gray, scale: float) -> Gray:
    if scale == 1.0:
        return picture
    size = max(1, round(picture.shape[1] * scale)), max(1, round(picture.shape[0] * scale))
    return np.asarray(Image.fromarray(picture).resize(size, Image.Resampling.BICUBIC), dtype=np.uint8)
