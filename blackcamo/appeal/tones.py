"""Changes of tones and colours, part by part: each says in which direction it went.

How far something went is 0 where nothing happened or it went the other way, and about 1 where a
critical viewer minds it.

- ``flat``: contrast lost, by the deviation of lightness.
- ``faded``: the darkest tones lifted and the lightest dropped, where the photo had them.
- ``drained``: chroma lost, of all of the picture and of the hue that lost most, so that the blue of
  a sky cannot go because there is also grass. Of one hue, what became another colour is lost, too.
- ``colourless``: colour gone altogether. Black-and-white is a look of its own: what counts is how
  much of the picture told itself by colour alone.
- ``harsh``, ``gaudy``: contrast and colour gained past what is liked.
- ``dark``, ``bright``: mean lightness that went down, or up.
- ``clipped``: tones driven to black or white. One channel at its end is a strong colour, all three
  are a hole.
- ``cast``: mean shift of (a*, b*) of pale pixels, in shadows, middle tones and lights apart; along
  the daylight locus (blue to yellow) more is accepted than across. Source: B. Pearce et al.,
  "Chromatic illumination discrimination ability reveals that human colour constancy is optimised
  for blue daylight illuminations", PLoS ONE 9 (2), 2014.
- ``hue``: hues turned, weighted by chroma, and the one colour of the photo that turned most, so
  that leaves do not turn to the colour of the sea. Source: S. Yendrikhovskij, F. Blommaert, H. de
  Ridder, "Color reproduction and the naturalness constraint", Color Research & Application 24 (1),
  1999.
- ``skin``: turn of hue, gain of chroma and light lost, of skin's colours. Source: K. Xiao et al.,
  "Characterising the variations in ethnic skin colours", Skin Research and Technology 23 (1), 2017,
  table 3 (hue angles 35-75 degrees, chroma 12-30), widened for light of every colour.
"""

from __future__ import annotations

import torch
from torch import Tensor

from blackcamo.appeal.tone_statistics import COLOURED_CHROMA, ZONES, Tones

# What a critical viewer minds.
_FLAT, _FADED_BLACK, _FADED_WHITE = 0.3, 9.0, 12.0
_DRAINED, _ONE_DRAINED, _CODEC = 4.0, 1.2, 0.2
_SEPARATION = 20.0
_HARSH, _GAUDY, _OVERDRIVEN = (0.45, 0.35), (0.5, 0.4), 10.0
_DARK, _BRIGHT, _LIGHT_UNSEEN = 12.0, 13.0, 2.0
_BLOWN_SHARE, _CRUSHED_SHARE = 0.03, 0.08
_CAST_ALONG, _CAST_ACROSS = 13.0, 6.5
_TURN_DEG, _ONE_HUE, _CODEC_HUE = 18.0, 9.0, 0.2
_SKIN_TURN_DEG, _SKIN_CHROMA, _SKIN_LIGHT_LOST = 8.0, 0.8, 0.17

_DEEP, _BRIGHT_END = 3.0, 92.0


def tones(photo: Tones, seen: Tones) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """How far (B) each thing went that people mind, and what they like: contrast and colour gained.

    Args:
        photo: the photo in the candidates' frames, one or B.
        seen: the candidates.
    """
    # A little is added so that a flat picture may gain more.
    contrast = ((seen.deviation + 4) / (photo.deviation + 4)).log2()
    colour = ((seen.chroma.mean(1) + 8) / (photo.chroma.mean(1) + 8)).log2()
    grey = seen.monochrome
    turn_deg = _turn_deg(photo, seen)
    lost = _colour_lost(photo, seen)
    overdriven = (seen.chroma - photo.chroma.clamp(min=60)).clamp_(min=0).mean(1) / _OVERDRIVEN
    paler = (photo.chroma.mean(1) - seen.chroma.mean(1)).clamp(min=0)
    lighter = seen.lightness.mean(1) - photo.lightness.mean(1)
    lifted = (seen.black - photo.black.clamp(min=_DEEP)).clamp_(min=0) / _FADED_BLACK
    dropped = (photo.white.clamp(max=_BRIGHT_END) - seen.white).clamp_(min=0) / _FADED_WHITE
    complaints = {
        "flat": -contrast.clamp(max=0) / _FLAT,
        "faded": torch.hypot(lifted, dropped),
        "drained": (paler / _DRAINED + lost / _ONE_DRAINED - _CODEC).clamp(min=0) * (1 - grey),
        "colourless": grey * lost.clamp(max=1) * _told_by_colour(photo, seen),
        "harsh": (contrast - _HARSH[0]).clamp(min=0) / _HARSH[1],
        "gaudy": (colour - _GAUDY[0]).clamp(min=0) / _GAUDY[1] + overdriven,
        "dark": (-lighter - _LIGHT_UNSEEN).clamp(min=0) / _DARK,
        "bright": (lighter - _LIGHT_UNSEEN).clamp(min=0) / _BRIGHT,
        "clipped": _clipped(photo, seen),
        "cast": _cast(photo, seen) * (1 - grey),
        "hue": (_hue(photo, seen, turn_deg) - _CODEC_HUE).clamp(min=0) * (1 - grey),
        "skin": _skin(photo, seen, turn_deg) * (1 - grey),
    }
    return complaints, {
        "contrast": contrast.clamp(min=0),
        "colour": colour.clamp(min=0),
        "monochrome": grey * lost.clamp(max=1),
    }


