"""SSIMULACRA2: how visible the difference between two pictures is.

100 is no difference, 90 is hard to see when flipping between the two, 70 is high quality, 50
medium and 30 low quality; far apart pictures come out below 0.

Source: J. Sneyers, "SSIMULACRA 2" (Cloudinary, 2022, version 2.1 of 2023),
https://github.com/cloudinary/ssimulacra2: colour space XYB, six scales, a weighted sum of 1-norms
and 4-norms of three error maps per channel and scale.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from blackcamo.vision.colourspace import power
from blackcamo.vision.separable import correlate, gaussian

_SCALES = 6
_LEAST_SIDE_PX = 8
_REACH_PX = 5
_KERNEL = gaussian(1.5, _REACH_PX)
_C2 = 0.0009
_OPSIN = (
    (0.30, 0.622, 0.078),
    (0.23, 0.692, 0.078),
    (0.24342268924547819, 0.20476744424496821, 0.5518098665095536),
)
_OPSIN_BIAS = 0.0037930732552754493
LEAST_WEIGHT = 0.0015
"""A third of the maps, and most of those at full size, weigh less, which moves no score by 0.05,
as a test holds: they are not made."""

# A row per channel (X, Y, B) and scale; 1-norms of the error maps structure, ringing and blurring,
# then their 4-norms.
_WEIGHTS: NDArray[np.float64] = np.array(
    [
        [0, 0.0007376606707406586, 0, 0, 0.0007793481682867309, 0],
        [
            0, 0.0004371155730107379, 0,
            1.1041726426657346, 0.00066284834129271, 0.00015231632783718752,
        ],
        [0, 0.0016406437456599754, 0, 1.8422455520539298, 11.441172603757666, 0],
        [0.0007989109436015163, 0.000176816438078653, 0, 1.8787594979546387, 10.94906990605142, 0],
        [
            0.0007289346991508072, 0.9677937080626833, 0,
            0.00014003424285435884, 0.9981766977854967, 0.00031949755934435053,
        ],
        [0.0004550992113792063, 0, 0, 0.0013648766163243398, 0, 0],
        [0, 0, 0, 7.466890328078848, 0, 17.445833984131262],
        [0.0006235601634041466, 0, 0, 6.683678146179332, 0.00037724407979611296, 1.027889937768264],
        [225.20515300849274, 0, 0, 19.213238186143016, 0.0011401524586618361, 0.001237755635509985],
        [176.39317598450694, 0, 0, 24.43300999870476, 0.28520802612117757, 0.0004485436923833408],
        [0, 0, 0, 34.77906344483772, 44.835625328877896, 0],
        [0, 0, 0, 0, 0, 0],
        [0, 0.0008680556573291698, 0, 0, 0, 0],
        [0, 0.0005313191874358747, 0, 0.00016533814161379112, 0, 0],
        [0, 0, 0, 0.0004179171803251336, 0.0017290828234722833, 0],
        [0.0020827005846636437, 0, 0, 8.826982764996862, 23.19243343998926, 0],
        [
            95.1080498811086, 0.9863978034400682, 0.9834382792465353,
            0.0012286405048278493, 171.2667255897307, 0.9807858872435379,
        ],
        [0, 0, 0, 0.0005130064588990679, 0, 0.00010854057858411537],
    ]
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Statistics:
    """Pictures at one scale: values, local means and variances (B, C, h, w) of some channels.

    ``weights`` (C, 6) are those of the error maps, 0 where they are not worth making.
    """

    channels: tuple[int, ...]
    weights: Tensor
    value: Tensor
    mean: Tensor
    variance: Tensor


Pyramid: TypeAlias = "dict[int, Statistics]"
"""The statistics of a picture by scale."""


def ssimulacra2(reference: Tensor, distorted: Tensor) -> Tensor:
    """Scores (B), at most 100, of pictures against references.

    Args:
        reference: linear sRGB (B, 3, H, W), or (1, 3, H, W) for all.
        distorted: linear sRGB (B, 3, H, W).
    """
    return Comparison(pyramid(reference), pyramid(distorted)).score()


def pyramid(linear_rgb: Tensor, *, least_weight: float = LEAST_WEIGHT) -> Pyramid:
    """The statistics of a picture; to be kept where one serves many others.

    Args:
        linear_rgb: linear sRGB (B, 3, H, W).
        least_weight: maps that weigh less are left out.
    """
    found: Pyramid = {}
    scales = _scales(linear_rgb.shape[-2:])
    for scale in range(scales):
        if scale:
            linear_rgb = halved(linear_rgb)
        channels, weights = _weights(scales, scale, least_weight)
        if not channels:
            continue
        value = _xyb(linear_rgb, channels)
        mean = _blur(value)
        variance = _blur(value * value).sub_(mean * mean)
        found[scale] = Statistics(channels, weights.to(value.device), value, mean, variance)
    return found


class Comparison:
    """Two pictures side by side.

    Args:
        ours: the reference, one picture or B.
        theirs: B pictures of the same size.
    """

    def __init__(self, ours: Pyramid, theirs: Pyramid) -> None:
        self.ours, self.theirs = ours, theirs
        self._covariances: dict[int, Tensor] = {}

    def score(self) -> Tensor:
        """SSIMULACRA2 (B), at most 100."""
        error = torch.stack([self._error(scale) for scale in self.ours]).sum(0)
        error.mul_(0.9562382616834844)
        error = error * (
            2.326765642916932 + error * (-0.020884521182843837 + error * 6.248496625763138e-05)
        )
        return 100.0 - 10.0 * error.clamp(min=0).pow(0.6276336467831387)

    def difference_variance(self, scale: int) -> Tensor:
        """Local variances (B, C, h, w) of the difference of the channels of one scale."""
        ours, theirs = self.ours[scale], self.theirs[scale]
        return (self._covariance(scale) * -2).add_(ours.variance).add_(theirs.variance)

    def _covariance(self, scale: int) -> Tensor:
        if scale not in self._covariances:
            ours, theirs = self.ours[scale], self.theirs[scale]
            product = _blur(ours.value * theirs.value)
            self._covariances[scale] = product.sub_(ours.mean * theirs.mean)
        return self._covariances[scale]

    def _error(self, scale: int) -> Tensor:
        """The weighted sum (B) of the error maps of one scale, in two norms."""
        ours, theirs = self.ours[scale], self.theirs[scale]
        structure, ringing, blurring = (ours.weights[:, [n, n + 3]] for n in range(3))
        total = torch.zeros(len(theirs.value), device=theirs.value.device)
        if structure.any():
            likeness = (self._covariance(scale) * 2).add_(_C2)
            likeness.div_((ours.variance + theirs.variance).add_(_C2))
            apart = (ours.mean - theirs.mean).square_()
            unlike = torch.addcmul(likeness, apart, likeness, value=-1).neg_().add_(1)
            total += _norms(unlike.clamp_(min=0), structure)
        if ringing.any() or blurring.any():
            edges = (theirs.value - theirs.mean).abs_().add_(1)
            edges.div_((ours.value - ours.mean).abs_().add_(1)).sub_(1)
            if ringing.any():
                total += _norms(edges.clamp(min=0), ringing)
            if blurring.any():
                total += _norms(edges.clamp_(max=0), blurring)
        return total


def _norms(error: Tensor, weights: Tensor) -> Tensor:
    """1-norms and 4-norms of maps (B, C, h, w), each of one sign, by weights (C, 2): sums (B)."""
    total = torch.zeros(len(error), device=error.device)
    if weights[:, 0].any():
        total += (error.mean((2, 3)).abs_() * weights[:, 0]).sum(1)
    if weights[:, 1].any():
        fourth = error.square().square_().mean((2, 3)).pow_(0.25)
        total += (fourth * weights[:, 1]).sum(1)
    return total


@lru_cache(maxsize=4 * _SCALES)
def _weights(scales: int, scale: int, least: float) -> tuple[tuple[int, ...], Tensor]:
    """The channels of a scale whose weights (C, 6) reach the least, and these.

    Those of a picture too small for all scales are the first of the table.
    """
    table = _WEIGHTS[: 3 * scales].reshape(3, scales, 6)[:, scale]
    rows = np.where(table < least, 0, table)
    channels = tuple(int(channel) for channel in np.flatnonzero(rows.any(1)))
    return channels, torch.from_numpy(np.asarray(rows[list(channels)], np.float32))


def _scales(shape: Sequence[int]) -> int:
    sides_px = list(shape)
    for scale in range(_SCALES):
        if min(sides_px) < _LEAST_SIDE_PX:
            return max(scale, 1)
        sides_px = [(side + 1) // 2 for side in sides_px]
    return _SCALES


def _xyb(linear_rgb: Tensor, channels: Sequence[int]) -> Tensor:
    """The named channels (B, C, h, w) of XYB, moved to [0, 1], blue-yellow without lightness.

    Source: ISO/IEC 18181-1, annex on XYB; offsets as in SSIMULACRA2.
    """
    red, green, blue = linear_rgb.unbind(1)
    cones = [
        power(
            red.mul(row[0]).add_(green, alpha=row[1]).add_(blue, alpha=row[2]).add_(_OPSIN_BIAS),
            1 / 3,
        )
        for row in (_OPSIN if 2 in channels else _OPSIN[:2])
    ]
    # The root of the bias is to go from each of the roots: it is in these offsets.
    bias = _OPSIN_BIAS ** (1 / 3)
    made = {1: (cones[0] + cones[1]).mul_(0.5).add_(0.01 - bias)}
    if 0 in channels:
        made[0] = (cones[0] - cones[1]).mul_(7.0).add_(0.42)
    if 2 in channels:
        made[2] = cones[2].sub_(made[1]).add_(0.56 - bias)
    if len(channels) == 1:
        return made[channels[0]].unsqueeze(1)
    return torch.stack([made[channel] for channel in channels], dim=1)


def halved(linear_rgb: Tensor) -> Tensor:
    """Means of two by two pixels; the last row and column count twice where sides are odd."""
    height_px, width_px = linear_rgb.shape[-2:]
    if height_px % 2 or width_px % 2:
        linear_rgb = F.pad(linear_rgb, (0, width_px % 2, 0, height_px % 2), mode="replicate")
    rows = linear_rgb[..., 0::2, :] + linear_rgb[..., 1::2, :]
    return (rows[..., 0::2] + rows[..., 1::2]).mul_(0.25)


def _blur(planes: Tensor) -> Tensor:
    """Blur (B, C, h, w) by a Gaussian.

    The picture is mirrored above and below and has nothing beside it, as in the PyPI package
    ``ssimulacra2``.
    """
    flat = planes.flatten(0, 1)
    if planes.device.type == "cpu":
        # One copy of rows in place of an index for every pixel.
        ends = (_REACH_PX, _REACH_PX, 0, 0)
        rows = [cv2.copyMakeBorder(p, *ends, cv2.BORDER_REFLECT) for p in flat.numpy()]
        padded = torch.from_numpy(rows[0][None] if len(rows) == 1 else np.stack(rows))
    else:
        padded = flat[:, torch.from_numpy(_mirrored(planes.shape[-2])).to(planes.device)]
    blurred = correlate(padded, _KERNEL, _KERNEL, "zero")[:, _REACH_PX:-_REACH_PX]
    return blurred.reshape(planes.shape)


@lru_cache(maxsize=64)
def _mirrored(height_px: int) -> NDArray[np.int64]:
    return np.pad(np.arange(height_px), _REACH_PX, mode="symmetric")
