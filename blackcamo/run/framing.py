"""A photo in the frame of a preset, to be compared with what was made of it."""

from __future__ import annotations

import torch

from blackcamo.preset import Preset
from blackcamo.types import Frame, GeometryFilter, Pixels
from blackcamo.vision.arrays import to_pixels, to_rgb


@torch.inference_mode()
def aligned_with(preset: Preset, photo: Pixels) -> Pixels | None:
    """The photo in the preset's frame (H, W, 3); None where that is all of it, unmoved."""
    chain = preset.chain()
    families = [f for f in chain.filters if isinstance(f, GeometryFilter)]
    names = {param.name for family in families for param in family.params}
    values = {name: value for name, value in preset.params.items() if name in names}
    (framed,) = chain.render(to_rgb(photo), [values], keep_size=preset.keep_size)
    height_px, width_px = photo.shape[:2]
    if framed.frame == Frame(0.5, 0.5, 1.0, 1.0, 0.0, height_px, width_px):
        return None
    return to_pixels(framed.aligned)
