"""The file gives the look in OpenColorIO."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from blackcamo_clf import export

from blackcamo.preset import Preset
from blackcamo.vision.lut import apply_lut

PRESET = Preset(
    filters=("tone", "colour"),
    lut_size=33,
    params={"exposure_ev": 0.3, "temperature_k": 7400.0},
    recipe="warm & light",
)


def test_opencolorio_gives_the_look(tmp_path: Path) -> None:
    """Trilinear interpolation of ours and of theirs agree on random colours."""
    ocio = pytest.importorskip("PyOpenColorIO", reason="pip install opencolorio")
    (path,) = export(PRESET, tmp_path, "warm").files
    processor = ocio.Config.CreateRaw().getProcessor(ocio.FileTransform(str(path)))
    colours = np.random.default_rng(0).random((64, 64, 3)).astype(np.float32)
    theirs = colours.copy()
    processor.getDefaultCPUProcessor().applyRGB(theirs)
    rgb = torch.from_numpy(colours.transpose(2, 0, 1)[None].copy())
    ours = apply_lut(rgb, PRESET.chain().bake(PRESET.params)[None])[0].permute(1, 2, 0)
    np.testing.assert_allclose(theirs, ours.numpy(), atol=0.05 / 255)
    np.testing.assert_array_less(5 / 255, np.abs(theirs - colours).mean())
