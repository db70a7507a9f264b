"""The contract of scorers, and a scorer that counts: for plug-in authors and our own tests.

class TestSharpness(ScorerContract):
    def make_scorer(self) -> Sharpness:
        return Sharpness()
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import ClassVar, NamedTuple

import numpy as np

from blackcamo.testing.filters import make_photo
from blackcamo.types import Pixels, Scorer, ScorerInfo
from blackcamo.vision.arrays import to_pixels


def brightness(image: Pixels) -> float:
    """Mean of a sparse grid of ``image``'s values, as 0-100."""
    return float(image[::8, ::8].mean()) / 255 * 100


class Call(NamedTuple):
    """One call of a scorer: how many images it was shown, and whether they were for reference."""

    images: int
    reference: bool


class CountingScorer:
    """A free, deterministic scorer that remembers every image it is shown.

    Args:
        measure: the score of one image.
        answer: what the scorer says, given the images and their true scores, once per call: it may
            return other values (NaN), too few or too many, or raise, as broken scorers do.
        info: what it declares.

    Attributes:
        native_size: whether it declares to look at pictures in their own size.
    """

    def __init__(
        self,
        measure: Callable[[Pixels], float] = brightness,
        *,
        answer: Callable[[Sequence[Pixels], list[float]], Sequence[float]] | None = None,
        info: ScorerInfo | None = None,
    ) -> None:
        self.info = info or ScorerInfo(name="counting")
        self.native_size = False
        self.calls: list[Call] = []
        self._measure = measure
        self._answer = answer

    @property
    def images(self) -> int:
        """How many images it was shown, in all calls, those that failed included."""
        return sum(call.images for call in self.calls)

    def score(self, images: Sequence[Pixels], *, reference: bool = False) -> Sequence[float]:
        """Count the images, then answer."""
        self.calls.append(Call(len(images), reference))
        scores = [self._measure(image) for image in images]
        return scores if self._answer is None else self._answer(images, scores)


class ScorerContract:
    """The contract of every scorer. Tolerances are in points of a 0-100 scale."""

    batch_tolerance: ClassVar[float] = 1e-3
    """How much neighbours may change a score."""

    reference_tolerance: ClassVar[float] = 1e-3
    """How far the search's scores may lie from the reference; state your engine's."""

    sizes: ClassVar[tuple[tuple[int, int], ...]] = ((96, 128), (131, 97), (96, 128), (224, 301))
    """Height and width of the pictures shown, odd ones and equal ones among them."""

    _made: ClassVar[dict[type, Scorer]] = {}

    def make_scorer(self) -> Scorer:
        """The scorer under test; override this."""
        raise NotImplementedError

    @property
    def scorer(self) -> Scorer:
        """The scorer under test, made once per class: networks take long to load."""
        if type(self) not in self._made:
            self._made[type(self)] = self.make_scorer()
        return self._made[type(self)]

    def pictures(self) -> list[Pixels]:
        """One picture of each size, all different, the last one grey."""
        made = [to_pixels(make_photo(*size)) for size in self.sizes]
        made = [np.roll(pixels, 7 * i, axis=1) for i, pixels in enumerate(made)]
        made[-1] = np.repeat(made[-1][..., :1], 3, axis=2)
        return made

    def test_declaration(self) -> None:
        """Name, range, threshold and digest make sense."""
        info = self.scorer.info
        assert info.name
        assert info.engine
        assert math.isfinite(info.low)
        assert math.isfinite(info.high)
        assert info.low < info.high
        assert info.low <= info.threshold <= info.high
        assert set(info.digest) <= set("0123456789abcdef"), info.digest

    def test_every_picture_gets_a_score(self) -> None:
        """Grey and odd-sized pictures too; no pictures get no scores."""
        scores = self.scorer.score(self.pictures())
        assert len(scores) == len(self.sizes)
        assert all(math.isfinite(float(score)) for score in scores), scores
        assert len(self.scorer.score([])) == 0

    def test_same_alone_and_in_any_batch(self) -> None:
        """Neither the number of neighbours nor their order or sizes change a score."""
        pictures = self.pictures()
        alone = [self.scorer.score([picture])[0] for picture in pictures]
        self._agree(self.scorer.score(pictures), alone, self.batch_tolerance)
        there_and_back = self.scorer.score([*pictures, *reversed(pictures)])
        self._agree(there_and_back, [*alone, *reversed(alone)], self.batch_tolerance)

    def test_bad_pictures_spare_their_neighbours(self) -> None:
        """Pictures of one pixel, one row or one colour get a number or NaN; others are the same."""
        bad = [
            np.full((height_px, width_px, 3), 128, np.uint8)
            for height_px, width_px in ((1, 1), (1, 300), self.sizes[0])
        ]
        good = self.pictures()[:2]
        scores = self.scorer.score([bad[0], good[0], bad[1], bad[2], good[1]])
        assert len(scores) == 5
        alone = [self.scorer.score([picture])[0] for picture in good]
        self._agree([scores[1], scores[4]], alone, self.batch_tolerance)

    def test_same_every_time(self) -> None:
        """The same pictures get exactly the same scores, from a new scorer too."""
        pictures = self.pictures()
        for reference in (False, True):
            first = list(self.scorer.score(pictures, reference=reference))
            assert list(self.scorer.score(pictures, reference=reference)) == first
            assert list(self.make_scorer().score(pictures, reference=reference)) == first

    def test_reference_agrees(self) -> None:
        """The search sees what is reported, within ``reference_tolerance``."""
        pictures = self.pictures()
        reported = self.scorer.score(pictures, reference=True)
        self._agree(self.scorer.score(pictures), reported, self.reference_tolerance)

    def test_pictures_are_left_alone(self) -> None:
        """Read-only pictures and views of larger ones are scored, and nothing is written."""
        picture = self.pictures()[0]
        height_px, width_px = picture.shape[:2]
        canvas = np.zeros((height_px + 9, width_px + 5, 3), np.uint8)
        view = canvas[4 : 4 + height_px, 2 : 2 + width_px]
        view[:] = picture
        before = canvas.copy()
        picture.setflags(write=False)
        fixed, seen = self.scorer.score([picture, view])
        assert np.array_equal(canvas, before)
        self._agree([seen], [fixed], self.batch_tolerance)

    def _agree(self, scores: Sequence[float], wanted: Sequence[float], points: float) -> None:
        info = self.scorer.info
        tolerance = points * (info.high - info.low) / 100
        np.testing.assert_allclose(list(scores), list(wanted), rtol=0, atol=tolerance)
