"""``torch-export:FILE.pt2``: a network saved by ``torch.export.save``, described by FILE.pt2.toml.

Nothing in the file is run but its graph, by operators that compute tensors: see ``scorers.pt2``.
``scorers.description`` says what stands in the TOML file. The network takes one float tensor
(N, 3, H, W) or (N, H, W, 3) and returns one tensor, K numbers for each picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from blackcamo.devices import resolve_device
from blackcamo.errors import InputError, OptionError, ScorerError
from blackcamo.scorers.aten import Program
from blackcamo.scorers.base import (
    check_extra,
    choose,
    declare,
    read_model_file,
    sha256,
)
from blackcamo.scorers.described import describe, score_described
from blackcamo.scorers.description import Description
from blackcamo.scorers.pt2 import read_archive
from blackcamo.types import Pixels, ScorerInfo, ScorerOptions

_GPU_BATCH = 16


class TorchExport:
    """A network exported by PyTorch, described by a TOML file (torch-export:FILE.pt2).

    Args:
        argument: path of the .pt2 file.
        options: device; range, threshold and direction over the description's; ``preprocess``
            replaces its ``mode``; extra ``description`` (path of the TOML file).

    Raises:
        InputError: no such file, or a description that does not fit the network.
        WeightsError: no such archive, or one that could only be used by running its code.
        OptionError: an option that it does not have.
    """

    def __init__(self, argument: str, options: ScorerOptions) -> None:
        check_extra("torch-export", options, ["description"])
        choose("engine of scorer 'torch-export'", options.engine, ["auto", "torch"])
        if not argument:
            raise OptionError("scorer 'torch-export' needs a file: torch-export:FILE.pt2")
        path = Path(argument)
        data = read_model_file(path, remedy="save a model there with torch.export.save")
        self._description = about = describe(path, options)
        self._device = resolve_device(options.device)
        self._program = Program(read_archive(data, str(path)), name=str(path), device=self._device)
        self._batch = _check(self._program, self._description, str(path))
        if self._device == "cpu":
            # A batch gains nothing there.
            self._batch = 1
        self.info = declare(
            ScorerInfo(
                name=about.name,
                low=about.low,
                high=about.high,
                threshold=about.threshold,
                higher_is_better=about.higher_is_better,
                digest=sha256(data, about.canonical),
                engine="torch",
                preprocess=about.input.summary,
            ),
            options,
        )

    def score(self, images: Sequence[Pixels], *, reference: bool = False) -> Sequence[float]:
        """Score each image, in order; NaN for one that is too small or that the network refuses.

        Raises:
            ScorerError: the network refuses every picture, or its output is not as described.
        """
        batch = 1 if reference else self._batch
        return score_described(images, self._description, self._run, batch=batch)

    def _run(self, stack: NDArray[np.float32]) -> NDArray[np.float64]:
        name = self.info.name
        if not _fits(stack.shape[1:], self._program.sides[1:]):
            raise ScorerError(
                f"scorer {name!r} takes no picture of shape {stack.shape[1:]}; "
                f"its input is {_spell(self._program.sides)}"
            )
        try:
            return self._program(torch.from_numpy(stack)).double().cpu().numpy()
        except (RuntimeError, IndexError) as error:
            reason = " ".join(str(error).split())[:200]
            raise ScorerError(
                f"scorer {name!r} cannot score pictures of shape {stack.shape[1:]}: {reason}"
            ) from error


def _check(program: Program, description: Description, name: str) -> int:
    """The largest batch that network and description allow together."""
    sides = program.sides
    if len(sides) != 4:
        raise InputError(f"{name}: forward() takes {len(sides)} dimensions; it must take 4")
    if not program.dtype.is_floating_point:
        raise InputError(f"{name}: forward() takes {program.dtype}; it must take floats")
    first, most = sides[0]
    if first > 1:
        raise InputError(
            f"{name}: it takes at least {first} pictures at a time; export it for one, or with a "
            "batch dimension of variable size"
        )
    size, nchw = description.input.size, description.input.layout == "nchw"
    if not _fits((3,), (sides[1] if nchw else sides[3],)):
        raise InputError(
            f"{name}: its channels are not where the description's layout "
            f"{description.input.layout!r} says; its input is {_spell(sides)}"
        )
    room = sides[2:] if nchw else sides[1:3]
    if size is not None and not _fits(size, room):
        raise InputError(
            f"{name}: pictures of {size[1]}x{size[0]} (height_px, width_px of the description) do "
            f"not fit its input, {_spell(sides)}"
        )
    if size is None and any(low == high for low, high in room):
        raise InputError(
            f"{name}: its input has a fixed size, {_spell(sides)}; give width_px and height_px in "
            "[input] of its description"
        )
    return min(most or _GPU_BATCH, _GPU_BATCH)


def _fits(shape: tuple[int, ...], sides: tuple[tuple[int, int | None], ...]) -> bool:
    return all(
        low <= length and (high is None or length <= high)
        for length, (low, high) in zip(shape, sides, strict=True)
    )


def _spell(sides: tuple[tuple[int, int | None], ...]) -> str:
    return " x ".join(
        str(low) if low == high else f"{low}..{'' if high is None else high}" for low, high in sides
    )
