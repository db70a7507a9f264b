"""NIMA's MobileNet in the layout of idealo's Keras HDF5 files."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import h5py
import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import nn

from blackcamo.nets.mobilenet import NimaMobileNet

Layers = dict[str, dict[str, np.ndarray]]
BN_EPS = 1e-3


def keras_layers(kernels: Sequence[np.ndarray], biases: Sequence[np.ndarray]) -> Layers:
    """The layers of a file whose batch normalisation adds a bias and does nothing else.

    ``kernels`` and ``biases`` are those of the 27 convolutions, in forward order, and of the
    dense layer, laid out as in torch and ONNX.
    """
    layers: Layers = {"dense_1": {"kernel": kernels[-1].T, "bias": biases[-1]}}
    names = ["conv1"] + [f"conv_{kind}_{i}" for i in range(1, 14) for kind in ("dw", "pw")]
    for name, kernel, bias in zip(names, kernels[:-1], biases[:-1], strict=True):
        if "_dw_" in name:
            layers[name] = {"depthwise_kernel": kernel.transpose(2, 3, 0, 1)}
        else:
            layers[name] = {"kernel": kernel.transpose(2, 3, 1, 0)}
        layers[f"{name}_bn"] = {
            "gamma": np.ones_like(bias),
            "beta": bias,
            "moving_mean": np.zeros_like(bias),
            "moving_variance": np.ones_like(bias) - BN_EPS,
        }
    return layers


def layers_of_export(export: Path) -> Layers:
    """Those of an ONNX export, whose batch normalisation is folded into its convolutions."""
    values = {v.name: numpy_helper.to_array(v) for v in onnx.load(export).graph.initializer}
    return keras_layers([values[f"w{i}"] for i in range(28)], [values[f"b{i}"] for i in range(28)])


def random_layers(seed: int) -> Layers:
    """Those of a network with random weights."""
    torch.manual_seed(seed)
    network = NimaMobileNet()
    kernels = [
        m.weight.detach().numpy() for m in network.modules() if isinstance(m, nn.Conv2d | nn.Linear)
    ]
    return keras_layers(kernels, [np.zeros(len(k), np.float32) for k in kernels])


def write_keras_file(layers: Layers, path: Path) -> Path:
    """Write ``layers`` under the paths that Keras gives them."""
    with h5py.File(path, "w") as file:
        for layer, variables in layers.items():
            for name, value in variables.items():
                file[f"{layer}/{layer}/{name}:0"] = value
    return path
