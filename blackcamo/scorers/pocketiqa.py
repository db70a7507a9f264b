"""PocketIQA: the small deep quality model that comes with the package.

Its weights, and what it was trained on, come from ``studies/002-pocketiqa``; ``docs/pocketiqa.md``
is its model card.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import resources

import numpy as np
import safetensors.torch
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from torch import Tensor, nn

from blackcamo.engines import Engine, Normalise, Stages, build
from blackcamo.errors import WeightsError
from blackcamo.nets.pocketiqa import (
    BANDS,
    MIN_SIDE_PX,
    REACH_PX,
    SHRINKS,
    WIDTHS,
    PocketIQA,
    PocketIQAMaps,
    deviation,
)
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
_WHOLE_PX = 24_000_000
"""Pictures of more pixels are looked at in tiles: whole, they take 39 bytes a pixel."""
_TILE_PX = 1536
"""Side of a tile, whole pixels of the last maps."""


class PocketIQAScorer:
    """Scores 0-100, 50 and more is high quality; pictures of any size from 32 pixels a side.

    Args:
        engine: the network in its stages.
        tiles: the network for large pictures.
        info: what the scorer declares.
    """

    native_size = True

    def __init__(self, engine: Engine, tiles: InTiles, info: ScorerInfo) -> None:
        self.info = info
        self._engine = engine
        self._tiles = tiles

    def score(self, images: Sequence[Pixels], *, reference: bool = False) -> list[float]:
        """Score each image, in order; see ``blackcamo.types.Scorer``."""

        def run(scorable: list[Pixels]) -> list[float]:
            large = [image.shape[0] * image.shape[1] > _WHOLE_PX for image in scorable]
            if not any(large):
                scores: list[float] = self._engine.run(scorable, reference=reference).tolist()
                return scores
            return [
                self._tiles.score(image) if is_large else run([image])[0]
                for image, is_large in zip(scorable, large, strict=True)
            ]

        return score_scorable(images, run, min_side_px=MIN_SIDE_PX)


class InTiles:
    """The network on one picture after the other, tile by tile.

    Each tile is looked at with what lies around it, so that all that is pooled is as of the whole
    picture, but for rounding.

    Args:
        network: gives the features of all tiles their score.
        make: builds the engine of its maps, when the first large picture comes.
    """

    def __init__(self, network: PocketIQA, make: Callable[[Stages], Engine]) -> None:
        self._network = network
        self._make = make

    @cached_property
    def _engine(self) -> Engine:
        body = PocketIQAMaps(self._network.body)
        return self._make(Stages(prepare=_normalise(), body=body, head=nn.Identity()))

    @torch.inference_mode()
    def score(self, image: Pixels) -> float:
        """The score of a picture (H, W, 3), in full precision."""
        moments = [Moments() for _ in SHRINKS]
        for rows, columns in itertools.product(*map(_pieces, image.shape[:2])):
            tile = np.ascontiguousarray(image[rows.seen, columns.seen])
            (values,) = self._engine.run([tile], reference=True)
            for found, maps, shrink in zip(moments, _maps(values, tile), SHRINKS, strict=True):
                found.add(maps[:, rows.inner(shrink), columns.inner(shrink)])
        features = torch.cat([pooled for found in moments for pooled in found.pooled()])
        return float(self._network.head(features[None]))


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows or columns of a tile, from start to stop, of so many pixels; what else it sees."""

    start: int
    stop: int
    side_px: int

    @property
    def seen(self) -> slice:
        """The pixels of the tile."""
        return slice(max(self.start - REACH_PX, 0), min(self.stop + REACH_PX, self.side_px))

    def inner(self, shrink: int) -> slice:
        """What counts of maps of the tile, that many times smaller."""
        first = self.seen.start
        last = None if self.stop == self.side_px else (self.stop - first) // shrink
        return slice((self.start - first) // shrink, last)


def _pieces(side_px: int) -> list[Piece]:
    return [
        Piece(start, min(start + _TILE_PX, side_px), side_px)
        for start in range(0, side_px, _TILE_PX)
    ]


class Moments:
    """Mean and variance of maps of which pieces come one after the other.

    Source: T. F. Chan, G. H. Golub, R. J. LeVeque, "Updating formulae and a pairwise algorithm for
    computing sample variances", Stanford STAN-CS-79-773, 1979, eq. 2.1.
    """

    def __init__(self) -> None:
        self._count = 0
        self._mean = self._squares = np.zeros(())

    def add(self, piece: NDArray[np.float32]) -> None:
        """Add maps (C, h, w)."""
        values = piece.reshape(len(piece), -1).astype(np.float64)
        count = values.shape[1]
        if not count:
            return
        mean = values.mean(1)
        both, apart = self._count + count, mean - self._mean
        self._squares = self._squares + values.var(1) * count
        self._squares = self._squares + apart**2 * (self._count * count / both)
        self._mean = self._mean + apart * (count / both)
        self._count = both

    def pooled(self) -> tuple[Tensor, Tensor]:
        """The pooled features of the network: each (C), in float32."""
        mean, variance = (
            torch.from_numpy(found.astype(np.float32))
            for found in (self._mean, self._squares / self._count)
        )
        return mean, deviation(variance)


def _maps(values: NDArray[np.float32], tile: Pixels) -> Iterator[NDArray[np.float32]]:
    """The maps (C, h, w) of a tile, of which the engine gives the values in one row."""
    height, width = (side // SHRINKS[0] for side in tile.shape[:2])
    at = 0
    for channels, shrink in zip((BANDS, *WIDTHS), SHRINKS, strict=True):
        # Convolutions begin at the first pixel and take one beyond the last.
        times = shrink // SHRINKS[0]
        shape = (channels, -(-height // times), -(-width // times))
        size = shape[0] * shape[1] * shape[2]
        yield values[at : at + size].reshape(shape)
        at += size


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
    network = load_network(data).eval()

    def make(stages: Stages) -> Engine:
        return build(
            stages,
            size=USUAL_SIZE,
            engine=options.engine,
            device=options.device,
            precision="fp32",  # bfloat16 would round the small energies, and move scores
        )

    engine = make(stages(network))
    info = ScorerInfo(
        name=NAME,
        digest=sha256(data),
        engine=engine.name,
        precision=engine.precision,
        preprocess="none",
    )
    return PocketIQAScorer(engine, InTiles(network, make), declare(info, options))


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
    return Stages(prepare=_normalise(), body=network.body, head=network.head)


def _normalise() -> Normalise:
    return Normalise(scale=2.0, shift=-1.0)
