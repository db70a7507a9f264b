"""Detail: sharper or softer."""

from __future__ import annotations

from torch import Tensor

from blackcamo.filters.values import fraction
from blackcamo.types import Param, Params
from blackcamo.vision.blur import gaussian_blur

_LUMA = (0.299, 0.587, 0.114)
"""Source: ITU-R BT.601-7, section 2.5.1: luma of gamma-encoded R'G'B'."""
_STRONG_EDGE = 0.15
"""Contrast whose change is halved."""


class Detail:
    """Fine structure of brightness amplified (sharper) or reduced (softer).

    Strong edges are changed less than texture, so that sharpening draws no halos and softening
    keeps outlines. Colour is left alone, so that edges get no coloured fringes.
    """

    name = "detail"
    params = (
        Param("sharpness_percent", -60, 60, 0, "%", "fine detail softened (-) or sharpened (+)"),
        Param("sharpness_radius_permille", 1, 4, 2, "‰", "radius of the detail"),
    )

    def render(self, rgb: Tensor, params: Params, seed: int) -> Tensor:
        """Filter (B, 3, H, W); nothing is random."""
        del seed
        amounts = fraction(params, "sharpness_percent")
        out = rgb.clone()
        for picture, amount, permille in zip(
            out, amounts, params["sharpness_radius_permille"], strict=True
        ):
            if amount == 0:
                continue
            luma = picture[:1] * _LUMA[0] + picture[1:2] * _LUMA[1] + picture[2:] * _LUMA[2]
            sigma_px = float(permille) / 1000 * max(rgb.shape[-2:])
            detail = luma - gaussian_blur(luma.unsqueeze(0), sigma_px)[0]
            limited = detail.div_(detail.abs().mul_(1 / _STRONG_EDGE).add_(1))
            picture.add_(limited.mul_(amount)).clamp_(0, 1)
        return out
