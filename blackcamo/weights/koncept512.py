"""KonCept512 (Hosu et al. 2020): the PyTorch port's checkpoint and the original Keras file."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from blackcamo.errors import WeightsError
from blackcamo.weights.files import check_shapes, keras_layers, read_record, read_tensors
from blackcamo.weights.spec import Converted, RemoteFile, Source, WeightsSpec

if TYPE_CHECKING:
    from torch import Tensor

PORT = "pytorch-port"
KERAS = "keras"

_Layers: TypeAlias = "Mapping[str, Mapping[str, Tensor]]"

# Keras' layers that have a name of their own -> where they are in the network.
_RESIDUAL_CONVS = {
    **{f"block35_{i}_conv": f"base.8.{i - 1}.conv2d" for i in range(1, 11)},
    **{f"block17_{i}_conv": f"base.10.{i - 1}.conv2d" for i in range(1, 21)},
    **{f"block8_{i}_conv": f"base.12.{i - 1}.conv2d" for i in range(1, 10)},
    "block8_10_conv": "base.13.conv2d",
}
_LAST_UNIT = ("base.14", "conv_7b", "conv_7b_bn")
_DENSE = {"fc_fc0": "fc.0", "fc_fc1": "fc.4", "fc_fc2": "fc.8", "fc_out": "fc.12"}
_DENSE_NORMS = {"fc_bn0": "fc.2", "fc_bn1": "fc.6", "fc_bn2": "fc.10"}


def convert(path: Path) -> Converted:
    """Read a checkpoint of the PyTorch port, the original Keras file, or a file of this store.

    Raises:
        WeightsError: the file is damaged or holds another model.
        MissingExtraError: HDF5 needs h5py.
    """
    tensors = read_tensors(path)
    expected = _shapes()
    layers = keras_layers(tensors)
    record = read_record(path)
    # A file of this store says which form its tensors came in; any other is the port's.
    form = record["format"] if record.get("model") == SPEC.name else PORT
    if "fc_out" in layers or "conv_7b" in layers:
        tensors, form = dict(_from_keras(layers, list(expected))), KERAS
    check_shapes(tensors, expected, "KonCept512")
    return Converted(tensors, form)


def _shapes() -> dict[str, tuple[int, ...]]:
    import torch

    from blackcamo.nets.inception_resnet_v2 import KonCept512

    with torch.device("meta"):
        network = KonCept512(pooling="global", head_eps=1e-3)
    return {name: tuple(tensor.shape) for name, tensor in network.state_dict().items()}


def _from_keras(layers: _Layers, names: list[str]) -> Iterator[tuple[str, Tensor]]:
    """Our tensors from Keras' layers; ``names`` are those of the state dict, in forward order.

    Keras numbers the units without a name as they are built, which is the forward order too.
    """
    suffix = ".conv.weight"
    units = [name.removesuffix(suffix) for name in names if name.endswith(suffix)]
    units.remove(_LAST_UNIT[0])
    convs = _numbered(layers, "conv2d", len(units))
    norms = _numbered(layers, "batch_normalization", len(units))
    for unit, conv, norm in [*zip(units, convs, norms, strict=True), _LAST_UNIT]:
        yield f"{unit}.conv.weight", _kernel(layers, conv)
        yield from _norm(layers, norm, f"{unit}.bn")
    for layer, ours in _RESIDUAL_CONVS.items():
        yield f"{ours}.weight", _kernel(layers, layer)
        yield f"{ours}.bias", _variable(layers, layer, "bias")
    for layer, ours in _DENSE.items():
        yield f"{ours}.weight", _variable(layers, layer, "kernel").t()
        yield f"{ours}.bias", _variable(layers, layer, "bias")
    for layer, ours in _DENSE_NORMS.items():
        yield from _norm(layers, layer, ours)


def _numbered(layers: _Layers, kind: str, count: int) -> list[str]:
    """The layers "kind" or "kind_N", sorted by N."""
    found = {m: name for name in layers if (m := re.fullmatch(rf"{kind}(?:_(\d+))?", name))}
    if len(found) != count:
        raise WeightsError(
            f"these are not weights of KonCept512: {len(found)} layers {kind!r}, not {count}"
        )
    return [found[m] for m in sorted(found, key=lambda m: int(m[1] or 0))]


def _variable(layers: _Layers, layer: str, name: str) -> Tensor:
    try:
        return layers[layer][name]
    except KeyError:
        raise WeightsError(
            f"these are not weights of KonCept512: layer {layer!r} or its {name!r} is missing"
        ) from None


def _kernel(layers: _Layers, layer: str) -> Tensor:
    """(height, width, in, out) to (out, in, height, width)."""
    kernel = _variable(layers, layer, "kernel")
    if kernel.ndim != 4:
        raise WeightsError(f"these are not weights of KonCept512: {layer!r} is no convolution")
    return kernel.permute(3, 2, 0, 1)


def _norm(layers: _Layers, layer: str, ours: str) -> Iterator[tuple[str, Tensor]]:
    import torch

    beta = _variable(layers, layer, "beta")
    # Keras' Inception-ResNet-v2 normalises without a scale: gamma is 1 there.
    yield f"{ours}.weight", layers[layer].get("gamma", torch.ones_like(beta))
    yield f"{ours}.bias", beta
    yield f"{ours}.running_mean", _variable(layers, layer, "moving_mean")
    yield f"{ours}.running_var", _variable(layers, layer, "moving_variance")
    yield f"{ours}.num_batches_tracked", torch.tensor(0)


SPEC = WeightsSpec(
    name="koncept512",
    title="KonCept512: Inception-ResNet-v2 trained on KonIQ-10k (Hosu et al. 2020)",
    licence="none stated by its authors",
    sources=(
        Source(
            PORT,
            "https://github.com/ZhengyuZhao/koniq-PyTorch",
            (RemoteFile("KonCept512.pth"),),
        ),
        Source(
            KERAS,
            "https://github.com/subpic/koniq",
            # Its authors offer it without https, and publish no digest: by hand alone.
            (RemoteFile("koncep512-trained-model.h5"),),
        ),
    ),
    convert=convert,
    installed_bytes=239_700_000,
)
