"""Damage: what is seen of the difference between what a style meant and what arrived.

- ``damaged``: SSIMULACRA2, tuned to what people said about distorted photos.
- ``textured``: the worst region. Noise and stripes that hide in foliage are plain in a sky or on
  skin, and a mean over the picture forgives them where the sky is small. The variance that was
  added is measured against a threshold which rises with the reference's own local contrast, and
  the worst few of all regions are judged.

Source: vision/ssimulacra2.py; contrast masking with an exponent of 0.7 after G. E. Legge, J. M.
Foley, "Contrast masking in human vision", JOSA 70 (12), 1980, in the form of A. B. Watson, "DCT
quantization matrices visually optimized for individual images", SPIE 1913, 1993.
"""

from __future__ import annotations

from functools import cached_property

import torch
import torch.nn.functional as F
from torch import Tensor

from blackcamo.vision import ssimulacra2
from blackcamo.vision.colourspace import power

_UNSEEN, _SEEN = 80.0, 16.0
"""SSIMULACRA2 that is no complaint, and how far under it is one."""
_TEXTURED = (0.7, 1.2)

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


class Meant:
    """Pictures as they are meant (one or B), and what hides in them; kept where many compare."""

    def __init__(self, pyramid: ssimulacra2.Pyramid) -> None:
        self.pyramid = pyramid

    @cached_property
    def masks(self) -> dict[int, tuple[list[int], Tensor]]:
        """Scale -> rows of its channels, and what the variance (B, C, h, w) added is divided by."""
        found = {}
        for scale, thresholds in _THRESHOLDS.items():
            # A small picture has fewer scales, and other channels may count there.
            before = self.pyramid.get(scale)
            if before is None or not thresholds.keys() <= {*before.channels}:
                continue
            rows = [before.channels.index(channel) for channel in thresholds]
            just_seen = before.variance.new_tensor([t**2 for t in thresholds.values()])
            just_seen = just_seen.view(-1, 1, 1)
            masked = before.variance[:, rows] / just_seen
            # Colour hides in texture of lightness, too.
            lightness = list(thresholds).index(_LIGHTNESS)
            beside = masked[:, lightness : lightness + 1].clone()
            share = [0.0 if c == _LIGHTNESS else _MASKED_BY_LIGHTNESS for c in thresholds]
            masked.add_(beside * masked.new_tensor(share).view(-1, 1, 1))
            masked = power(masked.clamp_(min=1), _MASKING_EXPONENT)
            found[scale] = rows, masked.mul_(just_seen)
        return found


def damage(meant: Meant, arrived: ssimulacra2.Pyramid) -> dict[str, Tensor]:
    """How far (B) each kind of damage goes, of pictures against what they should look like."""
    comparison = ssimulacra2.Comparison(meant.pyramid, arrived)
    textured = _added_texture(comparison, meant)
    return {
        "damaged": (_UNSEEN - comparison.score()).clamp(min=0) / _SEEN,
        "textured": (textured - _TEXTURED[0]).clamp(min=0) / _TEXTURED[1],
    }


def _added_texture(pair: ssimulacra2.Comparison, meant: Meant) -> Tensor:
    """The visibility (B) of what was added to the worst regions, in just noticeable amounts."""
    worst = []
    for scale, (rows, mask) in meant.masks.items():
        visible = pair.difference_variance(scale)[:, rows].div_(mask)
        side = max(_REGION_PX >> scale, 2)
        regions = F.avg_pool2d(visible, side, ceil_mode=True).flatten(2)
        count = max(round(_WORST_SHARE * regions.shape[2]), 1)
        worst.append(regions.topk(count, sorted=False).values.mean(2).amax(1))
    return torch.stack(worst).amax(0).clamp(min=0).sqrt()
