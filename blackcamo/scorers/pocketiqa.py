"""PocketIQA: the small deep quality model that comes with the package.

Its weights, and what it was trained on, come from ``studies/002-pocketiqa``; ``docs/pocketiqa.md``
is its model card.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib import resources

import safetensors.torch
import torch
from safetensors import SafetensorError

from blackcamo.engines import Engine, Normalise, Stages, build
from blackcamo.errors import WeightsError
from blackcamo.nets.pocketiqa import MIN_SIDE_PX, PocketIQA
from blackcamo.scorers.base import (
    check_extra,
    choose,
    declare,
    pure,
    refuse_argument,
    score_scorable,
    sha256,
)
from blackcamo.types import Pixels, ScorerInfo, ScorerOptions

NAME = "pocketiqa"
USUAL_SIZE = (384, 512)
"""Height and width, in pixels, of the pictures that engines prepare for; any other works too."""


class PocketIQAScorer:
    """Scores 0-100, 50 and more is high quality; pictures of any size from 32 pixels a side.

    Args:
        engine: the network in its stages.
        info: what the scorer declares.
    """

    native_size = True

    def __init__(self, engine: Engine, info: ScorerInfo) -> None:
        self.info = info
        self._engine = engine

    def score(self, images: Sequence[Pixels], *, reference: bool = False) -> list[float]:
        """Score each image, in order; see ``blackcamo.types.Scorer``."""

        def run(scorable: list[Pixels]) -> list[float]:
            scores: list[float] = self._engine.run(scorable, reference=reference).tolist()
            return scores

        return score_scorable(images, run, min_side_px=MIN_SIDE_PX)


@pure
def create(argument: str, options: ScorerOptions) -> PocketIQAScorer:
    """PocketIQA: a small network that comes with the package; works at once, offline.

    Raises:
        OptionError: an argument, an unknown option, engine, device or preprocess.
        MissingExtraError: the engine's package is not installed.
        WeightsError: the weights inside the package are damaged.
    """
    refuse_argument(NAME, argument)
    check_extra(NAME, options)
    choose(f"preprocess of scorer {NAME!r}", options.preprocess or "none", ("none",))
    data = (resources.files("blackcamo.scorers") / "data" / f"{NAME}.safetensors").read_bytes()
    engine = build(
        stages(load_network(data)),
        size=USUAL_SIZE,
        engine=options.engine,
        device=options.device,
        precision="fp32",  # bfloat16 would round the small energies, and move scores
    )
    info = ScorerInfo(
        name=NAME,
        digest=sha256(data),
        engine=engine.name,
        precision=engine.precision,
        preprocess="none",
    )
    return PocketIQAScorer(engine, declare(info, options))


def load_network(data: bytes) -> PocketIQA:
    """The network with the weights of a safetensors file.

    Raises:
        WeightsError: another kind of file, or weights of another network.
    """
    with torch.device("meta"):
        network = PocketIQA()
    try:
        network.load_state_dict(safetensors.torch.load(data), assign=True)
    except (SafetensorError, RuntimeError) as error:
        raise WeightsError(
            "these are not PocketIQA's weights; install blackcamo again, "
            "or make them by studies/002-pocketiqa"
        ) from error
    return network


def stages(network: PocketIQA) -> Stages:
    """The network as engines run it; takes pixels of 0-255 to [-1, 1] first."""
    return Stages(prepare=Normalise(scale=2.0, shift=-1.0), body=network.body, head=network.head)
