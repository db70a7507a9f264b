"""Looks as files of other programs, written by hand."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from blackcamo.looks.table import Table


def film(size: int) -> Table:
    """A contrasty, warm look with crossed channels, all values inside of [0, 1]."""
    axis = np.linspace(0, 1, size)
    blue, green, red = np.meshgrid(axis, axis, axis, indexing="ij")
    curve = np.stack((red**0.8, 0.9 * green**1.1 + 0.1 * red, 0.1 + 0.8 * blue**1.3), axis=-1)
    return 0.05 + 0.9 * curve


def cube_text(table: Table, header: str | None = None) -> str:
    """A .cube file; red runs fastest."""
    header = f'TITLE "film"\nLUT_3D_SIZE {len(table)}\n' if header is None else header
    rows = "".join(f"{r:.6f} {g:.6f} {b:.6f}\n" for r, g, b in table.reshape(-1, 3).tolist())
    return header + rows


def write_hald(path: Path, level: int, *, bits: int = 16) -> Table:
    """A HaldCLUT of the film look; the table that it holds."""
    full = (1 << bits) - 1
    codes = np.rint(film(level**2) * full)
    picture = codes.reshape(level**3, level**3, 3)[:, :, ::-1]
    deep = picture.astype(np.uint16) if bits == 16 else picture.astype(np.uint8)
    assert cv2.imwrite(str(path), deep)
    table: Table = codes / full
    return table
