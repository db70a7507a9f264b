"""Highlights beyond diffuse white, by the formulas and as a browser shows them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from blackcamo.images import load_photo
from blackcamo.images.hdr import HLG, PQ, highlight_gains, hlg_decode, pq_decode
from tests.images import scenes
from tests.images.scenes import BT2020, cicp, clli, deep_png, in_primaries, light


def test_codes_of_the_standards() -> None:
    # ITU-R BT.2408-8, table 1: diffuse white, and 18 % grey, in PQ and HLG.
    np.testing.assert_allclose(
        pq_decode(np.array([0, 0.58, 0.7518, 1])), [0, 203, 1000, 10_000], rtol=0.01
    )
    np.testing.assert_allclose(pq_decode(np.array([0.38])), [26], rtol=0.05)
    assert hlg_decode(np.array([0.0, 0.5, 1.0])).round(4).tolist() == [0, 0.0833, 1]
    shown = 1000 * hlg_decode(np.array([0.75])) ** 1.2
    np.testing.assert_allclose(shown, [203], rtol=0.01)


@pytest.mark.parametrize("peak", [203.0, 250.0, 1000.0, 4000.0, 10_000.0])
def test_tones_keep_their_order_and_end_in_white(peak: float) -> None:
    levels, gains = highlight_gains(peak)
    x = np.geomspace(1e-4, peak / 203, 4000)
    y = x * np.interp(x, levels, gains)
    assert (np.diff(y) > 0).all()
    assert y[-1] == pytest.approx(1, abs=2e-3)
    assert np.interp(1e4, levels, gains) * 1e4 >= 1 - 1e-6


def test_up_to_white_everything_is_darker_alike() -> None:
    levels, gains = highlight_gains(1000)
    assert np.interp([0.0, 0.2, 1.0], levels, gains).tolist() == [0.5, 0.5, 0.5]
    assert highlight_gains(203)[1].tolist() == [1]


def test_a_few_sparkles_are_no_peak() -> None:
    sample = np.full((100_000, 3), 150, np.float32)
    sample[:50] = 9000
    luminance = np.array([0.2627, 0.6780, 0.0593])
    assert PQ.tone(sample, luminance).peak_nits == 150
    sample[:500] = 900
    assert PQ.tone(sample, luminance).peak_nits == 900
    assert PQ.with_peak(500.0).tone(sample, luminance).peak_nits == 500


def test_colours_of_highlights_keep_their_hue() -> None:
    sample = np.array([[1000, 500, 250], [200, 200, 200]], np.float32)
    mapped = PQ.with_peak(1000.0).tone(sample, np.ones(3) / 3)(sample)
    np.testing.assert_allclose(mapped[0] / mapped[0, 0], [1, 0.5, 0.25], rtol=1e-4)
    assert mapped.max() == pytest.approx(1, abs=2e-3)


def test_black_of_a_scene_is_black() -> None:
    tone = HLG.tone(np.zeros((4, 3), np.float32), np.ones(3) / 3)
    assert tone(np.zeros((4, 3), np.float32)).tolist() == [[0, 0, 0]] * 4


def test_highlights_are_said(tmp_path: Path) -> None:
    bright = in_primaries(light(scenes.scene()) * 4, BT2020)
    for codes, number, name in ((scenes.pq(bright), 16, "PQ"), (scenes.hlg(bright), 18, "HLG")):
        path = tmp_path / f"{name}.png"
        path.write_bytes(deep_png(codes, cicp(9, number, 0, 1)))
        (note,) = load_photo(path).notes
        assert f"HDR ({name}) was mapped to SDR as browsers do: highlights up to 8" in note
        assert "all else lies 0.8 EV lower" in note
        path.write_bytes(deep_png(codes, cicp(9, number, 0, 1), clli(203)))
        assert "diffuse white of 203 cd/m² to white" in load_photo(path).notes[0]
