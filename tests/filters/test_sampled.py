"""What the sampled pattern promises beside the contract: there where a scorer looks, and hidden."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from blackcamo.filters import Chain
from blackcamo.filters.sampled import Sampled
from blackcamo.testing import SpatialFilterContract
from blackcamo.vision.arrays import to_pixels
from blackcamo.vision.masking import luma

ROWS = {"sampled_10": 1.0}
SIZES = [(384, 512), (683, 1024), (480, 317), (224, 300)]


class TestSampled(SpatialFilterContract):
    def make_filter(self) -> Sampled:
        return Sampled()


def foliage(height_px: int, width_px: int) -> Tensor:
    """Fine texture without direction, far from black and white."""
    noise = torch.randn(height_px, width_px, generator=torch.Generator().manual_seed(0))
    y = (0.5 + 0.08 * noise).clamp(0.3, 0.7)
    return y * torch.tensor([0.8, 1.1, 0.6]).view(3, 1, 1)


def render(photo: Tensor, strength: float = 2.0, **values: float) -> Tensor:
    return Chain([Sampled()]).render(photo, [{"sampled_jnd": strength, **values}])[0].filtered


def seen(picture: Tensor) -> Tensor:
    """Luma of what a scorer sees of it, (224, 224) levels, by Pillow itself."""
    small = Image.fromarray(to_pixels(picture)).resize((224, 224), Image.Resampling.NEAREST)
    return luma(torch.from_numpy(np.array(small)).permute(2, 0, 1)[None].float())[0, 0]


@pytest.mark.parametrize("size", SIZES)
def test_every_sample_is_changed(size: tuple[int, int]) -> None:
    photo = foliage(*size)
    change = (seen(render(photo, **ROWS)) - seen(photo)).abs()
    assert float((change > 0.5).float().mean()) > 0.95


@pytest.mark.parametrize("size", SIZES)
def test_blocks_of_samples_hold_the_pattern(size: tuple[int, int]) -> None:
    photo = foliage(*size)
    signs = (seen(render(photo, **ROWS)) - seen(photo)).sign()
    begins = set()
    for top in range(0, 224, 16):
        for left in range(0, 224, 16):
            block = signs[top : top + 16, left : left + 16]
            # All of a row alike, and two rows of each sign, wherever in them the block begins.
            rows = block.mean(1)
            torch.testing.assert_close(rows.abs(), torch.ones(16), atol=0.15, rtol=0)
            assert (rows[2:].sign() == -rows[:-2].sign()).all()
            begins.add(tuple(rows[:4].sign().tolist()))
    assert len(begins) == 4


def test_pixels_around_a_sample_follow_it_and_others_stay() -> None:
    photo = foliage(1000, 2240)
    change = render(photo, **ROWS) - photo
    # A sample is in the middle of ten columns.
    moved = (change.abs().amax((0, 1)) > 0).view(224, 10)
    assert moved.all(0).tolist() == [False] * 4 + [True] * 3 + [False] * 3


def test_it_is_grey_and_without_mean() -> None:
    photo = foliage(384, 512)
    for values in (ROWS, {"sampled_11": 0.3, "sampled_23": -1.0, "sampled_02": 0.6}):
        change = render(photo, **values) - photo
        torch.testing.assert_close(change[0], change[1], atol=1e-6, rtol=0)
        torch.testing.assert_close(change[0], change[2], atol=1e-6, rtol=0)
        assert abs(float(change.mean())) < 0.15 / 255
        assert float(change.std()) > 1 / 255


def test_smooth_areas_are_left_alone_but_for_a_level() -> None:
    flat = torch.full((3, 384, 512), 0.5)
    change = (render(flat, **ROWS) - flat).abs()
    assert 0.3 / 255 < float(change.max()) < 1 / 255
    busy = render(foliage(384, 512), **ROWS) - foliage(384, 512)
    assert float(busy.abs().mean()) > 4 * float(change.mean())


def test_only_the_strength_does_something() -> None:
    photo = foliage(96, 128)
    assert torch.equal(render(photo, 0.0, **ROWS), photo)
    # A pattern without a shape is none.
    assert torch.equal(render(photo, 2.0), photo)
    one, other = render(photo, **ROWS), render(photo, sampled_10=0.2)
    torch.testing.assert_close(one, other, atol=1e-6, rtol=0)


def test_black_and_white_stay() -> None:
    for level in (0.0, 1.0):
        photo = torch.full((3, 96, 128), level)
        assert torch.equal(render(photo, **ROWS), photo)
