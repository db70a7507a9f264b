"""Vectors and the parameters of a style on a photo."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from blackcamo.errors import OptionError
from blackcamo.space import FilterSpace
from blackcamo.styles.space import StyleSpace, towards
from blackcamo.types import Free, Hiding, Lane, Param, Style
from blackcamo.vision.facts import PhotoFacts, facts


@dataclass(frozen=True)
class Family:
    name: str
    params: tuple[Param, ...]


FILTERS = FilterSpace(
    [
        Family(
            "tone",
            (
                Param("light_ev", -2.0, 2.0, 0.0, "EV", "light"),
                Param("warmth_k", 5000.0, 8000.0, 6500.0, "K", "warmth"),
                Param("soft_percent", 0.0, 50.0, 0.0, "%", "softness"),
                Param("radius_percent", 1.0, 9.0, 2.0, "%", "its radius", modifier=True),
                Param("crop_percent", 0.0, 12.0, 0.0, "%", "crop", step=1.5),
                Param("tint_percent", -5.0, 5.0, 0.0, "%", "tint"),
            ),
        ),
        Family("weave", (Param("weave_jnd", 0.0, 2.0, 0.0, "", "what hides"),)),
    ]
)
STYLE = Style(
    "evening",
    "Dusk.",
    (
        Free("light_ev", -1.0, 0.5, -0.25),
        Free("soft_percent", 10.0, 30.0, 10.0),
        Free("tint_percent", -4.0, -1.0, -1.0),
        Free("crop_percent", 0.0, 6.0, 3.0),
    ),
    {"warmth_k": 7000.0, "radius_percent": 5.0},
)
HIDDEN = (Hiding("weave", (Free("weave_jnd", 0.0, 1.5, 1.0),)),)
START = {
    "warmth_k": 7000.0, "radius_percent": 5.0, "light_ev": -0.25, "soft_percent": 10.0,
    "tint_percent": -1.0, "crop_percent": 3.0,
}  # fmt: skip
PHOTO = facts(np.full((8, 8, 3), (200, 120, 40), np.uint8))
SPACE = StyleSpace(STYLE, PHOTO, FILTERS, hidden=HIDDEN)

vectors = st.lists(st.floats(-1, 1), min_size=5, max_size=5)


def adapted(values: Mapping[str, float], photo: PhotoFacts = PHOTO) -> StyleSpace:
    return StyleSpace(replace(STYLE, adapt=lambda _: values), photo, FILTERS, hidden=HIDDEN)


def test_it_has_the_coordinates_of_the_style_and_then_those_of_what_hides() -> None:
    assert SPACE.names == (
        "light_ev", "soft_percent", "tint_percent", "crop_percent", "weave_jnd",
    )  # fmt: skip
    assert SPACE.dimension == 5
    assert SPACE.lane == Lane(style=4, hidden={"weave": 1})
    assert SPACE.ranges["light_ev"] == (-1.0, 0.5)
    assert SPACE.ranges["weave_jnd"] == (0.0, 1.5)
    assert SPACE.nothing == {"weave_jnd": 0.0}
    assert SPACE.fixed == {"warmth_k": 7000.0, "radius_percent": 5.0}


def test_zero_is_the_start_and_the_ends_of_the_ranges_are_reached() -> None:
    assert SPACE.start == SPACE.decode([0, 0, 0, 0, -1]) == START
    assert SPACE.decode([0] * 5) == {**START, "weave_jnd": 1.0}
    high, low = SPACE.decode([1] * 5), SPACE.decode([-1] * 5)
    assert (high["light_ev"], low["light_ev"]) == (0.5, -1.0)
    assert SPACE.decode([0.5, 0, 0, 0, 0])["light_ev"] == 0.125
    assert SPACE.decode([-0.5, 0, 0, 0, 0])["light_ev"] == -0.625


@pytest.mark.parametrize("sign", [-1, 1])
def test_where_a_range_has_one_side_the_sign_is_ignored(sign: int) -> None:
    params = SPACE.decode([0, sign * 0.5, sign * 0.5, 0, 0])
    assert (params["soft_percent"], params["tint_percent"]) == (20.0, -2.5)


def test_a_way_of_hiding_is_left_out_where_its_strength_is_at_its_least() -> None:
    assert "weave_jnd" not in SPACE.decode([0.3, 0, 0, 0, -1])
    assert "weave_jnd" not in SPACE.decode([0.3, 0, 0, 0, -1.5])
    assert SPACE.decode([0.3, 0, 0, 0, 0.1])["weave_jnd"] == pytest.approx(1.05)
    assert SPACE.decode([0.3, 0, 0, 0, -0.5])["weave_jnd"] == 0.5
    bare = StyleSpace(STYLE, PHOTO, FILTERS)
    assert bare.decode([0.3, 0, 0, 0]) == SPACE.decode([0.3, 0, 0, 0, -1])


def test_ways_hide_apart_and_one_that_the_style_uses_itself_is_none() -> None:
    soft = Hiding("soft", (Free("soft_percent", 0.0, 4.0, 2.0), Free("radius_percent", 1, 9, 2)))
    two = replace(STYLE, free=STYLE.free[:1], fixed={})
    both = StyleSpace(two, PHOTO, FILTERS, hidden=(*HIDDEN, soft))
    assert both.lane == Lane(1, {"weave": 1, "soft": 2})
    assert both.decode([0, -1, 0, 0]).keys() == {"light_ev", "soft_percent", "radius_percent"}
    assert both.decode([0, 0, -1, 0.5]).keys() == {"light_ev", "weave_jnd"}
    assert StyleSpace(STYLE, PHOTO, FILTERS, hidden=(*HIDDEN, soft)).lane == SPACE.lane


def test_steps_of_the_filter_hold() -> None:
    assert SPACE.decode([0, 0, 0, 0.2, 0])["crop_percent"] == 3.0
    assert SPACE.decode([0, 0, 0, 0.4, 0])["crop_percent"] == 4.5


@given(vectors)
def test_values_stay_in_their_ranges(vector: list[float]) -> None:
    params = SPACE.decode(vector)
    for name, value in params.items():
        low, high = SPACE.ranges.get(name, (value, value))
        assert low <= value <= high
    assert {n: params[n] for n in SPACE.fixed} == SPACE.fixed
    assert SPACE.decode([3 * v for v in vector]) == SPACE.decode(
        np.clip(3 * np.array(vector), -1, 1)
    )


def test_no_vector_leaves_the_range_by_a_rounding_step() -> None:
    # -0.1 + (0.3 - -0.1) is 0.30000000000000004.
    one = replace(STYLE, free=(Free("light_ev", -0.5, 0.3, -0.1),))
    assert StyleSpace(one, PHOTO, FILTERS).decode([1.0])["light_ev"] == 0.3


def test_a_photo_moves_the_start_and_what_is_fixed_but_no_end() -> None:
    space = adapted({"light_ev": 0.1, "warmth_k": 6800.0})
    assert space.start == {**START, "light_ev": 0.1, "warmth_k": 6800.0}
    assert space.fixed["warmth_k"] == 6800.0
    assert space.decode([1, 0, 0, 0, 0])["light_ev"] == 0.5
    assert space.decode([-1, 0, 0, 0, 0])["light_ev"] == -1.0
    seen = []
    looking = replace(STYLE, adapt=lambda known: seen.append(known) or {})  # type: ignore[func-returns-value]
    StyleSpace(looking, PHOTO, FILTERS)
    assert seen == [PHOTO]


@pytest.mark.parametrize(("asked", "start"), [(0.9, 0.5), (-7.0, -1.0)])
def test_where_a_photo_asks_for_more_than_the_range_the_start_is_its_end(
    asked: float, start: float
) -> None:
    space = adapted({"light_ev": asked})
    assert space.start["light_ev"] == start
    # Then the range has one side, and both signs lead into it.
    other = -1.0 if start == 0.5 else 0.5
    assert {space.decode([v, 0, 0, 0, 0])["light_ev"] for v in (-1, 1)} == {other}


def test_strength_goes_from_neutral_to_the_start_and_modifiers_stay() -> None:
    assert SPACE.at(1.0) == START
    assert SPACE.at(0.0) == {
        "warmth_k": 6500.0, "radius_percent": 5.0, "light_ev": 0.0, "soft_percent": 0.0,
        "tint_percent": 0.0, "crop_percent": 0.0,
    }  # fmt: skip
    half = SPACE.at(0.5)
    assert (half["warmth_k"], half["light_ev"], half["soft_percent"]) == (6750.0, -0.125, 5.0)
    beyond = SPACE.at(1.5)
    assert (beyond["warmth_k"], beyond["light_ev"], beyond["soft_percent"]) == (7250, -0.375, 15)
    for strength in (-0.1, 1.6, math.nan):
        with pytest.raises(OptionError, match=r"strength is .*; it must be between 0 and 150"):
            SPACE.at(strength)


def test_digest_sees_everything_that_gives_a_vector_its_meaning() -> None:
    first, *rest = STYLE.free
    alike = replace(STYLE, free=(replace(first, start=0.0), replace(rest[2], start=0.0)))
    variants = [
        SPACE,
        adapted({"light_ev": 0.1}),
        adapted({"warmth_k": 6800.0}),
        StyleSpace(STYLE, PHOTO, FILTERS),
        *(
            StyleSpace(style, PHOTO, FILTERS, hidden=HIDDEN)
            for style in (
                replace(STYLE, name="dusk"),
                replace(STYLE, free=(replace(first, high=0.6), *rest)),
                replace(STYLE, free=(replace(first, low=-1.1), *rest)),
                replace(STYLE, free=(*rest, first)),
                replace(STYLE, fixed={"warmth_k": 7000.0}),
                # What hides is left out where it is zero; what a style frees is not.
                alike,
                replace(alike, free=alike.free[::-1]),
            )
        ),
        StyleSpace(replace(STYLE, free=(*STYLE.free, *HIDDEN[0].free)), PHOTO, FILTERS),
    ]
    digests = [space.digest for space in variants]
    assert len(set(digests)) == len(variants)
    assert StyleSpace(STYLE, PHOTO, FILTERS, hidden=HIDDEN).digest == SPACE.digest
    told = replace(STYLE, sentence="Night.", liked=0.5)
    assert StyleSpace(told, PHOTO, FILTERS, hidden=HIDDEN).digest == SPACE.digest


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"free": (Free("ligt_ev", 0, 1, 0),)}, "'evening': unknown parameter 'ligt_ev'; did you"),
        ({"fixed": {"warmth": 1.0}}, "'evening': unknown parameter 'warmth'"),
        ({"free": (Free("light_ev", -3, 1, 0),)}, "from -3 to 1, start 0; its filter allows -2 to"),
        ({"free": (Free("light_ev", -1, 3, 0),)}, "its filter allows -2 to 2"),
        ({"free": (Free("light_ev", -1, 1, 1.5),)}, "from -1 to 1, start 1.5"),
        ({"free": (Free("light_ev", 1, -1, 0),)}, "from 1 to -1"),
        ({"free": (Free("light_ev", -1, 1, math.nan),)}, "start nan"),
        ({"free": (Free("crop_percent", 0, 4, 0),)}, "up to 4, which its steps of 1.5 do not meet"),
        ({"free": (STYLE.free[0], STYLE.free[0])}, "'evening' names 'light_ev' twice"),
        ({"free": (Free("warmth_k", 6000, 7000, 6500),)}, "names 'warmth_k' twice"),
        ({"fixed": {"warmth_k": 9000.0}}, "'warmth_k' is 9000.0; it must be between 5000 and 8000"),
        ({"adapt": lambda _: {"crop": 1.0}}, "adapts 'crop', which it neither frees nor fixes"),
        ({"adapt": lambda _: {"weave_jnd": 1.0}}, "adapts 'weave_jnd', which it neither"),
        ({"adapt": lambda _: {"warmth_k": 100.0}}, "'warmth_k' is 100.0"),
        ({"adapt": lambda _: {"light_ev": math.nan}}, "'light_ev' is nan"),
    ],
)
def test_styles_that_contradict_the_filters_are_refused(
    changes: dict[str, object], message: str
) -> None:
    with pytest.raises(OptionError, match=message):
        StyleSpace(replace(STYLE, **changes), PHOTO, FILTERS, hidden=HIDDEN)  # type: ignore[arg-type]


@pytest.mark.parametrize("vector", [[0] * 4, [0] * 6, [0, 0, 0, 0, math.nan], [math.inf] * 5, []])
def test_other_vectors_are_refused(vector: list[float]) -> None:
    with pytest.raises(OptionError, match="5 finite numbers"):
        SPACE.decode(vector)


def test_between_an_anchor_and_a_candidate() -> None:
    anchor, far = {"a": 1.0, "b": 4.0}, {"a": 2.0, "b": 0.0}
    assert towards(anchor, far, 0.0) == anchor
    assert towards(anchor, far, 1.0) == far
    assert towards(anchor, far, 0.25) == {"a": 1.25, "b": 3.0}


def test_shares_span_the_range_wherever_the_style_starts() -> None:
    bent = adapted({"light_ev": 0.4})
    for space in (SPACE, bent, StyleSpace(STYLE, PHOTO, FILTERS)):
        params = space.across({"light_ev": 0.25, "tint_percent": 1.0, "unknown_percent": 0.5})
        assert params == {**START, "light_ev": -0.625, "tint_percent": -1.0}
        low = space.across(dict.fromkeys(("light_ev", "crop_percent"), 0.0))
        assert (low["light_ev"], low["crop_percent"]) == (-1.0, 0.0)
    half = bent.across({"crop_percent": 0.8}, 0.5)
    # Half as far from neutral; modifiers stay, and what has steps keeps to them.
    assert (half["light_ev"], half["soft_percent"]) == (0.2, 5.0)
    assert (half["warmth_k"], half["radius_percent"]) == (6750.0, 5.0)
    assert half["crop_percent"] == 3.0
    assert bent.across({}, 0.7)["light_ev"] == bent.at(0.7)["light_ev"]


@pytest.mark.parametrize(("share", "strength"), [(1.1, 1.0), (-0.1, 1.0), (math.nan, 1.0), (0, 2)])
def test_shares_and_strengths_are_between_0_and_1(share: float, strength: float) -> None:
    with pytest.raises(OptionError, match="it must be between 0 and 1"):
        SPACE.across({"light_ev": share}, strength)
