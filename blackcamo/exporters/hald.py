"""The look as a HaldCLUT: a picture of all colours, which many programs take for a LUT.

Source: E. Steenberg, "Hald CLUT", quelsolaar.com/technology/clut.html: level L has L² nodes per
axis in a square of L³ pixels, read row by row, red fastest.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from blackcamo.errors import OutputError
from blackcamo.exporters import beyond_the_look
from blackcamo.exporters.tables import largest_difference, nodes_in_file_order, resample
from blackcamo.images import write_bytes
from blackcamo.preset import Preset
from blackcamo.types import Export

_LEVEL = 8


def export(preset: Preset, folder: Path, stem: str) -> Export:
    """Write ``<stem>.hald.png``: level 8 (64 nodes per axis, 512 x 512 pixels), 16 bits.

    ``max_error_levels`` is as for .cube; the change to 64 nodes is part of it.

    Raises:
        OptionError: a parameter is unknown or out of its range.
        PresetError: the installed filters bake another LUT than the preset's.
        OutputError: the file cannot be written.
    """
    chain = preset.chain()
    lut = chain.bake(preset.params)
    rows = nodes_in_file_order(resample(lut, _LEVEL**2))
    codes = np.rint(rows.clip(0, 1) * 65535).astype(np.uint16)
    picture = codes.reshape(_LEVEL**3, _LEVEL**3, 3)
    # OpenCV wants blue first; Pillow has no 16-bit colour.
    encoded, data = cv2.imencode(".png", picture[:, :, ::-1])
    path = folder / f"{stem}.hald.png"
    if not encoded:
        raise OutputError(f"cannot write {path}: this OpenCV writes no PNG; reinstall it")
    write_bytes(path, data.tobytes())
    return Export(
        files=(path,),
        left_out=beyond_the_look(chain, preset),
        max_error_levels=largest_difference(lut, codes / 65535),
    )
