"""Candidates with nothing hidden in them, which those that hide something are judged against."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from blackcamo.filters.chain import Rendered
from blackcamo.types import Pixels

_GONE, _HIDDEN = torch.empty(0), torch.empty(0)
"""What stands for pictures that were let go of: those with nothing hidden, and the others."""


class Styled:
    """A candidate with nothing hidden in it, and what arrives of it.

    Args:
        rendered: the candidate.
        send: a picture (3, H, W) and a scale -> what arrives of it at so many times its size, seen
            at its own: (3, h, w).
    """

    def __init__(self, rendered: Rendered, send: Callable[[Tensor, int], Tensor]) -> None:
        self.rendered = rendered
        self._send = send
        self._arrived: dict[int, Tensor] = {}
        self._lock = threading.Lock()

    def arrive(self, scale: int = 1) -> Tensor:
        """Its trip through the channel (3, h, w), made once at so many times its size."""
        with self._lock:
            if scale not in self._arrived:
                self._arrived[scale] = self._send(self.rendered.styled, scale)
            return self._arrived[scale]

    def release(self) -> None:
        """Let go of the picture in full; it cannot arrive any more."""
        self.rendered = released(self.rendered)


@dataclass(frozen=True, slots=True)
class Arrived:
    """A candidate after the channel: how it was rendered, and the pixels that arrived.

    Args:
        styled: the same with nothing hidden in it.
        received: the pixels (H, W, 3), without the frame that they were sent in.
    """

    styled: Styled
    rendered: Rendered
    received: Pixels

    @property
    def hides(self) -> bool:
        """Whether something hides in it; where nothing does there is one picture."""
        return self.rendered.filtered is not self.rendered.styled


def released(rendered: Rendered) -> Rendered:
    """A candidate without its pictures in full; whether something hides in it is still known."""
    hides = rendered.filtered is not rendered.styled
    return replace(rendered, styled=_GONE, filtered=_HIDDEN if hides else _GONE)
