"""Recipes: what one sees, the most visible first, in words that agree with their numbers."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
import torch
from torch import Tensor

from blackcamo.appeal.model import calibrated
from blackcamo.errors import OptionError
from blackcamo.filters.loading import load_chain
from blackcamo.images import fit_long_side, load_photo
from blackcamo.space import FilterSpace
from blackcamo.types import HiddenFilter, LookFilter, Param, Params
from blackcamo.vision.arrays import to_rgb
from blackcamo.vision.cielab import linear_to_lab
from blackcamo.vision.display import linear_light
from blackcamo.wording import Clause, changes, clauses, complaint, describe, recipe, visibility

EXAMPLES = Path(__file__).parents[1] / "examples"


@dataclass(frozen=True)
class Family:
    name: str
    params: tuple[Param, ...]


@dataclass(frozen=True)
class Hides(Family):
    hidden: Literal[True] = True

    def render(self, rgb: Tensor, params: Params, seed: int) -> Tensor:
        raise NotImplementedError


LIGHT = Param(
    "light_ev", -1, 1, 0, "EV", "light", falls="{} darker", rises="{} brighter", visible=0.1
)
WARMTH = Param(
    "warmth_k", 5400, 8200, 6500, "K", "warmth", falls="{} cooler", rises="{} warmer", visible=300
)
TURN = Param("turn_deg", -2, 2, 0, "°", "turn", falls="turned {} clockwise", visible=0.5)
GRAIN = Param("grain_percent", 0, 5, 0, "%", "film grain", visible=1)
COARSE = Param("coarse_percent", 0, 100, 50, "%", "coarseness", modifier=True)
PLAIN = Param("plain_percent", 0, 50, 0, "%", "a filter of others")
PATTERN = Param("pattern_jnd", 0, 4, 0, "JND", "hidden pattern", visible=0.1)
TEXTURE = Param("texture_jnd", 0, 4, 0, "JND", "hidden texture")
SEEN = Family("seen", (GRAIN, COARSE, TURN, WARMTH, LIGHT, PLAIN))
SPACE = FilterSpace([SEEN, Hides("hides", (PATTERN, TEXTURE))])


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({"light_ev": 0.2, "warmth_k": 5600}, "900 K cooler, 0.2 EV brighter"),
        ({"light_ev": 0.4, "warmth_k": 5600}, "0.4 EV brighter, 900 K cooler"),
        # Half the range of film grain, and a tenth of the range of a turn: what one sees counts.
        ({"grain_percent": 2.5, "turn_deg": -1.6}, "turned 1.6° clockwise, film grain 2.5 %"),
        ({"plain_percent": 5}, "a filter of others 5 %"),
        ({"plain_percent": 4.9, "light_ev": 0.1},
         "0.1 EV brighter, and a smaller one below visibility"),
        ({"light_ev": 0.1, "grain_percent": 0.9, "turn_deg": 0.4, "pattern_jnd": 4},
         "0.1 EV brighter, and 3 smaller ones below visibility"),
        ({"light_ev": 1, "warmth_k": 8200, "grain_percent": 5, "turn_deg": -2, "plain_percent": 6},
         "1 EV brighter, 1700 K warmer, film grain 5 %, turned 2° clockwise, and a smaller one"),
        ({"light_ev": 1, "warmth_k": 8200, "grain_percent": 5, "turn_deg": -2, "pattern_jnd": 4},
         "1 EV brighter, 1700 K warmer, film grain 5 %, turned 2° clockwise, "
         "and a smaller one below visibility"),
        ({"pattern_jnd": 1, "texture_jnd": 2, "light_ev": 0.05},
         "below visibility: 0.05 EV brighter, hidden texture, hidden pattern"),
        ({"coarse_percent": 100, "light_ev": 0.001}, "no change"),
        ({}, "no change"),
    ],
)  # fmt: skip
def test_recipes(params: dict[str, float], says: str) -> None:
    assert recipe(SPACE, params) == says
    assert recipe(SPACE, params, style="vivid") == f"vivid: {says}"


def test_clauses_hold_all_that_does_something_and_each_once() -> None:
    params = {"light_ev": 0.2, "turn_deg": 0.001, "coarse_percent": 90, "pattern_jnd": 2}
    assert clauses(SPACE, params) == [
        Clause("0.2 EV brighter", ("light_ev",)),
        Clause("hidden pattern", ("pattern_jnd",)),
        Clause("a change too small for a word", ("turn_deg",)),
    ]
    assert clauses(SPACE, {"coarse_percent": 90}) == []
    both = clauses(SPACE, {"turn_deg": 0.001, "plain_percent": 0.01})
    assert [c.words for c in both] == ["2 changes too small for a word"]


def test_of_what_is_named_there_is_a_limit() -> None:
    some = {"light_ev": 0.4, "warmth_k": 5600, "grain_percent": 2}
    assert recipe(SPACE, some, limit=1) == "0.4 EV brighter, and 2 smaller ones"
    said = recipe(SPACE, {"pattern_jnd": 1, "texture_jnd": 2}, limit=1)
    assert said == "below visibility: hidden texture, and a smaller one"


def test_unknown_parameters_are_refused() -> None:
    with pytest.raises(OptionError, match="did you mean 'light_ev'"):
        recipe(SPACE, {"ligt_ev": 0.3})


@pytest.mark.parametrize(
    ("param", "value", "says"),
    [
        (LIGHT, -0.25, "0.25 EV darker"),
        (WARMTH, 6834.5, "334 K warmer"),
        (TURN, -0.51, "turned 0.5° clockwise"),
        (TURN, 1.0, "turn +1°"),
        (GRAIN, 0.8, "film grain 0.8 %"),
        (Param("lift", -0.04, 0.04, 0.0, "", ""), 0.0123, "lift +0.012"),
        (Param("x", 0, 9, 0, "", "", rises="a look named {} {}"), 3, "a look named {} 3"),
        (Param("x", 0, 9, 0, "%", "", rises="in sepia"), 3, "in sepia"),
        (Param("x", 0, 900, 0, "%", "strength"), 300, "strength 300 %"),
    ],
)
def test_values_are_told_with_words_for_their_direction(
    param: Param, value: float, says: str
) -> None:
    assert describe(param, value) == says


# The filters of the package.


@pytest.fixture(scope="module")
def space() -> FilterSpace:
    return load_chain().space


def test_every_filter_has_words_that_agree_with_its_signs(space: FilterSpace) -> None:
    hides = {p.name for f in space.filters if isinstance(f, HiddenFilter) for p in f.params}
    for p in space.params:
        if p.modifier or p.name in hides:
            continue
        assert p.visible, p.name
        for end, words in ((p.low, p.falls), (p.high, p.rises)):
            assert bool(words) == (end != p.neutral), p.name
            told = describe(p, end)
            assert told.isprintable()
            assert not {"_", "+", "(", "{"} & set(told), told
            assert " -" not in told


@pytest.mark.parametrize(
    ("name", "value", "words", "first_is_larger"),
    [
        ("keystone_x_percent", -3, "left side 3 % closer", True),
        ("keystone_x_percent", 3, "right side 3 % closer", False),
        ("keystone_y_percent", -3, "top 3 % closer", True),
        ("keystone_y_percent", 3, "bottom 3 % closer", False),
    ],
)
def test_what_is_closer_is_larger(
    name: str, value: float, words: str, first_is_larger: bool
) -> None:
    chain = load_chain(["geometry"])
    (param,) = (p for p in chain.space.params if p.name == name)
    assert describe(param, value) == words
    stripes = ((torch.arange(600) // 3) % 2).float().expand(3, 600, 600)
    across = "_x_" in name
    (tilted,) = chain.render(stripes if across else stripes.mT, [{name: value}])
    middle = tilted.filtered[0, 300] if across else tilted.filtered[0, :, 300]
    edges = (middle > 0.5).int().diff().abs()
    first, second = edges[:300].sum(), edges[300:].sum()
    assert (first < second) == first_is_larger, "wider stripes have fewer edges"


# A difference that is just noticeable is 2.3 units of CIELAB. Source: M. Mahy, L. Van Eycken,
# A. Oosterlinck, "Evaluation of Uniform Color Spaces Developed after the Adoption of CIELAB and
# CIELUV", Color Res. Appl. 19 (1994), 105-121. It is seen if a tenth of the photo shows it.
JND = 2.3
SHARE = 0.1
TOLERANCE = 2.2


def test_colours_are_seen_from_where_they_are_said_to_be() -> None:
    names = ("brook.jpg", "photo.jpg")
    photos = [to_rgb(fit_long_side(load_photo(EXAMPLES / n).pixels, 256))[None] for n in names]
    for look in load_chain().filters:
        if not isinstance(look, LookFilter):
            continue
        neutral = {p.name: torch.tensor([float(p.neutral)]) for p in look.params}
        for p in look.params:
            # The photos hold no blue to speak of.
            if p.modifier or p.name == "blue_hue_deg":
                continue
            assert p.visible, p.name
            # What one only sees beyond a parameter's range shows a part of itself at its end.
            value = min(p.neutral + p.visible, p.high)
            part = (value - p.neutral) / p.visible
            changed = {**neutral, p.name: torch.tensor([value])}
            moved = [difference(look.grade(x.clone(), changed), x) / part for x in photos]
            assert JND / TOLERANCE < sum(moved) / len(moved) < JND * TOLERANCE, (p.name, moved)


def difference(one: Tensor, other: Tensor) -> float:
    """Mean CIELAB difference of the share of the picture that changes the most."""
    a, b = (torch.stack(linear_to_lab(linear_light(rgb))) for rgb in (one, other))
    moved = (a - b).square().sum(0).sqrt().flatten().sort(descending=True).values
    return float(moved[: max(1, int(SHARE * len(moved)))].mean())


def test_what_hides_is_never_seen(space: FilterSpace) -> None:
    params = {"weave_jnd": 4.0, "recompression": 40.0}
    assert set(visibility(space, params).values()) == {0.0}
    assert [p.name for p in changes(space, params)] == ["weave_jnd", "recompression"]
    says = "below visibility: pattern hidden in colour, quality under 100 of a first JPEG"
    assert recipe(space, params) == says


def test_every_part_of_appeal_has_words() -> None:
    for part in ("liked", *calibrated().complaints):
        assert part in ("grain", "framing") or complaint(part) != part
        assert "_" not in complaint(part)
    assert complaint("damaged") == complaint("damage_ssimulacra2") == "visible damage"
