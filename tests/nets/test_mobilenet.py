"""NIMA's MobileNet against the ONNX exports of the published models."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import pytest
import torch
from PIL import Image

from blackcamo.errors import WeightsError
from blackcamo.nets.mobilenet import NimaMobileNet, from_keras, mean_rating
from blackcamo.weights import keras_layers, read_tensors
from tests.nima_files import layers_of_export, random_layers, write_keras_file


@pytest.fixture(scope="module")
def inputs(kodak: list[Path]) -> np.ndarray:
    """Twenty photos as the network wants them."""
    photos = []
    for path in kodak[:20]:
        with Image.open(path) as photo:
            small = photo.convert("RGB").resize((224, 224), Image.Resampling.NEAREST)
        photos.append(np.asarray(small, dtype=np.float32).transpose(2, 0, 1) / 127.5 - 1)
    return np.stack(photos)


def our_ratings(weights: Path, inputs: np.ndarray) -> np.ndarray:
    network = NimaMobileNet().eval()
    network.load_state_dict(from_keras(keras_layers(read_tensors(weights))), strict=True)
    with torch.inference_mode():
        return mean_rating(network(torch.from_numpy(inputs))).numpy()


def export_ratings(export: Path, inputs: np.ndarray) -> np.ndarray:
    session = onnxruntime.InferenceSession(export, providers=["CPUExecutionProvider"])
    shares = session.run(["probs"], {"input": inputs})[0]
    return np.asarray(shares @ np.arange(1, 11))


def test_the_published_aesthetic_file_rates_photos_as_its_export(
    data_dir: Path, inputs: np.ndarray
) -> None:
    folder = data_dir / "weights"
    theirs = export_ratings(folder / "nima_aesthetic.onnx", inputs)
    ours = our_ratings(folder / "weights_mobilenet_aesthetic_0.07.hdf5", inputs)
    assert np.ptp(theirs) > 0.5
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-4)


def test_a_technical_file_of_that_layout_rates_photos_as_its_export(
    data_dir: Path, inputs: np.ndarray, tmp_path: Path
) -> None:
    export = data_dir / "weights" / "nima_technical.onnx"
    theirs = export_ratings(export, inputs)
    file = write_keras_file(layers_of_export(export), tmp_path / "technical.hdf5")
    ours = our_ratings(file, inputs)
    assert np.ptp(theirs) > 0.5
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-4)


def test_ratings_are_a_distribution_over_one_to_ten() -> None:
    torch.manual_seed(0)
    with torch.inference_mode():
        probabilities = NimaMobileNet().eval()(torch.rand(2, 3, 224, 224))
    assert probabilities.shape == (2, 10)
    torch.testing.assert_close(probabilities.sum(dim=1), torch.ones(2))
    certain = torch.eye(10)
    torch.testing.assert_close(mean_rating(certain), torch.arange(1.0, 11.0))


class TestFromKeras:
    @pytest.fixture
    def layers(self) -> dict[str, dict[str, torch.Tensor]]:
        return {
            layer: {name: torch.from_numpy(value) for name, value in variables.items()}
            for layer, variables in random_layers(seed=0).items()
        }

    def test_gives_a_state_that_loads(self, layers: dict[str, dict[str, torch.Tensor]]) -> None:
        state = from_keras(layers)
        NimaMobileNet().load_state_dict(state, strict=True)
        assert len(state) == len(NimaMobileNet().state_dict())

    def test_refuses_a_missing_variable(self, layers: dict[str, dict[str, torch.Tensor]]) -> None:
        del layers["conv_dw_7_bn"]["beta"]
        with pytest.raises(WeightsError, match=r"conv_dw_7_bn/beta is missing"):
            from_keras(layers)

    def test_refuses_an_unknown_layer(self, layers: dict[str, dict[str, torch.Tensor]]) -> None:
        layers["conv_pw_14"] = {"kernel": torch.zeros(1, 1, 8, 8)}
        with pytest.raises(WeightsError, match=r"conv_pw_14/kernel is not part of it"):
            from_keras(layers)

    def test_refuses_a_kernel_of_another_kind(
        self, layers: dict[str, dict[str, torch.Tensor]]
    ) -> None:
        layers["dense_1"]["kernel"] = torch.zeros(10)
        with pytest.raises(WeightsError, match=r"dense_1/kernel has 1 axes, it must have 2"):
            from_keras(layers)
