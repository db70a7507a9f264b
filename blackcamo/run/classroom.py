"""The photos that a scorer is learned on, and what candidates of each of them come to."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from blackcamo.images import Photo, fit_long_side
from blackcamo.objective import Objective
from blackcamo.oracle import Oracle
from blackcamo.rendering import Renderer
from blackcamo.run.setup import Setup
from blackcamo.styles.hidden import HIDDEN, WAYS
from blackcamo.styles.left_alone import unsuited
from blackcamo.styles.space import StyleSpace
from blackcamo.types import Hiding, Lane, Mode
from blackcamo.vision.facts import PhotoFacts, facts


class Classroom:
    """The photos, the styles that suit each of them, and who evaluates these.

    Args:
        photos: the photos; larger ones than the configuration's ``proxy_px`` are taken down to it.

    Attributes:
        pixels: each photo (H, W, 3), at the size that it is learned at.
        ways: ways of hiding in the styles of the mode enhance; in the other one it is all of them.
    """

    def __init__(self, setup: Setup, photos: Sequence[Photo]) -> None:
        self.photos = photos
        self.pixels = [fit_long_side(p.pixels, setup.config.proxy_px) for p in photos]
        self.ways: tuple[Hiding, ...] = WAYS
        self._setup = setup
        self._spaces: dict[tuple[int, Mode], dict[str, StyleSpace]] = {}
        self._objectives: dict[tuple[int, Mode], Objective] = {}

    @cached_property
    def _facts(self) -> list[PhotoFacts]:
        return [
            facts(pixels, wraps=photo.wraps)
            for pixels, photo in zip(self.pixels, self.photos, strict=True)
        ]

    def widest(self) -> dict[str, StyleSpace]:
        """Every style with all that it may free on some photo."""
        every = self._setup.chain.space
        return {
            style.name: max(
                (StyleSpace(style, known, every, hidden=WAYS) for known in self._facts),
                key=lambda space: space.dimension,
            )
            for style in (HIDDEN, *self._setup.styles)
        }

    def spaces(self, photo: int, mode: Mode) -> dict[str, StyleSpace]:
        """The styles that suit a photo in a mode."""
        if (photo, mode) not in self._spaces:
            known, every = self._facts[photo], self._setup.chain.space
            alone = mode == "imperceptible"
            self._spaces[photo, mode] = {
                style.name: StyleSpace(style, known, every, hidden=WAYS if alone else self.ways)
                for style in ([HIDDEN] if alone else self._setup.styles)
                if unsuited(style, known) is None
            }
        return self._spaces[photo, mode]

    def lanes(self, photo: int, mode: Mode, oracle: Oracle) -> dict[str, Lane]:
        """The styles that suit a photo, most liked first, those under the floor left out."""
        spaces = self.spaces(photo, mode)
        if mode == "imperceptible":
            return {name: space.lane for name, space in spaces.items()}
        objective, floor = self.objective(photo, mode, oracle), self._setup.config.appeal_floor
        appeal = {name: objective.appeal_of(name) for name in spaces}
        liked = sorted(appeal, key=lambda name: -self._setup.goal.liked(appeal[name]))
        return {name: spaces[name].lane for name in liked if appeal[name] >= floor}

    def objective(self, photo: int, mode: Mode, oracle: Oracle) -> Objective:
        """Who evaluates candidates of a photo in a mode, and asks this oracle."""
        if (photo, mode) not in self._objectives:
            setup = self._setup
            # Each remembers its pictures: only those of one mode are kept.
            if any(kept != mode for _, kept in self._objectives):
                self._objectives.clear()
            renderer = Renderer(
                self.pixels[photo], setup.chain, setup.channel, setup.appeal, mode,
                device=setup.device,
            )  # fmt: skip
            self._objectives[photo, mode] = Objective(
                renderer,
                oracle,
                self.spaces(photo, mode),
                setup.workers,
                appeal_floor=setup.config.appeal_floor,
            )
        return self._objectives[photo, mode]
