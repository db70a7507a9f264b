"""NIMA on MobileNet: the mean rating that people would give, technical quality or aesthetics.

Source: Talebi, Milanfar, "NIMA: Neural Image Assessment" (IEEE TIP 27(8), 2018), with the weights
that idealo trained: technical quality on TID2013, aesthetics on AVA.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from blackcamo.engines import Engine, Normalise, Stages, build
from blackcamo.nets.mobilenet import INPUT_PX, RATINGS
from blackcamo.scorers.base import (
    check_extra,
    choose,
    declare,
    pure,
    refuse_argument,
    score_scorable,
    sha256,
)
from blackcamo.scorers.resizing import resize
from blackcamo.types import Pixels, ScorerInfo, ScorerOptions
from blackcamo.weights.nima import load_network

# The networks were trained on photos resized so; a smoother method would move the ratings.
PREPROCESS = "nearest"


class NimaScorer:
    """The scorers ``nima-technical`` and ``nima-aesthetic``: the mean rating of 1-10 as 0-100.

    Args:
        engine: runs the network, to probabilities (N, 10) of the ratings.
        info: what the scorer declares.
    """

    def __init__(self, engine: Engine, info: ScorerInfo) -> None:
        self.info = info
        self._engine = engine

    def score(self, images: Sequence[Pixels], *, reference: bool = False) -> list[float]:
        """Score each image, in order; see ``blackcamo.types.Scorer``."""
        return score_scorable(images, lambda those: self._points(those, reference=reference))

    def _points(self, images: list[Pixels], *, reference: bool) -> list[float]:
        small = [
            resize(image, width_px=INPUT_PX, height_px=INPUT_PX, method=PREPROCESS)
            for image in images
        ]
        return points(self._engine.run(small, reference=reference))


def points(probabilities: NDArray[np.float32]) -> list[float]:
    """Mean ratings of 1-10 as points of 0-100, from probabilities (N, 10).

    >>> points(np.eye(10, dtype=np.float32)[[0, 9]])
    [0.0, 100.0]
    """
    means: NDArray[np.float64] = probabilities.astype(np.float64) @ np.arange(1, RATINGS + 1)
    return [(mean - 1) / (RATINGS - 1) * 100 for mean in means.tolist()]


@pure
def technical(argument: str, options: ScorerOptions) -> NimaScorer:
    """NIMA: technical quality as people would rate it; weights needed.

    Raises:
        OptionError: an argument, or an unknown option, engine, device or preprocess.
        WeightsError: the weights are not installed, or damaged.
        MissingExtraError: the engine's package is not installed.
    """
    return _create("nima-technical", argument, options)


@pure
def aesthetic(argument: str, options: ScorerOptions) -> NimaScorer:
    """NIMA: beauty as people would rate it; weights needed.

    Raises:
        OptionError: an argument, or an unknown option, engine, device or preprocess.
        WeightsError: the weights are not installed, or damaged.
        MissingExtraError: the engine's package is not installed.
    """
    return _create("nima-aesthetic", argument, options)


def _create(name: str, argument: str, options: ScorerOptions) -> NimaScorer:
    refuse_argument(name, argument)
    check_extra(name, options)
    choose(f"preprocess of scorer {name!r}", options.preprocess or PREPROCESS, (PREPROCESS,))
    network, digest = load_network(name)
    engine = build(
        Stages(prepare=Normalise(scale=2.0, shift=-1.0), body=network.body, head=network.head),
        size=(INPUT_PX, INPUT_PX),
        engine=options.engine,
        device=options.device,
        # bfloat16 moves scores by up to 1.1 points, and photos differ by 3 to 5 (one deviation).
        precision="fp32",
    )
    info = ScorerInfo(
        name=name,
        digest=sha256(digest.encode(), PREPROCESS.encode()),
        engine=engine.name,
        precision=engine.precision,
        preprocess=PREPROCESS,
    )
    return NimaScorer(engine, declare(info, options))
