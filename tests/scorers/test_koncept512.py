"""KonCept512 against the organisers' port, against Keras, and as a scorer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import h5py
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image
from safetensors.torch import save_file

from blackcamo import weights
from blackcamo.engines import build
from blackcamo.errors import OptionError, WeightsError
from blackcamo.nets.inception_resnet_v2 import KonCept512, Pooling
from blackcamo.scorers import load_scorer
from blackcamo.scorers.koncept512 import KonCept512Scorer, centre_crop, fit, stages
from blackcamo.testing import ScorerContract
from blackcamo.types import NoScore, Pixels, Scorer, ScorerInfo, ScorerOptions
from blackcamo.weights.koncept512 import convert
from tests import koncept512_keras
from tests.koncept512_standin import picture, state_dict


@pytest.fixture(scope="module")
def contract(data_dir: Path) -> Path:
    return data_dir / "koncept512"


@pytest.fixture(scope="module")
def standin(contract: Path) -> dict[str, torch.Tensor]:
    return state_dict(json.loads((contract / "state_dict.json").read_text()))


@pytest.fixture(scope="module")
def home(standin: dict[str, torch.Tensor], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in which the stand-in weights are installed from a .pth file."""
    folder = tmp_path_factory.mktemp("home")
    torch.save(standin, folder / "KonCept512.pth")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BLACKCAMO_HOME", str(folder))
        done = weights.install("koncept512", source=folder / "KonCept512.pth")
    assert done.record["format"] == "pytorch-port"
    return folder


