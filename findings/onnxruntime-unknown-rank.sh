#!/usr/bin/env bash
# ONNX Runtime tells an output of unknown rank as a scalar: its shape is [] in both cases.
#
# Guess beforehand: get_outputs()[0].shape is [] for a scalar alone; where shape inference cannot
# know how many dimensions an output has, it is None, or names stand for what is unknown, as they
# do for single lengths ("n", or None in the list).
# Seen with onnxruntime 1.32.0, onnx 1.23.2, numpy 2.3.5: a Squeeze without axes, after dimensions
# of which one is named, has the shape [] and gives an array of shape (5,) for five pictures; a
# mean over everything has the shape [] and gives (). Who decides by the declared shape whether a
# network can be given several pictures at once takes the first for the second; only running it
# tells.
set -euo pipefail
folder="$(mktemp -d)"
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    onnxruntime==1.32.0 onnx==1.23.2 numpy==2.3.5
"$folder/venv/bin/python" - <<'PYTHON'
from importlib.metadata import version

import numpy as np
import onnxruntime
from onnx import TensorProto, helper


def shapes(last):
    """The declared shape of a network's output, and that of what comes out for five pictures."""
    mean = helper.make_node("ReduceMean", ["x"], ["m"], keepdims=1, axes=[1, 2, 3])
    given = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3, 8, 8])
    made = helper.make_tensor_value_info("y", TensorProto.FLOAT, None)
    graph = helper.make_graph([mean, last], "g", [given], [made])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=10)
    session = onnxruntime.InferenceSession(model.SerializeToString())
    (out,) = session.run(None, {"x": np.ones((5, 3, 8, 8), np.float32)})
    return session.get_outputs()[0].shape, out.shape


print("onnxruntime", version("onnxruntime"), "onnx", version("onnx"), "numpy", np.__version__)
squeezed = shapes(helper.make_node("Squeeze", ["m"], ["y"]))
scalar = shapes(helper.make_node("ReduceMean", ["m"], ["y"], keepdims=0))
print("declared and real, Squeeze without axes:", *squeezed)
print("declared and real, mean over everything:", *scalar)
assert squeezed == ([], (5,))
assert scalar == ([], ())
PYTHON
