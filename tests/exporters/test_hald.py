"""The HaldCLUT, compared with ImageMagick's own and read by exiftool."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from blackcamo.exporters import export_preset
from tests.exporters.looks import FILM
from tests.exporters.programs import imagemagick, program, run


def test_a_neutral_one_is_imagemagicks(tmp_path: Path) -> None:
    run(imagemagick(), "hald:8", "-depth", "16", "theirs.png", folder=tmp_path)
    neutral = replace(FILM, params={})
    export = export_preset(neutral, format="hald", folder=tmp_path, stem="neutral")
    assert export.files == (tmp_path / "neutral.hald.png",)
    ours = cv2.imread(str(export.files[0]), cv2.IMREAD_UNCHANGED)
    theirs = cv2.imread(str(tmp_path / "theirs.png"), cv2.IMREAD_UNCHANGED)
    assert ours is not None
    assert theirs is not None
    assert ours.dtype == np.uint16
    assert np.abs(ours.astype(int) - theirs).max() <= 4  # of 65535
    assert export.max_error_levels is not None
    assert export.max_error_levels < 0.02


def test_the_change_of_size_is_measured(tmp_path: Path) -> None:
    export = export_preset(FILM, format="hald", folder=tmp_path, stem="film")
    assert export.max_error_levels is not None
    assert 0.1 < export.max_error_levels < 2.5
    assert export.left_out == ()


def test_exiftool_reads_it(tmp_path: Path) -> None:
    exiftool = program("exiftool", "libimage-exiftool-perl")
    (path,) = export_preset(FILM, format="hald", folder=tmp_path, stem="film").files
    (about,) = json.loads(subprocess.check_output([exiftool, "-j", path]))
    assert (about["ImageSize"], about["BitDepth"], about["ColorType"]) == ("512x512", 16, "RGB")
