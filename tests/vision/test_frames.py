from __future__ import annotations

import cv2
import numpy as np
import pytest
import torch
from torch import Tensor

from blackcamo.types import Frame
from blackcamo.vision.frames import cut_frame


@pytest.fixture(scope="module")
def ramp() -> Tensor:
    """Red is x and green is y of each pixel's centre, as fractions of the sides."""
    x, y = (torch.arange(200) + 0.5) / 200, (torch.arange(120) + 0.5) / 120
    return torch.stack((x.expand(120, -1), y[:, None].expand(-1, 200), torch.zeros(120, 200)))


def test_whole_pixels_are_a_view(ramp: Tensor) -> None:
    # Rows 20-99, columns 33-132.
    frame = Frame(83 / 200, 60 / 120, 100 / 200, 80 / 120, 0.0, 80, 100)
    cut = cut_frame(ramp, frame).unsqueeze(0)
    assert torch.equal(cut[0], ramp[:, 20:100, 33:133])
    assert cut.data_ptr() == ramp[:, 20:, 33:].data_ptr()


@pytest.mark.parametrize(
    "frame",
    [
        Frame(0.5, 0.5, 0.8, 0.8, 0.0, 120, 200),
        Frame(0.45, 0.55, 0.5013, 0.4987, 0.0, 60, 100),
        Frame(0.5, 0.5, 0.7, 0.7, 3.0, 96, 160),
        Frame(0.5, 0.5, 0.5, 0.5, -20.0, 60, 100),
    ],
)
def test_positions(ramp: Tensor, frame: Frame) -> None:
    cut = cut_frame(ramp, frame)
    angle = np.deg2rad(frame.angle_deg)
    u = ((np.arange(frame.width_px) + 0.5) / frame.width_px - 0.5) * frame.width * 200
    v = ((np.arange(frame.height_px) + 0.5) / frame.height_px - 0.5) * frame.height * 120
    u, v = np.meshgrid(u, v)
    x = frame.centre_x + (u * np.cos(angle) + v * np.sin(angle)) / 200
    y = frame.centre_y + (v * np.cos(angle) - u * np.sin(angle)) / 120
    np.testing.assert_allclose(cut[0].numpy(), x, atol=5e-4)
    np.testing.assert_allclose(cut[1].numpy(), y, atol=5e-4)


def test_resampling_is_bicubic_as_in_opencv() -> None:
    noise = torch.rand(3, 90, 130, generator=torch.Generator().manual_seed(0))
    noise = torch.nn.functional.avg_pool2d(noise[None], 3, 1, 1)[0]
    ours = cut_frame(noise, Frame(0.5, 0.5, 1.0, 1.0, 0.0, 180, 260))
    theirs = cv2.resize(noise[0].numpy(), (260, 180), interpolation=cv2.INTER_CUBIC)
    inner = (slice(4, -4), slice(4, -4))
    np.testing.assert_allclose(ours[0].numpy()[inner], theirs[inner], atol=2e-3)
