"""Optics: what a lens adds."""

from __future__ import annotations

import torch
from torch import Tensor

from blackcamo.filters.values import fraction
from blackcamo.types import Param, Params
from blackcamo.vision.blur import gaussian_blur
from blackcamo.vision.warp import magnify

_GLOW_RADIUS = 0.02
_HALATION_RADIUS = 0.008
_SOFT_RADIUS = 0.004
"""Sigmas relative to the long side: of the glow, the halation, and the blur off the centre."""
_HALATION = (1.0, 0.38, 0.12)
"""Light that comes back from the film's base has passed the layers for blue and green twice."""
_HIGHLIGHT = 0.7
"""Luma above which light is reflected."""


class Optics:
    """Vignette, glow and halation of highlights, soft edges, tilt-shift and colour fringes."""

    name = "optics"
    params = (
        Param("vignette_percent", -10, 30, 0, "%", "corners lightened (-) or darkened (+)"),
        Param("glow_percent", 0, 25, 0, "%", "soft glow of bright areas"),
        Param("halation_percent", 0, 35, 0, "%", "halation around highlights"),
        Param("edge_softness_percent", 0, 70, 0, "%", "softer towards the edges of the frame"),
        Param("tilt_shift_percent", 0, 80, 0, "%", "softer above and below a band"),
        Param(
            "tilt_shift_y_percent",
            -35,
            35,
            0,
            "%",
            "that band moved up (-) or down (+)",
            modifier=True,
        ),
        Param("fringe_permille", -1, 1, 0, "‰", "red magnified against blue at the edges"),
    )

    def render(self, rgb: Tensor, params: Params, seed: int) -> Tensor:
        """Filter (B, 3, H, W); nothing is random."""
        del seed
        rgb = _fringe(rgb, params)
        rgb = _soften(rgb, params)
        rgb = _halation(rgb, fraction(params, "halation_percent"))
        rgb = _glow(rgb, fraction(params, "glow_percent"))
        return _vignette(rgb, fraction(params, "vignette_percent"))


def _fringe(rgb: Tensor, params: Params) -> Tensor:
    """Lateral chromatic aberration: red and blue magnified apart, green left where it is."""
    amounts = params["fringe_permille"]
    if not amounts.any():
        return rgb
    out = rgb.clone()
    for picture, permille in zip(out, amounts.tolist(), strict=True):
        if permille:
            picture[0] = magnify(picture[0], 1 + permille / 1000)
            picture[2] = magnify(picture[2], 1 - permille / 1000)
    return out.clamp_(0, 1)


def _soften(rgb: Tensor, params: Params) -> Tensor:
    edges, band = (
        fraction(params, name) for name in ("edge_softness_percent", "tilt_shift_percent")
    )
    if not (edges.any() or band.any()):
        return rgb
    y, x = _positions(rgb)
    # Nothing inside 0.45 of the way to a corner, all of it beyond 0.95.
    radius = (y[:, None].square() + x.square()).sqrt_()
    outside = _smooth(((radius - 0.45) / 0.5).clamp_(0, 1))
    middle = fraction(params, "tilt_shift_y_percent")
    rows = torch.linspace(-0.5, 0.5, rgb.shape[-2], device=rgb.device).view(1, 1, -1, 1)
    away = _smooth((((rows - middle).abs() - 0.16) / 0.3).clamp_(0, 1))
    weight = 1 - (1 - edges * outside) * (1 - band * away)
    blurred = gaussian_blur(rgb, max(_SOFT_RADIUS * max(rgb.shape[-2:]), 0.5))
    return torch.lerp(rgb, blurred, weight.expand_as(rgb))


def _halation(rgb: Tensor, strength: Tensor) -> Tensor:
    if not strength.any():
        return rgb
    bright = ((rgb.mean(1, keepdim=True) - _HIGHLIGHT) / (1 - _HIGHLIGHT)).clamp_(0, 1)
    halo = gaussian_blur(bright, _HALATION_RADIUS * max(rgb.shape[-2:]))
    # Only around highlights: inside they are white already.
    seam = (halo - bright).clamp_(min=0).mul_(strength)
    colour = torch.tensor(_HALATION, device=rgb.device).view(1, 3, 1, 1)
    return torch.addcmul(rgb, seam * colour, 1 - rgb)


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
    y, x = _positions(rgb)
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


def _smooth(x: Tensor) -> Tensor:
    """From 0 to 1 without a corner."""
    return x * x * (3 - 2 * x)
