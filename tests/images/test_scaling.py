"""Sizes of whole pictures."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from blackcamo.errors import OptionError
from blackcamo.images import fit_long_side, resize
from tests.images.files import picture


def test_long_side_fits_and_shape_is_kept() -> None:
    assert fit_long_side(picture(300, 200), 150).shape == (100, 150, 3)
    assert fit_long_side(picture(200, 300), 150).shape == (150, 100, 3)
    assert fit_long_side(picture(3000, 33), 64).shape == (1, 64, 3)


def test_nothing_is_enlarged() -> None:
    pixels = picture(300, 200)
    np.testing.assert_array_equal(fit_long_side(pixels, 300), pixels)
    np.testing.assert_array_equal(fit_long_side(pixels, 4000), pixels)


def test_resize_is_pillows_lanczos() -> None:
    expected = Image.fromarray(picture()).resize((40, 30), Image.Resampling.LANCZOS)
    np.testing.assert_array_equal(
        resize(picture(), width_px=40, height_px=30), np.asarray(expected)
    )


def test_fine_stripes_become_grey_and_do_not_alias() -> None:
    stripes = np.zeros((200, 300, 3), np.uint8)
    stripes[:, ::2] = 255
    small = resize(stripes, width_px=100, height_px=200)
    assert 118 <= small[:, 5:-5].min() <= small[:, 5:-5].max() <= 137


@pytest.mark.parametrize("side", [0, -5])
def test_sides_below_one_are_refused(side: int) -> None:
    with pytest.raises(OptionError, match=f"the long side is {side} px; it must be >= 1"):
        fit_long_side(picture(), side)
    with pytest.raises(OptionError, match=f"cannot resize to {side}x10 px; each side must be"):
        resize(picture(), width_px=side, height_px=10)
