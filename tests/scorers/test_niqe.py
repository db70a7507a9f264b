"""NIQE on real photos."""

from __future__ import annotations

import json
import math
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy
import torch
from PIL import Image, ImageFilter

from blackcamo.errors import OptionError, WeightsError
from blackcamo.images import load_photo
from blackcamo.scorers import load_scorer, niqe
from blackcamo.scorers.scene_statistics import luma
from blackcamo.testing import ScorerContract
from blackcamo.types import NoScore, Pixels, Scorer, ScorerOptions

ROOT = Path(__file__).resolve().parents[2]
STUDY = ROOT / "studies" / "000-niqe-fit"
MODEL = ROOT / "blackcamo" / "scorers" / "data" / "niqe.safetensors"
RAW = ScorerOptions(extra={"scale": "raw"})


class TestContract(ScorerContract):
    def make_scorer(self) -> Scorer:
        return load_scorer("niqe", ScorerOptions(device="cpu"))


class TestBatchedContract(ScorerContract):
    """As it runs on a GPU: pictures of one size computed together."""

    def make_scorer(self) -> Scorer:
        alone = load_scorer("niqe", ScorerOptions(device="cpu"))
        return niqe.Niqe(niqe.load_model(MODEL.read_bytes()), alone.info, device="cpu", batch=3)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
class TestGpuContract(ScorerContract):
    def make_scorer(self) -> Scorer:
        return load_scorer("niqe", ScorerOptions(device="cuda"))

    def test_same_as_on_the_cpu(self) -> None:
        cpu = load_scorer("niqe", ScorerOptions(device="cpu")).score(self.pictures())
        self._agree(self.scorer.score(self.pictures()), cpu, 1e-6)


@pytest.fixture(scope="module")
def photos(kodak: list[Path]) -> list[Pixels]:
    return [load_photo(path).pixels for path in kodak[::6]]


def test_agrees_with_an_independent_implementation(kodak: list[Path]) -> None:
    recorded = json.loads((STUDY / "agreement.json").read_text())["photos"]
    scores = load_scorer("niqe", RAW).score([load_photo(path).pixels for path in kodak[::4]])
    for path, score in zip(kodak[::4], scores, strict=True):
        assert abs(score - recorded[path.name]["basicsr without rounding errors"]) < 0.01
        assert abs(score - recorded[path.name]["ours"]) < 1e-3


def test_the_model_is_the_one_that_the_study_made() -> None:
    result = json.loads((STUDY / "result.json").read_text())
    assert sha256(MODEL.read_bytes()).hexdigest() == result["model_sha256"]
    model = niqe.load_model(MODEL.read_bytes())
    assert (model.centre, model.spread) == (result["fit"]["centre"], result["fit"]["spread"])


def test_damage_lowers_the_score(photos: list[Pixels]) -> None:
    scorer = load_scorer("niqe")
    rng = np.random.default_rng(0)
    for photo in photos:
        image = Image.fromarray(photo)
        blurred = [np.asarray(image.filter(ImageFilter.GaussianBlur(s))) for s in (1.5, 4)]
        noise = rng.normal(0, 1, photo.shape)
        noisy = [np.clip(np.rint(photo + s * noise), 0, 255).astype(np.uint8) for s in (8, 25)]
        clean, *worse = scorer.score([photo, *blurred, *noisy])
        assert clean > 50
        assert clean > worse[0] > worse[1]
        assert clean > worse[2] > worse[3]
        assert max(worse[1], worse[3]) < 50


def test_points_are_a_falling_function_of_the_raw_distance(photos: list[Pixels]) -> None:
    points, raw = load_scorer("niqe"), load_scorer("niqe", RAW)
    assert raw.info.threshold == pytest.approx(niqe.load_model(MODEL.read_bytes()).centre)
    assert not raw.info.higher_is_better
    assert raw.info.digest != points.info.digest
    pairs = sorted(zip(raw.score(photos), points.score(photos), strict=True))
    assert [p for _, p in pairs] == sorted((p for _, p in pairs), reverse=True)
    model = niqe.load_model(MODEL.read_bytes())
    for distance, score in pairs:
        odds = math.exp((distance - model.centre) / model.spread)
        assert score == pytest.approx(100 / (1 + odds), abs=1e-9)


