"""A pattern in the pixels that a scorer samples, where the photo hides it.

A scorer that takes pictures down to its input by the nearest pixel sees a few of their pixels, and
each of them whole. The pattern has its period in those, however large the picture is.

Source of the principle: Q. Xiao, Y. Chen, C. Shen, Y. Chen, K. Li, "Seeing is not believing:
camouflage attacks on image scaling algorithms", USENIX Security 2019.
"""

from __future__ import annotations

import math
import random
from typing import Any, Literal

import torch
from torch import Tensor

from blackcamo.filters.active import InPlace, strips
from blackcamo.types import Param, Params
from blackcamo.vision.masking import hiding
from blackcamo.vision.pool import block_means, enlarged

_SAMPLES = 224
"""Samples along each side: the input of MobileNet and most networks made from ImageNet's."""
_PERIOD = 4
"""Samples after which the pattern repeats; one of 8 has 63 coefficients and gained little."""
_COEFFICIENTS = tuple(
    f"sampled_{row}{column}" for row in range(_PERIOD) for column in range(_PERIOD)
)[1:]
_BLOCK = 16
"""Samples on a side of blocks in which the pattern begins anew: lines across a picture are seen."""
_REACH_PX = 1
"""So far around a sample the pattern is what it is there: less does not survive a JPEG."""
_RMS = 0.9
_LEAST = 0.35 / 255
"""What hides even in smooth areas, where the map says nothing does."""
_SEEN_PX = 512
"""Long side at which is looked for what hides: the pattern grows with the picture."""


class Sampled(InPlace):
    """A periodic pattern in luma on the grid of 224 x 224 pixels that a scorer samples.

    Each sample and the pixels around it are made lighter or darker by the same amount. What the
    pattern looks like is given by cosine coefficients, whatever their common scale, and its
    strength says how far it swings, in units of what ``hiding`` allows.
    """

    name = "sampled"
    hidden: Literal[True] = True
    params = (
        Param("sampled_jnd", 0, 4, 0, "JND", "pattern hidden in the pixels that a scorer samples"),
        *(
            Param(name, -1, 1, 0, "", f"its cosine {name[-2]}, {name[-1]}", modifier=True)
            for name in _COEFFICIENTS
        ),
    )

    def __init__(self) -> None:
        self._last: tuple[Tensor, Tensor] | None = None

    def __getstate__(self) -> dict[str, Any]:
        return {"_last": None}

    def change(self, rgb: Tensor, params: Params, seed: int) -> None:
        """Filter (B, 3, H, W); nothing is random."""
        del seed
        tiles = [
            _tile([float(params[name][row]) for name in _COEFFICIENTS]) for row in range(len(rgb))
        ]
        if not any(tile.any() for tile in tiles):
            return
        hidden = enlarged(self._hidden(rgb), *rgb.shape[-2:])
        down, across = (_samples(side).to(rgb.device) for side in rgb.shape[-2:])
        for row, tile in enumerate(tiles):
            strength = float(params["sampled_jnd"][row])
            for rows in strips(rgb):
                picture = rgb[row, :, rows]
                swing = hidden[row, :, rows].add(_LEAST).mul_(strength)
                # No farther than all three channels can follow: it would tint.
                torch.minimum(swing, torch.minimum(picture, 1 - picture).amin(0), out=swing)
                picture.addcmul_(_spread(tile.to(rgb.device), down[rows], across), swing)
        rgb.clamp_(0, 1)

    def _hidden(self, rgb: Tensor) -> Tensor:
        """Where patterns hide in luma (B, 1, h, w); of the last pictures it is remembered."""
        small = block_means(rgb, max(1, round(max(rgb.shape[-2:]) / _SEEN_PX)))
        # Another thread may replace it at any moment.
        last = self._last
        if last is not None and last[0].device == small.device and torch.equal(last[0], small):
            return last[1]
        found = hiding(small)[0]
        self._last = small, found
        return found


def _samples(side_px: int) -> Tensor:
    """The sample that each pixel of a side belongs to, -1 for those too far from any: (side,).

    Sampled is the pixel under the middle of each of the input's, as Pillow's NEAREST does.
    """
    centres = ((torch.arange(_SAMPLES) + 0.5) * side_px / _SAMPLES).long()
    owners = torch.full((side_px,), -1)
    # The nearer ones last, so that they win.
    for distance in range(_REACH_PX, -1, -1):
        for shifted in {-distance, distance}:
            pixels = centres + shifted
            inside = (pixels >= 0) & (pixels < side_px)
            owners[pixels[inside]] = torch.arange(_SAMPLES)[inside]
    return owners


def _begins() -> Tensor:
    """Where in its period the pattern begins in each block (2, blocks, blocks): always there."""
    drawn = random.Random(0)  # noqa: S311 - no secret is drawn
    blocks = _SAMPLES // _BLOCK
    phases = [int(drawn.random() * _PERIOD) for _ in range(2 * blocks * blocks)]
    return torch.tensor(phases).view(2, blocks, blocks)


def _spread(tile: Tensor, down: Tensor, across: Tensor) -> Tensor:
    """The pattern (H, W) in pixels that belong to these samples; 0 where there is none."""
    begins = _begins().to(down.device)[:, down // _BLOCK][:, :, across // _BLOCK]
    row, column = down[:, None] + begins[0], across + begins[1]
    sampled = (down >= 0)[:, None] & (across >= 0)
    return tile[row % _PERIOD, column % _PERIOD] * sampled


def _tile(coefficients: list[float]) -> Tensor:
    """One period (4, 4), without mean, at most about 1; 0 where all coefficients are."""
    spectrum = torch.tensor([0.0, *coefficients]).view(_PERIOD, _PERIOD)
    if not spectrum.any():
        return spectrum
    index = torch.arange(_PERIOD)
    cosines = torch.cos(math.pi / _PERIOD * (index[:, None] + 0.5) * index)
    tile = cosines @ spectrum @ cosines.T
    tile = (tile * _RMS / tile.square().mean().sqrt()).clamp_(-1, 1)
    return tile - tile.mean()
