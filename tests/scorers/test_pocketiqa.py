"""PocketIQA: the contract, one score on every engine, and what it says of real photos."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import save

from blackcamo.errors import OptionError, WeightsError
from blackcamo.nets.pocketiqa import FEATURES
from blackcamo.scorers import load_scorer, pocketiqa
from blackcamo.scorers.base import sha256
from blackcamo.scorers.pocketiqa import load_network
from blackcamo.testing import ScorerContract
from blackcamo.types import Pixels, Scorer, ScorerOptions

STUDY = Path(__file__).parents[2] / "studies" / "002-pocketiqa"
PHOTOS = ("kodim05", "kodim13", "kodim23")


def scorer(engine: str = "auto") -> Scorer:
    return load_scorer("pocketiqa", ScorerOptions(device="cpu", engine=engine))


def weights() -> bytes:
    return (resources.files("blackcamo.scorers") / "data" / "pocketiqa.safetensors").read_bytes()


@pytest.fixture(scope="module")
def photos(data_dir: Path) -> list[Pixels]:
    """Held-out photos, 512 pixels wide or high."""
    made = []
    for name in PHOTOS:
        with Image.open(data_dir / "photos" / "kodak" / f"{name}.jpg") as image:
            image.thumbnail((512, 512), Image.Resampling.LANCZOS)
            made.append(np.asarray(image.convert("RGB")))
    return made


class TestTorch(ScorerContract):
    def make_scorer(self) -> Scorer:
        return scorer("torch")


class TestOpenVino(ScorerContract):
    def make_scorer(self) -> Scorer:
        return scorer("openvino")


def test_declares_the_task_scale() -> None:
    info = scorer("torch").info
    assert (info.name, info.low, info.high, info.threshold) == ("pocketiqa", 0.0, 100.0, 50.0)
    assert info.higher_is_better
    assert info.precision == "fp32"
    assert info.digest == sha256(weights())


def test_is_small() -> None:
    network = load_network(weights())
    assert 500_000 < sum(p.numel() for p in network.parameters()) < 1_500_000
    assert len(weights()) < 6_000_000


@pytest.mark.parametrize("engine", ["openvino", "onnxruntime"])
def test_engines_agree(engine: str, photos: list[Pixels]) -> None:
    pictures = [*photos[:2], photos[2][:200, :333]]
    expected = scorer("torch").score(pictures, reference=True)
    other = scorer(engine)
    np.testing.assert_allclose(other.score(pictures, reference=True), expected, atol=0.1)
    np.testing.assert_allclose(other.score(pictures), expected, atol=0.1)


def test_any_size_from_32_pixels() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (700, 64, 3), np.uint8)
    scores = scorer("torch").score([noise, noise[:32, :32], noise[:31, :]])
    assert all(0 <= score <= 100 for score in scores[:2])
    assert np.isnan(scores[2])


@pytest.mark.parametrize("engine", ["torch", "openvino"])
@pytest.mark.parametrize(("height_px", "width_px"), [(391, 777), (640, 321), (353, 352)])
def test_large_pictures_are_scored_in_tiles_as_they_are_whole(
    engine: str, height_px: int, width_px: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (height_px, width_px, 3), np.uint8)
    picture = np.asarray(cv2.GaussianBlur(noise, (0, 0), 1.5), np.uint8)
    # Its parts differ, so that each has to count as often as it is large.
    picture[: height_px // 3] //= 3
    whole = scorer(engine).score([picture], reference=True)
    monkeypatch.setattr(pocketiqa, "_WHOLE_PX", 0)
    monkeypatch.setattr(pocketiqa, "_TILE_PX", 192)
    tiled = scorer(engine).score([picture, picture[:31]], reference=True)
    # OpenVINO sums a whole picture less exactly than its tiles.
    assert tiled[0] == pytest.approx(whole[0], abs=1e-4 if engine == "torch" else 0.01)
    assert np.isnan(tiled[1])


def jpeg(pixels: Pixels, quality: int) -> Pixels:
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=quality)
    return np.asarray(Image.open(buffer))


def noisy(pixels: Pixels) -> Pixels:
    noise = np.random.default_rng(0).normal(0, 40, pixels.shape)
    return np.clip(pixels + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(
    "damage",
    [
        lambda pixels: cv2.GaussianBlur(pixels, (0, 0), 4),
        lambda pixels: jpeg(pixels, 8),
        lambda pixels: (pixels * 0.2).astype(np.uint8),
        noisy,
    ],
    ids=["blur", "jpeg", "dark", "noise"],
)
def test_damage_costs_points(damage: Callable[[Pixels], Pixels], photos: list[Pixels]) -> None:
    model = scorer("torch")
    before, after = model.score(photos), model.score([damage(photo) for photo in photos])
    assert all(b - a > 5 for b, a in zip(before, after, strict=True)), (before, after)


def test_noise_in_a_quarter_counts(photos: list[Pixels]) -> None:
    # Blur in a quarter hardly does, as the model card says: it reads like a shallow focus.
    model = scorer("torch")
    for photo in photos:
        height, width = photo.shape[0] // 2, photo.shape[1] // 2
        noise = np.random.default_rng(0).normal(0, 25, photo[height:, width:].shape)
        damaged = photo.copy()
        damaged[height:, width:] = np.clip(photo[height:, width:] + noise, 0, 255)
        before, after = model.score([photo, damaged])
        assert after < before - 1


@pytest.mark.parametrize(
    "change",
    [
        lambda pixels: np.ascontiguousarray(pixels[:, ::-1]),
        lambda pixels: np.roll(pixels, 1, axis=1),
        lambda pixels: pixels[3:-3, 5:-5],
        lambda pixels: jpeg(pixels, 95),
    ],
    ids=["flip", "shift", "crop", "jpeg-95"],
)
def test_harmless_changes_are_harmless(
    change: Callable[[Pixels], Pixels], photos: list[Pixels]
) -> None:
    model = scorer("torch")
    before, after = model.score(photos), model.score([change(photo) for photo in photos])
    np.testing.assert_allclose(after, before, atol=3)


def test_study_measured_the_weights_that_ship() -> None:
    result = json.loads((STUDY / "result.json").read_text())
    assert result["weights_sha256"] == sha256(weights())


def test_head_pools_what_the_body_makes() -> None:
    network = load_network(weights())
    assert network.body(torch.zeros(2, 3, 45, 67)).shape == (2, FEATURES)


@pytest.mark.parametrize(
    "data", [b"", b"no weights", save({"head": torch.zeros(1)})], ids=["empty", "text", "other"]
)
def test_other_weights_are_refused(data: bytes) -> None:
    with pytest.raises(WeightsError, match="install blackcamo again"):
        load_network(data)


def test_options_are_checked() -> None:
    with pytest.raises(OptionError, match="takes no argument, got 'tiny'"):
        load_scorer("pocketiqa:tiny")
    with pytest.raises(OptionError, match="preprocess"):
        load_scorer("pocketiqa", ScorerOptions(preprocess="fit"))
    with pytest.raises(OptionError, match="engine"):
        load_scorer("pocketiqa", ScorerOptions(engine="openvno"))
