"""Every registered style keeps the contract, and the contract catches styles that are broken."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from blackcamo import plugins
from blackcamo.testing import StyleContract
from blackcamo.types import Free, Style
from blackcamo.vision.facts import PhotoFacts

TESTS = [name for name in vars(StyleContract) if name.startswith("test_")]
STYLES = {name: plugins.load("styles", name) for name in plugins.names("styles")}

GOOD = Style(
    name="postcard",
    sentence="Blue skies, as on a postcard.",
    free=(
        Free("contrast_percent", 5, 20, 10),
        Free("vibrance_percent", 5, 30, 15),
        Free("blue_hue_deg", -15, 5, -5),
    ),
)


def run(style: Style, test: str) -> None:
    contract = StyleContract()
    contract.style = style
    getattr(contract, test)()


@pytest.mark.parametrize("test", TESTS)
@pytest.mark.parametrize("name", STYLES)
def test_registered_styles_keep_the_contract(name: str, test: str) -> None:
    run(STYLES[name], test)


@pytest.mark.parametrize("name", STYLES)
def test_entry_points_are_named_as_their_styles(name: str) -> None:
    assert STYLES[name].name == name


def freed(*more: Free) -> Style:
    return replace(GOOD, free=(*GOOD.free, *more))


def fitted(adapt: Callable[[PhotoFacts], dict[str, float]], **fixed: float) -> Style:
    return replace(GOOD, adapt=adapt, fixed=fixed)


def undefined_on_grey(facts: PhotoFacts) -> dict[str, float]:
    return {"contrast_percent": 10 if facts.chroma else float("nan")}


def beyond_the_range(facts: PhotoFacts) -> dict[str, float]:
    return {"white_point_percent": 100 - facts.white}


def of_no_parameter(facts: PhotoFacts) -> dict[str, float]:
    return {"sharpness_percent": facts.contrast}


CURVES = [
    Free(f"curve_{curve}_{knot}_percent", -1, 1, 0)
    for curve in ("master", "red", "blue")
    for knot in ("shadows", "midtones", "highlights")
]
NOTHING = [Free(f.name, 0, 1e-3, 0) for f in GOOD.free]
BROKEN: dict[str, tuple[str, Style]] = {
    "a name with spaces": ("speaks", replace(GOOD, name="Post card")),
    "two sentences": ("speaks", replace(GOOD, sentence="Blue. As on a postcard.")),
    "no full stop": ("speaks", replace(GOOD, sentence="Blue")),
    "too few": ("few", replace(GOOD, free=GOOD.free[:2])),
    "too many": ("few", freed(*CURVES, Free("exposure_ev", 0, 0.2, 0.1))),
    "freed twice": ("few", freed(GOOD.free[0])),
    "free and fixed": ("few", replace(GOOD, fixed={"contrast_percent": 10})),
    "nothing to move": ("few", freed(Free("exposure_ev", 0.1, 0.1, 0.1))),
    "unknown": ("know", freed(Free("sparkle_percent", 0, 1, 0))),
    "wider than the filter": ("know", freed(Free("exposure_ev", -4, 4, 0))),
    "starts outside": ("know", freed(Free("exposure_ev", 0, 0.2, 0.3))),
    "fixed outside": ("know", replace(GOOD, fixed={"exposure_ev": 3})),
    "eleven changes": ("recipe", freed(*CURVES[:8])),
    "not a number on grey": ("odd", fitted(undefined_on_grey)),
    "fixed beyond the range": ("odd", fitted(beyond_the_range, white_point_percent=2)),
    "adapts what it does not set": ("odd", fitted(of_no_parameter)),
    "an empty reason": ("why", replace(GOOD, unsuited=lambda _: "")),
    "a start that does nothing": ("seen", replace(GOOD, free=tuple(NOTHING))),
    "washed-out lights": (
        "clips",
        replace(
            GOOD,
            free=(Free("contrast_percent", 20, 40, 40), *GOOD.free[1:]),
            fixed={"white_point_percent": 15, "exposure_ev": 0.6, "highlights_percent": 8},
        ),
    ),
    "a function of no module": ("process", fitted(lambda facts: {"contrast_percent": 12})),
}


@pytest.mark.parametrize("test", TESTS)
def test_a_good_style_passes(test: str) -> None:
    run(GOOD, test)


def test_colour_on_a_grey_photo_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("blackcamo.styles.space.left_alone", lambda *_: frozenset())
    with pytest.raises(AssertionError):
        run(STYLES["warm"], "test_grey_photos_stay_grey")


@pytest.mark.parametrize("what", BROKEN)
def test_broken_styles_are_caught(what: str) -> None:
    word, style = BROKEN[what]
    (test,) = [name for name in TESTS if word in name]
    with pytest.raises(Exception):  # noqa: B017, PT011 - whatever it says, it must not pass
        run(style, test)
