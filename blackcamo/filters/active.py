"""Which filters change something, and which pictures of a batch they change."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor

from blackcamo.types import Filter, Params

Values = Mapping[str, float]


def active(family: Filter, values: Values) -> bool:
    """Whether a family changes something with these parameters: one of them is not neutral."""
    return any(values[p.name] != p.neutral for p in family.params if not p.modifier)


def tensors(family: Filter, candidates: Sequence[Values], device: torch.device) -> Params:
    """The parameters of a family, one tensor (B) each."""
    return {
        p.name: torch.tensor([values[p.name] for values in candidates], device=device)
        for p in family.params
    }


def where_active(
    families: Sequence[Filter],
    work: Callable[[Tensor, Sequence[Values]], Tensor],
    rgb: Tensor,
    candidates: Sequence[Values],
) -> Tensor:
    """Let ``work`` change those pictures of a batch for which a family is not neutral."""
    chosen = [i for i, values in enumerate(candidates) if any(active(f, values) for f in families)]
    if not chosen:
        return rgb
    if len(chosen) == len(candidates):
        return work(rgb, candidates)
    out = rgb.clone()
    out[chosen] = work(rgb[chosen], [candidates[i] for i in chosen])
    return out
