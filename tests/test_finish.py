"""Frames around the delivered picture."""

from __future__ import annotations

import numpy as np
import pytest

from blackcamo.errors import OptionError, UnknownNameError
from blackcamo.finish import Finish, finish, finishes
from blackcamo.types import Pixels

SIZES = [(384, 512), (512, 384), (300, 300), (1, 1), (7, 1000), (683, 1023)]


def picture(height_px: int, width_px: int) -> Pixels:
    return np.random.default_rng(0).integers(1, 254, (height_px, width_px, 3), np.uint8)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("one", finishes(), ids=lambda one: one.name)
def test_the_picture_inside_is_untouched(one: Finish, size: tuple[int, int]) -> None:
    pixels = picture(*size)
    before = pixels.copy()
    framed = one.frame(pixels)
    assert framed.dtype == np.uint8
    assert framed.shape[0] > size[0]
    assert framed.shape[1] > size[1]
    np.testing.assert_array_equal(one.inside(framed), before)
    np.testing.assert_array_equal(pixels, before)


@pytest.mark.parametrize("one", finishes(), ids=lambda one: one.name)
def test_the_border_has_the_finish_s_colours_alone(one: Finish) -> None:
    framed = one.frame(np.full((300, 400, 3), 100, np.uint8))
    colours = {tuple(colour) for colour in framed.reshape(-1, 3).tolist()} - {(100, 100, 100)}
    assert colours == ({one.colour, one.line_colour} if one.line_permille else {one.colour})
    assert tuple(framed[0, 0].tolist()) == one.colour


def test_widths_follow_the_long_side() -> None:
    for name, height_px, width_px in (("white", 324, 424), ("polaroid", 384, 436)):
        assert finish(name).frame(picture(300, 400)).shape == (height_px, width_px, 3)
        larger = finish(name).frame(picture(600, 800)).shape
        assert larger == (2 * height_px, 2 * width_px, 3)


def test_gallery_has_a_thin_line_right_around_the_picture() -> None:
    one = finish("gallery")
    framed = one.frame(np.full((300, 400, 3), 100, np.uint8))
    row = framed[150, :30, 0].tolist()
    assert row == [one.colour[0]] * 23 + [one.line_colour[0]] + [100] * 6


def test_what_was_not_framed_is_refused() -> None:
    with pytest.raises(OptionError, match="no picture framed by the finish 'polaroid'"):
        finish("polaroid").inside(picture(3, 400))


def test_unknown_names_get_a_hint() -> None:
    with pytest.raises(UnknownNameError, match="did you mean 'gallery'"):
        finish("galery")
