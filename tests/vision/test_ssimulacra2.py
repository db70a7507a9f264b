"""SSIMULACRA2 against an implementation that we did not write."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from PIL import Image

from blackcamo.channel import Channel
from blackcamo.types import Pixels
from blackcamo.vision.arrays import to_rgb
from blackcamo.vision.colourspace import srgb_to_linear
from blackcamo.vision.ssimulacra2 import LEAST_WEIGHT, Comparison, pyramid, ssimulacra2


def linear(pixels: Pixels) -> torch.Tensor:
    return srgb_to_linear(to_rgb(pixels))[None]


def distorted(pixels: Pixels) -> list[Pixels]:
    noise = np.random.default_rng(0).normal(0, 6, pixels.shape)
    small = cv2.resize(pixels, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    return [
        np.clip(pixels + noise, 0, 255).astype(np.uint8),
        cv2.resize(small, pixels.shape[1::-1], interpolation=cv2.INTER_CUBIC).astype(np.uint8),
        Channel(40).send(pixels)[1],
        cv2.GaussianBlur(pixels, (0, 0), 0.8).astype(np.uint8),
        np.clip(pixels * 0.9 + 8, 0, 255).astype(np.uint8),
    ]


def agreement(photos: list[Path], folder: Path, side: int) -> list[tuple[float, float]]:
    reference = pytest.importorskip("ssimulacra2")
    found = []
    for path in photos:
        image = Image.open(path).convert("RGB")
        image.thumbnail((side, side))
        pixels = np.asarray(image)
        Image.fromarray(pixels).save(folder / "a.png")
        for other in distorted(pixels):
            Image.fromarray(other).save(folder / "b.png")
            theirs = reference.compute_ssimulacra2(str(folder / "a.png"), str(folder / "b.png"))
            found.append((float(ssimulacra2(linear(pixels), linear(other))), theirs))
    return found


def test_it_agrees_with_the_package_of_that_name(kodak: list[Path], tmp_path: Path) -> None:
    for ours, theirs in agreement(kodak[:3], tmp_path, 256):
        assert ours == pytest.approx(theirs, abs=0.5)


@pytest.mark.slow
def test_it_agrees_on_fifty_pairs(kodak: list[Path], tmp_path: Path) -> None:
    pairs = agreement(kodak[:10], tmp_path, 512)
    assert len(pairs) == 50
    worst = max(abs(ours - theirs) for ours, theirs in pairs)
    assert worst <= 0.5


def test_what_is_left_out_moves_no_score(kodak: list[Path]) -> None:
    pixels = np.asarray(Image.open(kodak[4]).convert("RGB"))[:300, :400]
    for other in distorted(pixels):
        short = float(ssimulacra2(linear(pixels), linear(other)))
        whole = [pyramid(linear(p), least_weight=0.0) for p in (pixels, other)]
        assert short == pytest.approx(float(Comparison(*whole).score()), abs=0.05)
    assert LEAST_WEIGHT > 0


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_a_gpu_gives_the_same(kodak: list[Path]) -> None:
    pixels = np.asarray(Image.open(kodak[4]).convert("RGB"))
    for other in distorted(pixels):
        here = float(ssimulacra2(linear(pixels), linear(other)))
        there = float(ssimulacra2(linear(pixels).cuda(), linear(other).cuda()))
        assert there == pytest.approx(here, abs=0.01)


def test_nothing_is_100_and_more_is_less() -> None:
    generator = torch.Generator().manual_seed(0)
    picture = torch.rand((1, 3, 64, 80), generator=generator)
    assert float(ssimulacra2(picture, picture)) == 100
    noise = torch.randn(picture.shape, generator=generator) * 0.02
    scores = [float(ssimulacra2(picture, (picture + k * noise).clamp(0, 1))) for k in (1, 2, 4)]
    assert 100 > scores[0] > scores[1] > scores[2]


def test_a_batch_gives_what_each_gives_alone() -> None:
    generator = torch.Generator().manual_seed(1)
    pictures = torch.rand((4, 3, 50, 70), generator=generator)
    reference, others = pictures[:1], pictures[1:]
    together = ssimulacra2(reference, others)
    alone = [float(ssimulacra2(reference, one[None])) for one in others]
    assert together.tolist() == pytest.approx(alone, abs=1e-3)


@pytest.mark.parametrize("shape", [(1, 1), (1, 30), (7, 9), (8, 8), (17, 300)])
def test_small_pictures_have_a_score(shape: tuple[int, int]) -> None:
    picture = torch.rand((1, 3, *shape), generator=torch.Generator().manual_seed(2))
    assert float(ssimulacra2(picture, picture)) == 100
    assert torch.isfinite(ssimulacra2(picture, 1 - picture)).all()
