"""The contract of a style: subclass it, give the style, run pytest.

class TestPostcard(StyleContract):
    style = POSTCARD
"""

from __future__ import annotations

import math
import pickle
import re
from collections.abc import Iterator, Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from blackcamo.channel import Channel
from blackcamo.filters import load_chain
from blackcamo.filters.chain import Chain
from blackcamo.styles.left_alone import tints
from blackcamo.styles.space import StyleSpace
from blackcamo.testing.filters import make_photo
from blackcamo.types import Pixels, Style
from blackcamo.vision.arrays import to_pixels, to_rgb
from blackcamo.vision.facts import PhotoFacts, facts

_FREE = (3, 12)
_MOST_CHANGES = 10
"""Parameters that may change the picture, modifiers aside: a recipe is read, not studied."""
_LONGEST_SENTENCE = 120
_MOST_CLIPPED = 0.02
"""Share of the picture that may run into black, or into white."""
_LEAST_CHANGE = 0.5 / 255
"""Mean difference from the photo that a viewer could notice."""


def odd_photos() -> Iterator[tuple[str, Pixels]]:
    """Pictures of which little can be measured, or nothing usual."""
    rng = np.random.default_rng(0)
    for level in (0, 128, 255):
        yield f"all {level}", np.full((24, 32, 3), level, np.uint8)
    for size in ((1, 1), (1, 40), (40, 1), (2, 3)):
        yield f"{size[0]} x {size[1]}", np.full((*size, 3), (200, 120, 40), np.uint8)
    yield "noise", rng.integers(0, 256, (16, 16, 3), dtype=np.uint8)
    grey = np.linspace(0, 255, 64).astype(np.uint8)
    yield "greys", np.repeat(np.tile(grey, (48, 1))[..., None], 3, axis=2)
    neon = np.array([(255, 0, 255), (0, 255, 0), (0, 255, 255), (255, 255, 0)], np.uint8)
    yield "neon", np.repeat(np.tile(neon, (32, 8, 1)), 2, axis=0)
    yield "text", np.where(rng.random((60, 80, 1)) < 0.1, 0, 255).astype(np.uint8).repeat(3, axis=2)


class StyleContract:
    """The contract of every style; give it as ``style``."""

    style: Style
    filters: Sequence[str] | None = None
    """Filter families in which its parameters lie; the built-in ones by default."""

    @cached_property
    def chain(self) -> Chain:
        """The chain that renders the style."""
        return load_chain(self.filters)

    @cached_property
    def photo(self) -> Tensor:
        """A picture without any black or white."""
        return to_rgb(to_pixels(0.1 + 0.8 * make_photo(192, 256)))

    def space(self, known: PhotoFacts) -> StyleSpace:
        """The parameters that the style frees on a photo."""
        return StyleSpace(self.style, known, self.chain.space)

    def render(self, values: dict[str, float]) -> Tensor:
        """The picture with these parameters."""
        return self.chain.render(self.photo, [values])[0].filtered

    def vectors(self, space: StyleSpace) -> Iterator[NDArray[np.float64]]:
        """The start, both ends, and a few at random."""
        dimension = space.dimension
        yield from (np.full(dimension, end) for end in (0.0, -1.0, 1.0))
        yield from np.random.default_rng(0).uniform(-1, 1, (8, dimension))

    def test_it_speaks_for_itself(self) -> None:
        """The name is of small letters and dashes, the sentence is one, of a length to be read."""
        assert re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", self.style.name), self.style.name
        sentence = self.style.sentence
        assert len(sentence) <= _LONGEST_SENTENCE, len(sentence)
        assert re.fullmatch(r"[A-Z][^.!?]*\.", sentence), sentence

    def test_it_frees_few_parameters(self) -> None:
        """It frees 3 to 12, each in a range, and none twice or fixed as well."""
        names = [free.name for free in self.style.free]
        assert _FREE[0] <= len(names) <= _FREE[1], len(names)
        assert len({*names, *self.style.fixed}) == len(names) + len(self.style.fixed), names
        for free in self.style.free:
            assert free.low < free.high, free

    def test_filters_know_its_parameters(self) -> None:
        """Every parameter is some filter's, its range and start inside what that one allows."""
        self.space(facts(to_pixels(self.photo)))
        self.chain.space.complete(self.style.fixed)

    def test_its_recipe_is_short(self) -> None:
        """At most ten parameters, free or fixed, change the picture."""
        modifiers = {p.name for p in self.chain.space.params if p.modifier}
        changes = {free.name for free in self.style.free} | {*self.style.fixed}
        assert len(changes - modifiers) <= _MOST_CHANGES, sorted(changes - modifiers)

    def test_it_fits_odd_photos(self) -> None:
        """What it adapts are finite numbers; all that it can become lies in range."""
        for what, pixels in odd_photos():
            known = facts(pixels)
            adapted = self.style.adapt(known) if self.style.adapt else {}
            for name, value in adapted.items():
                assert math.isfinite(value), (what, name, value)
            space = self.space(known)
            for vector in self.vectors(space):
                space.decode(vector)
            for strength in (0.0, 0.5, 1.0):
                self.chain.space.complete(space.at(strength))

    def test_it_says_why_it_does_not_suit(self) -> None:
        """Odd photos suit it, or there is a reason in a few words."""
        for what, pixels in odd_photos():
            why = self.style.unsuited(facts(pixels)) if self.style.unsuited else None
            assert why is None or 0 < len(why) <= _LONGEST_SENTENCE, (what, why)

    def test_something_is_seen_at_the_start(self) -> None:
        """Where it starts it changes the picture, and at no strength it changes nothing."""
        space = self.space(facts(to_pixels(self.photo)))
        rendered = self.render(space.start)
        same_size = rendered.shape == self.photo.shape
        assert not same_size or (rendered - self.photo).abs().mean() > _LEAST_CHANGE
        np.testing.assert_array_equal(
            to_pixels(self.render(space.at(0.0))), to_pixels(self.photo), "at no strength"
        )

    def test_nothing_clips(self) -> None:
        """Hardly any of a picture without black or white becomes black or white."""
        space = self.space(facts(to_pixels(self.photo)))
        for vector in self.vectors(space):
            levels = to_pixels(self.render(space.decode(vector)))
            for end in (0, 255):
                share = float((levels == end).all(-1).mean())
                assert share <= _MOST_CLIPPED, (end, share, vector.tolist())

    def test_grey_photos_stay_grey(self) -> None:
        """A photo without colour gets none, unless the style tints it."""
        grey = self.photo.mean(0, keepdim=True).expand_as(self.photo).contiguous()
        known = facts(to_pixels(grey))
        if tints(self.style):
            return
        space = self.space(known)
        for vector in self.vectors(space):
            rendered = self.chain.render(grey, [space.decode(vector)])[0].filtered
            _, arrived = Channel().send(to_pixels(rendered))
            assert int(np.ptp(arrived, axis=2).max()) == 0, vector.tolist()

    def test_it_does_the_same_twice(self) -> None:
        """The same photo gives the same start, and the same picture."""
        spaces = [self.space(facts(to_pixels(self.photo))) for _ in range(2)]
        assert spaces[0].digest == spaces[1].digest
        one, other = (to_pixels(self.render(space.start)) for space in spaces)
        np.testing.assert_array_equal(one, other)

    def test_it_can_be_sent_to_another_process(self) -> None:
        """The style survives pickling, so its functions are a module's own."""
        again = pickle.loads(pickle.dumps(self.style))  # noqa: S301 - it was made here
        assert again == self.style
