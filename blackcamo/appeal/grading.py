"""Grading: what a look did to tones and colours, each judged against the photo itself.

Pixels are compared in CIELAB, those of a coarse grid. Every part measures how far the look went in
one respect, in units of how far a critical viewer lets it go (``appeal.tolerance``):

- ``clipping``: area whose channels reached white or black and did not before. Source: the share of
  saturated pixels, as in D. Guo, Y. Cheng, S. Zhuo, T. Sim, "Correcting over-exposure in
  photographs", CVPR 2010, section 2, softened so that it has no steps.
- ``exposure``: change of mean lightness; towards middle grey more is accepted than away from it.
- ``contrast``: how much more lightness varies. Source: H. Yeganeh, Z. Wang, "Objective quality
  assessment of tone-mapped images", IEEE TIP 22 (2), 2013, section III-B, that mean and deviation
  of lightness are what makes tones natural.
- ``washed_out``: contrast, tonal range and colour that were lost, together: how much less lightness
  varies; how far the darkest tones were lifted and the lightest dropped, where the photo had deep
  or bright ones; and how much of the colour went or became another, of the hue that lost most, so
  that the blue of a sky cannot go because there is also grass. Each alone is a look (matte, faded,
  muted), all at once are haze. Black-and-white is a look again.
- ``cast_neutral``: mean shift of (a*, b*) of pale pixels, neutral ones above all, in shadows,
  middle tones and lights apart; along the daylight locus (blue to yellow) twice as much is accepted
  as across. Source: B. Pearce, S. Crichton, M. Mackiewicz, G. Finlayson, A. Hurlbert, "Chromatic
  illumination discrimination ability reveals that human colour constancy is optimised for blue
  daylight illuminations", PLoS ONE 9 (2), 2014.
- ``skin``: mean turn of hue, gain of chroma and share of light lost, of pixels of skin's colours.
  Source for the region: K. Xiao et al., "Characterising the variations in ethnic skin colours: a
  new calibrated data base for human skin", Skin Research and Technology 23 (1), 2017, table 3 (hue
  angles 35-75 degrees, chroma 12-30), widened for light of every colour.
- ``saturation``: gain of mean chroma, and colours driven far beyond what they were. Source: D.
  Hasler, S. Süsstrunk, "Measuring colourfulness in natural images", SPIE 5007, 2003.
- ``hue``: turn of hue weighted by chroma, of all colours; and the hue difference of CIE94 of that
  hue which became another most, so that leaves do not turn to the colour of the sea because there
  is also a beach. Source: CIE 116-1995; that things have colours of their own by which a picture
  is judged: S. Yendrikhovskij, F. Blommaert, H. de Ridder, "Color reproduction and the naturalness
  constraint", Color Research & Application 24 (1), 1999.
- ``banding``: steps between neighbours that the photo has nearly alike, beyond what the slope of a
  look explains. Source: the contrast of contours in P. Tandon et al., "CAMBI: contrast-aware
  multiscale banding index", PCS 2021, section II, with the photo for comparison.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from blackcamo.appeal.tolerance import points
from blackcamo.vision.cielab import linear_to_lab
from blackcamo.vision.display import linear_light

_GRID_PX = 24_000
"""Pixels that are looked at, at most."""

# What a critical viewer accepts at most.
_BLOWN_SHARE, _CRUSHED_SHARE = 0.03, 0.08
_AWAY_FROM_GREY, _TOWARDS_GREY = 12.0, 20.0
_CONTRAST_LOST, _CONTRAST_GAINED = math.log2(1 / 0.68), math.log2(1.5)
_BLACK_LIFTED, _WHITE_DROPPED = 15.0, 13.0
_CAST_ALONG, _CAST_ACROSS = 13.0, 6.5
_ZONE_TOLERANCE = (1.5, 1.0, 0.9)
_SKIN_TURN_DEG, _SKIN_CHROMA, _SKIN_LIGHT_LOST = 8.0, 0.8, 0.17
_COLOUR_LOST, _ALL_COLOUR_LOST, _SATURATION_GAINED = 0.85, 5.0, 0.7
_OVERDRIVEN_CHROMA = 12.0
_HUE_TURN_DEG, _HUE_DIFFERENCE = 20.0, 5.0
_STEP_LEVELS = 3.0

_PALE_CHROMA = 18.0
_MONOCHROME = 5.0
_COLOURED_CHROMA = 12.0
_DEEP, _BRIGHT = 8.0, 92.0
_ALIKE_LEVELS = 6.0
_STEEPEST = 3.0
_HUES = 6
_CELL_DEG, _CELL_LIGHTNESS, _CELL_CHROMA = 30.0, (40.0, 70.0), (8.0, 30.0)
"""Colours of a photo are told apart by hue, lightness and chroma."""
_CELLS = round(360 / _CELL_DEG), len(_CELL_LIGHTNESS) + 1, len(_CELL_CHROMA) + 1
_CELL_SHARE = 0.01
"""Of the picture: a colour that has no more is heard by half."""
_FIXED_POINT = 1 << 16
"""Sums of whole numbers are the same in any order, as a GPU takes them."""
_HUE_SHARE = 0.03
"""Of the picture: a hue that has no more is heard by half."""


class Tones:
    """Pixels of pictures on a coarse grid: encoded (B, 3, N), and in CIELAB (B, N).

    ``steps`` are the differences from each of them to the one below.
    """

    def __init__(self, rgb: Tensor) -> None:
        if rgb.shape[-2] == 1:
            # A single row has no neighbour below but itself.
            rgb = rgb.expand(-1, -1, 2, -1)
        step = max(1, round(math.sqrt(rgb.shape[-2] * rgb.shape[-1] / _GRID_PX)))
        below = rgb[..., 1::step, ::step]
        grid = rgb[..., :-1:step, ::step].contiguous()
        self.rgb = grid.flatten(2)
        self.steps = (below - grid).flatten(2)
        self.lightness, self.a, self.b = (
            plane.flatten(1) for plane in linear_to_lab(linear_light(grid))
        )
        self.chroma = torch.hypot(self.a, self.b)


def grading(photo: Tones, graded: Tones) -> dict[str, Tensor]:
    """Points (B) by name, of looks against the photo in the same frames."""
    turn = _turn_deg(photo, graded)
    return {
        "clipping": points(_clipping(photo, graded), power=1.5),
        "exposure": points(_exposure(photo, graded)),
        "contrast": points(_contrast(photo, graded)),
        "washed_out": points(_washed_out(photo, graded)),
        "cast_neutral": points(_cast(photo, graded)),
        "skin": points(_skin(photo, graded, turn)),
        "saturation": points(_saturation(photo, graded)),
        "hue": points(_hue(photo, graded, turn)),
        "banding": points(_banding(photo, graded)),
    }


def _clipping(photo: Tones, graded: Tones) -> Tensor:
    def share(tones: Tones, black: float, clear: float) -> Tensor:
        # One channel at its end is a strong colour, all three are a hole: squared, 1 to 9.
        return ((tones.rgb - clear) / (black - clear)).clamp_(0, 1).mean(1).square_()

    def new(black: float, clear: float) -> Tensor:
        return (share(graded, black, clear) - share(photo, black, clear)).clamp_(min=0).mean(1)

    return new(1.0, 0.985) / _BLOWN_SHARE + new(0.0, 0.02) / _CRUSHED_SHARE


def _exposure(photo: Tones, graded: Tones) -> Tensor:
    before, after = (tones.lightness.mean(1) - 50 for tones in (photo, graded))
    # From the photo's side of grey to the other, it is both: towards, then away.
    crossed = before * after < 0
    nearer = (before.abs() - torch.where(crossed, 0.0, after.abs())).clamp_(min=0)
    farther = after.abs() - torch.where(crossed, 0.0, before.abs())
    return nearer / _TOWARDS_GREY + farther.clamp_(min=0) / _AWAY_FROM_GREY


def _contrast(photo: Tones, graded: Tones) -> Tensor:
    return _contrast_gain(photo, graded).clamp_(min=0) / _CONTRAST_GAINED


def _contrast_gain(photo: Tones, graded: Tones) -> Tensor:
    # A little is added so that a flat picture may gain more.
    before, after = (tones.lightness.std(1, correction=0) + 4 for tones in (photo, graded))
    return (after / before).log2()


def _washed_out(photo: Tones, graded: Tones) -> Tensor:
    (black, white), (blackest, whitest) = (_ends(tones) for tones in (graded, photo))
    lifted = (black - blackest.clamp(min=_DEEP)).clamp_(min=0) / _BLACK_LIFTED
    dropped = (whitest.clamp(max=_BRIGHT) - white).clamp_(min=0) / _WHITE_DROPPED
    flattened = -_contrast_gain(photo, graded).clamp_(max=0) / _CONTRAST_LOST
    # Black-and-white: what little colour is left may not stand out either.
    left = graded.chroma.square().square_().mean(1).pow_(0.25)
    monochrome = (left / _MONOCHROME).square_().neg_().exp_()
    # Half of the colour is less than all of it.
    greyed = _colour_lost(photo, graded) * (
        monochrome / _ALL_COLOUR_LOST + (1 - monochrome) / _COLOUR_LOST
    )
    return _norm(lifted, dropped, flattened, greyed)


def _colour_lost(photo: Tones, graded: Tones) -> Tensor:
    """By how much (B, in powers of two) the hue of the photo that lost most colour lost it.

    What became another colour is lost, too: only chroma in the direction of the photo's counts.
    """
    kept = (photo.a * graded.a + photo.b * graded.b) / (photo.chroma + 1e-6)
    turn = torch.arange(_HUES, device=kept.device).mul(2 * math.pi / _HUES).view(-1, 1, 1)
    likeness = (turn.cos() * photo.a + turn.sin() * photo.b) / (photo.chroma + 1e-6)
    weight = likeness.clamp_(min=0).square_().square_()
    # The paler it was, the less it had to lose.
    squared = photo.chroma.square()
    weight.mul_(squared / (squared + _COLOURED_CHROMA**2))
    total = weight.sum(2)
    before, after = ((weight * c).sum(2) / (total + 1e-6) for c in (photo.chroma, kept))
    lost = ((before + 4) / (after.clamp_(min=0) + 4)).log2().clamp_(min=0)
    return (lost * total / (total + _HUE_SHARE * weight.shape[2])).amax(0)


def _norm(*excesses: Tensor) -> Tensor:
    length: Tensor = torch.linalg.vector_norm(torch.stack(excesses), dim=0)
    return length


def _ends(tones: Tones) -> tuple[Tensor, Tensor]:
    """Mean lightness (B) of the darkest and of the lightest fiftieth."""
    some = tones.lightness[:, ::3]
    count = max(some.shape[1] // 50, 1)
    return (
        some.topk(count, largest=False, sorted=False).values.mean(1),
        some.topk(count, sorted=False).values.mean(1),
    )


def _cast(photo: Tones, graded: Tones) -> Tensor:
    pale = (photo.chroma / _PALE_CHROMA).square_().neg_().exp_().clamp_(min=0.02)
    a, b = graded.a - photo.a, graded.b - photo.b
    worst = torch.zeros(len(graded.a), device=a.device)
    for (low, high), tolerance in zip(
        ((-1, 40), (30, 75), (65, 101)), _ZONE_TOLERANCE, strict=True
    ):
        middle, half = (low + high) / 2, (high - low) / 2
        weight = (1 - ((photo.lightness - middle) / half).square_()).clamp_(min=0).mul_(pale)
        total = weight.sum(1)
        shift_a, shift_b = ((weight * shift).sum(1) / (total + 1e-6) for shift in (a, b))
        # A zone of less than a hundredth of the picture has little to say.
        heard = total / (total + 0.01 * weight.shape[1])
        size = torch.hypot(shift_a / _CAST_ACROSS, shift_b / _CAST_ALONG)
        # Losing a cast that was there is none.
        own_a, own_b = ((weight * own).sum(1) / (total + 1e-6) for own in (photo.a, photo.b))
        before = torch.hypot(own_a / _CAST_ACROSS, own_b / _CAST_ALONG)
        after = torch.hypot((own_a + shift_a) / _CAST_ACROSS, (own_b + shift_b) / _CAST_ALONG)
        size = (size - (before - after).clamp_(min=0)).clamp_(min=0)
        worst = torch.maximum(worst, size * heard / tolerance)
    return worst


def _skin(photo: Tones, graded: Tones, turn_deg: Tensor) -> Tensor:
    hue_deg = torch.rad2deg(torch.atan2(photo.b, photo.a))
    weight = (1 - ((hue_deg - 52) / 26).square_()).clamp_(min=0)
    weight.mul_((1 - ((photo.chroma - 24) / 18).square_()).clamp_(min=0))
    weight.mul_((1 - ((photo.lightness - 58) / 34).square_()).clamp_(min=0))
    total = weight.sum(1)
    # The greyer it became, the less its hue matters.
    squared = graded.chroma.square()
    coloured = squared / (squared + _COLOURED_CHROMA**2)
    turn = (weight * turn_deg * coloured).sum(1) / (total + 1e-6)
    chroma = ((graded.chroma + 4) / (photo.chroma + 4)).log2_()
    gain = ((weight * chroma).sum(1) / (total + 1e-6)).clamp(min=0)
    before, after = ((weight * tones.lightness).sum(1) for tones in (photo, graded))
    heard = total / (total + 0.01 * weight.shape[1])
    # Of its own light: a dark face has less to lose.
    darkened = (1 - (after + 1e-6) / (before + 1e-6)).clamp(min=0) / _SKIN_LIGHT_LOST
    return _norm(turn / _SKIN_TURN_DEG, gain / _SKIN_CHROMA, darkened) * heard


def _saturation(photo: Tones, graded: Tones) -> Tensor:
    gained = _chroma_gain(photo, graded).clamp_(min=0) / _SATURATION_GAINED
    overdriven = (graded.chroma - photo.chroma.clamp(min=55)).clamp_(min=0).mean(1)
    return torch.hypot(gained, overdriven / _OVERDRIVEN_CHROMA)


def _chroma_gain(photo: Tones, graded: Tones) -> Tensor:
    return ((graded.chroma.mean(1) + 8) / (photo.chroma.mean(1) + 8)).log2()


def _turn_deg(photo: Tones, graded: Tones) -> Tensor:
    """How far the hue of each pixel turned, in degrees, counter-clockwise."""
    cross = photo.a * graded.b - photo.b * graded.a
    dot = photo.a * graded.a + photo.b * graded.b
    return torch.rad2deg(torch.atan2(cross, dot))


def _hue(photo: Tones, graded: Tones, turn_deg: Tensor) -> Tensor:
    # A colour that was or became grey has no hue to speak of.
    weight = (torch.minimum(photo.chroma, graded.chroma) - 6).clamp_(min=0)
    turned = (weight * turn_deg.abs()).sum(1) / (weight.sum(1) + 0.5 * weight.shape[1])
    return torch.maximum(
        turned / _HUE_TURN_DEG, _one_hue(photo, graded, turn_deg) / _HUE_DIFFERENCE
    )


def _one_hue(photo: Tones, graded: Tones, turn_deg: Tensor) -> Tensor:
    """Hue difference of CIE94 (B), of the colour of the photo that changed most, on its mean."""
    half_turn = torch.deg2rad(turn_deg / 2).sin_()
    difference = 2 * (photo.chroma * graded.chroma).sqrt_() * half_turn
    # Of a strong colour more is needed to be seen.
    difference.div_(1 + 0.015 * photo.chroma)
    hue = (torch.rad2deg(torch.atan2(photo.b, photo.a)) / _CELL_DEG).floor_().remainder_(_CELLS[0])
    lightness, chroma = (
        torch.bucketize(values.contiguous(), torch.tensor(edges, device=values.device))
        for values, edges in ((photo.lightness, _CELL_LIGHTNESS), (photo.chroma, _CELL_CHROMA))
    )
    cell = ((hue.long() * _CELLS[1] + lightness) * _CELLS[2] + chroma).expand_as(difference)
    fixed = difference.mul_(_FIXED_POINT).round_().long()
    total, summed = (
        cell.new_zeros(len(cell), math.prod(_CELLS)).scatter_add_(1, cell, values).float()
        for values in (torch.ones_like(fixed), fixed)
    )
    # What is nearly grey has no colour of its own.
    heard = 1 / (total + _CELL_SHARE * cell.shape[1])
    heard[:, :: _CELLS[2]] = 0
    return (summed.abs() * heard).amax(1) / _FIXED_POINT


def _banding(photo: Tones, graded: Tones) -> Tensor:
    before, after = (tones.steps.abs().amax(1).mul_(255) for tones in (photo, graded))
    alike = (1 - before / _ALIKE_LEVELS).clamp_(min=0)
    excess = (after - before * _STEEPEST - 2).clamp_(min=0)
    total = alike.sum(1)
    heard = total / (total + 0.01 * alike.shape[1])
    # Squares: the fewer steps there are the higher they are, and their sum stays the same.
    return ((alike * excess.square_()).sum(1) / (total + 1e-6)).sqrt() * heard / _STEP_LEVELS
