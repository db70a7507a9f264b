"""Twice the pixels a side: the same picture at the same size, whatever a scorer makes of it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from blackcamo import plugins
from blackcamo.channel import Channel
from blackcamo.filters.chain import Chain
from blackcamo.filters.doubling import (
    DOUBLING,
    MOST_PX,
    at_own_size,
    can_double,
    doubled,
    doubled_by_torch,
)
from blackcamo.filters.loading import built_in
from blackcamo.filters.weave import Weave
from blackcamo.finish import finish
from blackcamo.rendering import Picture, Renderer, render
from blackcamo.testing.filters import make_photo
from blackcamo.vision.arrays import to_pixels
from blackcamo.vision.masking import hiding
from blackcamo.vision.pool import block_means, enlarged

WOVEN = {"weave_jnd": 2.0, "weave_cb_01": 0.5, "weave_cr_01": 0.5}


@pytest.fixture(scope="module")
def photo() -> Tensor:
    return make_photo(94, 128)


def test_hard_pixels_are_repeated(photo: Tensor) -> None:
    twice = doubled(photo[None], 1.0)
    assert torch.equal(twice, photo[None].repeat_interleave(2, 2).repeat_interleave(2, 3))


@pytest.mark.parametrize("hardness", [0.0, 0.5, 1.0])
def test_it_is_the_same_picture_at_the_same_size(photo: Tensor, hardness: float) -> None:
    seen = block_means(doubled(photo[None], hardness), 2)[0]
    assert float((seen - photo).abs().mean()) < 1.5 / 255


def test_soft_ones_are_softer_pixel_by_pixel(photo: Tensor) -> None:
    def steps(rgb: Tensor) -> float:
        return float(rgb.diff(dim=-1).abs().mean())

    assert steps(doubled(photo[None])) < 0.6 * steps(photo[None])
    squares = [float(doubled(photo[None], h).diff(dim=-1).square().mean()) for h in (0, 0.5, 1)]
    assert squares[0] < squares[1] < squares[2]


@pytest.mark.parametrize("hardness", [0.0, 0.5, 1.0])
def test_both_ways_agree(photo: Tensor, hardness: float) -> None:
    torch.testing.assert_close(
        doubled_by_torch(photo[None], hardness), doubled(photo[None], hardness), atol=1e-4, rtol=0
    )


def test_a_candidate_says_its_scale(photo: Tensor) -> None:
    chain = Chain([Weave()])
    once, twice = chain.render(photo, [WOVEN, {DOUBLING: 50.0, **WOVEN}])
    assert (once.scale, twice.scale) == (1, 2)
    assert twice.styled.shape == photo.shape
    assert twice.filtered.shape == (3, 2 * photo.shape[1], 2 * photo.shape[2])


def test_a_pattern_keeps_its_pixels_and_hides_where_the_picture_hides_it() -> None:
    noise = torch.randn(96, 128, generator=torch.Generator().manual_seed(0))
    foliage = (0.5 + 0.08 * noise).clamp(0.3, 0.7) * torch.tensor([0.8, 1.1, 0.6]).view(3, 1, 1)
    chain = Chain([Weave()])
    plain, woven = chain.render(foliage, [{DOUBLING: 1.0}, {DOUBLING: 1.0, **WOVEN}])
    change = woven.filtered - plain.filtered
    # Columns of two pixels that take turns, as at its own size.
    assert torch.equal(change[0, :, 40:42].sign(), -change[0, :, 42:44].sign())
    # As strong everywhere as the map of the photo allows.
    (allowed,) = enlarged(hiding(foliage[None])[1], *change.shape[-2:])[0]
    share = change[2].abs() / 1.772 / (WOVEN["weave_jnd"] * allowed)
    torch.testing.assert_close(share, share.mean().expand_as(share), rtol=0.01, atol=0)
    # Two thirds of that, and a tile of columns has the square root of a half at its peak.
    assert float(share.mean()) == pytest.approx(2 / 3 * 0.5**0.5, rel=0.02)


def test_what_is_too_large_stays_as_it_is() -> None:
    assert can_double(1000, MOST_PX // 2)
    assert not can_double(MOST_PX // 2 + 1, 10)
    wide = torch.rand(3, 2, MOST_PX // 2 + 1, generator=torch.Generator().manual_seed(0))
    assert torch.equal(Chain([Weave()]).render(wide, [{DOUBLING: 100.0}])[0].filtered, wide)


def test_what_keeps_its_size_is_not_doubled(photo: Tensor) -> None:
    chain, pixels = Chain(built_in()), to_pixels(photo)
    values = {DOUBLING: 50.0, "contrast_percent": 10.0}
    assert render(chain, pixels, values).shape == (188, 256, 3)
    kept = render(chain, pixels, values, keep_size=True)
    np.testing.assert_array_equal(kept, render(chain, pixels, at_own_size(values)))


@pytest.mark.parametrize("frame", [None, "polaroid"])
@pytest.mark.parametrize("mode", ["enhance", "imperceptible"])
def test_nobody_minds(photo: Tensor, frame: str | None, mode: str) -> None:
    renderer = Renderer(
        to_pixels(photo),
        Chain(built_in()),
        Channel(),
        plugins.load("appeals", "critic")(),
        mode,  # type: ignore[arg-type]
        finish=None if frame is None else finish(frame),
    )
    prepared = [p for _, p in renderer.prepare([{}, {DOUBLING: 1.0}, {DOUBLING: 50.0}])]
    unchanged, soft, hard = (p for p in prepared if isinstance(p, Picture))
    if frame is None:
        assert soft.received.shape[:2] == hard.received.shape[:2] == (188, 256)
    assert soft.appraisal.value > unchanged.appraisal.value - 1
    assert hard.appraisal.value > unchanged.appraisal.value - 1
