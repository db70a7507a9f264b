"""The look as a .cube 3D LUT, for editors, video tools and cameras.

Source: Cube LUT Specification 1.0, Adobe Systems 2013: one node a line, red changes fastest.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

import blackcamo
from blackcamo.exporters import beyond_the_look
from blackcamo.images import write_bytes
from blackcamo.preset import Preset
from blackcamo.types import Export
from blackcamo.vision.lut import apply_lut

Colours = NDArray[np.float64]

_SAMPLES = 1 << 17


def export(preset: Preset, folder: Path, stem: str) -> Export:
    """Write ``<stem>.cube`` with the preset's own LUT nodes, and measure what it lost.

    ``max_error_levels`` is the largest difference between the look and trilinear interpolation
    in the table as written, in 1/255, over random colours, the cube's corners and all greys.

    Raises:
        OptionError: a parameter is unknown or out of its range.
        PresetError: the installed filters bake another LUT than the preset's.
        OutputError: the file cannot be written.
    """
    chain = preset.chain()
    lut = chain.bake(preset.params)
    table = _format_table(lut.numpy())
    error = _largest_difference(lut, _parse_table(table, preset.lut_size))
    left_out = beyond_the_look(chain, preset)
    header = (
        f"# blackcamo {blackcamo.__version__}; for sRGB-encoded RGB, trilinear interpolation\n"
        f"# Preset: {preset.recipe or 'no recipe'}\n"
        f"# Left out: {', '.join(left_out) or 'nothing'}\n"
        f"# Largest difference from the preset's look: {error:.2g} of 255 levels\n"
        f'TITLE "{stem.replace(chr(34), chr(39))}"\n'
        f"LUT_3D_SIZE {preset.lut_size}\n"
        "DOMAIN_MIN 0 0 0\n"
        "DOMAIN_MAX 1 1 1\n"
    )
    path = folder / f"{stem}.cube"
    write_bytes(path, (header + table).encode())
    return Export(files=(path,), left_out=left_out, max_error_levels=error)


def _format_table(lut: NDArray[np.float32]) -> str:
    """The nodes of a LUT (3, S, S, S), indexed [channel, blue, green, red], red fastest."""
    nodes = lut.reshape(3, -1).T.tolist()
    return "".join(f"{red:.6f} {green:.6f} {blue:.6f}\n" for red, green, blue in nodes)


def _parse_table(table: str, size: int) -> Colours:
    """The nodes of a table (S, S, S, 3), indexed [blue, green, red, channel]."""
    return np.array(table.split(), dtype=np.float64).reshape(size, size, size, 3)


def _largest_difference(lut: torch.Tensor, nodes: Colours) -> float:
    """Largest difference between the look's own rendering and ours of the table, in 1/255."""
    greys = np.repeat(np.linspace(0.0, 1.0, 256)[:, None], 3, axis=1)
    corners = np.stack(np.meshgrid(*[[0.0, 1.0]] * 3), axis=-1).reshape(-1, 3)
    random = np.random.default_rng(0).random((_SAMPLES, 3))
    rgb = np.concatenate([greys, corners, random]).astype(np.float32)
    look = apply_lut(torch.from_numpy(rgb.T[None, :, None, :].copy()), lut[None])
    difference = look[0, :, 0].T.numpy() - _interpolate(nodes, rgb.astype(np.float64))
    return float(np.abs(difference).max() * 255)


def _interpolate(nodes: Colours, rgb: Colours) -> Colours:
    """Trilinear interpolation in nodes (S, S, S, 3), [blue, green, red], of colours (N, 3)."""
    position = rgb * (len(nodes) - 1)
    cell = np.minimum(position.astype(int), len(nodes) - 2)
    far = position - cell
    result = np.zeros_like(rgb)
    for corner in np.ndindex(2, 2, 2):
        weight = np.where(corner, far, 1 - far).prod(axis=1, keepdims=True)
        red, green, blue = (cell + corner).T
        result += weight * nodes[blue, green, red]
    return result
