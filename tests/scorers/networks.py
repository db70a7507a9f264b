"""Small networks in ONNX form, made for tests."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper

from blackcamo.types import Pixels

PERCENT_OF_GREEN = "[output]\ncolumn = 1\nrange = [0, 1]\n"


def save_means(
    path: Path,
    *,
    shape: tuple[str | int, ...] = ("n", 3, "h", "w"),
    kind: int = TensorProto.FLOAT,
    axes: tuple[int, int] = (2, 3),
    nodes: tuple[onnx.NodeProto, ...] = (),
    outputs: tuple[str, ...] = ("means",),
    weights: tuple[onnx.TensorProto, ...] = (),
    description: str = PERCENT_OF_GREEN,
) -> Path:
    """A network whose output "means" are the means of a picture's three channels."""
    sizes = helper.make_tensor("axes", TensorProto.INT64, [2], axes)
    graph = helper.make_graph(
        [
            helper.make_node("Cast", ["picture"], ["floats"], to=TensorProto.FLOAT),
            helper.make_node("ReduceMean", ["floats", "axes"], ["means"], keepdims=0),
            *nodes,
        ],
        "means",
        [helper.make_tensor_value_info("picture", kind, shape)],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
        [sizes, *weights],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=10)
    path.write_bytes(model.SerializeToString())
    path.with_name(path.name + ".toml").write_text(description, encoding="utf-8")
    return path


def green(percent: float, height_px: int = 10, width_px: int = 14) -> Pixels:
    pixels = np.zeros((height_px, width_px, 3), np.uint8)
    pixels[..., 1] = round(percent * 2.55)
    return pixels


def outside(name: str, location: str) -> onnx.TensorProto:
    """A tensor of one number that lies in another file."""
    tensor = onnx.TensorProto(name=name, data_type=TensorProto.FLOAT, dims=[1])
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value=location)
    return tensor


def put(path: Path, number: float) -> None:
    """Write the file of a tensor that lies outside."""
    path.parent.mkdir(exist_ok=True)
    np.array([number], np.float32).tofile(path)


def save_scaled(path: Path, location: str, factor: float) -> Path:
    """The means times a factor, which lies in a file of its own."""
    put(path.parent / location, factor)
    scale = helper.make_node("Mul", ["means", "factor"], ["scaled"])
    return save_means(
        path, nodes=(scale,), outputs=("scaled",), weights=(outside("factor", location),)
    )
