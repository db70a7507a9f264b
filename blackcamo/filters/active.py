"""Which filters change something, and which pictures of a batch they change."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence

import torch
from torch import Tensor

from blackcamo.types import Filter, Params

Values = Mapping[str, float]


_STRIP_PX = 1 << 20


def strips(rgb: Tensor) -> Iterator[slice]:
    """Rows of pieces of a picture (B, C, H, W): what is made of each takes little memory."""
    height_px, width_px = rgb.shape[-2:]
    rows = max(1, _STRIP_PX // width_px)
    for top in range(0, height_px, rows):
        yield slice(top, top + rows)


class InPlace(ABC):
    """A spatial filter that can change a picture where it lies."""

    def keeps_size(self, rgb: Tensor, params: Params) -> bool:
        """Whether pictures (B, 3, H, W) stay as large as they are."""
        del rgb, params
        return True

    @abstractmethod
    def change(self, rgb: Tensor, params: Params, seed: int) -> None:
        """Filter (B, 3, H, W), which is written into."""

    def changed(self, rgb: Tensor, params: Params, seed: int) -> Tensor:
        """The same pictures after :meth:`change`, or where they do not stay as large, others."""
        if not self.keeps_size(rgb, params):
            return self.render(rgb, params, seed)
        self.change(rgb, params, seed)
        return rgb

    def render(self, rgb: Tensor, params: Params, seed: int) -> Tensor:
        """A filtered copy of (B, 3, H, W)."""
        out = rgb.clone()
        self.change(out, params, seed)
        return out


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
