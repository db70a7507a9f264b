"""One photo of a page: what is told of it, and its pictures beside each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from blackcamo.channel import Channel
from blackcamo.images import fit_long_side, resize
from blackcamo.report.places import find_places
from blackcamo.report.verdict import Outcome, Verdict
from blackcamo.types import Pixels
from blackcamo.wording import complaint

LONG_SIDE_PX = 768
"""Bound of a whole picture on a page; larger ones are resampled."""
_UNCHANGED = 90.0
"""Appeal of a part of which nobody complains: that of the photo itself."""

_WHOLE = Channel(quality=90, subsampling="4:4:4")
# Noise and stripes are what a crop is looked at for: its own JPEG may neither hide nor add any.
_CROP = Channel(quality=97, subsampling="4:4:4")


@dataclass(frozen=True, slots=True)
class ChannelScores:
    """The scores of a photo and its camouflage after one channel, and the quality of the latter."""

    name: str
    before: float
    after: float
    high_after: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """The facts about a camouflage.

    Args:
        name: the photo's.
        where: what tells it from others of that name; "" where there are none.
        scorer: the name of that which scored both.
        score_before: the photo's score after the channel.
        score_after: the camouflage's.
        high_before: whether the scorer calls the photo high quality.
        high_after: whether it calls the camouflage so.
        target: the score that was aimed at.
        appeal: 0-100.
        parts: what it was made of.
        outcome: what became of it.
        mode: what the search was after.
        recipe: what was done, in plain words.
        queries: how many it took; None where that is unknown.
        command: what delivers it; "" where it is delivered.
        channels: what it and the photo were scored after, where that is recorded.
    """

    name: str
    where: str
    scorer: str
    score_before: float
    score_after: float
    high_before: bool
    high_after: bool
    target: float
    appeal: float
    parts: Mapping[str, float]
    outcome: Outcome
    mode: str
    recipe: str
    queries: int | None
    command: str = ""
    channels: tuple[ChannelScores, ...] = ()

    @property
    def succeeded(self) -> bool:
        """Whether target and floor were reached."""
        return self.outcome.verdict is Verdict.CAMOUFLAGED

    @property
    def scores(self) -> str:
        """Both scores with what they mean."""
        before, after = (
            f"{score:.1f} ({'high' if high else 'low'} quality)"
            for score, high in (
                (self.score_before, self.high_before),
                (self.score_after, self.high_after),
            )
        )
        return f"{before} to {after}"

    @property
    def complaints(self) -> tuple[tuple[str, float], ...]:
        """The parts of appeal by name in words, the worst first."""
        return tuple(
            (complaint(name), value)
            for name, value in sorted(self.parts.items(), key=lambda item: item[1])
        )

    @property
    def worst(self) -> str:
        """The worst part of appeal with its value, in words."""
        if not self.complaints or round(self.complaints[0][1], 1) >= _UNCHANGED:
            return "no complaint"
        return "worst part {} {:.1f}".format(*self.complaints[0])


@dataclass(frozen=True, slots=True)
class Shot:
    """A picture as a page embeds it."""

    jpeg: bytes
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class Spot:
    """One place at 100 %, before and after, and why it is shown."""

    why: str
    before: Pixels
    after: Pixels

    @property
    def what(self) -> str:
        """``why`` within a sentence."""
        return self.why[0].lower() + self.why[1:]

    @property
    def shots(self) -> tuple[Shot, Shot]:
        """Both, to be embedded."""
        return _shot(self.before, _CROP), _shot(self.after, _CROP)


@dataclass(frozen=True, slots=True)
class Exhibit:
    """Everything that is shown of one photo; no picture of it has any metadata.

    ``whole`` is the photo, ``aligned`` what of it the camouflage's frame shows (the same object
    where that is all of it), each as long as ``make_exhibit`` says, as is ``camouflage``.
    """

    facts: Facts
    whole: Pixels
    aligned: Pixels
    camouflage: Pixels
    spots: tuple[Spot, ...]

    @property
    def reframed(self) -> bool:
        """Whether the camouflage shows another part of the photo than all of it."""
        return self.aligned is not self.whole


def make_exhibit(
    facts: Facts,
    photo: Pixels,
    aligned: Pixels | None,
    camouflage: Pixels,
    *,
    long_side_px: int = LONG_SIDE_PX,
) -> Exhibit:
    """The pictures of one photo as they are shown, small enough to be kept.

    Args:
        photo: the photo (H, W, 3).
        aligned: what of it the camouflage's frame shows; None where that is all of it.
        camouflage: the camouflage, of the size of ``aligned`` or whole times it: then places are
            shown of that at the same size.
        long_side_px: bound of whole pictures.
    """
    before = photo if aligned is None else aligned
    height_px, width_px = camouflage.shape[:2]
    before = resize(before, width_px=width_px, height_px=height_px)
    whole = fit_long_side(photo, long_side_px)
    shown = whole if aligned is None else fit_long_side(aligned, long_side_px)
    return Exhibit(
        facts=facts,
        whole=whole,
        aligned=shown,
        camouflage=resize(camouflage, width_px=shown.shape[1], height_px=shown.shape[0]),
        spots=tuple(
            # Copies, so that the pictures they are cut from need not be kept.
            Spot(place.why, place.cut(before).copy(), place.cut(camouflage).copy())
            for place in find_places(before, camouflage)
        ),
    )


def whole_shot(pixels: Pixels) -> Shot:
    """A whole picture, to be embedded."""
    return _shot(pixels, _WHOLE)


def _shot(pixels: Pixels, channel: Channel) -> Shot:
    height, width = pixels.shape[:2]
    return Shot(channel.encode(pixels), width, height)
