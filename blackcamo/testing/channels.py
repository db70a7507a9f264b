"""The contract of steps of a channel: subclass it, name the factory, run pytest.

class TestPosterize(StepContract):
    def make_step(self) -> Step:
        return blackcamo_posterize.create("4")
"""

from __future__ import annotations

import numpy as np

from blackcamo.channels import load_step
from blackcamo.testing.filters import make_photo
from blackcamo.types import Pixels, Step
from blackcamo.vision.arrays import to_pixels

_SIDES_PX = ((1, 1), (1, 9), (37, 53), (96, 128))


class StepContract:
    """The contract of every step."""

    def make_step(self) -> Step:
        """The step under test; override this."""
        raise NotImplementedError

    def test_pictures_of_any_size_become_pictures(self) -> None:
        """Of eight bits and three channels, and never empty."""
        for height_px, width_px in _SIDES_PX:
            arrived = self.make_step().send(_photo()[:height_px, :width_px])
            assert arrived.dtype == np.uint8
            assert arrived.ndim == 3
            assert arrived.shape[2] == 3
            assert min(arrived.shape) >= 1

    def test_the_same_every_time(self) -> None:
        """Another step of the same argument, in another order of pictures, does the same."""
        one, other, small = self.make_step(), self.make_step(), _photo()[:48, :48]
        first = one.send(_photo()), one.send(small)
        again = other.send(small), other.send(_photo())
        np.testing.assert_array_equal(first[0], again[1])
        np.testing.assert_array_equal(first[1], again[0])

    def test_the_picture_that_is_sent_stays(self) -> None:
        """Others go on with it."""
        sent = _photo()
        self.make_step().send(sent)
        np.testing.assert_array_equal(sent, _photo())

    def test_its_spec_makes_it_again(self) -> None:
        """A study and a preset keep that alone."""
        step = self.make_step()
        assert not set(step.spec) & set(",+ \n")
        again = load_step(step.spec)
        assert again.spec == step.spec
        np.testing.assert_array_equal(again.send(_photo()), step.send(_photo()))


def _photo() -> Pixels:
    return to_pixels(make_photo(96, 128))
