"""Optics: what lenses, and slides laid over each other, do to light."""

from __future__ import annotations

import torch
from torch import Tensor

from blackcamo.filters.active import InPlace, strips
from blackcamo.filters.values import fraction
from blackcamo.types import Param, Params
from blackcamo.vision.blur import gaussian_blur
from blackcamo.vision.masking import luma

_GLOW_RADIUS = 0.02
"""Sigma relative to the long side."""
_BLOOM = 0.6
"""How much of the glow is light that spreads into the dark."""
_OVEREXPOSED = 0.12
"""Light that the unsharp slide has too much of."""


class Optics(InPlace):
    """Soft glow and vignette."""

    name = "optics"
    params = (
        Param(
            "glow_percent",
            0,
            80,
            0,
            "%",
            "soft glow over sharp detail",
            rises="soft glow {}",
            visible=16,
        ),
        Param(
            "vignette_percent",
            -10,
            45,
            0,
            "%",
            "corners lightened (-) or darkened (+)",
            falls="corners {} lighter",
            rises="corners {} darker",
            visible=7,
        ),
    )

    def change(self, rgb: Tensor, params: Params, seed: int) -> None:
        """Filter (B, 3, H, W); nothing is random."""
        del seed
        glow, vignette = (fraction(params, f"{name}_percent") for name in ("glow", "vignette"))
        if glow.any():
            unsharp = gaussian_blur(rgb, _GLOW_RADIUS * max(rgb.shape[-2:]))
            for rows in strips(rgb):
                rgb[..., rows, :] = _glow(rgb[..., rows, :], unsharp[..., rows, :], glow)
        if vignette.any():
            y, x = _positions(rgb)
            for rows in strips(rgb):
                rgb[..., rows, :] = _vignette(rgb[..., rows, :], y[rows], x, vignette)


def _glow(rgb: Tensor, unsharp: Tensor, strength: Tensor) -> Tensor:
    """Orton's sandwich of a sharp and an unsharp, overexposed slide, and light that spreads.

    The unsharp picture is laid over in soft light, x² + 2 b x (1 - x) for its luma b: lights glow
    into what is around them, darks deepen, so contrast is kept, detail sharp and colour natural.
    Screening with blurred highlights alone would veil the darks.

    Source: M. Orton, "Orton imagery"; soft light without corners by J. Wüller (Pegtop), 2004.
    """
    slide = luma(unsharp).mul_(1 - _OVEREXPOSED).add_(_OVEREXPOSED)
    sandwich = rgb * (rgb + 2 * slide * (1 - rgb))
    out = torch.lerp(rgb, sandwich, strength)
    # Cubed, so that light spreads and dark stays.
    bloom = unsharp.square().mul_(unsharp).mul_(_BLOOM * strength)
    return torch.lerp(out, out.new_ones(()), bloom).clamp_(0, 1)


def _vignette(rgb: Tensor, y: Tensor, x: Tensor, strength: Tensor) -> Tensor:
    # Fourth power of the distance from the centre, 1 in the corners: the shape of the loss of
    # light in a lens, 1 - cos⁴ of the angle, taken somewhat later.
    falloff = (y[:, None].square() + x.square()).square_()
    shade = falloff * strength.abs()
    light = falloff * (-strength).clamp(min=0)
    return torch.addcmul(light, rgb, 1 - shade)


def _positions(rgb: Tensor) -> tuple[Tensor, Tensor]:
    """Rows (H) and columns (W) from the centre, in half diagonals."""
    height_px, width_px = rgb.shape[-2:]
    diagonal_px = (height_px**2 + width_px**2) ** 0.5
    y, x = (
        (torch.arange(n, device=rgb.device, dtype=torch.float32) + (0.5 - n / 2))
        * (2 / diagonal_px)
        for n in (height_px, width_px)
    )
    return y, x
