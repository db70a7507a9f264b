"""Inference engines, and which one suits the machine."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from blackcamo.devices import resolve_device
from blackcamo.engines.stages import Stages
from blackcamo.errors import OptionError
from blackcamo.plugins import unknown
from blackcamo.types import Pixels

ENGINES = ("torch", "openvino", "onnxruntime")


class Engine(Protocol):
    """Runs one network."""

    @property
    def name(self) -> str:
        """One of ``ENGINES``."""

    @property
    def device(self) -> str:
        """The torch device it computes on."""

    @property
    def precision(self) -> str:
        """Of the body in a search: "fp32", "bf16" or "fp16"."""

    def run(self, images: Sequence[Pixels], *, reference: bool = False) -> NDArray[np.float32]:
        """Outputs (N, ...) of uint8 pictures (H, W, 3), in order.

        They may differ in size; none changes another's output by more than rounding in float32.
        ``reference`` computes each alone and in fp32, the same to the last bit every time.
        """


def build(
    stages: Stages,
    *,
    size: tuple[int, int],
    engine: str = "auto",
    device: str = "auto",
    precision: str | None = None,
) -> Engine:
    """The engine for a network: on CPUs OpenVINO where it is installed, else torch.

    Args:
        stages: the network.
        size: height and width in pixels of most pictures to come; others work too, more slowly.
        engine: "auto" or one of ``ENGINES``.
        device: "auto", "cpu", "cuda" or "cuda:N"; OpenVINO and ONNX Runtime are for CPUs.
        precision: "fp32" for a network that loses too much in less; None takes what is fastest.

    Raises:
        OptionError: an unknown engine or device, or two that do not go together.
        MissingExtraError: the engine's package is not installed.
    """
    if engine not in ("auto", *ENGINES):
        raise OptionError(unknown("engine", engine, ("auto", *ENGINES)))
    if engine in ("openvino", "onnxruntime") and device == "auto":
        device = "cpu"
    device = resolve_device(device)
    if engine == "auto":
        engine = "openvino" if device == "cpu" and find_spec("openvino") else "torch"
    if engine == "torch":
        from blackcamo.engines.torch import TorchEngine

        return TorchEngine(stages, device=device, precision=precision)
    if device != "cpu":
        raise OptionError(
            f"engine {engine!r} runs on CPUs, not on {device!r}; use engine 'torch' there"
        )
    if engine == "openvino":
        from blackcamo.engines.openvino import OpenVinoEngine

        return OpenVinoEngine(stages, size=size, precision=precision)
    from blackcamo.engines.onnxruntime import OnnxRuntimeEngine

    return OnnxRuntimeEngine(stages, size=size)
