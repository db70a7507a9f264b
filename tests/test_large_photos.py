"""Large photos: one picture in full at a time, and not a byte of what is delivered is another."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from blackcamo import plugins
from blackcamo.appeal import critic
from blackcamo.channel import Channel
from blackcamo.filters import active
from blackcamo.filters.doubling import DOUBLING
from blackcamo.rendering import Picture, Renderer, Values, large, render, renderer
from blackcamo.run.setup import style_chain
from blackcamo.styles.hidden import WAYS
from blackcamo.styles.space import StyleSpace
from blackcamo.testing import make_photo
from blackcamo.types import Pixels
from blackcamo.vision import warp
from blackcamo.vision.arrays import to_pixels
from blackcamo.vision.facts import facts

STYLES = ("free", "natural", "noir", "portrait", "soft-focus")
CHAIN = style_chain([plugins.load("styles", name) for name in STYLES])
EXAMPLE = Path(__file__).parents[1] / "examples" / "photo.jpg"


@pytest.fixture(scope="module")
def pixels() -> Pixels:
    return to_pixels(make_photo())


@pytest.fixture(scope="module")
def candidates(pixels: Pixels) -> list[Values]:
    """Of each style one with something hidden, one without, and the photo unchanged."""
    rng, known = np.random.default_rng(0), facts(pixels)
    found: list[Values] = [{}]
    for name in STYLES:
        style = plugins.load("styles", name)
        # Photos of that size are never doubled.
        space = StyleSpace(style, known, CHAIN.space, hidden=WAYS, off={DOUBLING})
        vector = rng.uniform(-0.8, 0.8, space.dimension).tolist()
        found += [space.decode(vector), space.decode(space.lane.vector(space.lane.own(vector)))]
    return found


def pictures(pixels: Pixels, candidates: list[Values]) -> list[Picture]:
    renderer = Renderer(pixels, CHAIN, Channel(), critic.create(), "enhance")
    prepared = [picture for _, picture in renderer.prepare(candidates)]
    assert all(isinstance(p, Picture) for p in prepared), prepared
    return [p for p in prepared if isinstance(p, Picture)]


def as_if_large(monkeypatch: pytest.MonkeyPatch, *, judged_px: int) -> None:
    monkeypatch.setattr(large, "_LARGE_PX", 0)
    monkeypatch.setattr(renderer, "_STYLES_KEPT_PX", 0)
    monkeypatch.setattr(large, "_JUDGED_PX", judged_px)
    # Strips of seven rows or so.
    monkeypatch.setattr(active, "_STRIP_PX", 2000)
    monkeypatch.setattr(warp, "_JOINED_PX", 0)


def test_a_large_photo_is_rendered_and_judged_as_a_small_one(
    pixels: Pixels, candidates: list[Values], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = pictures(pixels, candidates)
    rendered = [render(CHAIN, pixels, values) for values in candidates]
    as_if_large(monkeypatch, judged_px=2048)
    for found, same in zip(pictures(pixels, candidates), expected, strict=True):
        assert found.jpeg == same.jpeg
        assert found.appraisal == same.appraisal
    for values, same_pixels in zip(candidates, rendered, strict=True):
        assert np.array_equal(render(CHAIN, pixels, values), same_pixels)


def test_a_smaller_copy_is_judged_and_the_same_bytes_delivered(
    pixels: Pixels, candidates: list[Values], monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = pictures(pixels, candidates)
    as_if_large(monkeypatch, judged_px=max(pixels.shape) // 2)
    found = pictures(pixels, candidates)
    assert [f.jpeg for f in found] == [e.jpeg for e in expected]
    # Nothing was done to the first.
    assert found[0].appraisal.value == pytest.approx(expected[0].appraisal.value, abs=0.5)


SEARCH = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=False, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured in KiB there")
def test_a_search_takes_at_most_30_bytes_a_pixel(tmp_path: Path) -> None:
    with Image.open(EXAMPLE) as example:
        small = np.asarray(example.convert("RGB"))
    large = np.tile(small, (5000 // small.shape[0] + 1, 7200 // small.shape[1] + 1, 1))
    photo = tmp_path / "large.jpg"
    Image.fromarray(large[:5000, :7200]).save(photo, quality=92)
    # In a small process of its own: a child begins with the peak of its parent.
    command = [sys.executable, "-c", SEARCH, sys.executable, "-m", "blackcamo", "search",
               str(photo), "--budget", "16", "--device", "cpu", "--out", str(tmp_path / "out"),
               "--storage", str(tmp_path / "studies.journal")]  # fmt: skip
    measured = subprocess.run(command, capture_output=True, text=True, check=True)
    assert list((tmp_path / "out").glob("large.*.jpg"))
    # What is loaded and found out takes up to 1.6 GB, whatever the photo; .2 more for allocators.
    assert int(measured.stdout) * 1024 < 1.8e9 + 30 * 36e6
