"""Banding: steps between neighbours that the photo has nearly alike.

Those count that the slope of a look does not explain. Source: P. Tandon et al., "CAMBI:
contrast-aware multiscale banding index", PCS 2021, section II.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from blackcamo.appeal.tone_statistics import PixelWeights

_STEPS = 24_000
"""Pairs of neighbours that are looked at, at most."""
_STEP_LEVELS = 3.0
"""Mean step (of 255 levels) that a critical viewer minds."""
_ALIKE_LEVELS, _STEEPEST = 6.0, 3.0


def banding(photo: Tensor, graded: Tensor) -> Tensor:
    """How far (B) a look tore smooth tones apart.

    Args:
        photo: the photo in the candidates' frames (B, 3, H, W).
        graded: after their looks.
    """
    if photo.shape[-2] == 1:
        return torch.zeros(len(graded), device=graded.device)
    step = max(1, round(math.sqrt(photo.shape[-2] * photo.shape[-1] / _STEPS)))
    before, after = (
        (rgb[..., 1::step, ::step] - rgb[..., :-1:step, ::step]).abs().amax(1).flatten(1) * 255
        for rgb in (photo, graded)
    )
    alike = (1 - before / _ALIKE_LEVELS).clamp_(min=0)
    excess = (after - before * _STEEPEST - 2).clamp_(min=0)
    # Squares: the fewer steps there are the higher they are, and their sum stays the same.
    mean = (alike * excess.square_()).sum(1) / (alike.sum(1) + 1e-6)
    return mean.sqrt() * PixelWeights(alike).confidence / _STEP_LEVELS
