"""What the look families promise beside the contract."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from blackcamo.filters.colour import Colour, white_balance
from blackcamo.filters.curves import Curves, monotone_curve
from blackcamo.filters.film import Film
from blackcamo.filters.hsl import Hsl
from blackcamo.filters.tone import Tone
from blackcamo.space import FilterSpace
from blackcamo.types import LookFilter
from blackcamo.vision.colourspace import (
    linear_to_oklab,
    linear_to_srgb,
    oklab_to_linear,
    srgb_to_linear,
)

GREYS = torch.linspace(0, 1, 1001).expand(3, -1).reshape(1, 3, 1, 1001)


def grade(family: LookFilter, rgb: Tensor, **values: float) -> Tensor:
    full = FilterSpace([family]).complete(values)
    return family.grade(rgb, {name: torch.tensor([value]) for name, value in full.items()})


def oklab(rgb: Tensor) -> Tensor:
    return linear_to_oklab(srgb_to_linear(rgb))


def corners(family: LookFilter, count: int = 200) -> list[dict[str, float]]:
    space = FilterSpace([family])
    signs = np.random.default_rng(0).choice((-1.0, 1.0), (count, space.dimension))
    return [space.decode(v) for v in signs]


@pytest.mark.parametrize("family", [Tone(), Curves(), Film()])
def test_greys_rise_at_every_corner(family: LookFilter) -> None:
    for values in corners(family):
        steps = grade(family, GREYS, **values).diff(dim=-1)
        assert steps.min() > 0


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(-0.12, 0.12), min_size=3, max_size=3))
def test_curves_are_monotone_and_meet_their_knots(offsets: list[float]) -> None:
    moved = torch.tensor(offsets).view(1, 1, 3).expand(-1, 3, -1)
    y = monotone_curve(GREYS, moved)
    assert y.diff(dim=-1).min() >= -1e-6
    knots = y[0, 0, 0, [0, 250, 500, 750, 1000]]
    expected = torch.tensor([0, 0.25 + offsets[0], 0.5 + offsets[1], 0.75 + offsets[2], 1])
    torch.testing.assert_close(knots, expected, atol=1e-5, rtol=0)


def test_curves_stay_near_another_monotone_cubic() -> None:
    offsets = torch.tensor([0.035, -0.035, 0.035]).view(1, 1, 3).expand(-1, 3, -1)
    y = monotone_curve(GREYS, offsets)[0, 0, 0].numpy()
    interpolate = pytest.importorskip("scipy.interpolate")
    foreign = interpolate.PchipInterpolator([0, 0.25, 0.5, 0.75, 1], [0, 0.285, 0.465, 0.785, 1])
    # Both pass through the knots; their tangents, and little else, differ.
    assert np.abs(y - foreign(np.linspace(0, 1, 1001))).max() < 0.01


def test_channel_curves_leave_the_other_channels_alone() -> None:
    graded = grade(Curves(), GREYS, curve_green_midtones_percent=1.5)
    torch.testing.assert_close(graded[:, [0, 2]], GREYS[:, [0, 2]], atol=1e-6, rtol=0)
    assert (graded[:, 1] - GREYS[:, 1]).max() == pytest.approx(0.015, abs=1e-4)


def test_exposures_undo_each_other_and_clip_nothing() -> None:
    brighter = grade(Tone(), GREYS, exposure_ev=0.4)
    torch.testing.assert_close(grade(Tone(), brighter, exposure_ev=-0.4), GREYS, atol=1e-5, rtol=0)
    assert (brighter < 1 - 1e-5).sum() == (GREYS < 1).sum()
    # In the darks it is the gain of that many stops.
    ratio = srgb_to_linear(brighter)[..., 20] / srgb_to_linear(GREYS)[..., 20]
    assert ratio[0, 0, 0] == pytest.approx(2**0.4, rel=0.01)


@pytest.mark.parametrize(
    ("name", "value", "level", "sign"),
    [
        ("shadows_percent", 8, 333, 1),
        ("shadows_percent", -8, 333, -1),
        ("highlights_percent", 8, 667, 1),
        ("highlights_percent", -8, 667, -1),
    ],
)
def test_percent_are_of_full_scale(name: str, value: float, level: int, sign: int) -> None:
    moved = (grade(Tone(), GREYS, **{name: value}) - GREYS)[0, 0, 0]
    assert int(moved.abs().argmax()) == pytest.approx(level, abs=2)
    assert moved[level] == pytest.approx(sign * abs(value) / 100, abs=1e-3)


def test_levels_are_a_line_that_ends_in_curves() -> None:
    levelled = grade(Tone(), GREYS, black_point_percent=10, white_point_percent=5)[0, 0, 0]
    # Beyond twice the distance of a point from its end, the line through both points.
    inner = GREYS[0, 0, 0, 200:901]
    torch.testing.assert_close(levelled[200:901], (inner - 0.1) / 0.85, atol=1e-5, rtol=0)
    # At the points themselves a quarter of the way is kept: nothing that had drawing is flat.
    assert levelled[100] == pytest.approx(0.1 / 4 / 0.85, abs=1e-5)
    assert 1 - levelled[950] == pytest.approx(0.05 / 4 / 0.85, abs=1e-5)
    assert levelled[[0, 1000]].tolist() == pytest.approx([0, 1], abs=1e-6)
    # The curves leave the line as a tangent does: no step in the slope.
    assert levelled.diff().diff().abs().max() < 2e-5


@pytest.mark.parametrize("family", [Tone(), Curves(), Film()])
def test_black_and_white_are_kept_at_every_corner(family: LookFilter) -> None:
    ends = torch.stack((torch.zeros(3), torch.ones(3)), dim=-1).view(1, 3, 1, 2)
    for values in corners(family):
        torch.testing.assert_close(grade(family, ends, **values), ends, atol=1e-6, rtol=0)


def test_white_balance_is_an_adaptation_to_daylight() -> None:
    neutral = white_balance(torch.tensor([6500.0]), torch.tensor([0.0]))
    torch.testing.assert_close(neutral[0], torch.eye(3), atol=1e-6, rtol=0)
    # Light of 5000 K is D50 but for 3 K: the published Bradford matrix D50 -> D65 (Lindbloom).
    published = np.array(
        [
            [0.9555766, -0.0230393, 0.0631636],
            [-0.0282895, 1.0099416, 0.0210077],
            [0.0122982, -0.0204830, 1.3299098],
        ]
    )
    to_xyz = np.array(
        [
            [0.4124564, 0.3575761, 0.1804375],
            [0.2126729, 0.7151522, 0.0721750],
            [0.0193339, 0.1191920, 0.9503041],
        ]
    )
    balance = white_balance(torch.tensor([5003.0]), torch.tensor([0.0]))[0].numpy()
    ours = to_xyz @ balance @ np.linalg.inv(to_xyz)
    np.testing.assert_allclose(ours, published, atol=5e-3)


def test_directions_are_as_the_names_say() -> None:
    grey = torch.full((1, 3, 1, 1), 0.5)

    def shift(**values: float) -> list[float]:
        return (oklab(grade(Colour(), grey, **values)) - oklab(grey)).flatten().tolist()

    assert shift(temperature_k=7700)[2] > 0.01 > -0.01 > shift(temperature_k=5700)[2]
    assert shift(tint_duv=0.003)[1] > 0.003 > -0.003 > shift(tint_duv=-0.003)[1]
    assert shift(split_shadows_red_percent=1)[1] > 0.003
    assert shift(split_highlights_yellow_percent=-1.5)[2] < -0.003
    assert shift(split_shadows_yellow_percent=1)[2] > 0.003
    for values in ({"split_shadows_red_percent": 1.0}, {"split_highlights_yellow_percent": 1.5}):
        assert shift(**values)[0] == pytest.approx(0, abs=1e-3)


def test_black_and_white_stay_neutral_at_every_corner() -> None:
    ends = torch.stack((torch.zeros(3), torch.ones(3)), dim=-1).view(1, 3, 1, 2)
    for values in corners(Colour()):
        torch.testing.assert_close(grade(Colour(), ends, **values), ends, atol=1e-3, rtol=0)


def test_vibrance_spares_skin_and_strong_colours() -> None:
    skin, sky, red = (
        torch.tensor(c).view(1, 3, 1, 1)
        for c in ([0.78, 0.6, 0.5], [0.55, 0.65, 0.78], [0.9, 0.1, 0.1])
    )

    def gain(rgb: Tensor) -> float:
        before, after = oklab(rgb), oklab(grade(Colour(), rgb, vibrance_percent=35))
        return float(after[:, 1:].norm() / before[:, 1:].norm()) - 1

    assert gain(sky) > 2 * gain(skin) > 0
    assert 0 <= gain(red) < 0.03


def test_saturation_scales_chroma_and_keeps_hue_and_lightness() -> None:
    rgb = torch.tensor([0.6, 0.45, 0.4]).view(1, 3, 1, 1)
    before, after = (
        oklab(rgb).flatten(),
        oklab(grade(Colour(), rgb, saturation_percent=-30)).flatten(),
    )
    torch.testing.assert_close(after, before * torch.tensor([1, 0.7, 0.7]), atol=1e-3, rtol=0)


def test_more_saturation_spares_skin() -> None:
    skin, sky = (torch.tensor(c).view(1, 3, 1, 1) for c in ([0.78, 0.6, 0.5], [0.55, 0.65, 0.78]))

    def gain(rgb: Tensor) -> float:
        before, after = oklab(rgb), oklab(grade(Colour(), rgb, saturation_percent=15))
        return float(after[:, 1:].norm() / before[:, 1:].norm()) - 1

    assert gain(sky) == pytest.approx(0.15, abs=0.015)
    assert 0.03 < gain(skin) < 0.09


def test_split_toning_parts_dark_from_light() -> None:
    dark, light = torch.full((1, 3, 1, 1), 0.2), torch.full((1, 3, 1, 1), 0.8)

    def shift(grey: Tensor, tones: str) -> float:
        toned = grade(Colour(), grey, **{f"split_{tones}_yellow_percent": 4.0})
        return float((oklab(toned) - oklab(grey))[0, 2])

    assert shift(dark, "shadows") > 4 * shift(dark, "highlights") > 0
    assert shift(light, "highlights") > 4 * shift(light, "shadows") > 0


def hues(chroma: float = 0.1) -> Tensor:
    """Oklab colours of one lightness all round the circle, as rgb (1, 3, 1, 360)."""
    angle = torch.arange(360.0).deg2rad()
    lab = torch.stack((torch.full_like(angle, 0.7), chroma * angle.cos(), chroma * angle.sin()))
    return linear_to_srgb(oklab_to_linear(lab.view(1, 3, 1, 360)))


def turned(**values: float) -> Tensor:
    """By how many degrees each hue is turned, to be read at its own index."""
    before, after = (oklab(rgb) for rgb in (hues(), grade(Hsl(), hues(), **values)))
    angle = [torch.atan2(lab[0, 2, 0], lab[0, 1, 0]).rad2deg() for lab in (before, after)]
    return torch.remainder(angle[1] - angle[0] + 180, 360) - 180


def test_hues_turn_in_their_bands_and_skin_stays() -> None:
    foliage, sky = turned(green_hue_deg=-20), turned(blue_hue_deg=-30)
    assert foliage[133] == pytest.approx(-20 * 0.86, abs=1)
    assert sky[248] == pytest.approx(-30 * 0.86, abs=1)
    for turn in (foliage, sky):
        assert turn[40:65].abs().max() < 0.3


def test_no_two_hues_change_places() -> None:
    for green, blue in ((-30, 40), (30, -40), (30, 40), (-30, -40)):
        turn = turned(green_hue_deg=green, blue_hue_deg=blue)
        assert (1 + turn.diff()).min() > 0


def test_film_does_what_its_names_say() -> None:
    muted = torch.tensor([0.6, 0.45, 0.4]).view(1, 3, 1, 1)

    def chroma(rgb: Tensor) -> float:
        return float(oklab(rgb)[:, 1:].norm())

    # In the lights the curve alone, which is flat there, would take colour away.
    light = torch.tensor([0.9, 0.85, 0.82]).view(1, 3, 1, 1)
    assert chroma(grade(Film(), light, slide_percent=100)) > 1.01 * chroma(light)
    assert chroma(grade(Film(), muted, slide_percent=100)) > 1.15 * chroma(muted)
    assert chroma(grade(Film(), muted, bleach_percent=80)) < 0.75 * chroma(muted)
    dark, light = (torch.full((1, 3, 1, 1), level) for level in (0.25, 0.75))
    red, _, blue = grade(Film(), dark, cross_percent=40).flatten().tolist()
    assert blue - red > 0.05
    red, _, blue = grade(Film(), light, cross_percent=40).flatten().tolist()
    assert red - blue > 0.05


@pytest.mark.parametrize("name", ["slide_percent", "bleach_percent"])
def test_slides_and_silver_have_more_contrast(name: str) -> None:
    steps = grade(Film(), GREYS, **{name: 80})[0, 0, 0].diff()
    assert steps[450:550].mean() > 1.2 * steps[:50].mean()
    assert steps[450:550].mean() > 1.1 / 1000
