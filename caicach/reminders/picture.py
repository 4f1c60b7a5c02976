"""The week as a picture for a letter: a bar an office. Without words: those stand beside it, in the letter's own font."""

from __future__ import annotations

import io
from collections.abc import Sequence

from PIL import Image, ImageDraw

_COLOURS = ("#b3261e", "#d99a1c", "#b9cfec", "#e6ecea", "#9fd0ca")
"""of late, to look at, soon, far, done or going on: the colours of the screen"""
WIDTH, ROW = 520, 26
_SCALE = 2
"""for sharp screens"""


def bars_png(rows: Sequence[Sequence[int]]) -> bytes:
    """A PNG of WIDTH × ROW a row (twice as many points): the counts of each row side by side, all on one scale."""
    most = max((sum(row) for row in rows), default=0) or 1
    image = Image.new("RGB", (WIDTH * _SCALE, max(1, len(rows)) * ROW * _SCALE), "#ffffff")
    draw = ImageDraw.Draw(image)
    for n, row in enumerate(rows):
        left, top = 0.0, (n * ROW + 6) * _SCALE
        for count, colour in zip(row, _COLOURS, strict=True):
            width = count / most * WIDTH * _SCALE
            if count:
                draw.rectangle((left, top, max(left + width - 3, left + 1), top + 14 * _SCALE), fill=colour)
            left += width
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()
