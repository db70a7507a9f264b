"""Optics: what a lens adds."""

from __future__ import annotations

import torch
from torch import Tensor

from blackcamo.filters.values import fraction
from blackcamo.types import Param, Params
from blackcamo.vision.blur import gaussian_blur

_GLOW_RADIUS = 0.02
"""Sigma of the glow, relative to the long side."""


class Optics:
    """Vignette, to dark or to light, and a soft glow of the highlights."""

    name = "optics"
    params = (
        Param("vignette_percent", -18, 30, 0, "%", "corners lightened (-) or darkened (+)"),
        Param("glow_percent", 0, 20, 0, "%", "soft glow of bright areas"),
    )

    def render(self, rgb: Tensor, params: Params, seed: int) -> Tensor:
        """Filter (B, 3, H, W); nothing is random."""
        del seed
        return _vignette(
            _glow(rgb, fraction(params, "glow_percent")), fraction(params, "vignette_percent")
        )


def _glow(rgb: Tensor, strength: Tensor) -> Tensor:
    """Screen the picture with its blurred highlights: 1 - (1 - x)(1 - g)."""
    if not strength.any():
        return rgb
    # Squared, so that light spreads and dark stays.
    halo = gaussian_blur(rgb.square(), _GLOW_RADIUS * max(rgb.shape[-2:])).mul_(strength)
    return torch.lerp(rgb, rgb.new_ones(()), halo)


def _vignette(rgb: Tensor, strength: Tensor) -> Tensor:
    if not strength.any():
        return rgb
    height_px, width_px = rgb.shape[-2:]
    diagonal_px = (height_px**2 + width_px**2) ** 0.5
    y, x = (
        (torch.arange(n, device=rgb.device, dtype=torch.float32) + (0.5 - n / 2))
        * (2 / diagonal_px)
        for n in (height_px, width_px)
    )
    # Fourth power of the distance from the centre, 1 in the corners: the shape of the loss of
    # light in a lens, 1 - cos⁴ of the angle, taken somewhat later.
    falloff = (y[:, None].square() + x.square()).square_()
    shade = falloff * strength.abs()
    light = falloff * (-strength).clamp(min=0)
    return torch.addcmul(light, rgb, 1 - shade)
