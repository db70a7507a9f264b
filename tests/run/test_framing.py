"""What a preset's frame shows of the photo."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from blackcamo import plugins
from blackcamo.images import load_photo
from blackcamo.preset import read_preset
from blackcamo.run.config import SearchConfig
from blackcamo.run.framing import aligned_with
from blackcamo.run.setup import Setup
from blackcamo.styles.left_alone import framing, unsuited
from blackcamo.types import Pixels
from blackcamo.vision.facts import facts
from tests.run.conftest import Search


def test_the_original_is_shown_in_the_frame_of_its_camouflage(
    run_search: Search, photo: Path
) -> None:
    found = run_search(photo, budget=24, alternatives=1)
    assert found.preset is not None
    preset = replace(read_preset(found.preset), filters=("geometry", "tone"), lut_size=33)
    pixels = load_photo(photo).pixels
    still = replace(preset, params={"exposure_ev": 0.2})
    assert aligned_with(still, pixels) is None
    cropped = replace(preset, params={"crop_percent": 15.0, "exposure_ev": 0.2})
    aligned = aligned_with(cropped, pixels)
    assert aligned is not None
    height, width = aligned.shape[:2]
    assert (height, width) == (round(96 * 0.85), round(128 * 0.85))
    top, left = (96 - height) // 2, (128 - width) // 2
    around = [
        pixels[t : t + height, l : l + width]
        for t in (top, top + 1)
        for l in (left, left + 1)  # noqa: E741
    ]
    assert any(np.array_equal(aligned, part) for part in around)


def test_nothing_moves_a_frame_that_is_to_be_kept(photo: Path, plugged_in: None) -> None:
    def names(**options: Any) -> dict[str, set[str]]:
        config = SearchConfig(scorer=mean, profile="none", budget=30, **options)
        spaces = Setup(config).contest(load_photo(photo)).spaces
        return {style: set(space.names) for style, space in spaces.items()}

    moving = framing()
    free, kept = (names(styles=["free"], keep_framing=keep)["free"] for keep in (False, True))
    assert free & moving >= {"crop_percent", "rotation_deg"}
    assert kept == free - moving != set()
    hidden = names(mode="imperceptible", keep_framing=True)["hidden"]
    assert not hidden & moving
    assert "zoom_percent" in names(mode="imperceptible")["hidden"]
    assert "weave_jnd" in hidden
    lean = plugins.load("styles", "lean")
    assert unsuited(lean, facts(load_photo(photo).pixels)) is None
    told = unsuited(lean, facts(load_photo(photo).pixels), keep_framing=True)
    assert told == "it is about the frame"


def mean(images: list[Pixels]) -> list[float]:
    return [float(image.mean()) / 2.55 for image in images]