def test_points_stay_in_range_for_any_distance() -> None:
    model = niqe.load_model(MODEL.read_bytes())
    assert model.points(1e6) == 0.0
    assert 98 < model.points(0.0) < 100
    assert math.isnan(model.points(math.nan))


def test_small_pictures(photos: list[Pixels]) -> None:
    scorer = load_scorer("niqe")
    crops = [photos[0][100 : 100 + h, 100 : 100 + w] for h, w in ((95, 300), (33, 47), (32, 32))]
    assert all(0 < score < 100 for score in scorer.score(crops))
    small = scorer.score([photos[0][:31, :300], photos[0][:300, :31]])
    assert all(math.isnan(score) for score in small)


def test_patches_shrink_to_a_short_side() -> None:
    picture = torch.rand(1, 67, 200, dtype=torch.float64) * 255
    features, sharpness = niqe.patch_features(picture)
    assert features.shape == (1, 3, 36)
    assert sharpness.shape == (1, 3)


def test_a_picture_of_one_colour_cannot_be_scored() -> None:
    flat = np.full((200, 300, 3), 77, np.uint8)
    for scale in ("points", "raw"):
        (score,) = load_scorer("niqe", ScorerOptions(extra={"scale": scale})).score([flat])
        assert isinstance(score, NoScore)
        assert score.reason == "a picture of one colour has no score"


def test_patches_of_one_colour_are_left_out(photos: list[Pixels]) -> None:
    photo = photos[0][:192, :288]
    with_sky = np.concatenate([np.full((96, 288, 3), 255, np.uint8), photo])
    features, _ = niqe.patch_features(luma(torch.tensor(with_sky[None])))
    assert np.isnan(features[0, :3]).all(axis=1).tolist() == [False] * 3
    all_sky = np.concatenate([np.full((192, 288, 3), 255, np.uint8), photo])
    features, _ = niqe.patch_features(luma(torch.tensor(all_sky[None])))
    assert np.isnan(features[0]).any(axis=1).tolist() == [True] * 3 + [False] * 9


def test_strips_change_nothing(photos: list[Pixels], monkeypatch: pytest.MonkeyPatch) -> None:
    picture = luma(torch.tensor(photos[0][None]))
    strips, _ = niqe.patch_features(picture)
    monkeypatch.setitem(niqe.STRIP_PX, "cpu", 1 << 24)
    whole, _ = niqe.patch_features(picture)
    np.testing.assert_allclose(strips, whole, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(
    "options",
    [
        ScorerOptions(engine="openvino"),
        ScorerOptions(preprocess="fit"),
        ScorerOptions(extra={"scale": "percent"}),
        ScorerOptions(extra={"scales": "raw"}),
    ],
)
def test_options_that_it_does_not_have(options: ScorerOptions) -> None:
    with pytest.raises(OptionError, match="unknown"):
        load_scorer("niqe", options)


@pytest.mark.parametrize(
    "arrays",
    [
        {},
        {"mean": np.zeros(36), "covariance": np.eye(36)},
        {"mean": np.zeros(35), "covariance": np.eye(36), "points": np.ones(2)},
        {"mean": np.zeros(36, np.float32), "covariance": np.eye(36), "points": np.ones(2)},
        {"mean": np.full(36, np.nan), "covariance": np.eye(36), "points": np.ones(2)},
    ],
)
def test_damaged_models(arrays: dict[str, np.ndarray]) -> None:
    with pytest.raises(WeightsError, match="not a NIQE model"):
        niqe.load_model(safetensors.numpy.save(arrays))
    with pytest.raises(WeightsError, match="not a NIQE model"):
        niqe.load_model(b"garbage")
