"""The weave: a tiny periodic pattern in colour alone, where the photo hides it."""

from __future__ import annotations

from typing import Any, Literal

import torch
from torch import Tensor

from blackcamo.filters.values import column
from blackcamo.types import Param, Params
from blackcamo.vision.blur import gaussian_blur
from blackcamo.vision.masking import headroom, hiding

_CELL_PX = 2
"""JPEG's 4:2:0 keeps one colour of 2 x 2 pixels; what is finer would not arrive."""
_SHAPES = {"01": "columns", "10": "rows", "11": "checks"}
"""Row and column of the cosine transform of 2 x 2 cells, without the mean."""
_COEFFICIENTS = tuple(f"weave_{plane}_{shape}" for plane in ("cb", "cr") for shape in _SHAPES)
_RMS = 0.5**0.5
"""Root mean square of a tile, unless its peak would go beyond 1."""
_TO_RGB = ((0.0, 1.402), (-0.344136, -0.714136), (1.772, 0.0))
"""Cb and Cr in red, green and blue. Source: JFIF (ITU-T T.871), 7."""


class Weave:
    """A pattern of 4 x 4 pixels in the colour differences, repeated; and a hint of softness.

    It is tied to pixels, not to what they show: its phase is fixed to the top left corner of the
    delivered picture, its period is 4 pixels of it, and so is softness up to half a pixel, as
    people see none of these where pixels are small, and a codec sees them there alone. Luma is
    left as it is. The six coefficients say what it looks like, whatever their common scale, and
    the strength says how far it swings, in units of what ``hiding`` allows.
    """

    name = "weave"
    hidden: Literal[True] = True
    params = (
        Param("weave_jnd", 0, 4, 0, "JND", "pattern hidden in colour"),
        *(
            Param(
                f"weave_{plane.lower()}_{shape}",
                -1,
                1,
                0,
                "",
                f"its {kind} in {plane}",
                modifier=True,
            )
            for plane in ("Cb", "Cr")
            for shape, kind in _SHAPES.items()
        ),
        Param("softness_px", 0, 0.5, 0, "px", "hidden softness"),
    )

    def __init__(self) -> None:
        self._last: tuple[Tensor, Tensor] | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {"_last": None}

    def render(self, rgb: Tensor, params: Params, seed: int) -> Tensor:
        """Filter (B, 3, H, W); nothing is random."""
        del seed
        out = rgb.clone()
        for row in range(len(out)):
            if softness_px := float(params["softness_px"][row]):
                out[row] = gaussian_blur(rgb[row : row + 1], softness_px)[0]
        tiles = [_tile(params, row) for row in range(len(out))]
        if any(tile.any() for tile in tiles):
            swing = self._hidden(rgb) * column(params, "weave_jnd")
            torch.minimum(swing, headroom(out), out=swing)
            height_px, width_px = rgb.shape[-2:]
            for picture, tile, seen in zip(out, tiles, swing, strict=True):
                times = (-(-height_px // tile.shape[-2]), -(-width_px // tile.shape[-1]))
                pattern = tile.to(rgb.device).repeat(1, *times)[:, :height_px, :width_px]
                picture.addcmul_(pattern, seen)
        return out.clamp_(0, 1)

    def _hidden(self, rgb: Tensor) -> Tensor:
        """What ``hiding`` says of these pictures; of the last ones it is remembered.

        Candidates of a search that share their look differ here alone.
        """
        if self._last is not None and _same(self._last[0], rgb):
            return self._last[1]
        hidden = hiding(rgb)
        self._last = (rgb.clone(), hidden)
        return hidden


def _same(one: Tensor, other: Tensor) -> bool:
    return one.device == other.device and torch.equal(one, other)


def _tile(params: Params, row: int) -> Tensor:
    """One period (3, 4, 4) in RGB: nothing where all coefficients are 0 or there is no strength."""
    strength, *values = (float(params[name][row]) for name in ("weave_jnd", *_COEFFICIENTS))
    sign = torch.tensor([[1.0, 1.0], [1.0, -1.0]])
    spectra = torch.tensor(values).view(2, 3)
    spectra = torch.cat((torch.zeros(2, 1), spectra), 1).view(2, 2, 2)
    cells = sign @ spectra @ sign
    if strength and cells.any():
        cells *= min(_RMS / cells.square().mean().sqrt(), 1 / cells.abs().max())
    else:
        cells.zero_()
    pixels = cells.repeat_interleave(_CELL_PX, -2).repeat_interleave(_CELL_PX, -1)
    return torch.einsum("rc,chw->rhw", torch.tensor(_TO_RGB), pixels)
