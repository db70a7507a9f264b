"""Natural scene statistics: what NIQE and BRISQUE measure of a picture's luminance.

Source: Ruderman, "The statistics of natural images" (1994) for the normalisation; Mittal, Moorthy,
Bovik, "No-Reference Image Quality Assessment in the Spatial Domain" (IEEE TIP 2012) for its use;
Lasmar, Stitou, Berthoumieu, "Multiscale skewed heavy tailed model for texture analysis" (ICIP
2009) for the asymmetric generalised Gaussian and its moment-matching estimate.

All of it is float64: in flat areas the local variance is a difference of two numbers near 255^2,
of which float32 would leave noise as large as the signal. What even float64 leaves there, around
1e-14 of either sign, is set to 0: it would be counted as contrast, differently on each machine.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

Floats = NDArray[np.float64]

BORDER_PX = 3
"""Pixels that ``extend`` adds on each side: radii of the window and of ``half_size``'s kernel."""

SIGMA_PX = 7 / 6
MIN_DEVIATION = 1.0
"""Added to the local deviation (of 0-255) so that flat areas do not divide by zero."""

FLAT_LEVELS = 1e-8
"""Differences from the local mean up to this are 0: a weighted mean of equal values is off by
1e-13, and the sign of that would count, while 8-bit values that differ do so by 1e-4 or more."""

ROUNDING = 1e-10
"""Coefficients below this are 0; the faintest that pixels of 256 levels can make is near 1e-9."""


class Aggd(NamedTuple):
    """Asymmetric generalised Gaussian: shape and root mean squares left and right of 0, (...)."""

    shape: Floats
    left_deviation: Floats
    right_deviation: Floats

    @property
    def left(self) -> Floats:
        """The scale of the left side (...)."""
        return self.left_deviation * self._scale_per_deviation()

    @property
    def right(self) -> Floats:
        """The scale of the right side (...)."""
        return self.right_deviation * self._scale_per_deviation()

    @property
    def mean(self) -> Floats:
        """The distribution's mean (...).

        Source: Mittal, Soundararajan, Bovik 2013, eq. 8.
        """
        ratio: Floats = np.exp(_lgamma(2 / self.shape) - _lgamma(1 / self.shape))
        return (self.right - self.left) * ratio

    def _scale_per_deviation(self) -> Floats:
        ratio: Floats = np.exp((_lgamma(1 / self.shape) - _lgamma(3 / self.shape)) / 2)
        return ratio


def luma(images: Tensor) -> Tensor:
    """BT.601 luma, float64 (B, H, W) of 0-255, of uint8 images (B, H, W, 3)."""
    weights = (0.299, 0.587, 0.114)
    red, green, blue = (images[..., i].to(torch.float64) for i in range(3))
    return red.mul_(weights[0]).add_(green, alpha=weights[1]).add_(blue, alpha=weights[2])


def extend(picture: Tensor) -> Tensor:
    """(B, H, W) continued by its last pixels to (B, H + 6, W + 6), which the filters below eat."""
    return F.pad(picture[:, None], (BORDER_PX,) * 4, mode="replicate")[:, 0]


def mscn(extended: Tensor) -> tuple[Tensor, Tensor]:
    """Mean-subtracted contrast-normalised coefficients and the local deviation.

    Args:
        extended: luma, float64 (B, H + 6, W + 6) of 0-255: a picture, or rows of one, with the
            3 pixels around it (``extend``).

    Returns:
        Two tensors (B, H, W).

    Source: Mittal 2012, eq. 1-3.
    """
    mean = _filtered(extended, _window())
    deviation = (_filtered(extended * extended, _window()) - mean * mean).abs_().sqrt_()
    inner = extended[:, BORDER_PX:-BORDER_PX, BORDER_PX:-BORDER_PX]
    difference = F.hardshrink(inner - mean, FLAT_LEVELS)
    return difference.div_(deviation + MIN_DEVIATION), deviation


