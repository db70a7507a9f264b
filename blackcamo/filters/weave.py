"""The weave: a tiny periodic pattern in colour alone, where the photo hides it."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from blackcamo.types import Param, Params
from blackcamo.vision.blur import gaussian_blur
from blackcamo.vision.masking import hiding

_CELL_PX = 2
"""A cell is what 4:2:0 subsampling keeps one colour of, so that nothing finer is searched."""
_SHAPES = ("01", "10", "11")
"""Rows and columns of the cosine transform of 2 x 2 cells, without the mean."""
_PLANES = ("cb", "cr")
_COEFFICIENTS = tuple(f"weave_{plane}_{shape}" for plane in _PLANES for shape in _SHAPES)
_TO_RGB = torch.tensor([[0.0, 1.402], [-0.344136, -0.714136], [1.772, 0.0]])
"""Source: JFIF (ITU-T T.871), 7, the columns of Cb and Cr."""


class Weave:
    """A pattern of 4 x 4 pixels in the two colour differences, repeated over the picture."""

    name = "weave"
    follows_pixels = True
    params = (
        Param("weave_jnd", 0, 3, 0, "JND", "strength of the weave"),
        *(
            Param(name, -1, 1, 0, "", f"{name[6:8]} of the weave, shape {name[9:]}", modifier=True)
            for name in _COEFFICIENTS
        ),
        Param("softness_px", 0, 0.5, 0, "px", "softness of the finest detail"),
    )

    def __init__(self) -> None:
        self._known: tuple[Tensor, Tensor] | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {"_known": None}

    def render(self, rgb: Tensor, params: Params, seed: int) -> Tensor:
        """Filter (B, 3, H, W); nothing is random."""
        del seed
        height_px, width_px = rgb.shape[-2:]
        limit = self._limit(rgb)
        out = torch.empty_like(rgb)
        for row in range(len(rgb)):
            softness_px = float(params["softness_px"][row])
            one = rgb[row : row + 1]
            soft = gaussian_blur(one, softness_px) if softness_px else one
            tile = _tile(params, row) * params["weave_jnd"][row]
            times = (-(-height_px // tile.shape[-2]), -(-width_px // tile.shape[-1]))
            woven = tile.repeat(1, *times)[:, :height_px, :width_px]
            torch.addcmul(soft[0], woven, limit[row], out=out[row])
        return out.clamp_(0, 1)

    def _limit(self, rgb: Tensor) -> Tensor:
        """What hides in these pictures; of the last ones it is known."""
        known = self._known
        if known is not None and known[0].device == rgb.device and torch.equal(known[0], rgb):
            return known[1]
        limit = hiding(rgb)
        self._known = (rgb.clone(), limit)
        return limit


def _tile(params: Params, row: int) -> Tensor:
    """One period (3, 4, 4) in RGB, of colour differences within +-1."""
    coefficients = torch.stack([params[name][row] for name in _COEFFICIENTS]).view(2, 3)
    spectrum = torch.cat((torch.zeros_like(coefficients[:, :1]), coefficients), 1).view(2, 2, 2)
    sign = torch.tensor([[1.0, 1.0], [1.0, -1.0]], device=spectrum.device) / 2**0.5
    cells = (sign @ spectrum @ sign).clamp_(-1, 1)
    pixels = cells.repeat_interleave(_CELL_PX, -2).repeat_interleave(_CELL_PX, -1)
    return torch.einsum("rc,chw->rhw", _TO_RGB.to(pixels.device), pixels)
