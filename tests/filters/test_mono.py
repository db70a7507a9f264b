"""What black-and-white and toning promise beside the contract."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from blackcamo.filters import Chain
from blackcamo.filters.mono import Mono
from blackcamo.vision.colourspace import linear_to_oklab, srgb_to_linear

SEPIA = {"toning_percent": 6.0, "toning_hue_deg": 70.0, "toning_lights_percent": 60.0}
CYANOTYPE = {
    "toning_percent": 12.0,
    "toning_hue_deg": -106.0,
    "toning_lights_percent": 15.0,
    "toning_ink_percent": 110.0,
}


def render(rgb: Tensor, **values: float) -> Tensor:
    return Chain([Mono()]).render(rgb, [{"mono_percent": 100.0, **values}])[0].filtered


def ramp() -> Tensor:
    return torch.linspace(0, 1, 101).expand(3, 1, -1)


def patch(*colour: float) -> Tensor:
    return torch.tensor(colour).view(3, 1, 1).expand(3, 4, 4)


def random_colours() -> Tensor:
    return torch.rand(3, 24, 24, generator=torch.Generator().manual_seed(0))


def oklab(rgb: Tensor) -> Tensor:
    return linear_to_oklab(srgb_to_linear(rgb[None]))[0]


MIXES = [(30.0, 10.0), (0.0, 50.0), (80.0, 0.0), (80.0, 50.0), (12.0, 5.0)]


@pytest.mark.parametrize(("red", "blue"), MIXES)
def test_black_and_white_has_no_colour_and_greys_keep_their_lightness(
    red: float, blue: float
) -> None:
    mix = {"mono_red_percent": red, "mono_blue_percent": blue}
    grey = render(random_colours(), **mix)
    assert float((grey.amax(0) - grey.amin(0)).max()) < 1e-5
    # What a table of 33 nodes makes of them is within a third of a level.
    torch.testing.assert_close(render(ramp(), **mix), ramp(), atol=0.35 / 255, rtol=0)


@pytest.mark.parametrize(("red", "blue"), MIXES)
def test_more_light_of_a_channel_never_turns_darker(red: float, blue: float) -> None:
    mix = {"mono_red_percent": red, "mono_blue_percent": blue}
    for channel in range(3):
        colours = torch.full((3, 1, 101), 0.4)
        colours[channel] = torch.linspace(0, 1, 101)
        grey = Mono().grade(
            colours[None],
            {p.name: torch.tensor([mix.get(p.name, p.neutral)]) for p in Mono.params}
            | {"mono_percent": torch.tensor([100.0])},
        )[0, 0, 0]
        assert float(grey.diff().min()) >= -1e-6


def test_filters_lighten_their_own_colour_and_darken_the_opposite_one() -> None:
    sky, brick, leaf = patch(0.3, 0.5, 0.8), patch(0.7, 0.35, 0.25), patch(0.3, 0.55, 0.2)

    def level(colour: Tensor, red: float, blue: float) -> float:
        return float(render(colour, mono_red_percent=red, mono_blue_percent=blue).mean())

    red, green, blind_to_red = (75.0, 0.0), (10.0, 5.0), (0.0, 50.0)
    assert level(sky, *red) < level(sky, 30, 10) - 0.05 < level(sky, *blind_to_red) - 0.1
    assert level(brick, *red) > level(brick, 30, 10) + 0.05 > level(brick, *green) + 0.1
    assert level(leaf, *green) > level(leaf, *red) + 0.05


def test_half_of_it_leaves_half_of_the_colour() -> None:
    colour = patch(0.7, 0.35, 0.25)
    half = render(colour, mono_percent=50.0)[:, 0, 0]
    torch.testing.assert_close(half.diff(), colour[:, 0, 0].diff() / 2, atol=0.02, rtol=0)


@pytest.mark.parametrize(
    ("tone", "hue_deg"), [(SEPIA, 70.0), (CYANOTYPE, -106.0)], ids=["sepia", "cyanotype"]
)
def test_toning_has_one_hue_and_rises(tone: dict[str, float], hue_deg: float) -> None:
    lightness, a, b = oklab(render(ramp(), **tone))[:, 0, 20:85].numpy()
    assert np.hypot(a, b).min() > 0.012
    hue = np.degrees(np.arctan2(b, a))
    # Where the gamut is narrow, it turns a little.
    assert np.abs(hue - hue_deg).max() < 9
    assert np.diff(lightness).min() > 0


def test_sepia_leaves_black_and_white_alone_and_cyanotype_white() -> None:
    for tone, ends in ((SEPIA, (0, 100)), (CYANOTYPE, (100,))):
        toned = render(ramp(), **tone)
        for end in ends:
            torch.testing.assert_close(toned[:, :, end], ramp()[:, :, end], atol=1.5 / 255, rtol=0)


def test_ink_turns_black_into_prussian_blue() -> None:
    red, green, blue = render(ramp(), **CYANOTYPE)[:, 0, 0].tolist()
    assert red <= green < blue - 0.08
    assert 0.08 < blue < 0.35


def test_tone_does_not_depend_on_the_colour_that_was_there() -> None:
    grey = render(random_colours())
    for tone in (SEPIA, CYANOTYPE):
        graded = Mono().grade(
            torch.stack((random_colours(), grey)),
            {
                p.name: torch.tensor([{"mono_percent": 100.0, **tone}.get(p.name, p.neutral)] * 2)
                for p in Mono.params
            },
        )
        torch.testing.assert_close(graded[0], graded[1], atol=0.02, rtol=0)


def test_modifiers_alone_change_nothing() -> None:
    colours = random_colours()
    values = {p.name: p.high for p in Mono.params if p.modifier}
    assert torch.equal(Chain([Mono()]).render(colours, [values])[0].filtered, colours)