def half_size(extended: Tensor) -> Tensor:
    """A picture given as (B, H + 6, W + 6), at half its even size, by an antialiased cubic.

    Source: Keys, "Cubic convolution interpolation for digital image processing" (IEEE TASSP
    1981), eq. 15, stretched by 2 and sampled between the pixels.
    """
    taps = (-3 / 256, -9 / 256, 29 / 256, 111 / 256, 111 / 256, 29 / 256, -9 / 256, -3 / 256)
    return _filtered(extended, taps, step=2)


def neighbour_products(coefficients: Tensor) -> Iterator[Tensor]:
    """Products of neighbours in (..., H, W): horizontal, vertical, main and second diagonal.

    Neighbours wrap around within the last two dimensions, as in the authors' release.

    Source: Mittal 2012, eq. 7-10.
    """
    for rows, columns in ((0, 1), (1, 0), (1, 1), (1, -1)):
        yield coefficients * coefficients.roll((rows, columns), dims=(-2, -1))


def moments(values: Tensor) -> Tensor:
    """The moments that an AGGD is fitted to, (..., 5), of samples (..., H, W).

    The five: how many are below and above 0, and the sums of |x|, x^2 and x|x|.
    """
    size = values.abs()
    square, signed = values * values, values * size
    sums = (
        (values < 0).sum((-2, -1), dtype=values.dtype),
        (values > 0).sum((-2, -1), dtype=values.dtype),
        size.sum((-2, -1)),
        square.sum((-2, -1)),
        signed.sum((-2, -1)),
    )
    return torch.stack(sums, dim=-1)


def fit_aggd(sums: Floats, count: int) -> Aggd:
    """Fit an AGGD by moments to each set of ``count`` samples; NaN where all of them are 0.

    Args:
        sums: their ``moments``, (..., 5).
        count: how many samples each set has.

    Source: Lasmar 2009, section 3.2.
    """
    below, above, absolute, square, signed = np.moveaxis(sums, -1, 0)
    # Rounding may leave a tiny negative where one side is empty.
    left = np.sqrt(np.maximum(square - signed, 0) / 2 / np.maximum(below, 1))
    right = np.sqrt(np.maximum(square + signed, 0) / 2 / np.maximum(above, 1))
    larger = np.maximum(left, right)
    empty = larger == 0
    # The correction for asymmetry is the same for a ratio and its inverse.
    ratio = np.minimum(left, right) / np.where(empty, np.nan, larger)
    rho = absolute**2 / count / np.where(empty, np.nan, square)
    rho = rho * (ratio**3 + 1) * (ratio + 1) / (ratio**2 + 1) ** 2
    shapes, rhos = _ratio_table()
    return Aggd(np.interp(rho, rhos, shapes), left, right)


@cache
def _ratio_table() -> tuple[Floats, Floats]:
    """Shapes and their E|x|^2 / E[x^2], which grows with the shape."""
    shapes = np.arange(200, 10_001) / 1000
    rhos = np.exp(2 * _lgamma(2 / shapes) - _lgamma(1 / shapes) - _lgamma(3 / shapes))
    return shapes, rhos


@cache
def _window() -> tuple[float, ...]:
    offsets = np.arange(-BORDER_PX, BORDER_PX + 1)
    weights = np.exp(-(offsets**2) / (2 * SIGMA_PX**2))
    return tuple(float(w) for w in weights / weights.sum())


def _filtered(extended: Tensor, taps: tuple[float, ...], *, step: int = 1) -> Tensor:
    """Separable filtering without borders, every ``step``-th pixel of both axes."""
    # Shifted sums: three times as fast as conv2d in float64, and a pixel's sum is the same
    # whatever the batch.
    height, width = (side - 2 * BORDER_PX for side in extended.shape[-2:])
    rows = extended[:, 0:height:step] * taps[0]
    for i, tap in enumerate(taps[1:], start=1):
        rows.add_(extended[:, i : i + height : step], alpha=tap)
    filtered = rows[:, :, 0:width:step] * taps[0]
    for i, tap in enumerate(taps[1:], start=1):
        filtered.add_(rows[:, :, i : i + width : step], alpha=tap)
    return filtered


def _lgamma(values: Floats) -> Floats:
    return torch.lgamma(torch.as_tensor(np.asarray(values))).numpy()
