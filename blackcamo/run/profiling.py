"""What a profile makes of a photo without a query."""

from __future__ import annotations

from collections.abc import Mapping

from blackcamo import plugins
from blackcamo.channel import Channel
from blackcamo.errors import OptionError
from blackcamo.filters.chain import Chain
from blackcamo.profile import Profile
from blackcamo.rendering import Anchor, Picture, Renderer
from blackcamo.run.config import DEFAULT_APPEAL
from blackcamo.run.setup import load_styles
from blackcamo.styles.hidden import HIDDEN
from blackcamo.styles.left_alone import unsuited
from blackcamo.styles.space import StyleSpace, check_start
from blackcamo.types import Mode, Pixels
from blackcamo.vision.facts import PhotoFacts


def profiled(
    pixels: Pixels, known: PhotoFacts, profile: Profile, chain: Chain, *, mode: Mode, floor: float
) -> Mapping[str, float]:
    """The parameters that a profile gives a photo; no scorer is asked.

    Args:
        pixels: the photo (H, W, 3), as large as it is delivered.
        chain: filters that carry out the profile's styles.
        floor: least appeal (0-100). A style that is under it on this photo is passed over, and
            what hides in one is weakened until it is not.

    Raises:
        OptionError: the floor is out of its bounds, or the profile fits these styles no more.
    """
    if not 0 <= floor <= 100:
        raise OptionError(f"appeal floor is {floor:g}; it must be between 0 and 100")
    appeal = plugins.load("appeals", DEFAULT_APPEAL)()
    renderer = Renderer(pixels, chain, Channel(), appeal, mode)
    names = [] if mode == "imperceptible" else [style.name for style in profile.styles]
    suited = [s for s in load_styles(names) if unsuited(s, known) is None] if names else []
    # Judged, and drawn back to, where a style starts on any photo: as it was learned.
    for style in (*suited, HIDDEN):
        space = StyleSpace(style, known, chain.space, hidden=profile.ways())
        ((plain, picture),) = renderer.prepare([space.start])
        reached = picture.appraisal.value if isinstance(picture, Picture) else 0.0
        if reached >= floor or style is HIDDEN:
            break
    own = (0.0,) * space.lane.style
    start = profile.start(style.name)
    if start is not None:
        check_start(style, start)
        # A photo that leaves no choice in some of it says nothing of the rest.
        own = start if len(start) == len(own) else own
    hiding = {way: (0.0,) * size for way, size in space.lane.hidden.items()}
    wanted = space.decode(space.lane.vector(own, hiding))
    anchor = Anchor({**space.nothing, **plain}, reached)
    ((params, _),) = renderer.prepare([wanted], anchors=[anchor], floor=floor)
    return params
