"""OpenVINO on a CPU: as many streams of one thread as there are cores, one picture in each."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Sequence
from types import ModuleType
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray

from blackcamo.devices import usable_cores
from blackcamo.engines.stages import Stages, example_pixels
from blackcamo.extras import import_extra
from blackcamo.types import Pixels

_HINTS = {"bf16": "bf16", "fp32": "f32"}


class OpenVinoEngine:
    """Runs a network's body compiled; in a search in bf16 where the CPU has it.

    Streams of one thread, a picture each, beat batches and shared pictures on a CPU, and keep
    every output independent of its neighbours.
    """

    name = "openvino"
    device = "cpu"

    def __init__(
        self, stages: Stages, *, size: tuple[int, int], precision: str | None = None
    ) -> None:
        openvino = _import_quietly()
        self._new_queue = openvino.AsyncInferQueue
        self._core = openvino.Core()
        self._model = _convert(stages, size)
        self._head = stages.head
        self._size = size
        self._queues: dict[tuple[bool, bool], Any] = {}
        capabilities = self._core.get_property("CPU", "OPTIMIZATION_CAPABILITIES")
        self.precision = precision or ("bf16" if "BF16" in capabilities else "fp32")

    def run(self, images: Sequence[Pixels], *, reference: bool = False) -> NDArray[np.float32]:
        """Outputs of at least one uint8 picture (H, W, 3), in order; see ``Engine``."""
        features: list[NDArray[np.float32]] = [np.empty(0, np.float32)] * len(images)
        for place, image in enumerate(images):
            queue = self._queue(expected=image.shape[:2] == self._size, reference=reference)
            queue.start_async({0: image[None]}, (features, place))
            if reference:
                queue.wait_all()
        for queue in self._queues.values():
            queue.wait_all()
        with torch.inference_mode():
            return np.concatenate([self._head(torch.from_numpy(f)).numpy() for f in features])

    def _queue(self, *, expected: bool, reference: bool) -> Any:
        """Requests for pictures of the expected size (a fixed shape runs faster) or of any."""
        if (expected, reference) not in self._queues:
            height, width = self._size if expected else (-1, -1)
            model = self._model.clone()
            model.reshape([1, height, width, 3])
            cores = usable_cores()
            settings = {
                "INFERENCE_PRECISION_HINT": "f32" if reference else _HINTS[self.precision],
                "NUM_STREAMS": 1 if reference else cores,
                "INFERENCE_NUM_THREADS": cores,
            }
            compiled = self._core.compile_model(model, "CPU", settings)
            queue = self._new_queue(compiled)
            queue.set_callback(_keep)
            self._queues[expected, reference] = queue
        return self._queues[expected, reference]


def _import_quietly() -> Any:
    """OpenVINO without its telemetry.

    It would report every import and conversion to its makers, asked or not; where the package
    that does so cannot be imported, OpenVINO has a stub of its own for it.
    """
    sys.modules.setdefault("openvino_telemetry", cast(ModuleType, None))
    return import_extra("openvino", extra="cpu", who="engine 'openvino'")


def _keep(request: Any, asked: tuple[list[NDArray[np.float32]], int]) -> None:
    features, place = asked
    features[place] = request.get_output_tensor(0).data.copy()


def _convert(stages: Stages, size: tuple[int, int]) -> Any:
    from openvino import convert_model
    from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder

    with warnings.catch_warnings():
        # OpenVINO traces with torch.jit, which torch calls deprecated.
        warnings.simplefilter("ignore", DeprecationWarning)
        decoder = TorchScriptPythonDecoder(
            stages.features(),
            example_input=example_pixels(size),
            # The check would run the network three times more, for no randomness there is.
            trace_kwargs={"check_trace": False},
        )
        return convert_model(decoder)
