"""Detail: sharper or softer, clearer or milder."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from blackcamo.filters.active import InPlace, strips
from blackcamo.types import Param, Params
from blackcamo.vision.blur import gaussian_blur
from blackcamo.vision.masking import luma
from blackcamo.vision.pool import block_means, enlarged

_STRONG_EDGE = 0.15
"""Contrast whose change by sharpening is halved."""
_CLARITY_RADIUS = 0.016
"""Sigma relative to the long side."""
_CLARITY_CONTRAST = 0.12
"""Structure of this deviation is half clarity's; beyond it are outlines, which it leaves alone."""
_LEAST_SIGMA_PX = 1.25
"""Sigma that is left of clarity's after shrinking."""


class Detail(InPlace):
    """Structure of brightness amplified or reduced: fine (sharpness) or broad (clarity).

    Sharpening changes strong edges less than texture, so that it draws no halos and softening
    keeps outlines. Clarity works on what an edge-preserving base leaves, most in mid-tones:
    outlines against a sky get no halo, blacks and whites keep their drawing. Colour is left
    alone, so that edges get no coloured fringes.
    """

    name = "detail"
    params = (
        Param(
            "sharpness_percent",
            -80,
            60,
            0,
            "%",
            "fine detail softened (-) or sharpened (+)",
            falls="fine detail {} softer",
            rises="fine detail {} sharper",
            visible=40,
        ),
        Param("sharpness_radius_permille", 1, 4, 2, "‰", "radius of the detail", modifier=True),
        Param(
            "clarity_percent",
            -50,
            80,
            0,
            "%",
            "local contrast milder (-) or clearer (+)",
            falls="shapes {} softer",
            rises="shapes {} clearer",
            visible=30,
        ),
    )

    def change(self, rgb: Tensor, params: Params, seed: int) -> None:
        """Filter (B, 3, H, W); nothing is random."""
        del seed
        long_side_px = max(rgb.shape[-2:])
        for row in range(len(rgb)):
            sharpness, clarity, radius = (
                float(params[name][row])
                for name in ("sharpness_percent", "clarity_percent", "sharpness_radius_permille")
            )
            if not (sharpness or clarity):
                continue
            y = luma(rgb[row : row + 1])
            soft = base = y
            if sharpness:
                soft = gaussian_blur(y, max(radius / 1000 * long_side_px, 0.3))
            if clarity:
                base = edge_preserving_base(y, _CLARITY_RADIUS * long_side_px)
            for rows in strips(y):
                level, softer, broad = (plane[0, :, rows] for plane in (y, soft, base))
                change = torch.zeros_like(level)
                if sharpness:
                    detail = level - softer
                    limited = detail.div_(detail.abs().mul_(1 / _STRONG_EDGE).add_(1))
                    change.add_(limited, alpha=sharpness / 100)
                if clarity:
                    change.addcmul_(level - broad, level * (1 - level), value=4 * clarity / 100)
                rgb[row, :, rows].add_(change).clamp_(0, 1)


def edge_preserving_base(y: Tensor, sigma_px: float) -> Tensor:
    """The picture (1, 1, H, W) guided by itself, over Gaussian windows.

    Its slopes vary slowly, and are found on fewer pixels.

    Source: K. He, J. Sun, X. Tang, "Guided image filtering", IEEE TPAMI 35 (6), 2013, eq. 5-8;
    K. He, J. Sun, "Fast guided filter", arXiv:1505.00996, 2015.
    """
    height_px, width_px = y.shape[-2:]
    factor = max(1, int(sigma_px / _LEAST_SIGMA_PX))
    padded = F.pad(y, (0, -width_px % factor, 0, -height_px % factor), mode="replicate")
    sides = padded.shape[-2:]
    sigma_px = max(sigma_px / factor, 0.5)
    mean = gaussian_blur(block_means(padded, factor), sigma_px)
    square = gaussian_blur(block_means(padded.square_(), factor), sigma_px)
    del padded
    variance = (square - mean * mean).clamp_(min=0)
    slope = variance / (variance + _CLARITY_CONTRAST**2)
    level = mean - slope * mean
    slope, level = (
        enlarged(gaussian_blur(plane, sigma_px), *sides)[..., :height_px, :width_px]
        for plane in (slope, level)
    )
    return slope.mul_(y).add_(level)
