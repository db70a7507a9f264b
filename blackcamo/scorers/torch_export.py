"""``torch-export:FILE.pt2``: a network saved by ``torch.export.save``, described by FILE.toml.

Nothing in the file is run but its graph, by operators that compute tensors: see ``scorers.pt2``.
``scorers.description`` says what stands in the TOML file. The network takes one float tensor
(N, 3, H, W) or (N, H, W, 3) and returns one tensor, K numbers for each picture.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from blackcamo.errors import InputError, OptionError, ScorerError
from blackcamo.scorers.aten import Program
from blackcamo.scorers.base import (
    check_extra,
    choose,
    declare,
    read_model_file,
    resolve_device,
    score_scorable,
    sha256,
)
from blackcamo.scorers.description import Description, read_description
from blackcamo.scorers.pt2 import read_archive
from blackcamo.types import Pixels, ScorerInfo, ScorerOptions

_GPU_BATCH = 16


class TorchExport:
    """An exported network as a scorer.

    Args:
        argument: path of the .pt2 file.
        options: device; range, threshold and direction over the description's; extra
            ``description`` (path of the TOML file, beside the network by default).

    Raises:
        InputError: no such file, or a description that does not fit the network.
        WeightsError: no such archive, or one that could only be used by running its code.
        OptionError: an option that it does not have.
    """

    def __init__(self, argument: str, options: ScorerOptions) -> None:
        check_extra("torch-export", options, ["description"])
        choose("engine of scorer 'torch-export'", options.engine, ["auto", "torch"])
        if options.preprocess is not None:
            raise OptionError(
                f"preprocess is {options.preprocess!r}, but the description of a network says how "
                "pictures are prepared; leave it out"
            )
        if not argument:
            raise OptionError("scorer 'torch-export' needs a file: torch-export:FILE.pt2")
        path = Path(argument)
        data = read_model_file(path, remedy="save a model there with torch.export.save")
        beside = options.extra.get("description", path.with_suffix(".toml"))
        self._description = read_description(Path(beside), default_name=path.stem)
        self._device = resolve_device(options.device)
        self._program = Program(read_archive(data, str(path)), name=str(path), device=self._device)
        self._batch = _check(self._program, self._description, str(path))
        if self._device == "cpu":
            # A batch gains nothing there.
            self._batch = 1
        about = self._description
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
        """One number per picture; NaN for one that is too small, or that the network refuses.

        Raises:
            ScorerError: the network refuses every picture, or its output is not as described.
        """
        batch = 1 if reference else self._batch
        return score_scorable(images, lambda good: self._score(good, batch))

    def _score(self, images: list[Pixels], batch: int) -> list[float]:
        scores = [math.nan] * len(images)
        refusals: list[str] = []
        for places, stack in self._stacks(images, batch):
            try:
                output = self._program(torch.from_numpy(stack))
            except (RuntimeError, IndexError) as error:
                refusals += [" ".join(str(error).split())[:200]] * len(places)
                continue
            for place, numbers in zip(places, self._rows(output, len(places)), strict=True):
                scores[place] = self._description.score(numbers)
        if refusals and len(refusals) == len(images):
            raise ScorerError(f"scorer {self.info.name!r} cannot score this: {refusals[-1]}")
        return scores

    def _stacks(
        self, images: list[Pixels], batch: int
    ) -> Iterator[tuple[list[int], NDArray[np.float32]]]:
        """Prepared pictures of one shape, at most ``batch`` together, with their places."""
        waiting: dict[tuple[int, ...], list[tuple[int, NDArray[np.float32]]]] = {}
        for place, image in enumerate(images):
            if not self._description.input.accepts(image):
                continue
            prepared = self._description.input.prepare(image)
            if not _fits(prepared.shape, self._program.sides[1:]):
                continue
            group = waiting.setdefault(prepared.shape, [])
            group.append((place, prepared))
            if len(group) == batch:
                yield _stack(waiting.pop(prepared.shape))
        for group in waiting.values():
            yield _stack(group)

    def _rows(self, output: torch.Tensor, images: int) -> NDArray[np.float64]:
        """The network's numbers, (images, K)."""
        name = self.info.name
        if images > 1 and output.shape[:1] != (images,):
            raise ScorerError(
                f"scorer {name!r} returned shape {tuple(output.shape)} for {images} pictures; "
                "its first dimension must be theirs"
            )
        rows = output.double().reshape(images, -1).cpu().numpy()
        if not self._description.output.accepts(rows.shape[1]):
            raise ScorerError(
                f"scorer {name!r} gives {rows.shape[1]} numbers a picture; name in [output] of "
                "its description which one counts (column) or what they stand for (values)"
            )
        return rows


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


def _stack(
    group: list[tuple[int, NDArray[np.float32]]],
) -> tuple[list[int], NDArray[np.float32]]:
    return [place for place, _ in group], np.stack([prepared for _, prepared in group])
