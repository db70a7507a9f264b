"""Stand-ins for KonCept512's weights and for photos, drawn by rules that anyone can repeat."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from blackcamo.types import Pixels


def parameter(
    name: str, shape: tuple[int, ...], *, kind: str, fan_in: int = 1
) -> NDArray[np.float32]:
    """Values of one parameter, fixed by its name: ``kind`` says how they are distributed."""
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    if kind == "variance":
        values = 0.5 + rng.random(shape)
    elif kind == "scale":
        values = 0.8 + 0.4 * rng.random(shape)
    elif kind == "kernel":
        values = rng.standard_normal(shape) * np.sqrt(2 / fan_in)
    else:  # means, biases, offsets
        values = 0.1 * rng.standard_normal(shape)
    return values.astype(np.float32)


def state_dict(shapes: Mapping[str, Sequence[int]]) -> dict[str, torch.Tensor]:
    """A state dict with these names and shapes."""
    return {name: _tensor(name, tuple(shape)) for name, shape in shapes.items()}


def picture(seed: int, height: int, width: int) -> Pixels:
    """Random cells of 8x8 pixels."""
    rng = np.random.default_rng(seed)
    cells = rng.integers(0, 256, (height // 8, width // 8 + 1, 3), np.uint8)
    pixels = cells.repeat(8, axis=0).repeat(8, axis=1)
    missing = max(0, height - pixels.shape[0])
    return np.pad(pixels, ((0, missing), (0, 0), (0, 0)), mode="edge")[:height, :width]


def _tensor(name: str, shape: tuple[int, ...]) -> torch.Tensor:
    if name.endswith("num_batches_tracked"):
        return torch.tensor(0)
    if name.endswith("running_var"):
        kind = "variance"
    elif len(shape) > 1:
        kind = "kernel"
    elif name.endswith("weight"):
        kind = "scale"
    else:
        kind = "offset"
    fan_in = int(np.prod(shape[1:]))
    return torch.from_numpy(parameter(name, shape, kind=kind, fan_in=fan_in))