def _told_by_colour(photo: Tones, seen: Tones) -> Tensor:
    """How much of what told things apart in the photo was colour, and is gone."""
    before = sum(plane.var(1, correction=0) for plane in (photo.lightness, photo.a, photo.b))
    left = torch.maximum(*(of.lightness.std(1, correction=0) for of in (photo, seen)))
    missing = torch.as_tensor(before).sqrt() - left
    return missing.clamp(min=0) / _SEPARATION


def _turn_deg(photo: Tones, seen: Tones) -> Tensor:
    """How far the hue of each pixel turned, in degrees, counter-clockwise."""
    cross = photo.a * seen.b - photo.b * seen.a
    dot = photo.a * seen.a + photo.b * seen.b
    return torch.rad2deg(torch.atan2(cross, dot))


def _colour_lost(photo: Tones, seen: Tones) -> Tensor:
    """By how much (B, in powers of two) the hue of the photo that lost most colour lost it."""
    kept = (photo.a * seen.a + photo.b * seen.b) / (photo.chroma + 1e-6)
    after = photo.hues.mean(kept).clamp_(min=0)
    lost = ((photo.hue_chroma + 4) / (after + 4)).log2().clamp_(min=0)
    return (lost * photo.hues.confidence).amax(0)


def _hue(photo: Tones, seen: Tones, turn_deg: Tensor) -> Tensor:
    # A colour that was or became grey has no hue to speak of.
    weight = (torch.minimum(photo.chroma, seen.chroma) - 6).clamp_(min=0)
    turned = (weight * turn_deg.abs()).sum(1) / (weight.sum(1) + 0.5 * weight.shape[1])
    # Of each hue its mean, so that what parts in two directions is less than what turns.
    # CIE94's hue difference: of a strong colour more is needed to be seen.
    difference = 2 * (photo.chroma * seen.chroma).sqrt() * torch.deg2rad(turn_deg / 2).sin()
    difference.div_(1 + 0.015 * photo.chroma)
    one = (photo.hues.mean(difference).abs() * photo.hues.confidence).amax(0)
    return torch.maximum(turned / _TURN_DEG, one / _ONE_HUE)


def _clipped(photo: Tones, seen: Tones) -> Tensor:
    blown = (seen.blown - photo.blown).clamp_(min=0).mean(1)
    crushed = (seen.crushed - photo.crushed).clamp_(min=0).mean(1)
    return blown / _BLOWN_SHARE + crushed / _CRUSHED_SHARE


def _cast(photo: Tones, seen: Tones) -> Tensor:
    worst = torch.zeros(len(seen.a), device=seen.a.device)

    def size(a: Tensor, b: Tensor) -> Tensor:
        return torch.hypot(a / _CAST_ACROSS, b / _CAST_ALONG)

    for (zone, own_a, own_b), (_, _, tolerance) in zip(photo.pale, ZONES, strict=True):
        new_a, new_b = zone.mean(seen.a), zone.mean(seen.b)
        # Losing a cast that was there is none.
        less = (size(own_a, own_b) - size(new_a, new_b)).clamp(min=0)
        shift = (size(new_a - own_a, new_b - own_b) - less).clamp(min=0)
        worst = torch.maximum(worst, shift * zone.confidence / tolerance)
    return worst


def _skin(photo: Tones, seen: Tones, turn_deg: Tensor) -> Tensor:
    # The greyer it became, the less its hue matters.
    squared = seen.chroma.square()
    turn = photo.skin.mean(turn_deg * (squared / (squared + COLOURED_CHROMA**2)))
    gain = photo.skin.mean(((seen.chroma + 4) / (photo.chroma + 4)).log2()).clamp(min=0)
    before, after = photo.skin.mean(photo.lightness), photo.skin.mean(seen.lightness)
    # Of its own light: a dark face has less to lose.
    darkened = (1 - (after + 1) / (before + 1)).clamp(min=0)
    parts = (turn / _SKIN_TURN_DEG, gain / _SKIN_CHROMA, darkened / _SKIN_LIGHT_LOST)
    length: Tensor = torch.linalg.vector_norm(torch.stack(parts), dim=0)
    return length * photo.skin.confidence
