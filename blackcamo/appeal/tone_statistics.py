"""Pictures in CIELAB as tones and colours are compared, with what of a photo is used again.

Pictures are averaged down first, so that noise and edges are no matter of colour.
"""

from __future__ import annotations

import math
from functools import cached_property

import torch
from torch import Tensor

from blackcamo.vision.cielab import linear_to_lab
from blackcamo.vision.colourspace import srgb_to_linear
from blackcamo.vision.pool import block_means

COLOURED_CHROMA = 12.0
"""Chroma at which a colour counts by half."""
ZONES = ((-1, 40, 1.5), (30, 75, 1.0), (65, 101, 0.9))
"""Lightness from and to, and tolerance for a cast: shadows, middle tones, lights."""
_SIDE_PX = 192
"""Long side, at most, at which tones are looked at."""
_PALE_CHROMA = 18.0
_MONOCHROME = 4.0
_MIDDLE = 0.8
_HUES = 6
_HALF_SHARE = 0.02
"""Of the picture: a zone or hue that has no more counts by half."""


class Tones:
    """Pictures in CIELAB, averaged down: (B, N) each.

    Args:
        rgb: (B, 3, H, W), sRGB-encoded.
    """

    def __init__(self, rgb: Tensor) -> None:
        factor = max(1, min(math.ceil(max(rgb.shape[-2:]) / _SIDE_PX), *rgb.shape[-2:]))
        small = block_means(rgb, factor)
        self.rgb = small.flatten(2)
        self.lightness, self.a, self.b = (
            plane.flatten(1) for plane in linear_to_lab(srgb_to_linear(small))
        )
        self.chroma = torch.hypot(self.a, self.b)
        # A vignette is no loss of contrast: what counts is the middle.
        y, x = (torch.linspace(-1, 1, side, device=rgb.device) for side in small.shape[-2:])
        within = (y[:, None].square() + x.square() <= _MIDDLE**2).flatten()
        some = self.lightness[:, within] if within.any() else self.lightness
        count = max(some.shape[1] // 50, 1)
        self.black = some.topk(count, largest=False, sorted=False).values.mean(1)
        self.white = some.topk(count, sorted=False).values.mean(1)
        self.deviation = some.std(1, correction=0)

    # What follows is of a photo, and serves all its candidates.

    @cached_property
    def hues(self) -> PixelWeights:
        """How much each pixel has of each of a few hues: (hues, B, N)."""
        return PixelWeights(_of_hues(self))

    @cached_property
    def hue_chroma(self) -> Tensor:
        """Mean chroma (hues, B) of each of these."""
        return self.hues.mean(self.chroma)

    @cached_property
    def pale(self) -> list[tuple[PixelWeights, Tensor, Tensor]]:
        """Pale pixels (B, N) of shadows, middle tones and lights, and their own mean (a*, b*)."""
        pale = (self.chroma / _PALE_CHROMA).square_().neg_().exp_().clamp_(min=0.02)
        found = []
        for low, high, _ in ZONES:
            middle, half = (low + high) / 2, (high - low) / 2
            weight = (1 - ((self.lightness - middle) / half).square_()).clamp_(min=0).mul_(pale)
            zone = PixelWeights(weight)
            found.append((zone, zone.mean(self.a), zone.mean(self.b)))
        return found

    @cached_property
    def skin(self) -> PixelWeights:
        """How much each pixel (B, N) has the colour of skin."""
        hue_deg = torch.rad2deg(torch.atan2(self.b, self.a))
        weight = (1 - ((hue_deg - 52) / 26).square_()).clamp_(min=0)
        weight.mul_((1 - ((self.chroma - 24) / 18).square_()).clamp_(min=0))
        weight.mul_((1 - ((self.lightness - 58) / 34).square_()).clamp_(min=0))
        return PixelWeights(weight)

    @cached_property
    def blown(self) -> Tensor:
        """How much (B, 3) of a channel is at its upper end."""
        return _at_end(self, 1.0, 0.985)

    @cached_property
    def crushed(self) -> Tensor:
        """How much (B, 3) of a channel is at its lower end."""
        return _at_end(self, 0.0, 0.02)

    @cached_property
    def monochrome(self) -> Tensor:
        """Whether (B) a picture is without colours, 0 to 1: what is left may not stand out."""
        spread = torch.stack((self.a, self.b))
        # Toned pictures have one colour at each lightness: what counts is what leaves it.
        lightness = (self.lightness - self.lightness.mean(1, keepdim=True)) / 100
        basis = torch.stack((torch.ones_like(lightness), lightness, lightness.square()), dim=2)
        gram = basis.transpose(1, 2) @ basis + 1e-3 * torch.eye(3, device=basis.device)
        fitted = basis @ torch.linalg.solve(gram, basis.transpose(1, 2) @ spread.unsqueeze(-1))
        apart = (spread - fitted.squeeze(-1)).square().sum(0)
        left: Tensor = apart.square().mean(1).pow(0.25)
        return (left / _MONOCHROME).square().neg().exp()


class PixelWeights:
    """Weights (..., N) of pixels, and means of other values by them.

    Attributes:
        confidence: how far such means can be relied on (...), 0 of no pixels to 1 of many.
    """

    def __init__(self, weight: Tensor) -> None:
        self._weight = weight
        self._total = weight.sum(-1)
        self.confidence = self._total / (self._total + _HALF_SHARE * weight.shape[-1])

    def mean(self, values: Tensor) -> Tensor:
        """Means (...) of values (B, N)."""
        return (self._weight * values).sum(-1) / (self._total + 1e-6)


def _of_hues(photo: Tones) -> Tensor:
    """Weights (hues, B, N), see ``Tones.hues``."""
    turn = torch.arange(_HUES, device=photo.a.device).mul(2 * math.pi / _HUES).view(-1, 1, 1)
    likeness = (turn.cos() * photo.a + turn.sin() * photo.b) / (photo.chroma + 1e-6)
    weight = likeness.clamp_(min=0).square_().square_()
    # The paler it was, the less it had to lose.
    squared = photo.chroma.square()
    return weight.mul_(squared / (squared + COLOURED_CHROMA**2))


def _at_end(of: Tones, end: float, clear: float) -> Tensor:
    return ((of.rgb - clear) / (end - clear)).clamp_(0, 1).mean(1).square_()
