"""Photos without colour keep none, and edges that meet go on meeting."""

from __future__ import annotations

import numpy as np
import pytest

from blackcamo import plugins
from blackcamo.channel import Channel
from blackcamo.filters import load_chain
from blackcamo.filters.geometry import Geometry
from blackcamo.styles.left_alone import allowed, left_alone, photo_notes, tints, unsuited
from blackcamo.styles.space import StyleSpace
from blackcamo.testing import make_photo
from blackcamo.types import Free, Pixels, Style
from blackcamo.vision.arrays import to_pixels, to_rgb
from blackcamo.vision.facts import PhotoFacts, facts

STYLES = {name: plugins.load("styles", name) for name in plugins.names("styles")}
CHAIN = load_chain()
COLOURED = to_pixels(0.1 + 0.8 * make_photo(96, 192))
GREY = np.repeat(COLOURED[..., 1:2], 3, axis=2)
KNOWN, KNOWN_GREY = facts(COLOURED), facts(GREY)
TURN = facts(COLOURED, wraps=True)
AUTO = [style for style in STYLES.values() if style.liked is not None]


def spread(pixels: Pixels) -> int:
    return int(np.ptp(pixels, axis=2).max())


def space(style: Style, known: PhotoFacts) -> StyleSpace:
    return StyleSpace(style, known, CHAIN.space)


@pytest.mark.parametrize("name", STYLES)
def test_only_toning_gives_a_grey_photo_colour(name: str) -> None:
    style = STYLES[name]
    own = space(style, KNOWN_GREY)
    rng = np.random.default_rng(0)
    for _ in range(4):
        params = own.decode(rng.uniform(-1, 1, own.dimension))
        rendered = to_pixels(CHAIN.render(to_rgb(GREY, "cpu"), [params])[0].filtered)
        assert (spread(Channel().send(rendered)[1]) > 0) == tints(style)


def test_nothing_is_searched_that_greys_do_not_show() -> None:
    names = set(space(STYLES["vivid"], KNOWN_GREY).names)
    assert not names & {"saturation_percent", "vibrance_percent", "temperature_k"}
    assert {"contrast_percent", "exposure_ev", "clarity_percent"} <= names
    assert set(space(STYLES["vivid"], KNOWN).names) > names


def test_which_styles_race_on_a_grey_photo() -> None:
    racing = {s.name for s in AUTO if unsuited(s, KNOWN_GREY) is None}
    assert {"vivid", "natural", "clear", "black-and-white"} <= racing
    assert unsuited(STYLES["teal-orange"], KNOWN_GREY) == "it is about colour"
    for name in ("sepia", "cyanotype", "silver"):
        assert unsuited(STYLES[name], KNOWN_GREY) == "it tints, and the photo has no colour"
        assert unsuited(STYLES[name], KNOWN_GREY, named=True) is None


def test_toning_from_nothing_is_no_tint() -> None:
    free = (Free("toning_percent", 0, 8, 0), Free("exposure_ev", 0, 0.3, 0.1))
    style = Style("faint", "A hint.", free)
    assert StyleSpace(style, KNOWN_GREY, CHAIN.space).names == ("exposure_ev",)
    assert StyleSpace(style, KNOWN, CHAIN.space).names == ("toning_percent", "exposure_ev")


@pytest.mark.parametrize("name", STYLES)
def test_a_full_turn_keeps_its_frame(name: str) -> None:
    own = space(STYLES[name], TURN)
    geometry = {p.name for p in Geometry().params}
    assert not geometry & {*own.names, *own.fixed}
    assert not {"vignette_percent", "defocus_permille"} & {*own.names, *own.fixed}
    rng = np.random.default_rng(0)
    params = own.decode(rng.uniform(-1, 1, own.dimension))
    assert CHAIN.render(to_rgb(COLOURED, "cpu"), [params])[0].filtered.shape[-2:] == (96, 192)


def test_edges_of_a_full_turn_still_meet() -> None:
    # One row of tones that go on from the last column to the first.
    x = np.arange(256) / 256
    tones = 0.5 + 0.2 * np.sin(2 * np.pi * x) + 0.1 * np.cos(6 * np.pi * x)
    turn = np.rint(255 * np.broadcast_to(tones[None, :, None], (128, 256, 3))).astype(np.uint8)
    known = facts(turn, wraps=True)
    for style in (s for s in AUTO if unsuited(s, known) is None):
        own = StyleSpace(style, known, CHAIN.space)
        params = own.decode(np.ones(own.dimension)) | {"grain_percent": 0}
        out = to_pixels(CHAIN.render(to_rgb(turn, "cpu"), [params])[0].filtered).astype(int)
        step = np.abs(out[:, 0] - out[:, -1]).max()
        assert step <= np.abs(np.diff(out, axis=1)).max() + 2, style.name


def test_which_styles_race_on_a_full_turn() -> None:
    assert unsuited(STYLES["portrait"], TURN) == "most of it would part edges that meet"
    assert unsuited(STYLES["vivid"], TURN) is None


def test_presets_are_given_as_far_as_the_photo_allows() -> None:
    preset = {"temperature_k": 7000, "contrast_percent": 10, "crop_percent": 6, "toning_percent": 4}
    assert allowed(preset, KNOWN) == (preset, ())
    kept, notes = allowed(preset, KNOWN_GREY)
    assert kept == {"contrast_percent": 10, "crop_percent": 6, "toning_percent": 4}
    assert "has no colour" in notes[0]
    kept, notes = allowed(preset, TURN)
    assert kept == {"temperature_k": 7000, "contrast_percent": 10, "toning_percent": 4}
    assert "edges meet" in notes[0]
    assert allowed({"contrast_percent": 10}, TURN) == ({"contrast_percent": 10}, ())
    assert "plain picture" in allowed({"contrast_percent": 10}, TURN, framed=True)[1][1]


def test_ordinary_photos_are_left_nothing_alone() -> None:
    assert left_alone(KNOWN) == frozenset()
    assert photo_notes(KNOWN) == ()
    assert all(unsuited(s, KNOWN) == (s.unsuited(KNOWN) if s.unsuited else None) for s in AUTO)
