"""The weave: tiny periodic patterns, in colour and in luma, where the photo hides them."""

from __future__ import annotations

from typing import Any, Literal

import torch
from torch import Tensor

from blackcamo.filters.active import InPlace, strips
from blackcamo.filters.doubling import DOUBLING, doubled, scale
from blackcamo.filters.values import column
from blackcamo.types import Param, Params
from blackcamo.vision.blur import gaussian_blur
from blackcamo.vision.masking import headroom, hiding
from blackcamo.vision.pool import enlarged

_CELL_PX = 2
"""JPEG's 4:2:0 keeps one colour of 2 x 2 pixels; what is finer would not arrive."""
_SHAPES = {"01": "columns", "10": "rows", "11": "checks"}
"""Row and column of the cosine transform of 2 x 2 cells, without the mean."""
_COEFFICIENTS = tuple(f"weave_{plane}_{shape}" for plane in ("cb", "cr") for shape in _SHAPES)
_LUMA_COEFFICIENTS = tuple(f"weave_luma_{shape}" for shape in _SHAPES)
_REMEMBERED_PX = 1 << 24
"""Pixels of pictures that are remembered, 20 bytes each."""
_LUMA_DOUBLED, _COLOUR_DOUBLED = 0.375, 2 / 3
"""Of what hides a pattern, what is left where pixels are smaller and more of them: that is posted
in all of 24 blind looks at 200 %, and what is whole in few (studies/020-doubling)."""
_RMS = 0.5**0.5
"""Root mean square of a tile, unless its peak would go beyond 1."""
_TO_RGB = ((0.0, 1.402), (-0.344136, -0.714136), (1.772, 0.0))
"""Cb and Cr in red, green and blue. Source: JFIF (ITU-T T.871), 7."""


class Weave(InPlace):
    """Patterns of few pixels in the colour differences and in luma; and a hint of softness.

    They are tied to pixels, not to what these show: their phase is fixed to the top left corner of
    the delivered picture, their period is 4 pixels of it in colour and 2 in luma, and so is
    softness up to half a pixel, as people see none of these where pixels are small, and a codec
    sees them there alone. Coefficients say what a pattern looks like, whatever their common scale,
    and its strength says how far it swings, in units of what ``hiding`` allows.

    A picture may be delivered with twice the pixels a side. What hides is then woven into those
    pixels, and hides where the picture itself hides it, as that is what people see.
    """

    name = "weave"
    hidden: Literal[True] = True
    params = (
        Param(
            DOUBLING,
            0,
            100,
            0,
            "%",
            "delivered with twice the pixels a side, so hard",
            rises="twice the pixels a side, {} hard",
        ),
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
        Param("weave_luma_jnd", 0, 2, 0, "JND", "pattern hidden in brightness"),
        *(
            Param(f"weave_luma_{shape}", -1, 1, 0, "", f"its {kind}", modifier=True)
            for shape, kind in _SHAPES.items()
        ),
        Param("softness_px", 0, 0.5, 0, "px", "hidden softness"),
    )

    def __init__(self) -> None:
        self._last: tuple[Tensor, Tensor, Tensor] | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {"_last": None}

    def keeps_size(self, rgb: Tensor, params: Params) -> bool:
        """Whether these pictures stay as large as they are."""
        return self._scale(rgb, params) == 1

    def render(self, rgb: Tensor, params: Params, seed: int) -> Tensor:
        """A filtered copy of (B, 3, H, W); where they are doubled, all of them are."""
        if self.keeps_size(rgb, params):
            return super().render(rgb, params, seed)
        out = torch.cat(
            [
                doubled(rgb[row : row + 1], float(params[DOUBLING][row]) / 100)
                for row in range(len(rgb))
            ]
        )
        self._weave_into(out, params, rgb)
        return out

    def change(self, rgb: Tensor, params: Params, seed: int) -> None:
        """Filter (B, 3, H, W) at their own size; nothing is random."""
        del seed
        self._weave_into(rgb, params, rgb)

    def _scale(self, rgb: Tensor, params: Params) -> int:
        return scale({DOUBLING: float(params[DOUBLING].amax())}, *rgb.shape[-2:])

    def _weave_into(self, rgb: Tensor, params: Params, seen: Tensor) -> None:
        """Filter (B, 3, h, w), what people see of them being ``seen`` (B, 3, H, W)."""
        colour = [_colour_tile(params, row) for row in range(len(rgb))]
        luma = [_luma_tile(params, row) for row in range(len(rgb))]
        woven = any(tile.any() for tile in (*colour, *luma))
        hidden = self._hidden(seen) if woven else None
        if hidden is not None and seen.shape != rgb.shape:
            in_luma, in_colour = (enlarged(where, *rgb.shape[-2:]) for where in hidden)
            hidden = in_luma.mul_(_LUMA_DOUBLED), in_colour.mul_(_COLOUR_DOUBLED)
        for row in range(len(rgb)):
            if softness_px := float(params["softness_px"][row]):
                for channel in torch.split(rgb[row : row + 1], 1, dim=1):
                    channel.copy_(gaussian_blur(channel, softness_px))
        if hidden is not None:
            for rows in strips(rgb):
                _weave(rgb, rows, hidden, (colour, luma), params)
        rgb.clamp_(0, 1)

    def _hidden(self, rgb: Tensor) -> tuple[Tensor, Tensor]:
        """Where patterns hide in these pictures, in luma and in colour; the last are remembered.

        Candidates of a search that share their look differ here alone.
        """
        # Another thread may replace it at any moment.
        last = self._last
        if last is not None and _same(last[0], rgb):
            return last[1:]
        found = hiding(rgb)
        if rgb.shape[-2] * rgb.shape[-1] <= _REMEMBERED_PX:
            self._last = (rgb.clone(), *found)
        return found


