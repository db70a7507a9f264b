"""What a preset's frame shows of the photo."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from blackcamo.images import load_photo
from blackcamo.preset import read_preset
from blackcamo.run.framing import aligned_with
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
