"""The look of a file: somebody else's colours, as strong as wanted."""

from __future__ import annotations

import torch
from torch import Tensor

from blackcamo.filters.values import fraction
from blackcamo.looks import Look
from blackcamo.types import Param, Params
from blackcamo.vision.lut import apply_lut

_FINEST = 32
"""Steps per axis that every look is baked with at least."""


class FileLook:
    """Mixes the picture with what a table of colours makes of it.

    The chain bakes it with a multiple of the table's own steps, so that alone and at full
    strength it is the table itself.
    """

    name = "look"

    def __init__(self, look: Look) -> None:
        self.look = look
        self.params = (Param("look_percent", 0, 100, 0, "%", f'look "{look.name}"', visible=1),)
        steps = look.size - 1
        self.lut_size = steps * -(-_FINEST // steps) + 1
        colours = torch.from_numpy(look.nodes.astype("float32")).div_(65535)
        self._table = colours.permute(3, 0, 1, 2).contiguous()

    def grade(self, rgb: Tensor, params: Params) -> Tensor:
        """Map colours (B, 3, H, W)."""
        tables = self._table.to(rgb.device).expand(len(rgb), -1, -1, -1, -1)
        return torch.lerp(rgb, apply_lut(rgb, tables), fraction(params, "look_percent"))
