"""sRGB, linear light and Oklab, for tensors (..., 3, H, W), and the way back into the gamut."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

Matrix = NDArray[np.float64]

XYZ_FROM_LINEAR_RGB: Matrix = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
"""Linear sRGB to CIE XYZ, white D65. Source: IEC 61966-2-1, matrix recomputed by B. Lindbloom."""

_LMS_FROM_LINEAR_RGB: Matrix = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_OKLAB_FROM_LMS: Matrix = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)
_LINEAR_RGB_FROM_LMS: Matrix = np.linalg.inv(_LMS_FROM_LINEAR_RGB).astype(np.float64)
_LMS_FROM_OKLAB: Matrix = np.linalg.inv(_OKLAB_FROM_LMS).astype(np.float64)


def srgb_to_linear(rgb: Tensor) -> Tensor:
    """Linear light of sRGB-encoded values; negative ones keep their sign.

    Source: IEC 61966-2-1.
    """
    size = rgb.abs()
    # The power of what is above the straight part, and the straight part of what is below; each
    # is constant on the other's side, which a sum makes up for faster than a choice.
    light = power(size.clamp(min=_STRAIGHT_SRGB).add_(0.055).mul_(1 / 1.055), 2.4)
    light.add_(size.clamp_(max=_STRAIGHT_SRGB), alpha=1 / 12.92)
    return light.sub_(_STRAIGHT_SRGB / 12.92).copysign_(rgb)


def linear_to_srgb(linear_rgb: Tensor) -> Tensor:
    """sRGB encoding of linear light; negative values keep their sign.

    Source: IEC 61966-2-1.
    """
    size = linear_rgb.abs()
    encoded = power(size.clamp(min=_STRAIGHT_LINEAR), 1 / 2.4).mul_(1.055)
    encoded.add_(size.clamp_(max=_STRAIGHT_LINEAR), alpha=12.92)
    return encoded.sub_(0.055 + _STRAIGHT_LINEAR * 12.92).copysign_(linear_rgb)


def linear_to_oklab(linear_rgb: Tensor) -> Tensor:
    """Oklab (lightness, green-red, blue-yellow) of linear sRGB; white has lightness 1.

    Source: B. Ottosson, "A perceptual color space for image processing", 2020.
    """
    lms = transform(linear_rgb, _LMS_FROM_LINEAR_RGB)
    return transform(power(lms.abs(), 1 / 3).copysign_(lms), _OKLAB_FROM_LMS)


def oklab_to_linear(oklab: Tensor) -> Tensor:
    """Linear sRGB of Oklab; colours outside the gamut leave [0, 1].

    Source: B. Ottosson, "A perceptual color space for image processing", 2020.
    """
    root = transform(oklab, _LMS_FROM_OKLAB)
    return transform(root.square().mul_(root), _LINEAR_RGB_FROM_LMS)


def edit_in_oklab(rgb: Tensor, edit: Callable[[Tensor], Tensor]) -> Tensor:
    """Let ``edit`` change the Oklab colours of rgb (..., 3, H, W), pulled back into sRGB."""
    linear = srgb_to_linear(rgb)
    edited = oklab_to_linear(edit(linear_to_oklab(linear)))
    return linear_to_srgb(pull_into_gamut(edited, linear))


def transform(colours: Tensor, matrix: Matrix | Tensor) -> Tensor:
    """Multiply each colour of (..., 3, H, W) by a matrix (3, 3), or by one per picture (B, 3, 3).

    Written out as sums, so that no picture's result depends on the batch it is in, as that of a
    matrix product may.
    """
    out = torch.empty(colours.shape, dtype=colours.dtype, device=colours.device)
    if matrix.ndim == 2:
        pairs = [(matrix, colours, out)]
    else:
        pairs = list(zip(matrix, colours, out, strict=True))
    for one, source, target in pairs:
        x, y, z = source.unbind(-3)
        for (a, b, c), plane in zip(one.tolist(), target.unbind(-3), strict=True):
            torch.mul(x, a, out=plane).add_(y, alpha=b).add_(z, alpha=c)
    return out


def luminance(linear_rgb: Tensor) -> Tensor:
    """Relative luminance (..., 1, H, W) of linear sRGB.

    Source: IEC 61966-2-1.
    """
    red, green, blue = linear_rgb.unbind(-3)
    y = (red * _LUMINANCE[0]).add_(green, alpha=_LUMINANCE[1]).add_(blue, alpha=_LUMINANCE[2])
    return torch.unsqueeze(y, -3)


_SKIN = (0.64, 0.77)
"""Direction of skin in Oklab's (a, b) plane, hue 50°: skin of all shades lies at 40-65°."""


