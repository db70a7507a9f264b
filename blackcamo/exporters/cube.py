"""The look as a .cube 3D LUT, for editors, video tools and cameras.

Source: Cube LUT Specification 1.0, Adobe Systems 2013: one node a line, red changes fastest.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

import blackcamo
from blackcamo.exporters import beyond_the_look
from blackcamo.exporters.tables import largest_difference, nodes_in_file_order, resample
from blackcamo.images import write_bytes
from blackcamo.preset import Preset
from blackcamo.types import Export


def export(preset: Preset, folder: Path, stem: str) -> Export:
    """Write ``<stem>.cube`` with the preset's own LUT nodes, and measure what it lost.

    ``max_error_levels`` is the largest difference between the look and trilinear interpolation
    in the table as written, in 1/255, over random colours, the cube's corners and all greys.

    Raises:
        OptionError: a parameter is unknown or out of its range.
        PresetError: the installed filters bake another LUT than the preset's.
        OutputError: the file cannot be written.
    """
    return _write(preset, folder / f"{stem}.cube", preset.lut_size)


def export_17(preset: Preset, folder: Path, stem: str) -> Export:
    """Write ``<stem>.17.cube``, for cameras and monitors that take no more nodes; as `export`."""
    return _write(preset, folder / f"{stem}.17.cube", 17)


def export_33(preset: Preset, folder: Path, stem: str) -> Export:
    """Write ``<stem>.33.cube``, the size that most programs take; as `export`."""
    return _write(preset, folder / f"{stem}.33.cube", 33)


def export_65(preset: Preset, folder: Path, stem: str) -> Export:
    """Write ``<stem>.65.cube``, for programs that interpolate badly; as `export`."""
    return _write(preset, folder / f"{stem}.65.cube", 65)


def _write(preset: Preset, path: Path, size: int) -> Export:
    chain = preset.chain()
    lut = chain.bake(preset.params)
    rows = nodes_in_file_order(resample(lut, size)).tolist()
    table = "".join(f"{red:.6f} {green:.6f} {blue:.6f}\n" for red, green, blue in rows)
    error = largest_difference(lut, np.array(table.split(), dtype=np.float64).reshape(-1, 3))
    left_out = beyond_the_look(chain, preset)
    header = (
        f"# blackcamo {blackcamo.__version__}; for sRGB-encoded RGB, trilinear interpolation\n"
        f"# Preset: {preset.recipe or 'no recipe'}\n"
        f"# Left out: {', '.join(left_out) or 'nothing'}\n"
        f"# Largest difference from the preset's look: {error:.2g} of 255 levels\n"
        f'TITLE "{path.stem.replace(chr(34), chr(39))}"\n'
        f"LUT_3D_SIZE {size}\n"
        "DOMAIN_MIN 0 0 0\n"
        "DOMAIN_MAX 1 1 1\n"
    )
    write_bytes(path, (header + table).encode())
    return Export(files=(path,), left_out=left_out, max_error_levels=error)
