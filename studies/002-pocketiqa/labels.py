"""Labels from the teachers, from the strength of each distortion, and from KonIQ-10k's scale."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

VERSIONS = 6
"""A clean picture and five strengths."""

LOWEST, HIGHEST = 3.0, 97.0
_PERCENTILES = np.array([2.0, *range(5, 100, 5), 98.0])


@dataclass(frozen=True)
class Answer:
    """What the teachers say of an image: its row in the table and their opinions, 1-10."""

    row: int
    image: str
    technical: float
    aesthetic: float


@dataclass(frozen=True)
class Framing:
    """One framing of a photo: undamaged, harmlessly edited, and in sequences of rising damage."""

    name: str
    clean: Answer
    edits: list[Answer]
    sequences: dict[str, list[Answer]]

    def versions(self, family: str) -> list[Answer]:
        """The clean version, then strengths 1 to 5."""
        return [self.clean, *self.sequences[family]]


def read_tables(*paths: Path) -> list[Framing]:
    """The framings of tables that make_data.py wrote; rows are counted through all of them."""
    framings: list[Framing] = []
    rows = 0
    for path in paths:
        read = _read_table(path, rows)
        rows += sum(1 + len(f.edits) + sum(map(len, f.sequences.values())) for f in read)
        framings += read
    return framings


def _read_table(path: Path, first_row: int) -> list[Framing]:
    framings: dict[str, Framing] = {}
    with path.open(newline="") as file:
        for number, row in enumerate(csv.DictReader(file), first_row):
            scores = float(row["technical"]), float(row["aesthetic"])
            answer = Answer(number, row["image"], *scores)
            name, family = row["framing"], row["family"]
            if family == "clean":
                framings[name] = Framing(name, answer, [], {})
            elif row["strength"] == "0":
                framings[name].edits.append(answer)
            else:
                framings[name].sequences.setdefault(family, []).append(answer)
    return list(framings.values())


class Labeller:
    """Opinion scores, 0-100, for the versions of a framing.

    1. Opinions: the teachers' weighted mean; of an undamaged picture the mean over it and its
       edits, of damaged ones never rising with strength (isotonic regression).
    2. KonIQ-10k's scale by its quantiles: undamaged pictures and strengths 1 to 3 stand for the
       photos that people share.
    3. Every strength lies at least a step below the one before, and strengths 3 to 5 not above a
       cap, however little the teachers mind: they hardly see exposure, colour casts and banding.
    4. All of it is drawn towards the threshold, so that the strengths together spread as widely
       as KonIQ-10k does.

    Args:
        framings: what the quantiles are taken from.
        opinion_scores: KonIQ-10k's MOS.
        config: the table ``labels`` of config.toml.
    """

    def __init__(
        self, framings: list[Framing], opinion_scores: Floats, config: Mapping[str, Any]
    ) -> None:
        self._aesthetic_share = float(config["aesthetic_share"])
        self._steps = np.array(config["steps"], dtype=np.float64)
        self._caps = np.array(config["caps"], dtype=np.float64)
        self._contrast = float(config["contrast"])
        self._middle = float(config["middle"])
        opinions = np.concatenate([self._opinions(f, s)[:4] for f in framings for s in f.sequences])
        self._from = np.percentile(opinions, _PERCENTILES)
        self._to = np.percentile(opinion_scores, _PERCENTILES)

    def undamaged(self, framing: Framing) -> float:
        """The label of the clean version, which is that of its edits, too."""
        return float(self._final(self._points(np.array([self._undamaged(framing)])))[0])

    def sequence(self, framing: Framing, family: str) -> Floats:
        """The labels (6,) of the clean version and of strengths 1 to 5."""
        points = np.minimum(self._points(self._opinions(framing, family)), self._caps)
        for i in range(1, VERSIONS):
            points[i] = min(points[i], points[i - 1] - self._steps[i])
        return self._final(points)

    def _undamaged(self, framing: Framing) -> float:
        return float(np.mean([self._blend(a) for a in (framing.clean, *framing.edits)]))

    def _opinions(self, framing: Framing, family: str) -> Floats:
        clean = self._undamaged(framing)
        damaged = falling(np.array([self._blend(a) for a in framing.sequences[family]]))
        return np.array([clean, *np.minimum(damaged, clean)])

    def _blend(self, answer: Answer) -> float:
        share = self._aesthetic_share
        return (1 - share) * answer.technical + share * answer.aesthetic

    def _points(self, opinions: Floats) -> Floats:
        """Quantile to quantile, straight on beyond the outermost ones."""
        points = np.interp(opinions, self._from, self._to)
        slope = (self._to[-1] - self._to[0]) / (self._from[-1] - self._from[0])
        below = np.minimum(opinions - self._from[0], 0)
        above = np.maximum(opinions - self._from[-1], 0)
        return np.asarray(points + slope * (below + above / 2))

    def _final(self, points: Floats) -> Floats:
        drawn = self._middle + self._contrast * (points - self._middle)
        return np.clip(drawn, LOWEST, HIGHEST)


def falling(values: Floats) -> Floats:
    """The nearest sequence that never rises: pooled adjacent violators.

    Source: Barlow et al., "Statistical inference under order restrictions", 1972.
    """
    blocks: list[list[float]] = []
    for value in values:
        blocks.append([float(value)])
        while len(blocks) > 1 and np.mean(blocks[-2]) < np.mean(blocks[-1]):
            last = blocks.pop()
            blocks[-1] += last
    return np.concatenate([np.full(len(block), np.mean(block)) for block in blocks])


def read_opinion_scores(path: Path) -> Floats:
    """KonIQ-10k's mean opinion scores, 0-100."""
    with path.open(newline="") as file:
        return np.array([float(row["MOS"]) for row in csv.DictReader(file)])
