"""With which look, light and clarity an edit shows its photo: for edits made elsewhere."""

from __future__ import annotations

import itertools
import math

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from blackcamo.vision.blur import gaussian_blur
from blackcamo.vision.colourspace import linear_to_srgb, srgb_to_linear
from blackcamo.vision.lut import apply_lut
from blackcamo.vision.masking import luma
from blackcamo.vision.pool import block_means, enlarged

_NODES = 9
_SAMPLES = 40_000
_SUPPLE, _STIFF, _NEARNESS = 0.03, 30.0, 0.02
"""Weights of bends of the table, and of its distance from changing nothing, per pixel and node."""
_COLOURLESS = 2 / 255
"""Difference between the channels of a grey picture, at most."""
_LIGHT_PX, _LIGHT_SIGMA, _DARKEST = 64, 0.04, 0.004
_BAND_SIGMAS = (0.0017, 0.006, 0.035)
"""Widths of the blurs between which bands of detail lie, of the long side."""
_LEVEL = 1 / 255


def fit_look(aligned: Tensor, edited: Tensor, *, smoothness: float = _SUPPLE) -> Tensor:
    """The smooth table (1, 3, S, S, S), indexed ``[b, g, r]``, that explains an edit best.

    Args:
        aligned: the photo in the edit's frame (1, 3, H, W).
        edited: the edit (1, 3, H, W).
        smoothness: how little the table may bend.

    Source: E. Garcia, M. Gupta, "Lattice regression", NIPS 2009: least squares on the nodes of a
    table, with a penalty on its bends.
    """
    # Noise and edges that miss each other by a pixel are no matter of colour.
    factor = max(1, math.ceil(math.sqrt(aligned[0, 0].numel() / _SAMPLES)))
    before, after = (
        F.avg_pool2d(rgb, factor, ceil_mode=True).flatten(2)[0].T.double().numpy()
        for rgb in (aligned, edited)
    )
    # Where the photo says nothing of a colour, it stays; in an edit without colours, as grey.
    colourless = np.quantile(np.ptp(after, axis=1), 0.999) < _COLOURLESS

    def unexplained(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.repeat(rgb.mean(1, keepdims=True), 3, axis=1) if colourless else rgb

    nodes = _NODES**3
    position = before * (_NODES - 1)
    low = np.clip(np.floor(position).astype(int), 0, _NODES - 2)
    share = position - low
    gram, moments = np.zeros((nodes, nodes)), np.zeros((nodes, 3))
    corners = []
    for corner in np.ndindex(2, 2, 2):
        at = low + np.array(corner)
        weight = np.prod(np.where(np.array(corner), share, 1 - share), axis=1)
        corners.append(((at[:, 2] * _NODES + at[:, 1]) * _NODES + at[:, 0], weight))
    for index, weight in corners:
        np.add.at(moments, index, weight[:, None] * (after - unexplained(before)))
        for other, beside in corners:
            np.add.at(gram, (index, other), weight * beside)
    scale = len(before) / nodes
    system = gram + scale * (smoothness * _bends() + _NEARNESS * np.eye(nodes))
    change = np.linalg.solve(system, moments)
    axis = np.linspace(0, 1, _NODES)
    blue, green, red = np.meshgrid(axis, axis, axis, indexing="ij")
    table = unexplained(np.stack((red, green, blue), axis=-1).reshape(nodes, 3)) + change
    shape = (_NODES, _NODES, _NODES, 3)
    return torch.from_numpy(table.reshape(shape)).permute(3, 0, 1, 2)[None].float().clamp_(0, 1)


def explain(aligned: Tensor, edited: Tensor) -> tuple[Tensor, Tensor]:
    """An edit as it is meant: the photo under its look, and that with slow light and clarity.

    Three things are what a deliberate edit does to a whole picture: a look, light that changes
    smoothly over it, as by a vignette, and bands of detail that are raised or lowered everywhere
    alike, as by clarity or softness. What they do not explain is left to be seen.

    Args:
        aligned: the photo in the edit's frame (1, 3, H, W).
        edited: the edit (1, 3, H, W).
    """
    # A look that may bend would explain a vignette by the colours that lie in the corners.
    stiff = apply_lut(aligned, fit_look(aligned, edited, smoothness=_STIFF))
    unlit = linear_to_srgb(srgb_to_linear(edited) / _light(stiff, edited)).clamp_(0, 1)
    graded = apply_lut(aligned, fit_look(aligned, unlit, smoothness=_SUPPLE))
    light = _light(graded, edited)
    lit = linear_to_srgb(srgb_to_linear(graded) * light).clamp_(0, 1)
    return graded, _with_clarity(lit, edited)


def _light(before: Tensor, after: Tensor) -> Tensor:
    """The smooth light (1, 3, H, W), linear, that turns one picture into another."""
    factor = max(1, min(round(max(before.shape[-2:]) / _LIGHT_PX), *before.shape[-2:]))
    ours, theirs = (
        gaussian_blur(small, _LIGHT_SIGMA * max(small.shape[-2:])).add_(_DARKEST)
        for small in (block_means(srgb_to_linear(rgb), factor) for rgb in (before, after))
    )
    return enlarged(theirs / ours, *before.shape[-2:])


def _with_clarity(before: Tensor, after: Tensor) -> Tensor:
    """A picture with its bands of lightness as strong as those of another, by least squares."""
    y = luma(before)
    widths_px = [max(sigma * max(y.shape[-2:]), 0.7) for sigma in _BAND_SIGMAS]
    levels = [y, *(gaussian_blur(y, sigma_px) for sigma_px in widths_px)]
    bands = torch.cat([fine - wide for fine, wide in itertools.pairwise(levels)])
    flat = bands.flatten(1).double()
    gram = flat @ flat.T
    gram.diagonal().add_(_NEARNESS * _LEVEL**2 * flat.shape[1])
    gains = torch.linalg.solve(gram, flat @ (luma(after) - y).flatten().double())
    missing: Tensor = (gains.float().view(-1, 1, 1, 1) * bands).sum(0)
    return (before + missing).clamp_(0, 1)


def _bends() -> NDArray[np.float64]:
    """Sum of squared second differences along the axes of a table, as a quadratic form."""
    along = np.diff(np.eye(_NODES), n=2, axis=0)
    one, same = along.T @ along, np.eye(_NODES)
    return np.asarray(
        np.kron(np.kron(one, same), same)
        + np.kron(np.kron(same, one), same)
        + np.kron(np.kron(same, same), one)
    )
