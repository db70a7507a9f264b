"""Pictures brought to a network's size."""

from __future__ import annotations

import numpy as np
import pytest

from blackcamo.scorers.resizing import METHODS, MODES, frame, resize

RAMP = np.broadcast_to(np.arange(100, dtype=np.uint8)[None, :, None], (60, 100, 3))


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(("width_px", "height_px"), [(41, 23), (20, 50), (33, 20)])
def test_every_mode_gives_the_size_asked_for(
    mode: str, method: str, width_px: int, height_px: int
) -> None:
    framed = frame(RAMP, width_px=width_px, height_px=height_px, method=method, mode=mode)
    assert framed.shape == (height_px, width_px, 3)
    assert framed.dtype == np.uint8


def test_nearest_takes_the_pixel_at_the_middle() -> None:
    # Pillow samples at floor((i + 0.5) * 100 / 25): the third of each four.
    small = resize(RAMP, width_px=25, height_px=60, method="nearest")
    assert small[0, :4, 0].tolist() == [2, 6, 10, 14]


def test_stretch_keeps_both_ends_and_cover_the_middle() -> None:
    stretched = frame(RAMP, width_px=60, height_px=60, method="bilinear", mode="stretch")
    assert stretched[0, 0, 0] < 3
    assert stretched[0, -1, 0] > 96
    covered = frame(RAMP, width_px=60, height_px=60, method="bilinear", mode="cover")
    assert covered[0, :, 0].tolist() == list(range(20, 80))


def test_contain_pads_with_black() -> None:
    white = np.full((60, 100, 3), 255, np.uint8)
    inside = frame(white, width_px=50, height_px=50, method="bilinear", mode="contain")
    rows = inside[:, 25, 0]
    assert rows[:10].max() == 0
    assert rows[10:40].min() == 255
    assert rows[40:].max() == 0


def test_crop_resizes_nothing() -> None:
    cropped = frame(RAMP, width_px=10, height_px=10, method="bilinear", mode="crop")
    assert cropped[0, :, 0].tolist() == list(range(45, 55))


def test_the_same_size_is_the_same_picture() -> None:
    assert resize(RAMP, width_px=100, height_px=60, method="lanczos") is RAMP
