"""Where a photo hides texture: in texture of its own, not in skies, walls and skin."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from blackcamo.vision.arrays import planes
from blackcamo.vision.blur import gaussian_blur
from blackcamo.vision.pool import block_means, enlarged

_LUMA = (0.299, 0.587, 0.114)
"""Source: ITU-R BT.601-7, section 2.5.1."""
_DETAIL_RADIUS = 0.0025
_NEIGHBOURHOOD = 0.008
"""Sigmas of the blurs for detail and for its neighbourhood, relative to the long side."""
_MAP_PX = 192
"""Long side, at least, of the map that is computed."""
_BUSY = 4 / 255
"""Detail of this size masks half of what very busy texture masks."""
_RISE, _MOST_RISE = 6 / 255, 3.5
"""Masking rises with the detail: to twice that at the first, and by the second at most."""
_FLAT = 1e-12
"""Energy of gradients, squared, that has no direction."""
_SKIN_CB, _SKIN_CR = (102 / 255, 25 / 255), (153 / 255, 20 / 255)
"""Middle and half width of the range of skin."""
_SKIN_PROTECTION = 0.75
_SKIN_BUSY = 5 / 255
"""Detail of this size halves how surely something of skin's colours is skin."""
_SURELY_SKIN = 0.6
_GREY_SHARE, _HALF_COLOURED = 0.3, 3 / 255
"""Of a pattern in colour, what stays on grey; and the chroma at which half of the rest does."""
"""From here on a pattern in colour is kept away altogether."""
_DARK_LEVELS = 6.0
"""Bound on the threshold in the dark: screens of today show what the CRTs of the source hid."""


_PATTERN_PX = 512
"""A pattern of few pixels is masked by detail of few pixels, however large the photo: sizes are
relative to its long side up to this one, at which viewers were asked, and grow no further."""
_MARGIN, _MARGIN_PX = 0.006, 3
"""Distance from smooth areas at which hiding begins, relative to that, and at least."""
_SEAM = 0.004
"""Sigma of the blur over its edge, relative to that."""
_WHOLE_PX, _STRIP_PX, _HALO_PX = 1 << 24, 1 << 21, 64
"""Pictures of more pixels are looked at in strips of so many, with so many rows around them, twice
as many as have a part in what hides in one."""
_LITTLE = 0.5 / 255
"""What is less than this is drawn towards nothing."""
_MOST_SWING = (1.402, 1.058272, 1.772)
"""Of red, green and blue, where both colour differences swing by 1: JFIF (ITU-T T.871), 7."""


def luma(rgb: Tensor) -> Tensor:
    """Luma (B, 1, H, W) of encoded colours (B, 3, H, W)."""
    y = rgb[:, :1] * _LUMA[0]
    return y.add_(rgb[:, 1:2], alpha=_LUMA[1]).add_(rgb[:, 2:3], alpha=_LUMA[2])


def just_noticeable(rgb: Tensor) -> Tensor:
    """How far luma may swing before a viewer notices texture there: (B, 1, H, W), of full scale.

    The product of two things: the threshold of a uniform background, which is lowest in mid-tones,
    and masking, which is 0 in smooth areas and above 1 in busy ones. Single edges do not count as
    busy (the mean of roots is small where detail is sparse), nor do skin tones.

    Args:
        rgb: (B, 3, H, W) in [0, 1].

    Source: threshold of luminance adaptation by C.-H. Chou, Y.-C. Li, "A perceptually tuned
    subband image coder based on the measure of just-noticeable-distortion profile", IEEE Trans.
    CSVT 5 (6), 1995, eq. 5-6; coherence by J. Bigün, G. H. Granlund, "Optimal orientation
    detection of linear symmetry", ICCV 1987, that masking is of like orientations after J. M.
    Foley, "Human luminance pattern-vision mechanisms: masking experiments require a new model",
    JOSA A 11 (6), 1994; range of skin in Cb and Cr by D. Chai, K. N. Ngan, "Face
    segmentation using skin-color map in videophone applications", IEEE Trans. CSVT 9 (4), 1999.
    The masking term is our own.
    """
    return _threshold(rgb, max(rgb.shape[-2:]))[0]


def _threshold(rgb: Tensor, long_side_px: int) -> tuple[Tensor, Tensor]:
    """What is just noticeable, and how surely there is skin (0-1): both (B, 1, H, W).

    Args:
        long_side_px: what sizes are relative to.
    """
    height_px, width_px = rgb.shape[-2:]
    y = luma(rgb)
    detail = (y - gaussian_blur(y, max(_DETAIL_RADIUS * long_side_px, 0.5))).abs_().sqrt_()
    few, sigma_px = _map(detail, long_side_px)
    del detail
    directions = [_map(planes, long_side_px)[0] for planes in _directions(y)]
    small = torch.cat((_map(rgb, long_side_px)[0], few, *directions), dim=1)
    local = gaussian_blur(small[:, 3:], sigma_px)
    busy = local[:, :1].square()
    masking = busy / (busy + _BUSY) * (1 + busy / _RISE).clamp_(max=_MOST_RISE)
    across, energy, along = (local[:, i : i + 1] for i in (1, 2, 3))
    masking.mul_(1 - (along.square() + across.square()) / (energy.square() + _FLAT))
    background = gaussian_blur(luma(small[:, :3]), sigma_px).mul_(255)
    dark = (1 - (background.clamp(0, 127) / 127).sqrt_()).mul_(17).add_(3).clamp_(max=_DARK_LEVELS)
    light = (background - 127).mul_(3 / 128).add_(3)
    threshold = torch.where(background <= 127, dark, light).div_(255)
    # Blurred, so that eyes and lips belong to the face around them. Skin is smooth; what has its
    # colours and is busy is wood, stone, hair or leaves in autumn.
    skin = gaussian_blur(_skin(small[:, :3]), sigma_px).mul_(_SKIN_BUSY / (busy + _SKIN_BUSY))
    threshold.mul_(masking).mul_(1 - _SKIN_PROTECTION * skin)
    return enlarged(threshold, height_px, width_px), enlarged(skin, height_px, width_px)


