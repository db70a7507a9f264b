"""What the black-and-white styles share."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from blackcamo import plugins
from blackcamo.styles.mixing import NO_FILTER, colour_filter, colour_matters, shows_people
from blackcamo.types import Pixels
from blackcamo.vision.facts import facts

Colour = tuple[int, int, int]


def patches(one: Colour, other: Colour) -> Pixels:
    """A scene of large patches of two colours."""
    board = np.add.outer(np.arange(6), np.arange(8)) % 2
    large = np.kron(board, np.ones((16, 16), int))
    return np.array((one, other), np.uint8)[large]


def test_a_blue_sky_behind_pale_stone_gets_a_red_filter() -> None:
    red, blue = colour_filter(facts(patches((120, 160, 205), (165, 158, 150)))).values()
    assert red > 50
    assert blue < 5


def test_leaves_among_purple_get_a_green_filter() -> None:
    red, blue = colour_filter(facts(patches((70, 120, 55), (120, 75, 110)))).values()
    assert red < 20
    assert blue < 10


def test_greys_get_no_filter() -> None:
    assert tuple(colour_filter(facts(patches((60, 60, 60), (180, 180, 180)))).values()) == NO_FILTER


def test_faces_get_none_that_harms_them() -> None:
    known = facts(patches((215, 160, 130), (90, 130, 200)))
    assert shows_people(known)
    red, _ = colour_filter(known).values()
    assert 30 < red < 50


def test_photos_whose_point_is_colour_stay_in_colour() -> None:
    # Equal in lightness, whatever the mix of channels.
    assert colour_matters(facts(patches((190, 105, 105), (105, 140, 160)))) is not None
    assert colour_matters(facts(patches((230, 60, 20), (250, 180, 30)))) is not None
    assert colour_matters(facts(patches((95, 100, 90), (170, 165, 150)))) is None


def test_neon_at_night_stays_in_colour_and_street_light_does_not() -> None:
    night = np.full((96, 128, 3), 12, np.uint8)
    neon, lamp = night.copy(), night.copy()
    cv2.circle(neon, (64, 48), 10, (250, 60, 200), -1)
    cv2.circle(lamp, (64, 48), 10, (250, 225, 190), -1)
    assert "light" in str(colour_matters(facts(neon)))
    assert colour_matters(facts(lamp)) is None


@pytest.mark.parametrize("name", ["black-and-white", "noir", "silver", "sepia", "cyanotype"])
def test_styles_without_colour_say_whom_they_do_not_suit(name: str) -> None:
    style = plugins.load("styles", name)
    assert style.fixed["mono_percent"] == 100
    assert style.unsuited(facts(patches((230, 60, 20), (250, 180, 30))))
    assert style.unsuited(facts(patches((95, 100, 90), (170, 165, 150)))) is None
