"""What an ONNX file says of itself: weights that lie elsewhere, quantisation."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from blackcamo.errors import InputError, WeightsError
from blackcamo.images import Source
from blackcamo.run.scoring import score_source
from blackcamo.scorers import load_scorer

pytest.importorskip("onnx")
import onnx
from onnx import TensorProto, helper, numpy_helper

from tests.scorers.networks import green, outside, put, save_means, save_scaled


def digest(path: Path) -> str:
    return load_scorer(f"onnx:{path}").info.digest


@pytest.mark.parametrize("location", ["net.onnx.data", "net.onnx_data", "weights/w0", "./a b.bin"])
def test_the_digest_follows_weights_wherever_they_lie(tmp_path: Path, location: str) -> None:
    path = save_scaled(tmp_path / "net.onnx", location, 1)
    first = digest(path)
    assert digest(path) == first
    put(tmp_path / location, 0.5)
    assert digest(path) != first
    assert load_scorer(f"onnx:{path}").score([green(60)]) == pytest.approx([30], abs=1e-4)
    put(tmp_path / location, 1)
    assert digest(path) == first


def test_each_file_counts_where_every_tensor_has_its_own(tmp_path: Path) -> None:
    names = ("first", "second")
    for name in names:
        put(tmp_path / name, 1)
    scale = [helper.make_node("Mul", ["means", "first"], ["once"])]
    scale.append(helper.make_node("Mul", ["once", "second"], ["twice"]))
    path = save_means(
        tmp_path / "net.onnx",
        nodes=tuple(scale),
        outputs=("twice",),
        weights=tuple(outside(name, name) for name in names),
    )
    digests = {digest(path)}
    for name in names:
        put(tmp_path / name, 2)
        digests.add(digest(path))
    # The same two files with their names changed round are another network.
    put(tmp_path / "first", 1)
    digests.add(digest(path))
    assert len(digests) == 4


def test_weights_of_a_constant_inside_a_branch_count(tmp_path: Path) -> None:
    put(tmp_path / "inner.bin", 3)
    constant = helper.make_node("Constant", [], ["inner"], value=outside("inner", "inner.bin"))
    scale = helper.make_node("Mul", ["means", "inner"], ["out"])
    made = helper.make_tensor_value_info("out", TensorProto.FLOAT, None)
    branch = helper.make_graph([constant, scale], "branch", [], [made])
    yes = helper.make_tensor("yes", TensorProto.BOOL, [], [True])
    path = save_means(
        tmp_path / "net.onnx",
        nodes=(
            helper.make_node("Constant", [], ["yes"], value=yes),
            helper.make_node("If", ["yes"], ["chosen"], then_branch=branch, else_branch=branch),
        ),
        outputs=("chosen",),
    )
    first = digest(path)
    put(tmp_path / "inner.bin", 4)
    assert digest(path) != first


def test_a_file_that_the_network_does_not_name_is_none_of_its_weights(tmp_path: Path) -> None:
    path = save_means(tmp_path / "net.onnx")
    first = digest(path)
    (tmp_path / "net.onnx.data").write_bytes(b"left over")
    assert digest(path) == first


def test_onnxs_own_way_to_put_weights_outside(tmp_path: Path) -> None:
    factor = numpy_helper.from_array(np.array([1], np.float32), "factor")
    scale = helper.make_node("Mul", ["means", "factor"], ["scaled"])
    path = save_means(tmp_path / "net.onnx", nodes=(scale,), outputs=("scaled",), weights=(factor,))
    onnx.save(
        onnx.load(path),
        path,
        save_as_external_data=True,
        all_tensors_to_one_file=False,
        size_threshold=0,
    )
    first = digest(path)
    put(tmp_path / "factor", 2)
    assert digest(path) != first


def test_weights_that_are_not_there(tmp_path: Path) -> None:
    path = save_scaled(tmp_path / "net.onnx", "net.onnx_data", 1)
    data = tmp_path / "net.onnx_data"
    data.unlink()
    with pytest.raises(InputError, match=r"no file '.*net\.onnx_data', in which the network keeps"):
        load_scorer(f"onnx:{path}")
    data.mkdir()
    with pytest.raises(WeightsError, match=r"net\.onnx_data' is not a regular file"):
        load_scorer(f"onnx:{path}")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs POSIX")
def test_a_pipe_in_place_of_weights_keeps_nobody_waiting(tmp_path: Path) -> None:
    path = save_scaled(tmp_path / "net.onnx", "pipe", 1)
    (tmp_path / "pipe").unlink()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(WeightsError, match="pipe' is not a regular file"):
        load_scorer(f"onnx:{path}")


@pytest.mark.parametrize("location", ["../w", "/etc/hostname", "a/../../w", "", "."])
def test_weights_outside_the_networks_folder_are_refused(tmp_path: Path, location: str) -> None:
    folder = tmp_path / "inside"
    folder.mkdir()
    put(tmp_path / "w", 1)
    scale = helper.make_node("Mul", ["means", "w"], ["scaled"])
    path = save_means(
        folder / "net.onnx", nodes=(scale,), outputs=("scaled",), weights=(outside("w", location),)
    )
    with pytest.raises(WeightsError, match=r"must be a file beside the network|not a regular"):
        load_scorer(f"onnx:{path}")


def quantised(path: Path, kind: str) -> Path:
    """The means by way of eight bits, as tools for quantisation put it."""
    step = helper.make_tensor("step", TensorProto.FLOAT, [], [1 / 255])
    zero = helper.make_tensor("zero", TensorProto.UINT8, [], [0])
    there = {
        "DynamicQuantizeLinear": (["means"], ["q", "step_", "zero_"], ["q", "step_", "zero_"]),
        "QuantizeLinear": (["means", "step", "zero"], ["q"], ["q", "step", "zero"]),
    }
    given, made, back = there[kind]
    return save_means(
        path,
        nodes=(
            helper.make_node(kind, given, made),
            helper.make_node("DequantizeLinear", back, ["out"]),
        ),
        outputs=("out",),
        weights=(step, zero) if kind == "QuantizeLinear" else (),
    )


@pytest.mark.parametrize("kind", ["DynamicQuantizeLinear", "QuantizeLinear"])
def test_a_quantised_network_is_known_as_one(tmp_path: Path, kind: str) -> None:
    scorer = load_scorer(f"onnx:{quantised(tmp_path / 'net.onnx', kind)}")
    assert scorer.info.precision == "quantised"
    Image.fromarray(green(60, 40, 50)).save(tmp_path / "photo.png")
    result = score_source(Source(tmp_path / "photo.png"), scorer, None)
    assert result.score == pytest.approx(60, abs=0.3)
    assert [note.partition(":")[0] for note in result.notes] == ["the network is quantised"]
    exact = load_scorer(f"onnx:{save_means(tmp_path / 'exact.onnx')}")
    assert exact.info.precision == "fp32"
    assert score_source(Source(tmp_path / "photo.png"), exact, None).notes == ()
