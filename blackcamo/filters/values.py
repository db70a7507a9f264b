"""Parameter values in the shape that pictures broadcast with."""

from __future__ import annotations

from torch import Tensor

from blackcamo.types import Params


def column(params: Params, name: str) -> Tensor:
    """The B values of one parameter as (B, 1, 1, 1)."""
    return params[name].view(-1, 1, 1, 1)


def fraction(params: Params, name: str) -> Tensor:
    """The B values of a parameter in percent, as fractions (B, 1, 1, 1)."""
    return column(params, name) / 100
