"""Pictures of pages for the review: what was read, shown beside where it was read."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from PIL import Image, ImageOps

from caicach.reading.limits import MAX_PICTURE_PIXELS
from caicach.rules.refusal import Refusal

_TALLEST = 4
"""No picture is taller than so many times the width asked for: a strip of a scan must not fill the memory."""


def page_png(path: Path, page: int, *, width: int = 900) -> bytes:
    """One page (from 1) of a PDF or a picture as PNG, `width` pixels wide.

    Raises Refusal file.broken, file.encrypted; IndexError for a page that the file does not have.
    """
    with path.open("rb") as stream:
        is_pdf = b"%PDF-" in stream.read(1024)
    try:
        picture = _pdf_page(path, page, width) if is_pdf else _picture(path, page, width)
    except (OSError, ValueError, Image.DecompressionBombError, SyntaxError) as error:
        raise Refusal("file.broken", name=path.name) from error
    with io.BytesIO() as out:
        picture.save(out, "PNG", optimize=False, compress_level=6)
        return out.getvalue()


def page_count(path: Path) -> int:
    """How many pages a PDF has; 1 for a picture. Raises Refusal file.broken, file.encrypted."""
    with path.open("rb") as stream:
        if b"%PDF-" not in stream.read(1024):
            return 1
    book = _book(path)
    try:
        return len(book)
    finally:
        book.close()


def _book(path: Path) -> Any:
    from caicach.reading.pdf import open_pdf

    try:
        return open_pdf(path)
    except Refusal as refusal:
        refusal.facts.setdefault("name", path.name)
        raise


def _pdf_page(path: Path, page: int, width: int) -> Image.Image:
    book = _book(path)
    try:
        if not 1 <= page <= len(book):
            raise IndexError(page)
        seen = book[page - 1]
        across, down = max(1.0, seen.get_width()), max(1.0, seen.get_height())
        bitmap = seen.render(scale=min(6.0, width / across, _TALLEST * width / down))
        picture: Image.Image = bitmap.to_pil()
        return picture.convert("P", palette=Image.Palette.ADAPTIVE, colors=64)
    finally:
        book.close()


def _picture(path: Path, page: int, width: int) -> Image.Image:
    if page != 1:
        raise IndexError(page)
    Image.MAX_IMAGE_PIXELS = MAX_PICTURE_PIXELS
    with Image.open(path) as opened:
        upright = ImageOps.exif_transpose(opened).convert("RGB")
        scale = min(width / upright.width, _TALLEST * width / upright.height)
        size = max(1, round(upright.width * scale)), max(1, round(upright.height * scale))
        return upright.resize(size, Image.Resampling.LANCZOS)
