"""Shared by adapters to networks: finding the description, running over pictures of any sizes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from blackcamo.errors import ScorerError
from blackcamo.scorers.base import choose, in_batches, score_scorable, wrong_size
from blackcamo.scorers.classes import choose_classes, refuse_class_options
from blackcamo.scorers.description import Description, read_description
from blackcamo.scorers.resizing import MODES
from blackcamo.types import NoScore, Pixels, ScorerOptions


def describe(network: Path, options: ScorerOptions) -> Description:
    """The description of a network: beside it as FILE.toml, or where the options say.

    ``options.extra["description"]`` names another file, ``options.preprocess`` replaces ``mode``;
    of a classifier ``class`` and ``compared`` say what it is asked.

    Raises:
        InputError: there is no description, or it is wrong.
        OptionError: an unknown ``preprocess``, or an option that only classifiers have.
    """
    beside = network.with_name(network.name + ".toml")
    path = Path(options.extra.get("description", beside))
    about = read_description(path, default_name=network.stem)
    if about.output.classes is None:
        refuse_class_options(about.name, options)
    else:
        chosen = choose_classes(about.output.classes, about.name, options)
        about = replace(about, output=replace(about.output, classes=chosen))
    if options.preprocess is None:
        return about
    mode = choose(f"preprocess of scorer {about.name!r}", options.preprocess, MODES)
    return replace(about, input=replace(about.input, mode=mode))


def score_described(
    images: Sequence[Pixels],
    description: Description,
    run: Callable[[NDArray[np.float32]], NDArray[Any]],
    *,
    batch: int,
    read: Callable[[NDArray[Any]], float] | None = None,
) -> list[float]:
    """Score each image, in order; NaN for one that is too small or that the network refuses.

    Args:
        images: the pictures.
        description: how they go in and what comes out.
        run: takes prepared pictures of one shape, (N, ...), and returns the network's numbers for
            each, (N, ...); raises ScorerError where the network refuses that shape.
        batch: how many pictures of one size run together.
        read: the score that numbers (K) mean; None is as described.

    Raises:
        ScorerError: the network refuses every picture, or its output is not as described.
    """
    refusals: list[ScorerError] = []
    read = read or description.score

    def compute(those: list[Pixels]) -> list[float]:
        if not description.input.accepts(those[0]):
            return [wrong_size(image, description.input.needed) for image in those]
        try:
            output = run(np.stack([description.input.prepare(image) for image in those]))
        except ScorerError as error:
            refusals.append(error)
            return [NoScore(str(error))] * len(those)
        rows = _rows(output, description, images=len(those))
        return [read(numbers) for numbers in rows]

    scores = score_scorable(images, lambda good: in_batches(good, compute, batch=batch))
    if refusals and all(math.isnan(score) for score in scores):
        raise refusals[-1]
    return scores


def _rows(output: NDArray[Any], description: Description, *, images: int) -> NDArray[Any]:
    """A network's output for ``images`` pictures as (images, K)."""
    name = description.name
    if images == 1 and (output.ndim == 0 or (output.ndim == 1 and len(output) > 1)):
        # Networks that end in a squeeze drop the dimension of a single picture.
        output = output[None]
    if output.ndim == 0 or len(output) != images:
        raise ScorerError(
            f"scorer {name!r} returned shape {output.shape} for {images} pictures; "
            "its first dimension must be theirs"
        )
    rows = output.reshape(images, -1)
    if not description.output.accepts(rows.shape[1]):
        raise ScorerError(
            f"scorer {name!r} gives {rows.shape[1]} numbers a picture; say in [output] of its "
            "description which one counts (column) or what they stand for (values)"
        )
    return rows
