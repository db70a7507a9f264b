from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from blackcamo.filters import Chain
from blackcamo.filters.geometry import Geometry
from blackcamo.testing import make_photo

CHAIN = Chain([Geometry()])


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 8),
    st.floats(-100, 100),
    st.floats(-100, 100),
    st.integers(1, 60),
    st.integers(1, 60),
)
def test_crops_are_slices_bit_for_bit(
    steps: int, x_percent: float, y_percent: float, height_px: int, width_px: int
) -> None:
    photo = make_photo(60, 60)[:, :height_px, :width_px]
    params = {
        "crop_percent": 1.5 * steps,
        "crop_x_percent": x_percent,
        "crop_y_percent": y_percent,
    }
    cut = CHAIN.render(photo, [params])[0].aligned
    windows = photo.unfold(1, cut.shape[1], 1).unfold(2, cut.shape[2], 1)
    assert (windows == cut[:, None, None]).all(-1).all(-1).all(0).any()


def test_position_reaches_the_edges() -> None:
    photo = make_photo(100, 100)
    corner = {"crop_percent": 12.0, "crop_x_percent": -100.0, "crop_y_percent": 100.0}
    assert torch.equal(CHAIN.render(photo, [corner])[0].aligned, photo[:, 12:, :88])


def test_rotation_turns_the_picture_counter_clockwise() -> None:
    # A bright mark right of the centre moves up.
    photo = torch.zeros(3, 101, 201)
    photo[:, 50, 170] = 1.0
    turned = CHAIN.render(photo, [{"rotation_deg": 2.0}])[0].aligned
    row = int(turned[0].flatten().argmax()) // turned.shape[2]
    assert row < 49


def test_zoom_magnifies_at_the_same_size() -> None:
    photo = torch.zeros(3, 100, 200)
    photo[:, :, 150] = 1.0
    zoomed = CHAIN.render(photo, [{"zoom_percent": 10.0}])[0].aligned
    assert zoomed.shape == photo.shape
    assert int(zoomed[0, 50].argmax()) == pytest.approx(100 + 50.5 * 1.1, abs=1)


def test_keystone_makes_one_side_wider() -> None:
    # Two upright lines move together where the picture is farther away.
    photo = torch.zeros(3, 200, 300)
    photo[:, :, 100], photo[:, :, 200] = 1.0, 1.0
    tapered = CHAIN.render(photo, [{"keystone_y_percent": 3.0}])[0].aligned[0]

    def gap(row: int) -> int:
        left, right = tapered[row, :150].argmax(), 150 + tapered[row, 150:].argmax()
        return int(right - left)

    assert gap(5) < gap(100) < gap(195)


@given(
    st.floats(-2, 2),
    st.floats(0, 10),
    st.integers(0, 10),
    st.floats(-100, 100),
    st.floats(-3, 3),
)
@settings(max_examples=40, deadline=None)
def test_no_border_is_ever_seen(
    rotation_deg: float,
    zoom_percent: float,
    steps: int,
    position_percent: float,
    keystone_percent: float,
) -> None:
    # Nothing but white lies inside; anything sampled beyond the edge would repeat it, so the
    # window itself is checked against the photo.
    frame = Geometry().frame(
        {
            "crop_percent": 1.5 * steps,
            "crop_x_percent": position_percent,
            "crop_y_percent": -position_percent,
            "rotation_deg": rotation_deg,
            "zoom_percent": zoom_percent,
            "keystone_x_percent": keystone_percent,
            "keystone_y_percent": -keystone_percent / 2,
        },
        384,
        512,
    )
    angle = torch.deg2rad(torch.tensor(frame.angle_deg, dtype=torch.float64))
    for u, v in ((-1, -1), (-1, 1), (1, -1), (1, 1)):
        depth = 1 + u * frame.keystone_x + v * frame.keystone_y
        half_w, half_h = u * frame.width * 256 / depth, v * frame.height * 192 / depth
        x = frame.centre_x * 512 + half_w * angle.cos() + half_h * angle.sin()
        y = frame.centre_y * 384 + half_h * angle.cos() - half_w * angle.sin()
        assert -1e-6 <= x <= 512 + 1e-6
        assert -1e-6 <= y <= 384 + 1e-6
    assert frame.width * 512 / (frame.height * 384) == pytest.approx(
        frame.width_px / frame.height_px
    )
