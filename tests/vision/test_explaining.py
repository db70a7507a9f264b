"""The look of edits made elsewhere is told from damage."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from blackcamo.types import Pixels
from blackcamo.vision.arrays import to_rgb
from blackcamo.vision.explaining import fit_look
from blackcamo.vision.lut import apply_lut
from tests.vision.test_alignment import graded, load


def test_an_edit_without_colours_is_explained_without(kodak: list[Path]) -> None:
    aligned = to_rgb(load(kodak[22]))[None]
    grey = (aligned * torch.tensor([0.3, 0.59, 0.11]).view(1, 3, 1, 1)).sum(1, keepdim=True)
    explained = apply_lut(aligned, fit_look(aligned, grey.expand_as(aligned)))
    assert float((explained.amax(1) - explained.amin(1)).max()) < 1e-5
    assert float((explained - grey).abs().mean()) * 255 < 3


def test_a_smooth_look_is_explained_and_noise_is_not(kodak: list[Path]) -> None:
    photo = load(kodak[22])
    edit = graded(photo)
    noise = np.random.default_rng(0).normal(0, 8, edit.shape)
    noisy: Pixels = np.asarray(np.clip(edit + noise, 0, 255), np.uint8)
    aligned = to_rgb(photo)[None]
    for given in (edit, noisy):
        explained = apply_lut(aligned, fit_look(aligned, to_rgb(given)[None]))
        error = (explained[0] - to_rgb(edit)).abs() * 255
        assert float(error.mean()) < 1.0
        assert float(error.flatten().kthvalue(int(0.99 * error.numel())).values) < 5
    posterised = to_rgb(photo // 51 * np.uint8(51))[None]
    left = apply_lut(aligned, fit_look(aligned, posterised)) - posterised
    assert float(left.abs().mean()) * 255 > 8
    assert torch.isfinite(left).all()
