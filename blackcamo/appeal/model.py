"""From how far things went to the probability that a viewer posts a picture, and likes it better.

Additive and monotone: each complaint takes from the log odds of being posted, none gives any back,

    z_post = b - huber(sum_i w_i bend(c_i)),    z_better = a + sum_j v_j rise(g_j) - k (b - z_post),

with all weights positive. So the worst complaint bounds the appeal, and many small ones add up. The
constants are fitted to blind verdicts by ``scripts/calibrate`` and stand in ``calibration.json``
beside, with where they come from.

The appeal is 100 P(post), and above 80 a bonus for what is gained, of 10 at most. The photo itself
has 90: one viewer of ten would not post it either. So gains buy off no complaint.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from importlib import resources

import torch
from torch import Tensor

UNCHANGED = 90.0
"""Appeal of the photo itself."""
ACCEPTED = 80.0
"""Appeal up to which no gain counts: there four viewers of five post a picture."""
BONUS = 100.0 - UNCHANGED
BASE = math.log(UNCHANGED / (100 - UNCHANGED))
"""Log odds that the photo itself is posted."""
SATURATION = {"contrast": 0.15, "colour": 0.2, "clarity": 0.25, "monochrome": 0.5}
"""Of each gain, how much has two thirds of its effect."""
TOLERATED = 2.25
"""Weighted complaints from which on their penalty is linear; below it is quadratic."""
_SLACK = 0.25


@dataclass(frozen=True, slots=True)
class Weights:
    """The constants: of complaints and of gains by name, where gains begin, and what they lose."""

    complaints: Mapping[str, float]
    gains: Mapping[str, float]
    offset: float
    spoiled: float

    def as_dict(self) -> dict[str, object]:
        """For a JSON file."""
        return asdict(self)


def bend(complaints: Tensor) -> Tensor:
    """Of little nothing is seen, and more is ever worse: x² / (x + slack)."""
    return complaints.square() / (complaints + _SLACK)


def rise(gain: Tensor, name: str) -> Tensor:
    """Gains tell less and less."""
    return 1 - (-gain / SATURATION[name]).exp()


def cost(complaints: Mapping[str, Tensor], weights: Weights) -> Tensor:
    """The penalty (B) of all complaints on the log odds that a picture is posted."""
    return _penalty(_weighted(complaints, weights).sum(0))


def _weighted(complaints: Mapping[str, Tensor], weights: Weights) -> Tensor:
    """Complaints (C, B) times their weights, in which a fit differentiates."""
    bent = bend(torch.stack(list(complaints.values())))
    return torch.stack(
        [weights.complaints[n] * one for n, one in zip(complaints, bent, strict=True)]
    )


def _penalty(weighted: Tensor) -> Tensor:
    """The Huber loss, which is smooth where it becomes linear."""
    return torch.where(
        weighted < TOLERATED / 2, weighted.square() / TOLERATED, weighted - TOLERATED / 4
    )


def posted(cost: Tensor) -> Tensor:
    """Probability (B) that a viewer posts a picture."""
    return torch.sigmoid(BASE - cost)


def better(gains: Mapping[str, Tensor], cost: Tensor, weights: Weights) -> Tensor:
    """Probability (B) that a viewer finds a picture better than the photo."""
    z = weights.offset - weights.spoiled * cost
    for name, gain in gains.items():
        z = z + weights.gains[name] * rise(gain, name)
    return torch.sigmoid(z)


def appraised(
    complaints: Mapping[str, Tensor], gains: Mapping[str, Tensor], weights: Weights
) -> tuple[Tensor, dict[str, Tensor]]:
    """Appeal (B), and what it would be for each complaint alone, and for what is gained alone."""
    weighted = _weighted(complaints, weights)
    spent = _penalty(weighted.sum(0))
    value = points(spent)
    room = ((value - ACCEPTED) / (UNCHANGED - ACCEPTED)).clamp(0, 1)
    parts = dict(zip(complaints, points(_penalty(weighted)), strict=True))
    parts["liked"] = UNCHANGED + BONUS * _lifted(gains, torch.zeros_like(spent), weights)
    return value + BONUS * room.square() * _lifted(gains, spent, weights), parts


def points(cost: Tensor) -> Tensor:
    """Appeal (B) without what is gained: 100 P(post), and below even odds less steeply.

    Otherwise a search that starts far down would not be told which way is better.
    """
    z = BASE - cost
    return torch.where(z > 0, 100 * torch.sigmoid(z), 50 * (z.clamp(max=0) / 2).exp())


def _lifted(gains: Mapping[str, Tensor], cost: Tensor, weights: Weights) -> Tensor:
    """How far (B, 0 to 1) the probability of being found better rose by what was gained."""
    nothing = better({}, cost, weights)
    return (better(gains, cost, weights) - nothing) / (1 - nothing)


@cache
def calibrated() -> Weights:
    """The constants that the package comes with."""
    text = resources.files("blackcamo.appeal").joinpath("calibration.json").read_text()
    found = json.loads(text)["weights"]
    return Weights(found["complaints"], found["gains"], found["offset"], found["spoiled"])