def _weave(
    rgb: Tensor,
    rows: slice,
    hidden: tuple[Tensor, Tensor],
    tiles: tuple[list[Tensor], list[Tensor]],
    params: Params,
) -> None:
    """Weave tiles, in colour and in luma, into rows of pictures."""
    out, in_luma, in_colour = (t[..., rows, :] for t in (rgb, *hidden))
    swing = in_colour * column(params, "weave_jnd")
    torch.minimum(swing, headroom(out), out=swing)
    grey = in_luma * column(params, "weave_luma_jnd")
    torch.minimum(grey, torch.minimum(out, 1 - out).amin(1, keepdim=True), out=grey)
    for row, picture in enumerate(out):
        for tile, seen in ((tiles[0][row], swing[row]), (tiles[1][row], grey[row])):
            if tile.any():
                # Its phase is fixed to the top of the picture.
                turned = tile.roll(-(rows.start % tile.shape[-2]), -2)
                picture.addcmul_(_repeated(turned, picture), seen)


def _same(one: Tensor, other: Tensor) -> bool:
    return one.device == other.device and torch.equal(one, other)


def _colour_tile(params: Params, row: int) -> Tensor:
    """One period (3, 4, 4) in RGB: nothing where all coefficients are 0 or there is no strength."""
    strength, *values = (float(params[name][row]) for name in ("weave_jnd", *_COEFFICIENTS))
    cells = _cells(strength, values)
    pixels = cells.repeat_interleave(_CELL_PX, -2).repeat_interleave(_CELL_PX, -1)
    return torch.einsum("rc,chw->rhw", torch.tensor(_TO_RGB), pixels)


def _luma_tile(params: Params, row: int) -> Tensor:
    """One period (3, 2, 2) in RGB, the same in each."""
    names = ("weave_luma_jnd", *_LUMA_COEFFICIENTS)
    strength, *values = (float(params[name][row]) for name in names)
    return _cells(strength, values).expand(3, -1, -1)


def _cells(strength: float, values: list[float]) -> Tensor:
    """Planes (P, 2, 2) of three coefficients each, brought to one common size."""
    sign = torch.tensor([[1.0, 1.0], [1.0, -1.0]])
    spectra = torch.tensor(values).view(-1, 3)
    spectra = torch.cat((torch.zeros(len(spectra), 1), spectra), 1).view(-1, 2, 2)
    cells = sign @ spectra @ sign
    if not (strength and cells.any()):
        return torch.zeros_like(cells)
    return cells * min(_RMS / cells.square().mean().sqrt(), 1 / cells.abs().max())


def _repeated(tile: Tensor, picture: Tensor) -> Tensor:
    height_px, width_px = picture.shape[-2:]
    times = (-(-height_px // tile.shape[-2]), -(-width_px // tile.shape[-1]))
    return tile.to(picture.device).repeat(1, *times)[:, :height_px, :width_px]
