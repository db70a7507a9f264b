"""FLIP against its authors' implementation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from blackcamo.vision.arrays import to_rgb
from blackcamo.vision.colourspace import srgb_to_linear
from blackcamo.vision.flip import appearance, flip
from tests.vision.test_ssimulacra2 import distorted


def test_it_agrees_with_its_authors(kodak: list[Path]) -> None:
    evaluator = pytest.importorskip("flip_evaluator")
    pixels = np.asarray(Image.open(kodak[3]).convert("RGB"))[:256, :320]
    ours = appearance(srgb_to_linear(to_rgb(pixels))[None])
    for other in distorted(pixels):
        error = flip(ours, appearance(srgb_to_linear(to_rgb(other))[None]))[0].numpy()
        theirs, mean, _ = evaluator.evaluate(
            (pixels / 255).astype(np.float32),
            (other / 255).astype(np.float32),
            "LDR",
            inputsRGB=True,
            applyMagma=False,
        )
        assert float(error.mean()) == pytest.approx(mean, abs=2e-3)
        assert np.abs(error - np.asarray(theirs).squeeze()).mean() < 3e-3


def test_nothing_is_0_and_the_opposite_is_nearly_1() -> None:
    black, white = torch.zeros((1, 3, 40, 50)), torch.ones((1, 3, 40, 50))
    assert float(flip(appearance(white), appearance(white)).max()) == 0
    assert float(flip(appearance(black), appearance(white)).min()) > 0.8
