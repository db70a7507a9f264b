"""From how far something went to points of appeal: one curve for all parts."""

from __future__ import annotations

import math

import torch
from torch import Tensor

ACCEPTED = 70.0
"""Points at which a critical viewer still accepts a picture."""
_STRAIGHT = 1.5


def points(excess: Tensor, *, power: float = 2.0) -> Tensor:
    """Points (100 to 0) of an excess that is 0 where nothing happened and 1 where it is too much.

    100 exp(-ln(100 / 70) x^power): flat at nothing, 70 at 1. Beyond 1.5 the power gives way to its
    tangent, so that from anywhere more is plainly worse, and a search is told which way is better.
    """
    excess = excess.clamp(min=0)
    curve = excess.clamp(max=_STRAIGHT).pow(power)
    tangent = (excess - _STRAIGHT).clamp(min=0) * (power * _STRAIGHT ** (power - 1))
    return 100.0 * torch.exp((curve + tangent) * math.log(ACCEPTED / 100))
