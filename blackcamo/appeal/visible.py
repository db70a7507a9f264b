"""Visible difference: how far the colours moved, and what happened to the structure.

Three parts, of which the lowest decides:

- ``colour``: mean distance in Oklab. In the mode "enhance" between the graded picture and the
  photo, with room for a look; in "imperceptible" between what is delivered and the photo.
- ``structure``: contrast and structure of the lightness that the spatial filters left alone,
  against the graded picture (in "imperceptible": against the photo) sent through the same
  channel, so that the codec costs nothing. It is the second factor of SSIM with a stabiliser
  near the visible threshold instead of 0.03, because noise and stripes in smooth areas are seen
  long before SSIM's constant lets them count.
- ``framing``: the share of the photo that the frame keeps.

Source: Ottosson, "A perceptual color space for image processing", 2020 (Oklab); Wang, Bovik,
Sheikh, Simoncelli, "Image quality assessment: from error visibility to structural similarity",
IEEE TIP 13 (4), 2004, eq. 10 (contrast and structure).
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from blackcamo.types import Appraisal, Falloff, Frame, Kind, LookViews, Mode, Views
from blackcamo.vision.colourspace import linear_to_oklab, srgb_to_linear
from blackcamo.vision.pool import block_means

# Mean Oklab distance at which appeal has fallen to 37: a look may move colours by about half a
# stop (0.07) and stay above 75; two just-noticeable differences (0.02 each) are the bound where
# nothing should be seen.
_COLOUR_SCALE: dict[Mode, float] = {"enhance": 0.14, "imperceptible": 0.035}
# 1.5 levels of 255: contrast below it is not seen in a smooth area.
_STABILISER = (1.5 / 255) ** 2
# Measured on candidates of searches.
_FALLOFF: dict[Kind, Falloff] = {"look": Falloff(power=1.7), "spatial": Falloff(power=1.2)}
_WINDOW_PX = 8
_VIEWED_LONG_SIDE_PX = 1024
_WORST_SHARE = 0.1
# Rec. 709 weights on encoded values: luma, as SSIM is commonly computed on.
_LUMA = (0.2126, 0.7152, 0.0722)


class VisibleDifference:
    """The appeal measure ``visible``."""

    name = "visible"

    def __call__(self, views: Views, mode: Mode) -> list[Appraisal]:
        """Appraise each candidate of ``views``: 100 where nothing changed."""
        delivered = _viewed(views.delivered)
        if mode == "enhance":
            structure = _structure(delivered, _viewed(views.graded_delivered))
            looks = views.looks or self.appraise_looks(views, mode)
            colour = [look.parts["colour"] for look in looks]
        else:
            aligned = _viewed(views.aligned)
            structure = _structure(delivered, aligned)
            colour = _colour(delivered, aligned, mode)
        appraisals = []
        for c, s, frame in zip(colour, structure.tolist(), views.frames, strict=True):
            # Where nothing should be seen, any filter may have moved either.
            look, spatial = (c, s) if mode == "enhance" else (min(c, s), min(c, s))
            by_kind: dict[Kind, float] = {
                "look": look,
                "spatial": spatial,
                "geometry": _kept(frame),
            }
            parts = {"colour": c, "structure": s, "framing": _kept(frame)}
            appraisals.append(Appraisal(min(by_kind.values()), parts, by_kind, _FALLOFF))
        return appraisals

    def appraise_looks(self, views: LookViews, mode: Mode) -> list[Appraisal]:
        """Appraise looks and frames by the parts that are about them."""
        kept = list(map(_kept, views.frames))
        if mode == "imperceptible":
            # There colour is what is delivered.
            return [Appraisal(k, {"framing": k}, {"geometry": k}, _FALLOFF) for k in kept]
        colour = _colour(_viewed(views.graded), _viewed(views.aligned), mode)
        return [
            Appraisal(min(c, k), {"colour": c, "framing": k}, {"look": c, "geometry": k}, _FALLOFF)
            for c, k in zip(colour, kept, strict=True)
        ]


def create() -> VisibleDifference:
    """Build the measure."""
    return VisibleDifference()


def _kept(frame: Frame) -> float:
    return 100.0 * frame.width * frame.height


def _viewed(rgb: Tensor) -> Tensor:
    """The picture as a screen shows it whole; more pixels than that are not compared."""
    factor = max(rgb.shape[-2:]) / _VIEWED_LONG_SIDE_PX
    if factor <= 1:
        return rgb
    height, width = (max(round(side / factor), 1) for side in rgb.shape[-2:])
    return F.interpolate(rgb, (height, width), mode="area")


def _colour(moved: Tensor, photo: Tensor, mode: Mode) -> list[float]:
    # Colour is judged over areas; half the resolution sees the same and costs a quarter.
    pair = [linear_to_oklab(srgb_to_linear(block_means(rgb, 2))) for rgb in (moved, photo)]
    distance = (pair[0] - pair[1]).square().sum(1).sqrt().mean((1, 2))
    values: list[float] = (100 * torch.exp(-((distance / _COLOUR_SCALE[mode]) ** 2))).tolist()
    return values


def _structure(rgb: Tensor, reference: Tensor) -> Tensor:
    x, y = _luma(rgb), _luma(reference)
    mean_x, mean_y, xx, yy, xy = (_local_mean(v) for v in (x, y, x * x, y * y, x * y))
    variance_x, variance_y = xx - mean_x**2, yy - mean_y**2
    covariance = xy - mean_x * mean_y
    kept = (2 * covariance + _STABILISER) / (variance_x + variance_y + _STABILISER)
    kept = kept.flatten(1).clamp(0, 1)
    worst = kept.topk(max(round(_WORST_SHARE * kept.shape[1]), 1), largest=False).values
    # People judge a picture by its worst region as much as by all of it.
    return 100 * (kept.mean(1) + worst.mean(1)) / 2


def _luma(rgb: Tensor) -> Tensor:
    red, green, blue = _LUMA
    luma = rgb[:, 0:1] * red
    return luma.add_(rgb[:, 1:2], alpha=green).add_(rgb[:, 2:3], alpha=blue)


def _local_mean(x: Tensor) -> Tensor:
    """Means over windows that overlap by half, from those of quarter windows: the same, cheaper."""
    quarter = block_means(x, _WINDOW_PX // 2)
    across = quarter[..., 1:] + quarter[..., :-1]
    return (across[..., 1:, :] + across[..., :-1, :]).mul_(0.25)
