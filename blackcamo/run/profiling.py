"""Photos changed by a profile, without a query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from blackcamo import plugins
from blackcamo.channel import Channel
from blackcamo.errors import OptionError
from blackcamo.filters.chain import Chain
from blackcamo.profile import Profile
from blackcamo.rendering import Anchor, Picture, Renderer
from blackcamo.run.config import DEFAULT_APPEAL
from blackcamo.strategies.goal import ENOUGH
from blackcamo.styles.hidden import HIDDEN
from blackcamo.styles.left_alone import unsuited
from blackcamo.styles.space import StyleSpace
from blackcamo.types import Mode, Pixels, Style
from blackcamo.vision.facts import PhotoFacts

_Start: TypeAlias = tuple[float, StyleSpace, Mapping[str, float]]
"""Appeal, space and parameters of a style where it starts."""


def profiled(
    pixels: Pixels,
    known: PhotoFacts,
    profile: Profile,
    chain: Chain,
    styles: Sequence[Style],
    *,
    floor: float,
) -> Mapping[str, float]:
    """The parameters that a profile gives a photo; no scorer is asked.

    Args:
        pixels: the photo (H, W, 3), as large as it is delivered.
        chain: filters that carry out the styles.
        styles: in which it may hide, the most liked first; none is the mode imperceptible.
        floor: least appeal (0-100). Of the styles that have it on this photo the one that viewers
            like best is taken, and what hides in it is weakened until it has it, too.

    Raises:
        OptionError: the floor is out of its bounds, or the profile fits these styles no more.
    """
    if not 0 <= floor <= 100:
        raise OptionError(f"appeal floor is {floor:g}; it must be between 0 and 100")
    appeal = plugins.load("appeals", DEFAULT_APPEAL)()
    mode: Mode = "enhance" if styles else "imperceptible"
    renderer = Renderer(pixels, chain, Channel(), appeal, mode)
    suited = [style for style in styles if unsuited(style, known) is None]

    def start(style: Style) -> _Start:
        """Where a style starts on any photo: judged, and drawn back to, as it was learned."""
        space = StyleSpace(style, known, chain.space, hidden=profile.ways())
        ((plain, picture),) = renderer.prepare([space.start])
        reached = picture.appraisal.value if isinstance(picture, Picture) else 0.0
        return reached, space, plain

    reached, space, plain = _liked_best(map(start, suited), floor) or start(HIDDEN)
    hiding = {way: (0.0,) * size for way, size in space.lane.hidden.items()}
    wanted = space.decode(space.lane.vector((0.0,) * space.lane.style, hiding))
    anchor = Anchor({**space.nothing, **plain}, reached, floor)
    ((params, _),) = renderer.prepare([wanted], anchors=[anchor])
    return params


def _liked_best(starts: Iterable[_Start], floor: float) -> _Start | None:
    """The first start that has enough, else the one that has most; None where all miss the floor.

    None is asked for that comes after one that has enough.
    """
    found: list[_Start] = []
    for start in starts:
        if start[0] >= floor:
            found.append(start)
        if start[0] >= max(floor, ENOUGH):
            break
    return max(found, key=lambda start: start[0], default=None)
