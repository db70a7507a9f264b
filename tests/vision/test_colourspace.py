from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from blackcamo.vision.colourspace import (
    linear_to_oklab,
    linear_to_srgb,
    luminance,
    oklab_to_linear,
    pull_into_gamut,
    srgb_to_linear,
    transform,
)


def colour(*values: float) -> Tensor:
    return torch.tensor(values, dtype=torch.float32).view(1, 3, 1, 1)


def test_srgb_known_values() -> None:
    encoded = colour(0.04045, 0.5, 1.0)
    linear = srgb_to_linear(encoded)
    expected = [0.04045 / 12.92, 0.2140411, 1.0]
    np.testing.assert_allclose(linear.flatten().numpy(), expected, rtol=1e-5)
    torch.testing.assert_close(linear_to_srgb(linear), encoded)


def test_signs_survive_both_ways() -> None:
    x = torch.linspace(-1.2, 1.2, 300).view(1, 3, 10, 10)
    torch.testing.assert_close(linear_to_srgb(srgb_to_linear(x)), x, atol=1e-5, rtol=0)
    torch.testing.assert_close(oklab_to_linear(linear_to_oklab(x)), x, atol=2e-5, rtol=0)


@pytest.mark.parametrize(
    ("linear", "oklab"),
    [
        # White, and the sRGB red that Ottosson's own converters give.
        ((1.0, 1.0, 1.0), (1.0, 0.0, 0.0)),
        ((1.0, 0.0, 0.0), (0.627955, 0.224863, 0.125846)),
        ((0.0, 0.0, 0.0), (0.0, 0.0, 0.0)),
    ],
)
def test_oklab_known_values(linear: tuple[float, ...], oklab: tuple[float, ...]) -> None:
    torch.testing.assert_close(linear_to_oklab(colour(*linear)), colour(*oklab), atol=1e-4, rtol=0)


def test_one_matrix_per_picture() -> None:
    rgb = torch.rand(2, 3, 4, 5, generator=torch.Generator().manual_seed(0))
    matrices = torch.rand(2, 3, 3, generator=torch.Generator().manual_seed(1))
    expected = torch.einsum("bij,bjhw->bihw", matrices, rgb)
    torch.testing.assert_close(transform(rgb, matrices), expected)


unit = st.floats(0, 1, width=32)
shift = st.floats(-0.5, 0.5, width=32)


@settings(max_examples=200, deadline=None)
@given(st.tuples(unit, unit, unit), st.tuples(shift, shift, shift))
def test_gamut_holds_for_every_edit(original: tuple[float, ...], edit: tuple[float, ...]) -> None:
    before = colour(*original)
    after = pull_into_gamut(before + colour(*edit), before)
    assert torch.isfinite(after).all()
    assert after.min() >= 0
    assert after.max() <= 1


def test_no_edit_no_change() -> None:
    linear = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(0))
    linear[..., :8] = linear[..., :8].round()
    torch.testing.assert_close(pull_into_gamut(linear, linear), linear, atol=1e-6, rtol=0)


def test_desaturation_passes_and_white_stays() -> None:
    original = colour(0.8, 0.3, 0.2)
    muted = torch.lerp(original, luminance(original), 0.4)
    torch.testing.assert_close(pull_into_gamut(muted, original), muted)
    white = colour(1.0, 1.0, 1.0)
    torch.testing.assert_close(pull_into_gamut(colour(1.1, 1.0, 0.8), white), white)


def test_bright_saturated_colours_keep_their_hue() -> None:
    yellow = colour(1.0, 0.9, 0.2)
    pulled = pull_into_gamut(colour(1.15, 0.95, 0.15), yellow).flatten()
    # Clipping would give (1, 0.95, 0.15) and turn it towards green.
    ratio = float(pulled[1] / pulled[0])
    assert ratio == pytest.approx(0.95 / 1.15, abs=0.02)
    assert float(pulled[2]) < 0.25
