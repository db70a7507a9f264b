"""Finishes: frames around the delivered picture, as on paper or film.

A finish adds a border and changes no pixel of the picture inside.

>>> finish("gallery").frame(np.zeros((300, 400, 3), np.uint8)).shape
(348, 448, 3)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from blackcamo.errors import OptionError, UnknownNameError
from blackcamo.plugins import unknown
from blackcamo.types import Pixels

Colour: TypeAlias = tuple[int, int, int]

_WHITE, _PAPER, _INK = (255, 255, 255), (250, 249, 245), (24, 24, 24)


@dataclass(frozen=True, slots=True)
class Finish:
    """A border, its widths relative to the picture's long side.

    Args:
        name: as it is asked for.
        width_permille: width of the border on every side.
        colour: its sRGB levels.
        bottom_permille: how much wider it is below.
        line_permille: width of a thin line, part of the border, right around the picture.
        line_colour: that one's levels.
    """

    name: str
    width_permille: float
    colour: Colour
    bottom_permille: float = 0.0
    line_permille: float = 0.0
    line_colour: Colour = _INK

    def frame(self, pixels: Pixels) -> Pixels:
        """The picture (H, W, 3) with its border around it."""
        height_px, width_px = pixels.shape[:2]
        border_px, below_px, line_px = self._widths_px(max(height_px, width_px))
        framed = np.empty((height_px + border_px + below_px, width_px + 2 * border_px, 3), np.uint8)
        framed[:] = self.colour
        top, left = border_px - line_px, border_px - line_px
        framed[top : border_px + height_px + line_px, left : border_px + width_px + line_px] = (
            self.line_colour
        )
        framed[border_px : border_px + height_px, border_px : border_px + width_px] = pixels
        return framed

    def inside(self, pixels: Pixels) -> Pixels:
        """The picture that ``frame`` laid this border around, as a copy.

        Raises:
            OptionError: no picture framed by this finish has that size.
        """
        height_px, width_px = pixels.shape[:2]
        for long_side_px in range(max(height_px, width_px), 0, -1):
            border_px, below_px, _ = self._widths_px(long_side_px)
            inner = (height_px - border_px - below_px, width_px - 2 * border_px)
            if min(inner) >= 1 and max(inner) == long_side_px:
                rows = slice(border_px, border_px + inner[0])
                return pixels[rows, border_px : border_px + inner[1]].copy()
        raise OptionError(
            f"{width_px} x {height_px} px is no picture framed by the finish {self.name!r}"
        )

    def _widths_px(self, long_side_px: int) -> tuple[int, int, int]:
        """Widths of the border, of that below and of the line; a pixel at least, if any."""
        border, below, line = (
            max(1, round(long_side_px * permille / 1000)) if permille else 0
            for permille in (
                self.width_permille,
                self.width_permille + self.bottom_permille,
                self.line_permille,
            )
        )
        return border, below, min(line, border)


_FINISHES = (
    Finish("white", 30, _WHITE),
    Finish("black", 20, (0, 0, 0)),
    Finish("gallery", 60, _PAPER, line_permille=2.5),
    Finish("polaroid", 45, _PAPER, bottom_permille=120),
)


def finishes() -> tuple[Finish, ...]:
    """Every finish there is, in the order in which they are shown."""
    return _FINISHES


def finish(name: str) -> Finish:
    """The finish of that name.

    Raises:
        UnknownNameError: there is none; says which one may be meant.
    """
    for one in _FINISHES:
        if one.name == name:
            return one
    raise UnknownNameError(unknown("finish", name, (one.name for one in _FINISHES)))
