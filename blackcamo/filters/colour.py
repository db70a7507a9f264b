"""Colour: white balance, saturation and split toning."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from blackcamo.filters.values import fraction
from blackcamo.types import Param, Params
from blackcamo.vision.colourspace import (
    XYZ_FROM_LINEAR_RGB,
    Matrix,
    edit_in_oklab,
    linear_to_oklab,
    oklab_to_linear,
    skin_likeness,
    transform,
)

_NEUTRAL_K = 6500.0
_BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)
"""XYZ to cone responses. Source: K. M. Lam, thesis, Bradford 1985; ICC.1:2022, annex E."""
_CONES_FROM_LINEAR_RGB = _BRADFORD @ XYZ_FROM_LINEAR_RGB
_LINEAR_RGB_FROM_CONES = np.linalg.inv(_CONES_FROM_LINEAR_RGB)

_TONES = {"shadows": (2, 3), "highlights": (4, 1)}
"""Exponents p, q of the weight x^p (1 - x)^q, which is highest at x = p / (p + q), in lightness."""
_FULL_CHROMA = 0.3
"""Oklab chroma of the strongest sRGB colours; vibrance leaves those alone."""

_AXES = (
    ("red", 4, "green (-) or red (+)", "greener", "redder"),
    ("yellow", 5, "blue (-) or yellow (+)", "bluer", "yellower"),
)
"""Split toning: people take warm and cold for light, and green and magenta sooner for a fault."""


class Colour:
    """Temperature, tint, split toning, vibrance and saturation.

    White balance is an adaptation of linear light, the rest happens in Oklab. Colours that would
    leave the gamut are pulled in, never clipped by channel.
    Split toning is given as amounts along the two opponent axes rather than as a hue and an
    amount: at amount 0 a hue means nothing, and a search would see it jump from 360° to 0°.
    """

    name = "colour"
    lut_size = 33
    params = (
        Param(
            "temperature_k",
            5700,
            8500,
            _NEUTRAL_K,
            "K",
            "colour temperature",
            falls="{} cooler",
            rises="{} warmer",
            visible=300,
        ),
        Param(
            "tint_duv",
            -0.003,
            0.003,
            0,
            "Duv",
            "tint towards green (-) or magenta (+)",
            falls="a hint greener",
            rises="a hint pinker",
            visible=0.0025,
        ),
        Param(
            "saturation_percent",
            -30,
            30,
            0,
            "%",
            "saturation",
            falls="colours {} weaker",
            rises="colours {} stronger",
            visible=5,
        ),
        Param(
            "vibrance_percent",
            0,
            45,
            0,
            "%",
            "saturation of muted colours",
            rises="muted colours {} stronger",
            visible=15,
        ),
        *(
            Param(
                f"split_{tones}_{axis}_percent",
                -limit,
                limit,
                0,
                "%",
                f"{tones} towards {ends}",
                falls=f"{tones} {{}} {less}",
                rises=f"{tones} {{}} {more}",
                visible=0.6,
            )
            for tones in ("shadows", "highlights")
            for axis, limit, ends, less, more in _AXES
        ),
    )

    def grade(self, rgb: Tensor, params: Params) -> Tensor:
        """Map colours (B, 3, H, W)."""
        return edit_in_oklab(rgb, lambda oklab: self.grade_oklab(oklab, params))

    def grade_oklab(self, oklab: Tensor, params: Params) -> Tensor:
        """Map Oklab colours (B, 3, H, W)."""
        temperature_k, tint_duv = params["temperature_k"], params["tint_duv"]
        if (temperature_k != _NEUTRAL_K).any() or tint_duv.any():
            balance = white_balance(temperature_k, tint_duv)
            oklab = linear_to_oklab(transform(oklab_to_linear(oklab), balance))
        lightness, chromatic = oklab[:, :1], oklab[:, 1:]
        chromatic = _saturate(_split_tone(lightness, chromatic, params), params)
        return torch.cat((lightness, chromatic), dim=1)


def white_balance(temperature_k: Tensor, tint_duv: Tensor) -> Tensor:
    """Matrices (B, 3, 3) on linear sRGB that make daylight of that temperature look neutral.

    Light assumed to be bluer (higher temperature) makes the picture warmer; light assumed to
    lie on the green side of daylight (positive Duv) makes it more magenta.

    Args:
        temperature_k: (B,) correlated colour temperature, 4000-25000 K; 6500 K is neutral.
        tint_duv: (B,) distance from the daylight locus in CIE 1960 (u, v).

    Source: CIE 15:2004, section 3.1 (daylight locus); Bradford adaptation as in ICC.1:2022,
    annex E.
    """
    temperatures = temperature_k.double().cpu().numpy()
    source = _cones_of_white(temperatures, tint_duv.double().cpu().numpy())
    target = _cones_of_white(np.array([_NEUTRAL_K]), np.array([0.0]))
    gains = target / source
    matrices = _LINEAR_RGB_FROM_CONES @ (gains[:, :, None] * _CONES_FROM_LINEAR_RGB)
    return torch.from_numpy(matrices).to(temperature_k.device, torch.float32)


def _cones_of_white(temperature_k: Matrix, duv: Matrix) -> Matrix:
    """Bradford cone responses (B, 3) of daylight with luminance 1, moved off the locus by Duv."""
    u, v = _daylight_uv(temperature_k)
    du, dv = (b - a for a, b in zip((u, v), _daylight_uv(temperature_k * 1.01), strict=True))
    length = np.hypot(du, dv)
    # du < 0 towards blue, so the normal (dv, -du) points up, which is to green.
    u, v = u + duv * dv / length, v - duv * du / length
    x, y = 3 * u / (2 * u - 8 * v + 4), 2 * v / (2 * u - 8 * v + 4)
    white = np.stack((x / y, np.ones_like(x), (1 - x - y) / y), axis=-1)
    return np.asarray(white @ _BRADFORD.T)


def _daylight_uv(temperature_k: Matrix) -> tuple[Matrix, Matrix]:
    k = 1000 / temperature_k
    warm = ((-4.6070 * k + 2.9678) * k + 0.09911) * k + 0.244063
    cool = ((-2.0064 * k + 1.9018) * k + 0.24748) * k + 0.237040
    x = np.where(temperature_k <= 7000, warm, cool)
    y = (-3 * x + 2.870) * x - 0.275
    return 4 * x / (-2 * x + 12 * y + 3), 6 * y / (-2 * x + 12 * y + 3)


def _split_tone(lightness: Tensor, chromatic: Tensor, params: Params) -> Tensor:
    """Shift (a, b) in shadows and highlights; black and white themselves stay neutral."""
    level = lightness.clamp(0, 1)
    for tones, (p, q) in _TONES.items():
        peak = p / (p + q)
        weight = level**p * (1 - level) ** q / (peak**p * (1 - peak) ** q)
        shift = [fraction(params, f"split_{tones}_{axis}_percent") for axis in ("red", "yellow")]
        chromatic = chromatic + weight * torch.cat(shift, dim=1)
    return chromatic


def _saturate(chromatic: Tensor, params: Params) -> Tensor:
    """Scale chroma: evenly, and by vibrance, muted colours most; more of it on skin by a third."""
    chroma = chromatic.square().sum(1, keepdim=True).sqrt_().clamp_(min=1e-6)
    protected = 1 - (2 / 3) * skin_likeness(chromatic)
    muted = (1 - chroma / _FULL_CHROMA).clamp_(min=0).square_()
    saturation = fraction(params, "saturation_percent")
    gain = (1 + torch.where(saturation > 0, saturation * protected, saturation)) * (
        1 + fraction(params, "vibrance_percent") * (muted * protected)
    )
    return chromatic * gain