@pytest.fixture
def installed(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLACKCAMO_HOME", str(home))


class Witness:
    """An engine that keeps what it is given and answers with the mean."""

    name, device, precision = "witness", "cpu", "fp32"

    def __init__(self) -> None:
        self.seen: list[Pixels] = []

    def run(self, images: Sequence[Pixels], *, reference: bool = False) -> NDArray[np.float32]:
        self.seen.extend(images)
        return np.array([[image.mean()] for image in images], np.float32)


def scorer(
    engine: Witness, preprocess: str | None, pooling: Pooling = "top_left_8x8"
) -> KonCept512Scorer:
    info = ScorerInfo("koncept512")
    return KonCept512Scorer(engine, pooling=pooling, info=info, preprocess=preprocess)


def test_network_has_the_names_and_shapes_of_the_checkpoint(contract: Path) -> None:
    with torch.device("meta"):
        network = KonCept512(pooling="top_left_8x8", head_eps=1e-5)
    ours = {name: list(tensor.shape) for name, tensor in network.state_dict().items()}
    theirs = json.loads((contract / "state_dict.json").read_text())
    assert ours == theirs
    assert list(ours) == list(theirs)
    assert sum(p.numel() for p in network.state_dict().values()) == 59_889_136


@pytest.mark.usefixtures("installed")
def test_golden_values(contract: Path) -> None:
    golden = json.loads((contract / "golden.json").read_text())
    assert len(golden) == 5
    images = [picture(g["seed"], g["height"], g["width"]) for g in golden]
    options = ScorerOptions(device="cpu", engine="torch", preprocess="none")
    scores = load_scorer("koncept512", options).score(images, reference=True)
    np.testing.assert_allclose(scores, [g["score"] for g in golden], rtol=1e-5)


@pytest.mark.slow
@pytest.mark.usefixtures("installed")
def test_openvino_scores_as_torch_does(contract: Path) -> None:
    golden = json.loads((contract / "golden.json").read_text())[:3]
    images = [picture(g["seed"], g["height"], g["width"]) for g in golden]
    expected = [g["score"] for g in golden]
    model = load_scorer("koncept512", ScorerOptions(device="cpu", engine="openvino"))
    np.testing.assert_allclose(model.score(images, reference=True), expected, atol=1e-3)
    # In a search bf16 may move a score by a few tenths of a point, of 100.
    np.testing.assert_allclose(model.score(images), expected, atol=0.3)
    assert model.score([picture(9, 40, 40), images[1]])[1] == model.score(images)[1]


@pytest.mark.slow
@pytest.mark.usefixtures("installed")
def test_onnxruntime_scores_as_torch_does(contract: Path) -> None:
    golden = json.loads((contract / "golden.json").read_text())
    images = [picture(g["seed"], g["height"], g["width"]) for g in golden]
    options = ScorerOptions(device="cpu", engine="onnxruntime", preprocess="none")
    scores = load_scorer("koncept512", options).score(images)
    np.testing.assert_allclose(scores, [g["score"] for g in golden], atol=1e-3)


def write_keras_file(path: Path, variables: dict[str, dict[str, list[int]]]) -> None:
    """Weights as Keras 2 writes them: a group per layer, in it one with the variables."""
    with h5py.File(path, "w") as file:
        for layer, shapes in variables.items():
            for name, shape in shapes.items():
                value = koncept512_keras.variable(layer, name, tuple(shape))
                file[f"{layer}/{layer}/{name}:0"] = value


def test_keras_weights_score_as_in_keras(tmp_path: Path) -> None:
    record = json.loads(koncept512_keras.RECORD.read_text())
    write_keras_file(tmp_path / "model.h5", record["variables"])
    converted = convert(tmp_path / "model.h5")
    assert converted.format == "keras"
    network = KonCept512(pooling="global", head_eps=1e-3)
    network.load_state_dict(dict(converted.tensors))
    engine = build(stages(network), size=(384, 512), engine="torch", device="cpu")
    model = KonCept512Scorer(
        engine, pooling="global", info=ScorerInfo("koncept512"), preprocess="none"
    )
    images = [picture(*size) for size in koncept512_keras.PICTURES]
    np.testing.assert_allclose(model.score(images), record["scores"], atol=1e-4)


def test_keras_files_of_other_models_are_refused(tmp_path: Path) -> None:
    record = json.loads(koncept512_keras.RECORD.read_text())
    small = {name: record["variables"][name] for name in ("conv2d", "fc_out", "fc_bn0")}
    write_keras_file(tmp_path / "small.h5", small)
    with pytest.raises(WeightsError, match="1 layers 'conv2d', not 203"):
        convert(tmp_path / "small.h5")


def test_installed_form_survives_a_copy(standin: dict[str, torch.Tensor], tmp_path: Path) -> None:
    own = {"model": "koncept512", "format": "keras"}
    save_file(standin, tmp_path / "own.safetensors", metadata=own)
    assert convert(tmp_path / "own.safetensors").format == "keras"
    save_file(standin, tmp_path / "hub.safetensors", metadata={"format": "pt"})
    assert convert(tmp_path / "hub.safetensors").format == "pytorch-port"
    other = {name: tensor for name, tensor in standin.items() if name != "fc.12.bias"}
    save_file(other, tmp_path / "other.safetensors")
    with pytest.raises(WeightsError, match=r"'fc\.12\.bias' is missing"):
        convert(tmp_path / "other.safetensors")


@pytest.mark.usefixtures("installed")
def test_what_the_scorer_declares() -> None:
    plain = load_scorer("koncept512", ScorerOptions(device="cpu", engine="torch")).info
    assert (plain.low, plain.high, plain.threshold) == (0.0, 100.0, 50.0)
    assert plain.preprocess == "task at 512x384, fit elsewhere"
    assert (plain.engine, plain.precision) == ("torch", "fp32")
    fitted = ScorerOptions(device="cpu", engine="torch", preprocess="fit", threshold=40.0)
    other = load_scorer("koncept512", fitted).info
    assert (other.preprocess, other.threshold) == ("fit", 40.0)
    assert other.digest != plain.digest


@pytest.mark.usefixtures("installed")
def test_bad_options() -> None:
    with pytest.raises(OptionError, match="unknown preprocess of scorer 'koncept512' 'fitt'"):
        load_scorer("koncept512", ScorerOptions(preprocess="fitt"))
    with pytest.raises(OptionError, match="takes no argument"):
        load_scorer("koncept512:x.pth")
    with pytest.raises(OptionError, match="option of scorer 'koncept512'"):
        load_scorer("koncept512", ScorerOptions(extra={"scale": "raw"}))


def test_missing_weights_say_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLACKCAMO_HOME", str(tmp_path))
    with pytest.raises(WeightsError) as caught:
        load_scorer("koncept512")
    message = str(caught.value)
    assert "downloads" not in message
    assert "`blackcamo weights install koncept512 --from FILE`" in message
    assert "https://github.com/ZhengyuZhao/koniq-PyTorch" in message
    assert "\n" not in message
    assert list(tmp_path.iterdir()) == []


def test_damaged_record_is_told_from_a_missing_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BLACKCAMO_HOME", str(tmp_path))
    (tmp_path / "weights").mkdir()
    save_file({"x": torch.zeros(1)}, tmp_path / "weights" / "koncept512.safetensors")
    with pytest.raises(WeightsError, match="damaged; install them again"):
        load_scorer("koncept512")


def test_task_cuts_the_middle_out_and_refuses_smaller_pictures() -> None:
    engine = Witness()
    large = picture(1, 400, 530)
    images = [picture(0, 384, 512), picture(2, 383, 512), large, picture(3, 384, 511)]
    scores = scorer(engine, "task").score(images)
    assert np.isnan(scores).tolist() == [False, True, False, True]
    assert isinstance(scores[1], NoScore)
    assert scores[1].reason == "the picture is 512x383; 512x384 are cut out of it"
    np.testing.assert_array_equal(engine.seen[0], images[0])
    np.testing.assert_array_equal(engine.seen[1], large[8:392, 9:521])
    # Half a pixel is rounded to the even side, as torchvision rounds it.
    odd = picture(4, 385, 515)
    np.testing.assert_array_equal(centre_crop(odd), odd[0:384, 2:514])


def test_default_is_the_task_at_its_size_and_fit_elsewhere() -> None:
    model = scorer(Witness(), None)
    assert model.preprocess_of(picture(0, 384, 512)) == "task"
    assert model.preprocess_of(picture(0, 512, 384)) == "fit"
    assert scorer(Witness(), "none").preprocess_of(picture(0, 384, 512)) == "none"


def test_fit_covers_and_cuts() -> None:
    doubled = picture(5, 768, 1024)
    resized = Image.fromarray(doubled).resize((512, 384), Image.Resampling.BICUBIC)
    np.testing.assert_array_equal(fit(doubled), np.asarray(resized))
    wide = picture(6, 384, 912)  # 200 pixels too many on either side
    np.testing.assert_array_equal(fit(wide), wide[:, 200:712])
    for size in ((1, 1), (20_000, 1), (1, 20_000), (333, 777)):
        assert fit(np.full((*size, 3), 77, np.uint8)).shape == (384, 512, 3)
        assert (fit(np.full((*size, 3), 77, np.uint8)) == 77).all()


def test_pictures_that_the_network_cannot_take_as_they_are() -> None:
    sides = [(298, 512), (299, 299), (554, 554), (555, 400)]
    scores = scorer(Witness(), "none").score([picture(0, *side) for side in sides])
    assert np.isnan(scores).tolist() == [True, False, False, True]
    scores = scorer(Witness(), "none", "global").score([picture(0, 74, 99), picture(0, 75, 999)])
    assert np.isnan(scores).tolist() == [True, False]


@pytest.mark.parametrize(
    ("pooling", "cells", "sides"),
    [("top_left_8x8", (8, 15), (299, 554)), ("global", (1, None), (75, None))],
)
def test_bounds_of_the_sides(
    pooling: Pooling, cells: tuple[int, int | None], sides: tuple[int, int | None]
) -> None:
    """The last map has exactly that many cells at the bounds, and one less or more beyond."""
    with torch.device("meta"):
        base = KonCept512(pooling=pooling, head_eps=1e-5).base[:-1].eval()

    def cells_of(side: int) -> int:
        return int(base(torch.empty(1, 3, side, 512, device="meta")).shape[2])

    assert cells_of(sides[0]) == cells[0]
    if sides[1] is None:
        with pytest.raises(RuntimeError):
            cells_of(sides[0] - 1)
    else:
        assert cells_of(sides[0] - 1) == cells[0] - 1
        assert cells_of(sides[1]) == cells[1]
        assert cells_of(sides[1] + 1) == cells[1] + 1


def test_what_is_no_picture_spoils_nobody() -> None:
    images = [picture(0, 384, 512), np.zeros((384, 512), np.uint8)]
    images.append(np.zeros((5, 5, 3), np.float32))
    scores = scorer(Witness(), None).score(images)
    assert np.isnan(scores).tolist() == [False, True, True]
    assert scorer(Witness(), None).score([]) == []


@pytest.mark.slow
class TestContract(ScorerContract):
    reference_tolerance = 0.3  # bf16, where the CPU has it

    @pytest.fixture(autouse=True)
    def _weights(self, installed: None) -> None:
        pass

    def make_scorer(self) -> Scorer:
        return load_scorer("koncept512", ScorerOptions(device="cpu"))