def hiding(rgb: Tensor) -> tuple[Tensor, Tensor]:
    """Where patterns of few pixels hide in luma, and in the colour differences: each (B, 1, H, W).

    What is ``just_noticeable``, and clear of what is smooth: that map is blurred, and so reaches
    beyond the texture that it was found in. This one is its minimum over a neighbourhood as wide
    as the blur, smoothed, never more than it was, and fades out towards nothing where it is
    little. There is nothing on skin, and in colour a third of it on grey. Both are of full scale.

    Large pictures are looked at in strips, as all of this is near by.

    Args:
        rgb: (B, 3, H, W) in [0, 1].
    """
    height_px, width_px = rgb.shape[-2:]
    long_side_px = min(max(height_px, width_px), _PATTERN_PX)
    if height_px * width_px <= _WHOLE_PX:
        return _hiding(rgb, long_side_px)
    found = [rgb.new_empty((len(rgb), 1, height_px, width_px)) for _ in range(2)]
    rows = max(_STRIP_PX // width_px // _HALO_PX, 1) * _HALO_PX
    for top in range(0, height_px, rows):
        end, first = min(top + rows, height_px), max(top - _HALO_PX, 0)
        strip = _hiding(rgb[..., first : end + _HALO_PX, :], long_side_px)
        for plane, part in zip(found, strip, strict=True):
            plane[..., top:end, :] = part[..., top - first : end - first, :]
    return found[0], found[1]


def _hiding(rgb: Tensor, long_side_px: int) -> tuple[Tensor, Tensor]:
    threshold, skin = _threshold(rgb, long_side_px)
    reach_px = max(_MARGIN_PX, round(_MARGIN * long_side_px))
    hidden = gaussian_blur(_least(threshold, reach_px), max(_SEAM * long_side_px, 1.0))
    torch.minimum(hidden, threshold, out=hidden)
    del threshold
    hidden.mul_(skin.div_(_SURELY_SKIN).clamp_(max=1).square_().neg_().add_(1))
    del skin
    in_colour = _coloured(rgb, long_side_px).mul_(hidden)
    return _faded(hidden), _faded(in_colour)


def _faded(hidden: Tensor) -> Tensor:
    """The same plane, which is written into."""
    return hidden.mul_((hidden / _LITTLE).clamp_(max=1))


def _coloured(rgb: Tensor, long_side_px: int) -> Tensor:
    """How much of a pattern in colour what is around it hides (B, 1, H, W): on grey, a third."""
    small, sigma_px = _map(rgb, long_side_px)
    y = luma(small)
    differences = torch.cat(((small[:, 2:] - y) / 1.772, (small[:, :1] - y) / 1.402), dim=1)
    around = gaussian_blur(differences, sigma_px).square_().sum(1, keepdim=True).sqrt_()
    share = _GREY_SHARE + (1 - _GREY_SHARE) * around / (around + _HALF_COLOURED)
    return enlarged(share, *rgb.shape[-2:])


def headroom(rgb: Tensor) -> Tensor:
    """How far both colour differences may swing before a channel is clipped: (B, 1, H, W).

    Beyond it the pattern would tint what is dark, bright or saturated, and change its luma.

    Args:
        rgb: (B, 3, H, W) in [0, 1].
    """
    least = [
        torch.minimum(plane, 1 - plane).div_(swing)
        for plane, swing in zip(torch.split(rgb, 1, dim=1), _MOST_SWING, strict=True)
    ]
    return torch.minimum(torch.minimum(least[0], least[1]), least[2])


def _least(threshold: Tensor, reach_px: int) -> Tensor:
    """Minimum over a square that reaches so far from its middle."""
    if threshold.device.type != "cpu":
        side = 2 * reach_px + 1
        return -F.max_pool2d(-threshold, side, stride=1, padding=reach_px)
    out = torch.empty_like(threshold)
    square = np.ones((2 * reach_px + 1,) * 2, np.uint8)
    for source, target in zip(planes(threshold), planes(out), strict=True):
        cv2.erode(source, square, dst=target)
    return out


def _map(planes: Tensor, long_side_px: int) -> tuple[Tensor, float]:
    """What varies slowly is seen as well on few pixels: those, and a neighbourhood there."""
    factor = max(1, min(long_side_px // _MAP_PX, *planes.shape[-2:]))
    return block_means(planes, factor), max(_NEIGHBOURHOOD * long_side_px / factor, 0.5)


def _directions(y: Tensor) -> Iterator[Tensor]:
    """The gradient's direction by the sine of twice the angle, its energy, and by the cosine."""
    dx, dy = torch.zeros_like(y), torch.zeros_like(y)
    torch.sub(y[..., 1:], y[..., :-1], out=dx[..., 1:])
    torch.sub(y[..., 1:, :], y[..., :-1, :], out=dy[..., 1:, :])
    yield (dx * dy).mul_(2)
    dx.square_()
    dy.square_()
    yield dx + dy
    yield dx.sub_(dy)


def _skin(rgb: Tensor) -> Tensor:
    y = luma(rgb)
    cb = (rgb[:, 2:] - y).mul_(0.564).add_(128 / 255)
    cr = (rgb[:, :1] - y).mul_(0.713).add_(128 / 255)
    distance = ((cb - _SKIN_CB[0]) / _SKIN_CB[1]).square_()
    return distance.add_(((cr - _SKIN_CR[0]) / _SKIN_CR[1]).square_()).neg_().exp_()
