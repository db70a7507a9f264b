"""One more pass of JPEG: what a photo that was saved before has anyway."""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np
from torch import Tensor

from blackcamo.channel import Channel
from blackcamo.filters.active import InPlace
from blackcamo.types import Param, Params
from blackcamo.vision.arrays import to_levels, to_pixels


class Recompression(InPlace):
    """A pass of JPEG before the one that delivers, its blocks moved against the picture.

    Blocks that begin elsewhere than those of the next pass leave traces that it keeps.
    """

    name = "recompression"
    hidden: Literal[True] = True
    params = (
        Param("recompression", 0, 40, 0, "", "quality under 100 of a first JPEG", step=1),
        Param("grid_x_px", 0, 7, 0, "px", "its blocks moved to the left", step=1, modifier=True),
        Param("grid_y_px", 0, 7, 0, "px", "its blocks moved up", step=1, modifier=True),
    )

    def change(self, rgb: Tensor, params: Params, seed: int) -> None:
        """Filter (B, 3, H, W); nothing is random."""
        del seed
        for row in range(len(rgb)):
            lost, left, up = (round(float(params[p.name][row])) for p in self.params)
            if lost:
                border = cv2.copyMakeBorder(
                    to_pixels(rgb[row]), up, 0, left, 0, cv2.BORDER_REPLICATE
                )
                _, arrived = Channel(100 - lost).send(np.asarray(border, np.uint8))
                for channel, plane in zip(rgb[row], to_levels(arrived[up:, left:]), strict=True):
                    channel.copy_(plane).div_(255.0)
