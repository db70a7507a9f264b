"""Shared by the pictures of a report: a dark neutral ground, fitted photos, wrapped text."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from blackcamo.images import resize
from blackcamo.types import Pixels

Font: TypeAlias = ImageFont.FreeTypeFont | ImageFont.ImageFont

GROUND = (32, 32, 32)
RULE = (64, 64, 64)
BRIGHT = (236, 236, 236)
MUTED = (164, 164, 164)
NO_BREAK = "\u00a0"

_LEADING = 1.35
_DARK_INK = 0.5
"""Plates of more emphasis carry dark letters."""
_BEYOND_ASCII = "°±·…"


@dataclass(frozen=True, slots=True)
class Scored:
    """A picture, its score, and whether the scorer calls that high quality."""

    pixels: Pixels
    score: float
    high_quality: bool

    @property
    def verdict(self) -> str:
        """The scorer's opinion in words."""
        return "high quality" if self.high_quality else "low quality"


class Canvas:
    """A dark neutral picture of known size to put photos and text on."""

    def __init__(self, width_px: int, height_px: int) -> None:
        self.image = Image.new("RGB", (width_px, height_px), GROUND)
        self._draw = ImageDraw.Draw(self.image)

    def photo(self, pixels: Pixels, left_px: int, top_px: int) -> None:
        """Paste a picture."""
        self.image.paste(Image.fromarray(pixels), (left_px, top_px))

    def rule(self, left_px: int, right_px: int, top_px: int) -> None:
        """Draw a thin horizontal line."""
        self._draw.line((left_px, top_px, right_px, top_px), fill=RULE)

    def text(
        self, line: str, left_px: int, top_px: int, *, size: int, fill: tuple[int, int, int]
    ) -> int:
        """Write one line and return its width in pixels."""
        self._draw.text((left_px, top_px), _known(line), font=_font(size), fill=fill)
        return round(_font(size).getlength(_known(line)))

    def badge(self, line: str, left_px: int, top_px: int, *, size: int, emphasis: float) -> int:
        """Write one line on a plate of its own, line_height(size) high, and return its width.

        Args:
            emphasis: 1 is a bright plate, 0 the outline of one; greys, so that no colour beside
                the photos sways whoever looks at them.
        """
        ends = size // 2
        width = round(_font(size).getlength(_known(line))) + 2 * ends
        plate = tuple(
            round(dark + emphasis * (bright - dark))
            for dark, bright in zip(GROUND, BRIGHT, strict=True)
        )
        box = (left_px, top_px, left_px + width, top_px + line_height(size))
        self._draw.rounded_rectangle(box, radius=size // 4, fill=plate, outline=BRIGHT)
        self.text(
            line,
            left_px + ends,
            top_px + 1,
            size=size,
            fill=GROUND if emphasis >= _DARK_INK else BRIGHT,
        )
        return width

    @property
    def pixels(self) -> Pixels:
        """The drawing."""
        return np.array(self.image, dtype=np.uint8)


def line_height(size: int) -> int:
    """Distance in pixels between lines of text of that size."""
    return round(size * _LEADING)


def wrap(text: str, *, size: int, width_px: int) -> list[str]:
    """Break text into lines: at spaces, and within words that are wider than a line."""
    font = _font(size)
    lines: list[str] = []
    for piece in _pieces(text, font, width_px):
        joined = f"{lines[-1]} {piece}" if lines else piece
        if lines and font.getlength(_known(joined)) <= width_px:
            lines[-1] = joined
        else:
            lines.append(piece)
    return lines


def shorten(text: str, *, size: int, width_px: int) -> str:
    """Text that fits one line: where it is too long, its middle gives way to an ellipsis."""
    font = _font(size)
    line = text
    for kept in range(len(text) - 1, 0, -1):
        if font.getlength(_known(line)) <= width_px:
            break
        line = f"{text[: (kept + 1) // 2]}…{text[len(text) - kept // 2 :]}"
    return line


def fit(pixels: Pixels, *, width_px: int, height_px: int) -> Pixels:
    """Resample a picture to the largest size of its shape that a box holds."""
    height, width = pixels.shape[:2]
    scale = min(width_px / width, height_px / height)
    return resize(
        pixels, width_px=max(1, round(width * scale)), height_px=max(1, round(height * scale))
    )


def _pieces(text: str, font: Font, width_px: int) -> Iterator[str]:
    for word in text.split(" "):
        start = 0
        for end in range(1, len(word) + 1):
            if font.getlength(_known(word[start:end])) > width_px and end - start > 1:
                yield word[start : end - 1]
                start = end - 1
        yield word[start:]


@cache
def _font(size: int) -> Font:
    return ImageFont.load_default(size)


def _known(text: str) -> str:
    """``text`` in the letters that Pillow's own font has: accents go, others become "?"."""
    text = text.replace("‰", "/1000")
    bases = (x if x in _BEYOND_ASCII else unicodedata.normalize("NFKD", x)[0] for x in text)
    return "".join(x if " " <= x <= "~" or x in _BEYOND_ASCII else "?" for x in bases)
