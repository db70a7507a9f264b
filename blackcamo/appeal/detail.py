"""Changes of detail: sharpness and clarity with their sign, grain, and slow light and shade.

A band of the candidate is projected onto the same band of the photo, place by place: the slope is
what became of the photo's own detail (blur lowers it, sharpening raises it), and what is left over
is what was added (grain, stripes, artefacts). So grain is not mistaken for sharpness.

- ``soft``: fine detail lost over all of the picture.
- ``blurred``: fine detail lost where the photo is sharp and where the eye goes: defocus that
  touches the subject.
- ``crunchy``: fine detail raised past what is liked.
- ``grain``: what was added to the worst of all places, against what was there. In black-and-white
  fine grain is liked, and a part of it is forgiven.
- ``specks``: the same of colour.
- ``shading``: slow light and shade that the look does not explain, as of a vignette.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from blackcamo.vision.blur import gaussian_blur
from blackcamo.vision.masking import luma
from blackcamo.vision.pool import block_means, enlarged

_FINE_SIGMA_PX = 1.0
_CLEAR_SIGMA = 0.016
"""Wider of the two blurs whose difference is the band of clarity, of the long side."""
_PLACE_PX = 8
_LEVEL = 1 / 255
_SOFT, _CRUNCHY, _BLURRED = (0.2, 0.8), (0.9, 0.6), (0.45, 0.8)
_UNSEEN_LEVELS, _MASKED, _WORST_SHARE = 0.6, 0.3, 0.1
"""Standard deviation that is hardly seen in a smooth place, the share of the photo's own detail
that hides as much, and the share of all places by which the picture is judged."""
_GRAIN, _SPECKS = (1.2, 1.0), (2.5, 6.0)
_COLOUR_SCALE = 0.64
MONO_GRAIN = 0.8
"""Share of grain that black-and-white forgives."""
_SHADE_PX = 32
_SHADE_STOPS = (0.22, 0.3)
_DARKEST = 0.04


@dataclass(frozen=True, slots=True)
class Detail:
    """Bands of lightness (B, 1, H, W), fine and of clarity, and of colour (B, 2, H, W).

    All but the first are of half the size.
    """

    fine: Tensor
    clear: Tensor
    colour: Tensor


def detail(rgb: Tensor) -> Detail:
    """The bands of pictures (B, 3, H, W), sRGB-encoded."""
    y = luma(rgb)
    blurred = gaussian_blur(y, _FINE_SIGMA_PX)
    half = block_means(blurred, min(2, *y.shape[-2:]))
    wide = gaussian_blur(half, max(_CLEAR_SIGMA * max(half.shape[-2:]), 1.0))
    colour = block_means(rgb[:, ::2] - y, min(2, *y.shape[-2:])) * _COLOUR_SCALE
    return Detail(y - blurred, half - wide, colour - gaussian_blur(colour, _FINE_SIGMA_PX))


def slow_light(rgb: Tensor) -> Tensor:
    """Light and shade (B, 1, h, w), averaged so far down that detail is gone, of (B, 3, H, W)."""
    factor = max(1, min(max(rgb.shape[-2:]) // _SHADE_PX, *rgb.shape[-2:]))
    return block_means(luma(rgb), factor) + _DARKEST


def shading(graded: Tensor, delivered: Tensor) -> Tensor:
    """How far (B) slow light and shade go that the looks do not explain, both ``slow_light``."""
    stops = (delivered / graded).log2()
    spread = (stops - stops.mean((2, 3), keepdim=True)).square().mean((1, 2, 3)).sqrt()
    return (spread - _SHADE_STOPS[0]).clamp(min=0) / _SHADE_STOPS[1]


def changes(
    photo: Detail, seen: Detail, salient: Tensor, grey: Tensor
) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """How far (B) each thing went that people mind, and what they like: clarity gained.

    Args:
        photo: of the photo in the candidates' frames, one or B.
        seen: of the candidates.
        salient: where the eye goes (B, 1, h, w), of any size and mean 1.
        grey: whether (B) a candidate is black-and-white.
    """
    own, slope, added = _projected(photo.fine, seen.fine)
    structure, clear, _ = _projected(photo.clear, seen.clear)
    weight = own.sqrt()
    gain = _mean(weight, slope).clamp(min=0.02).log2()
    clarity = _mean(structure.sqrt(), clear).clamp(min=0.02).log2()
    lost = -slope.clamp(0.03, 1).log2()
    where = weight * enlarged(salient, *weight.shape[-2:])
    blurred = _mean(where, lost.square()).sqrt()
    grain = (_worst(own, added) - _GRAIN[0]).clamp(min=0) / _GRAIN[1]
    own, _, added = _projected(photo.colour, seen.colour)
    specks = (_worst(own, added) - _SPECKS[0]).clamp(min=0) / _SPECKS[1]
    complaints = {
        "soft": (-gain - _SOFT[0]).clamp(min=0) / _SOFT[1],
        "blurred": (blurred - _BLURRED[0]).clamp(min=0) / _BLURRED[1],
        "crunchy": (gain - _CRUNCHY[0]).clamp(min=0) / _CRUNCHY[1],
        "grain": grain * (1 - MONO_GRAIN * grey),
        "specks": specks,
    }
    return complaints, {"clarity": clarity.clamp(min=0)}


def _projected(before: Tensor, after: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Place by place: energy of the photo's band, its slope in the candidate, what is left over."""
    side_px = min(_PLACE_PX, *before.shape[-2:])
    own, both, all_ = (
        block_means(product, side_px)
        for product in (before.square(), before * after, after.square())
    )
    slope = both / (own + _LEVEL**2 / 16)
    return own, slope, (all_ - slope * both).clamp(min=0)


def _worst(own: Tensor, added: Tensor) -> Tensor:
    """Visibility (B) of what was added, in the worst of all places."""
    visible = (added / (own * _MASKED + (_UNSEEN_LEVELS * _LEVEL) ** 2)).sum(1).flatten(1)
    count = max(round(_WORST_SHARE * visible.shape[1]), 1)
    return visible.topk(count, sorted=False).values.mean(1).sqrt()


def _mean(weight: Tensor, values: Tensor) -> Tensor:
    return (weight * values).sum((1, 2, 3)) / (weight.sum((1, 2, 3)) + 1e-9)
