"""Grain as a field."""

from __future__ import annotations

import pytest
import torch

from blackcamo.vision.noise import grain


@pytest.mark.parametrize("size", [500, 900])
def test_field_has_mean_zero_and_variance_one_where_it_is_seen(size: int) -> None:
    field = grain(size, 384, 512, 3)
    assert field.shape == (384, 512)
    assert float(field.mean()) == pytest.approx(0, abs=0.01)
    assert float(field.std()) == pytest.approx(1, abs=0.03)


def test_smaller_picture_has_the_same_grain_from_farther_away() -> None:
    large, small = grain(900, 384, 512, 0), grain(900, 192, 256, 0)
    shrunk = torch.nn.functional.avg_pool2d(large[None, None], 2)[0, 0]
    assert float((shrunk - small).abs().max()) < 1e-4
    assert float(small.std()) < 0.75 * float(large.std())


def test_fields_are_kept_and_differ_by_seed() -> None:
    assert grain(900, 96, 128, 1) is grain(900, 96, 128, 1)
    assert not torch.equal(grain(900, 96, 128, 1), grain(900, 96, 128, 2))
