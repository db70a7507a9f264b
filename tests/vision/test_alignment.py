"""Edits made elsewhere are found in their photo, and their look is told from damage."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from blackcamo.errors import PhotoError
from blackcamo.types import Frame, Pixels
from blackcamo.vision.alignment import align, fit_look
from blackcamo.vision.arrays import to_pixels, to_rgb
from blackcamo.vision.frames import cut_frame
from blackcamo.vision.lut import apply_lut


def load(path: Path) -> Pixels:
    return np.asarray(Image.open(path).convert("RGB"))


def graded(pixels: Pixels) -> Pixels:
    warm = (pixels / 255) ** np.array([0.9, 1.0, 1.15]) * 0.9 + 0.05
    return np.asarray(np.rint(warm * 255), np.uint8)


@pytest.mark.parametrize("number", [0, 4, 22])
def test_a_graded_crop_is_found_to_the_pixel(kodak: list[Path], number: int) -> None:
    photo = load(kodak[number])
    height, width = photo.shape[:2]
    edit = graded(photo[20 : height - 30, 40 : width - 25])
    frame = align(photo, edit)
    assert (frame.height_px, frame.width_px, frame.angle_deg) == (*edit.shape[:2], 0.0)
    shown = to_pixels(cut_frame(to_rgb(photo), frame))
    np.testing.assert_array_equal(shown, photo[20 : height - 30, 40 : width - 25])


def test_a_turned_and_scaled_part_is_found(kodak: list[Path]) -> None:
    photo = load(kodak[22])
    truth = Frame(0.52, 0.47, 0.8, 0.8, -1.5, 300, 450)
    edit = to_pixels(cut_frame(to_rgb(photo), truth))
    frame = align(photo, edit)
    assert frame.angle_deg == pytest.approx(truth.angle_deg, abs=0.05)
    for name in ("centre_x", "centre_y", "width", "height"):
        assert getattr(frame, name) == pytest.approx(getattr(truth, name), abs=2e-3)


def test_an_edit_of_equal_size_is_the_whole_photo(kodak: list[Path]) -> None:
    photo = load(kodak[1])
    assert align(photo, graded(photo)) == Frame(0.5, 0.5, 1.0, 1.0, 0.0, *photo.shape[:2])


def test_another_photo_is_refused(kodak: list[Path]) -> None:
    with pytest.raises(PhotoError, match="name an edit of this very photo"):
        align(load(kodak[0]), load(kodak[22])[:400, :500])


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
