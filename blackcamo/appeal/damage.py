"""Damage: what is seen of the difference that is no look, by four views of it.

- ``damage_ssimulacra2``: SSIMULACRA2, tuned to what people said about distorted photos.
- ``damage_flip``: the mean FLIP error, which also minds wide and faint changes of colour.
- ``damage_smooth``: the worst region. Noise and stripes that hide in foliage are plain in a sky or
  on skin, and a mean over the picture forgives them where the sky is small. The variance that was
  added is measured against a threshold which rises with the reference's own local contrast, and
  the worst few of all regions are judged.
- ``shading``: light that changes smoothly over the picture, as by a vignette or a glow. It is a
  look as long as it is faint, so it is taken off before the other views compare, and judged for
  itself: the root mean square of its stops, and of those by which colours part.

Source: vision/ssimulacra2.py; vision/flip.py; contrast masking with an exponent of 0.7 after G. E.
Legge, J. M. Foley, "Contrast masking in human vision", JOSA 70 (12), 1980, in the form of A. B.
Watson, "DCT quantization matrices visually optimized for individual images", SPIE 1913, 1993.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from blackcamo.appeal.tolerance import points
from blackcamo.vision import flip, ssimulacra2
from blackcamo.vision.blur import gaussian_blur
from blackcamo.vision.colourspace import power
from blackcamo.vision.pool import block_means, enlarged

_SHADING_PX = 64
_SHADING_SIGMA = 0.07
_SHADING_STOPS, _TINT_STOPS = 0.35, 0.25
_BLACK = 0.002
_FLIP_TOLERANCE = 0.08
_HALF_SIZE_PPD = flip.PIXELS_PER_DEGREE / 2

# Where added texture is looked for, scale by scale, and the standard deviation that is just seen
# there in a smooth area, by channel of XYB: eyes are best at a few pixels' width, and at lightness.
_LIGHTNESS = 1
_THRESHOLDS = {
    0: {1: 0.0075},
    1: {0: 0.0065, 1: 0.0042},
    2: {0: 0.0057, 1: 0.0031, 2: 0.0065},
}
_MASKED_BY_LIGHTNESS = 0.25
_MASKING_EXPONENT = 0.7
_REGION_PX = 16
_WORST_SHARE = 0.03
_SMOOTH_TOLERANCE = 1.6


@dataclass(frozen=True, slots=True)
class Reference:
    """What is kept of a picture (or several) that others are compared with."""

    pyramid: ssimulacra2.Pyramid
    appearance: flip.Appearance


def reference(linear_rgb: Tensor) -> Reference:
    """Prepare pictures (B, 3, H, W) in linear light."""
    return Reference(
        ssimulacra2.pyramid(linear_rgb),
        flip.appearance(ssimulacra2.halved(linear_rgb), pixels_per_degree=_HALF_SIZE_PPD),
    )


def shaded(linear_rgb: Tensor, like: Tensor) -> tuple[Tensor, Tensor]:
    """Pictures under the smooth light of others, and the points (B) that this light costs.

    Args:
        linear_rgb: pictures (B, 3, H, W) in linear light.
        like: what became of them.
    """
    size = linear_rgb.shape[-2:]
    factor = max(1, min(round(max(size) / _SHADING_PX), *size))
    before, after = (_blurred(pictures, factor) for pictures in (linear_rgb, like))
    gain = after.div_(before)
    stops = gain.log2()
    bright = stops.mean(1, keepdim=True)
    excess = bright.square().mean((1, 2, 3)) / _SHADING_STOPS**2
    excess += (stops - bright).square().sum(1).mean((1, 2)) / _TINT_STOPS**2
    light = enlarged(gain, *size)
    return light.mul_(linear_rgb).clamp_(0, 1), points(excess.sqrt())


def _blurred(linear_rgb: Tensor, factor: int) -> Tensor:
    """Light averaged over a large part of the picture, at a small size; never quite black."""
    small = block_means(linear_rgb, factor)
    return gaussian_blur(small, _SHADING_SIGMA * max(small.shape[-2:])).add_(_BLACK)


def damage(ours: Reference, theirs: Reference) -> dict[str, Tensor]:
    """Points (B) by name, of pictures against what they should look like."""
    comparison = ssimulacra2.Comparison(ours.pyramid, theirs.pyramid)
    error = flip.flip(ours.appearance, theirs.appearance).mean((1, 2))
    return {
        "damage_ssimulacra2": _positive(comparison.score()),
        "damage_flip": points(error / _FLIP_TOLERANCE, power=1.5),
        "damage_smooth": points(_added_texture(comparison) / _SMOOTH_TOLERANCE),
    }


def _positive(score: Tensor) -> Tensor:
    """Scores below 30 squeezed into 30 to 0, so that worse still is less."""
    return torch.where(score < 30, 30 * ((score.clamp(max=30) - 30) / 30).exp(), score)


def _added_texture(pair: ssimulacra2.Comparison) -> Tensor:
    """The visibility (B) of what was added to the worst regions, in just noticeable amounts."""
    worst = []
    for scale, thresholds in _THRESHOLDS.items():
        # A small picture has fewer scales, and other channels may count there.
        if scale not in pair.ours or not thresholds.keys() <= {*pair.ours[scale].channels}:
            continue
        before = pair.ours[scale]
        rows = [before.channels.index(channel) for channel in thresholds]
        seen = before.variance.new_tensor([1 / t**2 for t in thresholds.values()]).view(-1, 1, 1)
        masked = before.variance[:, rows] * seen
        # Colour hides in texture of lightness, too.
        lightness = list(thresholds).index(_LIGHTNESS)
        beside = masked[:, lightness : lightness + 1].clone()
        share = [0.0 if channel == _LIGHTNESS else _MASKED_BY_LIGHTNESS for channel in thresholds]
        masked.add_(beside * masked.new_tensor(share).view(-1, 1, 1))
        masked = power(masked.clamp_(min=1), _MASKING_EXPONENT)
        visible = pair.difference_variance(scale)[:, rows].mul_(seen).div_(masked)
        side = max(_REGION_PX >> scale, 2)
        regions = F.avg_pool2d(visible, side, ceil_mode=True).flatten(2)
        count = max(round(_WORST_SHARE * regions.shape[2]), 1)
        worst.append(regions.topk(count, sorted=False).values.mean(2).amax(1))
    return torch.stack(worst).amax(0).clamp(min=0).sqrt()