def skin_likeness(chromatic: Tensor) -> Tensor:
    """How much the hue is that of skin, 0 to 1: (..., 1, H, W).

    Args:
        chromatic: Oklab's a and b (..., 2, H, W).
    """
    a, b = chromatic[..., :1, :, :], chromatic[..., 1:, :, :]
    chroma = torch.hypot(a, b).clamp_(min=_EDGE)
    return ((a * _SKIN[0] + b * _SKIN[1]) / chroma).clamp_(min=0).square_().square_().square_()


def pull_into_gamut(edited: Tensor, original: Tensor) -> Tensor:
    """Bring edited colours back into [0, 1], gently and without clipping single channels.

    What an edit added in saturation or brightness is squeezed into the room that the original
    left, x -> x h / (x + h) for an addition x and room h: small edits keep their size, none
    passes the surface of the gamut, and what an edit took away stays away.

    Channels below 0 come up by desaturation at constant luminance. Channels above 1 come down
    towards a neutral point: for a neutral colour that is its own grey, so that white stays
    white; the more saturated a colour is the darker the point, so that it keeps its saturation.

    Args:
        edited: linear sRGB (..., 3, H, W), any range.
        original: the same colours before the edit, in [0, 1].
    """
    # Not aminmax, which takes twenty times as long over this axis.
    low, high = original.amin(-3, keepdim=True), original.amax(-3, keepdim=True)
    y, y_edited = luminance(original), luminance(edited)
    depth = 1 - low / y.clamp(min=_EDGE)
    depth_edited = 1 - edited.amin(-3, keepdim=True) / y_edited.clamp(min=_EDGE)
    edited = torch.lerp(y_edited, edited, _squeezed(depth_edited, depth))

    anchor = y * low / high.clamp(min=_EDGE)
    span = (1 - anchor).clamp_(min=_EDGE)
    height = (high - anchor) / span
    height_edited = (edited.amax(-3, keepdim=True) - anchor) / span
    return torch.lerp(anchor, edited, _squeezed(height_edited, height)).clamp_(0, 1)


def power(x: Tensor, exponent: float) -> Tensor:
    """x to a power, for x >= 0, by logarithms: on a CPU in a quarter of the time of torch's own."""
    return x.log2().mul_(exponent).exp2_()


def _squeezed(edited: Tensor, original: Tensor) -> Tensor:
    """The factor on ``edited`` that keeps it below 1, as ``original`` is."""
    added = (edited - original).clamp_(min=0)
    room = (1 - original).clamp_(min=0)
    # Of an addition x, x h / (x + h) is kept and x² / (x + h) lost; nothing added, nothing lost.
    span = room.add_(added).clamp_(min=_EDGE).mul_(edited.clamp(min=_EDGE))
    return 1 - added.square_().div_(span)


_LUMINANCE = XYZ_FROM_LINEAR_RGB[1].tolist()
_EDGE = 1e-6
"""Keeps black and white, where the gamut has no width, from dividing by zero."""
_STRAIGHT_SRGB, _STRAIGHT_LINEAR = 0.04045, 0.0031308
"""Where sRGB's straight part ends, encoded and in linear light. Source: IEC 61966-2-1."""
