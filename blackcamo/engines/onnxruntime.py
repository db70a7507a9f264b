"""ONNX Runtime on a CPU: a thread per core, one picture in each."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray

from blackcamo.devices import usable_cores
from blackcamo.engines.stages import Stages, example_pixels
from blackcamo.extras import import_extra
from blackcamo.types import Pixels


class OnnxRuntimeEngine:
    """Runs a network's body exported to ONNX, in fp32."""

    name = "onnxruntime"
    device = "cpu"
    precision = "fp32"

    def __init__(self, stages: Stages, *, size: tuple[int, int]) -> None:
        who = "engine 'onnxruntime'"
        runtime = import_extra("onnxruntime", extra="onnxruntime", who=who)
        import_extra("onnxscript", extra="onnxruntime", who=who)
        options = runtime.SessionOptions()
        options.intra_op_num_threads = 1  # the pool below has a thread for each core
        self._session = runtime.InferenceSession(
            _export(stages, size), options, providers=["CPUExecutionProvider"]
        )
        self._head = stages.head
        self._pool = ThreadPoolExecutor(usable_cores())

    def run(self, images: Sequence[Pixels], *, reference: bool = False) -> NDArray[np.float32]:
        """Outputs of at least one uint8 picture (H, W, 3), in order; see ``Engine``.

        ``reference`` changes nothing: every picture is computed alone and in fp32 anyway.
        """
        features = list(self._pool.map(self._features, images))
        with torch.inference_mode():
            return np.concatenate([self._head(torch.from_numpy(f)).numpy() for f in features])

    def _features(self, image: Pixels) -> NDArray[np.float32]:
        outputs: list[NDArray[np.float32]] = self._session.run(None, {"pixels": image[None]})
        return outputs[0]


def _export(stages: Stages, size: tuple[int, int]) -> bytes:
    any_size = torch.export.Dim.DYNAMIC
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    logger.setLevel(logging.ERROR)  # it reports which packages it did not find
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # torch about torch
            program = torch.onnx.export(
                stages.features(),
                (example_pixels(size),),
                input_names=["pixels"],
                dynamic_shapes=({1: any_size, 2: any_size},),
                dynamo=True,
                optimize=False,  # ONNX Runtime does that when it loads the graph
                verbose=False,
            )
    finally:
        logger.setLevel(level)
    # It is None only where the export goes to a file.
    exported: bytes = cast(torch.onnx.ONNXProgram, program).model_proto.SerializeToString()
    return exported
