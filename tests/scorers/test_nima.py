"""NIMA as scorers: the published weights, installed from idealo's files, against their exports."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
from PIL import Image

from blackcamo import weights
from blackcamo.errors import OptionError, WeightsError
from blackcamo.images import load_photo
from blackcamo.scorers import load_scorer
from blackcamo.scorers.nima import points
from blackcamo.testing import ScorerContract
from blackcamo.types import Pixels, Scorer, ScorerOptions
from tests.nima_files import layers_of_export, random_layers, write_keras_file

NAMES = ("nima-technical", "nima-aesthetic")
TORCH = ScorerOptions(device="cpu", engine="torch")


@pytest.fixture(scope="module")
def home(data_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with idealo's aesthetic file, and a technical one of its layout, installed."""
    folder = tmp_path_factory.mktemp("home")
    published = data_dir / "weights"
    sources = {
        "nima-aesthetic": published / "weights_mobilenet_aesthetic_0.07.hdf5",
        "nima-technical": write_keras_file(
            layers_of_export(published / "nima_technical.onnx"), folder / "technical.hdf5"
        ),
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BLACKCAMO_HOME", str(folder))
        for name, source in sources.items():
            weights.install(name, source=source)
    return folder


@pytest.fixture
def installed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLACKCAMO_HOME", str(home))


@pytest.mark.usefixtures("installed")
class TestTechnicalContract(ScorerContract):
    def make_scorer(self) -> Scorer:
        return load_scorer("nima-technical", TORCH)


@pytest.mark.usefixtures("installed")
class TestAestheticContract(ScorerContract):
    """As it runs by default: with OpenVINO."""

    def make_scorer(self) -> Scorer:
        return load_scorer("nima-aesthetic", ScorerOptions(device="cpu"))


@pytest.fixture(scope="module")
def photos(kodak: list[Path]) -> list[Pixels]:
    return [load_photo(path).pixels for path in kodak[:20]]


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize("name", NAMES)
def test_scores_photos_as_the_export_does(name: str, photos: list[Pixels], data_dir: Path) -> None:
    export = data_dir / "weights" / f"{name.replace('-', '_')}.onnx"
    session = onnxruntime.InferenceSession(export, providers=["CPUExecutionProvider"])
    small = [
        np.asarray(Image.fromarray(p).resize((224, 224), Image.Resampling.NEAREST)) for p in photos
    ]
    inputs = (np.stack(small).transpose(0, 3, 1, 2) / 127.5 - 1).astype(np.float32)
    theirs = session.run(["probs"], {"input": inputs})[0] @ np.arange(1, 11)
    ours = np.array(load_scorer(name, TORCH).score(photos, reference=True)) / 100 * 9 + 1
    assert np.ptp(theirs) > 0.5
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-3)


@pytest.mark.usefixtures("installed")
def test_every_engine_gives_one_answer(photos: list[Pixels]) -> None:
    scores = {
        engine: load_scorer("nima-technical", ScorerOptions(device="cpu", engine=engine)).score(
            photos[:3], reference=True
        )
        for engine in ("torch", "openvino", "onnxruntime")
    }
    for engine in ("openvino", "onnxruntime"):
        np.testing.assert_allclose(scores[engine], scores["torch"], rtol=0, atol=1e-3)


@pytest.mark.usefixtures("installed")
def test_declaration() -> None:
    info = {name: load_scorer(name, TORCH).info for name in NAMES}
    for name in NAMES:
        declared = info[name]
        assert (declared.name, declared.low, declared.high) == (name, 0, 100)
        assert (declared.threshold, declared.higher_is_better) == (50, True)
        assert (declared.preprocess, declared.precision) == ("nearest", "fp32")
    assert info[NAMES[0]].digest != info[NAMES[1]].digest


def test_points_span_the_scale() -> None:
    assert points(np.eye(10, dtype=np.float32)) == pytest.approx(list(np.arange(10) / 9 * 100))


def test_the_published_file_is_recognised(
    data_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BLACKCAMO_HOME", str(tmp_path))
    file = data_dir / "weights" / "weights_mobilenet_aesthetic_0.07.hdf5"
    done = weights.install("nima-aesthetic", source=file)
    assert done.notes == ()
    assert done.record["format"] == "keras-hdf5"


class TestOtherWeights:
    @pytest.fixture(autouse=True)
    def _own_home(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("BLACKCAMO_HOME", str(tmp_path / "home"))

    def test_of_the_same_layout_are_taken_with_a_note(self, tmp_path: Path) -> None:
        file = write_keras_file(random_layers(seed=1), tmp_path / "mine.hdf5")
        done = weights.install("nima-technical", source=file)
        assert len(done.notes) == 1
        assert "mine.hdf5" in done.notes[0]
        picture = np.random.default_rng(0).integers(0, 256, (60, 80, 3), np.uint8)
        scores = load_scorer("nima-technical", TORCH).score([picture])
        assert 0 <= scores[0] <= 100

    def test_of_another_width_are_refused(self, tmp_path: Path) -> None:
        layers = random_layers(seed=1)
        layers["dense_1"] = {"kernel": np.zeros((512, 10)), "bias": np.zeros(10)}
        file = write_keras_file(layers, tmp_path / "narrow.hdf5")
        with pytest.raises(WeightsError, match=r"head\.dense\.weight.*\(10, 512\).*\(10, 1024\)"):
            weights.install("nima-technical", source=file)

    def test_missing_ones_say_how_to_get_them(self) -> None:
        with pytest.raises(WeightsError, match="blackcamo weights install nima-technical"):
            load_scorer("nima-technical")


@pytest.mark.usefixtures("installed")
@pytest.mark.parametrize(
    ("spec", "options", "said"),
    [
        ("nima-technical:file", ScorerOptions(), "takes no argument"),
        ("nima-technical", ScorerOptions(preprocess="bicubic"), "bicubic"),
        ("nima-technical", ScorerOptions(extra={"scale": "raw"}), "scale"),
        ("nima-technical", ScorerOptions(threshold=101, engine="torch"), "101"),
    ],
)
def test_refuses_what_it_does_not_have(spec: str, options: ScorerOptions, said: str) -> None:
    with pytest.raises(OptionError, match=said):
        load_scorer(spec, options)
